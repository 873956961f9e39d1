package incidents

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
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

// severalView is the page on which somebody asks the same at several customers.
type severalView struct {
	huntView
	all      []tenant.Tenant // in reach
	chosen   []tenant.ID
	lacks    map[tenant.ID]string // of those where the person is signed in, what they have not agreed to
	outcomes []outcome
	coming   iter.Seq[outcome] // of the customers that are being asked; nil: none is
	broken   error             // of the portal's own
}

// outcome is what the question came to at one customer.
type outcome struct {
	Customer page.TenantRef `json:"customer"`
	State    string         `json:"state"` // found, failed, not_signed_in
	Rows     int            `json:"rows"`
	Said     string         `json:"said"`

	kept int
	why  ui.Cell
}

func (h *Handler) newSeveralView(r *http.Request, m tenant.Membership, chosen []string) (v severalView, err error) {
	if v.huntView, err = h.newBox(r, m); err != nil {
		return v, err
	}
	if v.all, err = h.Tenants.List(r.Context(), m.Scope); err != nil {
		return v, err
	}
	for _, s := range chosen {
		id, err := tenant.ParseID(s)
		if err != nil {
			return v, errs.ShowNext(errs.Invalid, "A customer is chosen by its tenant id.", "Choose it in the list.")
		}
		if v.tenant(id) == nil {
			return v, errs.NotFound
		}
		if !slices.Contains(v.chosen, id) {
			v.chosen = append(v.chosen, id)
			v.rest += "&customer=" + id.String()
		}
	}
	v.lacks = map[tenant.ID]string{}
	for _, t := range v.all {
		if v.chrome.SignedIn(t.ID) == nil {
			continue
		}
		if v.lacks[t.ID], err = h.lacking(r.Context(), t.ID, v.chrome.Now); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (v *severalView) tenant(id tenant.ID) *tenant.Tenant {
	i := slices.IndexFunc(v.all, func(t tenant.Tenant) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &v.all[i]
}

// several shows the box; where no customer is chosen, those where the person is signed in are.
func (h *Handler) several(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.newSeveralView(r, m, r.URL.Query()["customer"])
	if err != nil {
		return err
	}
	if err := h.fill(r, &v.huntView); err != nil {
		return err
	}
	if len(v.chosen) == 0 {
		for _, t := range v.all {
			if v.chrome.SignedIn(t.ID) != nil && len(v.chosen) < incident.MostCustomers {
				v.chosen = append(v.chosen, t.ID)
			}
		}
	}
	return page.Answer(w, r, v.twin(), severalPage(page.Shell(r, m, huntTitle), &v))
}

// askSeveral asks at each chosen customer where the person is signed in, and shows what came of it at each.
func (h *Handler) askSeveral(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, err := h.newSeveralView(r, m, form["customer"])
	if err != nil {
		return err
	}
	v.open(form.Get("opened"))
	if v.asked, err = asked(form).Checked(); err != nil {
		sentence, _, _ := errs.Sentence(err)
		v.faults.Add("text", sentence)
	} else if err := h.Queries.KeepDraft(r.Context(), m.Person, v.asked); err != nil {
		return err
	}
	if n := len(v.chosen); n == 0 || n > incident.MostCustomers {
		v.faults.Add("customer", "Choose at least one customer, and at most 20.")
	}
	if len(v.faults) > 0 {
		return v.render(w, r, http.StatusUnprocessableEntity)
	}
	r, done := patiently(w, r, incident.PatienceOfAll)
	defer done()
	format := form.Get("format")
	if format != "csv" && format != "xlsx" && !page.WantsJSON(r) {
		v.coming = h.asking(r, &v)
		return page.Stream(w, r, severalPage(page.Shell(r, m, huntTitle), &v), func() error { return v.broken })
	}
	for range h.asking(r, &v) {
	}
	if v.broken != nil {
		return v.broken
	}
	slices.SortFunc(v.outcomes, func(a, b outcome) int { return cmp.Compare(v.place(a.Customer.ID), v.place(b.Customer.ID)) })
	if format != "" {
		return v.file(m, format).Serve(w, r)
	}
	return page.JSON(w, http.StatusOK, v.twin())
}

func (v severalView) render(w http.ResponseWriter, r *http.Request, status int) error {
	return page.Render(w, r, status, severalPage(page.Shell(r, v.m, huntTitle), &v))
}

// patiently is the request with time for Microsoft to answer, which is more than a page has, and a little to show it. Leaving the page ends
// nothing: what was asked is written down with its outcome.
func patiently(w http.ResponseWriter, r *http.Request, most time.Duration) (*http.Request, context.CancelFunc) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(most + 3*time.Minute)) // where the writer has none, nothing ends it
	ctx, done := context.WithTimeout(context.WithoutCancel(r.Context()), most+2*time.Minute)
	return r.WithContext(ctx), done
}

// asking asks where the person is signed in, and gives what came of it at each customer as it comes. At the end, what was found is put together.
func (h *Handler) asking(r *http.Request, v *severalView) iter.Seq[outcome] {
	var ask []tenant.ID
	for _, id := range v.chosen {
		if v.chrome.SignedIn(id) != nil {
			ask = append(ask, id)
		} else {
			v.outcomes = append(v.outcomes, v.signedOut(id))
		}
	}
	return func(yield func(outcome) bool) {
		asking, enough := context.WithTimeout(r.Context(), incident.PatienceOfAll)
		defer enough()
		var all []incident.Outcome
		for got := range incident.AskSeveral(asking, ask, func(tid tenant.ID) (incident.Found, error) {
			return h.Hunter.Ask(r.Context(), v.m.Person, middleware.RequestID(r.Context()), tid, v.asked)
		}) {
			o := h.outcome(r, v, got)
			all, v.outcomes = append(all, got), append(v.outcomes, o)
			if !yield(o) {
				return
			}
		}
		v.broken = errors.Join(v.broken, h.together(r.Context(), v, all))
	}
}

// together puts what was found into one result, in the order in which the customers are chosen.
func (h *Handler) together(ctx context.Context, v *severalView, all []incident.Outcome) error {
	slices.SortFunc(all, func(a, b incident.Outcome) int { return cmp.Compare(v.place(a.Tenant), v.place(b.Tenant)) })
	v.result = &result{now: v.chrome.Now, urls: map[string]string{}}
	v.result.merge(all, func(id tenant.ID) string { return v.tenant(id).Name() })
	for _, o := range all {
		if err := h.linkDevices(ctx, v.result, o); err != nil {
			return err
		}
	}
	return nil
}

// place is where a customer stands among those that are chosen.
func (v *severalView) place(id tenant.ID) int { return slices.Index(v.chosen, id) }

// linkDevices finds the pages of one customer's devices among the rows that are shown.
func (h *Handler) linkDevices(ctx context.Context, r *result, o incident.Outcome) error {
	own := result{Columns: o.Found.Columns, Rows: o.Found.Rows}
	urls, err := h.deviceURLs(ctx, o.Tenant, own.devices())
	for id, at := range urls {
		r.urls[id] = at
	}
	return err
}

func (v *severalView) signedOut(id tenant.ID) outcome {
	at := page.SignInAt(id, v.here())
	return outcome{Customer: page.TenantRef{ID: id, Name: v.tenant(id).Name()}, State: "not_signed_in", Said: "You are not signed in there, so it was not asked.", why: ui.LinkCell("Sign in there", at)}
}

// here is the page with the customers that are chosen, to come back to from a sign-in.
func (v severalView) here(more ...tenant.ID) string {
	q := url.Values{}
	for _, id := range slices.Concat(v.chosen, more) {
		q.Add("customer", id.String())
	}
	return v.path("?" + q.Encode())
}

// outcome words what came of it at one customer.
func (h *Handler) outcome(r *http.Request, v *severalView, got incident.Outcome) outcome {
	o := outcome{Customer: page.TenantRef{ID: got.Tenant, Name: v.tenant(got.Tenant).Name()}, State: "found", Rows: got.Rows, kept: len(got.Found.Rows)}
	if got.Err == nil {
		o.Said = "The query found nothing."
		if o.Rows > 0 {
			o.Said = ui.Count(int64(o.Rows), "row", "rows")
		}
		if o.Rows > o.kept {
			o.Said += ", of which the first " + ui.N(int64(o.kept)) + " are here. Ask there alone for all."
		}
		return o
	}
	sentence, next, told := errs.Sentence(got.Err)
	if !told {
		v.broken = got.Err
		sentence, next = "The portal made a mistake, so it is not known what there is.", "Ask there again. Its request id is "+middleware.RequestID(r.Context())+"."
	}
	o.State, o.Said = "failed", sentence+" "+next
	if v.unread == nil {
		errors.As(got.Err, &v.unread)
	}
	if errors.Is(got.Err, errs.Unauthorised) {
		o.why = ui.LinkCell("Sign in there", page.SignInAt(got.Tenant, v.here()))
	} else if h.Explain != nil {
		if at := h.Explain(r, got.Err, v.path("")); at != "" {
			o.why = ui.LinkCell("Why", at)
		}
	}
	return o
}

// asked is the question as a form has it.
func asked(form url.Values) incident.Question {
	days, _ := strconv.Atoi(form.Get("days")) // no number is refused as too few days
	return incident.Question{Query: form.Get("text"), Days: days}
}
