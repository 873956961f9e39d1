// Package world holds the state of the simulated Microsoft cloud: tenants, people, the app registration, consent, the clock, the
// faults asked for and the log of requests. The wire lives elsewhere (login, graph, security, partner).
//
// Everything large (devices, apps, provisioning events) is computed from the seed, the tenant's index and the object's index, so
// that a million devices cost no memory; only what somebody changed is kept.
package world

import (
	"slices"
	"sync"
	"time"
)

// World is one simulated cloud. Its lock guards everything below it that can change; readers take View, writers Change.
type World struct {
	Seed   uint64
	App    App    // the partner's registration that asks for everything
	Narrow []*App // its other ones, which ask for less
	Clock  *Clock
	Faults *Faults
	Log    *Log

	mu       sync.RWMutex
	tenants  []*Tenant          // the home tenant first
	byID     map[string]*Tenant // by lower-case GUID
	byDomain map[string]*Tenant // by lower-case verified domain
	gdap     []*Relationship    // delegated admin relationships of the home tenant
	anchor   time.Time          // see Anchor
}

// App is a multi-tenant app registration of the partner's in the home tenant.
type App struct {
	ClientID      string // GUID
	ObjectID      string
	DisplayName   string
	ClientSecret  string
	RedirectURIs  []string
	APIScope      string   // scope of the app's own API, for on-behalf-of: api://{clientID}/access_as_user
	RequiredRoles []string // application permissions of Microsoft Graph in requiredResourceAccess (what /.default asks for)
	RequiredScope []string // delegated permissions in requiredResourceAccess
	Certificate   Certificate
	LogoutURL     string   // front-channel logout address; empty where none is registered
	Claims        []string // optional claims of ID tokens: acct, auth_time, login_hint, sid, wids
}

// Certificate is the registered key credential.
type Certificate struct{ CertificatePEM, PrivateKeyPEM string }

// Tenant is one Entra tenant.
type Tenant struct {
	Index       int    // position in the world; with the seed it determines all computed objects
	ID          string // lower-case GUID
	DisplayName string
	Home        bool
	Domains     []string // verified; the first is the default, one is *.onmicrosoft.com
	Country     string   // ISO 3166-1 alpha-2
	Language    string   // BCP 47
	Industry    string
	Region      string // tenant_region_scope
	Devices     int    // managed devices
	Prefix      string // device name prefix, for example NWT
	Intune      bool   // an Intune licence is held
	Health      Health
	Suspended   bool
	Defender    bool     // onboarded to Microsoft Defender XDR
	Premium     int      // Entra ID P1 or P2; 0 for none
	SKUs        []string // skuPartNumber of the subscriptions held
	Created     time.Time
	Consent     Consent // how the partner app's consent stands

	Removed           int      // accounts that were deleted: who is invited again gets a new object id
	Groups            []*Group // security groups by name
	Taken             []Taken  // applications that somebody took from the gallery
	TakenEver         int
	Provisioning      map[string]Provisioning      // what was changed, by the object id of the service principal
	Handled           map[int]Handled              // what people did to managed devices, by their index
	Triage            map[string]Triage            // what people did to incidents and alerts, by their id
	Users             []*User                      // people and guests who can sign in or be looked at by name
	ServicePrincipals map[string]*ServicePrincipal // by appId; holds the partner app once it is consented
}

// Health shapes the computed fleet.
type Health struct {
	NonCompliant, Stale, Duplicate, Odd float64 // shares of devices, 0 to 1
	Quarantined                         int     // provisioning jobs in quarantine
}

// User is one user object in its tenant. A guest has UserType Guest and its home in HomeTenantID.
type User struct {
	ID                string // object id in this tenant
	UserPrincipalName string // guests: x_home.com#EXT#@tenant.onmicrosoft.com
	SignInName        string // what the person types to sign in; differs from the UPN for guests
	DisplayName       string
	Mail              string
	Password          string
	AccountEnabled    bool
	UserType          string // Member or Guest
	HomeTenantID      string // the tenant itself, or a guest's home
	ExternalUserState string // "", PendingAcceptance or Accepted
	ExternalChanged   time.Time
	Roles             []string // display names of directory roles: "Global Administrator", "Intune Administrator", …
	Licences          []string // skuPartNumber
	UsageLocation     string   // ISO 3166-1 alpha-2; without it no licence can be given. Empty for a guest until somebody sets it
	JobTitle          string
	Department        string
	Language          string
	Created           time.Time
	SignedIn          time.Time // last, as signInActivity tells; zero: never
	VisibleFrom       time.Time // until then the directory does not find the account, though it was made
	InviteRedirectURL string    // where a guest goes after accepting
	SessionsValidFrom time.Time // refresh tokens and sessions from before it are refused
}

// Guest says whether the user's account lives in another tenant.
func (u *User) Guest() bool { return u.ExternalUserState != "" }

// Has says whether the user holds one of the directory roles, by display name.
func (u *User) Has(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(u.Roles, r) })
}

// RolesOf are the directory roles that a user of the tenant holds, by a group too. The caller holds View or Change.
func (t *Tenant) RolesOf(u *User) []string {
	held := slices.Clone(u.Roles)
	for _, g := range t.Groups {
		if slices.Contains(g.Members, u.ID) {
			held = append(held, g.Roles...)
		}
	}
	return held
}

// Group is a security group of a tenant.
type Group struct {
	ID          string
	DisplayName string
	Members     []string // user object ids
	Inside      []string // ids of groups that are members
	Roles       []string // display names of directory roles; only a group that is assignable to roles has some, and none is inside it
}

// Consent is how the partner app's consent stands in a tenant.
type Consent string

const (
	ConsentNone      Consent = "none"      // never asked
	ConsentFull      Consent = "full"      // everything in requiredResourceAccess
	ConsentPartly    Consent = "partly"    // some of it
	ConsentDeclined  Consent = "declined"  // asked and refused
	ConsentWithdrawn Consent = "withdrawn" // granted once, then the app was removed
)

// ServicePrincipal is an application as a tenant knows it.
type ServicePrincipal struct {
	ID             string // object id in this tenant
	AppID          string
	DisplayName    string
	AccountEnabled bool
	Created        time.Time
	Roles          map[string]time.Time // application permissions granted on Microsoft Graph, by value, with the time
	Grants         []*PermissionGrant   // delegated grants
}

// PermissionGrant is one oauth2PermissionGrant.
type PermissionGrant struct {
	ID          string
	ConsentType string // AllPrincipals or Principal
	PrincipalID string
	Resource    string // resource appId
	Scopes      []string
	Created     time.Time
}
