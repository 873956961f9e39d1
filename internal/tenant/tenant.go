// Package tenant knows who may see whom: tenants, the people who sign in, their roles, and the membership that every page gets.
//
// A tenant is keyed by its GUID everywhere; a domain is only a way to find one. Signing in itself lives in internal/entra, sessions
// in internal/session. Nothing here knows HTTP.
package tenant

import (
	"slices"
	"time"
)

// Tenant is one Entra tenant that the portal knows: the partner's home tenant or a customer's.
type Tenant struct {
	ID            ID
	DisplayName   string
	DefaultDomain string
	Domains       []string
	Home          bool
	Country       string // ISO 3166-1 alpha-2, empty when not read
	State         State
	StateSince    time.Time
	StateReadAt   time.Time // when the state was last read from the tenant; zero: never
	Mark          int16     // colour of the tenant, 0 to 11; -1: by hash of the GUID
	CreatedAt     time.Time
}

// Name is the display name, or the domain or GUID where none was read yet.
func (t Tenant) Name() string {
	switch {
	case t.DisplayName != "":
		return t.DisplayName
	case t.DefaultDomain != "":
		return t.DefaultDomain
	}
	return t.ID.String()
}

// State is how far the connection to a tenant has come, as proven by reading the tenant.
type State string

const (
	StateUnconsented State = "unconsented" // known, nothing was granted yet
	StateInvited     State = "invited"     // a consent link is open
	StateDeclined    State = "declined"    // the administrator declined at Microsoft
	StateWaiting     State = "waiting"     // consent came back, the tenant does not confirm it yet
	StatePartial     State = "partial"     // some of the permissions asked for are granted
	StateConnected   State = "connected"   // all permissions asked for are granted
	StateWithdrawn   State = "withdrawn"   // was connected; the grant is gone
	StateSuspended   State = "suspended"   // switched off by an owner
)

// Readable tells whether the sync may read the tenant: consent was proven at least in part.
func (s State) Readable() bool { return s == StateConnected || s == StatePartial }

// States are all states, in the order in which pages list them.
var States = []State{StateConnected, StatePartial, StateWaiting, StateInvited, StateUnconsented, StateDeclined, StateWithdrawn, StateSuspended}

// Role is what a person is to the portal.
type Role string

const (
	RoleOwner         Role = "owner"
	RoleTechnician    Role = "technician"
	RoleSupport       Role = "support"
	RoleCustomerAdmin Role = "customer-administrator"
	RoleCustomerUser  Role = "customer-user"
	RoleStranger      Role = "" // signed in, but nothing to see here
)

// Staff tells whether the role belongs to the partner's people.
func (r Role) Staff() bool { return r == RoleOwner || r == RoleTechnician || r == RoleSupport }

// Ability is one thing that a person may do. Pages ask for abilities, never for roles.
type Ability string

const (
	MayView     Ability = "view"     // read the tenants in one's scope
	MaySync     Ability = "sync"     // ask for a read before its time
	MayConsent  Ability = "consent"  // add tenants, create and revoke consent links
	MayAct      Ability = "act"      // change things in a customer's tenant as oneself
	MayReview   Ability = "review"   // write reviews and notes
	MayKeep     Ability = "keep"     // save views and columns of lists for oneself
	MayShare    Ability = "share"    // share views with the team; tag tenants and group them
	MayStaff    Ability = "staff"    // assign roles and tenants
	MaySettings Ability = "settings" // see and change the portal's settings
)

var abilities = map[Role][]Ability{
	RoleOwner:      {MayView, MaySync, MayConsent, MayAct, MayReview, MayKeep, MayShare, MayStaff, MaySettings},
	RoleTechnician: {MayView, MaySync, MayConsent, MayAct, MayReview, MayKeep, MayShare},
	RoleSupport:    {MayView, MayReview, MayKeep},
}

// May tells whether the role has the ability.
func (r Role) May(a Ability) bool { return slices.Contains(abilities[r], a) }

// Person is someone who signed in. The key is (Tenant, ObjectID), never a name or an address.
type Person struct {
	Tenant         ID     // where the account lives that signed in: the authority's tenant
	ObjectID       string // oid, lower-case GUID
	Name           string
	UPN            string // preferred_username: for show only
	Role           Role
	StaffID        int64 // row of the staff table; 0 for customers
	Guest          bool  // the account is a guest there
	DirectoryAdmin bool  // holds Global Administrator in its tenant by the token's wids
}

// Scope is the set of tenants that a request may read.
type Scope struct {
	All bool
	IDs []ID // where not All; sorted
}

// Only is the scope of exactly these tenants.
func Only(ids ...ID) Scope {
	s := Scope{IDs: slices.Clone(ids)}
	slices.SortFunc(s.IDs, ID.Compare)
	return s
}

// Everything is the scope of every tenant: owners, and the sync that serves all.
func Everything() Scope { return Scope{All: true} }

// Has tells whether the tenant is in the scope.
func (s Scope) Has(id ID) bool {
	return s.All || slices.Contains(s.IDs, id)
}

// PostgresScope is what row-level security enforces for this scope.
func (s Scope) PostgresScope() (all bool, tenants []string) {
	tenants = make([]string, len(s.IDs))
	for i, id := range s.IDs {
		tenants[i] = id.String()
	}
	return s.All, tenants
}

// Membership is what a page gets from the gate: who asks, and which tenants this request may read.
type Membership struct {
	Person Person
	Reach  Scope  // all tenants that the person may see
	Scope  Scope  // those of this request: exactly one below /t/{tenant}, else Reach or those of it that groups and tags choose
	Tenant Tenant // the tenant of the URL; zero on pages over all tenants
}

// One tells whether the request is about one tenant.
func (m Membership) One() bool { return !m.Tenant.ID.IsZero() }

// Narrowed tells whether the request is about some of the tenants only that the person may see, chosen by groups and tags.
func (m Membership) Narrowed() bool {
	return !m.One() && (m.Scope.All != m.Reach.All || !slices.Equal(m.Scope.IDs, m.Reach.IDs))
}

// May tells whether the person has the ability.
func (m Membership) May(a Ability) bool { return m.Person.Role.May(a) }

// Path is a portal path in the membership's scope: "/devices", or "/t/{guid}/devices" inside a tenant.
func (m Membership) Path(p string) string {
	if m.One() {
		return "/t/" + m.Tenant.ID.String() + p
	}
	return p
}
