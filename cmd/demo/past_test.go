package main

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The demo's past adds up: on no day do the states of compliance give another number of devices than the whole.
func TestPastAddsUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx := t.Context()
	await(t, 60*time.Second, "a past", func() bool {
		if err := invent(ctx, s.portal, time.Now().UTC().Format(time.DateOnly)); err != nil {
			t.Fatal(err)
		}
		var days int
		err := s.portal.Pool.In(tenant.Everything()).QueryRow(ctx, `SELECT count(DISTINCT day) FROM tenant_daily WHERE dataset = 'devices'`).Scan(&days)
		return err == nil && days > 60
	})
	var wrong, gaps int
	if err := s.portal.Pool.In(tenant.Everything()).QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE parts <> whole), 76 - count(DISTINCT day)
		FROM  (SELECT tenant_id, day, sum(value) FILTER (WHERE key LIKE 'compliance:%') AS parts, max(value) FILTER (WHERE key = 'total') AS whole
		       FROM tenant_daily WHERE dataset = 'devices' GROUP BY tenant_id, day) AS d`).Scan(&wrong, &gaps); err != nil {
		t.Fatal(err)
	}
	if wrong > 0 || gaps < 3 {
		t.Errorf("%d days do not add up, %d days without a reading", wrong, gaps)
	}

	// A list of a day that is over has as many devices, and as many noncompliant ones, as the figures of that day.
	day := time.Now().UTC().AddDate(0, 0, -10)
	var figures map[string]int64
	if err := s.portal.Pool.In(tenant.Everything()).QueryRow(ctx, `
		SELECT jsonb_object_agg(key, n) FROM (SELECT key, sum(value) AS n FROM tenant_daily
		WHERE dataset = 'devices' AND day = $1::text::date AND key IN ('total', 'compliance:noncompliant') GROUP BY key) AS d`, day.Format(time.DateOnly)).Scan(&figures); err != nil {
		t.Fatal(err)
	}
	scope := tenant.Everything()
	for key, f := range map[string]device.Filter{"total": {Limit: 1}, "compliance:noncompliant": {Limit: 1, Compliance: []string{"noncompliant"}}} {
		if found, err := device.NewStore(s.portal.Pool).ListThen(ctx, scope, day.Truncate(24*time.Hour).Add(12*time.Hour), f); err != nil || found.Count != figures[key] || found.Count == 0 {
			t.Errorf("on %s, %s: %d devices, the figures say %d (%v)", day.Format(time.DateOnly), key, found.Count, figures[key], err)
		}
	}
	worldGoesOn(t, s)
}
