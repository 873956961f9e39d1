package incidents

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

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
		v.broken = errors.Join(v.broken, got.Err)
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
