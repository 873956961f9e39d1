package graph

import "github.com/go-json-experiment/json/jsontext"

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

// SynchronizationJob is one provisioning job of a service principal.
type SynchronizationJob struct {
	ID         string             `json:"id"`
	TemplateID string             `json:"templateId"`
	Schedule   SyncSchedule       `json:"schedule"`
	Status     SyncStatus         `json:"status"`
	Settings   []SyncNameAndValue `json:"synchronizationJobSettings"`
}

// SyncSchedule is when a job runs. Interval is ISO 8601 and may exceed what time.Duration holds.
type SyncSchedule struct {
	State      string `json:"state"`
	Interval   string `json:"interval"`
	Expiration Time   `json:"expiration"`
}

// SyncStatus is how a job fares.
type SyncStatus struct {
	Code                string          `json:"code"`
	CompleteFailures    Int             `json:"countSuccessiveCompleteFailures"`
	EscrowsPruned       bool            `json:"escrowsPruned"`
	SteadyFirst         Time            `json:"steadyStateFirstAchievedTime"`
	SteadyLast          Time            `json:"steadyStateLastAchievedTime"`
	TroubleshootingURL  string          `json:"troubleshootingUrl"`
	Quarantine          *SyncQuarantine `json:"quarantine"`
	Progress            []SyncProgress  `json:"progress"`
	Counts              []SyncCount     `json:"synchronizedEntryCountByType"`
	LastExecution       *SyncExecution  `json:"lastExecution"`
	LastSuccess         *SyncExecution  `json:"lastSuccessfulExecution"`
	LastSuccessExported *SyncExecution  `json:"lastSuccessfulExecutionWithExports"`
}

// SyncQuarantine is why a job is held back.
type SyncQuarantine struct {
	Reason       string     `json:"reason"`
	CurrentBegan Time       `json:"currentBegan"`
	NextAttempt  Time       `json:"nextAttempt"`
	SeriesBegan  Time       `json:"seriesBegan"`
	SeriesCount  Int        `json:"seriesCount"`
	Error        *SyncError `json:"error"`
}

// SyncError is what the provisioning service says went wrong; its codes are an open set.
type SyncError struct {
	Code             string `json:"code"`
	Message          string `json:"message"`
	TenantActionable bool   `json:"tenantActionable"`
}

// SyncProgress is how far the current cycle is.
type SyncProgress struct {
	Units     string `json:"units"`
	Completed Int    `json:"completedUnits"`
	Total     Int    `json:"totalUnits"`
	Observed  Time   `json:"progressObservationDateTime"`
}

// SyncCount is the number of entries of a type that are in step.
type SyncCount struct {
	Key   string `json:"key"`
	Value Int    `json:"value"`
}

// SyncNameAndValue is one setting of a job.
type SyncNameAndValue struct {
	Name  string `json:"name"`
	Value Text   `json:"value"`
}

// SyncExecution is one run of a job.
type SyncExecution struct {
	Activity       string     `json:"activityIdentifier"`
	State          string     `json:"state"`
	Began          Time       `json:"timeBegan"`
	Ended          Time       `json:"timeEnded"`
	Entitled       Int        `json:"countEntitled"`
	ToProvision    Int        `json:"countEntitledForProvisioning"`
	Escrowed       Int        `json:"countEscrowed"`
	EscrowedRaw    Int        `json:"countEscrowedRaw"`
	Exported       Int        `json:"countExported"`
	Exports        Int        `json:"countExports"`
	Imported       Int        `json:"countImported"`
	ImportedDeltas Int        `json:"countImportedDeltas"`
	ImportedRefs   Int        `json:"countImportedReferenceDeltas"`
	Error          *SyncError `json:"error"`
}

// ProvisioningObjectSummary is one line of the provisioning log.
type ProvisioningObjectSummary struct {
	ID               string                 `json:"id"`
	Activity         Time                   `json:"activityDateTime"`
	JobID            string                 `json:"jobId"`
	CycleID          string                 `json:"cycleId"`
	ChangeID         string                 `json:"changeId"`
	Action           string                 `json:"provisioningAction"`
	DurationMS       Int                    `json:"durationInMilliseconds"`
	ServicePrincipal ProvisioningPrincipal  `json:"servicePrincipal"`
	InitiatedBy      ProvisioningInitiator  `json:"initiatedBy"`
	Source           ProvisioningSystem     `json:"sourceSystem"`
	Target           ProvisioningSystem     `json:"targetSystem"`
	SourceIdentity   ProvisioningIdentity   `json:"sourceIdentity"`
	TargetIdentity   ProvisioningIdentity   `json:"targetIdentity"`
	Status           ProvisioningStatus     `json:"provisioningStatusInfo"`
	Steps            []ProvisioningStep     `json:"provisioningSteps"`
	Properties       []ProvisioningProperty `json:"modifiedProperties"`
}

// ProvisioningPrincipal is the service principal that an event is about.
type ProvisioningPrincipal struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// ProvisioningInitiator is who or what began an event.
type ProvisioningInitiator struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	Type        string `json:"initiatorType"`
}

// ProvisioningSystem is the source or target of an event.
type ProvisioningSystem struct {
	ID          string         `json:"id"`
	DisplayName string         `json:"displayName"`
	Details     jsontext.Value `json:"details"`
}

// ProvisioningIdentity is an account in the source or the target.
type ProvisioningIdentity struct {
	ID          string          `json:"id"`
	DisplayName string          `json:"displayName"`
	Type        string          `json:"identityType"`
	Details     map[string]Text `json:"details"`
}

// ProvisioningStatus is the outcome of an event.
type ProvisioningStatus struct {
	Status string             `json:"status"`
	Error  *ProvisioningError `json:"errorInformation"`
}

// ProvisioningError is why an event failed.
type ProvisioningError struct {
	Code        string `json:"errorCode"`
	Category    string `json:"errorCategory"`
	Reason      string `json:"reason"`
	Details     Text   `json:"additionalDetails"`
	Recommended string `json:"recommendedAction"`
}

// ProvisioningStep is one step of an event.
type ProvisioningStep struct {
	Name        string          `json:"name"`
	Type        string          `json:"provisioningStepType"`
	Status      string          `json:"status"`
	Description string          `json:"description"`
	Details     map[string]Text `json:"details"`
}

// ProvisioningProperty is one value that an event changed. Values are text; null is told apart from empty.
type ProvisioningProperty struct {
	Name string `json:"displayName"`
	Old  *Text  `json:"oldValue"`
	New  *Text  `json:"newValue"`
}
