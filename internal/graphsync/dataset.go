// Package graphsync decides what is read from which tenant and when: the table of datasets, the jobs that read them, the ledger of
// runs, and how fresh what we hold is.
//
// It knows neither Microsoft Graph nor any feature: a Puller reads, and says how far it is. What the rows mean lives in the features.
package graphsync

import (
	"context"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// The datasets, by the names that sync_state and counters carry.
const (
	Organization     = "organization"
	Devices          = "devices"
	DeviceCategories = "deviceCategories"
	Autopilot        = "autopilotIdentities"
	Apps             = "apps"
	AppInstalls      = "appInstalls"
	DetectedApps     = "detectedApps"
	DeviceProtection = "deviceProtection"
	Malware          = "malware"
	ProvisioningJobs = "provisioningJobs"
	ProvisioningLog  = "provisioningLog"

	Policies              = "policies"
	NotificationTemplates = "notificationTemplates"
	AppProtection         = "appProtection"
	AppConfigurations     = "appConfigurations"
	IntuneRoles           = "intuneRoles"
	DirectoryRoles        = "directoryRoles"
	Incidents             = "incidents"
	Services              = "services"
	Groups                = "groups"
	Guests                = "guests"

	Relationships = "relationships"
	PartnerGroups = "partnerGroups"
	HomeGuests    = "homeGuests"
	Contracts     = "contracts"
)

// Dataset is one line of the table: what is read, how, how often.
type Dataset struct {
	Name       string
	Label      string // for people
	Path       string // below the version; the puller may ask for more
	Version    string // v1.0 or beta
	Select     []string
	Expand     string
	PageSize   int           // $top of the first page; 0: the resource does not take it
	Permission string        // least application permission, read-only
	Every      time.Duration // from the end of a complete read to the next
	FreshFor   time.Duration // older than this is late
	Home       bool          // of the partner's own tenant and of no other, whatever the state of that one
	Puller     Puller        // given by the wiring
}

// Puller reads one dataset of one tenant and stores it. An error means that nothing was changed.
type Puller interface {
	Pull(ctx context.Context, tid tenant.ID, run *Run) error
}

// Table is the table of datasets, in the order in which a new tenant is read. The wiring adds the pullers: see With.
func Table() Datasets {
	return Datasets{
		{
			Name: Organization, Label: "Organization, domains and licences", Version: "v1.0", Path: "/organization",
			Permission: "Organization.Read.All", Every: 6 * time.Hour, FreshFor: 24 * time.Hour,
		},
		{
			Name: Devices, Label: "Devices", Version: "v1.0", Path: "/deviceManagement/managedDevices", Select: deviceFields, PageSize: 999,
			Permission: "DeviceManagementManagedDevices.Read.All", Every: 15 * time.Minute, FreshFor: time.Hour,
		},
		{
			Name: DeviceCategories, Label: "Device categories", Version: "v1.0", Path: "/deviceManagement/deviceCategories",
			Select:     []string{"id", "displayName", "description"},
			Permission: "DeviceManagementManagedDevices.Read.All", Every: 6 * time.Hour, FreshFor: 24 * time.Hour,
		},
		{ // v1.0 does not know Microsoft 365 Apps, Store apps or managed Google Play; the icon makes pages huge, so no $select-less read
			Name: Apps, Label: "Apps and assignments", Version: "beta", Path: "/deviceAppManagement/mobileApps",
			Expand: "assignments,categories", PageSize: 100,
			Permission: "DeviceManagementApps.Read.All", Every: time.Hour, FreshFor: 4 * time.Hour,
		},
		{ // a report: a POST that only reads, the one source of how installations went
			Name: AppInstalls, Label: "Installations of apps", Version: "beta", Path: "/deviceManagement/reports/getAppsInstallSummaryReport",
			Permission: "DeviceManagementApps.Read.All", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{ // a path for each type of policy comes first: see the puller. This one tells neither apps nor assignments
			Name: AppProtection, Label: "App protection policies", Version: "beta", Path: "/deviceAppManagement/managedAppPolicies", PageSize: 100,
			Permission: "DeviceManagementApps.Read.All", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{ // and targetedManagedAppConfigurations. v1.0 knows no configuration for Android
			Name: AppConfigurations, Label: "App configurations", Version: "beta", Path: "/deviceAppManagement/mobileAppConfigurations",
			Expand: "assignments", PageSize: 100,
			Permission: "DeviceManagementApps.Read.All", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{ // only beta's list can be expanded by what Defender reports
			Name: DeviceProtection, Label: "Device protection", Version: "beta", Path: "/deviceManagement/managedDevices",
			Select: []string{"id", "deviceName", "windowsActiveMalwareCount", "windowsRemediatedMalwareCount"}, Expand: "windowsProtectionState", PageSize: 500,
			Permission: "DeviceManagementManagedDevices.Read.All", Every: 2 * time.Hour, FreshFor: 6 * time.Hour,
		},
		{
			Name: Malware, Label: "Malware found", Version: "v1.0", Path: "/deviceManagement/windowsMalwareInformation", PageSize: 500,
			Permission: "DeviceManagementManagedDevices.Read.All", Every: 2 * time.Hour, FreshFor: 6 * time.Hour,
		},
		{ // v1.0 does not tell how the deployment profile stands. The list is slow to change: hardware is bought, not installed
			Name: Autopilot, Label: "Windows Autopilot devices", Version: "beta", Path: "/deviceManagement/windowsAutopilotDeviceIdentities",
			Select: autopilotFields, PageSize: 999,
			Permission: "DeviceManagementServiceConfig.Read.All", Every: 4 * time.Hour, FreshFor: 12 * time.Hour,
		},
		{ // tens of thousands of rows in a big tenant, and Intune renews the inventory about once a week
			Name: DetectedApps, Label: "Detected apps", Version: "v1.0", Path: "/deviceManagement/detectedApps", PageSize: 500,
			Permission: "DeviceManagementManagedDevices.Read.All", Every: 12 * time.Hour, FreshFor: 36 * time.Hour,
		},
		{ // one dataset for many paths: see the puller, which has one for each kind. v1.0 leaves out half the types
			Name: Policies, Label: "Configuration and compliance policies", Version: "beta", Path: "/deviceManagement/deviceConfigurations",
			Expand: "assignments", PageSize: 100,
			Permission: "DeviceManagementConfiguration.Read.All", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{
			Name: NotificationTemplates, Label: "Notification message templates", Version: "v1.0", Path: "/deviceManagement/notificationMessageTemplates",
			Permission: "DeviceManagementServiceConfig.Read.All", Every: 6 * time.Hour, FreshFor: 24 * time.Hour,
		},
		{ // with assignments and resource operations, from paths of their own
			Name: IntuneRoles, Label: "Intune roles and assignments", Version: "v1.0", Path: "/deviceManagement/roleDefinitions",
			Permission: "DeviceManagementRBAC.Read.All", Every: 6 * time.Hour, FreshFor: 24 * time.Hour,
		},
		{ // and the definitions, from a path of their own. Only one property can be expanded
			Name: DirectoryRoles, Label: "Directory roles and who holds them", Version: "v1.0", Path: "/roleManagement/directory/roleAssignments", Expand: "principal", PageSize: 999,
			Permission: "RoleManagement.Read.Directory", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{
			Name: ProvisioningJobs, Label: "Provisioning jobs", Version: "v1.0", Path: "/servicePrincipals",
			Select: []string{"id", "appId", "displayName", "accountEnabled", "servicePrincipalType", "appOwnerOrganizationId", "applicationTemplateId"}, PageSize: 999,
			Permission: "Synchronization.Read.All", Every: 30 * time.Minute, FreshFor: 2 * time.Hour,
		},
		{
			Name: ProvisioningLog, Label: "Provisioning log", Version: "v1.0", Path: "/auditLogs/provisioning", PageSize: 500,
			Permission: "ProvisioningLog.Read.All", Every: 15 * time.Minute, FreshFor: time.Hour,
		},
		{ // with their alerts; after the first read only what changed since
			Name: Incidents, Label: "Security incidents", Version: "v1.0", Path: "/security/incidents", Expand: "alerts", PageSize: 50,
			Permission: "SecurityIncident.Read.All", Every: 10 * time.Minute, FreshFor: time.Hour,
		},
		{ // a path for each kind of service, in v1.0 or beta: see the puller; each has a reading of its own
			Name: Services, Label: "Services and expiries", Version: "v1.0", Path: "/deviceManagement",
			Permission: "DeviceManagementServiceConfig.Read.All", Every: 6 * time.Hour, FreshFor: 24 * time.Hour,
		},
		{ // after what names them; all are gone through, because only that tells which are gone
			Name: Groups, Label: "Groups that something is given to", Version: "v1.0", Path: "/groups", Select: []string{"id", "displayName", "groupTypes"}, PageSize: 999,
			Permission: "GroupMember.Read.All", Every: 2 * time.Hour, FreshFor: 24 * time.Hour,
		},
		{ // and the directory roles of those that are the partner's people, where these may be read
			Name: Guests, Label: "Guest accounts of the partner’s people", Version: "v1.0", Path: "/users", Select: guestFields, PageSize: 999,
			Permission: "User.Read.All", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{ // with the access assignments of each
			Name: Relationships, Label: "GDAP relationships", Version: "v1.0", Path: "/tenantRelationships/delegatedAdminRelationships", PageSize: 300, Home: true,
			Permission: "DelegatedAdminRelationship.Read.All", Every: time.Hour, FreshFor: 6 * time.Hour,
		},
		{ // after what names them
			Name: PartnerGroups, Label: "Groups of staff in GDAP relationships", Version: "v1.0", Path: "/groups", Select: []string{"id", "displayName", "groupTypes"}, PageSize: 999, Home: true,
			Permission: "GroupMember.Read.All", Every: time.Hour, FreshFor: 6 * time.Hour,
		},
		{ // the same the other way round
			Name: HomeGuests, Label: "Guest accounts of customers’ people", Version: "v1.0", Path: "/users", Select: guestFields, PageSize: 999, Home: true,
			Permission: "User.Read.All", Every: 2 * time.Hour, FreshFor: 8 * time.Hour,
		},
		{ // Microsoft names no narrower permission; it is granted in the partner's own tenant and in no other
			Name: Contracts, Label: "Customers by contract", Version: "v1.0", Path: "/contracts", PageSize: 999, Home: true,
			Permission: "Directory.Read.All", Every: 6 * time.Hour, FreshFor: 24 * time.Hour,
		},
	}
}

// deviceFields leaves out what lists never fill and what is secret or personal without a use here.
var deviceFields = []string{
	"id", "userId", "deviceName", "managedDeviceOwnerType", "managementState", "enrolledDateTime", "lastSyncDateTime",
	"operatingSystem", "complianceState", "jailBroken", "managementAgent", "osVersion", "easActivated", "easDeviceId",
	"azureADRegistered", "deviceEnrollmentType", "emailAddress", "azureADDeviceId", "deviceRegistrationState",
	"deviceCategoryDisplayName", "isSupervised", "exchangeLastSuccessfulSyncDateTime", "exchangeAccessState",
	"exchangeAccessStateReason", "isEncrypted", "userPrincipalName", "model", "manufacturer", "imei",
	"complianceGracePeriodExpirationDateTime", "serialNumber", "phoneNumber", "androidSecurityPatchLevel", "userDisplayName",
	"wiFiMacAddress", "subscriberCarrier", "meid", "totalStorageSpaceInBytes", "freeStorageSpaceInBytes", "managedDeviceName",
	"partnerReportedThreatState", "requireUserEnrollmentApproval", "managementCertificateExpirationDate", "enrollmentProfileName",
	"deviceActionResults",
}

// autopilotFields leaves out the Windows product key and the password of device accounts.
var autopilotFields = []string{
	"id", "serialNumber", "displayName", "manufacturer", "model", "systemFamily", "skuNumber", "groupTag", "purchaseOrderIdentifier",
	"deploymentProfileAssignmentStatus", "deploymentProfileAssignmentDetailedStatus", "deploymentProfileAssignedDateTime", "enrollmentState",
	"lastContactedDateTime", "userPrincipalName", "addressableUserName", "azureActiveDirectoryDeviceId", "azureAdDeviceId", "managedDeviceId",
	"deviceAccountUpn", "deviceFriendlyName", "remediationState", "remediationStateLastModifiedDateTime", "userlessEnrollmentStatus",
}

// guestFields: how an invitation stands is only told where it is selected.
var guestFields = []string{
	"id", "displayName", "userPrincipalName", "mail", "userType", "externalUserState", "externalUserStateChangeDateTime", "accountEnabled",
	"createdDateTime", "assignedPlans",
}

// Datasets is a table of datasets.
type Datasets []Dataset

// With gives a dataset its puller. A name that is not in the table is a mistake of the wiring and panics.
func (d Datasets) With(name string, p Puller) Datasets {
	i := slices.IndexFunc(d, func(x Dataset) bool { return x.Name == name })
	if i < 0 {
		panic("graphsync: no dataset " + name)
	}
	d = slices.Clone(d)
	d[i].Puller = p
	return d
}

// Get finds a dataset by name.
func (d Datasets) Get(name string) (Dataset, bool) {
	i := slices.IndexFunc(d, func(x Dataset) bool { return x.Name == name })
	if i < 0 {
		return Dataset{}, false
	}
	return d[i], true
}

// names are those of the datasets, in order.
func (d Datasets) names() []string {
	names := make([]string, len(d))
	for i := range d {
		names[i] = d[i].Name
	}
	return names
}

// Label is the name for people; an unknown dataset is its own.
func Label(name string) string {
	if d, ok := Table().Get(name); ok {
		return d.Label
	}
	return name
}
