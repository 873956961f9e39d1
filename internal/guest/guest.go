// Package guest knows the accounts that the partner's people have as guests in customers' directories: whether the invitation was
// redeemed, which directory roles and whether an Intune licence they hold, and when they last signed in there by the portal. In the same
// way it knows which people of customers are guests in the partner's own directory.
//
// Other guests are none of our business: they are neither kept nor counted.
package guest

import (
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Standing is the last stage on the way into a customer that is known to be reached: invited, redeemed, role, licence, proven by a sign-in.
type Standing string

// The standings. What was not read is Unknown, never a stage.
const (
	Invited  Standing = "invited"
	Redeemed Standing = "redeemed"
	Role     Standing = "role"
	Licence  Standing = "licence"
	Proven   Standing = "proven"
	Blocked  Standing = "blocked" // the customer has disabled the account
	Unknown  Standing = "unknown"
)

// Standings are all, in the order in which lists sort them: what needs somebody first.
var Standings = []Standing{Blocked, Unknown, Invited, Redeemed, Role, Licence, Proven}

// Old is how long an invitation may wait, and Idle how long a guest may be without a sign-in, before pages warn.
const (
	Old  = 14 * 24 * time.Hour
	Idle = 90 * 24 * time.Hour
)

// Guest is one guest as the last complete read found it. The zero time means never, or that Microsoft does not say.
type Guest struct {
	Tenant     tenant.ID
	TenantName string
	ID         string // object id in the customer's directory
	Name       string
	UPN        string // in the customer's directory
	Address    string // at home
	Redeemed   *bool  // nil: Microsoft does not say
	RedeemedAt time.Time
	Enabled    *bool
	Roles      []string // template ids, by a group too; meaningless unless RolesRead
	RolesRead  bool
	Intune     *bool // holds a service plan with Intune
	InvitedAt  time.Time
	SignedInAt time.Time // to the portal, at this customer's own authority
	ActiveRead bool      // whether ActiveAt was told: it takes a permission and a licence
	ActiveAt   time.Time // last sign-in anywhere in the tenant, as Microsoft tells; zero: none is told
	RevokedAt  time.Time // the portal deleted the account; a read that no longer finds it makes it gone
	RevokedBy  string
	Standing   Standing

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Waiting tells an invitation that was not redeemed for too long.
func (g Guest) Waiting(now time.Time) bool {
	return g.Standing == Invited && !g.InvitedAt.IsZero() && now.Sub(g.InvitedAt) > Old
}

// Leaving tells an account that was deleted here and not read since; one that was made again later is somebody new.
func (g Guest) Leaving() bool {
	return g.GoneAt.IsZero() && !g.RevokedAt.IsZero() && g.InvitedAt.Before(g.RevokedAt)
}

// UsedAt is the last sign-in that is known: to the portal, or anywhere in the tenant.
func (g Guest) UsedAt() time.Time {
	if g.ActiveAt.After(g.SignedInAt) {
		return g.ActiveAt
	}
	return g.SignedInAt
}

// Idle tells a guest who accepted and was not here for too long, or never as far as Microsoft was asked. Where it was not, and the portal saw
// no sign-in, nothing is known.
func (g Guest) Idle(now time.Time) bool {
	since := g.UsedAt()
	if since.IsZero() && g.ActiveRead {
		since = g.RedeemedAt
	}
	return slices.Contains(accepted, g.Standing) && !since.IsZero() && now.Sub(since) > Idle
}

// accepted are the standings after the invitation was accepted.
var accepted = []Standing{Redeemed, Role, Licence, Proven}

// Change is one field of a guest that differed between two reads.
type Change = postgres.Change

// Filter chooses guests. Empty fields do not choose; fields add up.
type Filter struct {
	Q         string // part of name, address, principal name or object id; below three characters the beginning of the name
	Standings []Standing
	Roles     []string // template ids, one of which it holds
	Tenants   []tenant.ID
	Waiting   bool // invited too long ago and not redeemed
	Idle      bool // signed in once, but not for too long
	Gone      bool
	Home      bool      // customers' people in the partner's own directory, instead of the partner's at customers
	Domains   []string  // of the address at home, one of which it has; nil: any
	Now       time.Time // for Waiting and Idle

	Sort  string // one of Sorts; empty: standing
	Desc  bool
	After string
	Limit int
}

// Sorts are the orders that List knows.
var Sorts = []string{"standing", "name", "invited", "signedIn", "active", "customer"}

// Page is one page of a list.
type Page struct {
	Rows  []Guest
	Next  string
	Count int64
}
