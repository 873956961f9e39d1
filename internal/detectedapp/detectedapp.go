// Package detectedapp knows the programs that Intune's inventory found on devices: per tenant one row for each version, over all tenants
// one for each name and publisher.
//
// Apps that Intune itself can install live in internal/app. Which devices have a version is not stored: it is read when somebody looks.
package detectedapp

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Version is one version of a program in one tenant.
type Version struct {
	Tenant     tenant.ID
	TenantName string

	ID          string
	Key         string // of name and publisher
	Name        string
	Publisher   string
	Version     string
	Platform    string // windows, macOS, ios, androidWorkProfile, …
	Size        int64  // bytes; 0: not given
	Devices     int64  // as Intune counts
	FirstSeenAt time.Time
}

// Program is a name and publisher over all tenants of a scope.
type Program struct {
	Key       string
	Name      string
	Publisher string
	Platforms []string
	Versions  int64  // how many different ones
	Oldest    string // of the versions
	Newest    string
	Devices   int64 // added up over versions: a device with two versions counts twice
	Tenants   int64
}

// Filter chooses programs or versions. Empty fields do not choose.
type Filter struct {
	Q        string // part of name or publisher; of versions also part of the version
	Key      string // versions of this program only
	Platform []string
	Version  []string // versions only
	Spread   bool     // programs only: more than one version
	Tenants  []tenant.ID

	Sort  string // of Sorts or VersionSorts; empty: the first
	Desc  bool
	After string
	Limit int

	keys []string // programs only: of these
}

// Sorts are the orders of programs, VersionSorts those of versions.
var (
	Sorts        = []string{"name", "publisher", "devices", "versions", "tenants"}
	VersionSorts = []string{"version", "devices", "customer"}
)

// Programs is one page of a list of programs.
type Programs struct {
	Rows  []Program
	Next  string
	Count int64
	More  bool // of a search: there may be more than Count
}

// Versions is one page of a list of versions.
type Versions struct {
	Rows  []Version
	Next  string
	Count int64
}

// KeyOf is the key of a program, the same in every tenant: 32 hexadecimal digits.
func KeyOf(name, publisher string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(name) + "\n" + strings.ToLower(publisher)))
	return hex.EncodeToString(sum[:16])
}

// versionKey sorts as versions do: each run of digits is preceded by its length, so that 9 comes before 10 in the order of bytes.
// Anything else stands as it is. Very long versions are cut.
func versionKey(v string) string {
	var b strings.Builder
	for i := 0; i < len(v) && b.Len() < 200; {
		j := i
		for j < len(v) && v[j] >= '0' && v[j] <= '9' {
			j++
		}
		if i == j {
			b.WriteByte(v[i])
			i++
			continue
		}
		digits := strings.TrimLeft(v[i:j], "0")
		n := min(len(digits), 25)
		b.WriteByte(byte('a' + n)) // "a" for zero: before any other number
		b.WriteString(digits[:n])
		i = j
	}
	return strings.ToValidUTF8(b.String(), "")
}
