// Package service knows Intune's service configuration: certificates, tokens, connectors, partners, enrolment rules, terms, branding and
// the subscription itself, and above all when they end.
//
// One table holds all kinds. Devices, apps and policies have rooms of their own; the calendar that this room keeps tokens for is written
// by the page.
package service

import (
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Health is what Graph's state of an item means, whatever the day.
type Health string

// The healths. None is for what has no state, Off for what nobody has switched on.
const (
	OK      Health = "ok"
	Warn    Health = "warn"
	Bad     Health = "bad"
	Off     Health = "off"
	None    Health = "none"
	Unknown Health = "unknown" // a state that this version of the portal does not know
)

// Standing is how an item stands on a day: its health, or that it ended or ends soon. Only Store computes it.
type Standing string

// The standings beyond the healths. Soon is within the lead time of its kind.
const (
	Ended Standing = "ended"
	Soon  Standing = "soon"
)

// Standings are all of them, the most pressing first.
var Standings = []Standing{Ended, Standing(Bad), Soon, Standing(Warn), Standing(Unknown), Standing(OK), Standing(Off), Standing(None)}

// Item is one object as the last complete read of its kind found it. The zero time means never, of ExpiresAt: it does not end.
type Item struct {
	Tenant     tenant.ID
	TenantName string

	Kind          Kind
	ID            string
	Name          string
	Type          string // Graph's, without the namespace, where a kind has several
	State         string // as Graph says it
	Health        Health
	Standing      Standing
	ExpiresAt     time.Time
	LastContactAt time.Time
	ModifiedAt    time.Time
	Detail        map[string]string // by Graph's name, with dots into objects; times are RFC 3339

	ReadAt time.Time // last complete read of its kind at its tenant
	Failed bool      // the attempt after that was refused or failed

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Change is one field of an item that differed between two reads.
type Change struct {
	At       time.Time
	Run      int64
	Field    string // name, type, state, expires_at, gone, or a member of Detail
	Old, New string
}

// Outcome is how the last attempt to read a kind ended.
type Outcome string

// The outcomes. Unset is an answer too: the tenant has not set this up.
const (
	Read   Outcome = "read"
	Unset  Outcome = "unset"
	Failed Outcome = "failed"
)

// Reading is how far one kind was read at a tenant.
type Reading struct {
	Tenant   tenant.ID
	Kind     Kind
	Outcome  Outcome
	TriedAt  time.Time
	ReadAt   time.Time // zero: never completely
	Items    int64     // held now
	Trouble  string    // kind of failure: permission, licence, throttled …
	Sentence string    // why it failed, for people

	RequestID, ClientRequestID, ActivityID string
}

// Filter chooses items. Empty fields do not choose; values of one field are alternatives, fields add up.
type Filter struct {
	Q       string // part of name, or of what Graph says of it; below three characters the beginning of the name
	Kind    []Kind
	State   []Standing
	Within  int  // ends within so many days, and has not ended; 0: does not choose
	Ended   bool // has ended; an alternative to Within
	Tenants []tenant.ID
	Gone    bool

	Sort  string // one of Sorts; empty: ends
	Desc  bool
	After string
	Limit int
}

// Sorts are the orders that List knows.
var Sorts = []string{"ends", "name", "kind", "contact", "customer"}

// Page is one page of a list.
type Page struct {
	Rows  []Item
	Next  string
	Count int64
	Tally Tally // of all items in the scope, where Count was taken from it; else nil
}

// LeadTimes are the days of warning before an item of a kind ends.
type LeadTimes map[Kind]int

// Of is the days of warning for a kind; a kind without a setting has its default.
func (l LeadTimes) Of(k Kind) int {
	if n, ok := l[k]; ok {
		return n
	}
	return specOf(k).lead
}

// Watch is what standings are judged by: the moment, and the lead times of that moment.
type Watch struct {
	Now  time.Time
	Lead LeadTimes
}
