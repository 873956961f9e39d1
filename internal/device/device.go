// Package device knows managed devices: what a device is to us, how Graph words one, and the tables that hold them with their history.
//
// Acting on a device (retire, wipe, lock …) does not live here, nor does anything that a page says about one.
package device

import (
	"encoding/json"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Device is one managed device as the last complete read found it. Texts are as Intune gave them, unknown enum members included.
// The zero time means that Intune never set it; storage is in bytes.
type Device struct {
	Tenant     tenant.ID
	TenantName string // display name of the customer, or its domain, or its GUID

	ID            string // Intune's device id: neither the Entra device id nor its object id
	Name          string
	Serial        string
	OS            string
	OSVersion     string
	Model         string
	Manufacturer  string
	Compliance    string // compliant, noncompliant, inGracePeriod, conflict, error, configManager, unknown …
	GraceUntil    time.Time
	Ownership     string // company, personal, unknown
	Agent         string // managementAgent
	State         string // managementState
	EnrolledAt    time.Time
	LastSyncAt    time.Time // zero: never checked in
	CheckIn       string    // one of CheckIns, as of the read
	Encrypted     bool
	Supervised    bool
	JailBroken    string
	StorageTotal  int64 // bytes
	StorageFree   int64
	Category      string
	Threat        string // partnerReportedThreatState
	EnrolmentType string
	Profile       string // enrolment profile
	PatchLevel    string // Android security patch level
	ManagedName   string

	UserID   string
	UPN      string
	UserName string
	Email    string
	Phone    string
	Carrier  string
	IMEI     string
	MEID     string
	WiFiMAC  string

	EntraDeviceID   string // empty: Entra does not know the device
	EntraRegistered *bool
	Registration    string
	EASActivated    bool
	EASDeviceID     string
	ExchangeAccess  string
	ExchangeReason  string
	ExchangeSyncAt  time.Time
	CertificateEnds time.Time // management certificate
	NeedsApproval   *bool

	Actions json.RawMessage // []Action; without passcodes, PINs and places

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time // zero: still there at the last complete read
}

// Action is the outcome of a remote action, without anything secret.
type Action struct {
	Name      string    `json:"name"`
	State     string    `json:"state"` // none, pending, canceled, active, done, failed, notSupported
	StartedAt time.Time `json:"started_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	ErrorCode int64     `json:"error_code,omitempty"`
}

// ActionResults reads Actions.
func (d Device) ActionResults() []Action {
	if len(d.Actions) <= len("[]") { // most have none
		return nil
	}
	var a []Action
	_ = json.Unmarshal(d.Actions, &a) // we wrote it; what cannot be read is no action
	return a
}

// Ages of the last check-in when the device was read. Kept with the row, so that a count and the list that it leads to agree.
const (
	CheckInToday  = "today"  // less than 24 hours
	CheckIn7      = "1-7"    // days
	CheckIn30     = "8-30"   //
	CheckIn90     = "31-90"  //
	CheckInOver90 = "over90" //
	CheckInNever  = "never"
)

// CheckIns are all of them, the freshest first.
var CheckIns = []string{CheckInToday, CheckIn7, CheckIn30, CheckIn90, CheckInOver90, CheckInNever}

// checkInAges are what the first of CheckIns end at.
var checkInAges = []time.Duration{24 * time.Hour, 8 * 24 * time.Hour, 31 * 24 * time.Hour, 91 * 24 * time.Hour}

// CheckInOf is the age of a last check-in at a time. A check-in from the future counts as today: clocks differ.
func CheckInOf(last, now time.Time) string {
	if last.IsZero() {
		return CheckInNever
	}
	for i, age := range checkInAges {
		if now.Sub(last) < age {
			return CheckIns[i]
		}
	}
	return CheckInOver90
}

// ComplianceStates are Intune's, the worst first.
var ComplianceStates = []string{"noncompliant", "error", "conflict", "inGracePeriod", "unknown", "configManager", "compliant"}

// Filter chooses devices. Empty fields do not choose; values of one field are alternatives, fields add up.
type Filter struct {
	Q            string // part of name, serial, UPN, user, IMEI, MEID or MAC, or the beginning of an id; below three characters a prefix of name, serial or UPN
	Compliance   []string
	OS           []string
	OSVersion    []string
	Ownership    []string
	CheckIn      []string
	Category     []string
	Model        []string
	Manufacturer []string
	State        []string
	Encrypted    *bool
	UserID       string
	Tenants      []tenant.ID // within the scope
	Gone         bool        // those that are gone, instead of those that are there

	Sort  string // one of Sorts; empty: name
	Desc  bool
	After string // Page.Next of the page before
	Limit int    // rows; 0: 50, at most 500

	still *still // only those that were there at a moment and did not change since in what matters

	CountMost int64 // count no further than this where that takes a walk through the devices; 0: exactly
}

// Sorts are the orders that List knows.
var Sorts = []string{"name", "lastSync", "compliance", "serial", "os", "user", "customer"}

// Page is one page of a list.
type Page struct {
	Rows  []Device
	Next  string // for Filter.After; empty: this was the last page
	Count int64  // all rows that match, on every page
	More  bool   // there are more than Count: Filter.CountMost ended the count

	NamesOnly bool // of a search: no device that matches has the text anywhere but in its name; false: that is not known
}

// Change is one field that changed between two reads.
type Change struct {
	DeviceID   string
	DeviceName string
	At         time.Time
	Run        int64
	Field      string // name of the column, for example compliance
	Old, New   string
}

// Elsewhere is another device with the same serial number.
type Elsewhere struct {
	Tenant     tenant.ID
	TenantName string
	ID, Name   string
	LastSyncAt time.Time
	Gone       bool
}
