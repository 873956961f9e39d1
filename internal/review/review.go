// Package review keeps the reviews that the partner's staff make of a tenant: what they decided about findings, when the next one is due, and
// what was known when one was signed off.
//
// It gathers no findings: they come from what other rooms know, and the page puts them together. Nothing of it changes a customer's tenant.
package review

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Severity sorts findings, the worst first.
type Severity string

const (
	Bad     Severity = "bad"     // blocks or harms now
	Warn    Severity = "warn"    // will, or may
	Unknown Severity = "unknown" // nobody can say, because it was not read
)

// Finding is one thing that a review has to look at, as it was known at a time. Key names it as long as it lasts.
type Finding struct {
	Key      string     `json:"key"`
	Kind     string     `json:"kind"` // words for it are the page's
	Severity Severity   `json:"severity"`
	Count    int64      `json:"count"`
	What     string     `json:"what,omitempty"` // a name of Microsoft's or the customer's own: of an application, a service, a dataset
	Since    *time.Time `json:"since"`
	ReadAt   *time.Time `json:"read_at"` // when what it rests on was read; null: never
	URL      string     `json:"url"`     // where the evidence is
}

// Mark is what staff decided about a finding.
type Mark struct {
	Key    string
	State  string // Accepted or Handed
	Until  time.Time
	Why    string
	Holder string
	At     time.Time
	By     string
}

// The states of a mark.
const (
	Accepted = "accepted"
	Handed   = "handed"
)

// Holds tells whether the mark still says something on that day: an acceptance ends, a handing over does not.
func (m Mark) Holds(now time.Time) bool {
	return m.State == Handed || m.State == Accepted && now.Before(m.Until.AddDate(0, 0, 1))
}

// Note is what somebody wrote about a finding, or with an empty Key about the review.
type Note struct {
	Key  string    `json:"key"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
}

// Plan is when the next review is due, and who has it.
type Plan struct {
	NextOn    time.Time // zero: no day is set
	Holder    string
	ChangedAt time.Time
	ChangedBy string
}

// Snapshot is what was known when a review was signed off.
type Snapshot struct {
	Tenant   string         `json:"tenant"`
	Partner  string         `json:"partner"`
	Since    *time.Time     `json:"previous_review"`
	Devices  *int64         `json:"devices"` // null: never read
	ReadAt   *time.Time     `json:"devices_read_at"`
	Findings []Kept         `json:"findings"`
	Notes    []Note         `json:"notes"`
	Next     string         `json:"next_review"` // YYYY-MM-DD; empty: not set
	Read     map[string]any `json:"read"`        // dataset to the time of its last complete read; null: never
}

// Kept is a finding in a snapshot with what was decided about it.
type Kept struct {
	Finding
	State  string `json:"state"` // open, accepted, handed
	Until  string `json:"until,omitempty"`
	Why    string `json:"why,omitempty"`
	Holder string `json:"holder,omitempty"`
}

// Review is one that was signed off.
type Review struct {
	Tenant   tenant.ID
	Number   int
	At       time.Time
	By       string
	Language string
	Snapshot Snapshot
	Hash     []byte
}

// Standing is how a tenant stands with its reviews, for the list over all.
type Standing struct {
	Tenant tenant.ID
	Plan   Plan
	Last   time.Time // zero: never reviewed
	LastBy string
	Number int
}

// seal is the snapshot as it is kept, with its hash.
func (s Snapshot) seal() (text []byte, hash []byte, err error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, nil, fmt.Errorf("snapshot of a review: %w", err)
	}
	hash, err = sum(b)
	return b, hash, err
}

func sum(text []byte) ([]byte, error) {
	v := jsontext.Value(append([]byte(nil), text...))
	if err := v.Canonicalize(); err != nil {
		return nil, fmt.Errorf("snapshot of a review: %w", err)
	}
	h := sha256.Sum256(v)
	return h[:], nil
}

func open(text []byte) (s Snapshot, err error) {
	err = jsonv2.Unmarshal(text, &s)
	return s, err
}
