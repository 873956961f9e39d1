package graphsync_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
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
	told, asked := 0, 0
	r := newRig(t, small, graphsync.Options{})
	store, groups = gdap.NewStore(r.pool), r.groups
	table := graphsync.Table().
		With(graphsync.Contracts, &gdap.ContractPuller{Graph: r.graph, Store: store, Now: time.Now}).
		With(graphsync.Relationships, &gdap.Puller{Graph: r.graph, Store: store, Now: time.Now, Ends: func(context.Context, tenant.ID, time.Time) error { told++; return nil }}).
		With(graphsync.PartnerGroups, &group.Puller{Graph: r.graph, Store: groups, Named: func(ctx context.Context, home tenant.ID) (n group.Named, err error) {
			if asked++; asked == 1 { // named while the others are read
				return n, nil
			}
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
		if err != nil || tid == home && len(states) != 4 || tid == customer && len(states) != 0 { // this sync reads nothing of customers
			t.Errorf("%s: %d datasets, %v", tid, len(states), err)
		}
	}
	if all, err := s.FreshnessOfAll(t.Context(), tenant.Only(customer)); err != nil || len(all) != len(table)-4 {
		t.Errorf("a customer has %d datasets, %v", len(all), err)
	}
	for _, name := range []string{graphsync.Contracts, graphsync.Relationships, graphsync.PartnerGroups, graphsync.HomeGuests} {
		if err := s.ReadOnce(t.Context(), home, name); err != nil {
			t.Fatal(err)
		}
	}
	for want, f := range map[int64]guest.Filter{2: {Home: true}, 1: {Home: true, Standings: []guest.Standing{guest.Invited}}, 0: {}} {
		if n, err := visitors.Count(t.Context(), tenant.Only(home), f); err != nil || n != want {
			t.Errorf("customers' people at home, %+v: %d, %v, want %d", f, n, err, want)
		}
	}
	if all, err := visitors.List(t.Context(), tenant.Only(home), guest.Filter{Home: true}); err != nil || all.Rows[0].ActiveRead {
		t.Errorf("when they were used is told without the permission: %+v, %v", all, err)
	}
	found, err := store.List(t.Context(), tenant.Only(customer), gdap.Filter{})
	if err != nil || told != 1 || found.Count != 1 || !found.Rows[0].Works() || found.Rows[0].EndsAt.IsZero() || len(found.Rows[0].Assignments) != 1 {
		t.Fatalf("with the customer: %+v, %v", found, err)
	}
	no := false
	if all, err := store.CountContracts(t.Context(), tenant.Everything(), gdap.ContractFilter{}); err != nil || int(all) != len(r.cloud.World.Tenants())-1 {
		t.Errorf("%d contracts, %v", all, err)
	}
	if strange, err := store.CountContracts(t.Context(), tenant.Everything(), gdap.ContractFilter{Known: &no}); err != nil || int(strange) != len(r.cloud.World.Tenants())-2 {
		t.Errorf("%d customers that the portal does not have, %v", strange, err)
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
	approved(t, r, store, home, customer)
	r.cloud.World.Change(func() { delete(r.cloud.World.Home().ServicePrincipals, world.DelegatedAdministration) })
	if err := s.ReadOnce(t.Context(), home, graphsync.Relationships); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Freshness(t.Context(), tenant.Only(home), graphsync.Relationships); err != nil || f.Failing != 1 || f.Error.Kind != "permission" {
		t.Errorf("read without Microsoft's service principal: %+v, %v", f, err)
	}
	if again, err := store.List(t.Context(), tenant.Only(customer), gdap.Filter{}); err != nil || again.Count != 2 {
		t.Errorf("a refused read took what was known: %+v, %v", again, err)
	}
}

// TestHomeIsNoCustomer: the partner's own tenant may hold every permission, and is still read for nothing that customers are read for.
func TestHomeIsNoCustomer(t *testing.T) {
	r := newRig(t, small, graphsync.Options{})
	home, err := tenant.ParseID(r.cloud.World.Home().ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.pool.In(home).Exec(t.Context(), `INSERT INTO tenant (tenant_id, home, state) VALUES ($1, true, 'connected')`, home); err != nil {
		t.Fatal(err)
	}
	if err := r.sync.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.sync.StartTenant(t.Context(), home); err != nil {
		t.Fatal(err)
	}
	if asked, err := r.sync.RequestNow(t.Context(), tenant.Only(home)); err != nil || asked.Queued > 0 {
		t.Errorf("asked for now: %+v, %v", asked, err)
	}
	if err := r.sync.ReadOnce(t.Context(), home, graphsync.Devices); err != nil {
		t.Logf("read of devices: %v", err)
	}
	states, err := r.sync.OfTenant(t.Context(), home)
	if err != nil {
		t.Fatal(err)
	}
	for _, st := range states {
		t.Errorf("%s of the partner's own tenant is to be read", st.Dataset)
	}
}

// approved goes from a request in the partner's name over the link that the customer's administrator opens to an active relationship.
func approved(t *testing.T, r *rig, store *gdap.Store, home, customer tenant.ID) {
	t.Helper()
	partner := r.cloud.World.Home()
	acts := &gdap.Acts{Who: signedIn{r, partner.ID, partner.Users[1].SignInName}, Store: store, Audit: audit.NewStore(r.pool), Home: home, Now: time.Now}
	person := tenant.Person{Name: "Technician"}
	made, err := acts.Ask(t.Context(), person, gdap.Request{Name: "Asked", Customer: customer, Roles: []string{gdap.IntuneAdministrator}, Days: 90})
	if err != nil || made.Status != gdap.Pending {
		t.Fatalf("asked: %+v, %v", made, err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser, link := &http.Client{Jar: jar}, gdap.ApprovalLink(r.cloud.URLs().Login, made.ID)
	w, _ := r.cloud.World.Tenant(customer.String())
	for _, form := range []url.Values{{"loginfmt": {w.Users[0].SignInName}, "passwd": {w.Users[0].Password}}, {"id": {made.ID}, "decision": {"approve"}}} {
		res, err := browser.PostForm(link, form)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	r.cloud.World.Change(func() { r.cloud.World.SettleRelationships(r.cloud.World.Clock.Now().Add(time.Minute)) })
	given, err := acts.Assign(t.Context(), person, made, partner.Groups[1].ID, []string{gdap.IntuneAdministrator})
	if err != nil || given.Status != gdap.Active || len(given.Assignments) != 1 {
		t.Errorf("approved: %+v, %v", given, err)
	}
}
