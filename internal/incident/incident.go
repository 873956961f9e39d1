// Package incident is what we know about incidents of Microsoft Defender XDR: the table of those that the portal may read by itself, how they
// and their alerts are read and worked on as a signed-in person, how somebody hunts, and what was seen to change.
//
// Nothing that was read as a person is stored.
package incident

import (
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Incident is one incident with its alerts.
type Incident struct {
	Tenant     tenant.ID
	TenantName string

	ID             string
	Title          string
	Status         string // one of Statuses, or newer
	Severity       string // one of Severities, or newer
	Assigned       string // whom it is assigned to; empty: nobody
	Classification string // one of Classifications, or newer
	Determination  string
	RedirectTo     string // the incident that it was merged into; empty: it was not
	Priority       int64  // 0: not told
	ChangedBy      string
	Resolving      string // what was written when it was resolved
	Tags           []string
	Devices        []string // Entra's ids of the devices in its alerts
	Alerts         []Alert
	Comments       []Comment
	CreatedAt      time.Time
	UpdatedAt      time.Time

	FirstSeenAt time.Time // zero: read as a person, and stored nowhere
	ChangedAt   time.Time
}

// Open tells an incident that somebody still has to look at.
func (i Incident) Open() bool { return i.Status != "resolved" && i.Status != "redirected" }

// Name is the title, or the number where Microsoft gives none.
func (i Incident) Name() string {
	if strings.TrimSpace(i.Title) == "" {
		return "Incident " + i.ID
	}
	return i.Title
}

// Subjects are the devices and accounts in its alerts, which a search finds it by.
func (i Incident) Subjects() (all []Entity) {
	for _, a := range i.Alerts {
		for _, e := range a.Entities {
			if e.Kind == "device" || e.Kind == "user" {
				all = append(all, e)
			}
		}
	}
	return all
}

// Alert is one alert of an incident.
type Alert struct {
	ID          string    `json:"id"`
	Title       string    `json:"title"`
	Status      string    `json:"status"`
	Severity    string    `json:"severity"`
	Category    string    `json:"category"`
	Source      string    `json:"source"`
	Techniques  []string  `json:"techniques,omitempty"` // of MITRE ATT&CK
	Recommended string    `json:"recommended,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	ResolvedAt  time.Time `json:"resolved_at,omitzero"`
	Entities    []Entity  `json:"entities,omitempty"`
}

// Entity is something that an alert is about.
type Entity struct {
	Kind    string `json:"kind"` // device, user, file, process, ip, url, mailbox, …
	Name    string `json:"name"`
	ID      string `json:"id,omitempty"` // Entra's, of a device or a user
	Detail  string `json:"detail,omitempty"`
	Verdict string `json:"verdict,omitempty"`
}

// Comment is what somebody wrote under an incident.
type Comment struct {
	Text string    `json:"text"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
}

// The members of Microsoft's enumerations as lists offer them, what needs a person first (Microsoft Graph, security: incidentStatus,
// alertSeverity, alertClassification).
var (
	Statuses        = []string{"active", "inProgress", "awaitingAction", "resolved", "redirected"}
	Severities      = []string{"high", "medium", "low", "informational", "unknown"}
	Classifications = []string{"unknown", "truePositive", "informationalExpectedActivity", "falsePositive"}
)

// Determinations are what fits each classification that a person can give (Microsoft Defender XDR, manage incidents).
var Determinations = map[string][]string{
	"truePositive":                  {"multiStagedAttack", "maliciousUserActivity", "compromisedAccount", "malware", "phishing", "unwantedSoftware", "other"},
	"informationalExpectedActivity": {"securityTesting", "confirmedActivity", "lineOfBusinessApplication", "other"},
	"falsePositive":                 {"notMalicious", "notEnoughDataToValidate", "other"},
}

// rank orders severities; one that we do not know comes first, because nobody should overlook it.
func rank(severity string) int64 { return int64(slices.Index(Severities, severity)) }

// Filter chooses incidents.
type Filter struct {
	Q        string // part of the title, the number, the person or a device
	Status   []string
	Severity []string
	Assignee string        // a user principal name; "-": nobody
	Open     *bool         // whether somebody still has to look at it
	Within   time.Duration // created no longer ago; 0: any time
	Over     time.Duration // created longer ago; 0: any time
	Device   string        // Entra's id of a device in it
	Tenants  []tenant.ID
	Now      time.Time

	Sort  string // one of Sorts; empty: created
	Desc  bool
	After string
	Limit int
}

// Sorts are the orders a list may have.
var Sorts = []string{"created", "updated", "severity"}

// Page is one page of incidents, in order.
type Page struct {
	Rows  []Incident
	Next  string
	Count int64
}

// Change is one field that changed between two reads.
type Change = postgres.Change
