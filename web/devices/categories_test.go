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
