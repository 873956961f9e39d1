package roles

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

const read = "Microsoft.Intune_ManagedDevices_Read"

type twin[R any] struct {
	Rows  []R
	Count int64
	AsOf  *time.Time `json:"as_of"`
}

func TestPages(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam, unread := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example"), f.Tenant(t, 3, "Northwind", "northwind.example")
	ops := []intunerole.Operation{{ID: intunerole.Wipe, Resource: "RemoteTasks", Action: "Wipe", Description: "Erase devices"}, {ID: read, Resource: "Managed devices", Action: "Read"}}
	helpDesk := intunerole.Role{ID: "r1", Name: "Help desk", BuiltIn: true, Allowed: []string{intunerole.Wipe, read}}
	f.ReadRoles(t, contoso.ID, f.Now.Add(-48*time.Hour), intunerole.Read{Roles: []intunerole.Role{helpDesk}, Operations: ops})
	f.ReadRoles(t, contoso.ID, f.Now.Add(-3*time.Minute), intunerole.Read{Operations: ops, Roles: []intunerole.Role{helpDesk, {ID: "r2", Name: "@evil", Allowed: []string{intunerole.Wipe}}, {ID: "r3", Name: "Reader", Allowed: []string{read}}},
		Assignments: []intunerole.Assignment{{ID: "a1", RoleID: "r1", Name: "First line", Members: []string{"g1", "g2"}, ScopeType: "allDevices"}, {ID: "a2", RoleID: "r3", Name: "Readers", Members: []string{"g3"}, Scopes: []string{"g4"}, ScopeType: "resourceScope"}}})
	f.ReadRoles(t, fabrikam.ID, f.Now.Add(-3*time.Minute), intunerole.Read{Operations: ops, Roles: []intunerole.Role{{ID: "f1", Name: "Field", Allowed: []string{intunerole.Wipe}}}, Assignments: []intunerole.Assignment{{ID: "fa", RoleID: "f1", Name: "Field work", Members: []string{"g9"}}}})
	mount := (&Handler{f.Roles(), f.DirectoryRoles(), f.DirectoryGroups(), f.Sync}).Mount
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID, unread.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/roles"

	for path, want := range map[string]int64{at: 3, at + "?can=" + intunerole.Wipe: 2, at + "?builtIn=true": 1, at + "?assigned=false": 1, at + "?q=read": 1, at + "?gone=true": 0, "/roles": 3} {
		var got twin[row]
		one.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, want)
		}
		if p := one.Get(path); p.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, p.Code)
		}
	}
	var who twin[grant]
	one.JSON(at+"/who", http.StatusOK, &who)
	if who.Count != 1 || who.Rows[0].Role != "Help desk" || len(who.Rows[0].Members) != 2 || who.Rows[0].Scope != "All devices" || who.Rows[0].Known {
		t.Errorf("who can wipe at Contoso: %+v", who)
	}
	all.JSON("/roles/who?sort=customer", http.StatusOK, &who)
	if who.Count != 2 || who.Rows[1].Tenant.Name != "Fabrikam" || who.Rows[1].Scope != "Not told by Microsoft Graph" {
		t.Errorf("who can wipe anywhere: %+v", who)
	}
	one.JSON(at+"/who?can="+read, http.StatusOK, &who)
	if who.Count != 2 {
		t.Errorf("%d can read devices, want 2", who.Count)
	}
	page := one.Get(at + "/who").Body.String()
	if !strings.Contains(page, "2 roles allow this") || !strings.Contains(page, "Not known: who is in 2 groups that hold such a role.") || !strings.Contains(page, "Intune Administrator") {
		t.Error("the view does not say what it cannot tell")
	}
	if got := one.Get("/t/" + unread.ID.String() + "/roles/who").Body.String(); !strings.Contains(got, "Not read yet") || strings.Contains(got, "given to anybody") || strings.Contains(got, "allow this") {
		t.Error("a tenant that was not read seems to have nobody who can wipe")
	}
	var v view
	one.JSON(at+"/r1", http.StatusOK, &v)
	if v.Name != "Help desk" || len(v.Allowed) != 2 || v.Allowed[1].Name != "Remote tasks: Wipe" || len(v.Grants) != 1 || len(v.row.URL) == 0 || len(v.Changes) != 1 || v.Changes[0].Subject != "First line" {
		t.Errorf("role %+v", v)
	}
	if csv := one.Get("/roles?format=csv").Body.String(); strings.Contains(csv, "Field") || !strings.Contains(csv, "'@evil") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	if csv := one.Get("/roles/who?format=csv").Body.String(); strings.Contains(csv, "Field") || !strings.Contains(csv, "First line") {
		t.Errorf("CSV of who can wipe:\n%s", csv)
	}
	foreign := "/t/" + fabrikam.ID.String() + "/roles"
	for _, path := range []string{foreign, foreign + "/who", foreign + "/f1", at + "/f1", "/roles/r1", at + "/%00"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, path := range []string{"/roles?sort=x", "/roles?can=x", "/roles?after=x", "/roles?customer=x", "/roles/who?can=x", "/roles/who?sort=x", "/roles/who?can=" + read + "&can=" + intunerole.Wipe, "/roles/who?format=pdf"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}

// TestPeople: who is in the groups, over the tenants that a person may see and no others; what was not read is never nobody.
func TestPeople(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	ops := []intunerole.Operation{{ID: intunerole.Wipe, Resource: "RemoteTasks", Action: "Wipe"}, {ID: read, Resource: "Managed devices", Action: "Read"}}
	for _, tid := range []tenant.ID{contoso.ID, fabrikam.ID} {
		f.ReadRoles(t, tid, f.Now.Add(-3*time.Minute), intunerole.Read{Operations: ops, Roles: []intunerole.Role{{ID: "r1", Name: "Help desk", Allowed: []string{intunerole.Wipe}}},
			Assignments: []intunerole.Assignment{{ID: "a1", RoleID: "r1", Name: "First line", Members: []string{"g1", "g2"}, Scopes: []string{"g3"}, ScopeType: "resourceScope"}}})
	}
	yes := true
	f.ReadGroups(t, contoso.ID, f.Now.Add(-3*time.Minute), group.Read{
		Groups: []group.Group{{ID: "g1", Name: "IT", MembersRead: true, Members: 2}, {ID: "g2", Gone: true}, {ID: "g3", Name: "Sales"}},
		Members: map[string][]group.Member{"g1": {{ID: "u1", Type: "user", Name: "@Adele Vance", UPN: "adele@contoso.example", Enabled: &yes, Direct: true},
			{ID: "u2", Type: "user", Name: "Lee Gu", UPN: "lee@contoso.example", Enabled: &yes}, {ID: "g5", Type: "group", Name: "Contractors", Direct: true}}},
	})
	mount := (&Handler{f.Roles(), f.DirectoryRoles(), f.DirectoryGroups(), f.Sync}).Mount
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/roles/who"
	var got twin[holder]
	one.JSON(at+"/people", http.StatusOK, &got)
	if got.Count != 2 || len(got.Rows) != 2 || got.Rows[0].UPN != "adele@contoso.example" || got.Rows[0].Nested || !got.Rows[1].Nested || got.Rows[1].Over[0] != "Groups" || got.AsOf == nil {
		t.Errorf("people at Contoso: %+v", got)
	}
	page := one.Get(at + "/people").Body.String()
	for _, want := range []string{"by a group inside", "1 group that holds such a role no longer in the directory", "Intune Administrator", "By assignment"} {
		if !strings.Contains(page, want) {
			t.Errorf("the view lacks %q", want)
		}
	}
	if strings.Contains(page, "Not known: ") {
		t.Error("all was read, and the view says that something is not known")
	}
	var grants twin[grant]
	one.JSON(at, http.StatusOK, &grants)
	if g := grants.Rows[0]; !g.Known || g.memberText() != "IT (2 people), g2 (deleted)" || g.over() != "Sales" {
		t.Errorf("%+v: %s over %s", g, g.memberText(), g.over())
	}
	if page := all.Get("/roles/who/people?sort=customer").Body.String(); !strings.Contains(page, "Not known: who is in 2 groups that hold such a role at 1 customer.") || !strings.Contains(page, "Lee Gu") {
		t.Error("over all, what was not read at Fabrikam is not said")
	}
	got.Rows, got.Count = nil, 0 // null, as nothing was read there, leaves what stands
	for path, want := range map[string]string{"/roles/who/people": "/access?who=wipe", "/roles/who": "/access?who=wipe", at: "/t/" + contoso.ID.String() + "/access?who=wipe", "/roles": "/roles/who"} {
		if page := all.Get(path).Body.String(); !strings.Contains(page, `href="`+want+`"`) {
			t.Errorf("%s does not lead to %s", path, want)
		}
	}
	all.JSON("/roles/who/people?customer="+fabrikam.ID.String(), http.StatusOK, &got)
	if got.Count != 0 {
		t.Errorf("people at Fabrikam: %+v", got)
	}
	for _, path := range []string{"/roles/who/people?customer=" + fabrikam.ID.String(), "/t/" + fabrikam.ID.String() + "/roles/who/people"} {
		if page := all.Get(path).Body.String(); strings.Contains(page, "Nobody holds") {
			t.Errorf("%s says that nobody can, where nothing was read", path)
		}
	}
	if page := one.Get(at + "/people?can=" + read).Body.String(); !strings.Contains(page, "Nobody holds an Intune role that allows this") {
		t.Error("what nobody holds is not said")
	}
	if csv := one.Get(at + "/people?format=csv").Body.String(); !strings.Contains(csv, "'@Adele Vance") || !strings.Contains(csv, "lee@contoso.example") {
		t.Errorf("CSV:\n%s", csv)
	}
	one.JSON("/t/"+fabrikam.ID.String()+"/roles/who/people", http.StatusNotFound, nil)
	for _, query := range []string{"sort=x", "can=x", "after=x", "can=" + read + "&can=" + intunerole.Wipe} {
		if w := one.Get(at + "/people?" + query); w.Code != http.StatusBadRequest {
			t.Errorf("?%s: %d, want 400", query, w.Code)
		}
	}
}

// TestHeldRoles: who holds a role of the directory, and one of Intune's, is listed at the customer; nobody only where everything was looked into.
func TestHeldRoles(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{f.Roles(), f.DirectoryRoles(), f.DirectoryGroups(), f.Sync}).Mount)
	at := "/t/" + contoso.ID.String() + "/roles"
	for _, path := range []string{at + "/directory", at + "/directory?role=x"} {
		if html := c.Get(path).Body.String(); !strings.Contains(html, "Not read yet") || strings.Contains(html, "Nobody") {
			t.Errorf("%s: what was not read seems to be nobody", path)
		}
	}
	long := strings.Repeat("Very long role name ", 12)
	f.ReadDirectoryRoles(t, contoso.ID, f.Now.Add(-2*time.Minute),
		directoryrole.Assignment{ID: "1", Role: gdap.GlobalAdministrator, Principal: "eve", Type: "user", Name: "Eve <b>", UPN: "eve@contoso.example", Scope: "/"},
		directoryrole.Assignment{ID: "2", Role: "own", RoleName: long, Principal: "adam", Type: "user", Name: "adam", Scope: "/administrativeUnits/1"},
		directoryrole.Assignment{ID: "3", Role: gdap.GlobalAdministrator, Principal: "g1", Type: "group", Name: "Admins", Scope: "/"},
		directoryrole.Assignment{ID: "4", Role: "robot", RoleName: "Robots", Principal: "sp", Type: "servicePrincipal", Name: "Backup", Scope: "/"})
	f.ReadDirectoryRoles(t, fabrikam.ID, f.Now.Add(-2*time.Minute))
	names := func(path string) string {
		t.Helper()
		var l twin[holding]
		c.JSON(path, http.StatusOK, &l)
		var said []string
		for _, x := range l.Rows {
			said = append(said, x.Name+" by "+x.through())
		}
		if int64(len(said)) != l.Count {
			t.Errorf("%s: %d rows, counted %d", path, len(said), l.Count)
		}
		return strings.Join(said, ", ")
	}
	directory := at + "/directory"
	for path, want := range map[string]string{
		directory: "adam by Own account, Backup by Program, Eve <b> by Own account", directory + "?sort=-name": "Eve <b> by Own account, Backup by Program, adam by Own account",
		directory + "?role=" + gdap.GlobalAdministrator: "Eve <b> by Own account", directory + "?role=own": "adam by Own account", directory + "?role=gone": "", directory + "?q=CONTOSO": "Eve <b> by Own account",
	} {
		if got := names(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	html := c.Get(directory).Body.String()
	for _, want := range []string{"Not known: who is in 1 group that holds such a role.", "Global Administrator", long + " over a part", "Eve &lt;b&gt;", `aria-current="page"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	for path, want := range map[string]string{
		directory + "?role=gone": "Nobody holds this role", directory + "?q=nobody": "No person matches these filters",
		"/t/" + fabrikam.ID.String() + "/roles/directory": "Nobody holds a role of the directory",
	} {
		if html := c.Get(path).Body.String(); !strings.Contains(html, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	if csv := c.Get(directory + "?format=csv").Body.String(); strings.Count(csv, "\r\n") != 4 || !strings.Contains(csv, "/administrativeUnits/1") {
		t.Errorf("CSV:\n%s", csv)
	}
	f.ReadGroups(t, contoso.ID, f.Now.Add(-time.Minute), group.Read{Groups: []group.Group{{ID: "g1", Name: "Admins", MembersRead: true, Members: 1}, {ID: "g2", Name: "Help", MembersRead: true, Members: 1}},
		Members: map[string][]group.Member{"g1": {{ID: "u1", Type: "user", Name: "Ann", Direct: true}}, "g2": {{ID: "u2", Type: "user", Name: "Lee", UPN: "lee@contoso.example", Direct: true}}}})
	if got := names(directory + "?role=" + gdap.GlobalAdministrator); got != "Ann by Admins, Eve <b> by Own account" {
		t.Errorf("with the people of a group: %q", got)
	}

	f.ReadRoles(t, contoso.ID, f.Now.Add(-time.Minute), intunerole.Read{
		Roles:       []intunerole.Role{{ID: "r/1", Name: "Help desk", Allowed: []string{read}}, {ID: "r2", Name: "Field", Allowed: []string{read}}, {ID: "r3", Name: "Spare"}, {ID: "r4", Name: "Unseen"}},
		Assignments: []intunerole.Assignment{{ID: "a1", RoleID: "r/1", Name: "First line", Members: []string{"g2"}}, {ID: "a2", RoleID: "r2", Name: "Field", Members: []string{"g1"}}, {ID: "a3", RoleID: "r4", Members: []string{"g9"}}},
	})
	var held twin[holder]
	if c.JSON(at+"/r%2F1/people", http.StatusOK, &held); held.Count != 1 || held.Rows[0].Name != "Lee" {
		t.Errorf("who holds one of the roles: %+v", held)
	}
	if html := c.Get(at + "/r%2F1").Body.String(); !strings.Contains(html, `href="`+at+`/r%2F1/people">1 person holds it`) {
		t.Error("the role does not lead to who holds it")
	}
	for path, want := range map[string]string{at + "/r3/people": "Nobody holds this role", at + "/r4/people": "Who holds it is not known", at + "/r2/people?q=lee": "No person matches these filters", at + "/r2/people": "Who holds “Field”"} {
		if html := c.Get(path).Body.String(); !strings.Contains(html, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	for path, want := range map[string]int{"/roles/directory": 404, "/roles/r2/people": 404, at + "/r9/people": 404, "/t/" + fabrikam.ID.String() + "/roles/r2/people": 404, directory + "?role=%00": 400, directory + "?sort=x": 400, directory + "?after=x": 400, at + "/r2/people?can=x&sort=x": 400} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("%s: status %d, want %d", path, got.Code, want)
		}
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Reach: tenant.Only(contoso.ID), Scope: tenant.Only(contoso.ID), Tenant: contoso}
	fresh := graphsync.Freshness{Dataset: graphsync.IntuneRoles, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-3 * time.Minute)}
	for name, tc := range map[string]struct {
		r       intunerole.Role
		given   []intunerole.Assignment
		ops     []intunerole.Operation
		changes []intunerole.Change
	}{
		"bare": {r: intunerole.Role{ID: "r1"}},
		"full": {
			intunerole.Role{ID: "r1", Name: "Help Desk Operator", BuiltIn: true, Description: "Helps.", Allowed: []string{read, intunerole.Wipe}, Denied: []string{"Microsoft.Intune_Roles_Delete"}, Assignments: 1, FirstSeenAt: now.AddDate(0, -1, 0)},
			[]intunerole.Assignment{{ID: "a", RoleID: "r1", Name: "First line", Members: []string{"g1"}, Scopes: []string{"g2", "g3"}, ScopeType: "resourceScope"}}, []intunerole.Operation{{ID: read, Resource: "Managed devices", Action: "Read", Description: "See devices"}},
			[]intunerole.Change{{At: now.Add(-time.Hour), Field: "allowed", New: intunerole.Wipe}, {At: now.Add(-2 * time.Hour), Field: "assignment", Subject: "First line", New: "given"}, {At: now.Add(-3 * time.Hour), Field: "gone", Old: "false", New: "true"}},
		},
		"hostile": {intunerole.Role{ID: "a/1?", Name: "<script>x</script>", Description: "</p><script>", Allowed: []string{"<b>", "a&can=b"}, GoneAt: now.Add(-time.Hour)},
			[]intunerole.Assignment{{Name: "<i>", Members: []string{"<g>"}, ScopeType: "<s>"}}, nil, []intunerole.Change{{At: now, Field: "<f>", Subject: "<s>", Old: "<o>", New: strings.Repeat("long ", 300)}}},
	} {
		t.Run(name, func(t *testing.T) {
			tc.r.Tenant, tc.r.TenantName = contoso.ID, "Contoso"
			webtest.Golden(t, roleBody(newView(m, tc.r, tc.given, nil, tc.ops, tc.changes, fresh, now)))
		})
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{intunerole.Wipe: "Remote tasks: Wipe", "Microsoft.Intune_RemoteTasks_RebootNow": "Remote tasks: Reboot now", "Microsoft.Intune/MobileApps/Read": "Mobile apps: Read", "x": "x", "": ""} {
		if got := actionWord(in); got != want {
			t.Errorf("actionWord(%q) = %q, want %q", in, got, want)
		}
	}
}
