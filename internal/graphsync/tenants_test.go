package graphsync_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestServiceKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	read, w := r.customer(full)
	other, _ := r.customer(func(x *world.Tenant) bool { return full(x) && x.ID != w.ID })
	if err := r.sync.ReadOnce(t.Context(), read, graphsync.Devices); err != nil {
		t.Fatal(err)
	}
	ctx, scope := t.Context(), tenant.Only(other)
	if p, err := r.sync.List(ctx, scope, graphsync.Filter{Tenants: []tenant.ID{read}}); err != nil || p.Count != 0 || len(p.Rows) != 0 {
		t.Errorf("List: %+v, %v", p, err)
	}
	if s, err := r.sync.OfTenant(ctx, other); err != nil || len(s) != 0 {
		t.Errorf("OfTenant: %+v, %v", s, err)
	}
	if l, err := r.sync.Runs(ctx, scope, graphsync.Filter{}); err != nil || len(l.Rows) != 0 || l.Count != 0 {
		t.Errorf("Runs: %+v, %v", l, err)
	}
	if f, err := r.sync.Freshness(ctx, scope, graphsync.Devices); err != nil || f.State != graphsync.Never || f.Tenants != 1 {
		t.Errorf("Freshness: %+v, %v", f, err)
	}
	if c, err := r.sync.Counters(ctx, scope, graphsync.Devices); err != nil || len(c) != 0 {
		t.Errorf("Counters: %+v, %v", c, err)
	}
	if c, err := r.sync.CountersByTenant(ctx, scope, graphsync.Devices, "total"); err != nil || len(c) != 0 {
		t.Errorf("CountersByTenant: %+v, %v", c, err)
	}
	if d, err := r.sync.Daily(ctx, scope, graphsync.Devices, "total", time.Time{}); err != nil || len(d) != 0 {
		t.Errorf("Daily: %+v, %v", d, err)
	}
	if c, err := r.sync.CountersByTenant(ctx, tenant.Everything(), graphsync.Devices, "total"); err != nil || c[read]["total"] != int64(w.Devices) {
		t.Errorf("CountersByTenant over all: %+v, %v", c, err)
	}
	if f, err := r.sync.FreshnessByTenant(ctx, scope, graphsync.Devices); err != nil || len(f) > 1 || f[read].Read != 0 {
		t.Errorf("FreshnessByTenant: %+v, %v", f, err)
	}
	if f, err := r.sync.ReadingsByTenant(ctx, scope, graphsync.Devices, graphsync.Guests); err != nil || len(f[graphsync.Devices]) > 1 || !f[graphsync.Devices][read].AsOf.IsZero() {
		t.Errorf("ReadingsByTenant: %+v, %v", f, err)
	}
	if f, err := r.sync.FreshnessByTenant(ctx, tenant.Everything(), graphsync.Devices); err != nil {
		t.Error(err)
	} else if brief, err := r.sync.ReadingsByTenant(ctx, tenant.Everything(), graphsync.Devices); err != nil || len(brief[graphsync.Devices]) != len(f) || f[read].AsOf.IsZero() || !brief[graphsync.Devices][read].AsOf.Equal(f[read].AsOf) {
		t.Errorf("ReadingsByTenant over all: %+v, %v", brief, err)
	}
	if q, err := r.sync.RequestNow(ctx, scope, graphsync.Devices); err != nil || q.Queued != 1 {
		t.Errorf("RequestNow: %+v, %v", q, err)
	}
}
