// Package incidents shows the incidents of Microsoft Defender XDR: those of all customers that let the portal read them, and at any customer
// what the signed-in person may see there at the moment, and hunt for.
//
// What an incident is, its table, and how it is worked on live in internal/incident.
package incidents

import (
	"context"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// Handler serves the room.
type Handler struct {
	Incidents *incident.Store
	Devices   *device.Store
	Sync      *graphsync.Service
	Desk      Desk
	Hunter    Hunter
	Queries   *incident.Queries
	Tenants   *tenant.Store // to hunt at several
	// Lacks tells a customer that has agreed to none of the permissions, as of when that was read; nil: nothing is said of it.
	Lacks func(ctx context.Context, tid tenant.ID, names ...string) (asOf time.Time, yes bool, err error)
	// Explain keeps what is behind a failure at Microsoft and gives the page that says so; nil: nothing is explained.
	Explain func(r *http.Request, err error, back string) string
}

// Mount adds the pages, over all customers or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/incidents", h.list)
	r.GetFor("/incidents/live", tenant.MayAct, h.live)
	r.GetFor(huntPath, tenant.MayAct, h.hunting)
	r.Post(huntPath, tenant.MayAct, h.hunt)
	r.Post(huntPath+"/queries", tenant.MayAct, h.save)
	r.Post(huntPath+"/queries/{query}/delete", tenant.MayAct, h.forget)
	r.Get("/incidents/{incident}", h.show)
	r.GetFor("/incidents/{incident}/work", tenant.MayAct, h.work)
	r.Post("/incidents/{incident}/work", tenant.MayAct, h.do)
	r.GetFor("/incidents/{incident}/alerts/{alert}", tenant.MayAct, h.work)
	r.Post("/incidents/{incident}/alerts/{alert}", tenant.MayAct, h.do)
}

// pageSize is the number of rows on a page.
const pageSize = 50

var noun = fresh.Noun{One: "incident", Many: "incidents", Whole: "security incidents", Icon: "shield"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	spec := newSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q, m.Person, now)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Incidents)
	if err != nil {
		return err
	}
	toRow := func(i incident.Incident) row { return newRow(i, now) }
	l := page.List[row]{
		Title: "Incidents", One: noun.One, Many: noun.Many, Caption: "Security incidents, newest first", M: m, Query: q, Spec: spec, Columns: columns(m),
		URL: func(r row) string { return r.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m),
		Each: page.Streamed(func(ctx context.Context, each func(incident.Incident) error) error {
			return h.Incidents.Each(ctx, m.Scope, f, each)
		}, toRow),
	}
	if m.May(tenant.MayAct) {
		l.Actions = append(l.Actions, ui.Action{Text: "Hunt", Icon: "search", URL: m.Path(huntPath)})
	}
	if m.One() && m.May(tenant.MayAct) {
		l.Actions = append(l.Actions, ui.Action{Text: "As Microsoft shows you", Icon: "eye", URL: m.Path("/incidents/live")})
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Incidents.List(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, i := range found.Rows {
		l.Rows = append(l.Rows, toRow(i))
	}
	counts, err := h.Sync.Counters(ctx, m.Scope, graphsync.Incidents)
	if err != nil {
		return err
	}
	if counts["total"] > 0 {
		l.Above = openCounts(m, counts)
	}
	l.Empty = fresh.Empty(noun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear(), Total: counts["total"]}, now)
	if l.Empty.Kind == ui.EmptyNotPermitted && m.One() && m.May(tenant.MayAct) {
		l.Empty.Lines = append(l.Empty.Lines, "You can still look as yourself: Microsoft shows you what you may see there.")
	}
	return l.Serve(w, r)
}

// openCounts are the open incidents by severity, each a link to exactly those.
func openCounts(m tenant.Membership, counts map[string]int64) (out ui.StateCounts) {
	for _, s := range incident.Severities {
		n := counts["open:"+s]
		if n == 0 && s != "high" {
			continue
		}
		state := verdict.Severity(s, true)
		state.Text = "open, " + ui.Lower(state.Text)
		out = append(out, ui.StateCount{N: n, State: state, URL: m.Path("/incidents") + "?open=true&severity=" + s})
	}
	return out
}

// newSpec is what the list reads from its URL.
func newSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"-created", "updated", "severity"}, Columns: []string{"severity", "status", "assigned", "alerts", "created", "updated", "verdict"},
		Default: []string{"severity", "status", "assigned", "alerts", "created", "updated"}, Placeholder: "Title, number, person, device",
		Filters: []page.Filter{
			{Name: "severity", Label: "Severity", Options: options(open, incident.Severities)}, {Name: "status", Label: "Status", Options: options(verdict.IncidentStatus, incident.Statuses)},
			{Name: "open", Label: "Open", Options: []page.Option{{Value: "true", Label: "to be looked at"}, {Value: "false", Label: "resolved or merged"}}},
			{Name: "assignee", Label: "Assigned to", Options: []page.Option{{Value: "none", Label: "nobody"}, {Value: "me", Label: "me"}}},
			{Name: "age", Label: "Created", Options: []page.Option{{Value: "day", Label: "within a day"}, {Value: "week", Label: "within a week"}, {Value: "month", Label: "within 30 days"}, {Value: "older", Label: "before that"}}},
		},
	}
	if !m.One() {
		s.Columns, s.Default = append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

const day = 24 * time.Hour

// newFilter is what the store is asked.
func newFilter(q page.Query, who tenant.Person, now time.Time) (f incident.Filter, err error) {
	f = incident.Filter{Q: q.Q, Severity: q.Values["severity"], Status: q.Values["status"], Now: now, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if v := q.Get("open"); v != "" {
		open := v == "true"
		f.Open = &open
	}
	switch q.Get("assignee") {
	case "none":
		f.Assignee = "-"
	case "me":
		f.Assignee = who.UPN
	}
	switch q.Get("age") {
	case "day":
		f.Within = day
	case "week":
		f.Within = 7 * day
	case "month":
		f.Within = 30 * day
	case "older":
		f.Over = 30 * day
	}
	f.Tenants, err = q.Customers()
	return f, err
}
