// Package group knows the groups of a customer's directory that policies, apps and Intune roles are given to: what they are called, and of
// those that hold Intune roles also who is in them.
//
// What is given to a group lives with what is given. Groups of customers, by which staff order their work, are internal/tenantgroup.
package group

import "github.com/tenantry/tenantry/internal/tenant"

// Group is one group as the last complete read found it.
type Group struct {
	Tenant      tenant.ID
	ID          string
	Name        string
	Dynamic     bool // a rule says who is in it
	Gone        bool // something names it, but the directory has it no more
	MembersRead bool // who is in it was read: only of groups that hold Intune roles
	Members     int  // people in it, through groups inside it too
}

// Called is a group in words, of those that were found: its name, or its id with what is known of it.
func Called(found map[Ref]Group, ref Ref) string {
	switch g, ok := found[ref]; {
	case ok && g.Gone:
		return ref.ID + " (deleted)"
	case ok && g.Name != "":
		return g.Name
	}
	return ref.ID
}

// Member is somebody or something in a group.
type Member struct {
	ID      string
	Type    string // user, group, device, servicePrincipal, or Graph's type where it is another
	Name    string // empty: the portal may not read it
	UPN     string
	Enabled *bool // nil: not known
	Direct  bool  // false: only through a group inside
}

// Ref names a group.
type Ref struct {
	Tenant tenant.ID
	ID     string
}

// Read is what one complete read found, of the groups that something names.
type Read struct {
	Groups  []Group
	Members map[string][]Member // by group; a group without an entry was not looked into
}
