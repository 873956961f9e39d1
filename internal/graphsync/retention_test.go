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
	if n, more, err := r.Older(t.Context(), 30); err != nil || n != 370 || more {
		t.Errorf("older than 30 days: %d, %t, %v", n, more, err)
	}
	for _, days := range []int{0, -1, 29, 3651} {
		if err := r.SetDays(t.Context(), days, "x"); !errors.Is(err, errs.Invalid) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	if err := r.SetDays(t.Context(), 30, "owner@firstup.example"); err != nil {
		t.Fatal(err)
	}
	if h, err := r.History(t.Context()); err != nil || h.Days != 30 || h.By != "owner@firstup.example" || !h.At.Equal(now) {
		t.Errorf("%+v, %v", h, err)
	}
	if err := r.Prune(t.Context()); err != nil || left("device_change") != 30 {
		t.Errorf("%d left, %v", left("device_change"), err)
	}
}

// TestRetentionOfActs: a request of the brake goes with its devices, though not while it may still be sent; a job with the last of its lines.
func TestRetentionOfActs(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	one, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	for _, sql := range []string{`
		INSERT INTO brake_request (nonce, kind, terms, reason, set_hash, devices, customers, person_tenant, person_object, person, session_id, session_since, signed_in_at, state, why, asked_at, live_until)
		SELECT n, 'wipe', '', 'x', '', 1, 1, $1, $1, 'p', 's', $2::timestamptz, $2, 'granted', '{}', $2 - interval '900 days', $2 + n * interval '500 days' FROM generate_series(-1, 1, 2) n`, `
		INSERT INTO brake_target (tenant_id, request_id, hardware, device_id, name, owner) SELECT $1, request_id, 'h', 'd', 'n', 'o' FROM brake_request WHERE $2::timestamptz IS NOT NULL`, `
		INSERT INTO device_job (kind, choice, reason, made_at, made_by, set_hash, nonce, skipped, alive_at) SELECT 'wipe', '', '', $2::timestamptz - n * interval '450 days', 'p', '', $1::uuid::text || n, 0, $2 FROM generate_series(0, 2) n`, `
		INSERT INTO device_action (tenant_id, kind, options, reason, device_id, device_name, hardware, os, device_user, destructive, state, by_name, by_tenant, by_object, as_name, nonce, asked_at, ended_at, job_id)
		SELECT $1, 'wipe', '{}', '', 'd' || job_id, '', '', '', '', true, 'done', '', $1, '', '', job_id, made_at, CASE job_id WHEN 2 THEN NULL ELSE made_at END, job_id FROM device_job WHERE $2::timestamptz IS NOT NULL`,
	} {
		if _, err := pool.In(one).Exec(t.Context(), sql, one, now); err != nil {
			t.Fatal(err)
		}
	}
	if err := graphsync.NewRetention(pool, func() time.Time { return now }).Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := pool.In(one).QueryRow(t.Context(), `SELECT concat_ws(' ', (SELECT count(*) FROM brake_request), (SELECT count(*) FROM brake_target), (SELECT string_agg(job_id::text, ',' ORDER BY job_id) FROM device_job))`).Scan(&left); err != nil || left != "1 1 1,2" {
		t.Errorf("left: %q, %v", left, err)
	}
}

// TestRetentionLeavesWhatWasOnTheFirstDay: a policy that did not change for years is still known on every day that is kept.
func TestRetentionLeavesWhatWasOnTheFirstDay(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	now := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	one, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if _, err := pool.In(one).Exec(t.Context(), `
		INSERT INTO policy_version (tenant_id, kind, policy_id, run, at, doc)
		SELECT $1, 'compliance', p, 1000 - n, $2::timestamptz - make_interval(days => n), '{}'
		FROM   (VALUES ('changes', 10), ('changes', 500), ('changes', 600), ('changes', 700), ('rests', 900)) v (p, n)`, one, now); err != nil {
		t.Fatal(err)
	}
	if err := graphsync.NewRetention(pool, func() time.Time { return now }).Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left string
	if err := pool.In(one).QueryRow(t.Context(), `SELECT string_agg(policy_id || (1000 - run), ' ' ORDER BY policy_id, run DESC) FROM policy_version`).Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left != "changes10 changes500 rests900" {
		t.Errorf("left: %s", left)
	}
}

// TestEveryHistoryIsPruned: a table of changes that retention does not know grows without end.
func TestEveryHistoryIsPruned(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	one, _ := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	var unknown string
	if err := pool.In(one).QueryRow(t.Context(), `
		SELECT COALESCE(string_agg(relname, ' '), '') FROM pg_class
		WHERE  relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname ~ '_(change|version)$' AND relname <> 'goose_db_version' AND relname <> ALL($1)`, graphsync.HistoryTables()).Scan(&unknown); err != nil {
		t.Fatal(err)
	}
	if unknown != "" {
		t.Errorf("never pruned: %s", unknown)
	}
}
