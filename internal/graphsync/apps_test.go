package graphsync_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/configuration"
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

// TestAppProtectionLosesNothing: a type that has no path of its own any more comes from the list of all types, and says what is not known.
func TestAppProtectionLosesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	list := func() map[string]configuration.Policy {
		t.Helper()
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.AppProtection); err != nil {
			t.Fatal(err)
		}
		found, err := r.policies.List(t.Context(), tenant.Only(tid), configuration.Filter{Kind: []configuration.Kind{configuration.AppProtection}, Limit: 500})
		if err != nil || found.Count == 0 {
			t.Fatalf("%d policies, %v", found.Count, err)
		}
		of := map[string]configuration.Policy{}
		for _, p := range found.Rows {
			of[p.ID] = p
		}
		return of
	}
	before := list()
	gone := func(req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/iosManagedAppProtections") {
			req.URL.Path += "x"
		}
	}
	r.beforePage.Store(&gone)
	after, unlisted := list(), 0
	for id, p := range before {
		if q, ok := after[id]; !ok || q.Unlisted != (p.Type == "iosManagedAppProtection") || q.Name != p.Name {
			t.Errorf("%s: %+v", id, q)
		}
		if after[id].Unlisted {
			unlisted++
		}
	}
	if len(after) != len(before) || unlisted == 0 {
		t.Errorf("%d policies, before %d; %d of them without apps", len(after), len(before), unlisted)
	}
	r.beforePage.Store(nil)
	r.cloud.World.Faults.Add(world.Fault{Kind: "truncate", Tenant: w.ID, Path: "managedAppPolicies"})
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.AppProtection); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.AppProtection); st.State != "failed" {
		t.Errorf("a list that was cut: %+v", st)
	}
}
