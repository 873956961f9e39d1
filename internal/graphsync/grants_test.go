package graphsync_test

import (
	"slices"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
)

func TestReadGrants(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	g, err := r.graph.ReadGrants(t.Context(), tid, r.cloud.World.App.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	var roles []string
	for _, x := range g.Roles {
		if x.ResourceAppID == "00000003-0000-0000-c000-000000000000" {
			roles = append(roles, x.Value)
		}
	}
	for _, want := range r.cloud.World.App.RequiredRoles {
		if !slices.Contains(roles, want) {
			t.Errorf("%s is not among the roles read: %v", want, roles)
		}
	}
	if g.ServicePrincipalID == "" || !g.Enabled || g.ReadAt.IsZero() {
		t.Errorf("%+v", g)
	}
	if _, err := r.graph.ReadGrants(t.Context(), tid, "99999999-9999-4999-8999-999999999999"); err == nil {
		t.Error("an application that is not in the tenant has grants")
	} else if k, _ := graph.KindOf(err); k != graph.NotFound {
		t.Errorf("an application that is not in the tenant: %v", err)
	}
	partly, _ := r.customer(func(w *world.Tenant) bool { return w.Consent == world.ConsentPartly })
	if g, err := r.graph.ReadGrants(t.Context(), partly, r.cloud.World.App.ClientID); err == nil && len(g.Roles) >= len(r.cloud.World.App.RequiredRoles) {
		t.Errorf("a tenant that consented partly has %d roles", len(g.Roles))
	}
}
