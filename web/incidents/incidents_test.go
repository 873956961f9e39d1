package incidents

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

const entraDevice = "d2f4b7aa-51c3-4e58-8e1b-0b7f2cf19d34"

func sample(n int, now time.Time) incident.Incident {
	at := now.AddDate(0, 0, -n)
	return incident.Incident{
		ID: strconv.Itoa(n), Title: "Credential theft " + strconv.Itoa(n), Status: "active", Severity: incident.Severities[n%3], Classification: "unknown", Determination: "unknown", Priority: 78,
		ChangedBy: "Microsoft 365 Defender-AlertCorrelation", Tags: []string{}, Devices: []string{entraDevice}, CreatedAt: at, UpdatedAt: at, Comments: []incident.Comment{{Text: "called the user", By: "soc@contoso.example", At: at.Add(time.Hour)}},
		Alerts: []incident.Alert{{ID: "a", Title: "Suspicious access to LSASS", Status: "new", Severity: "high", Category: "CredentialAccess", Source: "microsoftDefenderForEndpoint", Techniques: []string{"T1003.001"}, CreatedAt: at, UpdatedAt: at,
			Entities: []incident.Entity{{Kind: "user", Name: "s.ito@contoso.example", Detail: "Sam Ito", Verdict: "suspicious"}, {Kind: "device", Name: "ctn-0014", ID: entraDevice, Detail: "Windows11", Verdict: "suspicious"}}}},
	}
}

type twin struct {
	Rows  []row
	Count int64
}

func TestPages(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	mount := (&Handler{Incidents: f.Incidents, Devices: f.Devices, Sync: f.Sync}).Mount
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/incidents"
	if got := one.Get(at).Body.String(); !strings.Contains(got, "Not read yet") {
		t.Error("what was not read seems to be none")
	}
	f.FailRead(t, contoso.ID, graphsync.Incidents, "permission", "The portal may not read this.")
	if got := one.Get(at).Body.String(); !strings.Contains(got, "may not be read") || !strings.Contains(got, at+"/live") {
		t.Error("what may not be read seems to be none")
	}
	f.ReadIncidents(t, contoso.ID, f.Now.Add(-time.Minute))
	if got := one.Get(at).Body.String(); !strings.Contains(got, "No incidents at Contoso") {
		t.Error("none was read, and the page does not say so")
	}
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), device.Device{ID: "d1", Name: "CTN-0014", EntraDeviceID: entraDevice})
	evil, done, merged := sample(3, f.Now), sample(4, f.Now), sample(5, f.Now)
	evil.Title, evil.Assigned = "=cmd|'/c calc'!A1", technician.UPN
	done.Status, merged.Status, merged.RedirectTo = "resolved", "redirected", "4"
	f.ReadIncidents(t, contoso.ID, f.Now.Add(-time.Minute), sample(1, f.Now), sample(40, f.Now), evil, done, merged)
	f.ReadIncidents(t, fabrikam.ID, f.Now.Add(-time.Minute), sample(9, f.Now))
	for path, want := range map[string]int64{
		at: 5, "/incidents": 5, at + "?open=true": 3, at + "?status=resolved&status=redirected": 2, at + "?assignee=me": 1, at + "?assignee=none": 4, at + "?age=week": 4, at + "?age=older": 1,
		at + "?severity=high&open=true": 1, at + "?q=theft+40": 1, at + "?q=ctn-0014&sort=severity": 5,
	} {
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
	if all.JSON("/incidents", http.StatusOK, &got); got.Count != 6 || got.Rows[0].ID != "1" || got.Rows[5].ID != "40" {
		t.Errorf("all: %+v", got)
	}
	if csv := all.Get("/incidents?format=csv").Body.String(); strings.Count(csv, "\n") != 7 || strings.Contains(csv, "\n=cmd") {
		t.Errorf("CSV: %s", csv)
	}
	if p := one.Get(at + "/1").Body.String(); !strings.Contains(p, `href="/t/`+contoso.ID.String()+`/devices/d1"`) || !strings.Contains(p, "called the user") {
		t.Error("an incident's page does not lead to its device, or lacks its comment")
	}
	if p := one.Get(at + "/5").Body.String(); !strings.Contains(p, at+"/4") {
		t.Error("a merged incident's page does not lead to where it went")
	}
	for _, path := range []string{at + "/x", at + "/%00", at + "/9", "/t/" + fabrikam.ID.String() + "/incidents/9", "/incidents/1"} {
		if p := one.Get(path); p.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, p.Code)
		}
	}
	for _, path := range []string{at + "?severity=x", at + "?sort=x", at + "?after=x", at + "?age=x"} {
		if p := one.Get(path); p.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, p.Code)
		}
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	m := tenant.Membership{Tenant: tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso"}, Scope: tenant.Only(webtest.ID(t, 1)), Person: technician}
	read := graphsync.Freshness{Dataset: graphsync.Incidents, Tenants: 1, Read: 1, Fresh: 1, State: graphsync.Complete, AsOf: now.Add(-time.Hour)}
	busy := sample(48213, now.AddDate(0, 0, 48212))
	busy.Tags, busy.Alerts[0].ResolvedAt = []string{"vip"}, now.Add(-time.Minute)
	hostile := incident.Incident{ID: "<2>", Title: "<script>x</script>", Status: "quantum", Severity: "", Classification: "<b>", Determination: "<i>", RedirectTo: "../7", Resolving: strings.Repeat("long ", 60), Assigned: "<u>", Alerts: []incident.Alert{{Title: "<img>", Entities: []incident.Entity{{Kind: "<k>"}}}}}
	for name, i := range map[string]incident.Incident{"empty": {ID: "1", Status: "active", Severity: "low", Classification: "unknown"}, "busy": busy, "hostile": hostile} {
		t.Run(name, func(t *testing.T) {
			v := newView(m, i, []incident.Change{{At: now.Add(-time.Hour), Field: "status", Old: "active", New: "inProgress"}, {At: now.Add(-time.Hour), Field: "assigned", New: "<x>"}}, now)
			v.read = read
			for _, a := range i.Alerts {
				for _, e := range a.Entities {
					v.Entities = append(v.Entities, entity{Entity: e, Alerts: 1})
				}
			}
			webtest.Golden(t, incidentBody(v))
		})
	}
}
