package graphsync_test

import (
	"slices"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestDirectoryRolesArrive: who holds a role by themselves, and after the groups were read also who holds one by a group. What may not be
// read leaves what was known.
func TestDirectoryRolesArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(func(w *world.Tenant) bool {
		return full(w) && slices.ContainsFunc(w.Groups, func(g *world.Group) bool { return len(g.Roles) > 0 })
	})
	store := directoryrole.NewStore(r.pool)
	read := func(datasets ...string) (own, byGroup int) {
		t.Helper()
		for _, d := range datasets {
			if err := r.sync.ReadOnce(t.Context(), tid, d); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Each(t.Context(), tenant.Only(tid), directoryrole.Filter{}, func(h directoryrole.Holding) error {
			if h.Name == "" || h.RoleName == "" || h.Type != "user" {
				t.Errorf("thin: %+v", h)
			}
			if h.Group == "" {
				own++
			} else {
				byGroup++
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return own, byGroup
	}
	want := 0
	for _, u := range w.Users {
		want += len(u.Roles)
	}
	if own, byGroup := read(graphsync.DirectoryRoles); own != want || byGroup != 0 {
		t.Errorf("%d by themselves, %d by a group that was not looked into, want %d", own, byGroup, want)
	}
	if n, err := store.Unseen(t.Context(), tenant.Only(tid), directoryrole.Filter{}); err != nil || n[tid] != 1 {
		t.Errorf("groups not looked into: %v, %v", n, err)
	}
	if _, byGroup := read(graphsync.Groups); byGroup != 2 {
		t.Errorf("%d by the group, want two", byGroup)
	}
	r.cloud.World.Faults.Add(world.Fault{Kind: "unavailable", Status: 403, Tenant: w.ID, Path: "roleDefinitions"})
	if own, byGroup := read(graphsync.DirectoryRoles); own != want || byGroup != 2 {
		t.Errorf("a refused read changed what was known: %d, %d", own, byGroup)
	}
	if st := r.status(tid, graphsync.DirectoryRoles); st.State != "failed" || st.Trouble.Kind != "permission" {
		t.Errorf("refused: %+v", st)
	}
}
