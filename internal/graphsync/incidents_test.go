package graphsync_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestIncidentsArrive: all of them at first, then what changed; devices in them are known by Entra's id; a read
// that is refused says so, and what was known stays.
func TestIncidentsArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(func(w *world.Tenant) bool { return full(w) && w.Defender })
	store := incident.NewStore(r.pool)
	read := func() (all map[string]incident.Incident) {
		t.Helper()
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Incidents); err != nil {
			t.Fatal(err)
		}
		all = map[string]incident.Incident{}
		if err := store.Each(t.Context(), tenant.Only(tid), incident.Filter{}, func(i incident.Incident) error { all[i.ID] = i; return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	before, devices := read(), 0
	for _, i := range before {
		devices += len(i.Devices)
		if i.Title == "" || i.CreatedAt.IsZero() || len(i.Alerts) == 0 && i.RedirectTo == "" {
			t.Errorf("thin: %+v", i)
		}
	}
	if len(before) < 4 || devices == 0 {
		t.Errorf("%d incidents with %d devices", len(before), devices)
	}
	r.cloud.World.Clock.Advance(40 * 24 * time.Hour)
	defer r.cloud.World.Clock.Set(r.cloud.World.Clock.Real())
	after := read()
	if st := r.status(tid, graphsync.Incidents); len(after) <= len(before) || st.LastCompleteRows == 0 || st.LastCompleteRows >= int64(len(after)) {
		t.Errorf("%d incidents after %d, %+v", len(after), len(before), st)
	}
	for id := range before {
		if _, ok := after[id]; !ok {
			t.Errorf("%s went", id)
		}
	}
	r.cloud.World.Faults.Add(world.Fault{Kind: "unavailable", Status: 403, Tenant: w.ID, Path: "security"})
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Incidents); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Incidents); st.State != "failed" || st.Trouble.Kind != "permission" {
		t.Errorf("not granted: %+v", st)
	}
}
