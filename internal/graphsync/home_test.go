package graphsync_test

import (
	"context"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestRelationshipsOfTheHomeTenant reads the partner's relationships where the partner's tenant has no state of consent, and then the
// groups that hold their roles; customers have no rows of it, and are read as ever.
func TestRelationshipsOfTheHomeTenant(t *testing.T) {
	t.Parallel()
	var store *gdap.Store
	var groups *group.Store
	told := 0
	r := newRig(t, small, graphsync.Options{})
	store, groups = gdap.NewStore(r.pool), r.groups
	table := graphsync.Table().
		With(graphsync.Relationships, &gdap.Puller{Graph: r.graph, Store: store, Now: time.Now, Ends: func(context.Context, tenant.ID, time.Time) error { told++; return nil }}).
		With(graphsync.PartnerGroups, &group.Puller{Graph: r.graph, Store: groups, Named: func(ctx context.Context, home tenant.ID) (n group.Named, err error) {
			n.Holding, err = store.GroupIDs(ctx, home)
			return n, err
		}})
	visitors, domains := guest.NewStore(r.pool), []string{}
	for _, t := range r.cloud.World.Tenants()[1:] {
		domains = append(domains, t.Domains...)
	}
	table = table.With(graphsync.HomeGuests, &guest.Puller{Graph: r.graph, Store: visitors, Now: time.Now, Domains: func(context.Context) ([]string, error) { return domains, nil }})
	s, err := graphsync.New(r.pool, table, graphsync.Options{})
	if err != nil {
		t.Fatal(err)
	}
	customer, _ := r.customer(full)
	home, err := tenant.ParseID(r.cloud.World.Home().ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.pool.In(home).Exec(t.Context(), `INSERT INTO tenant (tenant_id, home) VALUES ($1, true)`, home); err != nil {
		t.Fatal(err)
	}
	if err := s.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tid := range []tenant.ID{home, customer} {
		states, err := s.OfTenant(t.Context(), tid)
		if err != nil || tid == home && len(states) != 3 || tid == customer && len(states) != 0 { // this sync reads nothing of customers
			t.Errorf("%s: %d datasets, %v", tid, len(states), err)
		}
	}
	if all, err := s.FreshnessOfAll(t.Context(), tenant.Only(customer)); err != nil || len(all) != len(table)-3 {
		t.Errorf("a customer has %d datasets, %v", len(all), err)
	}
	for _, name := range []string{graphsync.Relationships, graphsync.PartnerGroups, graphsync.HomeGuests} {
		if err := s.ReadOnce(t.Context(), home, name); err != nil {
			t.Fatal(err)
		}
	}
	for want, f := range map[int64]guest.Filter{2: {Home: true}, 1: {Home: true, Standings: []guest.Standing{guest.Invited}}, 0: {}} {
		if n, err := visitors.Count(t.Context(), tenant.Only(home), f); err != nil || n != want {
			t.Errorf("customers' people at home, %+v: %d, %v, want %d", f, n, err, want)
		}
	}
	found, err := store.List(t.Context(), tenant.Only(customer), gdap.Filter{})
	if err != nil || told != 1 || found.Count != 1 || !found.Rows[0].Works() || found.Rows[0].EndsAt.IsZero() || len(found.Rows[0].Assignments) != 1 {
		t.Fatalf("with the customer: %+v, %v", found, err)
	}
	g := found.Rows[0].Assignments[0].Group
	members, err := groups.Members(t.Context(), home, []string{g})
	nested := 0
	for _, m := range members[g] {
		if m.Type == "user" && !m.Direct {
			nested++
		}
	}
	if err != nil || len(members[g]) != 4 || nested != 1 {
		t.Errorf("two people, a group, and one inside: %+v, %v", members, err)
	}
	if q, err := s.RequestNow(t.Context(), tenant.Everything(), graphsync.Relationships); err != nil || q.Queued+q.Running != 1 {
		t.Errorf("asked for now: %+v, %v", q, err)
	}
	r.cloud.World.Change(func() { delete(r.cloud.World.Home().ServicePrincipals, world.DelegatedAdministration) })
	if err := s.ReadOnce(t.Context(), home, graphsync.Relationships); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Freshness(t.Context(), tenant.Only(home), graphsync.Relationships); err != nil || f.Failing != 1 || f.Error.Kind != "permission" {
		t.Errorf("read without Microsoft's service principal: %+v, %v", f, err)
	}
	if again, err := store.List(t.Context(), tenant.Only(customer), gdap.Filter{}); err != nil || again.Count != 1 {
		t.Errorf("a refused read took what was known: %+v, %v", again, err)
	}
}
