// Package configuration knows what a tenant lays down for its devices and apps: device configurations, settings catalogue policies,
// compliance policies with the notification templates that these send, app protection policies and app configurations. It holds their
// settings without secrets, their history, and compares any two.
//
// How a single device stands with a policy is not read yet. Enrolment rules and connectors live in internal/service, apps in internal/app.
package configuration

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Kind is a family of policies; Graph lists each under a path of its own.
type Kind string

// The kinds. Notification is no policy, but is read, kept and compared like one.
const (
	Device           Kind = "deviceConfiguration"
	Catalogue        Kind = "settingsCatalog"
	Compliance       Kind = "compliance"
	Notification     Kind = "notificationTemplate"
	AppProtection    Kind = "appProtection"
	AppConfiguration Kind = "appConfiguration"
)

// Policies are the kinds of one complete read of policies; AppPolicies are for apps, each read by itself; Kinds are all.
var (
	Policies    = []Kind{Device, Catalogue, Compliance}
	AppPolicies = []Kind{AppProtection, AppConfiguration}
	Kinds       = slices.Concat(Policies, AppPolicies, []Kind{Notification})
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
	Technologies string
	Version      int64 // 0: not counted
	Assigned     bool
	Assignments  int // how many
	Settings     int // how many are set
	Status       *Status
	Apps         []string    // identifiers of the apps it is for, in lower case
	Unlisted     bool        // Graph lists the policy, but neither its apps nor its assignments
	Deployment   *Deployment // of policies for apps; nil where Graph gives none
	CreatedAt    time.Time
	ModifiedAt   time.Time

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Status is how many devices stand how with a policy, as Intune counts them. Nil where Graph gives no such overview.
type Status struct {
	Succeeded, Pending, NotApplicable int64
	Errors                            int64 // failed or in error
	Conflicts                         int64
	At                                time.Time // when Intune counted
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
}

// Version is what a policy was from At on. Document is nil from when it was gone.
type Version struct {
	Run      int64
	At       time.Time
	Document *Document
}

// Filter chooses policies. Empty fields do not choose; values of one field are alternatives, fields add up.
type Filter struct {
	Q        string // part of name, description, type or template
	Kind     []Kind // none: those of Policies
	Type     []string
	Platform []string
	Assigned *bool
	Target   []string // of any assignment
	App      []string // for any of these apps, by identifier or Intune's id
	Status   []string // of StatusFilters
	Tenants  []tenant.ID
	Gone     bool

	Sort  string // one of Sorts; empty: name
	Desc  bool
	After string
	Limit int
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
}
