package graph

// DetectedApp is one version of a program that Intune's inventory found on devices.
type DetectedApp struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Version     string `json:"version"`
	Size        Int    `json:"sizeInByte"`
	Devices     Int    `json:"deviceCount"`
	Publisher   string `json:"publisher"`
	Platform    string `json:"platform"`
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
	ActiveMalware     Int              `json:"windowsActiveMalwareCount"`
	RemediatedMalware Int              `json:"windowsRemediatedMalwareCount"`
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
