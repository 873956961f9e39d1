package graph_test

import (
	"context"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

type simTokens struct{ cloud *cloudsim.Cloud }

func (s simTokens) Token(_ context.Context, tid tenant.ID) (string, error) {
	return s.cloud.Login.AppToken(tid.String()), nil
}
func (simTokens) Forget(tenant.ID) {}

// The simulated Graph knows who administers; an ordinary account must not pass for one.
func TestHoldsRole(t *testing.T) {
	cloud, err := cloudsim.New(cloudsim.Options{World: world.Options{Seed: 3, Tenants: 3, Devices: 30}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cloud.Close() })
	c, err := graph.New(cloud.URLs().Graph, simTokens{cloud}, graph.Options{})
	if err != nil {
		t.Fatal(err)
	}
	customer := cloud.World.Tenants()[1]
	tid, err := tenant.ParseID(customer.ID)
	if err != nil {
		t.Fatal(err)
	}
	admins := 0
	for _, u := range customer.Users {
		want := false
		for _, r := range u.Roles {
			want = want || r == "Global Administrator"
		}
		got, err := c.HoldsRole(t.Context(), tid, u.ID, graph.GlobalAdministrator)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s: HoldsRole = %v, want %v", u.UserPrincipalName, got, want)
		}
		if got {
			admins++
		}
	}
	if admins == 0 {
		t.Error("nobody administers the customer")
	}
}
