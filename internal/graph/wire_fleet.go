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
