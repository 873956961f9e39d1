package graph

// ManagedDevice is a device as Intune lists it (v1.0). Enum members stay text: Microsoft adds some. Properties that lists never fill
// (MAC of the cable, memory, ICCID, UDID, notes) and secrets (activation lock bypass code, remote assistance URL) are left out.
type ManagedDevice struct {
	ID                    string               `json:"id"`
	UserID                string               `json:"userId"`
	DeviceName            string               `json:"deviceName"`
	OwnerType             string               `json:"managedDeviceOwnerType"`
	ManagementState       string               `json:"managementState"`
	Enrolled              Time                 `json:"enrolledDateTime"`
	LastSync              Time                 `json:"lastSyncDateTime"`
	OS                    string               `json:"operatingSystem"`
	Compliance            string               `json:"complianceState"`
	JailBroken            string               `json:"jailBroken"`
	ManagementAgent       string               `json:"managementAgent"`
	OSVersion             string               `json:"osVersion"`
	EASActivated          bool                 `json:"easActivated"`
	EASDeviceID           string               `json:"easDeviceId"`
	EntraRegistered       *bool                `json:"azureADRegistered"`
	EnrolmentType         string               `json:"deviceEnrollmentType"`
	Email                 string               `json:"emailAddress"`
	EntraDeviceID         string               `json:"azureADDeviceId"`
	Registration          string               `json:"deviceRegistrationState"`
	Category              string               `json:"deviceCategoryDisplayName"`
	Supervised            bool                 `json:"isSupervised"`
	ExchangeSync          Time                 `json:"exchangeLastSuccessfulSyncDateTime"`
	ExchangeAccess        string               `json:"exchangeAccessState"`
	ExchangeReason        string               `json:"exchangeAccessStateReason"`
	Encrypted             bool                 `json:"isEncrypted"`
	UPN                   string               `json:"userPrincipalName"`
	Model                 string               `json:"model"`
	Manufacturer          string               `json:"manufacturer"`
	IMEI                  string               `json:"imei"`
	GraceUntil            Time                 `json:"complianceGracePeriodExpirationDateTime"`
	Serial                string               `json:"serialNumber"`
	Phone                 string               `json:"phoneNumber"`
	PatchLevel            string               `json:"androidSecurityPatchLevel"`
	UserName              string               `json:"userDisplayName"`
	WiFiMAC               string               `json:"wiFiMacAddress"`
	Carrier               string               `json:"subscriberCarrier"`
	MEID                  string               `json:"meid"`
	StorageTotal          Int                  `json:"totalStorageSpaceInBytes"`
	StorageFree           Int                  `json:"freeStorageSpaceInBytes"`
	ManagedName           string               `json:"managedDeviceName"`
	Threat                string               `json:"partnerReportedThreatState"`
	NeedsApproval         *bool                `json:"requireUserEnrollmentApproval"`
	CertificateExpiration Time                 `json:"managementCertificateExpirationDate"`
	Profile               string               `json:"enrollmentProfileName"`
	Actions               []DeviceActionResult `json:"deviceActionResults"`
}

// DeviceActionResult is the outcome of a remote action. Passcodes, unlock PINs and places are not even read.
type DeviceActionResult struct {
	Name      string `json:"actionName"`
	State     string `json:"actionState"`
	Started   Time   `json:"startDateTime"`
	Updated   Time   `json:"lastUpdatedDateTime"`
	ErrorCode Int    `json:"errorCode"`
}

// DeviceCategory is a category that people may put devices into.
type DeviceCategory struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Description string `json:"description"`
}

// MobileApp is an app of any type (beta): the members of all types that tell something, in one.
type MobileApp struct {
	Type             string                `json:"@odata.type"`
	ID               string                `json:"id"`
	DisplayName      string                `json:"displayName"`
	Description      string                `json:"description"`
	Publisher        string                `json:"publisher"`
	Created          Time                  `json:"createdDateTime"`
	Modified         Time                  `json:"lastModifiedDateTime"`
	PublishingState  string                `json:"publishingState"`
	IsAssigned       *bool                 `json:"isAssigned"`
	PrivacyURL       string                `json:"privacyInformationUrl"`
	InformationURL   string                `json:"informationUrl"`
	Owner            string                `json:"owner"`
	Developer        string                `json:"developer"`
	Notes            string                `json:"notes"`
	FileName         string                `json:"fileName"`
	Size             Int                   `json:"size"`
	Version          string                `json:"version"`
	DisplayVersion   string                `json:"displayVersion"`
	VersionName      string                `json:"versionName"`
	VersionNumber    string                `json:"versionNumber"`
	BuildNumber      string                `json:"buildNumber"`
	IdentityVersion  string                `json:"identityVersion"`
	ProductVersion   string                `json:"productVersion"`
	BundleID         string                `json:"bundleId"`
	PrimaryBundleID  string                `json:"primaryBundleId"`
	PackageID        string                `json:"packageId"`
	PackageName      string                `json:"packageIdentifier"`
	ProductCode      string                `json:"productCode"`
	AppStoreURL      string                `json:"appStoreUrl"`
	AppURL           string                `json:"appUrl"`
	InstallCommand   string                `json:"installCommandLine"`
	UninstallCommand string                `json:"uninstallCommandLine"`
	Architectures    Text                  `json:"applicableArchitectures"`
	MinimumWindows   string                `json:"minimumSupportedWindowsRelease"`
	InstallAs        *InstallExperience    `json:"installExperience"`
	MSI              *MSIInformation       `json:"msiInformation"`
	UsedLicences     *Int                  `json:"usedLicenseCount"`
	TotalLicences    *Int                  `json:"totalLicenseCount"`
	Assignments      []MobileAppAssignment `json:"assignments"`
	Categories       []MobileAppCategory   `json:"categories"`
}

// InstallExperience is how a Windows app installs.
type InstallExperience struct {
	RunAs string `json:"runAsAccount"`
}

// MSIInformation is what an MSI says of itself.
type MSIInformation struct {
	ProductCode    string `json:"productCode"`
	ProductVersion string `json:"productVersion"`
}

// MobileAppAssignment is one target of an app.
type MobileAppAssignment struct {
	ID     string           `json:"id"`
	Intent string           `json:"intent"`
	Source string           `json:"source"`
	Target AssignmentTarget `json:"target"`
}

// AssignmentTarget is who a policy or an app is for.
type AssignmentTarget struct {
	Type         string `json:"@odata.type"`
	GroupID      string `json:"groupId"`
	CollectionID string `json:"collectionId"`
	FilterID     string `json:"deviceAndAppManagementAssignmentFilterId"`
	FilterType   string `json:"deviceAndAppManagementAssignmentFilterType"`
}

// MobileAppCategory is a category of apps.
type MobileAppCategory struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// OrganizationInfo is /organization.
type OrganizationInfo struct {
	ID                string           `json:"id"`
	DisplayName       string           `json:"displayName"`
	Country           string           `json:"countryLetterCode"`
	Language          string           `json:"preferredLanguage"`
	TenantType        string           `json:"tenantType"`
	MDMAuthority      string           `json:"mobileDeviceManagementAuthority"`
	Created           Time             `json:"createdDateTime"`
	DirectorySynced   *bool            `json:"onPremisesSyncEnabled"`
	DirectorySyncedAt Time             `json:"onPremisesLastSyncDateTime"`
	TechnicalMails    []string         `json:"technicalNotificationMails"`
	VerifiedDomains   []VerifiedDomain `json:"verifiedDomains"`
}

// VerifiedDomain is a domain as the organization lists it.
type VerifiedDomain struct {
	Name      string `json:"name"`
	IsDefault bool   `json:"isDefault"`
	IsInitial bool   `json:"isInitial"`
}

// Domain is /domains; its id is the name.
type Domain struct {
	ID             string   `json:"id"`
	IsDefault      bool     `json:"isDefault"`
	IsInitial      bool     `json:"isInitial"`
	IsVerified     bool     `json:"isVerified"`
	Authentication string   `json:"authenticationType"`
	Services       []string `json:"supportedServices"`
}

// SubscribedSKU is a licence that the tenant bought.
type SubscribedSKU struct {
	SKUID      string        `json:"skuId"`
	PartNumber string        `json:"skuPartNumber"`
	AppliesTo  string        `json:"appliesTo"`
	Status     string        `json:"capabilityStatus"`
	Consumed   Int           `json:"consumedUnits"`
	Prepaid    PrepaidUnits  `json:"prepaidUnits"`
	Plans      []ServicePlan `json:"servicePlans"`
}

// PrepaidUnits are the units of a licence by state.
type PrepaidUnits struct {
	Enabled   Int `json:"enabled"`
	Suspended Int `json:"suspended"`
	Warning   Int `json:"warning"`
}

// ServicePlan is one service in a licence.
type ServicePlan struct {
	ID     string `json:"servicePlanId"`
	Name   string `json:"servicePlanName"`
	Status string `json:"provisioningStatus"`
}

// ServicePrincipal is an application as it exists in one tenant.
type ServicePrincipal struct {
	ID          string     `json:"id"`
	AppID       string     `json:"appId"`
	DisplayName string     `json:"displayName"`
	Enabled     *bool      `json:"accountEnabled"`
	Type        string     `json:"servicePrincipalType"`
	Tags        []string   `json:"tags"`
	AppRoles    []AppRole  `json:"appRoles"`
	Scopes      []AppScope `json:"oauth2PermissionScopes"`
	AppOwner    string     `json:"appOwnerOrganizationId"`
	Template    string     `json:"applicationTemplateId"` // of the gallery
}

// AppRole is an application permission that a resource offers.
type AppRole struct {
	ID      string `json:"id"`
	Value   string `json:"value"`
	Enabled bool   `json:"isEnabled"`
}

// AppScope is a delegated permission that a resource offers.
type AppScope struct {
	ID      string `json:"id"`
	Value   string `json:"value"`
	Enabled bool   `json:"isEnabled"`
}

// AppRoleAssignment is an application permission that was granted.
type AppRoleAssignment struct {
	ID           string `json:"id"`
	AppRoleID    string `json:"appRoleId"`
	PrincipalID  string `json:"principalId"`
	ResourceID   string `json:"resourceId"`
	ResourceName string `json:"resourceDisplayName"`
	Created      Time   `json:"createdDateTime"`
}

// OAuth2PermissionGrant are delegated permissions that were granted: Scope holds names between blanks, and may begin with one.
type OAuth2PermissionGrant struct {
	ID          string `json:"id"`
	ClientID    string `json:"clientId"`
	ConsentType string `json:"consentType"` // AllPrincipals, Principal
	PrincipalID string `json:"principalId"`
	ResourceID  string `json:"resourceId"`
	Scope       string `json:"scope"`
}
