// Package directoryrole knows who holds a role of a customer's own directory (Microsoft Entra): people, groups and programs, over the
// whole tenant or over a part of it.
//
// A role that somebody may switch on for a time (Privileged Identity Management) is known while it is on. Who is in a group that holds a
// role is internal/group; Intune's own roles are internal/intunerole; roles that the partner holds by GDAP are internal/gdap.
package directoryrole

import (
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Everywhere is the scope of an assignment over the whole tenant (unifiedRoleAssignment, directoryScopeId).
const Everywhere = "/"

// Assignment gives a role to somebody or something, as a complete read found it. The zero time means never.
type Assignment struct {
	ID        string
	Role      string // the template's id where the role is built in, the same in every tenant
	RoleName  string // empty: its definition was not listed
	Principal string // object id
	Type      string // user, group, servicePrincipal, Graph's type where it is another; empty: not told
	Name      string // empty: the portal may not read it
	UPN       string
	Enabled   *bool // nil: not known
	Scope     string
}

// Holding is one role that a person or a program has at a tenant, and by what.
type Holding struct {
	Tenant     tenant.ID
	TenantName string
	Assignment        // of the person or program, also where a group holds the role
	Group      string // the group by which they have it; empty: it is their own
	GroupName  string
	Since      time.Time // when a read found the assignment first
	GoneAt     time.Time // when a read found it no more
}

// Filter chooses holdings. Empty fields do not choose; fields add up.
type Filter struct {
	Roles   []string // ids
	Holders []string // object ids
	Tenants []tenant.ID
	Gone    bool // those that ended, of people and programs by themselves; else those that are
}
