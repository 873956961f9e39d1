package graphsync_test

import (
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestSmallerPagesStandInTheLedger: app listings answer 503 above a page size.
func TestSmallerPagesStandInTheLedger(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	r.cloud.World.Faults.Add(world.Fault{Kind: "unavailable", Tenant: w.ID, Path: "mobileApps", PageSizeAbove: 20})
	for n := range 2 { // the second read begins with small pages
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Apps); err != nil {
			t.Fatal(err)
		}
		if st := r.status(tid, graphsync.Apps); st.State != "ok" || st.PageSize != 20 {
			t.Errorf("read %d: %+v", n, st)
		}
	}
	runs, err := r.sync.Runs(t.Context(), tenant.Only(tid), graphsync.Filter{Dataset: []string{graphsync.Apps}})
	if err != nil || len(runs.Rows) != 2 || runs.Rows[0].PageSize != 20 || runs.Rows[0].Retries != 0 || runs.Rows[1].Retries == 0 {
		t.Errorf("%+v, %v", runs.Rows, err)
	}
	r.cloud.World.Faults.Clear()
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Organization); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Organization); st.PageSize != 0 {
		t.Errorf("nothing had to adapt: %+v", st)
	}
}
