// Package partner is what the partner tells its customers of itself, as an owner has set it: how to reach it, and whom to ask about one's
// data.
//
// The partner's name is read from its own tenant (internal/organization), the program's from its registration; neither is set here.
package partner

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Contact is how customers reach the partner. Each part may be empty; then it is not shown.
type Contact struct {
	Address     string `json:"address"`
	Phone       string `json:"phone"`
	Mail        string `json:"mail"`
	PrivacyName string `json:"privacy_name"` // a person or an office to ask about one's data, which articles 13 and 14 of the GDPR ask for
	PrivacyMail string `json:"privacy_mail"`
}

// MaxText is the longest part of a contact, in characters.
const MaxText = 120

// Set is the contact, with who said so when. Nobody did where By is empty.
type Set struct {
	Contact
	At time.Time
	By string
}

// contactSetting is the name of the setting.
const contactSetting = "partner.contact"

// Store keeps it in the portal's settings.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(p *postgres.Pool) *Store { return &Store{pool: p} }

// Contact is the setting.
func (s *Store) Contact(ctx context.Context) (c Set, err error) {
	changed, err := postgres.Setting(ctx, s.pool.In(tenant.Scope{}), contactSetting, &c.Contact)
	c.At, c.By = changed.At, changed.By
	return c, err
}

// SetContact changes it. Addresses of mail are checked by who takes them from a person.
func (s *Store) SetContact(ctx context.Context, c Contact, by string) error {
	for _, part := range []*string{&c.Address, &c.Phone, &c.Mail, &c.PrivacyName, &c.PrivacyMail} {
		*part = strings.Join(strings.Fields(*part), " ")
		if utf8.RuneCountInString(*part) > MaxText {
			return errs.Show(errs.Invalid, fmt.Sprintf("Each part has at most %d characters.", MaxText))
		}
	}
	return postgres.SaveSetting(ctx, s.pool.In(tenant.Scope{}), contactSetting, c, postgres.Changed{By: by})
}
