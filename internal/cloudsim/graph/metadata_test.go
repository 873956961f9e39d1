package graph_test

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
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
	mine := s.user(contoso, userWith(contoso, "Intune Administrator"), "User.Read", "DeviceManagementManagedDevices.Read.All")
	for _, p := range []string{"/me", "/me/managedDevices", "/me/licenseDetails", "/users", "/deviceAppManagement/mobileApps"} {
		s.get(mine, proxy+"/v1.0"+p)
		s.get(mine, proxy+"/beta"+p)
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
				s.get(token, proxy+v+"/servicePrincipals/"+id+"/synchronization/jobs/"+job+"/schema")
			}
		}
		for _, id := range ids(v+"/deviceManagement/detectedApps", "id", 1) {
			s.get(token, proxy+v+"/deviceManagement/detectedApps/"+id+"/managedDevices")
		}
		groups := ids(v+"/groups?$select=id", "id", 3)
		for _, id := range groups {
			s.get(token, proxy+v+"/groups/"+id)
			s.get(token, proxy+v+"/groups/"+id+"/members?$top=20")
		}
		s.do(http.MethodPost, token, proxy+v+"/directoryObjects/getByIds", `{"ids":["`+strings.Join(groups, `","`)+`"],"types":["group"]}`, "Content-Type", "application/json")
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
