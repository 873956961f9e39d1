// Package permission is the catalogue of what the portal asks customers for: feature, the Microsoft operations behind it, the least
// permission that opens them, and a sentence for people in six languages.
//
// It plans the smallest set of permissions for the features chosen and judges which features work with what was granted. It reads
// nothing from Microsoft and stores nothing; internal/consent does both. No application permission that can write is in here: the
// machine only reads, people change things with their own delegated token.
package permission

import (
	"cmp"
	"slices"
	"strings"
)

// Kind tells who holds a permission: the program by itself, or the program on behalf of a person who signed in.
type Kind string

const (
	Application Kind = "application" // an app role, used without a person
	Delegated   Kind = "delegated"   // a scope, used only with a signed-in person
)

// Resource is the application id of the Microsoft service that a permission belongs to.
type Resource string

const (
	Graph    Resource = "00000003-0000-0000-c000-000000000000" // Microsoft Graph
	Defender Resource = "8ee8fdad-f234-4243-8f3b-15c294843740" // Microsoft Threat Protection: https://api.security.microsoft.com
)

// Label is the resource's name as Microsoft's pages show it.
func (r Resource) Label() string {
	switch r {
	case Graph:
		return "Microsoft Graph"
	case Defender:
		return "Microsoft Threat Protection"
	case IntuneAPI:
		return "Microsoft Intune API"
	}
	return string(r)
}

// Permission is one name that an administrator can grant. It is comparable; Name is spelt as Microsoft spells it.
type Permission struct {
	Resource Resource
	Kind     Kind
	Name     string
}

// ID is the GUID of the app role or scope in the resource's service principal; empty for names that are not in the catalogue.
func (p Permission) ID() string { return ids[p] }

// Writes tells whether the permission lets its holder change something. Unknown names count as writing unless their form says read.
func (p Permission) Writes() bool {
	if s, ok := PartnerSolutionOf(p); ok {
		return s.Writes
	}
	for part := range strings.SplitSeq(p.Name, ".") {
		switch part {
		case "ReadWrite", "PrivilegedOperations", "Invite", "Create", "Manage", "FullControl", "Send", "AccessAsUser":
			return true
		}
	}
	if slices.Contains(protocolScopes, p.Name) {
		return false
	}
	for part := range strings.SplitSeq(p.Name, ".") {
		if part == "Read" || part == "ReadBasic" {
			return false
		}
	}
	return true
}

// Covers tells whether holding p is enough where want is needed: the same name, or Microsoft's ReadWrite twin of it, of the same kind
// at the same resource. A delegated grant never covers an application permission.
func (p Permission) Covers(want Permission) bool {
	if p == want {
		return true
	}
	return p.Kind == want.Kind && p.Resource == want.Resource && strings.Replace(p.Name, ".ReadWrite.", ".Read.", 1) == want.Name
}

// Compare orders by kind (application first), resource and name.
func (p Permission) Compare(q Permission) int {
	return cmp.Or(cmp.Compare(p.Kind, q.Kind), cmp.Compare(p.Resource, q.Resource), cmp.Compare(p.Name, q.Name))
}

// protocolScopes belong to signing in itself. Entra lists them among the delegated grants; they open no data of the tenant.
var protocolScopes = []string{"openid", "profile", "email", "offline_access"}

// Protocol tells whether the permission only serves signing in: openid, profile, email, offline_access and User.Read.
func (p Permission) Protocol() bool {
	return p.Kind == Delegated && (slices.Contains(protocolScopes, p.Name) || p.Name == "User.Read")
}

func app(name string) Permission      { return Permission{Graph, Application, name} }
func signedIn(name string) Permission { return Permission{Graph, Delegated, name} }
