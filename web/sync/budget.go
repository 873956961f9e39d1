package sync

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// appLimit is what Microsoft Graph takes from one app over all tenants within appWindow (Microsoft Graph throttling limits).
const (
	appLimit  = 130_000
	appWindow = 10 * time.Second
)

// used is one limit of one customer.
type used struct {
	TenantID   string     `json:"tenant_id"`
	TenantName string     `json:"tenant_name"`
	Limit      string     `json:"limit"`
	Calls      int        `json:"calls"`
	Most       int        `json:"most"`
	Seconds    int        `json:"seconds"`
	Circuit    string     `json:"circuit"`
	Failing    int        `json:"failing"`
	Until      *time.Time `json:"until"`

	now time.Time
}

var lanes = map[string]string{"general": "Everything but logs", "reports": "Audit and provisioning logs"}

var budgetSpec = page.Spec{Filters: []page.Filter{page.ByCustomer}}

var budgetColumns = []page.Column[used]{
	{Key: "limit", Label: "Limit", Width: 220, Text: func(u used) string { return lanes[u.Limit] }},
	{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Cell: func(u used) ui.Cell { return customerCell(u.TenantID, u.TenantName) }, Text: func(u used) string { return u.TenantName }},
	{Key: "state", Label: "State", Kind: ui.KindState, Width: 230, Cell: circuitCell, Text: func(u used) string { return u.Circuit }},
	{Key: "calls", Label: "Calls", Kind: ui.KindNumber, Width: 90, Cell: func(u used) ui.Cell { return ui.TextCell(ui.N(int64(u.Calls))) }, Text: func(u used) string { return strconv.Itoa(u.Calls) }},
	{Key: "most", Label: "Microsoft takes", Kind: ui.KindNumber, Width: 130, Cell: func(u used) ui.Cell { return ui.QuietCell(fmt.Sprintf("%s in %d s", ui.N(int64(u.Most)), u.Seconds)) }, Text: func(u used) string { return strconv.Itoa(u.Most) }},
	{Key: "seconds", Label: "Seconds", Exact: true, Text: func(u used) string { return strconv.Itoa(u.Seconds) }},
	{Key: "share", Label: "Used", Kind: ui.KindNumber, Width: 80, Cell: func(u used) ui.Cell { return ui.TextCell(u.share()) }, Text: func(u used) string { return u.share() }},
	{Key: "until", Label: "Asked again", Kind: ui.KindTime, Width: 110, Cell: func(u used) ui.Cell {
		if u.Until == nil {
			return ui.DashCell()
		}
		return ui.TimeCell(ui.Future(*u.Until, u.now))
	}, Text: func(u used) string { return page.Stamp(u.Until) }},
}

func (u used) share() string { return strconv.Itoa(100*u.Calls/max(u.Most, 1)) + " %" }

func circuitCell(u used) ui.Cell {
	switch {
	case u.Circuit == "open":
		return ui.StateCell(ui.ShapePaused, "Left alone after "+ui.Count(int64(u.Failing), "failure", "failures"))
	case u.Circuit == "probing":
		return ui.StateCell(ui.ShapePending, "The next call finds out")
	case u.Until != nil:
		return ui.StateCell(ui.ShapePaused, "Microsoft asked for a pause")
	}
	return ui.StateCell(ui.ShapeNone, "Asked at its pace")
}

// budget lists what the last seconds used of Microsoft's limits, customer by customer. Whoever is not listed was not called.
func (h *Handler) budget(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := budgetSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.After != "" {
		return errs.Show(errs.Invalid, "This list has one page only.")
	}
	found, err := h.Sync.Budgets(r.Context(), narrow(m.Scope, filter(q).Tenants, len(q.Values["customer"]) > 0))
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	l := page.List[used]{
		Title: "Call budget", One: "limit", Many: "limits", Caption: "Limits in use, pauses first, then the most used", M: m, Query: q, Spec: budgetSpec, Columns: budgetColumns, Count: int64(len(found)), AsOf: now,
		Context: []ui.Crumb{{Text: "Sync", URL: "/sync"}}, Live: len(found) > 0, URL: func(u used) string { return "/sync?customer=" + u.TenantID },
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "arrow_sync", Title: "Microsoft is not called at the moment", Lines: []string{"A customer shows here while it is read, and while it is left alone after failures."}, ActionURL: "/sync", ActionText: "Show the sync"},
	}
	sum := 0
	for _, b := range found {
		l.Rows = append(l.Rows, newUsed(b, now))
		sum += int(float64(b.Calls) * min(1, appWindow.Seconds()/b.Window.Seconds()))
	}
	l.Lead = fmt.Sprintf("Calls of the last seconds against Microsoft's limits. All customers that you see: about %s of the %s that Microsoft takes from the whole portal in %d s.",
		ui.N(int64(sum)), ui.N(appLimit), int(appWindow.Seconds()))
	return l.Serve(w, r)
}

// narrow is the scope with no tenants but those, where any were asked for.
func narrow(scope tenant.Scope, to []tenant.ID, asked bool) tenant.Scope {
	if !asked {
		return scope
	}
	var left []tenant.ID
	for _, id := range to {
		if scope.Has(id) {
			left = append(left, id)
		}
	}
	return tenant.Only(left...)
}

func newUsed(b graphsync.Budget, now time.Time) used {
	return used{TenantID: b.Tenant.String(), TenantName: b.TenantName, Limit: b.Lane, Calls: b.Calls, Most: b.Limit, Seconds: int(b.Window.Seconds()), Circuit: b.Circuit,
		Failing: b.Failing, Until: pointer(b.Until), now: now}
}

// leftAlone says which customers are not asked at the moment; nil: all are.
func (h *Handler) leftAlone(ctx context.Context, scope tenant.Scope, now time.Time) (*ui.Banner, error) {
	found, err := h.Sync.Budgets(ctx, scope)
	if err != nil {
		return nil, err
	}
	names, until := map[string]bool{}, time.Time{}
	for _, b := range found {
		if b.Circuit == "open" || b.Until.After(now) {
			names[b.TenantName] = true
			if until.IsZero() || b.Until.Before(until) {
				until = b.Until
			}
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	b := &ui.Banner{Kind: "warn", Title: ui.Count(int64(len(names)), "customer is", "customers are") + " left alone for a while.",
		Text: "Microsoft failed there again and again, or asked for a pause. What was read before stays. The next try is " + ui.Future(until, now).Text + ".", ActionURL: "/sync/budget", ActionText: "Show the call budget"}
	return b, nil
}
