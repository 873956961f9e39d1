package tenant

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/tenantry/tenantry/internal/errs"
)

// ID is the GUID of an Entra tenant. Only ParseID makes one, so no other string passes for it.
type ID struct{ guid [16]byte }

var guidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)

// ParseID reads a GUID with hyphens, in either case. Anything else, and the all-zero GUID, is errs.Invalid.
func ParseID(s string) (ID, error) {
	if !guidForm.MatchString(s) {
		return ID{}, fmt.Errorf("tenant id of %d characters: %w", len(s), errs.Invalid)
	}
	var u pgtype.UUID
	if err := u.Scan(s); err != nil || u.Bytes == [16]byte{} {
		return ID{}, fmt.Errorf("tenant id: %w", errs.Invalid)
	}
	return ID{guid: u.Bytes}, nil
}

// String is the lower-case form with hyphens, the only one used in URLs, issuers and tables.
func (id ID) String() string {
	g, b := id.guid, make([]byte, 0, 36) // by hand: each row of each list is written with it
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, g[(len(b)-i)/2:end])
	}
	return string(b)
}

// IsZero tells the ID of no tenant.
func (id ID) IsZero() bool { return id.guid == [16]byte{} }

// Compare orders IDs as Postgres orders uuid.
func (id ID) Compare(other ID) int { return strings.Compare(string(id.guid[:]), string(other.guid[:])) }

// PostgresScope makes an ID the scope of one tenant.
func (id ID) PostgresScope() (all bool, tenants []string) { return false, []string{id.String()} }

// UUIDValue lets pgx write an ID as uuid; the zero ID is NULL.
func (id ID) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: id.guid, Valid: !id.IsZero()}, nil
}

// ScanUUID lets pgx read a uuid.
func (id *ID) ScanUUID(v pgtype.UUID) error {
	if !v.Valid {
		*id = ID{}
		return nil
	}
	id.guid = v.Bytes
	return nil
}

// MarshalText and UnmarshalText make the ID its string in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (id *ID) UnmarshalText(b []byte) error {
	parsed, err := ParseID(string(b))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}
