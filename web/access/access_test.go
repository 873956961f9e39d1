package access

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

type twin[R any] struct {
	Rows  []R
	Count int64
	AsOf  *time.Time `json:"as_of"`
	Next  string     `json:"next"`
}

// fixture: Adele is in the group that holds Intune Administrator at Contoso, Ben only through a group inside it; Cleo sees Contoso and Fabrikam in
// the portal; Dan is switched off there, and is in the group yet.
func fixture(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant, h *Handler) {
	t.Helper()
	f = webtest.NewFleet(t)
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.Home(t)
	for _, s := range []struct {
		upn, name, object, reach string
		disabled                 bool
	}{
		{"adele@firstup.example", "Adele Vance", "a0000000-0000-4000-8000-000000000001", "chosen", false}, {"ben@firstup.example", "Ben Shaw", "a0000000-0000-4000-8000-000000000002", "chosen", false},
		{"cleo@firstup.example", "Cleo Reid", "a0000000-0000-4000-8000-000000000003", "all", false}, {"dan@firstup.example", "Dan Khan", "a0000000-0000-4000-8000-000000000004", "all", true},
	} {
		if _, err := f.Pool.In(tenant.Everything()).Exec(t.Context(), `INSERT INTO staff (upn, name, object_id, role, reach, disabled) VALUES ($1, $2, $3, 'technician', $4, $5)`, s.upn, s.name, s.object, s.reach, s.disabled); err != nil {
			t.Fatal(err)
		}
	}
	h = &Handler{Tenants: f.Tenants, Relationships: f.Relationships(), Groups: f.DirectoryGroups(), Roles: f.Roles(), DirectoryRoles: f.DirectoryRoles(), Guests: f.Guests(), Reach: reach.NewStore(f.Pool), Sync: f.Sync}
	return f, contoso, fabrikam, h
}

func mounted(h *Handler) func(page.Router) {
	return func(r page.Router) { h.Mount(r); h.MountPortal(r) }
}

func readAll(t *testing.T, f *webtest.Fleet, contoso, fabrikam tenant.ID) {
	t.Helper()
	yes, no := true, false
	f.ReadGuests(t, contoso, f.Now, guest.Guest{ID: "gc", Name: "Cleo (First Up)", Address: "Cleo@firstup.example", Redeemed: &yes, Enabled: &yes, Roles: []string{gdap.GlobalAdministrator}, RolesRead: true},
		guest.Guest{ID: "gb", Name: "Ben", Address: "ben@firstup.example", Enabled: &no})
	f.ReadGuests(t, fabrikam, f.Now)
	f.ReadDirectoryRoles(t, contoso, f.Now, directoryrole.Assignment{ID: "1", Role: gdap.GlobalAdministrator, Principal: "gc", Type: "user", Scope: "/"},
		directoryrole.Assignment{ID: "2", Role: gdap.GlobalAdministrator, Principal: "fay", Type: "user", Name: "Fay", UPN: "fay@contoso.example", Enabled: &yes, Scope: "/"},
		directoryrole.Assignment{ID: "3", Role: gdap.IntuneAdministrator, Principal: "c1", Type: "group", Name: "IT", Scope: "/"})
	f.ReadDirectoryRoles(t, fabrikam, f.Now)
	f.ReadGroups(t, contoso, f.Now, group.Read{Groups: []group.Group{{ID: "c1", Name: "IT", MembersRead: true}}, Members: map[string][]group.Member{"c1": {{ID: "u1", Type: "user", Name: "Eve", UPN: "eve@contoso.example", Direct: true}}}})
	f.ReadRelationships(t, f.Now.Add(-time.Minute), gdap.Relationship{
		ID: "r1", Name: "Care", Customer: contoso, Status: gdap.Active, AutoExtend: "P180D", EndsAt: f.Now.AddDate(1, 0, 0), Roles: []string{gdap.IntuneAdministrator, gdap.GlobalAdministrator},
		Assignments: []gdap.Assignment{{ID: "a", Group: "g1", Status: "active", Roles: []string{gdap.IntuneAdministrator}}, {ID: "b", Group: "g2", Status: "pending", Roles: []string{gdap.GlobalAdministrator}}},
	}, gdap.Relationship{ID: "r2", Name: "Old", Customer: contoso, Status: gdap.Active, AutoExtend: "PT0S", EndsAt: f.Now.Add(-time.Hour), Assignments: []gdap.Assignment{{Group: "g1", Status: "active", Roles: []string{gdap.GlobalAdministrator}}}})
	f.ReadGroups(t, f.Tenants.Home(), f.Now, group.Read{
		Groups: []group.Group{{ID: "g1", Name: "Intune technicians", MembersRead: true}},
		Members: map[string][]group.Member{"g1": {{ID: "a0000000-0000-4000-8000-000000000001", Type: "user", Name: "Adele Vance", UPN: "adele@firstup.example", Enabled: &yes, Direct: true},
			{ID: "a0000000-0000-4000-8000-000000000002", Type: "user", Name: "Ben Shaw", Enabled: &yes}, {ID: "a0000000-0000-4000-8000-000000000004", Type: "user", Name: "Dan Khan", Enabled: &no, Direct: true}, {ID: "g9", Type: "group", Name: "On call", Direct: true}}},
	})
}

func TestList(t *testing.T) {
	f, contoso, fabrikam, h := fixture(t)
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mounted(h)), f.Serve(t, technician, tenant.Everything(), mounted(h))
	var got twin[row]
	all.JSON("/access/list", http.StatusOK, &got)
	if got.Count != 2 || !got.Rows[0].Unsure || got.Rows[0].Name != "Cleo Reid" || got.AsOf != nil {
		t.Errorf("nothing was read of GDAP: %+v", got)
	}
	for _, path := range []string{"/access", "/access/list"} {
		if p := all.Get(path).Body.String(); !strings.Contains(p, "Not known: who gets in by a GDAP relationship") {
			t.Errorf("%s does not say that nothing was read", path)
		}
	}
	readAll(t, f, contoso.ID, fabrikam.ID)
	seenAt := f.Now.Add(-time.Hour)
	for oid, upn := range map[string]string{"a0000000-0000-4000-8000-000000000001": "adele@firstup.example", "b0000000-0000-4000-8000-000000000003": "cleo@firstup.example"} {
		if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `INSERT INTO person (tenant_id, object_id, subject, upn, guest, last_seen_at) VALUES ($1, $2, 's', $3, $4, $5)`, contoso.ID, oid, upn, oid[0] == 'b', seenAt); err != nil {
			t.Fatal(err)
		}
	}
	all.JSON("/access/list", http.StatusOK, &got)
	want := []string{"Adele Vance at Contoso by gdap", "Ben Shaw at Contoso by gdap", "Cleo Reid at Contoso by guest", "Cleo Reid at Fabrikam by portal", "Dan Khan at Contoso by gdap"}
	var have []string
	for _, r := range got.Rows {
		have = append(have, r.Name+" at "+r.Customer.Name+" by "+strings.Join(r.Doors, "+"))
	}
	if strings.Join(have, "\n") != strings.Join(want, "\n") || got.Count != 5 {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(have, "\n"), strings.Join(want, "\n"))
	}
	if a := got.Rows[0]; a.Unsure || len(a.Roles) != 1 || a.Roles[0] != "Intune Administrator" || a.ProvenAt == nil || !a.ProvenAt.Equal(seenAt) || !strings.HasPrefix(a.URL, "/t/"+contoso.ID.String()+"/access/") || got.Rows[1].ProvenAt != nil || !got.Rows[4].Disabled {
		t.Errorf("%+v", got.Rows)
	}
	all.JSON("/access/list?sort=-customer", http.StatusOK, &got)
	if got.Rows[0].Customer.Name != "Fabrikam" {
		t.Errorf("by customer: %+v", got.Rows[0])
	}
	for path, n := range map[string]int64{"/access/list": 4, "/t/" + contoso.ID.String() + "/access": 4, "/access/list?door=gdap": 3, "/access/list?door=portal": 0, "/access/list?role=" + gdap.GlobalAdministrator: 1, "/access/list?q=ben": 1, "/access/list?customer=" + fabrikam.ID.String(): 0} {
		one.JSON(path, http.StatusOK, &got)
		if got.Count != n || int64(len(got.Rows)) != n {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, n)
		}
		if p := one.Get(path); p.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, p.Code)
		}
	}
	if csv := one.Get("/access/list?format=csv").Body.String(); strings.Contains(csv, "Fabrikam") || strings.Count(csv, "\n") != 5 {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, path := range []string{"/access/list?sort=x", "/access/list?door=x", "/access/list?after=x", "/access/list?customer=x", "/access/list?person=x", "/access?sort=x", "/access?door=x", "/access?after=x", "/access?customer=x", "/access?person=999999", "/access?columns=p999999", "/access?who=x", "/access?who=wipe&side=x", "/access?who=wipe&after=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
	if got := one.Get("/t/" + fabrikam.ID.String() + "/access"); got.Code != http.StatusNotFound {
		t.Errorf("a foreign customer: status %d", got.Code)
	}
}

func TestWhoCouldWipe(t *testing.T) {
	f, contoso, fabrikam, h := fixture(t)
	one := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), h.Mount)
	at := "/access?who=wipe&customer=" + contoso.ID.String()
	if p := one.Get(at).Body.String(); !strings.Contains(p, "Who could wipe at Contoso today?") || !strings.Contains(p, "Who could is not known") || strings.Contains(p, "Nobody was found") {
		t.Error("nothing was read, and the page does not say so")
	}
	readAll(t, f, contoso.ID, fabrikam.ID)
	f.ReadRoles(t, contoso.ID, f.Now, intunerole.Read{Roles: []intunerole.Role{{ID: "i1", Name: "Help desk", Allowed: []string{intunerole.Wipe}}}, Assignments: []intunerole.Assignment{{ID: "x", RoleID: "i1", Name: "First line", Members: []string{"c1", "c2"}}}})
	var got twin[actor]
	one.JSON(at, http.StatusOK, &got)
	if got.Count != 6 || got.Rows[0].Name != "Adele Vance" || got.Rows[0].By[0] != "GDAP: Intune Administrator" || len(got.Rows[0].By) != 1 || got.Rows[0].Through[0] != "Intune technicians" || !got.Rows[1].Nested || got.Rows[2].By[0] != "Directory role: Global Administrator" || got.Rows[2].Side != "partner" || got.Rows[3].enabled() != "No" || strings.Join(got.Rows[4].By, ", ") != "Directory role: Intune Administrator, Intune role: Help desk" || got.Rows[4].Through[0] != "IT" || got.Rows[5].Name != "Fay" || got.Rows[5].Side != "customer" {
		t.Errorf("%+v", got)
	}
	for _, want := range []string{"Not known: who is in 1 group of customers", "Privileged Identity Management"} {
		if !strings.Contains(one.Get(at).Body.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if p := one.Get("/access?who=wipe&sort=-person&q=nobody").Body.String(); strings.Contains(p, `href="/access?sort=-person"`) || !strings.Contains(p, `href="/access?sort=-person&amp;who=wipe"`) {
		t.Error("without its filters it is another list")
	}
	if p := one.Get(at).Body.String(); !strings.Contains(p, `href="/roles/who/people?can=`+url.QueryEscape(intunerole.Wipe)+`&amp;customer=`+contoso.ID.String()+`"`) || !strings.Contains(p, "Programs with a permission of their own") {
		t.Error("who could wipe does not lead to Intune's own roles, or does not say that programs are missing")
	}
	one.JSON("/access?who=wipe&side=customer", http.StatusOK, &got)
	if got.Count != 2 {
		t.Errorf("the customer's people: %+v", got)
	}
	if p := one.Get(at).Body.String(); strings.Contains(p, "attempt failed") {
		t.Error("no attempt failed, and the page says that one did")
	}
	f.FailRead(t, contoso.ID, graphsync.DirectoryRoles, "unavailable", "Microsoft did not answer.")
	if p := one.Get(at).Body.String(); !strings.Contains(p, "the last attempt failed at 1 customer") {
		t.Error("the page does not say that directory roles are not of the last attempt")
	}
	f.FailRead(t, f.Tenants.Home(), graphsync.Relationships, "permission", "A permission is not granted.")
	f.Now = f.Now.Add(24 * time.Hour)
	if p := one.Get(at).Body.String(); !strings.Contains(p, "not read again in time") {
		t.Error("a day later the page does not say that it is late")
	}
}

func TestPagesByPlace(t *testing.T) {
	f, _, _, h := fixture(t)
	if _, err := f.Pool.In(tenant.Everything()).Exec(t.Context(), `INSERT INTO staff (upn, name, role, reach) SELECT 'p' || n || '@firstup.example', 'P ' || (n % 7), 'support', 'all' FROM generate_series(1, 60) n`); err != nil {
		t.Fatal(err)
	}
	all := f.Serve(t, technician, tenant.Everything(), mounted(h))
	for _, sort := range []string{"", "person", "-person", "customer", "-customer"} {
		seen := map[string]bool{}
		var got twin[row]
		for path := "/access/list?sort=" + sort; path != ""; path = got.Next {
			got = twin[row]{}
			all.JSON(path, http.StatusOK, &got)
			for _, r := range got.Rows {
				seen[r.UPN+r.Customer.Name] = true
			}
		}
		if len(seen) != 122 || got.Count != 122 {
			t.Errorf("sort %q: %d seen of %d, want 122", sort, len(seen), got.Count)
		}
	}
}
