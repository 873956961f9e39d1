package graphsync_test

import (
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// signedIn is a person with a sign-in at the customer.
type signedIn struct {
	*rig
	tenant, name string
}

func (s signedIn) As(_ context.Context, tid tenant.ID, scopes ...string) (graph.Person, error) {
	return s.graph.As(tid, s.cloud.Login.UserToken(s.tenant, s.name, world.GraphAudience, scopes...)), nil
}

var formPart = regexp.MustCompile(`<form[^>]* action="([^"]*)"|<input[^>]* type="hidden"[^>]* name="([^"]*)"[^>]* value="([^"]*)"`)

// redeem accepts an invitation as a person would, form by form, and says to which host that leads in the end.
func redeem(t *testing.T, link, name, password string) (host string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	login, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Host != login.Host {
			host = r.URL.Host
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := browser.Get(link)
	for range 5 {
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if host != "" {
			return host
		}
		form, action := url.Values{"loginfmt": {name}, "passwd": {password}, "decision": {"accept"}}, ""
		for _, m := range formPart.FindAllStringSubmatch(string(body), -1) {
			if m[1] != "" {
				action = html.UnescapeString(m[1])
			} else {
				form.Set(m[2], html.UnescapeString(m[3]))
			}
		}
		res, err = browser.PostForm(login.Scheme+"://"+login.Host+action, form)
	}
	return ""
}

// TestGuestsOfThePartner follows one of the partner's people into a customer: invited, redeemed, with a role, with a licence, proven by a
// sign-in, each as it is read there; and then the roles may no longer be read.
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
	r.cloud.World.Change(func() { r.cloud.World.PartnerApp(customer).Roles["AuditLog.Read.All"] = time.Now() })
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
	for _, u := range customer.Users {
		if u.Guest() {
			want++
		}
	}
	if all := read(); want == 0 || len(all) != want {
		t.Fatalf("%d guests, the simulated cloud has %d", len(all), want)
	}
	if _, err := r.pool.In(tid).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING`, tid); err != nil {
		t.Fatal(err)
	}
	home := r.cloud.World.Home()
	invited := home.Users[0]
	change := &guest.Service{Who: signedIn{r, customer.ID, customer.Users[0].SignInName}, Graph: r.graph, Store: store, Audit: audit.NewStore(r.pool), Origin: "http://portal.example", Now: time.Now}
	got, err := change.Invite(t.Context(), tenant.Person{Name: "Technician"}, "q", tid, guest.Invitation{Address: invited.SignInName, Mail: true, Language: "de-DE"})
	if err != nil {
		t.Fatal(err)
	}
	the := func() guest.Guest {
		all := read()
		i := slices.IndexFunc(all, func(g guest.Guest) bool { return g.Address == strings.ToLower(invited.SignInName) })
		if i < 0 {
			t.Fatalf("%s is no guest", invited.SignInName)
		}
		return all[i]
	}
	if g := the(); g.Standing != guest.Invited || g.InvitedAt.IsZero() {
		t.Errorf("invited: %+v", g)
	}
	if at := redeem(t, got.Link, invited.SignInName, invited.Password); at != "portal.example" {
		t.Errorf("accepting led to %q", at)
	}
	g := the()
	if g.Standing != guest.Redeemed || g.RedeemedAt.IsZero() {
		t.Errorf("redeemed: %+v", g)
	}
	if err := change.GiveRole(t.Context(), tenant.Person{Name: "Technician"}, "q", g, guest.IntuneAdministrator); err != nil {
		t.Fatal(err)
	}
	if g = the(); g.Standing != guest.Role || !slices.Equal(g.Roles, []string{guest.IntuneAdministrator}) {
		t.Errorf("with a role: %+v", g)
	}
	by := tenant.Person{Name: "Technician", UPN: "technician@firstup.example"}
	seats, err := change.Seats(t.Context(), tid)
	if err != nil || len(seats) == 0 || seats[0].Free() == 0 {
		t.Fatalf("seats: %+v, %v", seats, err)
	}
	for name, tc := range map[string]struct {
		sku, country string
		kind         error
	}{"no country": {seats[0].SKU, "", errs.Invalid}, "no such licence": {"x", "DE", errs.Invalid}} {
		if _, err := change.GiveLicence(t.Context(), by, "q", g, tc.sku, tc.country); !errors.Is(err, tc.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.cloud.World.Faults.Add(world.Fault{Kind: "seatsTaken", Tenant: customer.ID})
	if _, err := change.GiveLicence(t.Context(), by, "q", g, seats[0].SKU, "DE"); !errors.Is(err, errs.Conflict) {
		t.Errorf("no seat is free: %v", err)
	}
	r.cloud.World.Faults.Clear()
	if seen, err := change.GiveLicence(t.Context(), by, "q", g, seats[0].SKU, "DE"); err != nil || !seen {
		t.Fatalf("a licence: seen %t, %v", seen, err)
	}
	if _, err := change.GiveLicence(t.Context(), by, "q", g, seats[0].SKU, "DE"); !errors.Is(err, errs.Conflict) {
		t.Errorf("a second licence: %v", err)
	}
	if after, err := change.Seats(t.Context(), tid); err != nil || after[0].Used != seats[0].Used+1 {
		t.Errorf("seats afterwards: %+v, %v", after, err)
	}
	if g = the(); g.Standing != guest.Licence {
		t.Errorf("with a licence: %+v", g)
	}
	if !g.ActiveRead || g.ActiveAt.IsZero() {
		t.Errorf("when it was used is not told: %+v", g)
	}
	people := tenant.NewStore(r.pool, tenant.ID{}, nil)
	if err := people.Admit(t.Context(), tenant.Identity{Tenant: tid, ObjectID: g.ID, Subject: "s", Name: g.Name, UPN: g.Address, Guest: true}); err != nil {
		t.Fatal(err)
	}
	if g := the(); g.Standing != guest.Proven || g.SignedInAt.IsZero() {
		t.Errorf("signed in: %+v", g)
	}
	refused := func(req *http.Request) {
		if strings.HasSuffix(req.URL.Path, "/roleAssignments") {
			req.URL.Path, req.URL.RawQuery = "/v1.0/tenantRelationships/delegatedAdminRelationships", "" // what was not granted
		}
	}
	r.beforePage.Store(&refused)
	if g := the(); g.Standing != guest.Unknown || g.RolesRead {
		t.Errorf("where roles may not be read they are unknown: %+v", g)
	}
	r.beforePage.Store(nil)

	g = the()
	var technicians, administrators *world.Group
	r.cloud.World.Change(func() {
		technicians = &world.Group{ID: "5b6f3a31-0c2d-4c55-9f3e-3f0a4a8e1a01", DisplayName: "Technicians", Members: []string{g.ID}, Roles: []string{"Intune Administrator"}}
		administrators = &world.Group{ID: "5b6f3a31-0c2d-4c55-9f3e-3f0a4a8e1a02", DisplayName: "Administrators", Members: []string{g.ID}, Roles: []string{"Security Reader"}}
		customer.Groups = append(customer.Groups, technicians, administrators)
	})
	if said, err := change.LeaveGroup(t.Context(), by, "q", g, guest.RoleGroup{ID: technicians.ID}); err != nil || !strings.Contains(said, "out of “Technicians”, and the group no longer lists them") || len(technicians.Members) != 0 {
		t.Errorf("taken out of a group: %q, %v, members %v", said, err, technicians.Members)
	}
	if err := change.Revoke(t.Context(), by, "q", g, nil); !errors.Is(err, errs.Conflict) {
		t.Errorf("who holds a role by a group that is not known: %v", err)
	}
	g = the()
	if err := change.Revoke(t.Context(), by, "q", g, []guest.RoleGroup{{ID: administrators.ID}, {ID: "a group with a rule", Dynamic: true}}); err != nil || len(administrators.Members) != 0 {
		t.Fatal(err)
	}
	if g, err := store.Get(t.Context(), tid, g.ID); err != nil || !g.Leaving() || g.RevokedBy != by.UPN {
		t.Errorf("deleted, and not read since: %+v, %v", g, err)
	}
	if all := read(); slices.ContainsFunc(all, func(x guest.Guest) bool { return x.ID == g.ID }) {
		t.Error("what was deleted is still a guest")
	}
	if left, err := store.Get(t.Context(), tid, g.ID); err != nil || left.GoneAt.IsZero() || left.Leaving() || left.RevokedBy != by.UPN {
		t.Errorf("the row is history: %+v, %v", left, err)
	}
	if err := change.Revoke(t.Context(), by, "q", g, nil); !errors.Is(err, errs.Conflict) {
		t.Errorf("deleted meanwhile: %v", err)
	}
	r.cloud.World.Faults.Add(world.Fault{Kind: "accountDelay", Tenant: customer.ID, Seconds: 3600})
	if _, err := change.Invite(t.Context(), by, "q", tid, guest.Invitation{Address: invited.SignInName}); err != nil {
		t.Fatal(err)
	}
	awaited := func(want int) {
		t.Helper()
		all := read()
		found, err := store.Awaited(t.Context(), tenant.Only(tid), time.Now())
		status, err2 := s.OfTenant(t.Context(), tid)
		i := slices.IndexFunc(status, func(x graphsync.Status) bool { return x.Dataset == graphsync.Guests })
		if err != nil || err2 != nil || len(found) != want || want == 1 && slices.ContainsFunc(all, func(g guest.Guest) bool { return g.ID == found[0].ID }) {
			t.Fatalf("awaited: %+v, %v, %v", found, err, err2)
		}
		if soon := status[i].NextAt.Before(time.Now().Add(2 * guest.Soon)); soon != (want == 1) {
			t.Errorf("%d awaited, and the next read is at %s", want, status[i].NextAt)
		}
	}
	awaited(1) // made, and not found everywhere yet
	r.cloud.World.Change(func() { customer.UserBySignIn(invited.SignInName).VisibleFrom = time.Time{} })
	awaited(0)
	if again := the(); again.ID == g.ID || again.Standing != guest.Invited || again.Leaving() {
		t.Errorf("invited again: %+v", again)
	}
}
