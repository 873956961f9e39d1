package world

import (
	"slices"
	"time"
)

// Token is a verified access token, as the resource servers need it.
type Token struct {
	TenantID       string   // tid: the tenant signed in to
	ObjectID       string   // oid: the user in that tenant (the home object id through GDAP), or the service principal
	AppID          string   // the client
	AppOnly        bool     // no user
	HomeTenantID   string   // where the user's account lives; the tenant itself for its own people
	UPN            string   // for people
	DisplayName    string   // for people
	Roles          []string // application permissions
	Scopes         []string // delegated permissions
	WIDs           []string // directory role template ids of the user in this tenant
	Delegate       bool     // the user acts through GDAP and has no object in this tenant
	CAE            bool     // the client declared cp1: it understands claims challenges
	Issued         time.Time
	Expires        time.Time
	SessionRevoked bool // the user's sessions were revoked after the token was issued
	Expired        bool // the tokenExpired fault, or time, has run it out
}

// Can says whether the token carries one of the permissions, as a role when app-only and as a scope otherwise.
func (t Token) Can(permissions ...string) bool {
	held := t.Scopes
	if t.AppOnly {
		held = t.Roles
	}
	return slices.ContainsFunc(permissions, func(p string) bool { return slices.Contains(held, p) })
}
