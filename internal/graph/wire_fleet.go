package graph

// DetectedApp is one version of a program that Intune's inventory found on devices.
type DetectedApp struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Version     string `json:"version"`
	Size        Int    `json:"sizeInByte"`
	Devices     Count  `json:"deviceCount"`
	Publisher   string `json:"publisher"`
	Platform    string `json:"platform"`
}

// DeviceLog is one collection of a device's diagnostics, a deviceLogCollectionResponse.
type DeviceLog struct {
	ID        string `json:"id"`
	State     string `json:"status"`
	By        string `json:"initiatedByUserPrincipalName"`
	Requested Time   `json:"requestedDateTimeUTC"`
	Received  Time   `json:"receivedDateTimeUTC"`
	Expires   Time   `json:"expirationDateTimeUTC"`
	SizeInKB  Int    `json:"sizeInKB"`
	ErrorCode Int    `json:"errorCode"`
}

// PolicyState is how a device stands with one compliance policy or configuration profile.
type PolicyState struct {
	ID          string         `json:"id"`
	DisplayName string         `json:"displayName"`
	Version     Int            `json:"version"`
	Platform    string         `json:"platformType"`
	State       string         `json:"state"`
	UPN         string         `json:"userPrincipalName"` // beta only
	Settings    []SettingState `json:"settingStates"`
}

// SettingState is how a device stands with one setting.
type SettingState struct {
	Setting      string          `json:"setting"`
	Name         string          `json:"settingName"`
	Instance     string          `json:"instanceDisplayName"`
	State        string          `json:"state"`
	ErrorCode    Int             `json:"errorCode"`
	ErrorText    string          `json:"errorDescription"`
	CurrentValue string          `json:"currentValue"`
	Sources      []SettingSource `json:"sources"`
}

// SettingSource is a policy that asks for a setting.
type SettingSource struct {
	DisplayName string `json:"displayName"`
}

// ProtectedDevice is a managed device with what Defender on it reports. Protection is nil for all but Windows.
type ProtectedDevice struct {
	ID                string           `json:"id"`
	DeviceName        string           `json:"deviceName"`
	ActiveMalware     Count            `json:"windowsActiveMalwareCount"`
	RemediatedMalware Count            `json:"windowsRemediatedMalwareCount"`
	Protection        *ProtectionState `json:"windowsProtectionState"`
}

// ProtectionState is a windowsProtectionState.
type ProtectionState struct {
	MalwareProtection *bool  `json:"malwareProtectionEnabled"`
	RealTime          *bool  `json:"realTimeProtectionEnabled"`
	NetworkInspection *bool  `json:"networkInspectionSystemEnabled"`
	Tamper            *bool  `json:"tamperProtectionEnabled"`
	VirtualMachine    *bool  `json:"isVirtualMachine"`
	QuickScanOverdue  *bool  `json:"quickScanOverdue"`
	FullScanOverdue   *bool  `json:"fullScanOverdue"`
	SignaturesOverdue *bool  `json:"signatureUpdateOverdue"`
	RebootRequired    *bool  `json:"rebootRequired"`
	FullScanRequired  *bool  `json:"fullScanRequired"`
	DeviceState       string `json:"deviceState"`
	ProductStatus     string `json:"productStatus"`
	EngineVersion     string `json:"engineVersion"`
	SignatureVersion  string `json:"signatureVersion"`
	ClientVersion     string `json:"antiMalwareVersion"`
	QuickScan         Time   `json:"lastQuickScanDateTime"`
	FullScan          Time   `json:"lastFullScanDateTime"`
	Reported          Time   `json:"lastReportedDateTime"`
}

// Malware is a windowsMalwareInformation.
type Malware struct {
	ID           string `json:"id"`
	DisplayName  string `json:"displayName"`
	URL          string `json:"additionalInformationUrl"`
	Severity     string `json:"severity"`
	Category     string `json:"category"`
	LastDetected Time   `json:"lastDetectionDateTime"`
}

// Detection is how a malware stands on a device: what malwareStateForWindowsDevice and windowsDeviceMalwareState share.
type Detection struct {
	ThreatState    string `json:"threatState"`
	ExecutionState string `json:"executionState"`
	Count          Int    `json:"detectionCount"`
	First          Time   `json:"initialDetectionDateTime"`
	Changed        Time   `json:"lastStateChangeDateTime"`
}

// InfectedDevice is a malwareStateForWindowsDevice: its id is the device's.
type InfectedDevice struct {
	ID         string `json:"id"`
	DeviceName string `json:"deviceName"`
	Detection
}

// DeviceMalware is a windowsDeviceMalwareState: its id is the malware's.
type DeviceMalware struct {
	Malware
	Detection
}

// AutopilotIdentity is a windowsAutopilotDeviceIdentity (beta, which alone tells how the deployment profile stands). The Windows product
// key and the password of a device account are not even read.
type AutopilotIdentity struct {
	ID                  string `json:"id"`
	Serial              string `json:"serialNumber"`
	DisplayName         string `json:"displayName"`
	Manufacturer        string `json:"manufacturer"`
	Model               string `json:"model"`
	SystemFamily        string `json:"systemFamily"`
	SKU                 string `json:"skuNumber"`
	GroupTag            string `json:"groupTag"`
	PurchaseOrder       string `json:"purchaseOrderIdentifier"`
	ProfileStatus       string `json:"deploymentProfileAssignmentStatus"`
	ProfileDetail       string `json:"deploymentProfileAssignmentDetailedStatus"`
	ProfileAssigned     Time   `json:"deploymentProfileAssignedDateTime"`
	State               string `json:"enrollmentState"`
	LastContacted       Time   `json:"lastContactedDateTime"`
	UPN                 string `json:"userPrincipalName"`
	UserName            string `json:"addressableUserName"`
	EntraDeviceID       string `json:"azureActiveDirectoryDeviceId"`
	AzureADDeviceID     string `json:"azureAdDeviceId"` // the same by an older name
	ManagedDeviceID     string `json:"managedDeviceId"`
	DeviceAccount       string `json:"deviceAccountUpn"`
	FriendlyName        string `json:"deviceFriendlyName"`
	Remediation         string `json:"remediationState"`
	RemediationModified Time   `json:"remediationStateLastModifiedDateTime"`
	Userless            string `json:"userlessEnrollmentStatus"`
}

// DeviceDetail is what Intune fills only where one device is asked for with $select (beta): in lists all of it is null or 0, and the
// results of remote actions may be missing.
type DeviceDetail struct {
	ID           string               `json:"id"`
	EthernetMAC  string               `json:"ethernetMacAddress"`
	ICCID        string               `json:"iccid"`
	UDID         string               `json:"udid"`
	Notes        string               `json:"notes"`
	Memory       Int                  `json:"physicalMemoryInBytes"`
	Architecture string               `json:"processorArchitecture"`
	Chassis      string               `json:"chassisType"`
	JoinType     string               `json:"joinType"`
	Hardware     *HardwareInformation `json:"hardwareInformation"`
	Actions      []DeviceActionResult `json:"deviceActionResults"`
}

// HardwareInformation is what Intune's inventory says of a device's hardware.
type HardwareInformation struct {
	Edition         string `json:"operatingSystemEdition"`
	Language        string `json:"operatingSystemLanguage"`
	Build           string `json:"osBuildNumber"`
	Product         string `json:"productName"`
	Shared          *bool  `json:"isSharedDevice"`
	BIOS            string `json:"systemManagementBIOSVersion"`
	TPMManufacturer string `json:"tpmManufacturer"`
	TPMVersion      string `json:"tpmVersion"`
	TPMSpec         string `json:"tpmSpecificationVersion"`
	Cellular        string `json:"cellularTechnology"`
	ESIM            string `json:"esimIdentifier"`
	DomainName      string `json:"deviceFullQualifiedDomainName"`
	IPv4            string `json:"ipAddressV4"`
	BatteryHealth   Int    `json:"batteryHealthPercentage"`
	BatteryCycles   Int    `json:"batteryChargeCycles"`
	CredentialGuard string `json:"deviceGuardLocalSystemAuthorityCredentialGuardState"`
	VBS             string `json:"deviceGuardVirtualizationBasedSecurityState"`
}
