// Package consent is how a customer says yes and how the portal knows it: links for the customer's administrator, the way to Microsoft
// and back, and the grants read back from the tenant with their history.
//
// The return from Microsoft proves nothing, anyone can type it; only reading the tenant with the portal's own token does. What to ask for
// and why is internal/permission's; the pages are web/consent's; tokens and Graph are given as interfaces.
package consent

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Limits of a link and an attempt.
const (
	MaxValid     = 30 * 24 * time.Hour // longest life of a link
	DefaultValid = 7 * 24 * time.Hour
	attemptLife  = time.Hour // from leaving for Microsoft to coming back: sign-in with a second factor, reading, deciding
	maxOpen      = 50        // unfinished attempts of one link; a person needs one or two
	maxText      = 500       // characters of message and contact

	FreshFor = 26 * time.Hour // grants are read every day; an older whole reading is late
)

// retries are the waits before reading the grants again while Microsoft copies them to all its places.
var retries = []time.Duration{5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute}

// Link is a consent link without its secret.
type Link struct {
	ID        int64
	Tenant    tenant.ID
	Features  []permission.Feature
	Language  permission.Lang
	Message   string // from the person who made the link to the customer
	Contact   string // whom the customer may ask
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt time.Time
	RevokedAt *time.Time
	RevokedBy string
	UsedAt    *time.Time
	ClientID  string // the registration that it asks with; "": the first one
}

// LinkState is what a link is good for.
type LinkState string

const (
	LinkOpen    LinkState = "open"
	LinkUsed    LinkState = "used"
	LinkRevoked LinkState = "revoked"
	LinkExpired LinkState = "expired"
)

// State tells what the link is good for at that moment.
func (l Link) State(now time.Time) LinkState {
	switch {
	case l.UsedAt != nil:
		return LinkUsed
	case l.RevokedAt != nil:
		return LinkRevoked
	case !now.Before(l.ExpiresAt):
		return LinkExpired
	}
	return LinkOpen
}

// Result is how an attempt ended.
type Result string

const (
	Connected   Result = "connected"    // all that was asked for is granted, read from the tenant
	Partial     Result = "partial"      // some of it
	Waiting     Result = "waiting"      // the tenant does not show it yet; read again later
	Unproven    Result = "unproven"     // it never showed
	Declined    Result = "declined"     // the administrator said no, at Microsoft or on our page
	NeedsAdmin  Result = "needs-admin"  // whoever signed in may not decide this
	WrongTenant Result = "wrong-tenant" // the administrator was signed in at another tenant
	Refused     Result = "refused"      // Microsoft refused or failed
	Expired     Result = "expired"      // the return came too late
	Revoked     Result = "revoked"      // the link was withdrawn meanwhile
	Used        Result = "used"         // the link or the state was used before
	Unknown     Result = "unknown"      // no attempt of ours has this state
)

// Final tells whether nothing more will happen to the attempt.
func (r Result) Final() bool { return r != Waiting }

// Outcome is what the customer reads after coming back.
type Outcome struct {
	Result   Result
	Tenant   tenant.Tenant // the one that was meant; zero where no attempt is known
	Link     Link
	Language permission.Lang // in which the customer read the landing page; empty where not known
	Other    tenant.ID       // WrongTenant: where they were signed in
	Code     int             // AADSTS number, 0: none
	At       time.Time
	NextTry  *time.Time
	Features []permission.State      // of the link's features, once the grants were read
	Held     []permission.Permission // granted and of use, at the last whole reading
	ReadAt   time.Time               // of that reading
	More     bool                    // Partial: Microsoft has another page to ask, and the link still leads there
	Receipt  string                  // handle of the page that shows this outcome; only when just made
}

// Grants are what one look into a tenant showed of our own program's rights.
type Grants struct {
	Held            []permission.Permission // granted for the whole tenant
	Personal        int                     // delegated grants that hold for one person only
	ApplicationRead bool                    // the application permissions were read to the end
	DelegatedRead   bool                    // the delegated ones were
	AppID           string                  // application (client) id whose grants these are
	Principal       string                  // object id of its service principal in the tenant
}

// Standing is one permission's place in a tenant at a time.
type Standing struct {
	Permission permission.Permission
	Standing   string // granted, missing, surplus
	FirstSeen  time.Time
	LastSeen   time.Time
	GoneAt     *time.Time
}

// The values of Standing.Standing.
const (
	StandingGranted = "granted"
	StandingMissing = "missing"
	StandingSurplus = "surplus"
)

// Held are the permissions that open standings show as granted, of use or not.
func Held(open []Standing) []permission.Permission {
	var held []permission.Permission
	for _, st := range open {
		if st.Standing != StandingMissing {
			held = append(held, st.Permission)
		}
	}
	return held
}

// Reading is one look into the tenant, whole or not.
type Reading struct {
	At              time.Time
	ApplicationRead bool
	DelegatedRead   bool
	State           tenant.State // empty: it proved nothing
	Held            int
	Missing         int
	Surplus         int
	Personal        int
	Problem         string // what kept it from being whole, in words
}

// Whole tells whether the reading saw everything.
func (r Reading) Whole() bool { return r.ApplicationRead && r.DelegatedRead }

// View is everything that a page about one tenant's consent shows.
type View struct {
	Tenant   tenant.Tenant
	Features []permission.Feature // what was asked for and agreed to; empty: nothing yet
	Open     []Standing           // now, by standing, kind and name
	Past     []Standing           // what was and is no more, latest first
	LastAny  *Reading             // the latest look, whole or not
	LastFull *Reading             // the latest whole one: the time of everything above
	Links    []Link               // latest first
	Gaps     []Gap                // when no look was whole, latest first
	Others   []Other              // other registrations of ours that the tenant knows, or may know
	Plan     *Template            // that the plan follows; nil: it is the tenant's own
}

// newSecret is 256 random bits for a URL, and the hash to keep.
func newSecret() (secret string, hash []byte) {
	b := make([]byte, 32)
	rand.Read(b)
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, hashOf(secret)
}

func hashOf(secret string) []byte {
	h := sha256.Sum256([]byte(secret))
	return h[:]
}

// secretForm tells whether s can be one of ours, so that nothing else reaches the database.
func secretForm(s string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == 32
}
