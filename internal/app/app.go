// Package app knows mobile apps: what Intune can put on devices, to whom it is assigned, and the tables that hold that.
//
// Service principals and their provisioning live in internal/provisioning; programs that inventories found live in internal/detectedapp.
package app

import (
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// App is what Graph calls a mobileApp, as the last complete read found it. The zero time means never; sizes are in bytes.
type App struct {
	Tenant     tenant.ID
	TenantName string

	ID          string
	Type        string // Graph's, without the namespace: win32LobApp
	Platform    string // Windows, iOS, macOS, Android, Web; empty where the type does not tell
	Name        string
	Publisher   string
	Description string
	Version     string
	State       string // publishingState: notPublished, processing, published
	Assigned    bool
	Assignments int // how many
	Categories  []string

	FileName         string
	Size             int64
	Package          string // bundle, package or product identifier
	StoreURL         string
	InfoURL          string
	PrivacyURL       string
	Owner            string
	Developer        string
	Notes            string
	InstallCommand   string
	UninstallCommand string
	RunAs            string
	Architectures    string
	MinimumOS        string
	LicencesUsed     int64 // -1: not licensed by number
	LicencesTotal    int64
	Installed        int64 // devices that have it, by Intune's report; -1: unknown, as the report has no row for it or was not read
	Failed           int64 // devices where it failed; -1: unknown
	CreatedAt        time.Time
	ModifiedAt       time.Time

	FirstSeenAt time.Time
	ChangedAt   time.Time
	GoneAt      time.Time
}

// Assignment is one target of an app. The same group may be included for one intent and excluded for another.
type Assignment struct {
	ID         string
	Intent     string // required, available, uninstall, availableWithoutEnrollment
	Target     string // allDevices, allLicensedUsers, group, exclusionGroup, or Graph's type where it is another
	GroupID    string // object id; its name is not read
	FilterID   string
	FilterType string // none, include, exclude
	Source     string
}

// Filter chooses apps. Empty fields do not choose; values of one field are alternatives, fields add up.
type Filter struct {
	Q        string // part of name, publisher, package or file name; below three characters the beginning of the name
	Type     []string
	Platform []string
	State    []string
	Category []string
	Assigned *bool
	Intent   []string // of any assignment
	Failed   bool     // the installation failed on at least one device
	Entry    string   // of the catalogue: apps of one type, name and publisher
	Tenants  []tenant.ID
	Gone     bool

	Sort  string // one of Sorts; empty: name
	Desc  bool
	After string
	Limit int

	CountMost int64 // List counts no further, and then says that there are more; 0: all
}

// Sorts are the orders that List knows.
var Sorts = []string{"name", "publisher", "type", "modified", "assignments", "failed", "customer"}

// Page is one page of a list.
type Page struct {
	Rows  []App
	Next  string
	Count int64
	More  bool // than Count
}
