// Package partner is what the partner tells its customers of itself, as an owner has set it: whom they may ask about their data.
//
// The partner's name is read from its own tenant (internal/organization), the program's from its registration; neither is set here.
package partner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Privacy is whom a customer may ask about their data (GDPR, articles 13 and 14, ask for such a contact). Both parts empty: nobody is named.
type Privacy struct {
	Name string `json:"name"` // of a person or an office
	Mail string `json:"mail"`

	ChangedAt time.Time `json:"-"`
	ChangedBy string    `json:"-"`
}

// Named tells whether somebody is.
func (p Privacy) Named() bool { return p.Name != "" || p.Mail != "" }

// MaxName is the longest name of a contact, in characters.
const MaxName = 120

// privacySetting is the name of the setting.
const privacySetting = "partner.privacy"

// Store keeps it in the portal's settings.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(p *postgres.Pool) *Store { return &Store{pool: p} }

// Privacy is the contact; one without a name and an address where nobody set it.
func (s *Store) Privacy(ctx context.Context) (p Privacy, err error) {
	var raw []byte
	err = s.pool.In(tenant.Scope{}).QueryRow(ctx, `SELECT value, changed_at, changed_by FROM setting WHERE name = $1`, privacySetting).Scan(&raw, &p.ChangedAt, &p.ChangedBy)
	if errors.Is(err, pgx.ErrNoRows) {
		return Privacy{}, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err != nil {
		return Privacy{}, fmt.Errorf("privacy contact: %w", postgres.Kind(err))
	}
	return p, nil
}

// SetPrivacy changes the contact. The address is checked by who takes it from a person.
func (s *Store) SetPrivacy(ctx context.Context, p Privacy, by string) error {
	p.Name = strings.Join(strings.Fields(p.Name), " ")
	if utf8.RuneCountInString(p.Name) > MaxName {
		return errs.Show(errs.Invalid, fmt.Sprintf("The name has at most %d characters.", MaxName))
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("privacy contact: %w", err)
	}
	_, err = s.pool.In(tenant.Scope{}).Exec(ctx, `
		INSERT INTO setting (name, value, changed_at, changed_by) VALUES ($1, $2, now(), $3)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by`, privacySetting, raw, by)
	if err != nil {
		return fmt.Errorf("set the privacy contact: %w", postgres.Kind(err))
	}
	return nil
}
