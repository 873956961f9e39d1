package consent_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestDaysFollowAnIndex: on which days grants were read is told without a walk through all readings that there ever were.
func TestDaysFollowAnIndex(t *testing.T) {
	t.Parallel()
	pool, _ := pgtest.Fleet(t, `
		INSERT INTO consent_reading (tenant_id, at, application_read, delegated_read, state, held, missing, surplus, personal)
		SELECT md5('t' || i % 200)::uuid, now() - i * interval '6 minutes', true, true, 'connected', 1, 0, 0, 0 FROM generate_series(1, 40000) i`, "consent_reading")
	now := time.Now()
	if days, err := consent.NewStore(pool).DaysAcrossTenants(t.Context(), tenant.Everything(), now.AddDate(0, 0, -10), now); err != nil || len(days) != 11 && len(days) != 10 { // just after midnight, nothing was read today
		t.Fatalf("%v, %v", days, err)
	}
	pgtest.Scanned(t, pool, "consent_reading_whole")
}
