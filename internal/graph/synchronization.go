package graph

// ApplicationTemplate is an application of Microsoft's gallery.
type ApplicationTemplate struct {
	ID          string   `json:"id"`
	DisplayName string   `json:"displayName"`
	Publisher   string   `json:"publisher"`
	Description string   `json:"description"`
	Categories  []string `json:"categories"`
	Provisions  []string `json:"supportedProvisioningTypes"` // "sync": provisioning is automatic
	SignOn      []string `json:"supportedSingleSignOnModes"`
}

// ApplicationServicePrincipal is what was made of a template.
type ApplicationServicePrincipal struct {
	Application struct {
		ID    string `json:"id"`
		AppID string `json:"appId"`
	} `json:"application"`
	ServicePrincipal struct {
		ID string `json:"id"`
	} `json:"servicePrincipal"`
}

// SynchronizationTemplate is what a job can be made from.
type SynchronizationTemplate struct {
	ID          string    `json:"id"`
	Description string    `json:"description"`
	Default     bool      `json:"default"`
	Metadata    []SyncKey `json:"metadata"`
}

// SyncKey is one piece of metadata of a template, as text.
type SyncKey struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// SynchronizationSchema is how a job maps accounts, as far as asking for one account needs it.
type SynchronizationSchema struct {
	Rules []SyncRule `json:"synchronizationRules"`
}

// SyncRule is one rule of a schema.
type SyncRule struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Objects []struct {
		Enabled bool   `json:"enabled"`
		Source  string `json:"sourceObjectName"`
	} `json:"objectMappings"`
}

// TextPair is an answer of two texts, each of them JSON.
type TextPair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}
