package main

import (
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

// TestPgbench: what the portal sent is sent again with its values, in batches and transactions, and each statement works.
func TestPgbench(t *testing.T) {
	dsn := pgtest.NewDSN(t)
	of := []exchange{{groups: [][]statement{
		{{sql: `SELECT set_config('app.scope', $1, false), set_config('app.tenants', $2, false)`, args: []any{"some", "{11111111-1111-4111-8111-111111111111}"}}, {sql: `SELECT 1 / (CASE WHEN $1::text = 'it''s: a "b"' AND current_setting('app.scope') = 'some' AND $2::int IS NULL THEN 1 ELSE 0 END)`, args: []any{`it's: a "b"`, nil}}},
		{{sql: "begin"}, {sql: "SELECT count(*)\nFROM   tenant -- all\nWHERE  tenant_id = ANY($1::uuid[])", args: []any{"{11111111-1111-4111-8111-111111111111}"}}, {sql: "commit"}},
		{{sql: `SELECT 1`}},
	}}, {groups: [][]statement{{{sql: `SELECT $1::int + $1::int + length($2)`, args: []any{"7", ""}}}}}, {groups: [][]statement{{{sql: "begin"}, {sql: `SELECT 1`}}}}}
	rate, err := pgbenchRate(t.Context(), t.TempDir(), dsn, of, 2, time.Second)
	if errors.Is(err, errNoPgbench) {
		t.Skip(err)
	}
	if err != nil || rate < 1 {
		t.Errorf("%f, %v", rate, err)
	}
	of[1].groups[0][0].sql = `SELECT 1 / ($1::int - 7)`
	if _, err := pgbenchRate(t.Context(), t.TempDir(), dsn, of, 2, time.Second); err == nil {
		t.Error("a statement that fails is not told")
	}
}
