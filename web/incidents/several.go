package incidents

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
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
	file := format == "csv" || format == "xlsx"
	if !file && !page.WantsJSON(r) {
		v.coming = h.asking(r, &v)
		return page.Stream(w, r, severalPage(page.Shell(r, m, huntTitle), &v), func() error { return v.broken })
	}
	for range h.asking(r, &v) {
	}
	if v.broken != nil {
		return v.broken
	}
	slices.SortFunc(v.outcomes, func(a, b outcome) int { return cmp.Compare(v.place(a.Customer.ID), v.place(b.Customer.ID)) })
	if file {
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

// here is the page with the customers that are chosen, to come back to from a sign-in.
func (v severalView) here(more ...tenant.ID) string {
	q := url.Values{}
	for _, id := range slices.Concat(v.chosen, more) {
		q.Add("customer", id.String())
	}
	return v.path("?" + q.Encode())
}

// asked is the question as a form has it.
func asked(form url.Values) incident.Question {
	days, _ := strconv.Atoi(form.Get("days")) // no number is refused as too few days
	return incident.Question{Query: form.Get("text"), Days: days}
}
