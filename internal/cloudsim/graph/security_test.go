package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const incidentsPath = "/v1.0/security/incidents"

// TestIncidentsAskWhoCalls: the permission, the role and Defender itself are three different refusals, and only the first has the directory's code.
func TestIncidentsAskWhoCalls(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	without := contoso
	for _, c := range s.world.Tenants()[1:] {
		if !c.Defender && s.world.PartnerApp(c) != nil {
			without = c
		}
	}
	const read = "SecurityIncident.Read.All"
	reader, plain := userWith(contoso, "Security Reader"), userWith(contoso, "")
	for name, tc := range map[string]struct {
		token  string
		status int
		code   string
	}{
		"application":               {s.app(contoso, read), 200, ""},
		"security reader":           {s.user(contoso, reader, read), 200, ""},
		"who may write may read":    {s.user(contoso, reader, "SecurityIncident.ReadWrite.All"), 200, ""},
		"without the permission":    {s.app(contoso, "User.Read.All"), 403, "Authorization_RequestDenied"},
		"without a role":            {s.user(contoso, plain, read), 403, "Forbidden"},
		"a tenant without Defender": {s.app(without, read), 403, "Forbidden"},
	} {
		a := s.get(tc.token, incidentsPath+"?$top=2&$expand=alerts")
		if a.status != tc.status || a.code() != tc.code || tc.status == 200 && len(a.items()) != 2 {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, a.text, tc.status, tc.code)
		}
	}
	if a := s.get(s.app(contoso, read), incidentsPath+"?$orderby=createdDateTime"); a.status != 400 {
		t.Errorf("an order that is not supported: %d %s", a.status, a.text)
	}
	if a := s.get(s.app(contoso, read), incidentsPath+"/1"); a.status != 404 {
		t.Errorf("unknown incident: %d %s", a.status, a.text)
	}
}

// TestIncidentsLive: incidents appear and merge with the clock, can be filtered by what changed, and are worked on by people.
func TestIncidentsLive(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	app := s.app(contoso, "SecurityIncident.Read.All", "SecurityAlert.Read.All")
	before := s.all(app, incidentsPath+"?$top=5&$expand=alerts")
	merged, redirected := 0, 0
	for _, in := range before {
		alerts, _ := in["alerts"].([]any)
		if in["redirectIncidentId"] != nil {
			redirected++
			if in["status"] != "redirected" || len(alerts) > 0 {
				t.Errorf("redirected: %v", in)
			}
			to := s.get(app, incidentsPath+"/"+in["redirectIncidentId"].(string)+"?$expand=alerts")
			list, _ := to.body["alerts"].([]any)
			if to.status != 200 || len(list) < 2 {
				t.Errorf("merged into: %d %s", to.status, to.text)
			}
			merged++
		} else if len(alerts) == 0 {
			t.Errorf("no alerts: %v", in)
		}
	}
	if len(before) < 4 || merged != redirected || redirected == 0 {
		t.Errorf("%d incidents, %d redirected", len(before), redirected)
	}
	since := s.world.Clock.Now().Format(time.RFC3339)
	s.world.Clock.Advance(30 * 24 * time.Hour)
	changed := s.all(app, incidentsPath+"?$filter=lastUpdateDateTime ge "+since)
	if after := s.all(app, incidentsPath); len(changed) == 0 || len(changed) >= len(after) || after[0]["id"] == before[0]["id"] {
		t.Errorf("%d changed of %d after a month", len(changed), len(after))
	}
	open := s.all(app, incidentsPath+"?$filter=status eq 'active'")
	if len(open) == 0 {
		t.Fatal("nothing is open")
	}
	at := incidentsPath + "/" + open[0]["id"].(string)
	boss := userWith(contoso, "Global Administrator")
	admin := s.user(contoso, boss, "SecurityIncident.ReadWrite.All", "SecurityAlert.ReadWrite.All")
	send := func(token, method, path, body string, want int) answer {
		t.Helper()
		a := s.do(method, token, s.server.URL+path, body, "Content-Type", "application/json")
		if a.status != want {
			t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.status, a.text, want)
		}
		return a
	}
	send(s.user(contoso, userWith(contoso, "Security Reader"), "SecurityIncident.ReadWrite.All"), http.MethodPatch, at, `{"status":"resolved"}`, 403)
	for _, bad := range []string{`{`, `{}`, `{"status":"redirected"}`, `{"classification":"truePositive"}`, `{"id":"1"}`, `{"customTags":[1]}`} {
		send(admin, http.MethodPatch, at, bad, 400)
	}
	a := send(admin, http.MethodPatch, at, `{"assignedTo":"`+boss.UserPrincipalName+`","status":"inProgress","classification":"truePositive","determination":"malware"}`, 200)
	if a.body["assignedTo"] != boss.UserPrincipalName || a.body["status"] != "inProgress" || a.body["lastModifiedBy"] != boss.UserPrincipalName || a.body["lastUpdateDateTime"] == open[0]["lastUpdateDateTime"] {
		t.Errorf("changed: %s", a.text)
	}
	send(admin, http.MethodPost, at+"/comments", `{"@odata.type":"microsoft.graph.security.alertComment","comment":"called the user"}`, 200)
	send(admin, http.MethodPost, at+"/comments", `{"comment":""}`, 400)
	a = send(admin, http.MethodPatch, at, `{"status":"resolved","resolvingComment":"cleaned"}`, 200)
	if !strings.Contains(a.text, "called the user") || a.body["resolvingComment"] != "cleaned" {
		t.Errorf("resolved: %s", a.text)
	}
	alerts := s.all(app, "/v1.0/security/alerts_v2?$filter=status eq 'resolved'")
	if len(alerts) == 0 {
		t.Error("no alert is resolved")
	}
	one := "/v1.0/security/alerts_v2/" + alerts[0]["id"].(string)
	if a := send(admin, http.MethodPatch, one, `{"assignedTo":"`+boss.UserPrincipalName+`"}`, 200); a.body["assignedTo"] != boss.UserPrincipalName {
		t.Errorf("alert: %s", a.text)
	}
	send(admin, http.MethodPost, one+"/comments", `{"comment":"seen"}`, 200)
}

// TestHunting: queries go through what the rest of the world has; who may not, what cannot be read, and too many are refused.
func TestHunting(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	hunter := s.user(contoso, userWith(contoso, "Security Reader"), "ThreatHunting.Read.All")
	ask := func(token, query string) answer {
		return s.do(http.MethodPost, token, s.server.URL+"/v1.0/security/runHuntingQuery", query, "Content-Type", "application/json")
	}
	rows := func(query string) []any {
		t.Helper()
		a := ask(hunter, `{"query":"`+query+`","timespan":"P30D"}`)
		list, _ := a.body["results"].([]any)
		if columns, _ := a.body["schema"].([]any); a.status != http.StatusOK || len(columns) == 0 || len(list) == 0 {
			t.Errorf("%s: %d %s", query, a.status, a.text)
		}
		return list
	}
	newest, _ := rows("DeviceInfo | summarize arg_max(Timestamp, *) by DeviceId | take 1")[0].(map[string]any)
	id, _ := newest["AadDeviceId"].(string)
	if devices := s.all(s.app(contoso), "/v1.0/deviceManagement/managedDevices?$filter=azureADDeviceId eq '"+id+"'"); len(devices) != 1 || !strings.EqualFold(devices[0]["deviceName"].(string), newest["DeviceName"].(string)) {
		t.Errorf("the device %v is unknown elsewhere: %v", newest, devices)
	}
	rows("DeviceLogonEvents | where ActionType == 'LogonFailed' | summarize N = count() by DeviceName | top 5 by N")
	rows("AlertInfo | where Severity in ('High', 'Medium') | project Timestamp, AlertId, Title")
	rows("AlertEvidence | where EntityType == 'User' | distinct AccountUpn")
	for body, want := range map[string]string{`{"query":"AlertInfo | wher"}`: "on line [1,13]", `{"Query":"AlertInfo","Timespan":"x"}`: "Timespan", `{`: "payload"} {
		if a := ask(hunter, body); a.status != http.StatusBadRequest || !strings.Contains(a.message(), want) {
			t.Errorf("%s: %d %s", body, a.status, a.text)
		}
	}
	const fine = `{"query":"AlertInfo | count"}`
	if a := ask(s.user(contoso, userWith(contoso, "Security Reader"), "SecurityIncident.Read.All"), fine); a.code() != "Authorization_RequestDenied" {
		t.Errorf("without the permission: %d %s", a.status, a.text)
	}
	if a := ask(s.user(contoso, userWith(contoso, ""), "ThreatHunting.Read.All"), fine); a.status != http.StatusForbidden || a.code() != "Forbidden" {
		t.Errorf("without a role: %d %s", a.status, a.text)
	}
	s.world.Faults.Add(world.Fault{Kind: "huntsTooLong"})
	if a := ask(hunter, fine); a.status != http.StatusBadRequest || !strings.Contains(a.message(), "3 minutes") {
		t.Errorf("too long: %d %s", a.status, a.text)
	}
	s.world.Faults.Clear()
	last := answer{}
	for range 50 {
		last = ask(hunter, fine)
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("after 50: %d %s", last.status, last.text)
	}
}
