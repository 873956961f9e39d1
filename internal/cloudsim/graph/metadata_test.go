package graph_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// TestTrafficFitsTheMetadata sends one of every operation through a proxy that holds Graph traffic against Microsoft's published
// metadata. TENANTRY_GRAPHCHECK names the proxy's binary and TENANTRY_GRAPH_SCHEMA the folder of the metadata.
func TestTrafficFitsTheMetadata(t *testing.T) {
	binary, schema := os.Getenv("TENANTRY_GRAPHCHECK"), os.Getenv("TENANTRY_GRAPH_SCHEMA")
	if binary == "" || schema == "" {
		t.Skip("no checker: set TENANTRY_GRAPHCHECK and TENANTRY_GRAPH_SCHEMA")
	}
	s := newSim(t, world.Options{})
	proxy := startProxy(t, binary, schema, s.server.URL)
	for _, tenant := range s.world.Tenants() {
		if s.world.PartnerApp(tenant) != nil {
			crawl(s, proxy, tenant)
		}
	}
	contoso := s.customer(1)
	admin := s.user(contoso, userWith(contoso, "Global Administrator"), "User.Invite.All", "RoleManagement.ReadWrite.Directory")
	for _, v := range []string{"/v1.0", "/beta"} {
		made := s.do(http.MethodPost, admin, proxy+v+"/invitations", `{"invitedUserEmailAddress":"somebody`+v[1:2]+`@elsewhere.example","inviteRedirectUrl":"https://portal.example/"}`, "Content-Type", "application/json")
		id, _ := made.body["invitedUser"].(map[string]any)["id"].(string)
		s.do(http.MethodPost, admin, proxy+v+"/roleManagement/directory/roleAssignments", `{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5","principalId":"`+id+`","directoryScopeId":"/"}`, "Content-Type", "application/json")
	}
	mine := s.user(contoso, userWith(contoso, "Intune Administrator"), "User.Read", "DeviceManagementManagedDevices.Read.All")
	for _, p := range []string{"/me", "/me/managedDevices", "/me/licenseDetails", "/users", "/deviceAppManagement/mobileApps"} {
		s.get(mine, proxy+"/v1.0"+p)
		s.get(mine, proxy+"/beta"+p)
	}
	desk := s.user(contoso, userWith(contoso, "Intune Administrator"), "DeviceManagementManagedDevices.PrivilegedOperations.All", "DeviceManagementManagedDevices.ReadWrite.All")
	acts := func(os, path, body string) {
		for _, d := range s.all(desk, "/beta/deviceManagement/managedDevices") {
			if d["operatingSystem"] == os && d["managedDeviceOwnerType"] == "company" {
				s.do(http.MethodPost, desk, proxy+"/beta/deviceManagement/managedDevices/"+d["id"].(string)+path, body, "Content-Type", "application/json")
				s.get(desk, proxy+"/beta/deviceManagement/managedDevices/"+d["id"].(string))
				return
			}
		}
	}
	acts("iOS", "/playLostModeSound", `{"durationInMinutes":"2"}`)
	acts("iOS", "/revokeAppleVppLicenses", "")
	acts("iOS", "/sendCustomNotificationToCompanyPortal", `{"notificationTitle":"Closed","notificationBody":"Snow"}`)
	acts("Windows", "/triggerConfigurationManagerAction", `{"configurationManagerAction":{"action":"appEvaluation"}}`)
	acts("Windows", "/updateWindowsDeviceAccount", `{"updateWindowsDeviceAccountActionParameter":{"deviceAccount":{"password":"x"},"passwordRotationEnabled":false,"calendarSyncEnabled":true,"deviceAccountEmail":"boardroom@contoso.example","exchangeServer":"outlook.office365.com","sessionInitiationProtocalAddress":"sip:boardroom@contoso.example"}}`)
	acts("Windows", "/createDeviceLogCollectionRequest", `{"templateType":{"templateType":"predefined"}}`)
	s.world.Clock.Advance(25 * time.Hour)
	for _, d := range s.all(desk, "/v1.0/deviceManagement/managedDevices") {
		at := "/deviceManagement/managedDevices/" + d["id"].(string) + "/logCollectionRequests"
		for _, l := range s.get(desk, proxy+"/v1.0"+at).items() {
			if l["status"] == "completed" {
				s.do(http.MethodPost, desk, proxy+"/v1.0"+at+"/"+l["id"].(string)+"/createDownloadUrl", "")
				s.do(http.MethodPost, desk, proxy+"/beta"+at+"/"+l["id"].(string)+"/createDownloadUrl", "")
			}
		}
	}
	analyst := s.user(contoso, userWith(contoso, "Global Administrator"), "SecurityIncident.ReadWrite.All", "SecurityAlert.ReadWrite.All", "ThreatHunting.Read.All")
	for _, v := range []string{"/v1.0", "/beta"} {
		for _, body := range []string{`{"query":"DeviceInfo | take 3"}`, `{"query":"AlertInfo | summarize count() by Severity","timespan":"P7D"}`} {
			s.do(http.MethodPost, analyst, proxy+v+"/security/runHuntingQuery", body, "Content-Type", "application/json")
		}
		list := s.get(analyst, proxy+v+"/security/incidents?$top=50&$expand=alerts&$count=true").items()
		for _, in := range list {
			s.get(analyst, proxy+v+"/security/incidents/"+in["id"].(string)+"?$expand=alerts")
		}
		alert := s.get(analyst, proxy+v+"/security/alerts_v2?$top=3").items()[0]["id"].(string)
		for _, at := range []string{"/security/incidents/" + list[0]["id"].(string), "/security/alerts_v2/" + alert} {
			s.get(analyst, proxy+v+at)
			s.do(http.MethodPatch, analyst, proxy+v+at, `{"status":"inProgress","assignedTo":"somebody@contoso.example"}`, "Content-Type", "application/json")
		}
	}
	partner := s.app(s.world.Home(), "DelegatedAdminRelationship.Read.All", "Directory.Read.All")
	for _, v := range []string{"/v1.0", "/beta"} {
		const gdap = "/tenantRelationships/delegatedAdminRelationships"
		s.get(partner, proxy+v+"/contracts")
		s.get(partner, proxy+v+"/tenantRelationships/delegatedAdminCustomers")
		s.get(partner, proxy+v+"/tenantRelationships/delegatedAdminCustomers/"+contoso.ID+"/serviceManagementDetails")
		for _, r := range s.get(partner, proxy+v+gdap+"?$top=300").items() {
			for _, p := range []string{"", "/accessAssignments", "/requests", "/operations"} {
				s.get(partner, proxy+v+gdap+"/"+r["id"].(string)+p)
			}
		}
	}
	names := betaNames(t, schema)
	for _, tenant := range []*world.Tenant{contoso, s.customer(2)} {
		checkBetaNames(s, tenant, names)
	}
	var report struct {
		Requests   int
		Operations map[string]int
		Problems   []string
	}
	if err := json.Unmarshal([]byte(s.get("", proxy+"/__graphcheck").text), &report); err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Problems {
		t.Error(p)
	}
	if len(report.Operations) < 120 {
		t.Errorf("only %d operations went through the checker", len(report.Operations))
	}
	t.Logf("%d requests, %d operations", report.Requests, len(report.Operations))
	if report.Requests < 200 {
		t.Errorf("only %d requests went through the checker", report.Requests)
	}
}

// crawl asks for what the tenant has: all collections, and from each a few members with all that hangs on them.
func crawl(s *sim, proxy string, tenant *world.Tenant) {
	token := s.app(tenant)
	ids := func(path, property string, most int) []string {
		var out []string
		for i, it := range s.get(token, proxy+path, "ConsistencyLevel", "eventual").items() {
			if v, ok := it[property].(string); ok && i < most {
				out = append(out, url.PathEscape(v))
			}
		}
		return out
	}
	for _, v := range []string{"/v1.0", "/beta"} {
		for _, p := range []string{
			"/organization", "/domains", "/subscribedSkus", "/users?$top=50", "/users?$count=true&$filter=userType eq 'Guest'&$select=id,userType,externalUserState,externalUserStateChangeDateTime,assignedLicenses,accountEnabled,aboutMe",
			"/groups", "/servicePrincipals", "/applications", "/oauth2PermissionGrants", "/applicationTemplates?$filter=contains(displayName,'Amazon')", "/directoryRoles",
			"/roleManagement/directory/roleDefinitions", "/roleManagement/directory/roleAssignments?$expand=principal", "/deviceManagement", "/deviceManagement/managedDevices?$top=300",
			"/deviceManagement/managedDeviceOverview", "/deviceManagement/deviceCategories", "/deviceManagement/detectedApps", "/deviceAppManagement/mobileAppCategories",
			"/deviceAppManagement/mobileApps?$top=20&$expand=assignments,categories", "/auditLogs/provisioning?$top=200",
		} {
			s.get(token, proxy+v+p, "ConsistencyLevel", "eventual")
		}
		for _, id := range ids(v+"/deviceManagement/managedDevices?$top=12&$select=id", "id", 12) {
			for _, p := range []string{"", "?$select=id,udid,physicalMemoryInBytes,notes", "/deviceCategory", "/deviceCompliancePolicyStates", "/deviceConfigurationStates", "/users", "/windowsProtectionState"} {
				s.get(token, proxy+v+"/deviceManagement/managedDevices/"+id+p)
			}
			if v == "/beta" {
				s.get(token, proxy+v+"/deviceManagement/managedDevices/"+id+"/detectedApps")
			}
		}
		for next := proxy + v + "/deviceAppManagement/mobileApps?$top=20&$expand=assignments,categories"; next != ""; {
			next = s.get(token, next).link()
		}
		for _, id := range ids(v+"/deviceAppManagement/mobileApps?$top=5&$select=id", "id", 5) {
			for _, p := range []string{"", "/assignments", "/categories"} {
				s.get(token, proxy+v+"/deviceAppManagement/mobileApps/"+id+p)
			}
		}
		for _, id := range ids(v+"/servicePrincipals?$select=id", "id", 30) {
			for _, p := range []string{"", "/appRoleAssignments", "/oauth2PermissionGrants", "/synchronization/templates", "/synchronization/jobs"} {
				s.get(token, proxy+v+"/servicePrincipals/"+id+p)
			}
			for _, job := range ids(v+"/servicePrincipals/"+id+"/synchronization/jobs", "id", 5) {
				s.get(token, proxy+v+"/servicePrincipals/"+id+"/synchronization/jobs/"+job)
				schema := proxy + v + "/servicePrincipals/" + id + "/synchronization/jobs/" + job + "/schema"
				s.do(http.MethodPut, token, schema, s.get(token, schema).text, "Content-Type", "application/json")
			}
		}
		for _, id := range ids(v+"/deviceManagement/detectedApps", "id", 1) {
			s.get(token, proxy+v+"/deviceManagement/detectedApps/"+id+"/managedDevices")
		}
		crawlIntune(s, token, proxy+v, v == "/beta")
		groups := ids(v+"/groups?$select=id", "id", 3)
		for _, id := range groups {
			s.get(token, proxy+v+"/groups/"+id)
			s.get(token, proxy+v+"/groups/"+id+"/members?$top=20")
		}
		s.do(http.MethodPost, token, proxy+v+"/directoryObjects/getByIds", `{"ids":["`+strings.Join(groups, `","`)+`"],"types":["group"]}`, "Content-Type", "application/json")
	}
}

// crawlIntune reads each small collection of Intune with everything expanded, each of its members, and all that hangs on a member.
func crawlIntune(s *sim, token, root string, beta bool) {
	read := func(address string) answer {
		a := s.get(token, address)
		if a.status >= 500 || a.status == http.StatusBadRequest && a.message() != "Request not applicable to target tenant." && !strings.Contains(a.message(), "Resource not found for the segment") {
			s.t.Errorf("GET %s: %d %s", address, a.status, a.text)
		}
		return a
	}
	for _, o := range intuneReads {
		if o.beta && !beta {
			continue
		}
		all := root + "/" + o.path
		if len(o.relations) > 0 && !o.noExpand {
			all += "?$expand=" + strings.Join(o.relations, ",")
		}
		list := read(all)
		for n, it := range list.items() {
			id, _ := it["id"].(string)
			if n > 9 {
				break
			}
			read(root + "/" + o.path + "/" + url.PathEscape(id))
			for _, r := range o.relations {
				for m, inner := range read(root + "/" + o.path + "/" + url.PathEscape(id) + "/" + r + "?$top=40").items() {
					if key, _ := inner["id"].(string); m < 2 {
						read(root + "/" + o.path + "/" + url.PathEscape(id) + "/" + r + "/" + url.PathEscape(key))
					}
				}
			}
		}
	}
	if beta {
		for _, g := range read(root + "/deviceManagement/groupPolicyConfigurations").items() {
			values := root + "/deviceManagement/groupPolicyConfigurations/" + g["id"].(string) + "/definitionValues"
			for _, v := range read(values + "?$expand=definition").items() {
				read(values + "/" + v["id"].(string) + "/presentationValues?$expand=presentation")
			}
		}
	}
	for _, p := range []string{
		"deviceManagement?$select=windowsMalwareOverview,deviceProtectionOverview", "deviceManagement/applePushNotificationCertificate", "deviceManagement/conditionalAccessSettings", "deviceManagement/intuneBrand",
		"deviceManagement/deviceCompliancePolicyDeviceStateSummary", "deviceManagement/deviceConfigurationDeviceStateSummaries", "deviceManagement/getEffectivePermissions(scope='*')",
		"deviceManagement/managedDevices?$top=40&$expand=windowsProtectionState,deviceCategory,users,logCollectionRequests,deviceCompliancePolicyStates,deviceConfigurationStates",
		"deviceManagement/windowsAutopilotDeviceIdentities?$top=50", "deviceManagement/auditEvents?$top=50&$filter=activityDateTime gt 2026-08-01T00:00:00Z",
		"deviceManagement/deviceCompliancePolicies?$expand=assignments,scheduledActionsForRule($expand=scheduledActionConfigurations)",
	} {
		read(root + "/" + p)
	}
}

// betaNames are the names of all properties and relations in beta: its metadata says no more than that.
func betaNames(t *testing.T, schema string) map[string]bool {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(schema, "beta.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Entity, Complex map[string]struct{ Props, Nav []string }
	}
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, types := range []map[string]struct{ Props, Nav []string }{all.Entity, all.Complex} {
		for name, t := range types {
			names["#"+name] = true
			for _, n := range append(t.Props, t.Nav...) {
				names[n] = true
			}
		}
	}
	return names
}

// checkBetaNames reads each collection from beta and looks every name and type in it up.
func checkBetaNames(s *sim, tenant *world.Tenant, names map[string]bool) {
	token := s.user(tenant, userWith(tenant, "Global Administrator"), configuration, services, managed, appsRead, rbac, cloudCA)
	var walk func(at string, v any)
	walk = func(at string, v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				walk(at, x)
			}
		case map[string]any:
			for name, x := range v {
				typ, _ := x.(string)
				switch {
				case name == "@odata.type" && !names[typ]:
					s.t.Errorf("%s: beta has no type %s", at, typ)
				case !strings.HasPrefix(name, "@") && !names[name]:
					s.t.Errorf("%s: beta has no name %s", at, name)
				}
				walk(at+"."+name, x)
			}
		}
	}
	for _, o := range intuneReads {
		address := "/beta/" + o.path
		if len(o.relations) > 0 && !o.noExpand {
			address += "?$expand=" + strings.Join(o.relations, ",")
		}
		for _, it := range s.get(token, address).items() {
			walk(o.path, it)
		}
	}
	for _, it := range s.get(token, "/beta/deviceManagement/managedDevices?$top=60&$expand=windowsProtectionState,detectedApps,logCollectionRequests").items() {
		walk("managedDevices", it)
	}
}

func startProxy(t *testing.T, binary, schema, upstream string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	cmd := exec.CommandContext(t.Context(), binary, "proxy", "-schema", schema, "-upstream", upstream, "-listen", address)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return "http://" + address
		}
		time.Sleep(25 * time.Millisecond)
	}
	t.Fatal("the checker does not answer")
	return ""
}
