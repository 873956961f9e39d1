// Package reviews is support staff's own work: what deserves a look in a tenant (/t/{tenant}/review), what was decided about it, the report of
// a review that was signed off, and which tenants are due (/reviews).
//
// It gathers what other rooms know and writes only what staff decide. Nothing here reaches a customer's tenant.
package reviews

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// Handler serves the room.
type Handler struct {
	Reviews      *review.Store
	Tenants      *tenant.Store
	Sync         *graphsync.Service
	Consent      *consent.Service
	Services     *service.Store
	Provisioning *provisioning.Store
	Guests       *guest.Store
	Partner      func(ctx context.Context) string
	Origin       string // the portal's own; a report on paper says where it came from
}

// Mount adds the list over all customers.
func (h *Handler) Mount(r page.Router) { r.Get("/reviews", h.list) }

// MountTenant adds the pages inside a customer.
func (h *Handler) MountTenant(r page.Router) {
	r.Get("/review", h.show)
	r.Post("/review/findings", tenant.MayReview, h.decide)
	r.Post("/review/plan", tenant.MayReview, h.plan)
	r.Post("/review/sign", tenant.MayReview, h.sign)
	r.Get("/review/reports/{number}", h.report)
}

// finding is one line of the page, and of its JSON twin.
type finding struct {
	review.Finding
	Text    string        `json:"text"`
	Mark    *mark         `json:"decision"` // null: open
	Notes   []review.Note `json:"notes"`
	decided bool
}

type mark struct {
	State  string     `json:"state"`
	Until  *time.Time `json:"until,omitempty"`
	Why    string     `json:"why,omitempty"`
	Holder string     `json:"holder,omitempty"`
	At     time.Time  `json:"at"`
	By     string     `json:"by"`
}

// view is the page of a tenant's review, and its JSON twin.
type view struct {
	TenantID tenant.ID     `json:"tenant_id"`
	Tenant   string        `json:"tenant"`
	Next     *time.Time    `json:"next_on"`
	Holder   string        `json:"holder"`
	Last     int           `json:"last_review"` // number; 0: never reviewed
	LastAt   *time.Time    `json:"last_review_at"`
	Findings []finding     `json:"findings"`
	Open     int           `json:"open"`
	Notes    []review.Note `json:"notes"` // of the whole review, since the last one
	Reports  []report      `json:"reports"`

	m       tenant.Membership
	now     time.Time
	chosen  *finding
	hands   []tenant.Staff // to whom the chosen finding can be handed
	country string
	fault   string
	values  url.Values // of a form that was not taken
}

type report struct {
	Number   int       `json:"number"`
	At       time.Time `json:"at"`
	By       string    `json:"by"`
	Language string    `json:"language"`
	Findings int       `json:"findings"`
	URL      string    `json:"url"`
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, _, err := h.view(r.Context(), m)
	if err != nil {
		return err
	}
	if key := r.URL.Query().Get("finding"); key != "" {
		if err := h.choose(r.Context(), &v, key); err != nil {
			return err
		}
		if v.chosen == nil {
			return v.vanished(w, r, errs.Invalid, "That finding is not there any more.")
		}
	}
	return page.Answer(w, r, v, reviewPage(page.Shell(r, m, "Review"), v))
}

// choose opens one finding for a decision; it stays closed where the finding is gone.
func (h *Handler) choose(ctx context.Context, v *view, key string) (err error) {
	if v.chosen = v.find(key); v.chosen != nil {
		v.hands, err = h.hands(ctx, v.TenantID)
	}
	return err
}

func (v view) find(key string) *finding {
	for i := range v.Findings {
		if v.Findings[i].Key == key {
			return &v.Findings[i]
		}
	}
	return nil
}

// view gathers the page; known is what a snapshot needs besides.
func (h *Handler) view(ctx context.Context, m tenant.Membership) (view, known, error) {
	tid, now := m.Tenant.ID, page.ChromeOf(ctx).Now
	v := view{TenantID: tid, Tenant: m.Tenant.Name(), Findings: []finding{}, Notes: []review.Note{}, Reports: []report{}, m: m, now: now, country: m.Tenant.Country}
	k, err := h.gather(ctx, m, now)
	if err != nil {
		return v, k, err
	}
	plan, err := h.Reviews.PlanOf(ctx, tid)
	if err != nil {
		return v, k, err
	}
	if !plan.NextOn.IsZero() {
		v.Next = &plan.NextOn
	}
	v.Holder = plan.Holder
	past, err := h.Reviews.Reviews(ctx, tid)
	if err != nil {
		return v, k, err
	}
	var since time.Time
	for i, r := range past {
		if i == 0 {
			v.Last, v.LastAt, since = r.Number, &r.At, r.At
		}
		v.Reports = append(v.Reports, report{r.Number, r.At, r.By, r.Language, len(r.Snapshot.Findings), m.Path("/review/reports/" + strconv.Itoa(r.Number))})
	}
	marks, err := h.Reviews.Marks(ctx, tid)
	if err != nil {
		return v, k, err
	}
	notes, err := h.Reviews.Notes(ctx, tid, since)
	if err != nil {
		return v, k, err
	}
	v.join(k.findings, marks, notes)
	return v, k, nil
}

// join puts decisions and notes to their findings. What was decided about a finding that is gone waits for its return.
func (v *view) join(found []review.Finding, marks map[string]review.Mark, notes []review.Note) {
	byKey := map[string][]review.Note{}
	for _, n := range notes {
		if n.Key == "" {
			v.Notes = append(v.Notes, n)
		}
		byKey[n.Key] = append(byKey[n.Key], n)
	}
	for _, f := range found {
		x := finding{Finding: f, Text: say(permission.English, f), Notes: append([]review.Note{}, byKey[f.Key]...)}
		if d, ok := marks[f.Key]; ok && d.Holds(v.now) {
			x.Mark = &mark{State: d.State, Why: d.Why, Holder: d.Holder, At: d.At, By: d.By}
			if !d.Until.IsZero() {
				x.Mark.Until = &d.Until
			}
			x.decided = d.State == review.Accepted
		}
		if !x.decided {
			v.Open++
		}
		v.Findings = append(v.Findings, x)
	}
}

// decide takes what staff decide about one finding, or a note.
func (h *Handler) decide(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	ctx, tid, key := r.Context(), m.Tenant.ID, form.Get("finding")
	if there, err := h.there(w, r, m, key); err != nil || !there {
		return err
	}
	switch form.Get("act") {
	case "accept":
		until, derr := date(form.Get("until"))
		if err = derr; err == nil {
			err = h.Reviews.Accept(ctx, tid, m.Person, key, form.Get("why"), until)
		}
	case "hand":
		err = h.hand(ctx, m, form)
	case "note":
		err = h.Reviews.Note(ctx, tid, m.Person, key, form.Get("note"))
	case "reopen":
		err = h.Reviews.Reopen(ctx, tid, m.Person, key)
	default:
		return errs.Show(errs.Invalid, "The form does not say what to do with the finding.")
	}
	return h.answer(w, r, m, form, err)
}

// there tells whether the finding still is; where it vanished since the form was made, the page that says so is the answer. A note may be about
// no finding.
func (h *Handler) there(w http.ResponseWriter, r *http.Request, m tenant.Membership, key string) (bool, error) {
	if key == "" {
		return true, nil
	}
	v, _, err := h.view(r.Context(), m)
	if err != nil || v.find(key) != nil {
		return err == nil, err
	}
	return false, v.vanished(w, r, errs.Conflict, "That finding is not there any more, so nothing was changed.")
}

// vanished is the review as it is now, below what became of the finding.
func (v view) vanished(w http.ResponseWriter, r *http.Request, kind error, said string) error {
	gone := errs.ShowNext(kind, said, "Open the review again.")
	if page.WantsJSON(r) {
		return gone
	}
	v.fault = said + " Below is what the review holds now."
	return page.Render(w, r, page.StatusOf(gone), reviewPage(page.Shell(r, v.m, "Review"), v))
}

func (h *Handler) plan(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	next, err := optionalDate(form.Get("next"))
	if err == nil {
		err = h.Reviews.SetPlan(r.Context(), m.Tenant.ID, m.Person, next, form.Get("holder"))
	}
	return h.answer(w, r, m, form, err)
}

// sign keeps what is known now. The form carries the number of the last review, so that of two people who sign the same one off, one is told.
func (h *Handler) sign(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	lang := permission.Lang(form.Get("language"))
	if !lang.Known() {
		return h.answer(w, r, m, form, errs.Show(errs.Invalid, "Choose one of the six languages."))
	}
	last, err := strconv.Atoi(form.Get("last"))
	if err != nil || last < 0 {
		return errs.Show(errs.Invalid, "The form does not say which review it signs off.")
	}
	next, err := optionalDate(form.Get("next"))
	if err != nil {
		return h.answer(w, r, m, form, err)
	}
	v, k, err := h.view(r.Context(), m)
	if err != nil {
		return err
	}
	signed, err := h.Reviews.SignOff(r.Context(), m.Tenant.ID, m.Person, last, string(lang), v.snapshot(k, h.Partner(r.Context()), next), next, form.Get("holder"))
	if err != nil {
		return err // a conflict says so itself
	}
	return page.SeeOther(w, r, m.Path("/review/reports/"+strconv.Itoa(signed.Number)))
}

// answer ends a form: back to the review, or the page again with what to change.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, m tenant.Membership, form url.Values, err error) error {
	sentence, _, shown := errs.Sentence(err)
	if err == nil || !shown || page.StatusOf(err) != http.StatusBadRequest || page.WantsJSON(r) {
		if err != nil {
			return err
		}
		return page.SeeOther(w, r, m.Path("/review"))
	}
	v, _, verr := h.view(r.Context(), m)
	if verr != nil {
		return verr
	}
	v.fault, v.values = sentence, form
	if err := h.choose(r.Context(), &v, form.Get("finding")); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusUnprocessableEntity, reviewPage(page.Shell(r, m, "Review"), v))
}

func date(s string) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, errs.Show(errs.Invalid, "A day is written as 2026-12-31.")
	}
	return t, nil
}

func optionalDate(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return date(s)
}

func number(r *http.Request) (int, error) {
	n, err := strconv.Atoi(chi.URLParam(r, "number"))
	if err != nil || n < 1 || n > 1<<30 {
		return 0, errs.NotFound
	}
	return n, nil
}
