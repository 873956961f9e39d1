package permission

import "slices"

// Feature is something that the portal does for a customer and that the customer can agree to or not.
type Feature string

const (
	Devices       Feature = "devices"       // Intune managed devices
	Apps          Feature = "apps"          // Intune apps and who should have them
	Configuration Feature = "configuration" // Intune configuration and compliance policies
	Roles         Feature = "roles"         // Intune roles and assignments (RBAC)
	Services      Feature = "services"      // Intune service configuration: certificates, tokens, connectors
	Provisioning  Feature = "provisioning"  // Entra provisioning jobs and their log
	Directory     Feature = "directory"     // organisation, domains, licences
	Proof         Feature = "proof"         // reading our own grants back
	Guests        Feature = "guests"        // our people's guest accounts and directory roles
	Incidents     Feature = "incidents"     // Defender incidents, as a signed-in person
	DeviceActions Feature = "device-actions"
	MyDevices     Feature = "my-devices" // a customer's user sees their own devices
)

// Operation is one call that a feature makes. Accepts are the permissions of which any one is enough, the one we ask for first;
// source: Microsoft's permission data for the operation. Where Microsoft also accepts a permission that writes, it is not listed.
type Operation struct {
	Method  string
	Path    string // from the version on, for example /v1.0/organization
	Accepts []Permission
}

// Entry is one feature with everything it calls.
type Entry struct {
	Feature    Feature
	Required   bool // part of every consent: without it the portal could not tell what it was granted
	Suggested  bool // ticked in a new link
	Operations []Operation
}

// Kind is who acts in the feature: the program by itself or a signed-in person. No feature mixes both.
func (e Entry) Kind() Kind { return e.Operations[0].Accepts[0].Kind }

func get(path string, accepts ...Permission) Operation { return Operation{"GET", path, accepts} }

func post(path string, accepts ...Permission) Operation { return Operation{"POST", path, accepts} }

var (
	readDevices       = app("DeviceManagementManagedDevices.Read.All")
	readApps          = app("DeviceManagementApps.Read.All")
	readConfiguration = app("DeviceManagementConfiguration.Read.All")
	readRBAC          = app("DeviceManagementRBAC.Read.All")
	readServiceConfig = app("DeviceManagementServiceConfig.Read.All")
	readCloudCA       = app("DeviceManagementCloudCA.Read.All")
	readSync          = app("Synchronization.Read.All")
	readProvLog       = app("ProvisioningLog.Read.All")
	readAuditLog      = app("AuditLog.Read.All")
	readApplication   = app("Application.Read.All")
	readGrants        = app("DelegatedPermissionGrant.Read.All")
	readDirectory     = app("Directory.Read.All")
	readOrganization  = app("Organization.Read.All")
	readDomains       = app("Domain.Read.All")
	readLicences      = app("LicenseAssignment.Read.All")
	readUsers         = app("User.Read.All")
	readDirRoles      = app("RoleManagement.Read.Directory")

	asPersonActions   = signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All")
	asPersonDevices   = signedIn("DeviceManagementManagedDevices.Read.All")
	asPersonIncidents = Permission{Defender, Delegated, "Incident.Read"}
)

var catalogue = []Entry{
	{Feature: Devices, Suggested: true, Operations: []Operation{
		get("/v1.0/deviceManagement/managedDevices", readDevices, readConfiguration),
		get("/v1.0/deviceManagement/managedDevices/{id}", readDevices, readConfiguration),
		get("/v1.0/deviceManagement/deviceCategories", readDevices, readConfiguration),
		get("/v1.0/deviceManagement/detectedApps", readDevices, readConfiguration),
		get("/v1.0/deviceManagement/detectedApps/{id}/managedDevices", readDevices),
		get("/beta/deviceManagement/managedDevices/{id}/deviceCompliancePolicyStates", readDevices, readConfiguration),
		get("/beta/deviceManagement/managedDevices/{id}/deviceConfigurationStates", readDevices, readConfiguration),
		get("/v1.0/deviceManagement/windowsMalwareInformation", readDevices, readConfiguration),
		get("/v1.0/deviceManagement/managedDeviceOverview", readDevices),
	}},
	{Feature: Apps, Suggested: true, Operations: []Operation{
		get("/beta/deviceAppManagement/mobileApps", readApps),
		get("/v1.0/deviceAppManagement/mobileAppCategories", readApps),
		get("/v1.0/deviceAppManagement/managedAppPolicies", readApps),
		get("/v1.0/deviceAppManagement/mobileAppConfigurations", readApps),
	}},
	{Feature: Configuration, Suggested: true, Operations: []Operation{
		get("/beta/deviceManagement/deviceConfigurations", readConfiguration),
		get("/beta/deviceManagement/configurationPolicies", readConfiguration),
		get("/beta/deviceManagement/deviceCompliancePolicies", readConfiguration),
	}},
	{Feature: Roles, Operations: []Operation{
		get("/v1.0/deviceManagement/roleDefinitions", readRBAC),
		get("/beta/deviceManagement/roleAssignments", readRBAC),
		get("/v1.0/deviceManagement/resourceOperations", readRBAC),
	}},
	{Feature: Services, Suggested: true, Operations: []Operation{
		get("/v1.0/deviceAppManagement/vppTokens", readServiceConfig, readConfiguration),
		get("/beta/deviceManagement/depOnboardingSettings", readServiceConfig),
		get("/v1.0/deviceManagement/exchangeConnectors", readServiceConfig, readConfiguration),
		get("/v1.0/deviceManagement/termsAndConditions", readServiceConfig),
		get("/v1.0/deviceManagement/deviceEnrollmentConfigurations", readServiceConfig, readConfiguration),
		get("/v1.0/deviceManagement/mobileThreatDefenseConnectors", readServiceConfig, readConfiguration),
		get("/v1.0/deviceManagement/notificationMessageTemplates", readServiceConfig),
		get("/v1.0/deviceManagement/deviceManagementPartners", readServiceConfig, readConfiguration),
		get("/v1.0/deviceManagement/complianceManagementPartners", readServiceConfig, readConfiguration),
		get("/v1.0/deviceManagement/remoteAssistancePartners", readServiceConfig, readConfiguration),
		get("/v1.0/deviceManagement/intuneBrand", readServiceConfig, readConfiguration, readDevices, readApps),
		get("/v1.0/deviceManagement", readServiceConfig, readConfiguration, readDevices, readApps),
		// The service does not accept ServiceConfig.Read.All for the Apple push certificate, although Intune's page groups it there.
		get("/v1.0/deviceManagement/applePushNotificationCertificate", readDevices, readConfiguration),
		get("/beta/deviceManagement/cloudCertificationAuthority", readCloudCA),
		// NDES connectors and branding profiles are read where device rules and apps were agreed on: they alone are not worth their permissions.
	}},
	{Feature: Provisioning, Suggested: true, Operations: []Operation{
		get("/v1.0/servicePrincipals", readApplication, readDirectory),
		get("/v1.0/servicePrincipals/{id}/synchronization/jobs", readSync),
		get("/v1.0/servicePrincipals/{id}/synchronization/templates", readSync),
		get("/v1.0/auditLogs/provisioning", readProvLog, readAuditLog, readDirectory),
	}},
	{Feature: Directory, Required: true, Suggested: true, Operations: []Operation{
		get("/v1.0/organization", readOrganization, readDirectory),
		get("/v1.0/domains", readDomains, readDirectory),
		// LicenseAssignment.Read.All is narrower, but Organization.Read.All is needed anyway and opens this too: one name fewer.
		get("/v1.0/subscribedSkus", readOrganization, readLicences, readDirectory),
	}},
	{Feature: Proof, Required: true, Suggested: true, Operations: []Operation{
		get("/v1.0/servicePrincipals(appId='{appId}')", readApplication, readDirectory),
		get("/v1.0/servicePrincipals/{id}/appRoleAssignments", readApplication, readDirectory),
		get("/v1.0/servicePrincipals/{id}/oauth2PermissionGrants", readGrants, readDirectory),
	}},
	{Feature: Guests, Operations: []Operation{
		get("/v1.0/users", readUsers, readDirectory),
		get("/v1.0/users/{id}/licenseDetails", readUsers, readLicences, readDirectory),
		get("/v1.0/roleManagement/directory/roleAssignments", readDirRoles, readDirectory),
	}},
	{Feature: Incidents, Operations: []Operation{
		get("/api/incidents", asPersonIncidents),
		get("/api/incidents/{id}", asPersonIncidents),
	}},
	{Feature: DeviceActions, Operations: []Operation{
		post("/v1.0/deviceManagement/managedDevices/{id}/rebootNow", asPersonActions),
		post("/v1.0/deviceManagement/managedDevices/{id}/remoteLock", asPersonActions),
		post("/v1.0/deviceManagement/managedDevices/{id}/locateDevice", asPersonActions),
		post("/v1.0/deviceManagement/managedDevices/{id}/syncDevice", asPersonActions),
		post("/v1.0/deviceManagement/managedDevices/{id}/resetPasscode", asPersonActions),
		post("/v1.0/deviceManagement/managedDevices/{id}/retire", asPersonActions),
		post("/v1.0/deviceManagement/managedDevices/{id}/wipe", asPersonActions),
	}},
	{Feature: MyDevices, Suggested: true, Operations: []Operation{
		get("/v1.0/me/managedDevices", asPersonDevices),
	}},
}

// Catalogue is every feature, in the order in which pages list them.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// EntryOf finds a feature's entry.
func EntryOf(f Feature) (Entry, bool) {
	i := slices.IndexFunc(catalogue, func(e Entry) bool { return e.Feature == f })
	if i < 0 {
		return Entry{}, false
	}
	return catalogue[i], true
}

// All are all features in catalogue order.
func All() []Feature { return pick(func(Entry) bool { return true }) }

// Suggested are the features that a new link asks for unless told otherwise.
func Suggested() []Feature { return pick(func(e Entry) bool { return e.Suggested }) }

func pick(keep func(Entry) bool) []Feature {
	var found []Feature
	for _, e := range catalogue {
		if keep(e) {
			found = append(found, e.Feature)
		}
	}
	return found
}
