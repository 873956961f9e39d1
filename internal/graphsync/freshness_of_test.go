package graphsync_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestFreshnessOfSeveral: several datasets asked for at once are told as each by itself, but for what is said of a single tenant only, and for
// those of the partner's own tenant, which a customer has not.
func TestFreshnessOfSeveral(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	const seed = `
		INSERT INTO tenant (tenant_id, home) VALUES (md5('a')::uuid, false), (md5('b')::uuid, false), (md5('home')::uuid, true);
		INSERT INTO sync_state (tenant_id, dataset, state, run, changed_at, last_complete_at, last_complete_run, error_kind) VALUES
			(md5('a')::uuid, 'devices', 'ok', 3, now(), '2026-11-20 11:50Z', 3, ''), (md5('b')::uuid, 'devices', 'failed', 2, now(), '2026-11-20 02:00Z', 1, 'throttled'),
			(md5('a')::uuid, 'apps', 'failed', 1, now(), NULL, 0, 'licence'), (md5('home')::uuid, 'relationships', 'ok', 1, now(), '2026-11-20 11:00Z', 1, '')`
	if err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error { _, err := tx.Exec(t.Context(), seed); return err }); err != nil {
		t.Fatal(err)
	}
	var a, b, home tenant.ID
	if err := pool.Raw().QueryRow(t.Context(), `SELECT md5('a')::uuid, md5('b')::uuid, md5('home')::uuid`).Scan(&a, &b, &home); err != nil {
		t.Fatal(err)
	}
	s, err := graphsync.New(pool, graphsync.Table(), graphsync.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{graphsync.Relationships, graphsync.Devices, graphsync.Guests, graphsync.Apps}
	for _, tc := range []struct {
		name  string
		scope tenant.Scope
		read  []int // customers by dataset
		of    []int
	}{
		{"all", tenant.Everything(), []int{1, 2, 0, 0}, []int{1, 2, 0, 1}},
		{"two", tenant.Only(a, b), []int{0, 2, 0, 0}, []int{0, 2, 0, 1}},
		{"one", tenant.Only(a), []int{0, 1, 0, 0}, []int{0, 1, 1, 1}},
		{"the partner", tenant.Only(home), []int{1, 0, 0, 0}, []int{1, 1, 1, 1}},
		{"nobody", tenant.Scope{}, []int{0, 0, 0, 0}, []int{0, 0, 0, 0}},
	} {
		found, err := s.FreshnessOf(t.Context(), tc.scope, names...)
		if err != nil || len(found) != len(names) {
			t.Fatalf("%s: %+v, %v", tc.name, found, err)
		}
		for i, f := range found {
			each, err := s.Freshness(t.Context(), tc.scope, names[i])
			if err != nil {
				t.Fatal(err)
			}
			if f.Dataset != names[i] || f.Read != tc.read[i] || f.Tenants != tc.of[i] {
				t.Errorf("%s: %s is read at %d of %d, want %d of %d", tc.name, f.Dataset, f.Read, f.Tenants, tc.read[i], tc.of[i])
			}
			if each.Tenants == f.Tenants && (f.State != each.State || !f.AsOf.Equal(each.AsOf) || !f.Newest.Equal(each.Newest) || f.Late != each.Late || f.Failing != each.Failing || f.Fresh != each.Fresh || f.Unread != each.Unread) {
				t.Errorf("%s: with others %+v, by itself %+v", tc.name, f, each)
			}
		}
	}
	if f, err := s.FreshnessOf(t.Context(), tenant.Only(a), names...); err != nil || f[3].Error.Kind != "licence" {
		t.Errorf("why apps of one customer could not be read: %+v, %v", f, err)
	}
	if f, err := s.FreshnessOf(t.Context(), tenant.Everything()); err != nil || len(f) != 0 {
		t.Errorf("of none: %+v, %v", f, err)
	}
	if _, err := s.FreshnessOf(t.Context(), tenant.Everything(), graphsync.Devices, "x"); !errors.Is(err, errs.Invalid) {
		t.Errorf("a dataset that there is not: %v", err)
	}
}
