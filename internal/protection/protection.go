// Package protection knows what Microsoft Defender on Windows devices reports to Intune, and the malware that was found.
//
// Devices themselves live in internal/device; incidents of Defender XDR do not live here.
package protection

import (
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Device is a Windows device as Defender on it reported last. The zero time means never; nil means not said.
type Device struct {
	Tenant     tenant.ID
	TenantName string

	ID                string // of the managed device
	Name              string
	State             string   // windowsDeviceHealthState: clean, rebootPending, critical, …; flags joined by commas
	ProductStatus     string   // windowsDefenderProductStatus, likewise
	Problems          []string // of Problems, in that order
	MalwareProtection *bool
	RealTime          *bool
	NetworkInspection *bool
	Tamper            *bool
	VirtualMachine    *bool
	EngineVersion     string
	SignatureVersion  string
	ClientVersion     string
	QuickScanAt       time.Time
	FullScanAt        time.Time
	ActiveMalware     *int64
	RemediatedMalware *int64
	ReportedAt        time.Time
}

// Problems are what needs a person, the worst first.
var Problems = []string{"malwareActive", "critical", "protectionOff", "realTimeOff", "tamperOff", "signaturesOld", "manualSteps", "fullScanRequired", "rebootRequired", "quickScanOverdue", "fullScanOverdue"}

// Urgent are the problems that leave a device open.
var Urgent = Problems[:6]

// Malware is an entry of Microsoft's encyclopaedia that was found in a tenant.
type Malware struct {
	Tenant     tenant.ID
	TenantName string

	ID         string
	Name       string
	Severity   string // unknown, low, moderate, high, severe
	Category   string
	URL        string
	DetectedAt time.Time // last

	FirstSeenAt time.Time // by a reading
	GoneAt      time.Time // when a complete reading did not list it any more; zero: it is listed
}

// Change is one field that a read found different from the read before. The field "gone" tells that malware left Intune's list or came back.
type Change = postgres.Change

// Filter chooses devices. Empty fields do not choose; values of one field are alternatives.
type Filter struct {
	Q       string // part of the name
	Problem []string
	Any     bool // at least one problem
	Tenants []tenant.ID

	Sort  string // one of Sorts; empty: name
	Desc  bool
	After string
	Limit int
}

// Sorts are the orders of devices.
var Sorts = []string{"name", "reported", "malware", "customer"}

// MalwareFilter chooses malware that Intune lists.
type MalwareFilter struct {
	Q        string
	IDs      []string // the same in all tenants
	Severity []string
	Category []string
	Tenants  []tenant.ID

	Sort  string // one of MalwareSorts; empty: detected
	Desc  bool
	After string
	Limit int
}

// MalwareSorts are the orders of malware.
var MalwareSorts = []string{"detected", "name", "severity", "customer"}

// Page is one page of devices, Found one of malware.
type (
	Page struct {
		Rows  []Device
		Next  string
		Count int64
	}
	Found struct {
		Rows  []Malware
		Next  string
		Count int64
	}
)

// has tells whether a flags enumeration, which Graph joins by commas with or without a blank, has a member.
func has(flags, member string) bool {
	for f := range strings.SplitSeq(flags, ",") {
		if strings.EqualFold(strings.TrimSpace(f), member) {
			return true
		}
	}
	return false
}
