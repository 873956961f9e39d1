package service

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/graph"
)

// Kind is a family of service objects. Each has a path of its own, and a reading of its own.
type Kind string

// The kinds, in the order in which pages list them.
const (
	ApplePush         Kind = "applePushCertificate"
	AppleEnrollment   Kind = "appleEnrollmentToken"
	VPPToken          Kind = "vppToken"
	CloudCA           Kind = "cloudCertificationAuthority"
	Enrollment        Kind = "enrollmentConfiguration"
	Terms             Kind = "termsAndConditions"
	Exchange          Kind = "exchangeConnector"
	NDES              Kind = "ndesConnector"
	ThreatDefense     Kind = "mobileThreatDefenseConnector"
	DevicePartner     Kind = "deviceManagementPartner"
	CompliancePartner Kind = "complianceManagementPartner"
	RemoteAssistance  Kind = "remoteAssistancePartner"
	PartnerSolution   Kind = "partnerSolution" // a role of Intune's own service that a partner's product holds
	Brand             Kind = "intuneBrand"
	BrandingProfile   Kind = "brandingProfile"
	Subscription      Kind = "subscription"
	Delegated         Kind = "delegatedAdminRelationship" // read once, in the partner's tenant: see PutAcrossTenants
)

// spec is one line of the table of kinds: where it is read, and which members of Graph's object mean what. Members that are not named
// here are never kept; that is how secrets (vppToken.token) and pictures stay out.
type spec struct {
	kind       Kind
	path       string // empty: not read at the customer
	version    string
	permission string // one that opens the path, read-only
	single     bool   // one object; 404 or 400 says that it is not set up
	selects    bool   // ask only for what is kept
	lead       int    // default days of warning; 0: does not end

	name     string // members, the first that is not empty counts
	expires  string
	contact  string
	modified string
	state    string
	detail   string // more members; ~ marks those that change by themselves and make no history
	judge    func(state string, o graph.Object) (string, Health)
}

const (
	readServiceConfig = "DeviceManagementServiceConfig.Read.All"
	readConfiguration = "DeviceManagementConfiguration.Read.All"
	readDevices       = "DeviceManagementManagedDevices.Read.All"
	readApps          = "DeviceManagementApps.Read.All"
	readCloudCA       = "DeviceManagementCloudCA.Read.All"
	readApplication   = "Application.Read.All"
)

var partnerHealth = byState(map[string]Health{"enabled": OK, "unavailable": Off, "terminated": Off, "rejected": Bad, "unresponsive": Bad})

var specs = []spec{
	{ // not opened by DeviceManagementServiceConfig.Read.All, although Intune's page groups it there
		kind: ApplePush, path: "/deviceManagement/applePushNotificationCertificate", version: "v1.0", permission: readDevices, single: true, selects: true, lead: 30,
		name: "topicIdentifier", expires: "expirationDateTime", modified: "lastModifiedDateTime",
		detail: "appleIdentifier topicIdentifier certificateSerialNumber certificateUploadStatus certificateUploadFailureReason", judge: judgePush,
	},
	{
		kind: AppleEnrollment, path: "/deviceManagement/depOnboardingSettings", version: "beta", permission: readServiceConfig, lead: 30,
		name: "tokenName appleIdentifier", expires: "tokenExpirationDateTime", contact: "lastSuccessfulSyncDateTime", modified: "lastModifiedDateTime",
		detail: "tokenType appleIdentifier lastSyncErrorCode syncedDeviceCount~ lastSyncTriggeredDateTime~ dataSharingConsentGranted shareTokenWithSchoolDataSyncService", judge: judgeEnrollment,
	},
	{
		kind: VPPToken, path: "/deviceAppManagement/vppTokens", version: "v1.0", permission: readServiceConfig, selects: true, lead: 30,
		name: "organizationName appleId", expires: "expirationDateTime", contact: "lastSyncDateTime", modified: "lastModifiedDateTime", state: "state",
		detail: "appleId vppTokenAccountType countryOrRegion automaticallyUpdateApps lastSyncStatus", judge: judgeVPP,
	},
	{
		kind: CloudCA, path: "/deviceManagement/cloudCertificationAuthority", version: "beta", permission: readCloudCA, lead: 90,
		name: "displayName commonName", expires: "validityEndDateTime", modified: "lastModifiedDateTime", state: "certificationAuthorityStatus",
		detail: "description cloudCertificationAuthorityType subjectName commonName issuerCommonName rootCertificateCommonName organizationName countryName validityStartDateTime validityPeriodInYears " +
			"certificateKeySize cloudCertificationAuthorityHashingAlgorithm keyPlatform serialNumber thumbprint extendedKeyUsages certificateRevocationListUrl ocspResponderUri certificateDownloadUrl versionNumber createdDateTime",
		judge: byState(map[string]Health{"active": OK, "paused": Off, "revoked": Off, "signingpending": Warn, "expired": Bad}),
	},
	{
		kind: Enrollment, path: "/deviceManagement/deviceEnrollmentConfigurations", version: "v1.0", permission: readServiceConfig,
		name: "displayName", modified: "lastModifiedDateTime",
		detail: "description priority version limit createdDateTime " + restrictions("ios", "windows", "windowsMobile", "android", "macOS") +
			" state enhancedBiometricsState pinMinimumLength pinMaximumLength pinExpirationInDays securityDeviceRequired unlockWithBiometricsEnabled remotePassportEnabled" +
			" showInstallationProgress blockDeviceSetupRetryByUser allowDeviceResetOnInstallFailure allowLogCollectionOnInstallFailure allowDeviceUseOnInstallFailure installProgressTimeoutInMinutes customErrorMessage",
	},
	{
		kind: Terms, path: "/deviceManagement/termsAndConditions", version: "v1.0", permission: readServiceConfig,
		name: "displayName title", modified: "lastModifiedDateTime", detail: "title version description acceptanceStatement bodyText createdDateTime",
	},
	{
		kind: Exchange, path: "/deviceManagement/exchangeConnectors", version: "v1.0", permission: readServiceConfig,
		name: "exchangeOrganization serverName connectorServerName", contact: "lastSyncDateTime", state: "status",
		detail: "serverName connectorServerName exchangeConnectorType exchangeAlias primarySmtpAddress version",
		judge:  byState(map[string]Health{"connected": OK, "connectionpending": Warn, "disconnected": Bad, "none": Off}),
	},
	{
		kind: NDES, path: "/deviceManagement/ndesConnectors", version: "beta", permission: readConfiguration,
		name: "displayName machineName", contact: "lastConnectionDateTime", state: "state", detail: "machineName connectorVersion enrolledDateTime",
		judge: byState(map[string]Health{"active": OK, "inactive": Bad, "none": Off}),
	},
	{
		kind: ThreatDefense, path: "/deviceManagement/mobileThreatDefenseConnectors", version: "v1.0", permission: readServiceConfig,
		contact: "lastHeartbeatDateTime", state: "partnerState",
		detail: "partnerUnresponsivenessThresholdInDays androidEnabled iosEnabled windowsEnabled androidDeviceBlockedOnMissingPartnerData iosDeviceBlockedOnMissingPartnerData windowsDeviceBlockedOnMissingPartnerData " +
			"androidMobileApplicationManagementEnabled iosMobileApplicationManagementEnabled partnerUnsupportedOsVersionBlocked allowPartnerToCollectIOSApplicationMetadata allowPartnerToCollectIOSPersonalApplicationMetadata microsoftDefenderForEndpointAttachEnabled",
		judge: byState(map[string]Health{"enabled": OK, "available": Off, "unavailable": Off, "notsetup": Off, "unresponsive": Bad, "error": Bad}),
	},
	{ // one that does not answer is believed until a day that Intune names; from then on the devices it reports are noncompliant
		kind: DevicePartner, path: "/deviceManagement/deviceManagementPartners", version: "v1.0", permission: readServiceConfig, lead: 30,
		name: "displayName", expires: "whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime", contact: "lastHeartbeatDateTime", state: "partnerState",
		detail: "partnerAppType isConfigured singleTenantAppId whenPartnerDevicesWillBeMarkedAsNonCompliantDateTime whenPartnerDevicesWillBeRemovedDateTime", judge: partnerHealth,
	},
	{
		kind: CompliancePartner, path: "/deviceManagement/complianceManagementPartners", version: "v1.0", permission: readServiceConfig,
		name: "displayName", contact: "lastHeartbeatDateTime", state: "partnerState", detail: "macOsOnboarded androidOnboarded iosOnboarded", judge: partnerHealth,
	},
	{
		kind: RemoteAssistance, path: "/deviceManagement/remoteAssistancePartners", version: "v1.0", permission: readServiceConfig,
		name: "displayName", contact: "lastConnectionDateTime", state: "onboardingStatus",
		judge: byState(map[string]Health{"onboarded": OK, "onboarding": Warn, "notonboarded": Off}),
	},
	{ // what approved partners may do at Intune itself, beside Graph; a tenant that does not know the service has none of their products
		kind: PartnerSolution, path: "/servicePrincipals(appId='c161e42e-d4df-4a3d-9b42-e7a3c31f59d4')/appRoleAssignedTo", version: "v1.0", permission: readApplication,
		name: "principalDisplayName", detail: "appRoleId principalId principalType createdDateTime",
	},
	{
		kind: Brand, path: "/deviceManagement/intuneBrand", version: "v1.0", permission: readServiceConfig, single: true,
		name:   "displayName",
		detail: "showLogo showNameNextToLogo showDisplayNameNextToLogo contactITName contactITPhoneNumber contactITEmailAddress contactITNotes privacyUrl onlineSupportSiteUrl onlineSupportSiteName themeColor.r themeColor.g themeColor.b",
	},
	{ // Microsoft opens the profiles with the apps permission, and answers some tenants with 401 all the same
		kind: BrandingProfile, path: "/deviceManagement/intuneBrandingProfiles", version: "beta", permission: readApps, selects: true,
		name: "profileName displayName", modified: "lastModifiedDateTime",
		detail: "displayName profileDescription isDefaultProfile enrollmentAvailability companyPortalBlockedActions isRemoveDeviceDisabled isFactoryResetDisabled disableDeviceCategorySelection disableClientTelemetry " +
			"showAzureADEnterpriseApps showOfficeWebApps contactITName contactITPhoneNumber contactITEmailAddress privacyUrl onlineSupportSiteUrl",
	},
	{
		kind: Subscription, path: "/deviceManagement", version: "v1.0", permission: readServiceConfig, single: true, selects: true,
		state: "subscriptionState", detail: "intuneAccountId",
		judge: byState(map[string]Health{"active": OK, "pending": Warn, "warning": Warn, "disabled": Bad, "deleted": Bad, "blocked": Bad, "lockedout": Bad}),
	},
	{kind: Delegated, permission: "DelegatedAdminRelationship.Read.All", lead: 60, detail: "roles autoExtendDuration endDateTime relationship"},
}

// restrictions are the members of an enrolment restriction for each platform.
func restrictions(platforms ...string) string {
	var all []string
	for _, p := range platforms {
		for _, m := range []string{"platformBlocked", "personalDeviceEnrollmentBlocked", "osMinimumVersion", "osMaximumVersion"} {
			all = append(all, p+"Restriction."+m)
		}
	}
	return strings.Join(all, " ")
}

// Kinds are all kinds, in the order in which pages list them.
func Kinds() []Kind {
	all := make([]Kind, len(specs))
	for i, s := range specs {
		all[i] = s.kind
	}
	return all
}

// Known tells whether there is such a kind.
func (k Kind) Known() bool {
	return slices.ContainsFunc(specs, func(s spec) bool { return s.kind == k })
}

// Ends tells whether items of the kind can end.
func (k Kind) Ends() bool { return specOf(k).lead > 0 }

// Permission is one application permission that opens the kind's path, read-only.
func (k Kind) Permission() string { return specOf(k).permission }

// Members are the names that Detail may hold, in the order in which pages list them.
func (k Kind) Members() []string { return names(specOf(k).detail) }

func specOf(k Kind) spec {
	for _, s := range specs {
		if s.kind == k {
			return s
		}
	}
	return spec{kind: k}
}

func names(list string) []string { return strings.Fields(strings.ReplaceAll(list, "~", "")) }

// quiet are the members that make no history.
func (s spec) quiet() []string {
	var found []string
	for _, f := range strings.Fields(s.detail) {
		if name, ok := strings.CutSuffix(f, "~"); ok {
			found = append(found, name)
		}
	}
	return found
}

// asked is the $select: what is kept and nothing else.
func (s spec) asked() []string {
	if !s.selects {
		return nil
	}
	all := []string{"id"}
	for _, list := range []string{s.name, s.expires, s.contact, s.modified, s.state, s.detail} {
		for _, n := range names(list) {
			n, _, _ = strings.Cut(n, ".")
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	return all
}
