// Package autopilot knows the machines that Windows Autopilot has registered for a tenant: what an identity is to us, how Graph words
// one, and the tables that hold them with their history.
//
// An identity is hardware. The managed device that it becomes lives in internal/device.
package autopilot

import (
	"time"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Identity is one registered machine as the last complete read found it. Texts are as Intune gave them, unknown enum members included.
// The zero time means never.
type Identity struct {
	Tenant     tenant.ID
	TenantName string

	ID                string // of the identity: neither Intune's nor Entra's device id
	Serial            string
	Name              string // that Autopilot gives the machine; mostly empty
	Manufacturer      string
	Model             string
	SystemFamily      string
	SKU               string
	GroupTag          string
	PurchaseOrder     string
	ProfileStatus     string // one of ProfileStatuses, or newer
	ProfileDetail     string // why the profile was not assigned; none
	ProfileAssignedAt time.Time
	State             string // one of States, or newer
	ContactedAt       time.Time
	UPN               string // who was assigned beforehand
	UserName          string
	EntraDeviceID     string // empty: not in Entra
	ManagedDeviceID   string // empty: no managed device
	DeviceAccount     string // of shared machines such as meeting rooms
	FriendlyName      string
	Remediation       string // what hardware that was changed needs
	RemediationAt     time.Time
	Userless          string // whether enrolment without a person is allowed

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time // zero: still there at the last complete read
}

// States are the states of enrolment (Graph: enrollmentState), what needs a person first.
var States = []string{"failed", "blocked", "pendingReset", "notContacted", "enrolled", "unknown"}

// ProfileStatuses say how the deployment profile stands (Graph beta: windowsAutopilotProfileAssignmentStatus, spelled as Graph does).
var ProfileStatuses = []string{"failed", "notAssigned", "assignedOutOfSync", "pending", "assignedUnkownSyncState", "assignedInSync", "unknown"}

// Filter chooses identities. Empty fields do not choose; values of one field are alternatives, fields add up.
type Filter struct {
	Q             string // part of serial, name or purchase order; below three characters the beginning of the serial
	State         []string
	Profile       []string
	GroupTag      []string
	PurchaseOrder []string
	Model         []string
	UPN           string
	Enrolled      *bool // whether there is a managed device
	Tenants       []tenant.ID
	Gone          bool // those that are gone, instead of those that are there

	Sort  string // one of Sorts; empty: serial
	Desc  bool
	After string // Page.Next of the page before
	Limit int    // rows; 0: 50, at most 500

	CountMost int64 // count no further than this; 0: exactly
}

// Sorts are the orders that List knows.
var Sorts = []string{"serial", "contacted", "state", "profile", "tag", "customer"}

// Page is one page of a list.
type Page struct {
	Rows  []Identity
	Next  string
	Count int64
	More  bool // there are more than Count: Filter.CountMost ended the count
}

// Change is one field that a read found different from the read before. The field "gone" tells that the identity left or came back.
type Change = postgres.Change

// Link is how an identity and a managed device belong together, the surest first.
type Link string

// The links. A serial number proves least: makers use some twice, and a machine may be enrolled again.
const (
	ByManagedDevice Link = "managedDeviceId"
	ByEntraDevice   Link = "azureActiveDirectoryDeviceId"
	BySerial        Link = "serialNumber"
)
