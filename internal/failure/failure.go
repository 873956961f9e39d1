// Package failure keeps what went wrong in front of a person, with what was found behind it, so that each failure has a page of its own
// that a link can lead to without carrying an answer of Microsoft's.
//
// What is behind a failure is found by internal/diagnose, once, when it happens. Reads by schedule keep theirs in internal/graphsync.
package failure

import (
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Where a failure comes from.
const (
	Live    = "live"    // a section that is read while somebody looks; Kind is that of graphsync's live readings
	Consent = "consent" // a reading of the grants, or a return from Microsoft's consent page
	Act     = "act"     // a change that a person asked for
	SignIn  = "sign-in" // a sign-in at the tenant
)

// Kinds of Consent.
const (
	Grants = "grants" // reading the grants
	Return = "return" // a consent that came back without effect
)

// Failure is one thing that failed, as it failed last.
type Failure struct {
	Tenant     tenant.ID
	ID         string
	Source     string
	Kind       string // of what was tried
	Object     string // what it was tried on
	Person     string // who tried; empty: the portal itself
	Back       string // the page where it was tried, of the portal's own; empty: follows from Kind
	FirstAt    time.Time
	At         time.Time
	Times      int
	Problem    string // the sentence that the person was shown
	RequestID  string
	ActivityID string
	Diagnosis  *graphsync.Diagnosis // nil: it was no answer of Microsoft's that is known
	BeforeAt   time.Time            // the failure before this one; zero: this is the first
	Before     *graphsync.Diagnosis
	JudgedAt   time.Time // when Diagnosis was found anew without trying again; zero: at At
	FixedAt    time.Time // when the same succeeded; zero: not since
}
