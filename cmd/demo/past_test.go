package main

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// The demo's past adds up: on no day do the states of compliance give another number of devices than the whole.
func TestPastAddsUp(t *testing.T) {
	t.Parallel()
	s := start(t)
	ctx := t.Context()
	go past(ctx, s.portal)
	await(t, 60*time.Second, "a past", func() bool {
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
}
