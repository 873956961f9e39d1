// Package intunerole knows Intune's own roles: what each allows, to which groups it is given and over whom, and all that roles can allow.
//
// Directory roles such as Intune Administrator are not among them, and who is in a group is not read: both can do what no role here says.
package intunerole

import (
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Wipe is the resource action of erasing a device.
const Wipe = "Microsoft.Intune_RemoteTasks_Wipe"

// Role is a role definition as the last complete read found it.
type Role struct {
	Tenant     tenant.ID
	TenantName string

	ID          string
	Name        string
	Description string
	BuiltIn     bool
	Allowed     []string // resource actions such as Microsoft.Intune_RemoteTasks_Wipe, less those in Denied; sorted
	Denied      []string // what the role takes away again
	Assignments int      // how many

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Assignment gives a role to groups.
type Assignment struct {
	Tenant     tenant.ID
	TenantName string

	ID          string
	RoleID      string // empty: Graph did not say which
	RoleName    string
	BuiltIn     bool // of the role
	Name        string
	Description string
	Members     []string // ids of groups; who is in them is not read
	Scopes      []string // ids of groups that the role holds for
	ScopeType   string   // resourceScope, allDevices, allLicensedUsers, allDevicesAndLicensedUsers, or empty

	FirstSeenAt time.Time
	ChangedAt   time.Time
}

// Operation is one thing that roles can allow.
type Operation struct {
	ID          string
	Resource    string
	Action      string
	Description string
}

// Change is what a complete read found different.
type Change struct {
	At      time.Time
	Run     int64
	Field   string // name, description, allowed, denied, gone; of an assignment: assignment, assignment.name, assignment.members, assignment.scopes
	Subject string // of an assignment its name
	Old     string // of lists what went, of assignments "given"
	New     string
}

// Filter chooses roles. Empty fields do not choose; fields add up.
type Filter struct {
	Q        string   // part of name or description
	Can      []string // allows one of these actions
	BuiltIn  *bool
	Assigned *bool
	Tenants  []tenant.ID
	Gone     bool

	Sort  string // one of Sorts; empty: name
	Desc  bool
	After string
	Limit int
}

// Sorts are the orders that List knows.
var Sorts = []string{"name", "assignments", "actions", "customer"}

// Page is one page of a list of roles.
type Page struct {
	Rows  []Role
	Next  string
	Count int64
}

// AssignmentFilter chooses assignments.
type AssignmentFilter struct {
	Q       string   // part of the name of the assignment or of its role
	Can     []string // whose role allows one of these actions
	RoleID  string
	Tenants []tenant.ID

	Sort  string // one of AssignmentSorts; empty: name
	Desc  bool
	After string
	Limit int
}

// AssignmentSorts are the orders that Assignments knows.
var AssignmentSorts = []string{"name", "role", "customer"}

// AssignmentPage is one page of a list of assignments.
type AssignmentPage struct {
	Rows  []Assignment
	Next  string
	Count int64
}
