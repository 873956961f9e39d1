package graph_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// The permissions that open each operation, without a user and with one. An empty list: any token will do.
var permissionCases = []struct {
	path                   string
	application, delegated []string
	refused                int    // status without the permission
	code                   string // error code then
}{
	{"/v1.0/organization", []string{"Organization.Read.All"}, []string{"User.Read"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/domains", []string{"Domain.Read.All"}, []string{"Domain.Read.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/subscribedSkus", []string{"LicenseAssignment.Read.All"}, []string{"Organization.Read.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/users", []string{"User.Read.All"}, []string{"User.ReadBasic.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/groups", []string{"GroupMember.Read.All"}, []string{"Group.Read.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/servicePrincipals", []string{"Application.Read.All"}, []string{"Directory.Read.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/applications", []string{"Application.Read.All"}, []string{"Application.ReadWrite.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/oauth2PermissionGrants", []string{"DelegatedPermissionGrant.Read.All"}, []string{"Directory.Read.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/roleManagement/directory/roleAssignments", []string{"RoleManagement.Read.Directory"}, []string{"RoleManagement.Read.Directory"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/deviceManagement/managedDevices", []string{"DeviceManagementManagedDevices.Read.All"}, []string{"DeviceManagementConfiguration.Read.All"}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/managedDevices?$top=1", []string{"DeviceManagementManagedDevices.ReadWrite.All"}, []string{"DeviceManagementManagedDevices.ReadWrite.All"}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/managedDeviceOverview", []string{"DeviceManagementManagedDevices.Read.All"}, []string{"DeviceManagementManagedDevices.Read.All"}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/deviceCategories", []string{"DeviceManagementConfiguration.Read.All"}, []string{"DeviceManagementManagedDevices.Read.All"}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/detectedApps", []string{"DeviceManagementManagedDevices.Read.All"}, []string{"DeviceManagementManagedDevices.Read.All"}, 403, "Forbidden"},
	{"/v1.0/deviceAppManagement/mobileApps?$top=5", []string{"DeviceManagementApps.Read.All"}, []string{"DeviceManagementApps.Read.All"}, 403, "Forbidden"},
	{"/v1.0/deviceAppManagement/mobileAppCategories", []string{"DeviceManagementApps.Read.All"}, []string{"DeviceManagementApps.Read.All"}, 403, "Forbidden"},
	{"/v1.0/auditLogs/provisioning?$top=5", []string{"ProvisioningLog.Read.All"}, []string{"AuditLog.Read.All"}, 403, "Authorization_RequestDenied"},
	{"/v1.0/applicationTemplates", nil, nil, 0, ""},
	{"/v1.0/deviceManagement/deviceCompliancePolicyDeviceStateSummary", []string{configuration}, []string{configuration}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/deviceConfigurationDeviceStateSummaries", []string{configuration}, []string{configuration}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/conditionalAccessSettings", []string{services}, []string{configuration}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/intuneBrand", []string{services}, []string{rbac}, 403, "Forbidden"},
	{"/v1.0/deviceManagement/getEffectivePermissions(scope='*')", []string{rbac}, []string{configuration}, 403, "Forbidden"},
}

func TestEachOperationNeedsItsPermission(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	admin := userWith(contoso, "Global Administrator")
	for _, tc := range permissionCases {
		app, person := s.app(contoso, append([]string{"none"}, tc.application...)...), s.user(contoso, admin, tc.delegated...)
		for who, token := range map[string]string{"app": app, "person": person} {
			if a := s.get(token, tc.path); a.status != http.StatusOK {
				t.Errorf("%s with permission (%s): %d %s", tc.path, who, a.status, a.text)
			}
		}
		if tc.refused == 0 {
			continue
		}
		for who, token := range map[string]string{"app": s.app(contoso, "CrossTenantInformation.ReadBasic.All"), "person": s.user(contoso, admin, "openid")} {
			if a := s.get(token, tc.path); a.status != tc.refused || a.code() != tc.code {
				t.Errorf("%s without permission (%s): %d %q, want %d %q", tc.path, who, a.status, a.code(), tc.refused, tc.code)
			}
		}
	}
}

func TestPeopleNeedARoleToo(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	plain, engineer := userWith(contoso, ""), userWith(contoso, "Intune Administrator")
	if a := s.get(s.user(contoso, engineer, "DeviceManagementManagedDevices.Read.All"), devicesPath+"?$top=1"); a.status != http.StatusOK {
		t.Errorf("Intune Administrator: %d %s", a.status, a.text)
	}
	a := s.get(s.user(contoso, plain, "DeviceManagementManagedDevices.Read.All"), devicesPath)
	if a.status != http.StatusUnauthorized || a.code() != "UnknownError" {
		t.Errorf("without a role: %d %s", a.status, a.text)
	}
	var outer struct{ ErrorCode, Message string }
	var inner struct {
		Message string
		Version int `json:"_version"`
	}
	if err := json.Unmarshal([]byte(a.message()), &outer); err != nil {
		t.Fatalf("message is no JSON: %v", err)
	}
	if err := json.Unmarshal([]byte(outer.Message), &inner); err != nil {
		t.Fatalf("inner message is no JSON: %v", err)
	}
	if outer.ErrorCode != "Forbidden" || inner.Version != 3 || !strings.Contains(inner.Message, "Activity ID: "+a.header.Get("request-id")) {
		t.Errorf("nested error: %+v %+v", outer, inner)
	}
	if a := s.get(s.user(contoso, plain, "AuditLog.Read.All"), "/v1.0/auditLogs/provisioning?$top=1"); a.status != http.StatusForbidden {
		t.Errorf("log without a role: %d", a.status)
	}
	guest := func() *world.User {
		for _, u := range s.world.Home().Users {
			if u.Guest() && len(u.Roles) == 0 {
				return u
			}
		}
		return nil
	}()
	if a := s.get(s.user(s.world.Home(), guest, "User.Read.All"), "/v1.0/users"); a.status != http.StatusForbidden {
		t.Errorf("a guest without a role reads all users: %d", a.status)
	}
}

func TestSynchronizationRefusesWithoutSayingWhy(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	id := s.principalWithJob(contoso)
	path := "/v1.0/servicePrincipals/" + id + "/synchronization/jobs"
	if a := s.get(s.app(contoso, "Synchronization.Read.All"), path); a.status != http.StatusOK || len(a.items()) != 1 {
		t.Errorf("with the permission: %d %.200s", a.status, a.text)
	}
	for who, token := range map[string]string{
		"app":    s.app(contoso, "Application.Read.All"),
		"person": s.user(contoso, userWith(contoso, "Intune Administrator"), "Synchronization.Read.All"),
	} {
		if a := s.get(token, path); a.status != http.StatusUnauthorized || a.code() != "UnknownError" || a.message() != "" {
			t.Errorf("%s: %d %s", who, a.status, a.text)
		}
	}
	if a := s.get(s.user(contoso, userWith(contoso, "Application Administrator"), "Synchronization.Read.All"), path); a.status != http.StatusOK {
		t.Errorf("Application Administrator: %d %s", a.status, a.text)
	}
}

func TestTokensThatAreNoGood(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	expired := s.keep(world.Token{TenantID: contoso.ID, AppOnly: true, Expired: true})
	for name, token := range map[string]string{"none": "", "made up": "a.b.c", "no JWT": "abc", "expired": expired} {
		a := s.get(token, devicesPath)
		if a.status != http.StatusUnauthorized || a.code() != "InvalidAuthenticationToken" || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	u := userWith(contoso, "Intune Administrator")
	revoked := s.keep(world.Token{TenantID: contoso.ID, ObjectID: u.ID, SessionRevoked: true, CAE: true})
	if a := s.get(revoked, devicesPath); !strings.Contains(a.header.Get("WWW-Authenticate"), `error="insufficient_claims", claims="`) {
		t.Errorf("revoked session: %v", a.header)
	}
	stranger := s.keep(world.Token{TenantID: contoso.ID, AppID: s.world.App.ClientID, ObjectID: "11111111-1111-4111-8111-111111111111", Scopes: []string{"User.Read"}})
	if a := s.get(stranger, "/v1.0/me"); a.status != http.StatusUnauthorized || a.code() != "Authorization_IdentityNotFound" {
		t.Errorf("a user who is gone: %d %s", a.status, a.text)
	}
}

func TestRemovingTheAppEndsItsTokens(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	if a := s.get(token, "/v1.0/organization"); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	s.world.Change(func() { s.world.Uninstall(contoso) })
	if a := s.get(token, "/v1.0/organization"); a.status != http.StatusUnauthorized || a.code() != "Authorization_IdentityNotFound" {
		t.Errorf("after removal: %d %s", a.status, a.text)
	}
}

func TestTenantWithoutIntune(t *testing.T) {
	s := newSim(t, world.Options{})
	var bare *world.Tenant
	for _, tenant := range s.world.Tenants() {
		if !tenant.Intune && s.world.PartnerApp(tenant) != nil {
			bare = tenant
		}
	}
	token := s.app(bare)
	for _, p := range []string{devicesPath, "/v1.0/deviceAppManagement/mobileApps"} {
		if a := s.get(token, p); a.status != http.StatusBadRequest || a.message() != "Request not applicable to target tenant." {
			t.Errorf("%s: %d %s", p, a.status, a.text)
		}
	}
	if a := s.get(token, "/v1.0/deviceManagement?$select=subscriptionState"); a.body["subscriptionState"] != "disabled" {
		t.Errorf("subscription state: %s", a.text)
	}
	if a := s.get(s.app(s.customer(1)), "/v1.0/deviceManagement"); a.body["subscriptionState"] != "active" {
		t.Errorf("subscription state with Intune: %s", a.text)
	}
	for _, sku := range s.get(token, "/v1.0/subscribedSkus").items() {
		if strings.Contains(string(mustJSON(t, sku)), "INTUNE_A") {
			t.Error("a service plan of Intune in a tenant without")
		}
	}
	if a := s.get(token, "/v1.0/auditLogs/provisioning"); a.status != http.StatusForbidden || !strings.Contains(a.message(), "premium license") {
		t.Errorf("log without P1: %d %s", a.status, a.text)
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPathsAndMethods(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	for path, segment := range map[string]string{
		"/v1.0/nothing": "nothing", "/v1.0/deviceManagement/gadgets": "gadgets", "/v1.0/deviceManagement/managedDevices/x/detectedApps": "detectedApps",
		"/v1.0/deviceManagement/managedDevices/x/nothing": "nothing", "/v1.0/servicePrincipals(appId='" + s.world.App.ClientID + "')/synchronization/jobs": "synchronization",
	} {
		a := s.get(token, path)
		if want := "Resource not found for the segment '" + segment + "'."; a.status != http.StatusBadRequest || a.message() != want {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
	if a := s.get(token, "/v2.0/users"); a.status != http.StatusBadRequest || a.message() != "Invalid version: v2.0" {
		t.Errorf("version: %d %s", a.status, a.text)
	}
	if a := s.do(http.MethodPost, token, s.server.URL+"/v1.0/organization", "{}"); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d %s", a.status, a.text)
	}
	if a := s.get(token, "/V1.0/users"); a.status != http.StatusBadRequest {
		t.Errorf("upper-case version: %d", a.status)
	}
	if a := s.get(token, "/v1.0/DEVICEMANAGEMENT/manageddevices?$top=1"); a.status != http.StatusOK {
		t.Errorf("upper-case path: %d %s", a.status, a.text)
	}
}

func TestEveryAnswerCarriesItsIDs(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	a := s.get(s.app(contoso), devicesPath+"?$top=1", "client-request-id", "7a1c0000-0000-4000-8000-000000000001")
	if a.header.Get("client-request-id") != "7a1c0000-0000-4000-8000-000000000001" || len(a.header.Get("request-id")) != 36 {
		t.Errorf("ids: %v", a.header)
	}
	for _, h := range []string{"x-ms-ags-diagnostic", "OData-Version", "Date", "Strict-Transport-Security"} {
		if a.header.Get(h) == "" {
			t.Errorf("no %s", h)
		}
	}
	bad := s.get("", devicesPath)
	inner, _ := bad.body["error"].(map[string]any)["innerError"].(map[string]any)
	if inner["request-id"] != bad.header.Get("request-id") || inner["date"] == "" {
		t.Errorf("inner error %v, header %s", inner, bad.header.Get("request-id"))
	}
	entries, _ := s.world.Log.Entries()
	last := entries[len(entries)-2]
	if last.Host != "graph" || last.Tenant != contoso.ID || last.Status != 200 || last.ClientRequestID != "7a1c0000-0000-4000-8000-000000000001" {
		t.Errorf("log entry %+v", last)
	}
}
