package graphsync

import (
	"fmt"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// State is how far what we hold of a dataset can be trusted.
type State string

const (
	Complete State = "complete" // read completely, and recently enough
	Late     State = "late"     // read completely, longer ago than promised
	Partial  State = "partial"  // of several tenants, some are complete
	Never    State = "never"    // not read completely yet
	Failed   State = "failed"   // not read completely yet, and the last attempt failed
)

// Freshness is what a page says about the age of what it shows, for one tenant or over several.
type Freshness struct {
	Dataset string
	State   State
	AsOf    time.Time // of the oldest complete read that is shown; zero: none
	Newest  time.Time // of the newest
	Running bool      // a read is under way
	Rows    int64     // so far, of the reads under way
	Pages   int64

	Tenants int // in the scope
	Read    int // read completely at least once
	Fresh   int // of these, recently enough
	Late    int // of these, too long ago
	Unread  int // never read completely
	Failing int // the last attempt failed, whatever we still hold

	Error Trouble // of one tenant: the last failure, while it lasts
	Next  time.Time

	one tenant.ID
	run int64
}

// Trouble is why a read failed, as far as it may be shown.
type Trouble struct {
	Kind            string // token, permission, licence, role, notfound, throttled, unavailable, badanswer, timeout, internal
	Sentence        string
	At              time.Time
	RequestID       string // Graph's
	ClientRequestID string // ours
	ActivityID      string // Intune's, the one that Microsoft support asks for
	Failures        int    // in a row
	Diagnosis       *Diagnosis
	FailureID       string // of a live reading: where what is behind it is kept; empty: nowhere
}

// Diagnosis is what is behind a failure and who can mend it, as internal/diagnose found when it happened; kept with the failure.
type Diagnosis struct {
	Layer      string   `json:"layer"`
	Cause      string   `json:"cause,omitempty"`      // what exactly, as internal/diagnose names it
	Permission string   `json:"permission,omitempty"` // that it is about, where it is about one
	Verdict    string   `json:"verdict"`
	Who        string   `json:"who"` // nobody, owner, staff, customer, support, unknown
	Remedy     string   `json:"remedy"`
	Useless    string   `json:"useless,omitempty"` // what people try and what would not help
	Confidence string   `json:"confidence"`        // certain, likely, unsure
	Evidence   []string `json:"evidence,omitempty"`
	Proof      string   `json:"proof,omitempty"` // what would show that it is fixed
	Layers     []Layer  `json:"layers,omitempty"`
	Answer     *Answer  `json:"answer,omitempty"`

	Again time.Time `json:"again,omitzero"` // when it has passed by itself, and is tried again at the latest; zero: not known
}

// Layer is one of those that the failed call passed, or did not.
type Layer struct {
	Layer    string    `json:"layer"`
	State    string    `json:"state"` // passed, failed, unknown, unneeded
	Evidence string    `json:"evidence"`
	At       time.Time `json:"at,omitzero"` // of the evidence
}

// Answer is what Microsoft said, word for word: for a page, as text, and never for the log, as it may name people.
type Answer struct {
	Status int    `json:"status,omitempty"` // 0: none came
	Code   string `json:"code,omitempty"`
	AADSTS int    `json:"aadsts,omitempty"`
	Path   string `json:"path,omitempty"`
	Text   string `json:"text,omitempty"`

	Method    string `json:"method,omitempty"`    // GET where empty
	Delegated bool   `json:"delegated,omitempty"` // asked with a person's token
	Inner     string `json:"inner,omitempty"`     // Intune's own code
	Challenge bool   `json:"challenge,omitempty"`
	Approval  bool   `json:"approval,omitempty"`
}

// Brief is the diagnosis without its parts, for lists.
func (d *Diagnosis) Brief() *Diagnosis {
	if d == nil {
		return nil
	}
	b := *d
	b.Layers, b.Answer = nil, nil
	return &b
}

// Snapshot is proof that a dataset of a tenant was read completely. Only a Freshness makes one, so a verdict that takes a Snapshot
// cannot be reached from a read that failed or never was.
type Snapshot struct {
	tid     tenant.ID
	dataset string
	run     int64
	asOf    time.Time
}

// Tenant is whose snapshot it is.
func (s Snapshot) Tenant() tenant.ID { return s.tid }

// Dataset is what was read.
func (s Snapshot) Dataset() string { return s.dataset }

// Run is the number of the complete read.
func (s Snapshot) Run() int64 { return s.run }

// AsOf is when the read was complete.
func (s Snapshot) AsOf() time.Time { return s.asOf }

// Snapshot is the last complete read of one tenant; ok is false where there is none, or where f is about several tenants.
func (f Freshness) Snapshot() (s Snapshot, ok bool) {
	if f.one.IsZero() || f.run == 0 || f.AsOf.IsZero() {
		return Snapshot{}, false
	}
	return Snapshot{tid: f.one, dataset: f.Dataset, run: f.run, asOf: f.AsOf}, true
}

// Sentence says in words how complete the figures over several tenants are, for example "211 of 214 tenants read completely, 2 late,
// 3 not read".
func (f Freshness) Sentence() string {
	switch {
	case f.Tenants == 0:
		return "No connected tenant"
	case f.Tenants == 1 && f.Read == 1:
		return "Read completely"
	case f.Tenants == 1:
		return "Not read yet"
	}
	s := fmt.Sprintf("%d of %d tenants read completely", f.Read, f.Tenants)
	if f.Late > 0 {
		s += fmt.Sprintf(", %d late", f.Late)
	}
	if f.Unread > 0 {
		s += fmt.Sprintf(", %d not read", f.Unread)
	}
	return s
}
