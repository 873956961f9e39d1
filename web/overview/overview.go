// Package overview serves the first page of the partner's staff: what needs a person, the fleet in figures, how fresh it is, and who is
// furthest from target. It adds up what the sync counted, one row per tenant, and never counts devices itself.
package overview

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
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
}

// Mount adds the page. Its button posts to the sync page.
func (h *Handler) Mount(r page.Router) {
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

	m        tenant.Membership
	now      time.Time
	fresh    graphsync.Freshness
	days     []figures.Day
	jobs     int64
	ill      int64
	jobsRead bool // of at least one customer
	all      bool // every attention, not the first few
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

const trendDays = 90

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.read(r.Context(), m, page.ChromeOf(r.Context()).Now)
	if err != nil {
		return err
	}
	v.all = r.URL.Query().Get("needs") == "all"
	return page.Answer(w, r, v, overviewPage(page.Shell(r, m, "Overview"), v))
}

func (h *Handler) read(ctx context.Context, m tenant.Membership, now time.Time) (view, error) {
	v := view{m: m, now: now, States: map[string]int{}, Attention: []attention{}, Furthest: []customer{}}
	tenants, err := h.Tenants.List(ctx, m.Reach)
	if err != nil {
		return v, err
	}
	tenants = slices.DeleteFunc(tenants, func(t tenant.Tenant) bool { return t.Home })
	v.Customers = len(tenants)
	for _, t := range tenants {
		v.States[string(t.State)]++
	}
	for _, step := range []func(context.Context, []tenant.Tenant, *view) error{h.readFreshness, h.readFigures, h.readFurthest, h.readAttention} {
		if err := step(ctx, tenants, &v); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (h *Handler) readFreshness(ctx context.Context, _ []tenant.Tenant, v *view) error {
	all, err := h.Sync.FreshnessOfAll(ctx, v.m.Reach)
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

func (h *Handler) readFigures(ctx context.Context, _ []tenant.Tenant, v *view) error {
	var err error
	if v.Devices, err = h.Sync.Counters(ctx, v.m.Reach, graphsync.Devices); err != nil {
		return err
	}
	since := v.now.AddDate(0, 0, -trendDays)
	total, err := h.Sync.Daily(ctx, v.m.Reach, graphsync.Devices, "total", since)
	if err != nil {
		return err
	}
	compliant, err := h.Sync.Daily(ctx, v.m.Reach, graphsync.Devices, "compliance:compliant", since)
	if err != nil {
		return err
	}
	good := map[time.Time]int64{}
	for _, d := range compliant {
		good[d.Day] = d.Value
	}
	for _, d := range total {
		v.days = append(v.days, figures.Day{Day: d.Day, Compliant: good[d.Day], Total: d.Value})
	}
	return nil
}

func (h *Handler) readFurthest(ctx context.Context, tenants []tenant.Tenant, v *view) error {
	counters, err := h.Sync.CountersByTenant(ctx, v.m.Reach, graphsync.Devices, "total", "compliance:compliant")
	if err != nil {
		return err
	}
	read, err := h.Sync.FreshnessByTenant(ctx, v.m.Reach, graphsync.Devices)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		f, asked := read[t.ID]
		if !asked {
			continue
		}
		c := customer{ID: t.ID.String(), Name: t.Name(), tenant: t, stale: f.State != graphsync.Complete}
		if _, ok := f.Snapshot(); ok {
			total := counters[t.ID]["total"]
			if total == 0 {
				continue // read completely, and has no devices: nothing is far from target
			}
			share := float64(counters[t.ID]["compliance:compliant"]) / float64(total)
			c.Devices, c.Compliant = &total, &share
		}
		v.Furthest = append(v.Furthest, c)
	}
	slices.SortStableFunc(v.Furthest, func(a, b customer) int { return cmp.Compare(shareOf(a), shareOf(b)) })
	v.Furthest = v.Furthest[:min(len(v.Furthest), 7)]
	return nil
}

func shareOf(c customer) float64 {
	if c.Compliant == nil {
		return -1
	}
	return *c.Compliant
}

func (v view) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "All customers", URL: "/tenants"}, {Text: ui.N(int64(v.Customers))}}, Title: "Overview"}
	h.Freshness = freshLine(v)
	if v.m.May(tenant.MaySync) {
		h.Actions = []ui.Action{{Text: "Read all now", Icon: "arrow_sync", Post: "/sync"}}
	}
	return h
}
