package search

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// TestLook opens each page of the fleet in a browser: axe finds nothing in either theme, and nothing scrolls sideways from 320 px on.
func TestLook(t *testing.T) {
	ctx := chromium.Tab(t)
	f, contoso, fabrikam := fleet(t)
	fill(t, f, contoso, fabrikam)
	client := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), site(f))
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", client)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	at := "/t/" + contoso.ID.String()
	for name, path := range map[string]string{
		"devices": "/devices?compliance=compliant&compliance=noncompliant&os=Windows&os=iOS", "devices-one": at + "/devices", "device": at + "/devices/" + deviceID,
		"hardware": at + "/devices/" + deviceID + "/hardware", "remote-actions": at + "/devices/" + deviceID + "/remote-actions",
		"autopilot": "/devices/autopilot", "machine": at + "/devices/autopilot/ap0", "history": at + "/devices/" + deviceID + "/history", "none": "/devices?os=macOS",
		"apps": "/apps", "app": at + "/apps/a1", "provisioning": "/provisioning", "application": at + "/provisioning/sp1", "log": at + "/provisioning/sp1/log",
		"event": at + "/provisioning/sp1/log/e1", "search": "/search?q=0482", "search-none": "/search?q=zzz",
	} {
		t.Run(name, func(t *testing.T) { chromium.Look(t, ctx, srv.URL+path) })
	}
}

// fill makes the fleet look like one: many devices, long names, a job in quarantine with its log.
func fill(t *testing.T, f *webtest.Fleet, contoso, fabrikam tenant.Tenant) {
	t.Helper()
	states := device.ComplianceStates
	var devices []device.Device
	for n := range 24 {
		id := "d" + strconv.Itoa(n)
		if n == 0 {
			id = deviceID
		}
		devices = append(devices, device.Device{
			ID: id, Name: "CTO-LT-0" + strconv.Itoa(482+n), Serial: "0F37B2P24014" + strconv.Itoa(10+n), OS: []string{"Windows", "iOS", "macOS"}[n%3], OSVersion: "10.0.26100.6899",
			Compliance: states[n%len(states)], GraceUntil: f.Now.Add(50 * time.Hour), UPN: strings.Repeat("very", n) + ".long.name@contoso.example", Model: "Surface Laptop 6", Manufacturer: "Microsoft",
			Ownership: "company", LastSyncAt: f.Now.Add(-time.Duration(n*n) * time.Hour), EnrolledAt: f.Now.AddDate(-1, 0, 0), IMEI: "359881204820116", StorageTotal: 256e9, StorageFree: 117e9,
			Actions: json.RawMessage(`[{"name":"rebootNow","state":"pending","started_at":"2026-11-21T00:51:44Z"},{"name":"factoryReset","state":"failed","started_at":"2026-11-01T00:51:44Z"}]`),
		})
	}
	f.ReadDevices(t, contoso.ID, f.Now.AddDate(0, 0, -4), devices...)
	devices[0].UPN, devices[0].Compliance = "s.ito@contoso.example", "noncompliant"
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), devices...)
	var machines []autopilot.Identity
	for n := range 12 {
		machines = append(machines, autopilot.Identity{ID: "ap" + strconv.Itoa(n), Serial: "0F37B2P24014" + strconv.Itoa(10+n), Manufacturer: "Microsoft", Model: "Surface Laptop 6", GroupTag: strings.Repeat("STD-", n+1), PurchaseOrder: "PO-7",
			State: autopilot.States[n%len(autopilot.States)], ProfileStatus: autopilot.ProfileStatuses[n%len(autopilot.ProfileStatuses)], UPN: "s.ito@contoso.example", ContactedAt: f.Now.AddDate(0, -n, 0)})
	}
	machines[0].ManagedDeviceID = deviceID
	f.ReadAutopilot(t, contoso.ID, f.Now.Add(-3*time.Hour), machines...)
	machines[0].GroupTag = "KIOSK"
	f.ReadAutopilot(t, contoso.ID, f.Now.Add(-time.Hour), machines...)
	f.ReadApps(t, contoso.ID, f.Now.Add(-40*time.Minute), map[string][]app.Assignment{"a1": {{ID: "1", Intent: "required", Target: "allDevices"}, {ID: "2", Intent: "available", Target: "group", GroupID: deviceID}}},
		app.App{ID: "a1", Name: "0482 Viewer", Type: "win32LobApp", Publisher: "Contoso", Version: "24.09", Platform: "Windows", Assigned: true, Assignments: 2, State: "published", Categories: []string{"Tools"}, InstallCommand: "msiexec /i " + strings.Repeat("viewer", 30) + ".msi", ModifiedAt: f.Now.AddDate(0, -1, 0)},
		app.App{ID: "a2", Name: strings.Repeat("Longname", 12), Type: "iosVppApp", Platform: "iOS", State: "processing"})
	job := provisioning.Job{
		SPID: "sp1", AppName: "Salesforce", AppID: deviceID, AppEnabled: true, ID: "salesforce." + strings.Repeat("4c1f9b0e", 6), Template: "salesforce", Code: "Quarantine", Schedule: "Active", Every: "PT40M", Escrowed: 131,
		Quarantine:  provisioning.Quarantine{Reason: "EncounteredQuarantineException", SeriesSince: f.Now.Add(-87 * time.Hour), NextAttempt: f.Now.Add(52 * time.Minute), Count: 9, Code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", Message: "The target answered 401 to the credential check."},
		Last:        &provisioning.Execution{State: "Failed", BeganAt: f.Now.Add(-time.Hour), ErrorCode: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable"},
		LastSuccess: &provisioning.Execution{State: "Succeeded", BeganAt: f.Now.Add(-89 * time.Hour), EndedAt: f.Now.Add(-88 * time.Hour), Imported: 1204, Entitled: 1180, Exported: 1045, Escrowed: 3},
		Progress:    []provisioning.Progress{{Completed: 262, Total: 1180, At: f.Now.Add(-6 * time.Minute)}}, Counts: []provisioning.Count{{Type: "User", Count: 209}, {Type: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", Count: 4}},
	}
	f.ReadJobs(t, contoso.ID, f.Now.Add(-6*time.Minute), job, provisioning.Job{SPID: "sp2", ID: "slack", AppName: "Slack", Code: "Active", Health: provisioning.Fine, Schedule: "Active", SteadyFirstAt: f.Now.AddDate(0, -3, 0)})
	event := provisioning.Event{
		ID: "e1", At: f.Now.Add(-18 * time.Minute), SPID: "sp1", SPName: "Salesforce", Action: "update", Status: "failure", ErrorCode: "InvalidCredentials", Reason: "Salesforce answered 401 Unauthorized",
		SourceUPN: "k.osei@contoso.example", SourceType: "User", SourceSystem: "Microsoft Entra ID", TargetSystem: "Salesforce", InitiatedBy: "Azure AD Provisioning Service", CycleID: deviceID, ChangeID: deviceID, SourceID: deviceID,
		StepsJSON:   json.RawMessage(`[{"type":"import","status":"success","description":"Changed: department, manager"},{"type":"scoping","status":"success","description":"In scope"},{"type":"matching","status":"success"},{"type":"export","status":"failure","description":"Salesforce answered 401 Unauthorized.","details":{"ReportableIdentifier":"k.osei@contoso.example","Url":"https://contoso.example/` + strings.Repeat("x", 120) + `"}}]`),
		ChangesJSON: json.RawMessage(`[{"name":"Department","old":"Sales","new":"Sales EMEA"},{"name":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","old":null,"new":"0055e00K7"}]`),
	}
	later := event
	later.ID, later.Status, later.Reason, later.At = "e2", "skipped", "Not in scope", f.Now.Add(-time.Hour)
	f.AddEvents(t, contoso.ID, event, later)
}
