package devices

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func acted(of ...device.Action) json.RawMessage {
	b, err := json.Marshal(of)
	if err != nil {
		panic(err)
	}
	return b
}

func TestResults(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	mount := (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	base := "/t/" + contoso.ID.String() + "/devices/remote-actions"
	if got := one.Get(base).Body.String(); !strings.Contains(got, "read yet") {
		t.Errorf("what was not read seems to be none:\n%s", got)
	}
	f.FailRead(t, fabrikam.ID, graphsync.Devices, "licence", "Fabrikam has no Intune licence.")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Hour),
		device.Device{ID: "d1", Name: "=KILN", Actions: acted(device.Action{Name: "factoryReset", State: "failed", StartedAt: f.Now.Add(-50 * time.Hour), UpdatedAt: f.Now.Add(-49 * time.Hour), ErrorCode: 5}, device.Action{Name: "syncDevice", State: "pending", StartedAt: f.Now.Add(-2 * time.Hour)})},
		device.Device{ID: "d2", Actions: acted(device.Action{Name: "wipe", State: "done"}, device.Action{Name: "beamUp", State: "quantum", StartedAt: f.Now.Add(-3 * time.Hour)})}, device.Device{ID: "d3", Name: "QUIET"})
	var list struct {
		Rows  []outcome
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	all.JSON("/devices/remote-actions", http.StatusOK, &list)
	if list.Count != 4 || list.AsOf == nil || list.Rows[0].Words != "Sync" || list.Rows[0].Tenant.Name != "Contoso" || list.Rows[1].Words != "beamUp" || list.Rows[3].StartedAt != nil || list.Rows[3].Device != "Device without a name" {
		t.Errorf("over all customers, the last started first: %+v", list)
	}
	if list.Rows[2].URL != "/t/"+contoso.ID.String()+"/devices/d1/remote-actions" || list.Rows[2].ErrorCode != 5 {
		t.Errorf("a failed wipe: %+v", list.Rows[2])
	}
	for path, want := range map[string]int64{
		base: 4, base + "?action=wipe": 2, base + "?action=wipe&state=failed": 1, base + "?since=1": 2, base + "?since=1&since=7": 3, base + "?state=done&state=pending": 2, base + "?action=reboot": 0,
		"/devices/remote-actions?sort=customer": 4, "/devices/remote-actions?customer=" + fabrikam.ID.String(): 0,
	} {
		if all.JSON(path, http.StatusOK, &list); list.Count != want || int64(len(list.Rows)) != want {
			t.Errorf("%s: %d rows, counted %d, want %d", path, len(list.Rows), list.Count, want)
		}
	}
	got := one.Get(base).Body.String()
	for _, want := range []string{"Wipe", "Intune does not say", "Remote actions", "Unknown"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if csv := one.Get(base + "?format=csv").Body.String(); !strings.Contains(csv, "'=KILN") || !strings.Contains(csv, "factoryReset") || strings.Count(csv, "\n") != 5 {
		t.Errorf("CSV:\n%s", csv)
	}
	if got := one.Get("/t/" + fabrikam.ID.String() + "/devices/remote-actions"); got.Code != http.StatusNotFound {
		t.Errorf("a tenant out of reach: status %d", got.Code)
	}
	for _, path := range []string{base + "?sort=customer", base + "?after=x", base + "?action=beamUp", base + "?state=x", base + "?since=2", "/devices/remote-actions?customer=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}
