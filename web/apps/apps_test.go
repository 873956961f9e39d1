package apps

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

type twin struct {
	Rows []struct {
		ID, Name string
		TypeName string `json:"type_name"`
		Tenant   struct{ ID, Name string }
	}
	Count int64
	AsOf  *time.Time `json:"as_of"`
}

func TestLists(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadApps(t, contoso.ID, f.Now.Add(-3*time.Minute), map[string][]app.Assignment{"a1": {{ID: "s1", Intent: "required", Target: "allDevices"}}},
		app.App{ID: "a1", Name: "Company Portal", Type: "winGetApp", Platform: "Windows", Publisher: "Microsoft", Assigned: true, Assignments: 1, State: "published"},
		app.App{ID: "a2", Name: "@evil", Type: "webApp", Platform: "Web", State: "published"})
	f.ReadApps(t, fabrikam.ID, f.Now.Add(-3*time.Minute), nil, app.App{ID: "f1", Name: "Field notes", Type: "iosVppApp", Platform: "iOS"})
	mount := (&Handler{Apps: f.Apps, Groups: f.DirectoryGroups(), Sync: f.Sync}).Mount
	one := f.Serve(t, technician, tenant.Only(contoso.ID), mount)

	var mine, all, windows twin
	one.JSON("/apps", http.StatusOK, &mine)
	f.Serve(t, technician, tenant.Everything(), mount).JSON("/apps?sort=name", http.StatusOK, &all)
	one.JSON("/apps?platform=Windows&assigned=true", http.StatusOK, &windows)
	if mine.Count != 2 || all.Count != 3 || windows.Count != 1 || windows.Rows[0].TypeName != "Microsoft Store app" || all.AsOf == nil {
		t.Errorf("counts %d, %d, %d, want 2, 3, 1; %+v", mine.Count, all.Count, windows.Count, windows.Rows)
	}
	if csv := one.Get("/apps?format=csv").Body.String(); strings.Contains(csv, "Field notes") || !strings.Contains(csv, "'@evil") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, path := range []string{"/t/" + fabrikam.ID.String() + "/apps", "/t/" + fabrikam.ID.String() + "/apps/f1", "/t/" + contoso.ID.String() + "/apps/f1", "/apps/a1", "/t/" + contoso.ID.String() + "/apps/%00"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, query := range []string{"sort=secret", "platform=BeOS", "assigned=maybe", "intent=x", "after=x", "customer=x"} {
		if got := one.Get("/apps?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET /apps?%s: status %d, want 400", query, got.Code)
		}
	}
	var catalogue struct {
		Rows  []entry
		Count int64
	}
	f.Serve(t, technician, tenant.Everything(), mount).JSON("/apps/catalogue?sort=-assigned&platform=Windows", http.StatusOK, &catalogue)
	if catalogue.Count != 1 || catalogue.Rows[0].Name != "Company Portal" || catalogue.Rows[0].Assigned != 1 {
		t.Fatalf("catalogue: %+v", catalogue)
	}
	one.JSON(catalogue.Rows[0].URL, http.StatusOK, &windows)
	if windows.Count != catalogue.Rows[0].Apps || !strings.Contains(catalogue.Rows[0].URL, "platform=Windows") {
		t.Errorf("%s has %d apps, the catalogue says %d", catalogue.Rows[0].URL, windows.Count, catalogue.Rows[0].Apps)
	}
	if csv := one.Get("/apps/catalogue?format=csv").Body.String(); strings.Contains(csv, "Field notes") || !strings.Contains(csv, "'@evil") {
		t.Errorf("CSV of the catalogue of who may see Contoso only:\n%s", csv)
	}
	for _, path := range []string{"/apps?entry=ffff", "/apps/catalogue?sort=modified", "/apps/catalogue?after=x", "/apps/catalogue?gone=true&state=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
	var v struct {
		Name    string
		Targets []assignment `json:"assigned_to"`
	}
	one.JSON("/t/"+contoso.ID.String()+"/apps/a1", http.StatusOK, &v)
	if v.Name != "Company Portal" || len(v.Targets) != 1 || v.Targets[0].TargetName != "All devices" || v.Targets[0].IntentName != "Required" {
		t.Errorf("app page as JSON: %+v", v)
	}
	if got := one.Get("/t/" + contoso.ID.String() + "/apps/a2"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "assigned to nobody") {
		t.Errorf("an app without assignments: status %d", got.Code)
	}
}

func TestGoldenApp(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.Apps, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-3 * time.Minute)}
	for name, tc := range map[string]struct {
		a       app.App
		of      []app.Assignment
		changes []app.Change
	}{
		"bare": {app.App{ID: "a1", LicencesUsed: -1}, nil, nil},
		"full": {
			app.App{
				ID: "a1", Name: "7-Zip", Type: "win32LobApp", Platform: "Windows", Publisher: "Igor", Version: "24.09", State: "published", Assigned: true, Assignments: 3, Size: 1_640_000,
				Categories: []string{"Tools & more"}, InstallCommand: "msiexec /i 7z.msi /qn", LicencesUsed: -1, ModifiedAt: now.AddDate(0, -1, 0), Description: "Packs and unpacks.",
			},
			[]app.Assignment{
				{Intent: "required", Target: "allDevices", FilterID: "f1", FilterType: "include"}, {Intent: "available", Target: "group", GroupID: "g1"},
				{Intent: "uninstall", Target: "exclusionGroup", GroupID: "g2", FilterType: "none"},
			},
			[]app.Change{
				{At: now.Add(-time.Hour), Field: "version", Old: "24.08", New: "24.09"}, {At: now.Add(-time.Hour), Field: "assignment:g1_1", New: "available group g1"},
				{At: now.Add(-2 * time.Hour), Field: "gone", Old: "true", New: "false"},
			},
		},
		"hostile": {
			app.App{ID: "a/1?", Name: "<script>x</script>", Type: "quantumApp", Description: "</p><script>", Categories: []string{`"><b>`}, StoreURL: "javascript:alert(1)", Notes: strings.Repeat("long ", 500)},
			[]app.Assignment{{Intent: "<i>", Target: "<t>", GroupID: "<g>"}},
			[]app.Change{{At: now.Add(-time.Hour), Field: "<f>", Old: "<o>", New: strings.Repeat("n", 3000)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			tc.a.Tenant, tc.a.TenantName = contoso.ID, "Contoso"
			webtest.Golden(t, appBody(newView(m, tc.a, tc.of, map[group.Ref]group.Group{{Tenant: contoso.ID, ID: "g1"}: {Name: "Sales"}}, tc.changes, read, now)))
		})
	}
}

func TestWords(t *testing.T) {
	for in, want := range map[string]string{"win32LobApp": "Windows app (Win32)", "linuxSnapApp": "linux Snap App", "": ""} {
		if got := typeWord(in); got != want {
			t.Errorf("typeWord(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[int64]string{-1: "", 0: "", 1: "1 byte", 999: "999 bytes", 1640000: "1.6 MB", 5_000_000_000: "5 GB", 123_456_789: "123 MB"} {
		if got := size(in); got != want {
			t.Errorf("size(%d) = %q, want %q", in, got, want)
		}
	}
}
