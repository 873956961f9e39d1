// Package provisioning knows the accounts that Entra provisions into other applications: which service principals have
// synchronization jobs, how those fare, and the provisioning log.
//
// Acts sets provisioning up and steers jobs as the signed-in person; Planner does so at several customers. Credentials pass through to Microsoft
// and are kept nowhere.
package provisioning

import (
	"encoding/json"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Health sorts jobs, the worst first.
type Health int16

const (
	Quarantined Health = 0 // in quarantine
	Troubled    Health = 1 // runs, but the last execution failed or had failing entries
	Idle        Health = 2 // paused, disabled, or never set up
	Fine        Health = 3
)

// Healths are all of them, by the name that filters carry.
var Healths = map[string]Health{"quarantine": Quarantined, "trouble": Troubled, "idle": Idle, "fine": Fine}

// String is the name that filters carry.
func (h Health) String() string {
	for name, x := range Healths {
		if x == h {
			return name
		}
	}
	return "unknown"
}

// Job is a synchronization job as the last complete read found it. The zero time means never.
type Job struct {
	Tenant     tenant.ID
	TenantName string
	SPID       string // object id of the service principal
	AppName    string
	AppID      string
	AppEnabled bool

	ID         string
	Template   string
	Code       string // NotConfigured, NotRun, Active, Paused, Quarantine
	Health     Health
	Schedule   string // Active, Disabled, Paused
	Every      string // ISO 8601 duration as Graph gives it
	ExpiresAt  time.Time
	Quarantine Quarantine
	Failures   int64 // complete failures in a row

	EscrowsPruned bool
	Escrowed      int64 // entries set aside by the last execution
	SteadyFirstAt time.Time
	SteadyLastAt  time.Time
	LastState     string // Succeeded, Failed, EntryLevelErrors; empty: never ran
	LastBeganAt   time.Time
	LastEndedAt   time.Time
	LastErrorCode string
	LastError     string
	Last          *Execution
	LastSuccess   *Execution
	LastExport    *Execution // the last success that wrote something
	Progress      []Progress
	Counts        []Count
	Settings      []Setting

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Quarantine is why and since when Entra holds a job back; the zero value means that it does not.
type Quarantine struct {
	Reason      string
	Since       time.Time
	SeriesSince time.Time
	NextAttempt time.Time
	Count       int64 // quarantines in this series
	Code        string
	Message     string
}

// Execution is one run of a job.
type Execution struct {
	Activity        string    `json:"activity,omitempty"`
	State           string    `json:"state,omitempty"`
	BeganAt         time.Time `json:"began,omitzero"`
	EndedAt         time.Time `json:"ended,omitzero"`
	Entitled        int64     `json:"entitled"`
	ToProvision     int64     `json:"to_provision"`
	Escrowed        int64     `json:"escrowed"`
	Exported        int64     `json:"exported"`
	Exports         int64     `json:"exports"`
	Imported        int64     `json:"imported"`
	ImportedDeltas  int64     `json:"imported_deltas"`
	ErrorCode       string    `json:"error_code,omitempty"`
	Error           string    `json:"error,omitempty"`
	ErrorIsTenants  bool      `json:"error_is_tenants,omitempty"` // the tenant can do something about it
	ImportedRefs    int64     `json:"imported_refs,omitempty"`
	EscrowedRaw     int64     `json:"escrowed_raw,omitempty"`
	Troubleshooting string    `json:"troubleshooting,omitempty"`
}

// Progress is how far the cycle under way has come.
type Progress struct {
	Units     string    `json:"units"`
	Completed int64     `json:"completed"`
	Total     int64     `json:"total"`
	At        time.Time `json:"at,omitzero"`
}

// Count is the number of entries of a type that are in step.
type Count struct {
	Type  string `json:"type"`
	Count int64  `json:"count"`
}

// Setting is one setting of a job, as text.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// JobFilter chooses jobs.
type JobFilter struct {
	Q       string // part of application, template or customer
	Health  []Health
	Code    []string
	SPID    string
	Tenants []tenant.ID

	Sort  string // one of JobSorts; empty: worst
	Desc  bool
	After string
	Limit int
}

// JobSorts are the orders that ListJobs knows.
var JobSorts = []string{"worst", "name", "lastRun", "customer"}

// JobPage is one page of jobs.
type JobPage struct {
	Rows  []Job
	Next  string
	Count int64
}

// Application is a service principal that has jobs.
type Application struct {
	ID, AppID, Name string
	Enabled         bool
	Jobs            int64
}

// Event is one line of the provisioning log.
type Event struct {
	Tenant        tenant.ID
	TenantName    string
	ID            string
	At            time.Time
	JobID         string
	CycleID       string
	ChangeID      string
	SPID          string
	SPName        string
	Action        string // create, update, delete, disable, stagedDelete, other
	Status        string // success, failure, skipped, warning
	ErrorCode     string
	ErrorCategory string
	Reason        string
	Recommended   string
	Duration      time.Duration
	SourceSystem  string
	TargetSystem  string
	SourceID      string
	SourceName    string
	SourceType    string
	SourceUPN     string
	TargetID      string
	TargetName    string
	TargetType    string
	InitiatedBy   string
	InitiatorType string
	StepsJSON     json.RawMessage
	ChangesJSON   json.RawMessage
	ReadAt        time.Time
}

// Step is one step of an event: import, scoping, matching, processing, referenceResolution, export.
type Step struct {
	Name        string            `json:"name"`
	Type        string            `json:"type"`
	Status      string            `json:"status"`
	Description string            `json:"description"`
	Details     map[string]string `json:"details,omitempty"`
}

// Property is one value that an event changed.
type Property struct {
	Name string  `json:"name"`
	Old  *string `json:"old"`
	New  *string `json:"new"`
}

// Steps reads the steps.
func (e Event) Steps() []Step {
	var s []Step
	_ = json.Unmarshal(e.StepsJSON, &s) // we wrote it
	return s
}

// Properties reads the values that the event changed.
func (e Event) Properties() []Property {
	var p []Property
	_ = json.Unmarshal(e.ChangesJSON, &p) // we wrote it
	return p
}

// EventFilter chooses lines of the provisioning log.
type EventFilter struct {
	Q         string // part of person, identifier, application or reason
	Status    []string
	Action    []string
	SPID      string
	JobID     string
	ErrorCode []string
	Person    string // exact UPN, object id or display name of the source
	Since     time.Time
	Until     time.Time
	Tenants   []tenant.ID

	After     string
	Limit     int
	CountMost int64 // count no further than this where counting takes a walk; 0: exactly. What a search finds is counted to 100
	Oldest    bool  // the oldest first, instead of the newest
}

// EventPage is one page of the log.
type EventPage struct {
	Rows  []Event
	Next  string
	Count int64
	More  bool // there are more than Count
	SoFar bool // a search looked at a part of the log only, and Next goes on from there: Rows may be few or none, and Count is of that part
}
