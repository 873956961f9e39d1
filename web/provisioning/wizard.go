package provisioning

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Wizard serves the pages that set provisioning up and steer jobs. What they show of Microsoft is read while somebody looks.
type Wizard struct {
	Provisioning *provisioning.Store
	Sync         *graphsync.Service
	Acts         Actor
	Tenants      *tenant.Store
	Plans        Planner
	Explain      Explainer
}

// Explainer keeps what is behind a failure at Microsoft and gives the page that says so; back is the page where it was tried. Empty: there is
// nothing to explain. nil: nothing is explained.
type Explainer func(r *http.Request, err error, back string) string

// banner says what did not happen, then why and what to do, and leads to what is behind it. What Microsoft left open is no failure yet.
func (explain Explainer) banner(r *http.Request, err error, back string) *ui.Banner {
	sentence, next, _ := errs.Sentence(err)
	first, rest, more := strings.Cut(sentence, ". ")
	if more {
		first += "."
	}
	b := &ui.Banner{Kind: "bad", Title: first, Text: join(rest, next)}
	if errors.Is(err, errs.Timeout) {
		b.Kind = "unknown"
	}
	if explain != nil {
		if b.ActionURL = explain(r, err, back); b.ActionURL != "" {
			b.ActionText = fresh.Why
		}
	}
	return b
}

// Actor reads applications and jobs at Microsoft, and changes them in the name of who asks for it; requestID is that of the page.
type Actor interface {
	Gallery(ctx context.Context, tid tenant.ID, s provisioning.GallerySearch) (found []provisioning.GalleryApp, more bool, err error)
	Template(ctx context.Context, tid tenant.ID, id string) (provisioning.GalleryApp, error)
	Named(ctx context.Context, tid tenant.ID, name string) ([]provisioning.Application, error)
	Add(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, g provisioning.GalleryApp, name string, settings map[string]string) (provisioning.Setup, error)
	Adopt(ctx context.Context, by tenant.Person, tid tenant.ID, sp string) (provisioning.Setup, error)
	Look(ctx context.Context, s provisioning.Setup) (provisioning.State, error)
	MakeJob(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, template string) error
	Test(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, job string, secrets []provisioning.Secret) error
	Save(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, secrets []provisioning.Secret) error
	Start(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, job string) error
	Pause(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, job string) error
	Restart(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, job string, scopes []string) error
	Delete(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, job string) error
	Demand(ctx context.Context, by tenant.Person, requestID string, s provisioning.Setup, job, who string) (provisioning.Demanded, error)
	Live(ctx context.Context, s provisioning.Setup, job string) (j provisioning.Job, found bool, err error)
}

// Mount adds the pages. An application is only ever set up inside its tenant.
func (h *Wizard) Mount(r page.Router) {
	r.GetFor("/provisioning/new", tenant.MayAct, h.choose)
	r.Post("/provisioning/new", tenant.MayAct, h.add)
	r.Post("/provisioning/adopt", tenant.MayAct, h.adopt)
	r.GetFor("/provisioning/{principal}/setup", tenant.MayAct, h.setup)
	r.Post("/provisioning/{principal}/setup", tenant.MayAct, h.take)
	r.GetFor("/provisioning/{principal}/jobs/{job}/{act}", tenant.MayAct, h.confirm)
	r.Post("/provisioning/{principal}/jobs/{job}/{act}", tenant.MayAct, h.act)
}

func (h *Wizard) choose(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	s, err := newSearch(r.URL.Query())
	if err != nil {
		return err
	}
	v := newAppView{Rows: []galleryRow{}, Open: []openSetup{}, m: m, chrome: page.ChromeOf(r.Context()), search: s, faults: page.Faults{}}
	if id := r.URL.Query().Get("template"); id != "" {
		if err := h.chosen(r, &v, id); err != nil {
			return err
		}
		v.name = v.Chosen.Name
		return h.showNew(w, r, http.StatusOK, v)
	}
	open, err := h.Provisioning.Setups(r.Context(), m.Tenant.ID)
	if err != nil {
		return err
	}
	for _, x := range open {
		v.Open = append(v.Open, openSetup{x.SPID, appName(x.Name), setupURL(m, x.SPID), x})
	}
	if v.searched = s.Name != "" || s.Category != "" || s.Publisher != ""; v.searched {
		found, more, err := h.Acts.Gallery(r.Context(), m.Tenant.ID, s)
		if err != nil {
			return h.notAdded(w, r, v, err)
		}
		v.More = more
		for _, g := range found {
			v.Rows = append(v.Rows, newGalleryRow(g))
		}
	}
	return h.showNew(w, r, http.StatusOK, v)
}

func (h *Wizard) chosen(r *http.Request, v *newAppView, id string) error {
	g, err := h.Acts.Template(r.Context(), v.m.Tenant.ID, id)
	if err != nil {
		return provisioning.InStep(provisioning.Appearing, err)
	}
	row := newGalleryRow(g)
	v.Chosen = &row
	return nil
}

func (h *Wizard) showNew(w http.ResponseWriter, r *http.Request, status int, v newAppView) error {
	if page.WantsJSON(r) {
		return page.JSON(w, status, v)
	}
	return page.Render(w, r, status, newPage(page.Shell(r, v.m, "Set up provisioning"), v))
}

// maxName is how long the name of an application may be (Microsoft Graph, application: displayName has 256, the gallery's form 120).
const maxName = 120

func (h *Wizard) add(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v := newAppView{Rows: []galleryRow{}, Open: []openSetup{}, m: m, chrome: page.ChromeOf(r.Context()), name: strings.TrimSpace(form.Get("name")), faults: page.Faults{}}
	if err := h.chosen(r, &v, form.Get("template")); err != nil {
		return err
	}
	if n := len([]rune(v.name)); n == 0 || n > maxName {
		v.faults.Add("name", "Enter a name of 1 to 120 characters.")
	}
	if len(v.faults) > 0 || !v.Chosen.Automatic {
		return h.showNew(w, r, http.StatusUnprocessableEntity, v)
	}
	if form.Get("again") != "1" {
		if v.same, err = h.Acts.Named(r.Context(), m.Tenant.ID, v.name); err != nil {
			return h.notAdded(w, r, v, err)
		}
		if len(v.same) > 0 {
			return h.showNew(w, r, http.StatusConflict, v)
		}
	}
	s, err := h.Acts.Add(r.Context(), m.Person, middleware.RequestID(r.Context()), m.Tenant.ID, provisioning.GalleryApp{ID: v.Chosen.ID, Name: v.Chosen.Name}, v.name, nil)
	if err != nil {
		return h.notAdded(w, r, v, err)
	}
	return page.SeeOther(w, r, setupURL(m, s.SPID))
}

// notAdded shows what went wrong above what was entered. What people are told elsewhere, such as to sign in, is not held up.
func (h *Wizard) notAdded(w http.ResponseWriter, r *http.Request, v newAppView, err error) error {
	err = provisioning.InStep(provisioning.Appearing, err)
	if _, _, ok := errs.Sentence(err); !ok || errors.Is(err, errs.Unauthorised) || page.WantsJSON(r) {
		return err
	}
	back := v.m.Path("/provisioning/new")
	if v.Chosen != nil {
		back += "?template=" + url.QueryEscape(v.Chosen.ID)
	}
	v.failed = h.Explain.banner(r, err, back)
	return h.showNew(w, r, page.StatusOf(err), v)
}

func (h *Wizard) adopt(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	s, err := h.Acts.Adopt(r.Context(), m.Person, m.Tenant.ID, form.Get("principal"))
	if err != nil {
		return provisioning.InStep(provisioning.Appearing, err)
	}
	return page.SeeOther(w, r, setupURL(m, s.SPID))
}

func setupURL(m tenant.Membership, sp string) string { return appURL(m.Tenant.ID, sp) + "/setup" }

// The parts of the page, ready to print.

func wizardHeader(m tenant.Membership, title, lead string) ui.PageHeader {
	chip := page.Chip(m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}}, Title: title, Lead: lead}
}
