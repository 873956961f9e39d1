// Package configuration knows what a tenant lays down for its devices and apps: device configurations, settings catalogue policies,
// administrative templates, compliance policies, update profiles, scripts, the notification templates and assignment filters that go with
// them, app protection policies and app configurations. It holds their settings without secrets and without the text of scripts, their
// history, and compares any two.
//
// How a single device stands with a policy is read with the device. Enrolment rules and connectors live in internal/service, apps in internal/app.
package configuration

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Kind is a family of policies; Graph lists each under a path of its own.
type Kind string

// The kinds. AssignmentFilter, ScopeTag and Notification are no policies, but are read, kept and compared like one.
const (
	Device              Kind = "deviceConfiguration"
	Catalogue           Kind = "settingsCatalog"
	Compliance          Kind = "compliance"
	ComplianceCatalogue Kind = "complianceCatalog" // of the settings catalogue: Linux and what comes after it
	GroupPolicy         Kind = "administrativeTemplate"
	Intent              Kind = "endpointSecurityIntent" // endpoint security and baselines as they were before the settings catalogue
	FeatureUpdate       Kind = "featureUpdateProfile"
	QualityUpdate       Kind = "qualityUpdateProfile"
	DriverUpdate        Kind = "driverUpdateProfile"
	Script              Kind = "powerShellScript"
	ShellScript         Kind = "shellScript"
	Remediation         Kind = "remediation"
	AssignmentFilter    Kind = "assignmentFilter"
	ScopeTag            Kind = "scopeTag" // says which administrators see an object
	Notification        Kind = "notificationTemplate"
	AppProtection       Kind = "appProtection"
	AppConfiguration    Kind = "appConfiguration"
)

// Policies are the kinds that the list of policies shows, OneRead those that are read together; AppPolicies are for apps, each read by
// itself; Kinds are all.
var (
	Policies    = []Kind{Device, Catalogue, GroupPolicy, Intent, Compliance, ComplianceCatalogue, FeatureUpdate, QualityUpdate, DriverUpdate, Script, ShellScript, Remediation}
	OneRead     = append(slices.Clone(Policies), AssignmentFilter, ScopeTag)
	AppPolicies = []Kind{AppProtection, AppConfiguration}
	Kinds       = slices.Concat(OneRead, AppPolicies, []Kind{Notification})
)

// Policy is one policy as the last complete read found it. The zero time means never.
type Policy struct {
	Tenant     tenant.ID
	TenantName string

	Kind         Kind
	ID           string
	Type         string // Graph's, without the namespace
	Platform     string // Windows, iOS, macOS, Android, Linux, several joined by ", "; empty where the type does not tell
	Name         string
	Description  string
	Template     string // what it was made from: "Windows Security Baseline"
	Technologies string // of the settings catalogue; of a notification template its languages, the default first
	Version      int64  // 0: not counted
	Assigned     bool
	Assignments  int         // how many
	Settings     int         // how many are set
	Status       *Status     // of devices
	UserStatus   *Status     // of users, with an app configuration for managed devices; nil where Graph gives none
	Apps         []string    // the apps it is for, as AppKey writes them
	Unlisted     bool        // Graph lists the policy, but neither its apps nor its assignments
	Deployment   *Deployment // of policies for apps; nil where Graph gives none
	CreatedAt    time.Time
	ModifiedAt   time.Time

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Status is how many devices, or users, stand how with a policy, as Intune counts them. Nil where Graph gives no such overview.
type Status struct {
	Succeeded     int64     `json:"succeeded"`
	Pending       int64     `json:"pending"`
	NotApplicable int64     `json:"not_applicable"`
	Errors        int64     `json:"errors"` // the device reports an error
	Failed        int64     `json:"failed"` // the device does not do what the policy asks for
	Conflicts     int64     `json:"conflicts"`
	At            time.Time `json:"at,omitzero"` // when Intune counted; zero: it does not say
}

// Reading is how the last attempt to read a kind ended at a tenant. A kind that failed keeps the rows of the read before.
type Reading struct {
	Tenant   tenant.ID
	Kind     Kind
	TriedAt  time.Time
	ReadAt   time.Time // of the last complete read of the kind; zero: never
	Trouble  string    // kind of failure: permission, licence …; empty: read
	Sentence string    // why it failed, for people
}

// Deployment is how many users a policy for apps has reached, as Intune counts them.
type Deployment struct {
	Users int64      `json:"users"`
	Apps  []AppUsers `json:"apps,omitempty"`
	At    time.Time  `json:"at,omitzero"` // when Intune counted
}

// AppUsers is how many users a policy has reached in one app.
type AppUsers struct {
	ID    string `json:"id"`
	Users int64  `json:"users"`
}

// TargetApp is an app that a policy is for: by the identifier of its platform, or by its id in Intune.
type TargetApp struct {
	ID       string `json:"id"`
	Platform string `json:"platform,omitempty"` // iOS, Android, Windows, macOS; empty: ID is Intune's
}

// Assignment is one target of a policy.
type Assignment struct {
	ID         string `json:"id,omitempty"`
	Target     string `json:"target"` // allDevices, allLicensedUsers, group, exclusionGroup, or Graph's type where it is another
	GroupID    string `json:"group_id,omitempty"`
	FilterID   string `json:"filter_id,omitempty"`
	FilterType string `json:"filter_type,omitempty"` // include, exclude
	Source     string `json:"source,omitempty"`
	Schedule   string `json:"schedule,omitempty"` // of a remediation: how often, and whether it only looks
}

// Action is what a compliance policy does with a device that does not comply.
type Action struct {
	Rule       string   `json:"rule,omitempty"`
	Type       string   `json:"type"` // block, notification, retire, …
	GraceHours int64    `json:"grace_hours"`
	TemplateID string   `json:"template_id,omitempty"` // notification message template; empty: none
	CC         []string `json:"cc,omitempty"`          // group ids
}

// Document is a policy in full at one moment. Settings is Graph's JSON without secrets, with its members in order, so that the same
// policy always makes the same document.
type Document struct {
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Type        string          `json:"type"`
	Version     int64           `json:"version,omitempty"`
	ModifiedAt  time.Time       `json:"modified_at,omitzero"`
	ScopeTags   []string        `json:"scope_tags,omitempty"`
	Settings    json.RawMessage `json:"settings"`
	Apps        []TargetApp     `json:"apps,omitempty"`
	Assignments []Assignment    `json:"assignments,omitempty"`
	Actions     []Action        `json:"actions,omitempty"`
	Unlisted    bool            `json:"unlisted,omitempty"` // as of Policy: then apps and assignments are unknown
}

// Version is what a policy was from At on. Document is nil from when it was gone.
type Version struct {
	Run      int64
	At       time.Time
	Document *Document
}

// Filter chooses policies. Empty fields do not choose; values of one field are alternatives, fields add up.
type Filter struct {
	Q        string // part of name, description, type or template; below three characters the beginning of the name
	Kind     []Kind // none: those of Policies
	Type     []string
	Platform []string
	Assigned *bool
	Target   []string // of any assignment
	App      []string // for any of these apps: AppKeys, or identifiers of any platform
	Group    []string // id of a group that any assignment names
	Narrowed []string // id of an assignment filter that any assignment uses
	Tagged   []string // id of a scope tag
	Status   []string // of StatusFilters
	Tenants  []tenant.ID
	Gone     bool

	Sort  string // one of Sorts; empty: name
	Desc  bool
	After string
	Limit int

	CountMost int64 // List counts no further, and then says that there are more; 0: all
}

// Sorts are the orders that List knows.
var Sorts = []string{"name", "kind", "type", "platform", "modified", "assignments", "errors", "customer"}

// StatusFilters are the values of Filter.Status: policies with devices in that state, or without an overview.
var StatusFilters = []string{"errors", "conflicts", "pending", "unknown"}

// Page is one page of a list.
type Page struct {
	Rows  []Policy
	Next  string
	Count int64
	More  bool // than Count
}
