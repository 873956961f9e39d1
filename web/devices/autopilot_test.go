package devices

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestAutopilot(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	at := f.Now.Add(-40 * time.Minute)
	mount := (&Handler{Devices: f.Devices, Sync: f.Sync, Autopilot: f.Autopilot}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	base := "/t/" + contoso.ID.String() + "/devices/"
	if got := one.Get(base + "autopilot").Body.String(); !strings.Contains(got, "Not read yet") {
		t.Error("a tenant whose machines were not read yet does not say so")
	}
	f.ReadDevices(t, contoso.ID, at, device.Device{ID: "d1", Name: "CTO-1", OS: "Windows", Serial: "S1"}, device.Device{ID: "d2", Name: "CTO-2", OS: "Windows", Serial: "S2"}, device.Device{ID: "d3", Name: "CTO-3", OS: "iOS"})
	if got := one.Get(base + "d1/hardware").Body.String(); !strings.Contains(got, "were not read yet") || strings.Contains(got, "Not registered") {
		t.Error("a device whose machine was not read must not read as not registered")
	}
	f.ReadAutopilot(t, contoso.ID, at.Add(-time.Hour), autopilot.Identity{ID: "a1", Serial: "S1", State: "notContacted", ProfileStatus: "pending"})
	f.ReadAutopilot(t, contoso.ID, at,
		autopilot.Identity{ID: "a1", Serial: "S1", Model: "Latitude 5450", Manufacturer: "Dell Inc.", State: "enrolled", ProfileStatus: "assignedInSync", ManagedDeviceID: "d1", GroupTag: "STD", PurchaseOrder: "PO-7", ContactedAt: at.Add(-time.Hour)},
		autopilot.Identity{ID: "a2", Serial: "S9", State: "notContacted", ProfileStatus: "notAssigned"}, autopilot.Identity{ID: "a3", Serial: "S4", State: "quantum", ProfileStatus: "unknown", ManagedDeviceID: "d77"})
	f.ReadAutopilot(t, fabrikam.ID, at, autopilot.Identity{ID: "f1", Serial: "=F1", State: "failed", ProfileStatus: "failed"})

	var list struct {
		Rows  []registered
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	for path, want := range map[string]int64{"/devices/autopilot": 4, "/devices/autopilot?state=failed": 1, "/devices/autopilot?enrolled=false": 2, "/devices/autopilot?q=s1": 1, "/devices/autopilot?groupTag=STD&order=PO-7": 1,
		"/devices/autopilot?profile=failed&profile=notAssigned": 2, "/devices/autopilot?gone=true": 0, "/devices/autopilot?customer=" + fabrikam.ID.String(): 1} {
		all.JSON(path, http.StatusOK, &list)
		if list.Count != want || int64(len(list.Rows)) != want || list.AsOf == nil {
			t.Errorf("%s: %d, %d rows, want %d", path, list.Count, len(list.Rows), want)
		}
	}
	one.JSON(base+"autopilot?sort=-contacted", http.StatusOK, &list)
	if list.Count != 3 || list.Rows[0].ID != "a1" || list.Rows[0].URL != base+"autopilot/a1" || list.Rows[0].ManagedDeviceID != "d1" || list.Rows[1].ContactedAt != nil {
		t.Errorf("in one tenant: %+v", list)
	}
	all.JSON("/devices/autopilot?sort=-customer", http.StatusOK, &list)
	if list.Count != 4 || list.Rows[0].Tenant.ID != fabrikam.ID || list.Rows[1].Serial != "S9" {
		t.Errorf("by customer: %+v", list)
	}
	one.JSON(base+"autopilot?sort=customer", http.StatusBadRequest, nil)
	html := all.Get("/devices/autopilot").Body.String()
	for _, want := range []string{"Not contacted", "never", "quantum", "Assigned, in sync", base + "autopilot/a2"} {
		if !strings.Contains(html, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	if csv := all.Get("/devices/autopilot?format=csv").Body.String(); !strings.Contains(csv, "'=F1") || strings.Count(csv, "\n") != 5 {
		t.Errorf("CSV:\n%s", csv)
	}
	if csv := one.Get("/devices/autopilot?format=csv").Body.String(); strings.Contains(csv, "F1") || !strings.Contains(csv, "PO-7") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}

	var machine struct {
		Device    *managedDevice `json:"managed_device"`
		Changes   []change
		StateName string `json:"enrolment_state_name"`
	}
	one.JSON(base+"autopilot/a1", http.StatusOK, &machine)
	if machine.Device == nil || machine.Device.ID != "d1" || machine.Device.LinkedBy != autopilot.ByManagedDevice || machine.StateName != "Enrolled" || len(machine.Changes) == 0 {
		t.Errorf("a machine: %+v", machine)
	}
	for path, want := range map[string]string{"autopilot/a1": "Autopilot names this device", "autopilot/a2": "None: no device in Intune", "autopilot/a3": "did not have", "d1/hardware": base + "autopilot/a1",
		"d2/hardware": "Not registered", "d1": "CTO-1"} {
		if got := one.Get(base + path); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("GET %s: status %d, want %q", path, got.Code, want)
		}
	}
	if got := one.Get(base + "d3/hardware").Body.String(); strings.Contains(got, "Windows Autopilot</h2>") {
		t.Error("an iPhone has a section about Windows Autopilot")
	}
	var of struct{ Autopilot *asMachine }
	one.JSON(base+"d1", http.StatusOK, &of)
	if of.Autopilot == nil || of.Autopilot.ID != "a1" || of.Autopilot.LinkedBy != autopilot.ByManagedDevice {
		t.Errorf("the machine of a device: %+v", of.Autopilot)
	}
	for _, path := range []string{"/t/" + fabrikam.ID.String() + "/devices/autopilot", "/t/" + fabrikam.ID.String() + "/devices/autopilot/f1", base + "autopilot/f1", base + "autopilot/%00", "/devices/autopilot/a1"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
		if got := one.Get(path + "?format=csv"); got.Code != http.StatusNotFound {
			t.Errorf("GET %s as CSV: status %d, want 404", path, got.Code)
		}
	}
	for _, path := range []string{"?state=quantum", "?sort=secret", "?after=x", "?customer=x", "?enrolled=maybe"} {
		if got := one.Get("/devices/autopilot" + path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
	if got := one.Get("/devices/autopilot?q=nothing").Body.String(); !strings.Contains(got, "No Autopilot device matches") || !strings.Contains(got, "3 Autopilot devices were looked at") {
		t.Error("a search that finds nothing does not say how many were looked at")
	}
	f.FailRead(t, fabrikam.ID, graphsync.Autopilot, "licence", "Fabrikam has no Intune licence.")
	f.ReadAutopilot(t, contoso.ID, f.Now)
	if got := one.Get(base + "autopilot/a1"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "no longer registered") {
		t.Errorf("a machine that is gone: status %d", got.Code)
	}
	if got := one.Get(base + "autopilot").Body.String(); !strings.Contains(got, "has no devices registered for Windows Autopilot") {
		t.Error("a tenant without machines does not say so")
	}
}

func TestGoldenAutopilot(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.Autopilot, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-40 * time.Minute)}
	late := graphsync.Freshness{Dataset: graphsync.Autopilot, State: graphsync.Late, Tenants: 1, Read: 1, Late: 1, AsOf: now.Add(-40 * time.Hour)}
	became := laptop("d1", "CTO-1", now.Add(-time.Hour))
	became.Tenant = contoso.ID
	for name, k := range map[string]machine{
		"bare": {identity: autopilot.Identity{ID: "a1", State: "unknown", ProfileStatus: "unknown"}, read: read},
		"full": {identity: autopilot.Identity{ID: "a1", Serial: "SN-d1", Manufacturer: "Dell Inc.", Model: "Latitude 5450", GroupTag: "STD", PurchaseOrder: "PO-7", State: "enrolled", ProfileStatus: "assignedInSync",
			ProfileAssignedAt: now.AddDate(0, -4, 0), ContactedAt: now.AddDate(0, -3, 0), UPN: "s.ito@contoso.example", UserName: "Sam Ito", ManagedDeviceID: "d1", Remediation: "manualRemediationRequired", FirstSeenAt: now.AddDate(0, -5, 0)},
			device: &became, read: read, devices: read, changes: []autopilot.Change{{At: now.Add(-2 * time.Hour), Run: 3, Field: "state", Old: "notContacted", New: "enrolled"}, {At: now.Add(-2 * time.Hour), Run: 3, Field: "managed_device_id", New: "d1"}}},
		"late":    {identity: autopilot.Identity{ID: "a1", Serial: "S", State: "failed", ProfileStatus: "failed", ProfileDetail: "hardwareRequirementsNotMet"}, read: late, devices: late},
		"hostile": {identity: autopilot.Identity{ID: "a/1?", Serial: `"><img src=x>`, Model: strings.Repeat("very long model ", 40), GroupTag: "<b>", State: "<script>x</script>", ProfileStatus: "<i>", ManagedDeviceID: "<u>"}, read: read, devices: read},
	} {
		t.Run(name, func(t *testing.T) {
			k.identity.Tenant, k.identity.TenantName = contoso.ID, "Contoso"
			webtest.Golden(t, autopilotBody(newMachineView(m, k, now)))
		})
	}
}
