package permission

import (
	"slices"
	"strings"
)

// Feature is something that the portal does for a customer and that the customer can agree to or not.
type Feature string

const (
	Devices       Feature = "devices"        // Intune managed devices
	Apps          Feature = "apps"           // Intune apps and who should have them
	Configuration Feature = "configuration"  // Intune configuration and compliance policies
	Roles         Feature = "roles"          // Intune roles and assignments (RBAC)
	Services      Feature = "services"       // Intune service configuration: certificates, tokens, connectors
	Provisioning  Feature = "provisioning"   // Entra provisioning jobs and their log
	Directory     Feature = "directory"      // organisation, domains, licences
	Proof         Feature = "proof"          // reading our own grants back
	Guests        Feature = "guests"         // our people's guest accounts and directory roles
	GuestSignIns  Feature = "guest-sign-ins" // when our people's guest accounts were last used
	Groups        Feature = "groups"         // names of groups, and who is in those that hold Intune or directory roles
	Incidents     Feature = "incidents"      // Defender incidents, as a signed-in person
	IncidentList  Feature = "incident-list"  // the same, by the program
	Hunting       Feature = "hunting"        // queries over what Defender saw, as a signed-in person
	DeviceActions Feature = "device-actions"
	DeviceChanges Feature = "device-changes" // what Intune writes down about a device, and what only this opens
	MyDevices     Feature = "my-devices"     // a customer's user sees their own devices

	Administrators      Feature = "administrators"       // who holds a role of the directory
	GuestChanges        Feature = "guest-changes"        // inviting our people, their directory role and licence
	GuestAccounts       Feature = "guest-accounts"       // deleting the accounts of our people again, and the country that a licence needs
	GuestGroups         Feature = "guest-groups"         // taking our people out of groups that carry roles
	ProvisioningChanges Feature = "provisioning-changes" // setting up and steering provisioning jobs
	IncidentChanges     Feature = "incident-changes"     // working on Defender incidents
)

// Operation is one call that a feature makes. Accepts are the permissions of which any one is enough, the one we ask for first;
// source: Microsoft's permission data for the operation. Where Microsoft also accepts a permission that writes, it is not listed.
type Operation struct {
	Method  string
	Path    string // from the version on, for example /v1.0/organization
	Accepts []Permission
	Why     string // what the answer is used for, for staff and whoever checks us
}

const huntingPath = "/v1.0/security/runHuntingQuery"

// Reads tells an operation that changes nothing: a GET, or a question that is posted, as Intune's reports and hunting are.
func (o Operation) Reads() bool {
	return o.Method == "GET" || o.Method == "POST" && (o.Path == huntingPath || strings.Contains(o.Path, "/deviceManagement/reports/get"))
}

// Entry is one feature with everything it calls.
type Entry struct {
	Feature    Feature
	Required   bool // part of every consent: without it the portal could not tell what it was granted
	Suggested  bool // ticked in a new link
	ByName     bool // its permissions are not in the registration: a customer is asked for them by name, and only where they were chosen
	Apart      bool // its permissions open far more than it needs, so that only a registration which was given them on purpose lists them
	Operations []Operation
	Role       string // what a person must hold in the customer's tenant besides; empty where the program acts by itself
	Licence    string // what the customer must have bought; empty: nothing
}

// Kind is who acts in the feature: the program by itself or a signed-in person. No feature mixes both.
func (e Entry) Kind() Kind { return e.Operations[0].Accepts[0].Kind }

func get(why, path string, accepts ...Permission) Operation {
	return Operation{"GET", path, accepts, why}
}

func post(why, path string, accepts ...Permission) Operation {
	return Operation{"POST", path, accepts, why}
}

const (
	intunePlan = "Microsoft Intune Plan 1"
	entraP1    = "Microsoft Entra ID P1"
)

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
	readMembers       = app("GroupMember.Read.All")
	readDirRoles      = app("RoleManagement.Read.Directory")
	readIncidents     = app("SecurityIncident.Read.All")

	asPersonActions   = signedIn("DeviceManagementManagedDevices.PrivilegedOperations.All")
	asPersonDevices   = signedIn("DeviceManagementManagedDevices.Read.All")
	asPersonRecords   = signedIn("DeviceManagementManagedDevices.ReadWrite.All")
	asPersonIncidents = Permission{Defender, Delegated, "Incident.Read"}

	asPersonInvite       = signedIn("User.Invite.All")
	asPersonRoles        = signedIn("RoleManagement.ReadWrite.Directory")
	asPersonLicences     = signedIn("LicenseAssignment.ReadWrite.All")
	asPersonUsers        = signedIn("User.ReadWrite.All")
	asPersonMembers      = signedIn("GroupMember.ReadWrite.All")
	asPersonApplications = signedIn("Application.ReadWrite.All")
	asPersonSync         = signedIn("Synchronization.ReadWrite.All")
	asPersonTriage       = signedIn("SecurityIncident.ReadWrite.All")
	asPersonAlerts       = signedIn("SecurityAlert.ReadWrite.All")
	asPersonHunting      = signedIn("ThreatHunting.Read.All")
)

var catalogue = []Entry{
	{Feature: Devices, Licence: intunePlan, Suggested: true, Operations: []Operation{
		get("the list of devices", "/v1.0/deviceManagement/managedDevices", readDevices, readConfiguration),
		get("what only a single device tells: memory, notes, results of actions", "/beta/deviceManagement/managedDevices/{id}", readDevices, readConfiguration),
		get("the names of device categories", "/v1.0/deviceManagement/deviceCategories", readDevices, readConfiguration),
		get("which programs were found on devices", "/v1.0/deviceManagement/detectedApps", readDevices, readConfiguration),
		get("on which devices a program was found", "/v1.0/deviceManagement/detectedApps/{id}/managedDevices", readDevices),
		get("which diagnostics were collected from a device", "/beta/deviceManagement/managedDevices/{id}/logCollectionRequests", readDevices),
		get("why a device is not compliant", "/beta/deviceManagement/managedDevices/{id}/deviceCompliancePolicyStates", readDevices, readConfiguration),
		get("which settings fail on a device", "/beta/deviceManagement/managedDevices/{id}/deviceConfigurationStates", readDevices, readConfiguration),
		get("the malware that was found", "/v1.0/deviceManagement/windowsMalwareInformation", readDevices, readConfiguration),
		get("on which devices it was found", "/v1.0/deviceManagement/windowsMalwareInformation/{id}/deviceMalwareStates", readDevices, readConfiguration),
		get("what was found on a device", "/v1.0/deviceManagement/managedDevices/{id}/windowsProtectionState/detectedMalwareState", readDevices),
		get("Intune's own count, to check ours against", "/v1.0/deviceManagement/managedDeviceOverview", readDevices),
	}},
	{Feature: Apps, Licence: intunePlan, Suggested: true, Operations: []Operation{
		get("the apps and who should have them", "/beta/deviceAppManagement/mobileApps", readApps),
		post("how installations went: a report, and a POST that only reads", "/beta/deviceManagement/reports/getAppsInstallSummaryReport", readApps, readConfiguration, readDevices),
		post("on which devices an app failed: a report, and a POST that only reads", "/beta/deviceManagement/reports/getDeviceInstallStatusReport", readApps, readConfiguration, readDevices),
		get("the names of app categories", "/v1.0/deviceAppManagement/mobileAppCategories", readApps),
		get("rules that protect data inside apps", "/beta/deviceAppManagement/managedAppPolicies", readApps, readConfiguration),
		get("the same with their apps and who they are for", "/beta/deviceAppManagement/iosManagedAppProtections", readApps),
		get("settings that devices hand to apps", "/beta/deviceAppManagement/mobileAppConfigurations", readApps),
		get("settings that apps are given on any device", "/beta/deviceAppManagement/targetedManagedAppConfigurations", readApps),
	}},
	{Feature: Configuration, Licence: intunePlan, Suggested: true, Operations: []Operation{
		get("configuration profiles", "/beta/deviceManagement/deviceConfigurations", readConfiguration),
		get("policies of the settings catalogue", "/beta/deviceManagement/configurationPolicies", readConfiguration),
		get("what makes a device compliant", "/beta/deviceManagement/deviceCompliancePolicies", readConfiguration),
		get("on which devices a configuration profile failed", "/beta/deviceManagement/deviceConfigurations/{id}/deviceStatuses", readConfiguration),
		get("on which devices a compliance policy failed", "/beta/deviceManagement/deviceCompliancePolicies/{id}/deviceStatuses", readConfiguration),
		get("what makes a Linux device compliant", "/beta/deviceManagement/compliancePolicies", readConfiguration),
		get("administrative templates and what they set", "/beta/deviceManagement/groupPolicyConfigurations", readConfiguration),
		get("endpoint security and baselines in their older form", "/beta/deviceManagement/intents", readConfiguration),
		get("which releases Windows is updated to", "/beta/deviceManagement/windowsFeatureUpdateProfiles", readConfiguration),
		get("which patches are pressed for", "/beta/deviceManagement/windowsQualityUpdateProfiles", readConfiguration),
		get("which drivers are updated", "/beta/deviceManagement/windowsDriverUpdateProfiles", readConfiguration),
		// DeviceManagementScripts.Read.All opens the scripts too, but would be one name more.
		get("which scripts run on Windows, without their text", "/beta/deviceManagement/deviceManagementScripts", readConfiguration),
		get("which scripts run on macOS, without their text", "/beta/deviceManagement/deviceShellScripts", readConfiguration),
		get("which problems are looked for and mended by scripts", "/beta/deviceManagement/deviceHealthScripts", readConfiguration),
		get("the scope tags that say which administrators see a policy", "/beta/deviceManagement/roleScopeTags", readConfiguration, readRBAC),
		get("the filters that assignments use", "/beta/deviceManagement/assignmentFilters", readConfiguration),
	}},
	{Feature: Roles, Licence: intunePlan, Operations: []Operation{
		get("Intune's roles and what each may do", "/v1.0/deviceManagement/roleDefinitions", readRBAC, readConfiguration),
		get("who holds a role, and over what", "/beta/deviceManagement/roleAssignments", readRBAC, readConfiguration),
		get("the words for what a role may do", "/v1.0/deviceManagement/resourceOperations", readRBAC, readConfiguration),
	}},
	{Feature: Services, Licence: intunePlan, Suggested: true, Operations: []Operation{
		get("when Apple volume purchase tokens end", "/v1.0/deviceAppManagement/vppTokens", readServiceConfig, readConfiguration),
		get("when Apple enrollment tokens end", "/beta/deviceManagement/depOnboardingSettings", readServiceConfig),
		get("whether Exchange connectors work", "/v1.0/deviceManagement/exchangeConnectors", readServiceConfig, readConfiguration),
		get("which terms people accept at enrollment", "/v1.0/deviceManagement/termsAndConditions", readServiceConfig),
		get("how devices may be enrolled", "/v1.0/deviceManagement/deviceEnrollmentConfigurations", readServiceConfig, readConfiguration),
		get("whether threat defence partners report", "/v1.0/deviceManagement/mobileThreatDefenseConnectors", readServiceConfig, readConfiguration),
		get("what people are told when a device is not compliant", "/v1.0/deviceManagement/notificationMessageTemplates", readServiceConfig),
		get("which machines Windows Autopilot knows", "/beta/deviceManagement/windowsAutopilotDeviceIdentities", readServiceConfig),
		get("whether device partners report", "/v1.0/deviceManagement/deviceManagementPartners", readServiceConfig, readConfiguration),
		get("whether compliance partners report", "/v1.0/deviceManagement/complianceManagementPartners", readServiceConfig, readConfiguration),
		get("whether remote assistance is connected", "/v1.0/deviceManagement/remoteAssistancePartners", readServiceConfig, readConfiguration),
		get("name and support contact in the company portal", "/v1.0/deviceManagement/intuneBrand", readServiceConfig, readConfiguration, readDevices, readApps),
		get("whether Intune is switched on and paid for", "/v1.0/deviceManagement", readServiceConfig, readConfiguration, readDevices, readApps),
		// The service does not accept ServiceConfig.Read.All for the Apple push certificate, although Intune's page groups it there.
		get("when the Apple push certificate ends", "/v1.0/deviceManagement/applePushNotificationCertificate", readDevices, readConfiguration),
		get("which partners' products may do something at Intune", "/v1.0/servicePrincipals(appId='{appId}')/appRoleAssignedTo", readApplication, readDirectory),
		get("when cloud certification authorities end", "/beta/deviceManagement/cloudCertificationAuthority", readCloudCA),
		// NDES connectors and branding profiles are read where device rules and apps were agreed on: they alone are not worth their permissions.
	}},
	{Feature: Provisioning, Licence: entraP1, Suggested: true, Operations: []Operation{
		get("which applications are provisioned", "/v1.0/servicePrincipals", readApplication, readDirectory),
		get("how their provisioning jobs stand", "/v1.0/servicePrincipals/{id}/synchronization/jobs", readSync),
		get("which kinds of job an application has", "/v1.0/servicePrincipals/{id}/synchronization/templates", readSync),
		get("what provisioning did to each account, and why it failed", "/v1.0/auditLogs/provisioning", readProvLog, readAuditLog, readDirectory),
	}},
	{Feature: Directory, Required: true, Suggested: true, Operations: []Operation{
		get("the company's name and country", "/v1.0/organization", readOrganization, readDirectory),
		get("its internet domains", "/v1.0/domains", readDomains, readDirectory),
		// LicenseAssignment.Read.All is narrower, but Organization.Read.All is needed anyway and opens this too: one name fewer.
		get("its licences, to tell \"not licensed\" from \"not permitted\"", "/v1.0/subscribedSkus", readOrganization, readLicences, readDirectory),
	}},
	{Feature: Proof, Required: true, Suggested: true, Operations: []Operation{
		get("our own entry in the tenant", "/v1.0/servicePrincipals(appId='{appId}')", readApplication, readDirectory),
		get("what the program was granted", "/v1.0/servicePrincipals/{id}/appRoleAssignments", readApplication, readDirectory),
		get("what signed-in persons were granted", "/v1.0/servicePrincipals/{id}/oauth2PermissionGrants", readGrants, readDirectory),
	}},
	{Feature: Guests, Operations: []Operation{
		get("which of our people have an account in the tenant", "/v1.0/users", readUsers, readDirectory),
		get("whether such an account has an Intune licence", "/v1.0/users/{id}/licenseDetails", readUsers, readLicences, readDirectory),
		get("which directory roles such an account holds", "/v1.0/roleManagement/directory/roleAssignments", readDirRoles, readDirectory),
	}},
	{Feature: Administrators, Operations: []Operation{
		get("who holds a directory role, to tell who could erase devices or let others in", "/v1.0/roleManagement/directory/roleAssignments", readDirRoles, readDirectory),
		get("what directory roles are called", "/v1.0/roleManagement/directory/roleDefinitions", readDirRoles, readDirectory),
	}},
	// Microsoft tells the last sign-in only to who may read all sign-in logs; there is nothing narrower.
	{Feature: GuestSignIns, Apart: true, Licence: entraP1, Operations: []Operation{
		get("which of our people have an account in the tenant", "/v1.0/users", readUsers, readDirectory),
		get("when such an account signed in last", "/v1.0/users?$select=id,signInActivity", readAuditLog),
	}},
	{Feature: Groups, Operations: []Operation{
		get("the names of groups that policies, apps and Intune roles are given to", "/v1.0/groups", readMembers, readDirectory),
		get("who is in the groups that hold Intune or directory roles, nested ones too", "/v1.0/groups/{id}/transitiveMembers", readMembers, readDirectory),
	}},
	{Feature: Incidents, ByName: true, Licence: "Microsoft Defender XDR", Role: "Security Reader, or a role of Defender's own", Operations: []Operation{
		get("the list of incidents", "/api/incidents", asPersonIncidents),
		get("one incident with its alerts", "/api/incidents/{id}", asPersonIncidents),
	}},
	{Feature: IncidentList, Licence: "Microsoft Defender XDR", Operations: []Operation{
		get("the list of incidents with their alerts", "/v1.0/security/incidents", readIncidents),
	}},
	{Feature: DeviceActions, Licence: intunePlan, Role: "Intune Administrator, or an Intune role with the remote task, over the device", Operations: []Operation{
		post("restart a device", "/v1.0/deviceManagement/managedDevices/{id}/rebootNow", asPersonActions),
		post("lock a device", "/v1.0/deviceManagement/managedDevices/{id}/remoteLock", asPersonActions),
		post("find a lost device", "/v1.0/deviceManagement/managedDevices/{id}/locateDevice", asPersonActions),
		post("let a device check in now", "/v1.0/deviceManagement/managedDevices/{id}/syncDevice", asPersonActions),
		post("reset a passcode", "/v1.0/deviceManagement/managedDevices/{id}/resetPasscode", asPersonActions),
		post("switch a device off", "/v1.0/deviceManagement/managedDevices/{id}/shutDown", asPersonActions),
		post("bring a passcode back", "/v1.0/deviceManagement/managedDevices/{id}/recoverPasscode", asPersonActions),
		post("lock a lost iPhone or iPad with a message", "/beta/deviceManagement/managedDevices/{id}/enableLostMode", asPersonActions),
		post("let it be used again", "/v1.0/deviceManagement/managedDevices/{id}/disableLostMode", asPersonActions),
		post("let a lost device sound", "/beta/deviceManagement/managedDevices/{id}/playLostModeSound", asPersonActions),
		post("look for malware", "/v1.0/deviceManagement/managedDevices/{id}/windowsDefenderScan", asPersonActions),
		post("update what Defender knows", "/v1.0/deviceManagement/managedDevices/{id}/windowsDefenderUpdateSignatures", asPersonActions),
		post("have Configuration Manager act on a device", "/beta/deviceManagement/managedDevices/{id}/triggerConfigurationManagerAction", asPersonActions),
		post("take App Store licences back from a device", "/beta/deviceManagement/managedDevices/{id}/revokeAppleVppLicenses", asPersonActions),
		post("take Apple's activation lock off", "/v1.0/deviceManagement/managedDevices/{id}/bypassActivationLock", asPersonActions),
		post("take a person off a shared iPad", "/v1.0/deviceManagement/managedDevices/{id}/deleteUserFromSharedAppleDevice", asPersonActions),
		post("sign a person out of a shared iPad", "/v1.0/deviceManagement/managedDevices/{id}/logoutSharedAppleDeviceActiveUser", asPersonActions),
		post("change the account of a Surface Hub", "/v1.0/deviceManagement/managedDevices/{id}/updateWindowsDeviceAccount", asPersonActions),
		post("rename a device", "/beta/deviceManagement/managedDevices/{id}/setDeviceName", asPersonActions),
		post("replace a FileVault key", "/beta/deviceManagement/managedDevices/{id}/rotateFileVaultKey", asPersonActions),
		post("remove company data from a device", "/v1.0/deviceManagement/managedDevices/{id}/retire", asPersonActions),
		post("install Windows on a device anew", "/v1.0/deviceManagement/managedDevices/{id}/cleanWindowsDevice", asPersonActions),
		post("erase a device", "/v1.0/deviceManagement/managedDevices/{id}/wipe", asPersonActions),
	}},
	{Feature: DeviceChanges, ByName: true, Licence: intunePlan, Role: "Intune Administrator, or an Intune role that may update devices", Operations: []Operation{
		{Method: "PATCH", Path: "/v1.0/deviceManagement/managedDevices/{id}", Accepts: []Permission{asPersonRecords}, Why: "write notes, and whose device it is"},
		{Method: "PUT", Path: "/beta/deviceManagement/managedDevices/{id}/deviceCategory/$ref", Accepts: []Permission{asPersonRecords}, Why: "put a device into a category"},
		{Method: "DELETE", Path: "/v1.0/deviceManagement/managedDevices/{id}", Accepts: []Permission{asPersonRecords}, Why: "delete the record of a device"},
		post("replace a BitLocker key", "/beta/deviceManagement/managedDevices/{id}/rotateBitLockerKeys", asPersonRecords),
		post("collect a Windows device's diagnostics", "/beta/deviceManagement/managedDevices/{id}/createDeviceLogCollectionRequest", asPersonRecords),
		post("download a device's diagnostics", "/v1.0/deviceManagement/managedDevices/{id}/logCollectionRequests/{log}/createDownloadUrl", asPersonRecords),
		post("send a notification to a device", "/beta/deviceManagement/managedDevices/{id}/sendCustomNotificationToCompanyPortal", asPersonRecords),
		post("ask for a remote assistance session", "/v1.0/deviceManagement/managedDevices/{id}/requestRemoteAssistance", asPersonRecords),
	}},
	{Feature: GuestChanges, ByName: true, Role: "Privileged Role Administrator for roles, Guest Inviter for invitations, License Administrator for licences", Operations: []Operation{
		post("invite one of our people as a guest", "/v1.0/invitations", asPersonInvite, asPersonUsers),
		post("give the guest a directory role", "/v1.0/roleManagement/directory/roleAssignments", asPersonRoles),
		{Method: "DELETE", Path: "/v1.0/roleManagement/directory/roleAssignments/{id}", Accepts: []Permission{asPersonRoles}, Why: "take the guest's directory roles away again"},
		post("give the guest an Intune licence", "/v1.0/users/{id}/assignLicense", asPersonLicences, asPersonUsers),
	}},
	// Microsoft has nothing narrower than this permission for either. It opens invitations and licences too, so that whoever agrees to both
	// features is asked for two names fewer.
	{Feature: GuestAccounts, ByName: true, Role: "User Administrator", Operations: []Operation{
		{Method: "DELETE", Path: "/v1.0/users/{id}", Accepts: []Permission{asPersonUsers}, Why: "delete the account of one of our people who is to leave"},
		{Method: "PATCH", Path: "/v1.0/users/{id}", Accepts: []Permission{asPersonUsers}, Why: "say in which country the account is used, before it is given a licence"},
	}},
	// Of a group that holds a directory role, Microsoft wants both permissions (Microsoft Graph, remove member).
	{Feature: GuestGroups, ByName: true, Role: "Privileged Role Administrator where the group holds a directory role, else User Administrator", Operations: []Operation{
		{Method: "DELETE", Path: "/v1.0/groups/{id}/members/{member}/$ref", Accepts: []Permission{asPersonMembers}, Why: "take one of our people out of a group that carries roles"},
		{Method: "DELETE", Path: "/v1.0/groups/{id}/members/{member}/$ref", Accepts: []Permission{asPersonRoles}, Why: "the same where the group holds a directory role, which takes both permissions"},
	}},
	{Feature: ProvisioningChanges, ByName: true, Licence: entraP1, Role: "Cloud Application Administrator", Operations: []Operation{
		post("add an application from the gallery", "/v1.0/applicationTemplates/{id}/instantiate", asPersonApplications),
		post("make a provisioning job", "/v1.0/servicePrincipals/{id}/synchronization/jobs", asPersonSync),
		post("try credentials at the target", "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}/validateCredentials", asPersonSync),
		post("start a job", "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}/start", asPersonSync),
		post("pause a job", "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}/pause", asPersonSync),
		post("restart a job", "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}/restart", asPersonSync),
		post("provision one account at once", "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}/provisionOnDemand", asPersonSync),
		{Method: "PUT", Path: "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}/schema", Accepts: []Permission{asPersonSync}, Why: "change how a job maps attributes"},
		{Method: "DELETE", Path: "/v1.0/servicePrincipals/{id}/synchronization/jobs/{jobId}", Accepts: []Permission{asPersonSync}, Why: "delete a job"},
		{Method: "PUT", Path: "/v1.0/servicePrincipals/{id}/synchronization/secrets", Accepts: []Permission{asPersonSync}, Why: "hand the target's credentials to Microsoft"},
	}},
	{Feature: IncidentChanges, ByName: true, Licence: "Microsoft Defender XDR", Role: "Security Administrator or Security Operator", Operations: []Operation{
		{Method: "PATCH", Path: "/v1.0/security/incidents/{id}", Accepts: []Permission{asPersonTriage}, Why: "assign, classify and resolve an incident"},
		post("comment on an incident", "/v1.0/security/incidents/{id}/comments", asPersonTriage),
		{Method: "PATCH", Path: "/v1.0/security/alerts_v2/{id}", Accepts: []Permission{asPersonAlerts}, Why: "assign, classify and resolve a single alert"},
		post("comment on an alert", "/v1.0/security/alerts_v2/{id}/comments", asPersonAlerts),
	}},
	{Feature: Hunting, ByName: true, Licence: "Microsoft Defender XDR", Role: "Security Reader, or a role of Defender's own", Operations: []Operation{
		post("run a query over what Defender saw: a POST that only reads", huntingPath, asPersonHunting),
	}},
	{Feature: MyDevices, Licence: intunePlan, Suggested: true, Operations: []Operation{
		get("a person's own devices", "/v1.0/me/managedDevices", asPersonDevices, asPersonRecords),
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

// Registered is what a registration should list, and so what Microsoft's page shows every customer: application permissions can only be
// asked for as a whole. What is asked for by name, and what stands apart, is not among it.
func Registered() (application, delegated []Permission) {
	return Plan(pick(func(e Entry) bool { return !e.ByName && !e.Apart }))
}

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
