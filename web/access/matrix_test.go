package access

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

// TestMatrix: customers down, people across; a cell says a door, none, or that it is not known, and leads to every path.
func TestMatrix(t *testing.T) {
	f, contoso, fabrikam, h := fixture(t)
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mounted(h)), f.Serve(t, technician, tenant.Everything(), mounted(h))
	staff, err := f.Tenants.ListStaff(t.Context(), tenant.Everything())
	if err != nil {
		t.Fatal(err)
	}
	id := map[string]string{}
	for _, s := range staff {
		id[strings.Fields(s.Name)[0]] = strconv.FormatInt(s.ID, 10)
	}
	said := func(rows []customerRow) string {
		var lines []string
		for _, c := range rows {
			for _, x := range c.Cells {
				lines = append(lines, x.Name[:4]+"@"+c.Customer.Name[:4]+" "+strings.Join(x.Doors, "+")+map[bool]string{true: "?"}[x.Unsure])
			}
		}
		return strings.Join(lines, "; ")
	}
	var got twin[customerRow]
	all.JSON("/access", http.StatusOK, &got)
	if want := "Adel@Cont ?; Ben @Cont ?; Cleo@Cont portal?; Dan @Cont ?; Adel@Fabr ?; Ben @Fabr ?; Cleo@Fabr portal?; Dan @Fabr ?"; said(got.Rows) != want || got.Count != 2 {
		t.Errorf("nothing was read:\n%s\nwant\n%s", said(got.Rows), want)
	}
	readAll(t, f, contoso.ID, fabrikam.ID)
	for path, want := range map[string]string{
		"/access": "Adel@Cont gdap; Ben @Cont gdap; Cleo@Cont guest?; Dan @Cont gdap; Cleo@Fabr portal", "/access?door=guest": "Cleo@Cont guest?", "/access?sort=-customer&person=" + id["Cleo"]: "Cleo@Fabr portal; Cleo@Cont guest?",
		"/access?role=" + gdap.IntuneAdministrator: "Adel@Cont gdap; Ben @Cont gdap; Dan @Cont gdap", "/access?q=fabri": "Cleo@Fabr portal", "/access?customer=" + contoso.ID.String() + "&person=" + id["Adele"]: "Adel@Cont gdap", "/access?q=none": "",
	} {
		got = twin[customerRow]{}
		all.JSON(path, http.StatusOK, &got)
		if said(got.Rows) != want || got.Count != int64(len(got.Rows)) {
			t.Errorf("%s: count %d:\n%s\nwant\n%s", path, got.Count, said(got.Rows), want)
		}
		if p := all.Get(path); p.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, p.Code)
		}
	}
	f.ReadRoles(t, contoso.ID, f.Now, intunerole.Read{Roles: []intunerole.Role{{ID: "i1", Name: "Help desk"}}, Assignments: []intunerole.Assignment{{ID: "x", RoleID: "i1", Name: "First line", Members: []string{"c1"}}}})
	if csv := all.Get("/access?format=csv").Body.String(); !strings.Contains(csv, "Contoso,GDAP; Intune Administrator,GDAP; Intune Administrator,Guest account; Global Administrator,GDAP") || !strings.Contains(csv, "Fabrikam,None,None,Portal only,None") {
		t.Errorf("CSV:\n%s", csv)
	}
	if p := one.Get("/access").Body.String(); strings.Contains(p, "Fabrikam") || !strings.Contains(p, `href="/t/`+contoso.ID.String()+`/access/`+id["Ben"]) || strings.Contains(p, "People after") {
		t.Error("who may see Contoso only")
	}

	at := "/t/" + contoso.ID.String() + "/access/"
	var c cellView
	one.JSON(at+id["Ben"], http.StatusOK, &c)
	if len(c.Paths) != 2 || strings.Join(c.Paths[0].Via, " > ") != "Group “Intune technicians” > Relationship “Care”" || c.Paths[0].Roles[0] != "Intune Administrator" || c.Paths[0].ReadAt == nil || !strings.Contains(c.Paths[0].Note, "by a group inside") || !strings.Contains(c.Paths[0].Note, "guest account") || !strings.Contains(c.Paths[1].Note, "disabled") {
		t.Errorf("Ben: %+v", c)
	}
	c = cellView{}
	one.JSON(at+id["Cleo"], http.StatusOK, &c)
	if len(c.Paths) != 1 || c.Paths[0].Door != "guest" || c.Paths[0].Roles[0] != "Global Administrator" || c.Unsure {
		t.Errorf("Cleo: %+v", c)
	}
	for id, want := range map[string]string{id["Adele"]: "Who could wipe at Contoso today?", id["Cleo"]: "Guest account “Cleo (First Up)”"} {
		if p := one.Get(at + id).Body.String(); !strings.Contains(p, want) {
			t.Errorf("the page of %s does not say %q", id, want)
		}
	}
	for _, path := range []string{"/t/" + fabrikam.ID.String() + "/access/" + id["Cleo"], "/access/" + id["Cleo"], at + "0", at + "x", at + "999999"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	f.ReadDirectoryRoles(t, contoso.ID, f.Now)
	c = cellView{}
	one.JSON(at+id["Cleo"], http.StatusOK, &c)
	if len(c.Ended) != 1 || c.Ended[0].Role != "Global Administrator" || c.Ended[0].Gone.IsZero() || !strings.Contains(one.Get(at+id["Cleo"]).Body.String(), "Directory roles that the guest account had") {
		t.Errorf("a role that ended: %+v", c.Ended)
	}
	f.FailRead(t, contoso.ID, graphsync.DirectoryRoles, "permission", "A permission is not granted.")
	f.Now = f.Now.Add(24 * time.Hour)
	if p := one.Get(at + id["Cleo"]).Body.String(); !strings.Contains(p, "Directory roles were not read again in time") {
		t.Error("a day later the page does not say that it is late")
	}
}

// TestMatrixPages: more customers and people than a page shows, each once, and light enough.
func TestMatrixPages(t *testing.T) {
	f, _, _, h := fixture(t)
	if _, err := f.Pool.In(tenant.Everything()).Exec(t.Context(), `INSERT INTO staff (upn, name, role, reach) SELECT 'p' || n || '@firstup.example', 'Person with a name ' || n, 'technician', 'all' FROM generate_series(1, 36) n`); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Pool.In(tenant.Everything()).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) SELECT ('c0000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, 'Customer ' || n FROM generate_series(1, 58) n`); err != nil {
		t.Fatal(err)
	}
	all := f.Serve(t, technician, tenant.Everything(), mounted(h))
	for _, sort := range []string{"", "-customer"} {
		seen := map[string]bool{}
		var got twin[customerRow]
		for path := "/access?sort=" + sort; path != ""; path = got.Next {
			got = twin[customerRow]{}
			all.JSON(path, http.StatusOK, &got)
			for _, c := range got.Rows {
				seen[c.URL] = true
			}
			if len(got.Rows) > customersDown || got.Count != 60 || len(got.Rows[0].Cells) != 40 {
				t.Fatalf("%d of %d customers, %d people", len(got.Rows), got.Count, len(got.Rows[0].Cells))
			}
		}
		if len(seen) != 60 {
			t.Errorf("sort %q: %d customers", sort, len(seen))
		}
	}
	body := all.Get("/access").Body.String()
	if n := strings.Count(body, `class="crossing`); n != customersDown*peopleAcross {
		t.Errorf("%d cells", n)
	}
	if len(body) > 100_000 {
		t.Errorf("%d bytes", len(body))
	}
	next := strings.SplitN(strings.SplitN(body, `People after`, 2)[0], `href="`, -1)
	second := all.Get(strings.ReplaceAll(strings.SplitN(next[len(next)-1], `"`, 2)[0], "&amp;", "&")).Body.String()
	if !strings.Contains(second, "People before: Adele Vance to") || strings.Contains(second, `data-label="Adele Vance"`) {
		t.Error("the next people are not shown, or do not lead back")
	}
}

func TestGoldenMatrix(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	var tid tenant.ID
	if err := tid.UnmarshalText([]byte("c0000000-0000-4000-8000-000000000002")); err != nil {
		t.Fatal(err)
	}
	hostile := `<b>"Adele" & co</b>` + strings.Repeat(" very long", 20)
	at := tenant.Tenant{ID: tid, DisplayName: "Contoso <i>"}
	st := tenant.Staff{ID: 7, Name: hostile, UPN: `"><script>`, Role: tenant.RoleTechnician}
	q := asked{staff: []tenant.Staff{st, {ID: 8, UPN: "ben@firstup.example"}, {ID: 9, Name: "Cleo"}}}
	proven := newRow(st, at, reach.Cell{Doors: reach.GDAP | reach.Guest, Roles: []string{gdap.IntuneAdministrator, gdap.GlobalAdministrator, intunePrefix + hostile}, Proven: now.Add(-time.Hour)}, now)
	table := func(rows ...customerRow) ui.Table {
		t := ui.Table{Matrix: true, Caption: "Who gets in where", Columns: []ui.Column{{Label: "Customer"}}}
		for _, s := range q.staff {
			t.Columns = append(t.Columns, ui.Column{Label: staffName(s)})
		}
		for _, r := range rows {
			row := ui.Row{Name: r.Customer.Name, URL: r.URL}
			for _, c := range q.columns()[1:4] {
				row.Cells = append(row.Cells, c.Cell(r))
			}
			t.Rows = append(t.Rows, row)
		}
		return t
	}
	r := customerRow{Customer: page.TenantRef{ID: tid, Name: at.Name()}, URL: "/t/" + tid.String() + "/access", by: map[int64]row{7: proven, 8: newRow(q.staff[1], at, reach.Cell{Unsure: true}, now)}}
	t.Run("matrix", func(t *testing.T) { webtest.Golden(t, table(r)) })
	m := tenant.Membership{Scope: tenant.Only(tid), Tenant: at}
	c := cellView{row: newRow(st, at, reach.Cell{}, now), m: m}
	t.Run("empty", func(t *testing.T) { webtest.Golden(t, cellBody(c)) })
	c.row, c.Unknown = proven, []string{"Not known: <u>."}
	c.Ended = []ended{{hostile, now.AddDate(0, -1, 0), now}}
	c.Paths = []path{{Via: []string{"Group “" + hostile + "”", "Relationship “<x>”"}, Roles: []string{"Global Administrator"}, ReadAt: page.Moment(now), URL: "/x"}, {Via: []string{"Account"}, Note: "<script>"}}
	t.Run("hostile", func(t *testing.T) { webtest.Golden(t, cellBody(c)) })
}
