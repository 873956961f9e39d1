package graphsync_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestRetentionPrunesWhatIsOlder(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	r := graphsync.NewRetention(pool, func() time.Time { return now })
	one, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if _, err := pool.In(one).Exec(t.Context(), `
		INSERT INTO device_change (tenant_id, device_id, at, run, field, old, new)
		SELECT $1, 'd', $2::timestamptz - make_interval(days => n), n, 'compliance', '', '' FROM generate_series(1, 500) n`, one, now); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.In(one).Exec(t.Context(), `
		INSERT INTO app_change (tenant_id, app_id, at, run, field, old, new)
		SELECT $1, 'a', $2::timestamptz - interval '900 days', n, 'version', '', '' FROM generate_series(1, 11000) n`, one, now); err != nil {
		t.Fatal(err)
	}
	left := func(table string) (n int) {
		t.Helper()
		if err := pool.In(one).QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if days, err := r.Days(t.Context()); err != nil || days != 400 {
		t.Errorf("default: %d, %v", days, err)
	}
	if err := r.Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, a := left("device_change"), left("app_change"); d != 400 || a != 0 {
		t.Errorf("%d changes of devices and %d of apps are left, want 400 and 0", d, a)
	}
	for _, days := range []int{0, -1, 29, 3651} {
		if err := r.SetDays(t.Context(), days, "x"); !errors.Is(err, errs.Invalid) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	if err := r.SetDays(t.Context(), 30, "owner@firstup.example"); err != nil {
		t.Fatal(err)
	}
	if err := r.Prune(t.Context()); err != nil || left("device_change") != 30 {
		t.Errorf("%d left, %v", left("device_change"), err)
	}
}
