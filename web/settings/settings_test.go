package settings

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var groups = []Group{{Title: "App registration", Note: "What it must carry.", Items: []Item{{Label: "Home tenant", Value: webtest.HomeID, Name: "AZURE_TENANT_ID", Copy: true}, {Label: "Credential", Value: "Certificate", Name: "AZURE_CLIENT_CERTIFICATE_PATH"}}}}

func serve(t *testing.T, role tenant.Role) *webtest.Client {
	t.Helper()
	return webtest.NewFleet(t).Serve(t, tenant.Person{Name: "Somebody", Role: role}, tenant.Everything(), (&Handler{Groups: groups}).Mount)
}

func TestOwnersOnly(t *testing.T) {
	for role, want := range map[tenant.Role]int{tenant.RoleOwner: 200, tenant.RoleTechnician: 403, tenant.RoleSupport: 403, tenant.RoleCustomerAdmin: 403} {
		c := serve(t, role)
		for _, path := range []string{"/settings", "/settings/permissions", "/settings/permissions/operations", "/settings/permissions/Domain.Read.All", "/settings/permissions?format=csv"} {
			if w := c.Get(path); w.Code != want {
				t.Errorf("%s as %s: %d, want %d", path, role, w.Code, want)
			}
			if strings.HasSuffix(path, "csv") {
				continue
			}
			c.JSON(path, want, nil)
		}
	}
}

// TestOperations: every call of the catalogue is listed with its permission and its reason, and leads to a page that explains it.
func TestOperations(t *testing.T) {
	c := serve(t, tenant.RoleOwner)
	var list struct {
		Rows  []operation
		Count int
		Next  string
	}
	var all []operation
	for at := "/settings/permissions/operations"; at != ""; at = list.Next {
		list.Next = ""
		c.JSON(at, http.StatusOK, &list)
		all = append(all, list.Rows...)
	}
	want := 0
	for _, e := range permission.Catalogue() {
		want += len(e.Operations)
	}
	if list.Count != want || len(all) != want {
		t.Errorf("%d of %d operations", list.Count, want)
	}
	for _, o := range all {
		if o.Why == "" || o.Sentence == "" || o.Permission == "" {
			t.Errorf("not said in full: %+v", o)
		}
		var v explained
		c.JSON(o.URL, http.StatusOK, &v)
		if v.Name != o.Permission || len(v.Opens) == 0 || !slices.ContainsFunc(v.Operations, func(x operation) bool { return x.ID == o.ID }) {
			t.Errorf("%s: %+v", o.URL, v)
		}
	}
	c.JSON("/settings/permissions/operations?feature=devices&kind=application", http.StatusOK, &list)
	if list.Count == 0 || list.Count >= want {
		t.Errorf("narrowed: %d", list.Count)
	}
	for path, status := range map[string]int{"/settings/permissions/Mail.Read": 404, "/settings/permissions/%3Cscript%3E": 404, "/settings/permissions/operations?feature=mail": 400, "/settings/permissions/operations?sort=x": 400} {
		if w := c.Get(path); w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
	}
	if html := c.Get("/settings/permissions/DeviceManagementServiceConfig.Read.All").Body.String(); !strings.Contains(html, "Telecom expense management, which Microsoft no longer offers") {
		t.Error("the page does not say what it does not open")
	}
}

func TestSettings(t *testing.T) {
	c := serve(t, tenant.RoleOwner)
	var v struct {
		Groups   []Group
		Datasets []dataset
	}
	c.JSON("/settings", http.StatusOK, &v)
	if len(v.Groups) != 1 || v.Groups[0].Items[0].Name != "AZURE_TENANT_ID" || len(v.Datasets) != len(graphsync.Table()) {
		t.Errorf("settings: %+v", v)
	}
	html := c.Get("/settings").Body.String()
	for _, want := range []string{webtest.HomeID, "AZURE_CLIENT_CERTIFICATE_PATH", "DeviceManagementManagedDevices.Read.All"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestPermissions holds that the list is the catalogue, whole, and that no application permission in it can write.
func TestPermissions(t *testing.T) {
	c := serve(t, tenant.RoleOwner)
	var all, application, delegated struct {
		Rows  []grant
		Count int
	}
	c.JSON("/settings/permissions", http.StatusOK, &all)
	c.JSON("/settings/permissions?kind=application", http.StatusOK, &application)
	c.JSON("/settings/permissions?kind=delegated", http.StatusOK, &delegated)
	if all.Count != application.Count+delegated.Count || len(all.Rows) != all.Count || application.Count == 0 || delegated.Count == 0 {
		t.Errorf("%d permissions, %d of applications and %d delegated", all.Count, application.Count, delegated.Count)
	}
	for _, g := range application.Rows {
		if g.Kind != "application" || !strings.Contains(g.Name, ".Read.") && !strings.HasSuffix(g.Name, ".Read") {
			t.Errorf("an application permission that does more than read: %+v", g)
		}
	}
	named := map[string]bool{}
	for _, g := range all.Rows {
		if g.Sentence == "" || len(g.Features) == 0 {
			t.Errorf("%s: no sentence, or needed for nothing", g.Name)
		}
		named[g.Kind+" "+g.Name] = true
	}
	for _, e := range permission.Catalogue() {
		a, d := permission.Plan([]permission.Feature{e.Feature})
		for _, p := range slices.Concat(a, d) {
			if !named[strings.ToLower(string(p.Kind))+" "+p.Name] {
				t.Errorf("%s is asked for, but not listed", p.Name)
			}
		}
	}
	html, at := c.Get("/settings/permissions").Body.String(), 0
	records, err := csv.NewReader(c.Get("/settings/permissions?format=csv").Body).ReadAll()
	if err != nil || len(records)-1 != all.Count {
		t.Fatalf("CSV: %d lines, %v", len(records), err)
	}
	for i, g := range all.Rows {
		place := strings.Index(html[at:], `title="`+g.Name+`"`)
		if place < 0 || records[i+1][0] != g.Name {
			t.Fatalf("row %d is %s in the twin, %s as CSV, and found in the page: %v", i, g.Name, records[i+1][0], place >= 0)
		}
		at += place
	}
	if w := c.Get("/settings/permissions?kind=both"); w.Code != http.StatusBadRequest {
		t.Errorf("kind=both: %d, want 400", w.Code)
	}
}

func TestGolden(t *testing.T) {
	for name, v := range map[string]view{
		"none":    {},
		"one":     {Groups: groups, Datasets: []dataset{{"devices", "Managed devices", "DeviceManagementManagedDevices.Read.All", "15 min", "1 h", "v1.0"}}},
		"hostile": {Groups: []Group{{Title: "<b>", Note: `"><img src=x>`, Items: []Item{{Label: "<i>", Value: "<script>x</script>", Name: "<u>", Copy: true}, {Label: "Long", Value: strings.Repeat("x", 300)}}}}},
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, body(v)) })
	}
}
