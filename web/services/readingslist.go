package services

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var readingNoun = fresh.Noun{One: "reading", Many: "readings", Whole: "services in Intune", Icon: "arrow_sync"}

// readingsList is where the numbers of the page of readings lead: which customers they are of, and why.
const readingsList = "/services/readings/customers"

// readingRow is how one kind was read at one customer, and its JSON twin.
type readingRow struct {
	Kind      string         `json:"kind"`
	KindName  string         `json:"kind_name"`
	Tenant    page.TenantRef `json:"tenant"`
	State     string         `json:"state"`
	StateName string         `json:"state_name"`
	Why       string         `json:"why"`
	Items     int64          `json:"items"`
	AsOf      *time.Time     `json:"as_of"`
	TriedAt   *time.Time     `json:"tried_at"`
	RequestID string         `json:"request_id"`
	URL       string         `json:"url"`

	state ui.State
	now   time.Time
}

func newReadingRow(r service.TenantReading, now time.Time) readingRow {
	state, why := readingState(r.Reading, now)
	out := readingRow{Kind: string(r.Kind), KindName: kindWords[r.Kind], Tenant: page.TenantRef{ID: r.Tenant, Name: r.TenantName}, State: string(r.Outcome), StateName: state.Text, Why: why, Items: r.Items,
		AsOf: page.Moment(r.ReadAt), TriedAt: page.Moment(r.TriedAt), RequestID: r.RequestID, URL: "/t/" + r.Tenant.String() + "/services/readings", state: state, now: now}
	if r.Outcome == service.Failed && r.Trouble == "licence" && r.Items == 0 {
		out.State = string(service.Unset)
	}
	return out
}

var readingSpec = page.Spec{Sorts: []string{"customer"}, Filters: []page.Filter{
	{Name: "kind", Label: "Kind", Options: kindOptions()},
	{Name: "state", Label: "Reading", Options: []page.Option{{Value: string(service.Read), Label: "Read"}, {Value: string(service.Unset), Label: "Not set up or licensed"}, {Value: string(service.Failed), Label: "Not read"}}},
	page.ByCustomer,
}}

var readingColumns = []page.Column[readingRow]{
	{Key: "kind", Label: "Kind", Width: 260, Text: func(r readingRow) string { return r.KindName }},
	page.CustomerColumn(190, func(r readingRow) page.TenantRef { return r.Tenant }),
	{Key: "state", Label: "Reading", Kind: ui.KindState, Width: 150, Priority: 1, Text: func(r readingRow) string { return r.StateName }, Cell: func(r readingRow) ui.Cell { return ui.Cell{State: &r.state} }},
	{Key: "items", Label: "Held", Kind: ui.KindNumber, Width: 80, Priority: 2, Text: func(r readingRow) string { return strconv.FormatInt(r.Items, 10) }, Cell: func(r readingRow) ui.Cell { return ui.TextCell(ui.N(r.Items)) }},
	{Key: "asof", Label: "As of", Kind: ui.KindTime, Width: 120, Priority: 1, Text: func(r readingRow) string { return page.Stamp(r.AsOf) }, Cell: func(r readingRow) ui.Cell { return when(r.AsOf, r.now) }},
	{Key: "why", Label: "Why", Priority: 2, Phone: "line", Text: func(r readingRow) string { return r.Why }, Cell: func(r readingRow) ui.Cell { return ui.QuietCell(r.Why) }},
	{Key: "tried", Label: "Tried at", Exact: true, Text: func(r readingRow) string { return page.Stamp(r.TriedAt) }},
	{Key: "request", Label: "Request id", Exact: true, Text: func(r readingRow) string { return r.RequestID }},
	{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r readingRow) string { return r.Tenant.ID.String() }},
}

// readingsByCustomer is the list of how each kind was read at each customer.
func (h *Handler) readingsByCustomer(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := readingSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := service.ReadingFilter{Desc: q.Desc, After: q.After, Limit: pageSize}
	for _, k := range q.Values["kind"] {
		f.Kind = append(f.Kind, service.Kind(k))
	}
	for _, o := range q.Values["state"] {
		f.State = append(f.State, service.Outcome(o))
	}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Services)
	if err != nil {
		return err
	}
	var found service.ReadingPage
	if !q.CSV {
		if found, err = h.Services.ReadingsByTenant(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	row := func(t service.TenantReading) readingRow { return newReadingRow(t, now) }
	l := page.List[readingRow]{
		Title: "Readings by customer", One: readingNoun.One, Many: readingNoun.Many, Caption: "How each kind was read at each customer", M: m, Query: q, Spec: readingSpec, Columns: readingColumns,
		Context: []ui.Crumb{{Text: "Services", URL: "/services"}, {Text: "What was read", URL: "/services/readings"}},
		URL:     func(r readingRow) string { return r.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m),
		Each: page.Streamed(func(ctx context.Context, each func(service.TenantReading) error) error {
			return h.Services.EachReading(ctx, m.Scope, f, each)
		}, row),
	}
	for _, t := range found.Rows {
		l.Rows = append(l.Rows, row(t))
	}
	if len(l.Rows) == 0 && !q.CSV {
		l.Empty = fresh.Empty(readingNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now)
	}
	return l.Serve(w, r)
}
