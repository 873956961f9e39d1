package graphsync_test

import (
	"slices"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestGroupsArrive: names of what policies and roles are given to, who holds a role, also through a group inside, and what is gone.
func TestGroupsArrive(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	for _, d := range []string{graphsync.IntuneRoles, graphsync.Policies, graphsync.Groups} {
		if err := r.sync.ReadOnce(t.Context(), tid, d); err != nil {
			t.Fatal(err)
		}
		if st := r.status(tid, d); st.State != "ok" {
			t.Fatalf("%s: %+v", d, st)
		}
	}
	named, err := r.namedGroups(t.Context(), tid)
	if err != nil {
		t.Fatal(err)
	}
	var refs []group.Ref
	for _, id := range slices.Concat(named.Holding, named.Others) {
		refs = append(refs, group.Ref{Tenant: tid, ID: id})
	}
	found, err := r.groups.Find(t.Context(), tenant.Only(tid), refs)
	if err != nil || len(found) == 0 {
		t.Fatalf("%d groups, %v", len(found), err)
	}
	for _, ref := range refs {
		g, ok := found[ref]
		if holds := slices.Contains(named.Holding, ref.ID); !ok || g.Gone == (g.Name != "") || g.MembersRead != (holds && !g.Gone) {
			t.Errorf("%+v of %s, holds a role: %t", g, ref.ID, holds)
		}
	}
	can := intunerole.HolderFilter{Can: []string{intunerole.Wipe}, Limit: 500}
	page, err := r.roles.Holders(t.Context(), tenant.Only(tid), can)
	if err != nil || page.Count == 0 {
		t.Fatalf("nobody may wipe, %v", err)
	}
	nested, direct := 0, 0
	for _, h := range page.Rows {
		if h.Name == "" || h.UPN == "" || h.Enabled == nil {
			t.Errorf("thin: %+v", h)
		}
		if h.Nested {
			nested++
		} else {
			direct++
		}
	}
	if nested == 0 || direct == 0 {
		t.Errorf("%d through a group inside, %d directly", nested, direct)
	}
	if u, err := r.roles.UnseenBy(t.Context(), tenant.Only(tid), can.Can, nil); err != nil || u.Groups != 0 {
		t.Errorf("not known: %+v, %v", u, err)
	}
	r.cloud.World.Faults.Add(world.Fault{Kind: "unavailable", Status: 403, Tenant: w.ID, Path: "transitiveMembers"})
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Groups); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.Groups); st.State != "failed" || st.Trouble.Kind != "permission" {
		t.Errorf("refused: %+v", st)
	}
	if again, err := r.roles.Holders(t.Context(), tenant.Only(tid), can); err != nil || again.Count != page.Count {
		t.Errorf("a refused read changed what is held: %d, %v", again.Count, err)
	}
}
