// Package gdap knows the partner's granular delegated admin relationships (GDAP): with which customer, for which directory roles, until
// when, and which groups of the partner hold them.
//
// They are read in the partner's own tenant. Who is in its groups is internal/group; guests in customers are internal/guest.
package gdap

import (
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// The statuses that matter here (delegatedAdminRelationshipStatus); there are more.
const (
	Created  = "created"         // not yet sent to the customer
	Pending  = "approvalPending" // the customer has not answered
	Active   = "active"
	Expiring = "expiring"
	Expired  = "expired"
)

// Statuses are all that Microsoft documents, in the order in which pages list them.
var Statuses = []string{Active, Expiring, Pending, Created, "approved", "activating", "terminationRequested", "terminating", Expired, "terminated"}

// Relationship is one relationship as the last complete read found it. The zero time means never.
type Relationship struct {
	Home         tenant.ID // the partner's tenant, where it was read
	ID           string
	Name         string
	Customer     tenant.ID // zero: a request that nobody has answered
	CustomerName string    // ours where the customer is one of our tenants, else Microsoft's
	Known        bool      // the customer is one of our tenants
	Status       string
	Duration     string // ISO 8601
	AutoExtend   string // ISO 8601
	Roles        []string
	Assignments  []Assignment
	Led          bool // made by Microsoft when it led partners over from the older model
	Effective    bool // of the active ones with this customer the one that ends last
	CreatedAt    time.Time
	ActivatedAt  time.Time
	EndsAt       time.Time

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Assignment gives a group of the partner some of the roles.
type Assignment struct {
	ID     string   `json:"id"`
	Group  string   `json:"group"`
	Status string   `json:"status"`
	Roles  []string `json:"roles"`
}

// Works tells an assignment by which people can act now.
func (a Assignment) Works() bool { return strings.EqualFold(a.Status, "active") }

// Works tells a relationship by which people can act now.
func (r Relationship) Works() bool { return r.Status == Active || r.Status == Expiring }

// Over tells one that has ended since it was read.
func (r Relationship) Over(now time.Time) bool {
	return !r.Extends() && !r.EndsAt.IsZero() && !now.Before(r.EndsAt)
}

// Extends tells a relationship that goes on by itself when it ends.
func (r Relationship) Extends() bool { return extends(r.AutoExtend) }

func extends(duration string) bool { return duration != "" && strings.Trim(duration, "PTDYMHS0") != "" }

// groups are those that hold roles by it now.
func (r Relationship) groups() []string {
	found := []string{}
	for _, a := range r.Assignments {
		if a.Group != "" && a.Works() && !slices.Contains(found, a.Group) {
			found = append(found, a.Group)
		}
	}
	slices.Sort(found)
	return found
}

// Change is one field of a relationship that differed between two reads.
type Change struct {
	At       time.Time
	Field    string // name, status, ends_at, auto_extend, roles, groups, gone
	Old, New string
}

// Filter chooses relationships. Empty fields do not choose; fields add up.
type Filter struct {
	Q       string // part of the name or the customer's
	Status  []string
	Roles   []string // template ids, one of which it has
	Tenants []tenant.ID
	Within  int   // days in which it ends without going on
	Extends *bool // goes on by itself
	Known   *bool // the customer is one of our tenants
	Led     bool  // only those that Microsoft made; else none of them
	Gone    bool
	Now     time.Time // for Within

	Sort  string // one of Sorts; empty: ends
	Desc  bool
	After string
	Limit int
}

// Sorts are the orders that List knows.
var Sorts = []string{"ends", "name", "customer", "status"}

// Page is one page of a list.
type Page struct {
	Rows  []Relationship
	Next  string
	Count int64
}
