package relationships

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

type twin struct {
	Rows  []row
	Count int64
	AsOf  *time.Time `json:"as_of"`
}

func relationship(id string, customer tenant.ID, ends time.Time) gdap.Relationship {
	return gdap.Relationship{
		ID: id, Name: "Care " + id, Customer: customer, CustomerName: "As Microsoft has it", Status: gdap.Active, Duration: "P730D", AutoExtend: "PT0S", Roles: []string{gdap.IntuneAdministrator, "f2ef992c-3afb-46b9-b7cf-a126ee74c451"},
		CreatedAt: ends.AddDate(-2, 0, -1), ActivatedAt: ends.AddDate(-2, 0, 0), EndsAt: ends, Assignments: []gdap.Assignment{{ID: "a", Group: "g1", Status: "active", Roles: []string{gdap.IntuneAdministrator}}, {ID: "b", Group: "g2", Status: "pending", Roles: []string{gdap.IntuneAdministrator}}},
	}
}

func TestPages(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	home := f.Home(t)
	mount := (&Handler{Relationships: f.Relationships(), Groups: f.DirectoryGroups(), Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants}).Mount
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/relationships"

	if got := one.Get(at).Body.String(); !strings.Contains(got, "Not read yet") || strings.Contains(got, "No GDAP relationship") {
		t.Error("what was not read seems to be none")
	}
	f.ReadRelationships(t, f.Now.Add(-time.Minute))
	if got := one.Get(at).Body.String(); !strings.Contains(got, "No GDAP relationship with Contoso") || strings.Contains(got, "/sync?") {
		t.Error("none was read, and the page does not say so, or leads a technician to a tenant that is not theirs")
	}
	f.FailRead(t, home.ID, graphsync.Relationships, "permission", "A permission is not granted.")

	led := relationship("4", contoso.ID, f.Now.AddDate(0, 0, -9))
	led.Led, led.Status = true, gdap.Expired
	f.ReadRelationships(t, f.Now.Add(-time.Minute), relationship("1", contoso.ID, f.Now.AddDate(0, 1, 0)), relationship("=2", contoso.ID, f.Now.AddDate(1, 0, 0)), relationship("3", fabrikam.ID, f.Now.AddDate(0, 1, 0)), led,
		gdap.Relationship{ID: "5", Name: "Asked", Status: gdap.Created, Roles: []string{gdap.IntuneAdministrator}})
	no := false
	f.ReadGroups(t, home.ID, f.Now, group.Read{
		Groups:  []group.Group{{ID: "g1", Name: "Intune technicians", MembersRead: true, Members: 2}, {ID: "g2", Name: "Second line"}},
		Members: map[string][]group.Member{"g1": {{ID: "u1", Type: "user", Name: "Adele Vance", UPN: "adele@firstup.example", Direct: true}, {ID: "u2", Type: "user", Name: "Lee Gu", Enabled: &no}, {ID: "g5", Type: "group", Name: "On call", Direct: true}}},
	})
	for path, want := range map[string]int64{at: 2, "/relationships": 2, at + "?ends=60": 1, at + "?status=created": 0, at + "?led=true": 1, at + "?extends=true": 0, at + "?role=" + gdap.GlobalAdministrator: 0, at + "?q=care+1": 1, at + "?known=false": 0} {
		var got twin
		one.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, want)
		}
		if p := one.Get(path); p.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, p.Code)
		}
	}
	var got twin
	all.JSON("/relationships?sort=customer", http.StatusOK, &got)
	if got.Count != 4 || got.Rows[0].Customer.ID != nil || got.Rows[0].URL != "/relationships/5" || got.Rows[1].Customer.Name != "Contoso" || got.Rows[1].Effective || got.Rows[1].StateName != "Active" || got.Rows[3].StateName != "Ends soon" {
		t.Errorf("all: %+v", got)
	}
	if !strings.Contains(one.Get(at).Body.String(), "1 relationship that Microsoft made") {
		t.Error("the list does not say what it leaves out")
	}
	if csv := one.Get("/relationships?format=csv").Body.String(); strings.Contains(csv, "Fabrikam") || !strings.Contains(csv, "Care =2") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	var v view
	one.JSON(at+"/1", http.StatusOK, &v)
	if len(v.Access) != 2 || v.Access[0].Name != "Intune technicians" || len(v.Access[0].People) != 2 || !v.Access[0].People[1].Nested || v.Access[1].Known || v.AsOf == nil {
		t.Errorf("who holds it: %+v", v)
	}
	if p := one.Get(at + "/1").Body.String(); !strings.Contains(p, "Unknown: not read") || !strings.Contains(p, "Lee Gu (cannot sign in; by a group inside)") || !strings.Contains(p, "ends later") {
		t.Error("the page does not say who holds the roles")
	}
	foreign := "/t/" + fabrikam.ID.String() + "/relationships"
	for _, path := range []string{foreign, foreign + "/3", at + "/3", at + "/5", "/relationships/3", at + "/%00", at + "/x"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, path := range []string{"/relationships?sort=x", "/relationships?status=x", "/relationships?after=x", "/relationships?customer=x", "/relationships?ends=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
	f.FailRead(t, home.ID, graphsync.Relationships, "permission", "A permission is not granted.")
	f.Now = f.Now.Add(24 * time.Hour)
	one.JSON(at+"?q=%3D2", http.StatusOK, &got)
	if got.Rows[0].StateName != "Was: active" || got.Rows[0].state.Shape == ui.ShapeOK {
		t.Errorf("a day later: %+v", got.Rows[0])
	}
}

func TestContracts(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	home := f.Home(t)
	h := &Handler{Relationships: f.Relationships(), Groups: f.DirectoryGroups(), Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants}
	mount := func(r page.Router) { h.Mount(r); h.MountPortal(r) }
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	const at = "/relationships/contracts"
	golden := func(name string) {
		t.Run(name, func(t *testing.T) {
			_, main, _ := strings.Cut(all.Get(at).Body.String(), "<main")
			main, _, _ = strings.Cut(main, "</main>")
			webtest.Golden(t, templ.Raw("<main"+main+"</main>"))
		})
	}
	f.FailRead(t, home.ID, graphsync.Contracts, "permission", "A permission is not granted.")
	if p := all.Get(at).Body.String(); !strings.Contains(p, "Contracts may not be read") || !strings.Contains(p, "Directory.Read.All") {
		t.Error("what may not be read")
	}
	f.ReadContracts(t, f.Now)
	if p := all.Get(at).Body.String(); !strings.Contains(p, "No contracts at the partner") {
		t.Error("read, and none")
	}
	golden("empty")
	f.ReadContracts(t, f.Now, gdap.Contract{ID: "1", Customer: contoso.ID, Name: "Contoso", Domain: "contoso.example", Type: "ResellerPartner"})
	golden("one")
	f.ReadContracts(t, f.Now, gdap.Contract{ID: "1", Customer: webtest.ID(t, 9), Name: `"><script>alert(1)</script>`, Domain: `<b>`, Type: "\u202e"})
	golden("hostile")
	f.ReadContracts(t, f.Now, gdap.Contract{ID: "1", Customer: webtest.ID(t, 9), Name: strings.Repeat("Unbreakable", 30), Domain: strings.Repeat("domain", 40) + ".example", Type: "SyndicationPartner"})
	golden("long")
	hostile := strings.Repeat("<b>very long</b> ", 30)
	f.ReadContracts(t, f.Now, gdap.Contract{ID: "1", Customer: contoso.ID, Name: "Contoso", Domain: "contoso.example", Type: "ResellerPartner"}, gdap.Contract{ID: "2", Customer: webtest.ID(t, 9), Name: hostile, Domain: "=x"}, gdap.Contract{ID: "3", Customer: webtest.ID(t, 8)})
	for path, want := range map[string]int64{at: 3, at + "?known=false": 2, at + "?gdap=true": 0, at + "?q=contoso": 1, at + "?sort=-domain": 3} {
		var got struct {
			Rows  []contract
			Count int64
		}
		all.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, want)
		}
		if p := all.Get(path); p.Code != http.StatusOK || strings.Contains(p.Body.String(), "<b>very") {
			t.Errorf("GET %s: status %d", path, p.Code)
		}
	}
	if csv := one.Get(at + "?format=csv").Body.String(); strings.Count(csv, "\n") != 2 || !strings.Contains(csv, "Contoso,contoso.example,In this portal,No active GDAP,ResellerPartner") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, path := range []string{at + "?sort=x", at + "?known=x", at + "?after=x"} {
		if got := all.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	var tid tenant.ID
	if err := tid.UnmarshalText([]byte("c0000000-0000-4000-8000-000000000002")); err != nil {
		t.Fatal(err)
	}
	x := relationship("1", tid, now.AddDate(0, 1, 0))
	x.Known, x.Effective, x.FirstSeenAt = true, true, now.AddDate(0, -1, 0)
	read := graphsync.Freshness{Tenants: 1, Read: 1, Fresh: 1}
	m := tenant.Membership{Scope: tenant.Only(tid), Tenant: tenant.Tenant{ID: tid, DisplayName: "Contoso"}}
	v := view{row: newRower(read, now)(x), m: m, seen: x.FirstSeenAt, fresh: ui.Freshness{State: ui.ShapeOK, AsOf: ui.NewTime(now, now)}, Changes: []change{
		{now.AddDate(0, 0, -1), "roles", "{}", "{" + gdap.GlobalAdministrator + ",x}"}, {now.AddDate(0, 0, -2), "status", gdap.Pending, gdap.Active},
		{now.AddDate(0, 0, -3), "ends_at", "2026-12-21 02:51:44+00", ""}, {now.AddDate(0, 0, -4), "gone", "false", "true"}, {now.AddDate(0, 0, -5), "gone", "true", "false"}}}
	empty := v
	empty.row.Roles, empty.Changes = nil, nil
	t.Run("empty", func(t *testing.T) { webtest.Golden(t, relationshipBody(empty)) })
	v.Access = []access{{Group: "g1", Name: "Technicians", Status: "active", Roles: v.Roles, Known: true}, {Group: "g2", Status: "error", Roles: []string{`<script>alert(1)</script>`}}}
	v.Name = `<b>"Care" & more</b>` + strings.Repeat(" very long", 20)
	t.Run("hostile", func(t *testing.T) { webtest.Golden(t, relationshipBody(v)) })
}

func TestHistoryCountsGroups(t *testing.T) {
	for _, tc := range [][3]string{{"groups", "{}", "0 groups"}, {"groups", "{11111111-1111-4111-8111-111111111111}", "1 group"}, {"groups", "{a,b}", "2 groups"}, {"name", "a,b", "a,b"}, {"status", "", "nothing"}} {
		if got := History.Word(tc[0], tc[1]); got != tc[2] {
			t.Errorf("%s %s is said as %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}
