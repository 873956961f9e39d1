package withdrawal_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/withdrawal"
)

var (
	contoso  = tenant.Tenant{ID: mustID("11111111-1111-4111-8111-111111111111"), DisplayName: "Contoso Ltd"}
	fabrikam = tenant.Tenant{ID: mustID("22222222-2222-4222-8222-222222222222"), DisplayName: "Fabrikam"}
)

func mustID(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// rig is the service on a database with two tenants, at a time that the test moves.
type rig struct {
	*withdrawal.Service
	pool    *postgres.Pool
	chain   *audit.Store
	now     time.Time
	stopped []tenant.ID
	gone    bool
	silent  bool // Microsoft does not answer
	looks   int
}

func newRig(t *testing.T) *rig {
	t.Helper()
	pool := pgtest.New(t)
	r := &rig{pool: pool, chain: audit.NewStore(pool), now: time.Now().UTC().Truncate(time.Second)}
	for _, c := range []tenant.Tenant{contoso, fabrikam} {
		if _, err := pool.Raw().Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name, domains, state) VALUES ($1, $2, '{contoso.example}', 'connected')`, c.ID, c.DisplayName); err != nil {
			t.Fatal(err)
		}
	}
	r.Service = withdrawal.NewService(withdrawal.Deps{
		Store: withdrawal.NewStore(pool), Audit: r.chain, Now: func() time.Time { return r.now },
		Stop:  func(_ context.Context, tid tenant.ID) error { r.stopped = append(r.stopped, tid); return nil },
		Keeps: func(context.Context) (int, error) { return 90, nil },
		Gone: func(context.Context, tenant.ID) (bool, error) {
			r.looks++
			if r.silent {
				return false, errs.Unavailable
			}
			return r.gone, nil
		},
	})
	return r
}

func admin(c tenant.Tenant) tenant.Person {
	return tenant.Person{Tenant: c.ID, ObjectID: "aaaaaaaa-0000-4000-8000-000000000001", Name: "Adele Vance", UPN: "adele@contoso.com", Role: tenant.RoleCustomerAdmin}
}

// fill gives every tenant table but those that are kept a row of the tenant, so that a table which is not emptied shows. The rows mean
// nothing: checks and references are put aside for them.
func (r *rig) fill(t *testing.T, tid tenant.ID) map[string]int64 {
	t.Helper()
	rows, _ := r.pool.Raw().Query(t.Context(), `
		SELECT c.table_name, c.column_name, c.data_type
		FROM   information_schema.columns c
		JOIN   information_schema.tables b USING (table_schema, table_name)
		WHERE  c.table_schema = 'public' AND b.table_type = 'BASE TABLE'
		AND    c.is_nullable = 'NO' AND c.is_identity = 'NO' AND c.is_generated = 'NEVER'
		AND    EXISTS (SELECT FROM information_schema.columns x WHERE x.table_schema = 'public' AND x.table_name = c.table_name AND x.column_name = 'tenant_id')
		ORDER  BY c.table_name, c.ordinal_position`)
	byType := map[string]string{
		"uuid": `gen_random_uuid()`, "text": `'x'`, "bytea": `decode(repeat(md5('` + tid.String() + `'), 2), 'hex')`, "timestamp with time zone": `now()`, "date": `current_date`,
		"json": `'{}'`, "jsonb": `'{}'`, "ARRAY": `'{}'`, "boolean": `false`, "bigint": `1`, "integer": `1`, "smallint": `1`, "double precision": `1`, "numeric": `1`, "real": `1`,
	}
	names, values, counts := map[string][]string{}, map[string][]string{}, map[string]int64{}
	var table, column, kind string
	_, err := pgx.ForEachRow(rows, []any{&table, &column, &kind}, func() error {
		if withdrawal.Kept[table] != "" {
			return nil
		}
		value := byType[kind]
		if column == "tenant_id" {
			value = `'` + tid.String() + `'`
		}
		names[table], values[table] = append(names[table], column), append(values[table], value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	tx, err := r.pool.Raw().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(t.Context())
	if _, err := tx.Exec(t.Context(), `
		SET LOCAL session_replication_role = replica;
		DO $$ DECLARE c record; BEGIN
			FOR c IN SELECT conrelid::regclass AS tbl, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND conrelid <> 0 LOOP
				EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.tbl, c.conname);
			END LOOP;
		END $$`); err != nil {
		t.Fatal(err)
	}
	for table := range names {
		sql := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(names[table], ", "), strings.Join(values[table], ", "))
		if _, err := tx.Exec(t.Context(), sql); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		counts[table] = 1
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return counts
}

// held counts the tenant's rows by table, those that are kept left out.
func (r *rig) held(t *testing.T, tid tenant.ID) map[string]int64 {
	t.Helper()
	rows, _ := r.pool.Raw().Query(t.Context(), `
		SELECT table_name::text FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
		WHERE  table_schema = 'public' AND table_type = 'BASE TABLE' AND column_name = 'tenant_id'`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int64{}
	for _, table := range tables {
		var n int64
		if err := r.pool.Raw().QueryRow(t.Context(), `SELECT count(*) FROM `+table+` WHERE tenant_id = $1`, tid).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n > 0 && withdrawal.Kept[table] == "" {
			found[table] = n
		}
	}
	return found
}

// TestNothingRemains: every table with a tenant_id, found in the catalogue, is emptied of the tenant and of no other, and the proof counts
// what went.
func TestNothingRemains(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	filled, others := r.fill(t, contoso.ID), r.fill(t, fabrikam.ID)
	receipt, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: " contoso  LTD ", Delete: true, Language: permission.German})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.stopped) != 1 || r.stopped[0] != contoso.ID {
		t.Errorf("stopped = %v", r.stopped)
	}
	for range 2 { // the second finds nothing to do
		if err := r.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if left := r.held(t, contoso.ID); len(left) > 0 {
		t.Errorf("rows left: %v", left)
	}
	if got := r.held(t, fabrikam.ID); len(got) != len(others) {
		t.Errorf("another tenant lost rows: %v", got)
	}
	w, err := r.ByReceipt(t.Context(), receipt)
	if err != nil || w.Tenant.Name() != "Contoso Ltd" || w.DeletedAt.IsZero() || w.Total() != int64(len(filled)) || w.Rows["device"] != 1 {
		t.Errorf("proof = %+v, %v, want %d rows", w, err, len(filled))
	}
	var out bytes.Buffer
	if err := r.chain.Export(t.Context(), contoso.ID, &out); err != nil {
		t.Fatal(err)
	}
	report, err := audit.Verify(&out)
	if err != nil || report.Head != w.Head() || report.Records != w.HeadSeq || w.HeadSeq != 2 {
		t.Errorf("chain = %+v, %v; proof says %d %s", report, err, w.HeadSeq, w.Head())
	}
	var domains int
	if err := r.pool.Raw().QueryRow(t.Context(), `SELECT cardinality(domains) FROM tenant WHERE tenant_id = $1 AND NOT erasing`, contoso.ID).Scan(&domains); err != nil || domains != 0 {
		t.Errorf("domains = %d, %v", domains, err)
	}
}

func TestWhatIsKeptGoesWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fill(t, contoso.ID)
	if _, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: "Contoso Ltd", Language: permission.English}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		days int
		kept bool
	}{{0, true}, {89, true}, {2, false}} {
		r.now = r.now.AddDate(0, 0, step.days)
		if err := r.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if kept := len(r.held(t, contoso.ID)) > 0; kept != step.kept {
			t.Errorf("after %d days more: kept = %v", step.days, kept)
		}
	}
}

// TestANewConsentEndsTheDeletion: what is kept is not deleted under a customer who came back.
func TestANewConsentEndsTheDeletion(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.fill(t, contoso.ID)
	receipt, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: "Contoso Ltd"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.pool.Raw().Exec(t.Context(), `UPDATE tenant SET withdrawn_at = NULL, state = 'connected'`); err != nil {
		t.Fatal(err)
	}
	r.now = r.now.AddDate(1, 0, 0)
	if err := r.RunDue(t.Context()); err != nil || len(r.held(t, contoso.ID)) == 0 {
		t.Errorf("deleted all the same, %v", err)
	}
	if w, err := r.ByReceipt(t.Context(), receipt); err != nil || w.Stands {
		t.Errorf("stands = %v, %v", w.Stands, err)
	}
}

func TestWithdrawRefuses(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, name := range []string{"", "Contoso", "Fabrikam"} {
		if _, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: name}); !errors.Is(err, errs.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := r.Store.Latest(t.Context(), contoso.ID); !errors.Is(err, errs.NotFound) {
		t.Errorf("a refused one is kept: %v", err)
	}
	receipt, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: "Contoso Ltd"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: "Contoso Ltd"}); !errors.Is(err, errs.Conflict) {
		t.Errorf("twice: %v", err)
	}
	for _, wrong := range []string{"", "x", receipt[:42], strings.ToLower(receipt), strings.Repeat("A", 43)} {
		if _, err := r.ByReceipt(t.Context(), wrong); !errors.Is(err, errs.NotFound) {
			t.Errorf("receipt %q: %v", wrong, err)
		}
	}
	if _, err := r.Store.Latest(t.Context(), fabrikam.ID); !errors.Is(err, errs.NotFound) {
		t.Errorf("another tenant has it: %v", err)
	}
}

func TestMicrosoftIsAskedUntilItIsGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	receipt, err := r.Withdraw(t.Context(), admin(contoso), contoso, withdrawal.Order{Name: "Contoso Ltd"})
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		silent, gone bool
		after        time.Duration
		looks        int
		isGone       bool
	}{
		{false, false, 0, 1, false},
		{false, false, time.Minute, 1, false}, // too early
		{true, false, time.Hour, 2, false},
		{false, true, time.Hour, 3, true},
		{false, false, time.Hour, 3, true}, // settled
	} {
		r.now, r.silent, r.gone = r.now.Add(step.after), step.silent, step.gone
		if err := r.RunDue(t.Context()); (err != nil) != step.silent {
			t.Fatal(err)
		}
		w, err := r.ByReceipt(t.Context(), receipt)
		if err != nil || r.looks != step.looks || !w.GoneAt.IsZero() != step.isGone {
			t.Errorf("step %d: %d looks, gone at %v, %v", i, r.looks, w.GoneAt, err)
		}
	}
}
