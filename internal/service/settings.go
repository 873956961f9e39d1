package service

import (
	"context"
	"fmt"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
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
	_, err := postgres.Setting(ctx, s.pool.In(tenant.Scope{}), leadSetting, &w.Lead)
	return w, err
}

// SetLeadTimes replaces the lead times. errs.Invalid for a kind that does not end, and for days out of 1 to MaxLead.
func (s *Store) SetLeadTimes(ctx context.Context, lead LeadTimes, by string, now time.Time) error {
	for k, days := range lead {
		if !k.Ends() || days < 1 || days > MaxLead {
			return errs.Show(errs.Invalid, fmt.Sprintf("A lead time is between 1 and %d days.", MaxLead))
		}
	}
	return postgres.SaveSetting(ctx, s.pool.In(tenant.Scope{}), leadSetting, lead, postgres.Changed{At: now, By: by})
}
