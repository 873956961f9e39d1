// Package overview serves the first page of the partner's staff: what needs a person, the fleet in figures, how fresh it is, and who is
// furthest from target. It adds up what the sync counted, one row per tenant, and never counts devices itself.
package overview

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/figures"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Tenants      *tenant.Store
	Sync         *graphsync.Service
	Provisioning *provisioning.Store
	Services     *service.Store
	Brake        *brake.Store
	Incidents    *incident.Store            // nil: none are looked for
	Changed      func(since time.Time) bool // whether the portal may have changed something since then; nil: always

	shared tenant.Shared[view]
}

// Mount adds the page. Its button posts to the sync page.
func (h *Handler) Mount(r page.Router) {
	h.shared.Changed = h.Changed
	r.Get("/", h.show)
}

// view is the page's view model and its JSON twin.
type view struct {
	Customers int              `json:"customers"`
	States    map[string]int   `json:"customers_by_state"`
	Devices   map[string]int64 `json:"devices"` // sums of the last complete reads
	AsOf      *time.Time       `json:"as_of"`
	Attention []attention      `json:"needs_a_person"`
	Datasets  []dataset        `json:"datasets"`
	Furthest  []customer       `json:"furthest_from_target"`
	ByDay     []figures.Day    `json:"devices_by_day"`
	JobsByDay []figures.Day    `json:"provisioning_jobs_by_day"`

	m         tenant.Membership
	bar       ui.FilterBar
	chosen    []ui.Pair // the groups and tags, for a form
	narrowing string    // to groups and tags, as lists read it from their addresses
	reach     tenant.Scope
	now       time.Time
	fresh     graphsync.Freshness
	days      graphsync.Days // of devices
	jobDays   graphsync.Days // of provisioning jobs
	jobs      int64
	ill       int64
	jobsRead  bool // of at least one customer
	all       bool // every attention, not the first few
}

// dataset is how fresh one dataset is over all customers.
type dataset struct {
	Name   string     `json:"dataset"`
	Label  string     `json:"label"`
	Fresh  int        `json:"fresh"`
	Late   int        `json:"late"`
	Unread int        `json:"unread"`
	Oldest *time.Time `json:"oldest"`
	target time.Duration
}

// customer is one line of those furthest from target. Without a complete read its share is unknown, which is worse than any figure.
type customer struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Devices   *int64   `json:"devices"`   // null: never read
	Compliant *float64 `json:"compliant"` // share, 0 to 1; null: unknown

	tenant tenant.Tenant
	stale  bool
}

// spec has nothing but the groups and tags that narrow every list of customers' rows.
var spec = page.Spec{Tenants: true}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.CSV {
		return errs.ShowNext(errs.Invalid, "The overview can be had as a page or as JSON.", "Open one of its lists for a CSV.")
	}
	now := page.ChromeOf(r.Context()).Now
	v, err := h.shared.Read(r.Context(), m.Scope, "", func(ctx context.Context) (view, error) { return h.read(ctx, m.Scope, now) })
	if err != nil {
		return err
	}
	v.m, v.all, v.narrowing = m, r.URL.Query().Get("needs") == "all", q.Narrowing()
	for _, name := range []string{"group", "tag"} {
		for _, value := range q.Values[name] {
			v.chosen = append(v.chosen, ui.Pair{Name: name, Value: value})
		}
	}
	if v.bar, err = page.Bar(r, spec, q); err != nil {
		return err
	}
	v.Attention = slices.Clone(v.Attention)
	if !m.May(tenant.MayAct) {
		v.Attention = slices.DeleteFunc(v.Attention, func(a attention) bool { return a.Kind == "approval" })
	}
	for i := range v.Attention {
		a := &v.Attention[i]
		a.URL, a.tenantsURL = v.list(a.URL), v.list(a.tenantsURL)
	}
	return page.Answer(w, r, v, overviewPage(page.Shell(r, m, "Overview"), v))
}

// list is the address of a list that holds what the page counts.
func (v view) list(path string) string { return page.Narrow(path, v.narrowing) }

// read is all of the page that does not depend on who looks at it, but on their reach. Several people may look at the same.
func (h *Handler) read(ctx context.Context, reach tenant.Scope, now time.Time) (view, error) {
	v := view{reach: reach, now: now, States: map[string]int{}, Attention: []attention{}, Furthest: []customer{}}
	states, err := h.Tenants.CountByState(ctx, reach)
	if err != nil {
		return v, err
	}
	for state, n := range states {
		v.States[string(state)] = n
		v.Customers += n
	}
	for _, step := range []func(context.Context, *view) error{h.readFreshness, h.readFigures, h.readFurthest, h.readAttention} {
		if err := step(ctx, &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (h *Handler) readFreshness(ctx context.Context, v *view) error {
	all, err := h.Sync.FreshnessOfAll(ctx, v.reach)
	if err != nil {
		return err
	}
	for _, f := range all {
		d, _ := graphsync.Table().Get(f.Dataset)
		x := dataset{Name: f.Dataset, Label: graphsync.Label(f.Dataset), Fresh: f.Fresh, Late: f.Late, Unread: f.Unread, target: d.FreshFor}
		if !f.AsOf.IsZero() {
			x.Oldest = &f.AsOf
		}
		v.Datasets = append(v.Datasets, x)
		switch f.Dataset {
		case graphsync.Devices:
			v.fresh, v.AsOf = f, x.Oldest
		case graphsync.ProvisioningJobs:
			v.jobsRead = f.Read > 0
		}
	}
	return nil
}

func (h *Handler) readFigures(ctx context.Context, v *view) error {
	var err error
	if v.Devices, err = h.Sync.Counters(ctx, v.reach, graphsync.Devices); err != nil {
		return err
	}
	since := v.now.AddDate(0, 0, -figures.TrendDays)
	if v.days, err = h.Sync.DailyOf(ctx, v.reach, graphsync.Devices, since, figures.DeviceKeys(v.Devices)...); err != nil {
		return err
	}
	v.jobDays, err = h.Sync.DailyOf(ctx, v.reach, graphsync.ProvisioningJobs, since, figures.JobKeys()...)
	v.ByDay, v.JobsByDay = figures.Daily(v.days).List(v.now), figures.Daily(v.jobDays).List(v.now)
	return err
}

// shownFurthest is how many customers the page names that are furthest from target.
const shownFurthest = 7

func (h *Handler) readFurthest(ctx context.Context, v *view) error {
	const good = "compliance:compliant"
	ids, err := h.Sync.Furthest(ctx, v.reach, graphsync.Devices, good, shownFurthest)
	if err != nil || len(ids) == 0 {
		return err
	}
	scope := tenant.Only(ids...)
	counters, err := h.Sync.CountersByTenant(ctx, scope, graphsync.Devices, "total", good)
	if err != nil {
		return err
	}
	read, err := h.Sync.FreshnessByTenant(ctx, scope, graphsync.Devices)
	if err != nil {
		return err
	}
	byID, err := h.byID(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		t, f := byID[id], read[id]
		if t == nil {
			continue // gone since
		}
		c := customer{ID: id.String(), Name: t.Name(), tenant: *t, stale: f.State != graphsync.Complete}
		if _, ok := f.Snapshot(); ok {
			total := counters[id]["total"]
			share := float64(counters[id][good]) / float64(max(total, 1))
			c.Devices, c.Compliant = &total, &share
		}
		v.Furthest = append(v.Furthest, c)
	}
	return nil
}

// byID finds customers; the home tenant is none.
func (h *Handler) byID(ctx context.Context, ids []tenant.ID) (map[tenant.ID]*tenant.Tenant, error) {
	found := map[tenant.ID]*tenant.Tenant{}
	if len(ids) == 0 {
		return found, nil
	}
	tenants, err := h.Tenants.List(ctx, tenant.Only(ids...))
	for i := range tenants {
		if !tenants[i].Home {
			found[tenants[i].ID] = &tenants[i]
		}
	}
	return found, err
}

func (v view) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "All customers", URL: v.list("/tenants")}, {Text: ui.N(int64(v.Customers))}}, Title: "Overview"}
	h.Freshness = freshLine(v)
	if v.m.May(tenant.MaySync) {
		h.Actions = []ui.Action{{Text: "Read all now", Icon: "arrow_sync", Post: "/sync"}}
		if v.narrowing != "" {
			h.Actions[0].Text, h.Actions[0].Fields = "Read these now", v.chosen
		}
	}
	return h
}
