// Package tenants serves the list of customers, the form that adds one, and the first page of each: how far its connection has come,
// and its figures at a glance.
//
// Asking for consent lives in web/consent, what was read in the pages of each thing.
package tenants

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/search"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Adder adds a tenant by domain or GUID: consent.Service is one.
type Adder interface {
	AddTenant(ctx context.Context, who tenant.Person, domainOrGUID string) (t tenant.Tenant, made bool, err error)
}

// Handler serves the room.
type Handler struct {
	Tenants  *tenant.Store
	Sync     *graphsync.Service
	Guests   *guest.Store
	Services *service.Store
	Audit    *audit.Store
	Add      Adder
	Tags     func(ctx context.Context, scope tenant.Scope) (map[tenant.ID][]string, error) // nil: customers have none
}

// Mount adds the pages over all tenants.
func (h *Handler) Mount(r page.Router) {
	r.Get("/tenants", h.list)
	r.GetFor("/tenants/new", tenant.MayConsent, h.form)
	r.Post("/tenants/new", tenant.MayConsent, h.add)
}

// MountTenant adds the pages of one tenant.
func (h *Handler) MountTenant(r page.Router) {
	r.Get("/", h.summary)
	r.Post("/sync", tenant.MaySync, h.syncNow)
}

// pageSize keeps the page within 100 KB, as every page of the portal is meant to be; a row of this list is a long one.
const pageSize = 40

// row is one customer of the list, and of its JSON twin.
type row struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Domain     string     `json:"domain"`
	State      string     `json:"state"`
	Mark       int        `json:"mark"` // colour, 0 to 11
	StateSince time.Time  `json:"state_since"`
	StateAsOf  *time.Time `json:"state_as_of"`
	Devices    *int64     `json:"devices"`   // nil: never read
	Compliant  *float64   `json:"compliant"` // share of devices, 0 to 1; nil: unknown
	AsOf       *time.Time `json:"as_of"`     // of the devices
	Tags       []string   `json:"tags,omitempty"`

	tenant tenant.Tenant
	fresh  graphsync.State
	now    time.Time
}

var stateOptions = func() []page.Option {
	var out []page.Option
	for _, s := range tenant.States {
		out = append(out, page.Option{Value: string(s), Label: page.StateWord(s)})
	}
	return out
}()

var spec = page.Spec{
	Sorts:       []string{"name", "state", "devices", "compliant", "read"},
	Filters:     []page.Filter{{Name: "state", Label: "Connection", Options: stateOptions}},
	Placeholder: "Name, domain or tenant number",
	Tenants:     true,
}

var columns = []page.Column[row]{
	{Key: "name", Label: "Customer", Sort: "name", Width: 240, Text: func(r row) string { return r.Name }},
	{Key: "domain", Label: "Domain", Priority: 2, Cell: func(r row) ui.Cell { return ui.QuietCell(r.Domain) }, Text: func(r row) string { return r.Domain }},
	{Key: "state", Label: "Connection", Kind: ui.KindState, Sort: "state", Width: 170, Cell: func(r row) ui.Cell { return ui.Cell{State: ptr(page.Connection(r.tenant, r.now))} }, Text: func(r row) string { return r.State }},
	{Key: "since", Label: "Since", Kind: ui.KindTime, Priority: 3, Width: 110, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.StateSince, r.now)) }, Text: func(r row) string { return r.StateSince.UTC().Format(time.RFC3339) }},
	{Key: "devices", Label: "Devices", Kind: ui.KindNumber, Sort: "devices", Width: 110, Phone: "left", Cell: devicesCell, Text: func(r row) string { return number(r.Devices) }},
	{Key: "compliant", Label: "Compliant", Kind: ui.KindState, Priority: 2, Sort: "compliant", Width: 130, Cell: compliantCell, Text: compliantText},
	{Key: "read", Label: "Devices read", Kind: ui.KindTime, Priority: 2, Sort: "read", Width: 130, Phone: "hide", Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(deref(r.AsOf), r.now)) }, Text: func(r row) string { return page.Stamp(r.AsOf) }},
	{Key: "id", Label: "Tenant", Exact: true, Text: func(r row) string { return r.ID }},
}

func ptr[T any](v T) *T { return &v }

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func number(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func devicesCell(r row) ui.Cell {
	if r.Devices == nil {
		return ui.Cell{Text: "not read", Quiet: true}
	}
	return ui.NumberCell(*r.Devices, "/t/"+r.ID+"/devices")
}

// compliantCell is green only from a complete read within its target.
func compliantCell(r row) ui.Cell {
	switch {
	case r.Compliant == nil:
		return ui.StateCell(ui.ShapeUnknown, "Unknown")
	case r.fresh != graphsync.Complete:
		return ui.StateCell(ui.ShapeStale, "was "+share(*r.Compliant))
	case *r.Compliant >= target:
		return ui.StateCell(ui.ShapeOK, share(*r.Compliant))
	}
	return ui.StateCell(ui.ShapeWarn, share(*r.Compliant))
}

// target is the share of compliant devices that a customer should reach.
const target = 0.95

func share(f float64) string { return ui.Percent(int64(f*1e6), 1e6) }

func compliantText(r row) string {
	if r.Compliant == nil {
		return ""
	}
	return strconv.FormatFloat(*r.Compliant, 'f', 4, 64)
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	all, err := h.rows(r.Context(), m, page.ChromeOf(r.Context()).Now)
	if err != nil {
		return err
	}
	found := slices.DeleteFunc(all, func(x row) bool { return !matches(x, q) })
	sortRows(found, q)
	shown, next, err := page.Cut(found, func(x row) string { return x.ID }, q.After, pageSize)
	if err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Customers", One: "customer", Many: "customers", M: m, Query: q, Spec: spec, Columns: h.columns(), Rows: shown,
		URL: func(x row) string { return "/t/" + x.ID }, Count: int64(len(found)), Next: next,
		Mark:  func(x row) *ui.TenantChip { return ptr(page.Chip(x.tenant, "")) },
		Lead:  "Every tenant that you may see, and how far its connection has come.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "building_multiple", Title: "No customers", Lines: []string{"No customer is assigned to you yet.", "An owner assigns customers on the staff page."}},
		Each:  page.AtHand(found),
	}
	if m.May(tenant.MayConsent) {
		l.Actions = []ui.Action{{Text: "Add customer", Icon: "add", Kind: ui.Primary, URL: "/tenants/new"}}
	}
	return l.Serve(w, r)
}

// rows are all customers of the membership with their figures: two queries, however many devices there are.
func (h *Handler) rows(ctx context.Context, m tenant.Membership, now time.Time) ([]row, error) {
	tenants, err := h.Tenants.List(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	counters, err := h.Sync.CountersByTenant(ctx, m.Scope, graphsync.Devices, "total", "compliance:compliant")
	if err != nil {
		return nil, err
	}
	read, err := h.Sync.FreshnessByTenant(ctx, m.Scope, graphsync.Devices)
	if err != nil {
		return nil, err
	}
	rows := make([]row, 0, len(tenants))
	for _, t := range tenants {
		if !t.Home {
			rows = append(rows, newRow(t, counters[t.ID], read[t.ID], now))
		}
	}
	if h.Tags == nil {
		return rows, nil
	}
	tags, err := h.Tags(ctx, m.Scope)
	for i := range rows {
		rows[i].Tags = tags[rows[i].tenant.ID]
	}
	return rows, err
}

// columns are the list's; where customers have tags, those too.
func (h *Handler) columns() []page.Column[row] {
	if h.Tags == nil {
		return columns
	}
	tags := func(r row) string { return strings.Join(r.Tags, ", ") }
	return append(slices.Clip(columns), page.Column[row]{Key: "tags", Label: "Tags", Priority: 3, Width: 150, Phone: "hide", Cell: func(r row) ui.Cell { return ui.QuietCell(tags(r)) }, Text: tags})
}

func newRow(t tenant.Tenant, counters map[string]int64, f graphsync.Freshness, now time.Time) row {
	x := row{ID: t.ID.String(), Name: t.Name(), Domain: t.DefaultDomain, State: string(t.State), Mark: page.Chip(t, "").Colour, StateSince: t.StateSince, tenant: t, fresh: f.State, now: now}
	if !t.StateReadAt.IsZero() {
		x.StateAsOf = ptr(t.StateReadAt.UTC())
	}
	if snap, ok := f.Snapshot(); ok {
		total := counters["total"]
		x.Devices, x.AsOf = &total, ptr(snap.AsOf().UTC())
		if total > 0 {
			x.Compliant = ptr(float64(counters["compliance:compliant"]) / float64(total))
		}
	}
	return x
}

func matches(x row, q page.Query) bool {
	if states := q.Values["state"]; len(states) > 0 && !slices.Contains(states, x.State) {
		return false
	}
	return x.tenant.Holds(search.Words(q.Q))
}

// sortRows orders by what was asked, then by name and GUID; what was never read comes first when sorted upwards: unknown is worse
// than any figure.
func sortRows(rows []row, q page.Query) {
	by := map[string]func(a, b row) int{
		"name":      func(a, b row) int { return 0 },
		"state":     func(a, b row) int { return cmp.Compare(rank(a), rank(b)) },
		"devices":   func(a, b row) int { return cmp.Compare(orMinus(a.Devices), orMinus(b.Devices)) },
		"compliant": func(a, b row) int { return cmp.Compare(orMinusF(a.Compliant), orMinusF(b.Compliant)) },
		"read":      func(a, b row) int { return deref(a.AsOf).Compare(deref(b.AsOf)) },
	}[q.Sort]
	slices.SortFunc(rows, func(a, b row) int {
		c := cmp.Or(by(a, b), cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
		if q.Desc {
			return -c
		}
		return c
	})
}

func rank(x row) int { return slices.Index(tenant.States, x.tenant.State) }

func orMinus(n *int64) int64 {
	if n == nil {
		return -1
	}
	return *n
}

func orMinusF(f *float64) float64 {
	if f == nil {
		return -1
	}
	return *f
}
