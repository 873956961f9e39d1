package postgres_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var (
	contoso  = mustID("11111111-1111-4111-8111-111111111111")
	fabrikam = mustID("22222222-2222-4222-8222-222222222222")
)

func mustID(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// none is the scope of a person who may see no tenant.
var none = tenant.Only()

// twoTenants is a database in which both tenants have a row.
func twoTenants(t testing.TB) *postgres.Pool {
	t.Helper()
	p := pgtest.New(t)
	for id, name := range map[tenant.ID]string{contoso: "Contoso", fabrikam: "Fabrikam"} {
		if _, err := p.In(id).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name) VALUES ($1, $2)`, id, name); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func names(t testing.TB, db postgres.DB) []string {
	t.Helper()
	rows, _ := db.Query(t.Context(), `SELECT display_name FROM tenant ORDER BY display_name`)
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestScopeDecidesWhatIsSeen(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	for _, tc := range []struct {
		name  string
		scope postgres.Scope
		want  []string
	}{
		{"one tenant", contoso, []string{"Contoso"}},
		{"a set", tenant.Only(fabrikam), []string{"Fabrikam"}},
		{"both", tenant.Only(contoso, fabrikam), []string{"Contoso", "Fabrikam"}},
		{"all", tenant.Everything(), []string{"Contoso", "Fabrikam"}},
		{"nobody", none, nil},
		{"no tenant's id", tenant.ID{}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := names(t, p.In(tc.scope)); !slices.Equal(got, tc.want) {
				t.Errorf("Query sees %q, want %q", got, tc.want)
			}
			if got := names(t, p.Planned(tc.scope)); !slices.Equal(got, tc.want) {
				t.Errorf("a planned Query sees %q, want %q", got, tc.want)
			}
			var n int
			if err := p.In(tc.scope).QueryRow(t.Context(), `SELECT count(*) FROM tenant`).Scan(&n); err != nil || n != len(tc.want) {
				t.Errorf("QueryRow counts %d, %v, want %d", n, err, len(tc.want))
			}
			err := p.InTx(t.Context(), tc.scope, func(tx pgx.Tx) error {
				if got := names(t, tx); !slices.Equal(got, tc.want) {
					t.Errorf("InTx sees %q, want %q", got, tc.want)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestScopeEndsWithItsStatement: a connection that goes back to the pool must not carry a scope or a role to the next user.
func TestScopeEndsWithItsStatement(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	names(t, p.In(tenant.Everything()))
	c, err := p.Raw().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Release()
	var role, scope string
	err = c.QueryRow(t.Context(), `SELECT current_user, coalesce(current_setting('app.scope', true), '')`).Scan(&role, &scope)
	if err != nil || role == postgres.WebRole || scope != "" {
		t.Errorf("the next user finds role %q, scope %q, %v", role, scope, err)
	}
}

// TestWebRoleWithoutScopeSeesNothing is the case of code that forgot the scope.
func TestWebRoleWithoutScopeSeesNothing(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	err := pgx.BeginFunc(t.Context(), p.Raw(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE `+postgres.WebRole); err != nil {
			return err
		}
		if got := names(t, tx); len(got) != 0 {
			t.Errorf("sees %q", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScopeBindsWrites(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	tag, err := p.In(contoso).Exec(t.Context(), `UPDATE tenant SET display_name = 'changed' WHERE tenant_id = $1`, fabrikam)
	if err != nil || tag.RowsAffected() != 0 {
		t.Errorf("update of another tenant touched %d rows, %v", tag.RowsAffected(), err)
	}
	tag, err = p.In(contoso).Exec(t.Context(), `DELETE FROM tenant`)
	if err != nil || tag.RowsAffected() != 1 {
		t.Errorf("delete of all touched %d rows, %v, want only one's own", tag.RowsAffected(), err)
	}
	_, err = p.In(contoso).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ('33333333-3333-4333-8333-333333333333')`)
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("insert of another tenant: error = %v", err)
	}
	err = p.InTx(t.Context(), contoso, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE tenant SET tenant_id = $1 WHERE tenant_id = $2`, contoso, fabrikam)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if got := names(t, p.In(tenant.Everything())); !slices.Equal(got, []string{"Fabrikam"}) {
		t.Errorf("left: %q", got)
	}
}

func TestInTxRollsBackOnError(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	boom := errors.New("boom")
	err := p.InTx(t.Context(), contoso, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `DELETE FROM tenant`); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Errorf("error = %v", err)
	}
	if got := names(t, p.In(contoso)); len(got) != 1 {
		t.Errorf("after rollback: %q", got)
	}
}

// TestErrorsGiveConnectionsBack runs each way to fail more often than the pool has connections.
func TestErrorsGiveConnectionsBack(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	db := p.In(contoso)
	for name, fail := range map[string]func() error{
		"syntax, rows not closed": func() error { _, err := db.Query(t.Context(), `SELEC 1`); return err },
		"at run time": func() error {
			rows, _ := db.Query(t.Context(), `SELECT 1/(g-2) FROM generate_series(1,3) g`)
			_, err := pgx.CollectRows(rows, pgx.RowTo[int])
			return err
		},
		"scan of one row": func() error {
			var n int
			return db.QueryRow(t.Context(), `SELECT 'x'`).Scan(&n)
		},
		"no row": func() error {
			var n int
			return db.QueryRow(t.Context(), `SELECT 1 WHERE false`).Scan(&n)
		},
		"wrong arguments": func() error { _, err := db.Query(t.Context(), `SELECT $1::int`, "x", "y"); return err },
		"exec":            func() error { _, err := db.Exec(t.Context(), `SELECT 1/0`); return err },
		"rows left early": func() error {
			rows, err := db.Query(t.Context(), `SELECT g FROM generate_series(1,1000) g`)
			if err != nil {
				return err
			}
			rows.Next()
			rows.Close()
			rows.Close()
			return errors.New("left")
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range int(p.Raw().Config().MaxConns) + 2 {
				if fail() == nil {
					t.Fatal("did not fail")
				}
			}
			// A connection that was broken on the way is closed in the background, so give it a moment.
			for end := time.Now().Add(5 * time.Second); p.Raw().Stat().AcquiredConns() != 0; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("%d connections are still out", p.Raw().Stat().AcquiredConns())
				}
			}
		})
	}
}

// TestErrorAtCommitIsSeen: a deferred constraint speaks up only when the batch ends.
func TestErrorAtCommitIsSeen(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	_, err := p.Raw().Exec(t.Context(), `
		CREATE TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED);
		GRANT ALL ON late TO `+postgres.WebRole)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.In(contoso).Exec(t.Context(), `INSERT INTO late VALUES (1), (1)`)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "23505" {
		t.Errorf("Exec: error = %v", err)
	}
	rows, _ := p.In(contoso).Query(t.Context(), `INSERT INTO late VALUES (1), (1) RETURNING n`)
	if _, err := pgx.CollectRows(rows, pgx.RowTo[int]); !errors.As(err, &pg) {
		t.Errorf("Query: error = %v", err)
	}
	var n int
	if err := p.In(contoso).QueryRow(t.Context(), `INSERT INTO late VALUES (1), (1) RETURNING n`).Scan(&n); !errors.As(err, &pg) {
		t.Errorf("QueryRow: error = %v", err)
	}
}

func TestKind(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	var n int
	if err := postgres.Kind(p.In(none).QueryRow(t.Context(), `SELECT 1 FROM tenant`).Scan(&n)); !errors.Is(err, errs.NotFound) || !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
	_, err := p.In(contoso).Exec(t.Context(), `INSERT INTO tenant (tenant_id) VALUES ($1)`, contoso)
	if err := postgres.Kind(err); !errors.Is(err, errs.Conflict) {
		t.Errorf("twice the same key: %v", err)
	}
	if postgres.Kind(nil) != nil {
		t.Error("nil became an error")
	}
	if _, err := postgres.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none?sslmode=disable"); !errors.Is(postgres.Kind(err), errs.Unavailable) {
		t.Errorf("no server: %v", err)
	}
	if _, err := postgres.Open(t.Context(), "postgres://u:hunter2@h:port/"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("bad DSN: %v", err)
	}
}

// BenchmarkScope is what the second wall costs: the same query plain, in one batch with its scope, and in a transaction.
func BenchmarkScope(b *testing.B) {
	p := twoTenants(b)
	const sql = `SELECT display_name FROM tenant WHERE tenant_id = $1`
	var name string
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if err := p.Raw().QueryRow(b.Context(), sql, contoso).Scan(&name); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("scoped", func(b *testing.B) {
		for b.Loop() {
			if err := p.In(contoso).QueryRow(b.Context(), sql, contoso).Scan(&name); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("transaction", func(b *testing.B) {
		for b.Loop() {
			if err := p.InTx(b.Context(), contoso, func(tx pgx.Tx) error {
				return tx.QueryRow(b.Context(), sql, contoso).Scan(&name)
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestPlannedPlansForTheValues, and Fixed for none: and only that statement; the next on the connection is planned as ever.
func TestPlannedPlansForTheValues(t *testing.T) {
	t.Parallel()
	p := twoTenants(t)
	for _, tc := range []struct {
		db   postgres.DB
		want string
	}{{p.Planned(contoso), "force_custom_plan"}, {p.Fixed(contoso), "force_generic_plan"}, {p.In(contoso), "auto"}} {
		var mode string
		if err := tc.db.QueryRow(t.Context(), `SELECT current_setting('plan_cache_mode')`).Scan(&mode); err != nil || mode != tc.want {
			t.Errorf("plan_cache_mode %q, %v, want %q", mode, err, tc.want)
		}
	}
}
