package incidents

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Hunter runs queries of advanced hunting as the person who asks for it; requestID is that of the page.
type Hunter interface {
	Ask(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, q incident.Question) (incident.Found, error)
}

// huntView is the page on which somebody hunts.
type huntView struct {
	m       tenant.Membership
	in      *page.SignIn // nil: there is no sign-in at the customer
	asked   incident.Question
	saved   []incident.Query
	opened  incident.Query // the saved query that is in the box
	faults  page.Faults
	failed  *ui.Banner
	lacking *ui.Banner // of the customer's consent
	unread  *incident.Unread
	result  *result
	chrome  page.Chrome
	rest    string // of addresses of this page: the customers that are chosen
}

func (h *Handler) newBox(r *http.Request, m tenant.Membership) (v huntView, err error) {
	chrome := page.ChromeOf(r.Context())
	v = huntView{m: m, in: chrome.SignedIn(m.Tenant.ID), asked: incident.Question{Days: incident.MostDays}, faults: page.Faults{}, chrome: chrome}
	if v.saved, err = h.Queries.List(r.Context(), m.Person); err != nil || !m.One() {
		return v, err
	}
	switch said, err := h.lacking(r.Context(), m.Tenant.ID, chrome.Now); {
	case err != nil:
		return v, err
	case said != "":
		v.lacking = &ui.Banner{Kind: "warn", Title: m.Tenant.Name() + said, Text: "Microsoft refuses your query until an administrator of the customer agrees.", ActionText: "Ask for it", ActionURL: m.Path("/consent")}
	}
	return v, nil
}

// lacking says that a customer has not agreed to hunting, as a sentence goes on after its name; empty where it has, or where that is not known.
func (h *Handler) lacking(ctx context.Context, tid tenant.ID, now time.Time) (string, error) {
	if h.Lacks == nil {
		return "", nil
	}
	asOf, yes, err := h.Lacks(ctx, tid, incident.Permissions...)
	if err != nil || !yes {
		return "", err
	}
	return " has not agreed that people hunt there, as read " + ui.NewTime(asOf, now).Text + ".", nil
}

// open finds the saved query of that id, where the person has one.
func (v *huntView) open(id string) {
	if at := slices.IndexFunc(v.saved, func(s incident.Query) bool { return strconv.FormatInt(s.ID, 10) == id }); at >= 0 {
		v.opened = v.saved[at]
	}
}

// hunting shows the box.
func (h *Handler) hunting(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return h.several(w, r, m)
	}
	v, err := h.newBox(r, m)
	if err != nil {
		return err
	}
	if err := h.fill(r, &v); err != nil {
		return err
	}
	return page.Answer(w, r, v.twin(), huntPage(page.Shell(r, m, huntTitle), v))
}

// fill puts the query into the box that the address names, or else what the person wrote last.
func (h *Handler) fill(r *http.Request, v *huntView) error {
	switch q := r.URL.Query(); {
	case q.Has("query"):
		if v.open(q.Get("query")); v.opened.ID == 0 {
			return errs.ShowNext(errs.NotFound, "There is no such query, or it is not shared with you.", "Choose another one.")
		}
		v.asked.Query = v.opened.Text
	case q.Has("example"):
		n, err := strconv.Atoi(q.Get("example"))
		if err != nil || n < 0 || n >= len(incident.Examples) {
			return errs.NotFound
		}
		v.asked.Query = incident.Examples[n].Text
	default:
		kept, err := h.Queries.Draft(r.Context(), v.m.Person)
		if err != nil {
			return err
		}
		if kept.Query != "" {
			v.asked = kept
		}
	}
	return nil
}

// hunt runs what was written, and keeps what was written first: a sign-in that is needed leads back to it.
func (h *Handler) hunt(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return h.askSeveral(w, r, m)
	}
	v, err := h.newBox(r, m)
	if err != nil {
		return err
	}
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v.open(form.Get("opened"))
	if v.asked, err = asked(form).Checked(); err != nil {
		sentence, _, _ := errs.Sentence(err)
		v.faults.Add("text", sentence)
		return v.render(w, r, http.StatusUnprocessableEntity)
	}
	if err := h.Queries.KeepDraft(r.Context(), m.Person, v.asked); err != nil {
		return err
	}
	if v.in == nil {
		if page.WantsJSON(r) {
			return tenant.NotSignedIn(m.Tenant.ID)
		}
		return page.SeeOther(w, r, page.SignInAt(m.Tenant.ID, m.Path(huntPath)))
	}
	r, done := patiently(w, r, incident.PatienceOfAll)
	defer done()
	found, err := h.Hunter.Ask(r.Context(), m.Person, middleware.RequestID(r.Context()), m.Tenant.ID, v.asked)
	if err != nil {
		return h.huntFailed(w, r, v, err)
	}
	if format := form.Get("format"); format == "csv" || format == "xlsx" {
		return resultList(m, found, format).Serve(w, r)
	}
	v.result = &result{Columns: found.Columns, Rows: found.Rows, Count: len(found.Rows), Older: found.Older, Full: found.Full(), now: v.chrome.Now}
	if v.result.urls, err = h.deviceURLs(r.Context(), m.Tenant.ID, v.result.devices()); err != nil {
		return err
	}
	if page.WantsJSON(r) {
		return page.JSON(w, http.StatusOK, v.twin())
	}
	return v.render(w, r, http.StatusOK)
}

func (v huntView) render(w http.ResponseWriter, r *http.Request, status int) error {
	return page.Render(w, r, status, huntPage(page.Shell(r, v.m, huntTitle), v))
}

// huntFailed says why there is no result, on the page that still holds the query.
func (h *Handler) huntFailed(w http.ResponseWriter, r *http.Request, v huntView, err error) error {
	sentence, next, ok := errs.Sentence(err)
	if !ok || page.WantsJSON(r) {
		return err
	}
	if errors.As(err, &v.unread) {
		v.failed = &ui.Banner{Kind: "bad", Title: sentence, Text: next}
		return v.render(w, r, http.StatusBadRequest)
	}
	v.failed = h.banner(r, err, sentence, next, v.m.Path(huntPath))
	if errors.Is(err, errs.Unauthorised) {
		v.failed = &ui.Banner{Kind: "warn", Title: sentence, Text: "Your query is kept.", ActionText: "Sign in there", ActionURL: page.SignInAt(v.m.Tenant.ID, v.m.Path(huntPath))}
	}
	return v.render(w, r, page.StatusOf(err))
}

const (
	huntPath  = "/incidents/hunting"
	huntTitle = "Advanced hunting"
)

// huntTwin is the page as JSON.
type huntTwin struct {
	Query  string      `json:"query"`
	Days   int         `json:"days"`
	Saved  []savedTwin `json:"saved"`
	Result *result     `json:"result"` // null: nothing was run
}

type savedTwin struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Query       string `json:"query"`
	Shared      bool   `json:"shared"`
	By          string `json:"by"`
}

func (v huntView) twin() huntTwin {
	t := huntTwin{Query: v.asked.Query, Days: v.asked.Days, Saved: []savedTwin{}, Result: v.result}
	for _, q := range v.saved {
		t.Saved = append(t.Saved, savedTwin{q.ID, q.Name, q.Description, q.Text, q.Shared, q.By})
	}
	return t
}
