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
