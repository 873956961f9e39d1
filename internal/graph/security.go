package graph

// SecurityIncident is an incident of Microsoft Defender XDR (v1.0), with its alerts where they were expanded.
type SecurityIncident struct {
	ID             string          `json:"id"`
	Title          string          `json:"displayName"`
	Status         string          `json:"status"`
	Severity       string          `json:"severity"`
	Assigned       string          `json:"assignedTo"`
	Classification string          `json:"classification"`
	Determination  string          `json:"determination"`
	RedirectID     string          `json:"redirectIncidentId"`
	Priority       Int             `json:"priorityScore"`
	ChangedBy      string          `json:"lastModifiedBy"`
	Resolving      string          `json:"resolvingComment"`
	Tags           []string        `json:"customTags"`
	Comments       []AlertComment  `json:"comments"`
	Created        Time            `json:"createdDateTime"`
	Updated        Time            `json:"lastUpdateDateTime"`
	Alerts         []SecurityAlert `json:"alerts"`
}

// AlertComment is what somebody wrote under an incident.
type AlertComment struct {
	Comment string `json:"comment"`
	By      string `json:"createdByDisplayName"`
	Created Time   `json:"createdDateTime"`
}

// SecurityAlert is an alert inside an incident.
type SecurityAlert struct {
	ID          string          `json:"id"`
	Title       string          `json:"title"`
	Status      string          `json:"status"`
	Severity    string          `json:"severity"`
	Category    string          `json:"category"`
	Source      string          `json:"serviceSource"`
	Techniques  []string        `json:"mitreTechniques"`
	Recommended string          `json:"recommendedActions"`
	Created     Time            `json:"createdDateTime"`
	Updated     Time            `json:"lastUpdateDateTime"`
	Resolved    Time            `json:"resolvedDateTime"`
	Evidence    []AlertEvidence `json:"evidence"`

	IncidentID     string         `json:"incidentId"`
	Assigned       string         `json:"assignedTo"`
	Classification string         `json:"classification"`
	Determination  string         `json:"determination"`
	Comments       []AlertComment `json:"comments"`
}

// AlertEvidence is something that an alert is about: the members of all types that name it, in one.
type AlertEvidence struct {
	Type        string       `json:"@odata.type"`
	Verdict     string       `json:"verdict"`
	EntraDevice string       `json:"azureAdDeviceId"`
	DeviceName  string       `json:"deviceDnsName"`
	HostName    string       `json:"hostName"`
	Platform    string       `json:"osPlatform"`
	User        *UserAccount `json:"userAccount"`
	File        *FileDetails `json:"fileDetails"`
	Image       *FileDetails `json:"imageFile"`
	CommandLine string       `json:"processCommandLine"`
	IP          string       `json:"ipAddress"`
	URL         string       `json:"url"`
	Mailbox     string       `json:"primaryAddress"`
	Subject     string       `json:"subject"`
}

// UserAccount is an account in an alert's evidence.
type UserAccount struct {
	UserID string `json:"azureAdUserId"`
	UPN    string `json:"userPrincipalName"`
	Name   string `json:"displayName"`
	Local  string `json:"accountName"`
}

// FileDetails is a file in an alert's evidence.
type FileDetails struct {
	Name string `json:"fileName"`
	Path string `json:"filePath"`
}

// DefenderIncident is an incident as the older API of Defender (api.security.microsoft.com) words it: a numeric id, PascalCase values.
type DefenderIncident struct {
	ID             Int             `json:"incidentId"`
	RedirectID     Int             `json:"redirectIncidentId"`
	Title          string          `json:"incidentName"`
	Status         string          `json:"status"`
	Severity       string          `json:"severity"`
	Assigned       string          `json:"assignedTo"`
	Classification string          `json:"classification"`
	Determination  string          `json:"determination"`
	Tags           []string        `json:"tags"`
	Created        Time            `json:"createdTime"`
	Updated        Time            `json:"lastUpdateTime"`
	Alerts         []DefenderAlert `json:"alerts"`
	Comments       []struct {
		Comment string `json:"comment"`
		By      string `json:"createdBy"`
		Created Time   `json:"createdTime"`
	} `json:"comments"`
}

// DefenderAlert is an alert of that API.
type DefenderAlert struct {
	ID       string `json:"alertId"`
	Title    string `json:"title"`
	Status   string `json:"status"`
	Severity string `json:"severity"`
	Category string `json:"category"`
	Source   string `json:"serviceSource"`
	Created  Time   `json:"creationTime"`
	Updated  Time   `json:"lastUpdatedTime"`
	Resolved Time   `json:"resolvedTime"`
	Devices  []struct {
		Name        string `json:"deviceDnsName"`
		EntraDevice string `json:"aadDeviceId"`
		Platform    string `json:"osPlatform"`
	} `json:"devices"`
	Entities []struct {
		Type   string `json:"entityType"`
		UserID string `json:"aadUserId"`
		UPN    string `json:"userPrincipalName"`
		Local  string `json:"accountName"`
		File   string `json:"fileName"`
		IP     string `json:"ipAddress"`
		URL    string `json:"url"`
	} `json:"entities"`
}

// HuntingResult is what a query of advanced hunting found. Graph writes its names small, Defender's older API with capitals.
type HuntingResult struct {
	Schema  []HuntingColumn `json:"schema,case:ignore"`
	Results []Object        `json:"results,case:ignore"`
}

// HuntingColumn is a column with its type: String, DateTime, Int64, SByte for truth values, …
type HuntingColumn struct {
	Name string `json:"name,case:ignore"`
	Type string `json:"type,case:ignore"`
}
