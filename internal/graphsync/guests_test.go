package graphsync_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestGuestsOfThePartner reads who of the partner's people has an account at a customer, while an invitation is redeemed, a role and a
// licence are given, and the role may no longer be read.
func TestGuestsOfThePartner(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	store := guest.NewStore(r.pool)
	domains := []string{}
	table := graphsync.Table().With(graphsync.Guests, &guest.Puller{Graph: r.graph, Store: store, Now: time.Now, Domains: func(context.Context) ([]string, error) { return domains, nil }})
	s, err := graphsync.New(r.pool, table, graphsync.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tid, customer := r.customer(full)
	if err := s.ReadOnce(t.Context(), tid, graphsync.Guests); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Freshness(t.Context(), tenant.Only(tid), graphsync.Guests); err != nil || f.Read != 0 || f.Failing != 1 {
		t.Errorf("without a domain nobody can be told from other guests: %+v, %v", f, err)
	}
	domains = r.cloud.World.Home().Domains
	read := func() []guest.Guest {
		t.Helper()
		if err := s.ReadOnce(t.Context(), tid, graphsync.Guests); err != nil {
			t.Fatal(err)
		}
		found, err := store.List(t.Context(), tenant.Only(tid), guest.Filter{Sort: "name"})
		if err != nil {
			t.Fatal(err)
		}
		return found.Rows
	}
	want := 0
	invited := customer.Users[0]
	for _, u := range customer.Users {
		if u.Guest() {
			want++
			invited = u
		}
	}
	all := read()
	if want == 0 || len(all) != want {
		t.Fatalf("%d guests, the simulated cloud has %d", len(all), want)
	}
	the := func(all []guest.Guest) guest.Guest {
		return all[slices.IndexFunc(all, func(g guest.Guest) bool { return g.ID == strings.ToLower(invited.ID) })]
	}
	r.cloud.World.Change(func() { invited.ExternalUserState, invited.Roles, invited.Licences = "PendingAcceptance", nil, nil })
	if g := the(read()); g.Standing != guest.Invited || g.InvitedAt.IsZero() || g.Address != strings.ToLower(invited.SignInName) {
		t.Errorf("invited: %+v", g)
	}
	r.cloud.World.Change(func() { invited.ExternalUserState, invited.ExternalChanged = "Accepted", time.Now() })
	if g := the(read()); g.Standing != guest.Redeemed || g.RedeemedAt.IsZero() {
		t.Errorf("redeemed: %+v", g)
	}
	r.cloud.World.Change(func() { invited.Roles = []string{"Intune Administrator"} })
	if g := the(read()); g.Standing != guest.Role || !slices.Equal(g.Roles, []string{"3a2c62db-5318-420d-8d74-23affee5d9d5"}) {
		t.Errorf("with a role: %+v", g)
	}
	r.cloud.World.Change(func() { invited.Licences = customer.SKUs[:1] })
	if g := the(read()); g.Standing != guest.Licence {
		t.Errorf("with a licence: %+v", g)
	}
	refused := func(req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/roleAssignments") {
			req.URL.Path, req.URL.RawQuery = "/v1.0/tenantRelationships/delegatedAdminRelationships", "" // what was not granted
		}
	}
	r.beforePage.Store(&refused)
	if g := the(read()); g.Standing != guest.Unknown || g.RolesRead {
		t.Errorf("where roles may not be read they are unknown: %+v", g)
	}
}
