package graph_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// principalWithJob is the object id of an application that has a provisioning job.
func (s *sim) principalWithJob(t *world.Tenant) string {
	s.t.Helper()
	token := s.app(t)
	for _, sp := range s.all(token, "/v1.0/servicePrincipals?$select=id,applicationTemplateId") {
		if sp["applicationTemplateId"] == nil {
			continue
		}
		if len(s.get(token, "/v1.0/servicePrincipals/"+sp["id"].(string)+"/synchronization/jobs").items()) > 0 {
			return sp["id"].(string)
		}
	}
	s.t.Fatal("no provisioning job")
	return ""
}

func TestUsersPageAndSelect(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	users := s.all(token, "/v1.0/users?$top=300&$select=id,userPrincipalName")
	ids, names := map[any]bool{}, map[any]bool{}
	for _, u := range users {
		ids[u["id"]], names[strings.ToLower(u["userPrincipalName"].(string))] = true, true
	}
	if len(ids) != len(users) || len(names) != len(users) || len(users) < contoso.Devices/2 {
		t.Errorf("%d users, %d ids, %d names", len(users), len(ids), len(names))
	}
	if a := s.get(token, "/v1.0/users?$top=1000"); a.status != 400 || a.message() != "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive." {
		t.Errorf("$top=1000: %d %s", a.status, a.text)
	}
	if n := len(s.get(token, "/v1.0/users").items()); n != 100 {
		t.Errorf("default page of %d", n)
	}
	u := s.get(token, "/v1.0/users/"+users[0]["id"].(string))
	if _, there := u.body["externalUserState"]; there || u.body["accountEnabled"] != nil {
		t.Errorf("without $select: %v", u.body)
	}
	if a := s.get(token, "/v1.0/users?$top=1&$select=shoeSize"); a.status != 400 || !strings.Contains(a.message(), "'shoeSize'") {
		t.Errorf("unknown $select: %d %s", a.status, a.text)
	}
}

func TestGuestsNeedConsistencyLevel(t *testing.T) {
	s := newSim(t, world.Options{})
	home := s.world.Home()
	token := s.app(home)
	path := "/v1.0/users?$count=true&$select=id,userType,externalUserState&$filter=userType eq 'Guest' and externalUserState ne 'Accepted'"
	if a := s.get(token, path); a.status != 400 || a.code() != "Request_UnsupportedQuery" {
		t.Errorf("an advanced filter without ConsistencyLevel: %d %s", a.status, a.text)
	}
	a := s.get(token, path, "ConsistencyLevel", "eventual")
	if a.status != 200 || len(a.items()) != 1 || a.items()[0]["externalUserState"] != "PendingAcceptance" || a.body["@odata.count"] != 1.0 {
		t.Errorf("pending guests: %d %s", a.status, a.text)
	}
	if a := s.get(token, "/v1.0/users/$count"); a.status != 400 {
		t.Errorf("/$count without ConsistencyLevel: %d", a.status)
	}
	if a := s.get(token, "/v1.0/users/$count", "ConsistencyLevel", "eventual"); a.status != 200 || a.text == "0" {
		t.Errorf("/$count: %d %s", a.status, a.text)
	}
}

func TestConsentCanBeReadBack(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	sp := s.get(token, "/v1.0/servicePrincipals(appId='"+s.world.App.ClientID+"')")
	graphSP := s.get(token, "/v1.0/servicePrincipals(appId='"+world.GraphAppID+"')?$select=id,appRoles,oauth2PermissionScopes")
	if sp.status != 200 || graphSP.status != 200 {
		t.Fatalf("%d %d", sp.status, graphSP.status)
	}
	values := map[any]string{}
	for _, r := range graphSP.body["appRoles"].([]any) {
		role := r.(map[string]any)
		values[role["id"]] = role["value"].(string)
	}
	var granted []string
	for _, a := range s.all(token, "/v1.0/servicePrincipals/"+sp.body["id"].(string)+"/appRoleAssignments?$top=5") {
		if a["resourceId"] != graphSP.body["id"] || a["principalId"] != sp.body["id"] {
			t.Errorf("assignment %v", a)
		}
		granted = append(granted, values[a["appRoleId"]])
	}
	want := slices.Clone(s.world.App.RequiredRoles)
	slices.Sort(granted)
	slices.Sort(want)
	if !slices.Equal(granted, want) {
		t.Errorf("granted %v, want %v", granted, want)
	}
	grants := s.all(token, "/v1.0/oauth2PermissionGrants?$filter=clientId eq '"+sp.body["id"].(string)+"'")
	if len(grants) == 0 || !strings.Contains(grants[0]["scope"].(string), "User.Read") {
		t.Errorf("grants %v", grants)
	}
	if a := s.get(token, "/v1.0/servicePrincipals(appId='11111111-1111-4111-8111-111111111111')"); a.status != 404 || a.code() != "Request_ResourceNotFound" {
		t.Errorf("an app that is not there: %d %s", a.status, a.text)
	}
	app := s.get(s.app(s.world.Home()), "/v1.0/applications?$filter=appId eq '"+s.world.App.ClientID+"'")
	if len(app.items()) != 1 || strings.Contains(app.text, s.world.App.ClientSecret) || app.items()[0]["signInAudience"] != "AzureADMultipleOrgs" {
		t.Errorf("registration: %.300s", app.text)
	}
}

func TestAppsOfALargeTenantNeedSmallPages(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	for _, q := range []string{"", "?$top=999", "?$top=21"} {
		if a := s.get(token, "/beta/deviceAppManagement/mobileApps"+q); a.status != 503 {
			t.Errorf("%q: %d, want 503", q, a.status)
		}
	}
	apps := s.all(token, "/beta/deviceAppManagement/mobileApps?$top=20&$expand=assignments,categories")
	kinds, targets, intents, ids := map[any]int{}, map[any]int{}, map[any]int{}, map[any]bool{}
	groups := map[any]bool{}
	for _, g := range s.all(token, "/v1.0/groups?$select=id") {
		groups[g["id"]] = true
	}
	dangling := 0
	for _, a := range apps {
		kinds[a["@odata.type"]]++
		ids[a["id"]] = true
		for _, x := range a["assignments"].([]any) {
			target := x.(map[string]any)["target"].(map[string]any)
			targets[target["@odata.type"]]++
			intents[x.(map[string]any)["intent"]]++
			if g := target["groupId"]; g != nil && !groups[g] {
				dangling++
			}
		}
	}
	if len(ids) != len(apps) || len(apps) < 60 || len(kinds) < 20 || len(targets) != 4 || len(intents) != 4 || dangling > 20 {
		t.Errorf("%d apps, %d ids, %d types, targets %v, intents %v, %d dangling", len(apps), len(ids), len(kinds), targets, intents, dangling)
	}
	v1 := s.all(token, "/v1.0/deviceAppManagement/mobileApps?$top=20")
	if len(v1) >= len(apps) || len(v1) == 0 {
		t.Errorf("v1.0 has %d apps, beta %d", len(v1), len(apps))
	}
	for _, a := range v1 {
		if _, there := a["isAssigned"]; there || a["@odata.type"] == "#microsoft.graph.winGetApp" {
			t.Errorf("v1.0 gives %v", a)
		}
	}
	if a := s.get(token, "/v1.0/deviceAppManagement/mobileApps/"+v1[0]["id"].(string)+"?$expand=assignments,categories"); a.status != 200 || a.body["largeIcon"] == nil {
		t.Errorf("one app: %d %.300s", a.status, a.text)
	}
	win := s.all(token, "/beta/deviceAppManagement/mobileApps?$top=20&$filter=isof('microsoft.graph.win32LobApp')")
	if len(win) != kinds["#microsoft.graph.win32LobApp"] {
		t.Errorf("isof gave %d, want %d", len(win), kinds["#microsoft.graph.win32LobApp"])
	}
}

func TestGroupNamesCanBeResolved(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	g := s.get(token, "/v1.0/groups?$top=2&$select=id,displayName").items()
	body := `{"ids":["` + g[0]["id"].(string) + `","` + g[1]["id"].(string) + `","11111111-1111-4111-8111-111111111111"],"types":["group"]}`
	a := s.do(http.MethodPost, token, s.server.URL+"/v1.0/directoryObjects/getByIds?$select=id,displayName", body, "Content-Type", "application/json")
	if a.status != 200 || len(a.items()) != 2 || a.items()[0]["displayName"] != g[0]["displayName"] || a.items()[0]["@odata.type"] != "#microsoft.graph.group" {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := s.do(http.MethodPost, token, s.server.URL+"/v1.0/directoryObjects/getByIds", "{"); a.status != 400 {
		t.Errorf("a broken body: %d", a.status)
	}
}

func TestGalleryHasAmazon(t *testing.T) {
	s := newSim(t, world.Options{})
	a := s.get(s.app(s.customer(1), "none"), "/v1.0/applicationTemplates?$filter=contains(displayName,'Amazon')")
	if a.status != 200 || len(a.items()) == 0 {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if b := s.get(s.app(s.customer(2), "none"), "/v1.0/applicationTemplates/"+a.items()[0]["id"].(string)); b.body["displayName"] != a.items()[0]["displayName"] {
		t.Errorf("a template differs between tenants: %s", b.text)
	}
}

func TestJobsAndLogAgree(t *testing.T) {
	s := newSim(t, world.Options{})
	states := map[any]int{}
	for _, tenant := range s.world.Tenants() {
		if tenant.Premium == 0 || s.world.PartnerApp(tenant) == nil {
			continue
		}
		token := s.app(tenant)
		quarantined := 0
		jobs := map[any]map[string]any{}
		for _, sp := range s.all(token, "/v1.0/servicePrincipals?$select=id,displayName,applicationTemplateId") {
			for _, j := range s.get(token, "/v1.0/servicePrincipals/"+sp["id"].(string)+"/synchronization/jobs").items() {
				status := j["status"].(map[string]any)
				states[status["code"]]++
				jobs[j["id"]] = map[string]any{"sp": sp["id"], "name": sp["displayName"], "status": status}
				if status["code"] == "Quarantine" {
					quarantined++
					if status["quarantine"].(map[string]any)["nextAttempt"].(string) < "2026-08-12T12" || status["countSuccessiveCompleteFailures"].(float64) < 1 {
						t.Errorf("quarantine %v", status["quarantine"])
					}
				} else if status["quarantine"] != nil {
					t.Errorf("%v with a quarantine", status["code"])
				}
			}
		}
		if quarantined != tenant.Health.Quarantined {
			t.Errorf("%s: %d jobs in quarantine, want %d", tenant.DisplayName, quarantined, tenant.Health.Quarantined)
		}
		before := "9"
		ids := map[any]bool{}
		for _, e := range s.all(token, "/v1.0/auditLogs/provisioning?$top=200") {
			job := jobs[e["jobId"]]
			if job == nil || e["servicePrincipal"].(map[string]any)["id"] != job["sp"] {
				t.Fatalf("an event of no job: %v", e["jobId"])
			}
			at := e["activityDateTime"].(string)
			if at > before || at > "2026-08-12T12:00:00Z" || ids[e["id"]] {
				t.Fatalf("event %v at %s after one at %s", e["id"], at, before)
			}
			before, ids[e["id"]] = at, true
			status := e["provisioningStatusInfo"].(map[string]any)
			if (status["status"] == "success") != (status["errorInformation"] == nil) || len(e["provisioningSteps"].([]any)) < 3 {
				t.Fatalf("event %v", e)
			}
			if _, there := e["action"]; there {
				t.Fatal("a beta name in v1.0")
			}
		}
	}
	for _, code := range []string{"Active", "Paused", "Quarantine", "NotConfigured", "NotRun"} {
		if states[code] == 0 {
			t.Errorf("no job is %s: %v", code, states)
		}
	}
}

// TestJobsAgreeWithTheLog: what a job says of its last executions is what the log has of those cycles.
func TestJobsAgreeWithTheLog(t *testing.T) {
	s := newSim(t, world.Options{})
	compared := 0
	for n := range 6 {
		token := s.app(s.customer(n + 1))
		failed := map[string]int{}
		for _, e := range s.all(token, "/v1.0/auditLogs/provisioning?$top=1000&$filter=provisioningStatusInfo/status eq 'failure'") {
			failed[e["cycleId"].(string)]++
		}
		for _, sp := range s.all(token, "/v1.0/servicePrincipals") {
			for _, j := range s.get(token, "/v1.0/servicePrincipals/"+sp["id"].(string)+"/synchronization/jobs").items() {
				for _, name := range []string{"lastSuccessfulExecutionWithExports", "lastExecution"} {
					e, ok := j["status"].(map[string]any)[name].(map[string]any)
					if !ok || e["state"] == "Failed" {
						continue
					}
					n := failed[e["activityIdentifier"].(string)]
					if e["countEscrowed"] != float64(n) || (e["state"] == "EntryLevelErrors") != (n > 0) {
						t.Errorf("%v %s: %v entries in escrow, %v; the log has %d failures", j["id"], name, e["countEscrowed"], e["state"], n)
					}
					compared += n
				}
			}
		}
	}
	if compared == 0 {
		t.Error("no execution with failures was compared")
	}
}

// TestOneCauseAtSeveralCustomers: when an application's target changes, the same conflict begins at all its customers on one Tuesday.
func TestOneCauseAtSeveralCustomers(t *testing.T) {
	s := newSim(t, world.Options{})
	for _, tuesday := range []string{"2026-07-21", "2026-08-04"} {
		customers := 0
		for n := range 6 {
			if len(s.all(s.app(s.customer(n+1)), "/v1.0/auditLogs/provisioning?$top=1000&$filter=servicePrincipal/displayName eq 'Dropbox Business'"+
				" and provisioningStatusInfo/errorInformation/errorCode eq 'SystemForCrossDomainIdentityManagementServiceIncompatible'"+
				" and activityDateTime ge "+tuesday+"T10:05:00Z and activityDateTime lt "+tuesday+"T22:00:00Z")) > 0 {
				customers++
			}
		}
		if customers < 2 {
			t.Errorf("the conflict of %s is at %d customers", tuesday, customers)
		}
	}
}

func TestLogFiltersAndGrows(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	failed := s.all(token, "/beta/auditLogs/provisioning?$top=100&$filter=provisioningStatusInfo/status eq 'failure' and activityDateTime gt 2026-08-01T00:00:00Z")
	if len(failed) == 0 {
		t.Fatal("no failure")
	}
	for _, e := range failed {
		if e["activityDateTime"].(string) < "2026-08-01" || e["statusInfo"].(map[string]any)["status"] != "failure" || e["action"] == nil {
			t.Fatalf("%v", e)
		}
	}
	first := s.get(token, "/v1.0/auditLogs/provisioning?$top=10")
	s.world.Clock.Advance(8 * time.Hour)
	second := s.get(token, first.link())
	if second.status != 200 || second.items()[0]["activityDateTime"].(string) > first.items()[9]["activityDateTime"].(string) {
		t.Error("a log that grew shifts the next page")
	}
	if s.get(token, "/v1.0/auditLogs/provisioning?$top=1").items()[0]["id"] == first.items()[0]["id"] {
		t.Error("eight hours brought no event")
	}
	if s.get(token, "/v1.0/auditLogs/provisioning").link() != "" {
		t.Error("a nextLink without $top")
	}
	if a := s.get(token, "/v1.0/auditLogs/provisioning?$filter=colour eq 'red'"); a.status != 400 {
		t.Errorf("unknown property in a filter: %d", a.status)
	}
}

func TestRolesAndDirectory(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	members := s.get(token, "/v1.0/directoryRoles/roleTemplateId="+world.RoleTemplates["Intune Administrator"]+"/members").items()
	assigned := s.all(token, "/v1.0/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '"+world.RoleTemplates["Intune Administrator"]+"'")
	if len(members) == 0 || len(members) != len(assigned) || members[0]["id"] != assigned[0]["principalId"] {
		t.Errorf("%d members, %d assignments", len(members), len(assigned))
	}
	if a := s.get(token, "/v1.0/directoryRoles?$top=5"); a.status != 400 {
		t.Errorf("$top on directoryRoles: %d", a.status)
	}
	org := s.get(token, "/v1.0/organization").items()[0]
	if org["id"] != contoso.ID || org["displayName"] != contoso.DisplayName || len(org["verifiedDomains"].([]any)) != len(contoso.Domains) {
		t.Errorf("organization %v", org)
	}
	if a := s.get(token, "/v1.0/domains/"+contoso.Domains[0]); a.body["isDefault"] != true {
		t.Errorf("domain %s", a.text)
	}
}
