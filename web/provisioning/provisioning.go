// Package provisioning shows what Entra provisions into other applications: the jobs with their state, the reason and the next try,
// and the provisioning log down to the steps of one event.
//
// What a job is, its tables, and how it is set up and steered live in internal/provisioning. Secrets that Entra stores for a target are never
// read, those that people enter for it are never kept or shown again, and values whose name says secret are never shown.
package provisioning

import (
	"context"
	"iter"
	"net/http"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/webhook"
	"github.com/tenantry/tenantry/web/figures"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the provisioning pages.
type Handler struct {
	Provisioning *provisioning.Store
	Sync         *graphsync.Service
	Audit        *audit.Store                    // nil: what people do here is not kept
	Home         tenant.ID                       // whose chain keeps changes of the rules
	Keys         webhook.Sealer                  // for the webhook's secret
	TestAlert    func(ctx context.Context) error // sends a test to everybody who is told
}

// Mount adds the provisioning pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/provisioning", h.list)
	r.Get("/provisioning/failures", h.failures)
	r.Get("/provisioning/objects", h.objects)
	r.Get("/provisioning/log", h.everyLog)
	r.Get("/provisioning/mappings", h.compare)
	r.Get("/provisioning/alerts", h.alerts)
	r.Post("/provisioning/alerts/{alert}/snooze", tenant.MayAct, h.snooze)
	r.Get("/provisioning/{principal}", h.show)
	r.Get("/provisioning/{principal}/mappings", h.mappings)
	r.Get("/provisioning/{principal}/mappings/export", h.exportMappings)
	r.Get("/provisioning/{principal}/log", h.log)
	r.Get("/provisioning/{principal}/object", h.object)
	r.Get("/provisioning/{principal}/log/{event}", h.event)
}

// pageSize is the number of rows on a page.
const pageSize = 50

// logSize is the number of rows on a page of the log and of failing objects, whose rows are the heaviest of all lists: a page stays below 100 KB.
const logSize = 40

var jobNoun = fresh.Noun{One: "provisioning job", Many: "provisioning jobs", Icon: "people_sync"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := newSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningJobs)
	if err != nil {
		return err
	}
	late, err := h.late(ctx, m.Scope, read)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	toRow := newRower(late, now)
	l := page.List[row]{
		Title: "Provisioning", One: jobNoun.One, Many: jobNoun.Many, Caption: "Provisioning jobs, worst first", M: m, Query: q, Spec: spec, Columns: columns(m),
		URL: func(r row) string { return r.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: append([]ui.Action{{Text: "Failures by cause", Icon: "people", URL: m.Path("/provisioning/failures")}, {Text: "Alerts", Icon: "alert", URL: m.Path("/provisioning/alerts")}, {Text: "Mappings", Icon: "options", URL: m.Path("/provisioning/mappings")}, {Text: "Log", Icon: "history", URL: m.Path("/provisioning/log")}}, fresh.ReadNow(m)...), Each: h.each(m.Scope, f, toRow),
	}
	if m.One() && m.May(tenant.MayAct) {
		l.Actions = append(l.Actions, ui.Action{Text: "Set up an application", Icon: "add", URL: m.Path("/provisioning/new")})
	}
	if !m.One() {
		l.Actions = append(l.Actions, ui.Action{Text: "Plans", Icon: "clipboard_task", URL: "/provisioning/plans"})
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Provisioning.ListJobs(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, j := range found.Rows {
		l.Rows = append(l.Rows, toRow(j))
	}
	counts, total, err := h.counts(ctx, m, read)
	if err != nil {
		return err
	}
	if total > 0 {
		days, err := h.Sync.DailyOf(ctx, m.Scope, graphsync.ProvisioningJobs, now.AddDate(0, 0, -figures.TrendDays), figures.JobKeys()...)
		if err != nil {
			return err
		}
		l.Above, l.Below = counts, figures.JobTrend(figures.Daily(days), now)
	}
	l.Empty = fresh.Empty(jobNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear(), Total: total}, now)
	return l.Serve(w, r)
}

// counts are the jobs by health, each a link to exactly those.
func (h *Handler) counts(ctx context.Context, m tenant.Membership, read graphsync.Freshness) (ui.StateCounts, int64, error) {
	fine := ui.State{Shape: ui.ShapeOK, Text: "fine"}
	if fresh.Shape(read) != ui.ShapeOK {
		fine = ui.State{Shape: fresh.Shape(read), Text: "fine when last read"}
	}
	figures, err := h.Sync.Counters(ctx, m.Scope, graphsync.ProvisioningJobs)
	if err != nil {
		return nil, 0, err
	}
	var out ui.StateCounts
	for _, s := range []struct {
		health provisioning.Health
		state  ui.State
	}{
		{provisioning.Quarantined, ui.State{Shape: ui.ShapeBad, Text: "in quarantine"}},
		{provisioning.Troubled, ui.State{Shape: ui.ShapeWarn, Text: "with failures"}},
		{provisioning.Idle, ui.State{Shape: ui.ShapePaused, Text: "not running"}},
		{provisioning.Fine, fine},
	} {
		name := s.health.String()
		out = append(out, ui.StateCount{N: figures["health:"+name], State: s.state, URL: m.Path("/provisioning") + "?health=" + name})
	}
	return out, figures["total"], nil
}

// each streams the rows of an export, page by page.
func (h *Handler) each(scope tenant.Scope, f provisioning.JobFilter, toRow func(provisioning.Job) row) func(context.Context) iter.Seq2[row, error] {
	return page.Paged(func(ctx context.Context, after string) ([]provisioning.Job, string, error) {
		f.After, f.Limit = after, 500
		p, err := h.Provisioning.ListJobs(ctx, scope, f)
		return p.Rows, p.Next, err
	}, toRow)
}

// lateTenants are those whose jobs were last read longer ago than promised: their states are shown as what they were.
type lateTenants map[tenant.ID]bool

func (h *Handler) late(ctx context.Context, scope tenant.Scope, read graphsync.Freshness) (lateTenants, error) {
	if read.Late == 0 {
		return nil, nil
	}
	byTenant, err := h.Sync.FreshnessByTenant(ctx, scope, graphsync.ProvisioningJobs)
	if err != nil {
		return nil, err
	}
	late := lateTenants{}
	for id, f := range byTenant {
		late[id] = f.Late > 0
	}
	return late, nil
}
