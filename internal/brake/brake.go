// Package brake keeps any one account from wiping a fleet. Whatever destroys something on devices (wipe, retire, delete, clean, bulk lock) is
// asked for here before it is sent: it spends a budget per person, customer, hour, day and share of the customer's devices; above that a
// second person approves the frozen set; above that again, the request cools off while the named contacts are told; and while somebody has
// stopped everything, nothing passes.
//
// The contract for a room that acts:
//
//  1. Freeze the set: kind, options in words, and each device by tenant and hardware identity. Show the confirmation with Preview.
//  2. On POST call Ask with the form's nonce. The same form sent again gets the same answer and reserves nothing more. After an approval the
//     same form, sent again by the same person in the same session, is Granted.
//  3. Only on Granted, and for each device right before its act is sent, call Spend. It fails when everything was stopped meanwhile, when the
//     grant has lapsed, and for a device that was spent already: then nothing may be sent.
//  4. Where it is certain that nothing was sent, call Return. An act whose outcome is unknown stays spent.
//
// Time is the database's, and never runs backwards here. It sends nothing itself, and does not know how a device is wiped.
package brake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Kind is what destroys something.
type Kind string

const (
	Wipe   Kind = "wipe"
	Retire Kind = "retire"
	Delete Kind = "delete"
	Clean  Kind = "clean"
	Lock   Kind = "lock" // many devices at once: one device that is locked can be unlocked
)

// Kinds are all kinds.
var Kinds = []Kind{Wipe, Retire, Delete, Clean, Lock}

// Target is one device of a set, with the facts that the confirmation showed.
type Target struct {
	Tenant     tenant.ID
	Hardware   string // the serial, or else IMEI or Entra device id: what outlives the record in Intune
	DeviceID   string // the record's id when the set was frozen
	Name       string
	Owner      string    // who uses it, in words
	LastSyncAt time.Time // zero: never
}

// Set is what is asked for, fixed: sorted, without doubles, and named by its hash.
type Set struct {
	Kind    Kind
	Terms   string // options of the act in words, such as "Keep the enrollment"; part of what is approved
	Targets []Target
	hash    [sha256.Size]byte
}

// MostTargets is the largest set.
const MostTargets = 5000

// maxWords is the longest text that a request keeps, in characters.
const maxWords = 500

// Freeze makes a set. The hash covers kind, terms and each device's tenant and hardware identity, and nothing that may change meanwhile.
func Freeze(kind Kind, terms string, targets []Target) (Set, error) {
	s := Set{Kind: kind, Terms: strings.TrimSpace(terms), Targets: slices.Clone(targets)}
	switch {
	case !slices.Contains(Kinds, kind):
		return Set{}, fmt.Errorf("brake: kind %q: %w", kind, errs.Invalid)
	case len(targets) == 0:
		return Set{}, errs.ShowNext(errs.Invalid, "No device was chosen.", "Go back and choose devices.")
	case len(targets) > MostTargets:
		return Set{}, errs.ShowNext(errs.Invalid, fmt.Sprintf("More than %d devices were chosen.", MostTargets), "Choose fewer at a time.")
	case utf8.RuneCountInString(s.Terms) > maxWords:
		return Set{}, fmt.Errorf("brake: terms of %d bytes: %w", len(terms), errs.Invalid)
	}
	order := func(a, b Target) int {
		return cmp.Or(a.Tenant.Compare(b.Tenant), strings.Compare(a.Hardware, b.Hardware))
	}
	slices.SortFunc(s.Targets, order)
	for i, t := range s.Targets {
		if t.Tenant.IsZero() || strings.TrimSpace(t.Hardware) == "" || len(t.Hardware) > maxWords {
			return Set{}, errs.ShowNext(errs.Invalid, "The device "+t.Name+" has neither a serial number nor another identity of its own.", "Act on it in Intune.")
		}
		if i > 0 && order(s.Targets[i-1], t) == 0 {
			return Set{}, errs.ShowNext(errs.Invalid, "Two records of the set are the same device, "+t.Hardware+".", "Choose one of them.")
		}
	}
	b, err := json.Marshal(append([]string{string(kind), s.Terms}, lines(s.Targets)...))
	s.hash = sha256.Sum256(b)
	return s, err
}

func lines(targets []Target) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		out[i] = t.Tenant.String() + " " + t.Hardware
	}
	return out
}

// Hash is the set's SHA-256 in hex. A form carries it, so that what is confirmed is what was shown.
func (s Set) Hash() string { return hex.EncodeToString(s.hash[:]) }

// Tenants are the customers of the set with the number of their devices.
func (s Set) Tenants() map[tenant.ID]int {
	n := map[tenant.ID]int{}
	for _, t := range s.Targets {
		n[t.Tenant]++
	}
	return n
}

// Session is what is known of the session that somebody acts in. Its times come from the server side, never from a form.
type Session struct {
	ID    string
	Since time.Time // when it began, by the database's clock; a new proof of who somebody is does not change it
	// SignedIn is, by tenant, when the person last proved at that tenant's authority who they are: the claim auth_time of OpenID Connect. A
	// tenant where Microsoft did not say is missing.
	SignedIn map[tenant.ID]time.Time
}

// Request is a destructive act that somebody asks for.
type Request struct {
	Person  tenant.Person // at the partner's own tenant
	Session Session
	Set     Set
	Reason  string
	Nonce   string    // of the form, from NewNonce
	Until   time.Time // until when it may be sent, where it is planned for later; at most 12 hours from when it was asked for. Zero: at once
}

// Outcome is the answer to a request.
type Outcome string

const (
	Granted     Outcome = "granted"
	NeedsSecond Outcome = "second_person" // waits at Path until somebody else approves
	CoolingOff  Outcome = "cool_off"      // as NeedsSecond, but nobody may approve before Until
	Stopped     Outcome = "stopped"
	NeedsSignIn Outcome = "sign_in" // the person must prove anew who they are, at SignInAt
	Refused     Outcome = "refused"
)

// Answer says what may be done, in words too.
type Answer struct {
	Outcome  Outcome
	ID       int64     // of the request that is kept; 0: none is
	Sentence string    // what is decided
	Next     string    // what to do now
	Why      []string  // why a second person is needed
	Until    time.Time // of Granted, NeedsSecond: when it lapses; of CoolingOff: from when somebody may approve
	SignInAt tenant.ID
	Measures []Measure // the budget with this request in it, for the meter of the confirmation
}

// Path is the page of the request.
func (a Answer) Path() string { return Path(a.ID) }

// Path is the page of a request.
func Path(id int64) string { return fmt.Sprintf("/approvals/%d", id) }
