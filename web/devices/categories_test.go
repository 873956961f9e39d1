package devices

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestCategories(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	mount := (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	base := "/t/" + contoso.ID.String() + "/devices/categories"
	if got := one.Get(base).Body.String(); strings.Contains(got, "has no device categories") {
		t.Error("what was not read seems to be none")
	}
	f.FailRead(t, fabrikam.ID, graphsync.DeviceCategories, "licence", "Fabrikam has no Intune licence.")
	f.ReadCategories(t, contoso.ID, f.Now.Add(-time.Hour), device.Category{ID: "c1", Name: "Front & back", Description: "Tills"}, device.Category{ID: "c2", Name: "=cmd"}, device.Category{ID: "c3"})
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "d1", Category: "Front & back"}, device.Device{ID: "d2", Category: "Front & back"})
	var list struct {
		Rows  []category
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	all.JSON("/devices/categories?sort=-devices", http.StatusOK, &list)
	if list.Count != 3 || list.AsOf == nil || list.Rows[0].Name != "Front & back" || list.Rows[0].Devices != 2 || list.Rows[0].Tenant.Name != "Contoso" {
		t.Errorf("over all tenants: %+v", list)
	}
	var devices struct{ Count int64 }
	one.JSON(list.Rows[0].DevicesURL, http.StatusOK, &devices)
	if devices.Count != 2 {
		t.Errorf("a category of 2 devices leads to %d", devices.Count)
	}
	if list.Rows[0].URL != base+"/c1" {
		t.Errorf("the list leads to %q", list.Rows[0].URL)
	}
	f.ReadCategories(t, contoso.ID, f.Now.Add(-time.Minute), device.Category{ID: "c1", Name: "Front & back", Description: "<b>Tills"}, device.Category{ID: "c2", Name: "=cmd"}, device.Category{ID: "c3"}, device.Category{ID: "c/4?", Name: "Gone"})
	f.ReadCategories(t, contoso.ID, f.Now, device.Category{ID: "c1", Name: "Front & back", Description: "<b>Tills"}, device.Category{ID: "c2", Name: "=cmd"}, device.Category{ID: "c3"})
	var v categoryView
	one.JSON(base+"/c1", http.StatusOK, &v)
	if v.Name != "Front & back" || v.Devices != 2 || v.AsOf == nil || v.DevicesAsOf == nil || v.FirstSeenAt == nil || len(v.Changes) != 1 || v.Changes[0].Label != "Description" || v.Changes[0].Old != "Tills" {
		t.Errorf("a category: %+v", v)
	}
	if got := one.Get(base + "/c1").Body.String(); !strings.Contains(got, "2 devices") || !strings.Contains(got, "/devices?category=Front+%26+back") || !strings.Contains(got, "Description changed") || strings.Contains(got, "<b>Tills") {
		t.Error("the page of a category lacks its devices or its history")
	}
	if got := one.Get(base + "/c%2F4%3F").Body.String(); !strings.Contains(got, "no longer in Intune") {
		t.Error("a category that is gone does not say so")
	}
	for _, path := range []string{base + "/nothing", base + "/%00", "/devices/categories/c1", "/t/" + fabrikam.ID.String() + "/devices/categories/c1"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	if got := one.Get(base + "?q=front"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "Front &amp; back") || strings.Contains(got.Body.String(), "=cmd") {
		t.Errorf("a search: status %d", got.Code)
	}
	if csv := one.Get("/devices/categories?format=csv").Body.String(); !strings.Contains(csv, "'=cmd") || !strings.Contains(csv, "Category without a name") || strings.Count(csv, "\n") != 4 {
		t.Errorf("CSV:\n%s", csv)
	}
	if got := one.Get("/t/" + fabrikam.ID.String() + "/devices/categories"); got.Code != http.StatusNotFound {
		t.Errorf("a tenant out of reach: status %d", got.Code)
	}
	for _, path := range []string{base + "?sort=customer", base + "?after=x", "/devices/categories?customer=x", base + "?q=%00"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}

func TestGoldenCategory(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.DeviceCategories, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-40 * time.Minute)}
	devices := graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-10 * time.Minute)}
	till := device.Category{Tenant: contoso.ID, TenantName: "Contoso", ID: "c0ffee00-0000-4000-8000-000000000001", Name: "Till", Description: "At the counter", Devices: 12, FirstSeenAt: now.AddDate(0, -2, 0)}
	gone := till
	gone.GoneAt = now.AddDate(0, 0, -3)
	for name, k := range map[string]categoryFacts{
		"one":                         {category: till, devices: devices, changes: []device.CategoryChange{{At: now.Add(-50 * time.Hour), Field: "description", Old: "", New: "At the counter"}, {At: now.Add(-60 * time.Hour), Field: "name", Old: "Tills", New: "Till"}}},
		"gone":                        {category: gone, devices: devices, changes: []device.CategoryChange{{At: gone.GoneAt, Field: "gone", Old: "false", New: "true"}}},
		"devices unread, from before": {category: device.Category{Tenant: contoso.ID, ID: "c1", Name: "Till"}},
		"hostile":                     {category: device.Category{Tenant: contoso.ID, ID: "../c?", Name: "", Description: "<script>" + strings.Repeat("long ", 80)}, devices: devices},
	} {
		t.Run(name, func(t *testing.T) {
			k.read = read
			webtest.Golden(t, categoryBody(newCategoryView(m, k, now)))
		})
	}
}
