package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// leadSetting is the name of the setting with the lead times: an object of kind to days.
const leadSetting = "service.lead_days"

// MaxLead is the longest lead time, in days.
const MaxLead = 365

// DefaultLead is the lead time of a kind that nobody has set.
func DefaultLead(k Kind) int { return specOf(k).lead }

// Watch is the lead times as they are set now, with the moment to judge by.
func (s *Store) Watch(ctx context.Context, now time.Time) (Watch, error) {
	w := Watch{Now: now, Lead: LeadTimes{}}
	var raw []byte
	err := s.pool.In(tenant.Scope{}).QueryRow(ctx, `SELECT value FROM setting WHERE name = $1`, leadSetting).Scan(&raw)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return w, fmt.Errorf("lead times: %w", err)
	}
	if err == nil {
		if err := json.Unmarshal(raw, &w.Lead); err != nil {
			return w, fmt.Errorf("lead times: %w", err)
		}
	}
	return w, nil
}

// SetLeadTimes replaces the lead times. errs.Invalid for a kind that does not end, and for days out of 1 to MaxLead.
func (s *Store) SetLeadTimes(ctx context.Context, lead LeadTimes, by string, now time.Time) error {
	for k, days := range lead {
		if !k.Ends() || days < 1 || days > MaxLead {
			return errs.Show(errs.Invalid, fmt.Sprintf("A lead time is between 1 and %d days.", MaxLead))
		}
	}
	raw, err := json.Marshal(lead)
	if err != nil {
		return fmt.Errorf("set lead times: %w", err)
	}
	_, err = s.pool.In(tenant.Scope{}).Exec(ctx, `
		INSERT INTO setting (name, value, changed_at, changed_by)
		VALUES ($1, $2, $3, $4)
		ON     CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
		leadSetting, string(raw), now, by)
	if err != nil {
		return fmt.Errorf("set lead times: %w", err)
	}
	return nil
}
