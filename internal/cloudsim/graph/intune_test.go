package graph_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// intuneRead is a small collection of Intune: the permissions that open it, the least first, and what hangs on its members.
type intuneRead struct {
	path      string
	allow     []string
	beta      bool
	relations []string
	noExpand  bool
	delegated bool // gives nothing to an app without a user
	empty     bool // may have no members in a large tenant
}

const (
	configuration = "DeviceManagementConfiguration.Read.All"
	services      = "DeviceManagementServiceConfig.Read.All"
	managed       = "DeviceManagementManagedDevices.Read.All"
	appsRead      = "DeviceManagementApps.Read.All"
	rbac          = "DeviceManagementRBAC.Read.All"
	cloudCA       = "DeviceManagementCloudCA.Read.All"
	scripts       = "DeviceManagementScripts.Read.All"
)

var (
	statusRelations  = []string{"assignments", "deviceStatusOverview", "userStatusOverview", "deviceStatuses", "userStatuses", "deviceSettingStateSummaries"}
	coverage         = []string{"apps", "assignments", "deploymentSummary"}
	onlyAssignments  = []string{"assignments"}
	eitherOfServices = []string{services, configuration}
)

var intuneReads = []intuneRead{
	{path: "deviceManagement/deviceConfigurations", allow: []string{configuration}, relations: statusRelations},
	{path: "deviceManagement/deviceCompliancePolicies", allow: []string{configuration}, relations: append([]string{"scheduledActionsForRule"}, statusRelations...)},
	{path: "deviceManagement/deviceCompliancePolicySettingStateSummaries", allow: []string{configuration}, relations: []string{"deviceComplianceSettingStates"}, noExpand: true},
	{path: "deviceManagement/compliancePolicies", allow: []string{configuration}, beta: true, relations: []string{"assignments", "scheduledActionsForRule", "settings"}},
	{path: "deviceManagement/configurationPolicies", allow: []string{configuration}, beta: true, relations: []string{"assignments", "settings"}},
	{path: "deviceManagement/groupPolicyConfigurations", allow: []string{configuration}, beta: true, relations: []string{"assignments", "definitionValues"}, empty: true},
	{path: "deviceManagement/intents", allow: []string{configuration}, beta: true, relations: []string{"assignments", "settings", "deviceStateSummary"}, empty: true},
	{path: "deviceManagement/templates", allow: []string{configuration}, beta: true},
	{path: "deviceManagement/windowsFeatureUpdateProfiles", allow: []string{configuration}, beta: true, relations: onlyAssignments, empty: true},
	{path: "deviceManagement/windowsQualityUpdateProfiles", allow: []string{configuration}, beta: true, relations: onlyAssignments, empty: true},
	{path: "deviceManagement/windowsDriverUpdateProfiles", allow: []string{configuration}, beta: true, relations: onlyAssignments, empty: true},
	{path: "deviceManagement/deviceManagementScripts", allow: []string{configuration, scripts}, beta: true, relations: []string{"assignments", "runSummary"}, empty: true},
	{path: "deviceManagement/deviceHealthScripts", allow: []string{configuration, scripts}, beta: true, relations: []string{"assignments", "runSummary"}, empty: true},
	{path: "deviceManagement/deviceShellScripts", allow: []string{configuration, scripts}, beta: true, relations: []string{"assignments", "runSummary"}, empty: true},
	{path: "deviceManagement/assignmentFilters", allow: []string{configuration}, beta: true, empty: true},
	{path: "deviceManagement/notificationMessageTemplates", allow: []string{services}, relations: []string{"localizedNotificationMessages"}},
	{path: "deviceManagement/roleDefinitions", allow: []string{rbac, configuration}, relations: []string{"roleAssignments"}},
	{path: "deviceManagement/roleAssignments", allow: []string{rbac, configuration}, relations: []string{"roleDefinition"}},
	{path: "deviceManagement/resourceOperations", allow: []string{rbac, configuration}},
	{path: "deviceManagement/roleScopeTags", allow: []string{configuration, rbac}, beta: true, relations: onlyAssignments},
	{path: "deviceManagement/depOnboardingSettings", allow: []string{services}, beta: true, relations: []string{"enrollmentProfiles"}},
	{path: "deviceAppManagement/vppTokens", allow: eitherOfServices},
	{path: "deviceManagement/exchangeConnectors", allow: eitherOfServices, empty: true},
	{path: "deviceManagement/termsAndConditions", allow: []string{services}, relations: []string{"assignments", "acceptanceStatuses"}, empty: true},
	{path: "deviceManagement/deviceEnrollmentConfigurations", allow: eitherOfServices, relations: onlyAssignments},
	{path: "deviceManagement/intuneBrandingProfiles", allow: []string{appsRead}, beta: true, relations: onlyAssignments, delegated: true},
	{path: "deviceManagement/mobileThreatDefenseConnectors", allow: eitherOfServices},
	{path: "deviceManagement/deviceManagementPartners", allow: eitherOfServices},
	{path: "deviceManagement/complianceManagementPartners", allow: eitherOfServices, empty: true},
	{path: "deviceManagement/remoteAssistancePartners", allow: eitherOfServices},
	{path: "deviceManagement/ndesConnectors", allow: []string{configuration}, beta: true, empty: true},
	{path: "deviceManagement/certificateConnectorDetails", allow: []string{services}, beta: true, empty: true},
	{path: "deviceManagement/cloudCertificationAuthority", allow: []string{cloudCA}, beta: true, relations: []string{"cloudCertificationAuthorityLeafCertificate"}},
	{path: "deviceManagement/cloudCertificationAuthorityLeafCertificate", allow: []string{cloudCA}, beta: true},
	{path: "deviceManagement/windowsAutopilotDeviceIdentities", allow: []string{services}},
	{path: "deviceManagement/importedWindowsAutopilotDeviceIdentities", allow: []string{services}},
	{path: "deviceManagement/auditEvents", allow: []string{appsRead}},
	{path: "deviceManagement/windowsMalwareInformation", allow: []string{managed, configuration}, relations: []string{"deviceMalwareStates"}},
	{path: "deviceAppManagement/managedAppPolicies", allow: []string{appsRead, configuration}},
	{path: "deviceAppManagement/iosManagedAppProtections", allow: []string{appsRead}, relations: coverage},
	{path: "deviceAppManagement/androidManagedAppProtections", allow: []string{appsRead}, relations: coverage},
	{path: "deviceAppManagement/defaultManagedAppProtections", allow: []string{appsRead}, relations: []string{"apps", "deploymentSummary"}, empty: true},
	{path: "deviceAppManagement/windowsInformationProtectionPolicies", allow: []string{appsRead}, relations: onlyAssignments, empty: true},
	{path: "deviceAppManagement/mdmWindowsInformationProtectionPolicies", allow: []string{appsRead}, relations: onlyAssignments, empty: true},
	{path: "deviceAppManagement/windowsManagedAppProtections", allow: []string{appsRead}, beta: true, relations: []string{"apps", "assignments"}, empty: true},
	{path: "deviceAppManagement/targetedManagedAppConfigurations", allow: []string{appsRead}, relations: coverage, empty: true},
	{path: "deviceAppManagement/mobileAppConfigurations", allow: []string{appsRead}, relations: []string{"assignments", "deviceStatuses", "deviceStatusSummary", "userStatuses", "userStatusSummary"}},
	{path: "deviceAppManagement/mobileAppRelationships", allow: []string{appsRead}, empty: true},
}

func (o intuneRead) address() string {
	if o.beta {
		return "/beta/" + o.path
	}
	return "/v1.0/" + o.path
}

func TestEachIntuneCollectionNeedsItsPermission(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	admin := userWith(contoso, "Intune Administrator")
	every := []string{configuration, services, managed, appsRead, rbac, cloudCA, scripts}
	for _, o := range intuneReads {
		open := map[string]bool{}
		for _, p := range o.allow {
			open[p] = true
			open[strings.Replace(p, ".Read.", ".ReadWrite.", 1)] = true
		}
		for _, p := range every {
			for _, name := range []string{p, strings.Replace(p, ".Read.", ".ReadWrite.", 1)} {
				for who, token := range map[string]string{"app": s.app(contoso, name), "person": s.user(contoso, admin, name)} {
					a := s.get(token, o.address())
					switch {
					case who == "app" && o.delegated && open[name]:
						if a.status != http.StatusUnauthorized || a.code() != "UnknownError" {
							t.Errorf("%s for an app with %s: %d %s", o.path, name, a.status, a.text)
						}
					case open[name] && a.status != http.StatusOK:
						t.Errorf("%s for %s with %s: %d %s", o.path, who, name, a.status, a.text)
					case !open[name] && (a.status != http.StatusForbidden || a.code() != "Forbidden"):
						t.Errorf("%s for %s with %s: %d %s, want 403", o.path, who, name, a.status, a.code())
					}
				}
			}
		}
	}
}

func TestIntuneCollectionsAreCompleteAndConsistent(t *testing.T) {
	s := newSim(t, world.Options{})
	for _, n := range []int{1, 4} {
		tenant := s.customer(n)
		person := s.user(tenant, userWith(tenant, "Global Administrator"), configuration, services, managed, appsRead, rbac, cloudCA)
		for _, o := range intuneReads {
			whole := s.get(person, o.address()+"?$top=1000").items()
			if len(whole) == 0 && !o.empty && n == 1 {
				t.Errorf("%s: %s is empty", tenant.DisplayName, o.path)
			}
			paged, seen := s.all(person, o.address()+"?$top=7"), map[string]bool{}
			for i, it := range paged {
				id, _ := it["id"].(string)
				if id == "" || seen[id] {
					t.Fatalf("%s: id %q comes twice or is empty", o.path, id)
				}
				seen[id] = true
				if i >= 9 {
					continue
				}
				one := s.get(person, o.address()+"/"+url.PathEscape(id))
				if one.status != http.StatusOK || one.body["id"] != id {
					t.Errorf("%s/%s: %d %.200s", o.path, id, one.status, one.text)
				}
			}
			if len(paged) < len(whole) {
				t.Errorf("%s: %d by sevens, %d at once", o.path, len(paged), len(whole))
			}
			if a := s.get(person, o.address()+"/11111111-1111-4111-8111-111111111111"); a.status != http.StatusNotFound {
				t.Errorf("%s: an unknown member: %d %s", o.path, a.status, a.text)
			}
			if a := s.get(person, o.address()+"?$select=shoeSize"); a.status != http.StatusBadRequest {
				t.Errorf("%s: unknown $select: %d", o.path, a.status)
			}
		}
	}
}

func TestIntuneIsTheSameAfterARestart(t *testing.T) {
	one, two := newSim(t, world.Options{}), newSim(t, world.Options{})
	other := newSim(t, world.Options{Seed: 5})
	different := 0
	for _, o := range intuneReads {
		read := func(s *sim) string {
			tenant := s.customer(2)
			return strings.ReplaceAll(s.get(s.user(tenant, userWith(tenant, "Global Administrator"), configuration, services, managed, appsRead, rbac, cloudCA), o.address()).text, s.server.URL, "")
		}
		a, b := read(one), read(two)
		if a != b {
			t.Errorf("%s differs between two services of one seed", o.path)
		}
		if a != read(other) {
			different++
		}
	}
	if different < len(intuneReads)/2 {
		t.Errorf("only %d of %d collections depend on the seed", different, len(intuneReads))
	}
}

func TestNoIntuneCollectionWithoutALicence(t *testing.T) {
	s := newSim(t, world.Options{})
	for _, tenant := range s.world.Tenants() {
		if tenant.Intune || s.world.PartnerApp(tenant) == nil {
			continue
		}
		token := s.app(tenant)
		for _, o := range intuneReads {
			if a := s.get(token, o.address()); a.status != http.StatusBadRequest || a.message() != "Request not applicable to target tenant." {
				t.Errorf("%s: %d %s", o.path, a.status, a.text)
			}
		}
		return
	}
	t.Fatal("every tenant has Intune")
}
