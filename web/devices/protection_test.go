package devices

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestProtectionAndMalware(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	off, at := false, f.Now.Add(-40*time.Minute)
	f.ReadDevices(t, contoso.ID, at, device.Device{ID: "d1", Name: "CTO-1", OS: "Windows"}, device.Device{ID: "d2", Name: "CTO-2", OS: "Windows"}, device.Device{ID: "d3", Name: "CTO-3", OS: "iOS"})
	f.ReadDevices(t, fabrikam.ID, at, device.Device{ID: "f1", Name: "FBK-1", OS: "Windows"})
	f.ReadProtection(t, contoso.ID, at.Add(-time.Hour), protection.Device{ID: "d1", Name: "CTO-1", State: "clean"})
	f.ReadProtection(t, contoso.ID, at, protection.Device{ID: "d1", Name: "CTO-1", Problems: []string{"malwareActive", "realTimeOff"}, RealTime: &off, ActiveMalware: new(int64(2)), State: "critical"})
	f.ReadProtection(t, fabrikam.ID, at, protection.Device{ID: "f1", Name: "=FBK-1"})
	f.ReadMalware(t, contoso.ID, at, protection.Malware{ID: "1", Name: "Virus:DOS/EICAR_Test_File", Severity: "severe", Category: "virus", DetectedAt: at})
	f.ReadMalware(t, fabrikam.ID, at, protection.Malware{ID: "1", Name: "+evil", Severity: "quantum", DetectedAt: at.Add(-time.Hour)})
	mount := (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}, Protection: f.Protection}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	base := "/t/" + contoso.ID.String() + "/devices/"

	var list struct {
		Rows  []protected
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	all.JSON("/devices/protection?sort=-malware", http.StatusOK, &list)
	if list.Count != 2 || list.AsOf == nil || list.Rows[0].ID != "d1" || list.Rows[0].URL != base+"d1/protection" {
		t.Errorf("over all tenants: %+v", list)
	}
	one.JSON("/devices/protection", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].ID != "d1" {
		t.Errorf("who may see Contoso only: %+v", list)
	}
	all.JSON("/devices/protection?problem=realTimeOff", http.StatusOK, &list)
	if list.Count != 1 {
		t.Errorf("real-time protection off: %+v", list)
	}
	var found struct {
		Rows  []malware
		Count int64
	}
	all.JSON("/devices/malware", http.StatusOK, &found)
	if found.Count != 2 || found.Rows[0].Tenant.Name != "Contoso" || found.Rows[1].SeverityName != "quantum" {
		t.Errorf("malware: %+v", found)
	}
	one.JSON(found.Rows[0].DevicesURL, http.StatusOK, &list)
	if list.Count != 1 {
		t.Errorf("devices on which malware is active: %+v", list)
	}
	if csv := all.Get("/devices/protection?format=csv").Body.String(); !strings.Contains(csv, "'=FBK-1") || !strings.Contains(csv, "Malware active, Real-time protection off") {
		t.Errorf("CSV:\n%s", csv)
	}
	if csv := one.Get("/devices/malware?format=csv").Body.String(); strings.Contains(csv, "evil") || !strings.Contains(csv, "EICAR") {
		t.Errorf("CSV of malware:\n%s", csv)
	}
	var of struct {
		Changes []change `json:"protection_changes"`
	}
	one.JSON(base+"d1", http.StatusOK, &of)
	if len(of.Changes) != 3 || of.Changes[1].Label != "Problems" || of.Changes[1].Old != "none reported" || of.Changes[1].New != "Malware active, Real-time protection off" || of.Changes[2].Old != "not said" || of.Changes[2].New != "Off" {
		t.Errorf("what changed: %+v", of.Changes)
	}
	if got := one.Get(base + "d1/protection").Body.String(); !strings.Contains(got, "Real-time protection changed") {
		t.Error("the page does not say what changed")
	}
	for path, want := range map[string]string{"d1/protection": "Malware active and 1 more", "d2/protection": "reported nothing to Intune", "d3/protection": "Windows devices only"} {
		if got := one.Get(base + path); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("GET %s: status %d, want %q", path, got.Code, want)
		}
	}
	for _, path := range []string{"/t/" + fabrikam.ID.String() + "/devices/protection", "/t/" + fabrikam.ID.String() + "/devices/malware", base + "f1/protection"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, path := range []string{"/devices/protection?problem=ghosts", "/devices/protection?sort=secret", "/devices/protection?after=x", "/devices/malware?severity=x", "/devices/malware?after=x", "/devices/malware?customer=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}

func TestGoldenProtection(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.DeviceProtection, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-40 * time.Minute)}
	on, off := true, false
	row := func(d protection.Device) reported {
		p := newProtected(d)
		return reported{row: &p, read: read}
	}
	for name, r := range map[string]reported{
		"gone, with what was": {read: read, changes: []change{{now.Add(-50 * time.Hour), "problems", "Problems", "none reported", "<b>" + strings.Repeat("ghost, ", 40)}}},
		"unread":              {},
		"none":                {read: read},
		"healthy":             row(protection.Device{ID: "d1", Name: "CTO-1", State: "clean", RealTime: &on, Tamper: &on, SignatureVersion: "1.441.133.0", QuickScanAt: now.Add(-9 * time.Hour), ReportedAt: now.Add(-time.Hour), ActiveMalware: new(int64(0)), RemediatedMalware: new(int64(0))}),
		"uncounted":           row(protection.Device{ID: "d1", Name: "CTO-1", State: "clean", RealTime: &on, Tamper: &on, ReportedAt: now.Add(-time.Hour)}),
		"hostile":             row(protection.Device{ID: "d/1?", Name: "<b>", State: "<script>x</script>", ProductStatus: strings.Repeat("flag,", 300), Problems: []string{"realTimeOff", "ghost"}, RealTime: &off, ActiveMalware: new(int64(1 << 40)), RemediatedMalware: new(int64(0))}),
	} {
		t.Run(name, func(t *testing.T) {
			k := facts{device: device.Device{Tenant: contoso.ID, TenantName: "Contoso", ID: "d1", Name: "CTO-1", OS: "Windows"}, reported: r}
			if name == "hostile" {
				k.malware = onDevice{ReadAt: &now, List: []itsMalware{{detected: newDetected(protection.Detection{ThreatState: "active", ExecutionState: "running", Count: 9, ChangedAt: now}, false), Name: "<b>" + strings.Repeat("worm ", 50), Severity: "severe", URL: "/t/x"}}}
			}
			webtest.Golden(t, protectionState(newView(m, k, page.Chrome{Now: now})))
		})
	}
}

// TestIncidentsOfADevice: those that name it, by Entra's id; not read is not none.
func TestIncidentsOfADevice(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "d1", Name: "CTO-1", OS: "Windows", EntraDeviceID: "e1"}, device.Device{ID: "d2", Name: "CTO-2", OS: "Windows"})
	one := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}, Incidents: f.Incidents}).Mount)
	base := "/t/" + contoso.ID.String() + "/devices/"
	if got := one.Get(base + "d1/protection").Body.String(); !strings.Contains(got, "incidents of this customer were not read") {
		t.Error("what was not read seems to be none")
	}
	f.ReadIncidents(t, contoso.ID, f.Now, incident.Incident{ID: "7", Title: "Credential theft", Status: "active", Severity: "high", Devices: []string{"e1"}, CreatedAt: f.Now})
	if got := one.Get(base + "d1/protection").Body.String(); !strings.Contains(got, "/incidents/7") {
		t.Error("the device's incident is missing")
	}
	if got := one.Get(base + "d2/protection").Body.String(); !strings.Contains(got, "No incident that was read names this device") {
		t.Error("a device without Entra's id has somebody else's incident")
	}
}
