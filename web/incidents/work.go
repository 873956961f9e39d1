package incidents

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Desk reads incidents at Microsoft, and works on them, as the person who asks for it; requestID is that of the page.
type Desk interface {
	List(ctx context.Context, tid tenant.ID) (found []incident.Incident, older bool, err error)
	Get(ctx context.Context, tid tenant.ID, t incident.Thing) (i incident.Incident, older bool, err error)
	Do(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, t incident.Thing, seen time.Time, w incident.Work) (incident.Incident, error)
}

// live lists what the person may see at Microsoft at the moment.
func (h *Handler) live(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	chrome := page.ChromeOf(r.Context())
	spec := page.Spec{Sorts: []string{"-created"}, Filters: newSpec(m).Filters[:3]}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Incidents as Microsoft shows you", One: noun.One, Many: noun.Many, Caption: "Incidents at Microsoft, newest first", M: m, Query: q, Spec: spec, Columns: columns(m),
		URL: func(r row) string { return r.URL }, Context: []ui.Crumb{{Text: "Incidents", URL: m.Path("/incidents")}},
		Lead:  "What changed in the last 30 days, read at Microsoft just now as you. It is kept nowhere.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "shield", Title: "Microsoft shows you no incidents at " + m.Tenant.Name(), Lines: []string{"None that you may see there changed in the last 30 days."}, ActionURL: m.Path("/incidents"), ActionText: "Show what the portal read"},
	}
	if chrome.SignedIn(m.Tenant.ID) == nil {
		if q.CSV || page.WantsJSON(r) {
			return tenant.NotSignedIn(m.Tenant.ID)
		}
		chip := page.Chip(m.Tenant, "")
		return page.Render(w, r, http.StatusOK, signedOutPage(page.Shell(r, m, l.Title), ui.PageHeader{Tenant: &chip, Context: l.Context, Title: l.Title}, m.Tenant.Name(), page.SignInAt(m.Tenant.ID, m.Path("/incidents/live"))))
	}
	found, older, err := h.Desk.List(r.Context(), m.Tenant.ID)
	if err != nil {
		return err
	}
	var all []row
	for _, i := range found {
		if i.Tenant, i.TenantName = m.Tenant.ID, m.Tenant.Name(); matches(q, i) {
			x := newRow(i, chrome.Now)
			x.URL = x.workURL()
			all = append(all, x)
		}
	}
	if older {
		l.Lead += " The older interface of Defender gives the newest hundred."
	}
	l.Count, l.AsOf, l.Each = int64(len(all)), chrome.Now, page.AtHand(all)
	if l.Rows, l.Next, err = page.Cut(all, func(r row) string { return r.ID }, q.After, pageSize); err != nil {
		return err
	}
	return l.Serve(w, r)
}

func matches(q page.Query, i incident.Incident) bool {
	one := func(name, v string) bool { return len(q.Values[name]) == 0 || slices.Contains(q.Values[name], v) }
	open := q.Get("open")
	return one("severity", i.Severity) && one("status", i.Status) && (open == "" || i.Open() == (open == "true"))
}

// workView is an incident, or one alert of it, as Microsoft shows it to the person, with what can be done.
type workView struct {
	view
	Older bool `json:"older_interface"`

	thing   incident.Thing
	as      string // the person's name at the customer
	signIn  string // where to sign in first
	failed  *ui.Banner
	faults  page.Faults
	comment string
	why     string
}

// workURL is the page on which it is worked on.
func (v workView) workURL() string {
	if v.thing.Alert != "" {
		return alertURL(v.m.Tenant.ID, v.thing.Incident, v.thing.Alert)
	}
	return v.row.workURL()
}

// newWorkView reads the incident or the alert of the address at Microsoft.
func (h *Handler) newWorkView(r *http.Request, m tenant.Membership) (v workView, err error) {
	id, err := page.Param(r, "incident")
	if err != nil || !m.One() {
		return v, errs.NotFound
	}
	thing := incident.Thing{Incident: id}
	if chi.URLParam(r, "alert") != "" {
		if thing.Alert, err = page.Param(r, "alert"); err != nil {
			return v, errs.NotFound
		}
	}
	chrome := page.ChromeOf(r.Context())
	in := chrome.SignedIn(m.Tenant.ID)
	if in == nil {
		known, err := h.Incidents.Get(r.Context(), m.Tenant.ID, id)
		if err != nil && !errors.Is(err, errs.NotFound) {
			return v, err
		}
		known.ID = id
		v = workView{view: newView(m, known, nil, chrome.Now), thing: thing}
		v.signIn = page.SignInAt(m.Tenant.ID, v.workURL())
		return v, nil
	}
	i, older, err := h.Desk.Get(r.Context(), m.Tenant.ID, thing)
	if err != nil {
		return v, err
	}
	v = workView{view: newView(m, i, nil, chrome.Now), thing: thing, Older: older, as: in.As, faults: page.Faults{}}
	v.AsOf, v.alone = page.Moment(chrome.Now), thing.Alert != ""
	v.Entities, err = h.entities(r.Context(), m, i)
	return v, err
}

func (h *Handler) work(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.newWorkView(r, m)
	if err != nil {
		return err
	}
	if v.signIn != "" && page.WantsJSON(r) {
		return tenant.NotSignedIn(m.Tenant.ID)
	}
	return page.Answer(w, r, v, workPage(page.Shell(r, m, v.Title), v))
}

// do does one thing, and shows the incident as it is then.
func (h *Handler) do(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.newWorkView(r, m)
	if err != nil {
		return err
	}
	if v.signIn != "" {
		return tenant.NotSignedIn(m.Tenant.ID)
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	seen, err := time.Parse(time.RFC3339Nano, form.Get("seen"))
	if err != nil {
		return errs.Show(errs.Invalid, "The form does not say which state of the incident it was made for.")
	}
	v.comment, v.why = strings.TrimSpace(form.Get("comment")), strings.TrimSpace(form.Get("why"))
	work, done, err := v.asked(form.Get("do"), form.Get("verdict"))
	if err != nil {
		return err
	}
	if len(v.faults) > 0 {
		return page.Render(w, r, http.StatusUnprocessableEntity, workPage(page.Shell(r, m, v.Title), v))
	}
	_, err = h.Desk.Do(r.Context(), m.Person, middleware.RequestID(r.Context()), m.Tenant.ID, v.thing, seen, work)
	switch sentence, next, ok := errs.Sentence(err); {
	case err != nil && (!ok || errors.Is(err, errs.Unauthorised) || errors.Is(err, errs.NotFound)):
		return err
	case err != nil:
		v.failed = h.banner(r, err, sentence, next, v.workURL())
		return page.Render(w, r, page.StatusOf(err), workPage(page.Shell(r, m, v.Title), v))
	}
	return page.Done(w, r, v.workURL(), page.Flash{Kind: "info", Title: done, Text: "Read back from Microsoft. The customer’s log names you."})
}

// banner says what did not happen, then what to do, and leads to what is behind it.
func (h *Handler) banner(r *http.Request, err error, sentence, next, back string) *ui.Banner {
	b := &ui.Banner{Kind: "bad", Title: sentence, Text: next}
	switch {
	case errors.Is(err, errs.Timeout):
		b.Kind = "unknown"
	case errors.Is(err, errs.Conflict):
		b.Kind = "warn"
	}
	if h.Explain != nil {
		if b.ActionURL = h.Explain(r, err, back); b.ActionURL != "" {
			b.ActionText = fresh.Why
		}
	}
	return b
}

// The parts of the page, ready to print.

func (v workView) header() ui.PageHeader {
	h := v.view.header()
	h.Freshness, h.Actions = ui.Freshness{}, nil
	h.Lead = "Read at Microsoft just now as you, and kept nowhere."
	if v.signIn != "" {
		h.Lead, h.Pills = "", nil
	}
	h.Context = append(h.Context, ui.Crumb{Text: "Incident " + v.thing.Incident, URL: urlOf(v.m.Tenant.ID, v.thing.Incident)})
	if v.signIn != "" && v.thing.Alert != "" {
		h.Title = "An alert of " + h.Title
	}
	return h
}

func (v workView) hidden(do string) ui.Hidden {
	return ui.Hidden{{Name: "do", Value: do}, {Name: "seen", Value: v.incident.UpdatedAt.UTC().Format(time.RFC3339Nano)}}
}

func (v workView) mine() bool { return strings.EqualFold(v.Assigned, v.as) }

func (v workView) verdicts() ui.Select {
	s := ui.Select{Name: "verdict", Label: "What it is", Error: v.faults["verdict"], Options: []ui.Option{{Label: "Choose"}}}
	for _, c := range incident.Classifications {
		for _, d := range incident.Determinations[c] {
			s.Options = append(s.Options, ui.Option{Value: c + "/" + d, Label: finding(c, d), Selected: c == v.Classification && d == v.Determination})
		}
	}
	return s
}

func button(text, kind string) ui.Actions {
	return ui.Actions{Items: []ui.Action{{Text: text, Kind: kind}}}
}

func card(title string) ui.Card { return ui.Card{Title: title} }
