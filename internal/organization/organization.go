// Package organization knows what a tenant says of itself: its name, domains and licences, and whether Intune is among them.
//
// What the portal decided about a tenant (its state, its mark) lives in internal/tenant.
package organization

import (
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Organization is a tenant in its own words, as the last complete read found it.
type Organization struct {
	Tenant            tenant.ID
	DisplayName       string
	Country           string // ISO 3166-1 alpha-2
	Language          string
	TenantType        string
	MDMAuthority      string // unknown, intune, sccm, office365
	CreatedAt         time.Time
	DirectorySynced   *bool // nil: never synchronised from on-premises
	DirectorySyncedAt time.Time
	TechnicalMails    []string
	Intune            Intune
	ChangedAt         time.Time
}

// Intune is whether the tenant may use Intune, by its subscribed SKUs.
type Intune string

const (
	IntuneUnknown   Intune = "unknown"   // not read
	IntuneLicensed  Intune = "licensed"  // an enabled SKU has an Intune plan
	IntuneSuspended Intune = "suspended" // only SKUs that ran out have one
	IntuneNone      Intune = "none"
)
