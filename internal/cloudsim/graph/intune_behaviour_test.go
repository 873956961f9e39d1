package graph_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func TestPushCertificateIsNotOpenedByServiceConfig(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	const path = "/v1.0/deviceManagement/applePushNotificationCertificate"
	for role, want := range map[string]int{services: 403, managed: 200, configuration: 200, "DeviceManagementServiceConfig.ReadWrite.All": 200, appsRead: 403} {
		if a := s.get(s.app(contoso, role), path); a.status != want {
			t.Errorf("with %s: %d %s", role, a.status, a.text)
		}
	}
	unset := 0
	for _, tenant := range s.world.Tenants() {
		if !tenant.Intune || s.world.PartnerApp(tenant) == nil {
			continue
		}
		switch a := s.get(s.app(tenant), path); {
		case a.status == http.StatusNotFound && a.code() == "ResourceNotFound":
			unset++
		case a.status != http.StatusOK || a.body["certificate"] != nil || a.body["expirationDateTime"] == nil:
			t.Errorf("%s: %d %s", tenant.DisplayName, a.status, a.text)
		}
	}
	if unset == 0 {
		t.Error("every tenant has a push certificate")
	}
}

// TestExpiriesLieAllOverTheYear: on any day some things have run out, some are about to, some never began.
func TestExpiriesLieAllOverTheYear(t *testing.T) {
	for _, when := range []time.Time{noon, noon.AddDate(0, 0, 20), noon.AddDate(0, 2, 3), noon.AddDate(0, 5, 0), noon.AddDate(1, 1, 1)} {
		s := newSim(t, world.Options{Now: func() time.Time { return when }})
		var past, soon, far, never int
		for _, tenant := range s.world.Tenants() {
			if s.world.PartnerApp(tenant) == nil || !tenant.Intune {
				continue
			}
			token := s.app(tenant)
			ends := []any{s.get(token, "/v1.0/deviceManagement/applePushNotificationCertificate").body["expirationDateTime"]}
			for path, name := range map[string]string{
				"/beta/deviceManagement/depOnboardingSettings": "tokenExpirationDateTime", "/v1.0/deviceAppManagement/vppTokens": "expirationDateTime", "/beta/deviceManagement/cloudCertificationAuthority": "validityEndDateTime",
			} {
				for _, it := range s.get(token, path).items() {
					ends = append(ends, it[name])
					if state := it["state"]; state == "expired" && it[name].(string) > when.Format(time.RFC3339) {
						t.Errorf("%s: expired before its end: %v", path, it)
					}
					for _, v := range it {
						if v == "0001-01-01T00:00:00Z" {
							never++
						}
					}
				}
			}
			for _, path := range []string{"mobileThreatDefenseConnectors", "deviceManagementPartners", "complianceManagementPartners"} {
				for _, it := range s.get(token, "/v1.0/deviceManagement/"+path).items() {
					if it["lastHeartbeatDateTime"] == "0001-01-01T00:00:00Z" {
						never++
					}
				}
			}
			for _, end := range ends {
				text, _ := end.(string)
				at, err := time.Parse(time.RFC3339Nano, text)
				switch {
				case err != nil:
				case at.Before(when):
					past++
				case at.Before(when.AddDate(0, 0, 45)):
					soon++
				default:
					far++
				}
			}
		}
		if past == 0 || soon == 0 || far < 10 || never == 0 || past > far {
			t.Errorf("on %s: %d run out, %d soon, %d far off, %d never", when.Format(time.DateOnly), past, soon, far, never)
		}
	}
}

func TestVPPTokenComesWithItsSecret(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	if v := s.get(token, "/v1.0/deviceAppManagement/vppTokens").items()[0]["token"]; v == nil || v == "" {
		t.Error("no token, though the service gives it to whoever does not select")
	}
	if a := s.get(token, "/v1.0/deviceAppManagement/vppTokens?$select=id,state"); strings.Contains(a.text, `"token"`) || len(a.items()) == 0 {
		t.Errorf("$select=id,state: %s", a.text)
	}
}

func TestWhatMicrosoftTookAwayIsGone(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	app := s.get(token, "/v1.0/deviceAppManagement/mobileApps?$top=1&$select=id").items()[0]["id"].(string)
	for path, segment := range map[string]string{
		"deviceManagement/telecomExpenseManagementPartners": "telecomExpenseManagementPartners", "deviceAppManagement/mobileApps/" + app + "/installSummary": "installSummary", "deviceAppManagement/mobileApps/" + app + "/deviceStatuses": "deviceStatuses",
	} {
		for _, v := range []string{"/v1.0/", "/beta/"} {
			if a := s.get(token, v+path); a.status != http.StatusBadRequest || a.message() != "Resource not found for the segment '"+segment+"'." {
				t.Errorf("%s%s: %d %s", v, path, a.status, a.text)
			}
		}
	}
	for _, path := range []string{"configurationPolicies", "depOnboardingSettings", "ndesConnectors", "intuneBrandingProfiles", "cloudCertificationAuthority", "roleScopeTags", "groupPolicyConfigurations"} {
		if a := s.get(token, "/v1.0/deviceManagement/"+path); a.status != http.StatusBadRequest || !strings.Contains(a.message(), "'"+path+"'") {
			t.Errorf("v1.0 has %s: %d %s", path, a.status, a.text)
		}
	}
}

// TestComplianceAddsUp holds what devices say against what policies and summaries say.
func TestComplianceAddsUp(t *testing.T) {
	s := newSim(t, world.Options{})
	tenant := s.customer(2)
	token := s.app(tenant)
	state := map[any]map[any]int{}
	byCompliance := map[string]float64{}
	for _, d := range s.all(token, "/v1.0/deviceManagement/managedDevices?$select=id,complianceState") {
		byCompliance[d["complianceState"].(string)]++
	}
	sum := s.get(token, "/v1.0/deviceManagement/deviceCompliancePolicyDeviceStateSummary").body
	for name, field := range map[string]string{"compliant": "compliantDeviceCount", "noncompliant": "nonCompliantDeviceCount", "inGracePeriod": "inGracePeriodCount", "unknown": "unknownDeviceCount", "conflict": "conflictDeviceCount", "error": "errorDeviceCount", "configManager": "configManagerCount"} {
		if sum[field] != byCompliance[name] {
			t.Errorf("%s: %v in the summary, %v devices", name, sum[field], byCompliance[name])
		}
	}
	bad := map[string]string{"noncompliant": "nonCompliant", "inGracePeriod": "nonCompliant", "conflict": "conflict", "error": "error"}
	for _, d := range s.all(token, "/beta/deviceManagement/managedDevices?$top=120&$select=id,complianceState&$expand=deviceCompliancePolicyStates") {
		worst := ""
		for _, p := range d["deviceCompliancePolicyStates"].([]any) {
			policy := p.(map[string]any)
			if state[policy["id"]] == nil {
				state[policy["id"]] = map[any]int{}
			}
			state[policy["id"]][policy["state"]]++
			failing := 0
			for _, line := range policy["settingStates"].([]any) {
				if line.(map[string]any)["state"] != "compliant" {
					failing++
				}
			}
			if (policy["state"] == "compliant") != (failing == 0) {
				t.Fatalf("policy %v with %d failing settings", policy["state"], failing)
			}
			if policy["state"] != "compliant" {
				worst = policy["state"].(string)
			}
		}
		if want := bad[d["complianceState"].(string)]; worst != want && !(want == "" && worst == "unknown" && d["complianceState"] == "unknown") {
			t.Fatalf("a device that is %v has a policy that is %q", d["complianceState"], worst)
		}
	}
	for _, p := range s.all(token, "/beta/deviceManagement/deviceCompliancePolicies?$expand=deviceStatusOverview") {
		o, n := p["deviceStatusOverview"].(map[string]any), state[p["id"]]
		if o["successCount"] != float64(n["compliant"]) || o["failedCount"] != float64(n["nonCompliant"]) || o["errorCount"] != float64(n["error"]) || o["pendingCount"] != float64(n["unknown"]) {
			t.Errorf("%v: overview %v, devices %v", p["displayName"], o, n)
		}
		if statuses := s.all(token, "/beta/deviceManagement/deviceCompliancePolicies/"+p["id"].(string)+"/deviceStatuses?$top=100"); len(statuses) != n["compliant"]+n["nonCompliant"]+n["error"]+n["unknown"]+n["conflict"] {
			t.Errorf("%v: %d statuses, states %v", p["displayName"], len(statuses), n)
		}
	}
}

func TestExpandInsideExpand(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	const path = "/v1.0/deviceManagement/deviceCompliancePolicies?$expand=assignments,scheduledActionsForRule"
	for _, p := range s.get(token, path+"($expand=scheduledActionConfigurations)").items() {
		rules := p["scheduledActionsForRule"].([]any)
		if len(rules) != 1 || len(rules[0].(map[string]any)["scheduledActionConfigurations"].([]any)) == 0 {
			t.Errorf("%v: rules %v", p["displayName"], rules)
		}
	}
	for _, p := range s.get(token, path).items() {
		if _, there := p["scheduledActionsForRule"].([]any)[0].(map[string]any)["scheduledActionConfigurations"]; there {
			t.Error("an inner relation that nobody expanded")
		}
	}
	id := s.get(token, path).items()[0]["id"].(string)
	rule := s.get(token, "/v1.0/deviceManagement/deviceCompliancePolicies/"+id+"/scheduledActionsForRule").items()[0]["id"].(string)
	items := s.get(token, "/v1.0/deviceManagement/deviceCompliancePolicies/"+id+"/scheduledActionsForRule/"+rule+"/scheduledActionConfigurations").items()
	if !slices.ContainsFunc(items, func(it map[string]any) bool { return it["actionType"] == "block" }) {
		t.Errorf("actions %v", items)
	}
}

func TestMalwareAddsUp(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	over := s.get(token, "/v1.0/deviceManagement?$select=windowsMalwareOverview,deviceProtectionOverview").body
	devices := map[any]bool{}
	for _, m := range s.all(token, "/v1.0/deviceManagement/windowsMalwareInformation") {
		for _, d := range s.all(token, "/v1.0/deviceManagement/windowsMalwareInformation/"+m["id"].(string)+"/deviceMalwareStates") {
			devices[d["id"]] = true
		}
	}
	if n := over["windowsMalwareOverview"].(map[string]any)["malwareDetectedDeviceCount"]; n != float64(len(devices)) || len(devices) == 0 {
		t.Errorf("%v devices in the overview, %d in the lists", n, len(devices))
	}
	active := 0.0
	for _, d := range s.all(token, "/beta/deviceManagement/managedDevices?$select=id,windowsActiveMalwareCount,operatingSystem&$expand=windowsProtectionState") {
		p, _ := d["windowsProtectionState"].(map[string]any)
		if (p != nil) != (d["operatingSystem"] == "Windows") {
			t.Fatalf("%v with protection state %v", d["operatingSystem"], p)
		}
		if d["windowsActiveMalwareCount"].(float64) > 0 {
			if active++; p["deviceState"] != "critical" {
				t.Errorf("malware runs on a device that is %v", p["deviceState"])
			}
		}
	}
	if n := over["deviceProtectionOverview"].(map[string]any)["criticalFailuresDeviceCount"]; n != active {
		t.Errorf("%v critical in the overview, %v devices", n, active)
	}
	if plain := s.get(token, "/v1.0/deviceManagement").body; plain["windowsMalwareOverview"] != nil {
		t.Error("the overview without $select")
	}
}

func TestAutopilotAndAuditFilters(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	all := s.all(token, "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities?$top=50")
	profiles := map[any]bool{}
	for _, it := range s.all(token, "/beta/deviceManagement/windowsAutopilotDeviceIdentities?$top=50") {
		status := it["deploymentProfileAssignmentStatus"].(string)
		profiles[status] = true
		if given := it["deploymentProfileAssignedDateTime"] != "0001-01-01T00:00:00Z"; given != strings.HasPrefix(status, "assigned") || it["enrollmentState"] == "enrolled" && !given {
			t.Errorf("profile %s of %v", status, it)
		}
	}
	if len(profiles) < 4 {
		t.Errorf("profiles stand at %v only", profiles)
	}
	spare, ordered := 0, 0
	for _, it := range all {
		if it["purchaseOrderIdentifier"] != "" {
			ordered++
		}
		if it["enrollmentState"] == "notContacted" && it["lastContactedDateTime"] == "0001-01-01T00:00:00Z" {
			spare++
		} else if d := s.get(token, "/v1.0/deviceManagement/managedDevices/"+it["managedDeviceId"].(string)+"?$select=serialNumber"); spare < 3 && d.body["serialNumber"] != it["serialNumber"] {
			t.Fatalf("identity %v of device %s", it, d.text)
		}
	}
	if spare == 0 || len(all) < 50 || ordered == 0 || ordered == len(all) {
		t.Errorf("%d identities, %d never used, %d with a purchase order", len(all), spare, ordered)
	}
	serial := all[0]["serialNumber"].(string)
	if found := s.all(token, "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities?$filter=contains(serialNumber,'"+serial+"')"); len(found) == 0 || len(found) > 3 {
		t.Errorf("serial number %s: %d identities", serial, len(found))
	}
	if ignored := s.all(token, "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities?$filter=manufacturer eq 'Dell Inc.'"); len(ignored) != len(all) {
		t.Errorf("a filter that the service ignores gave %d of %d", len(ignored), len(all))
	}
	since := "2026-08-05T00:00:00Z"
	recent := s.all(token, "/v1.0/deviceManagement/auditEvents?$top=40&$filter=activityDateTime gt "+since)
	before := "9"
	for _, e := range recent {
		at := e["activityDateTime"].(string)
		if at < since || at > before || at > noon.Format(time.RFC3339) {
			t.Fatalf("event at %s after one at %s", at, before)
		}
		before = at
	}
	if whole := s.all(token, "/v1.0/deviceManagement/auditEvents"); len(recent) == 0 || len(whole) <= len(recent) {
		t.Errorf("%d of %d events since %s", len(recent), len(whole), since)
	}
	s.world.Clock.Advance(3 * 24 * time.Hour)
	if grown := s.all(token, "/v1.0/deviceManagement/auditEvents?$filter=activityDateTime gt "+since); len(grown) <= len(recent) {
		t.Error("three days brought no event")
	}
}

func TestRolesSayWhoMayWipe(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	operations := map[any]bool{}
	for _, o := range s.all(token, "/v1.0/deviceManagement/resourceOperations") {
		operations[o["id"]] = true
	}
	wipers, custom := 0, 0
	for _, r := range s.all(token, "/v1.0/deviceManagement/roleDefinitions") {
		if r["isBuiltIn"] == false {
			custom++
		}
		for _, p := range r["rolePermissions"].([]any) {
			for _, x := range p.(map[string]any)["resourceActions"].([]any) {
				for _, a := range x.(map[string]any)["allowedResourceActions"].([]any) {
					if !operations[a] {
						t.Errorf("role %v may do %v, which is no operation", r["displayName"], a)
					}
					if a == "Microsoft.Intune_RemoteTasks_Wipe" {
						wipers++
					}
				}
			}
		}
		for _, a := range s.all(token, "/v1.0/deviceManagement/roleDefinitions/"+r["id"].(string)+"/roleAssignments") {
			if _, there := a["members"]; there {
				t.Error("a role's own list names members")
			}
		}
	}
	if wipers < 2 || custom == 0 {
		t.Errorf("%d roles may wipe, %d are custom", wipers, custom)
	}
	for _, a := range s.all(token, "/v1.0/deviceManagement/roleAssignments?$expand=roleDefinition") {
		if a["roleDefinition"].(map[string]any)["id"] == nil || len(a["members"].([]any)) == 0 {
			t.Errorf("assignment %v", a)
		}
	}
	app := s.get(token, "/v1.0/deviceManagement/getEffectivePermissions(scope='*')")
	person := s.get(s.user(s.customer(1), userWith(s.customer(1), "Intune Administrator"), rbac), "/v1.0/deviceManagement/getEffectivePermissions(scope='*')")
	if app.status != 200 || strings.Contains(app.text, "Wipe") || !strings.Contains(person.text, "Wipe") {
		t.Errorf("effective permissions: %d %.200s, %.200s", app.status, app.text, person.text)
	}
}

func TestVersionsOfConfiguration(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	v1, beta := s.all(token, "/v1.0/deviceManagement/deviceConfigurations"), s.all(token, "/beta/deviceManagement/deviceConfigurations")
	types := map[any]bool{}
	for _, p := range beta {
		types[p["@odata.type"]] = true
	}
	if len(types) < 8 || len(v1) >= len(beta) {
		t.Errorf("%d types, %d in v1.0, %d in beta", len(types), len(v1), len(beta))
	}
	for _, p := range s.all(token, "/beta/deviceManagement/deviceConfigurations?$filter=isof('microsoft.graph.windows10CustomConfiguration')") {
		for _, o := range p["omaSettings"].([]any) {
			m := o.(map[string]any)
			if (m["value"] == "****") != (m["secretReferenceValueId"] != nil) {
				t.Errorf("setting %v", m)
			}
		}
		if p["@odata.type"] != "#microsoft.graph.windows10CustomConfiguration" {
			t.Errorf("isof gave %v", p["@odata.type"])
		}
	}
}

// FuzzIntuneQuery sends any query and any report body: the answer is a page or a refusal, never a failure of the server.
func FuzzIntuneQuery(f *testing.F) {
	w := world.New(world.Options{Tenants: 2, Devices: 60})
	h := graph.Handler(w, func(string, string) (world.Token, error) {
		return world.Token{TenantID: w.Tenants()[1].ID, AppID: w.App.ClientID, AppOnly: true, Roles: w.App.RequiredRoles}, nil
	})
	for _, q := range []string{
		"$expand=assignments($select=id;$expand=x)", "$expand=scheduledActionsForRule($expand=scheduledActionConfigurations)", "$expand=assignments(", "$filter=contains(serialNumber,'a')", "$filter=activityDateTime gt 2026-01-01T00:00:00Z",
		"$expand=deviceStatuses,userStatuses", "$orderby=displayName desc&$top=2", "$filter=not (a/b eq null)", "$expand=assignments(;;$select=)", "$skiptoken=MS4yLjM", `{"filter":"(ApplicationId eq 'x')","top":3}`, `{"select":["a"],"skip":9999999}`, `{"top":-1}`,
	} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, text string) {
		try := func(method, path, query, body string) {
			r := httptest.NewRequest(method, path, strings.NewReader(body))
			r.URL.RawQuery = query
			r.Header.Set("Authorization", "Bearer h.x.s")
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			if rec.Code >= 500 || !json.Valid(rec.Body.Bytes()) {
				t.Fatalf("%s %s?%s %q: %d %.300s", method, path, query, body, rec.Code, rec.Body)
			}
		}
		for _, path := range []string{"deviceCompliancePolicies", "deviceConfigurations", "configurationPolicies", "roleAssignments", "windowsAutopilotDeviceIdentities", "auditEvents", "managedDevices"} {
			try(http.MethodGet, "/beta/deviceManagement/"+path, text, "")
		}
		try(http.MethodGet, "/v1.0/deviceAppManagement/vppTokens", text, "")
		for _, path := range []string{"getAppsInstallSummaryReport", "getDeviceInstallStatusReport", "getAppStatusOverviewReport"} {
			try(http.MethodPost, "/beta/deviceManagement/reports/"+path, "", text)
		}
	})
}
