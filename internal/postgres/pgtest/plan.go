package pgtest

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Fleet is a database as large as plans need to be told apart, so that an index pays and a walk through a table would not: 200 customers,
// md5('t' || i)::uuid of 0 to 199, and what fill inserts into the tables. one is one of them.
func Fleet(t testing.TB, fill string, tables ...string) (pool *postgres.Pool, one tenant.ID) {
	t.Helper()
	pool = New(t)
	if err := pool.InTx(t.Context(), tenant.Everything(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) SELECT md5('t' || i)::uuid, 'Customer ' || i FROM generate_series(0, 199) i`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), fill)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	// A vacuum empties the list in which an index of words first keeps what is new, as it does in time.
	if _, err := pool.Raw().Exec(t.Context(), `VACUUM (ANALYZE) tenant, `+strings.Join(tables, ", ")); err != nil {
		t.Fatal(err)
	}
	if err := pool.Raw().QueryRow(t.Context(), `SELECT md5('t1')::uuid`).Scan(&one); err != nil {
		t.Fatal(err)
	}
	return pool, one
}

// Plan is how Postgres would answer a statement under the scope, with row-level security on.
func Plan(t testing.TB, pool *postgres.Pool, scope postgres.Scope, sql string, args []any) string {
	t.Helper()
	rows, _ := pool.In(scope).Query(t.Context(), "EXPLAIN "+sql, args...)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%v in %s", err, sql)
	}
	return strings.Join(lines, "\n")
}

// Follows holds that a page of a list asks an index and does not walk through the table, and that one by customer ends with the customers on
// the page instead of sorting the rows of all.
func Follows(t testing.TB, pool *postgres.Pool, scope postgres.Scope, l postgres.Listing, table, index string) {
	t.Helper()
	sql, args, err := l.SQL(51)
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan(t, pool, scope, sql, args)
	switch {
	case strings.Contains(plan, "Seq Scan on "+table+" "):
		t.Errorf("%v by %s, down %v, walks through %s:\n%s", scope, l.Order.Name, l.Order.Desc, table, plan)
	case !strings.Contains(plan, index):
		t.Errorf("%v by %s, down %v, does not ask %s:\n%s", scope, l.Order.Name, l.Order.Desc, index, plan)
	case strings.HasSuffix(l.Order.Keys[0].Expr, ".tenant_key") && (!strings.Contains(plan, "Incremental Sort") || strings.Count(plan, "Limit") < 2):
		t.Errorf("%v by customer, down %v, sorts all of %s:\n%s", scope, l.Order.Desc, table, plan)
	}
}

// Scanned holds that an index has been asked, by any session: inside a function no plan shows it.
func Scanned(t testing.TB, pool *postgres.Pool, index string) {
	t.Helper()
	var scans int64
	for range 50 { // sessions tell what they did a moment later
		if err := pool.Raw().QueryRow(t.Context(), `SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = $1`, index).Scan(&scans); err != nil {
			t.Fatal(err)
		}
		if scans > 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("nobody asked %s", index)
}
