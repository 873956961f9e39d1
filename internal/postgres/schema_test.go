package postgres_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

// withoutTenant lists every table that has no tenant_id, with the reason. A new one needs a reason here, or a tenant_id.
var withoutTenant = map[string]string{
	"goose_db_version":   "goose: which migrations ran",
	"river_job":          "River: the queue of all tenants; the tenant is in a job's arguments and pages ask graphsync",
	"river_queue":        "River",
	"river_leader":       "River",
	"river_migration":    "River",
	"river_notification": "River",
	"session":            "a browser's session spans several tenant sign-ins; found by the hash of its cookie only",
	"setting":            "settings of the portal itself",
	"device_job":         "orders for many devices; their lines are the customers', and who sees one of those sees the order",
	"staff":              "the partner's own people; what they may see is in staff_tenant",
	"saved_view":         "what the partner's people ask lists for; what they find is decided by the reach of whoever opens it",
	"tenant_group":       "rules by which tenants are grouped; who is in one is worked out under the asker's scope",
	"consent_template":   "named sets of features, for all the staff; which customer follows one is in consent_plan",
	"registration":       "the partner's own app registrations; which customer knows the portal by one is in tenant",
	"provisioning_plan":  "plans of one application for several customers; which those are is in provisioning_plan_line, and a plan without a line in the asker’s scope is not shown",
	"guest_job":          "orders of invitations by the partner’s people; to whom they go is in guest_invitation, and a job without a line in the asker’s scope is not shown",
	"audit_stream":       "how the delivery of all records to one webhook goes",
	"brake_state":        "the brake of the whole portal: its clock and the stop",
	"brake_request":      "destructive acts that the partner’s people asked for; on which devices is in brake_target, and a request with a line outside the asker’s scope is not shown",
	"hunting_query":      "queries that the partner's people saved; what they find is decided by the sign-in of whoever runs them",
	"hunting_draft":      "the query that one of the partner's people wrote last",
	"app_alike":          "apps of all customers that are alike, added up; only who sees all customers may read it, and what of it is whose is in app_share",
	"detected_program":   "programs on devices of all customers, added up; only who sees all customers may read it",
	"list_choice":        "the partner's people: columns and the view that a list starts with",
}

type table struct {
	Name       string
	HasTenant  bool
	NotNull    bool
	Forced     bool
	Policies   int
	TenantLead bool // an index whose first column is tenant_id
	WebMayRead bool
}

func tables(t *testing.T, p *postgres.Pool) []table {
	t.Helper()
	rows, _ := p.Raw().Query(t.Context(), `
		SELECT c.relname AS name,
		       a.attnum IS NOT NULL AS has_tenant,
		       coalesce(a.attnotnull, false) AS not_null,
		       c.relrowsecurity AND c.relforcerowsecurity AS forced,
		       (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid)::int AS policies,
		       EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indkey[0] = a.attnum AND indpred IS NULL) AS tenant_lead,
		       has_table_privilege($1, c.oid, 'SELECT') AS web_may_read
		FROM   pg_class c
		LEFT   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
		WHERE  c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		ORDER  BY c.relname`, postgres.WebRole)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[table])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// schemaFaults says what is wrong with a table, nothing for a good one.
func schemaFaults(tb table) (faults []string) {
	if !tb.HasTenant {
		if withoutTenant[tb.Name] == "" {
			faults = append(faults, "has no tenant_id and no reason in withoutTenant")
		}
		return faults
	}
	for fault, is := range map[string]bool{
		"tenant_id may be NULL": !tb.NotNull,
		"row-level security is not enabled and forced: SELECT isolate('" + tb.Name + "')": !tb.Forced,
		"has no policy": tb.Policies == 0,
		"has no index that starts with tenant_id": !tb.TenantLead,
	} {
		if is {
			faults = append(faults, fault)
		}
	}
	return faults
}

func TestEveryTenantTableIsIsolated(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	seen := map[string]bool{}
	for _, tb := range tables(t, p) {
		seen[tb.Name] = true
		for _, f := range schemaFaults(tb) {
			t.Errorf("table %s: %s", tb.Name, f)
		}
	}
	for name := range withoutTenant {
		if !seen[name] {
			t.Errorf("withoutTenant lists %s, which is no table", name)
		}
	}
}

// TestSchemaFaultsAreFound keeps the test above from passing for the wrong reason.
func TestSchemaFaultsAreFound(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	_, err := p.Raw().Exec(t.Context(), `
		CREATE TABLE bad_bare (tenant_id uuid, n int);
		CREATE TABLE bad_order (tenant_id uuid NOT NULL, n int, PRIMARY KEY (n, tenant_id));
		SELECT isolate('bad_order');
		CREATE TABLE bad_none (n int)`)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"bad_bare": 4, "bad_order": 1, "bad_none": 1}
	for _, tb := range tables(t, p) {
		if n, ok := want[tb.Name]; ok && len(schemaFaults(tb)) != n {
			t.Errorf("%s: faults %q, want %d", tb.Name, schemaFaults(tb), n)
		}
	}
}

// TestViewsAskTheReader: a view reads as its owner unless told otherwise, and the owner may be above row-level security.
func TestViewsAskTheReader(t *testing.T) {
	t.Parallel()
	rows, _ := pgtest.New(t).Raw().Query(t.Context(), `
		SELECT relname FROM pg_class
		WHERE  relnamespace = 'public'::regnamespace
		AND    (relkind = 'm' OR relkind = 'v' AND NOT coalesce(reloptions @> '{security_invoker=true}', false))`)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(found) > 0 {
		t.Errorf("views past row-level security: %q, %v (create them WITH (security_invoker=true))", found, err)
	}
}

func TestAuditCannotBeRewrittenByTheWebRole(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t)
	for _, sql := range []string{`UPDATE audit SET action = ''`, `DELETE FROM audit`, `TRUNCATE audit`} {
		if _, err := p.In(contoso).Exec(t.Context(), sql); err == nil {
			t.Errorf("%s was allowed", sql)
		}
	}
}

// TestMigrateTwiceAtOnce starts from an empty database, as two portals on the first start do.
func TestMigrateTwiceAtOnce(t *testing.T) {
	t.Parallel()
	owner := pgtest.New(t)
	name := fmt.Sprintf("%s_empty", owner.Raw().Config().ConnConfig.Database)
	if _, err := owner.Raw().Exec(t.Context(), `CREATE DATABASE `+name); err != nil {
		t.Fatal(err)
	}
	cfg := owner.Raw().Config()
	cfg.ConnConfig.Database = name
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			raw, err := pgxpool.NewWithConfig(t.Context(), cfg.Copy())
			if err != nil {
				t.Error(err)
				return
			}
			defer raw.Close()
			if err := postgres.Migrate(t.Context(), postgres.NewPool(raw)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, err := owner.Raw().Exec(t.Context(), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
		t.Error(err)
	}
}

// TestDefinersAreForTheWebOnly: a function that runs as the schema's owner, past row-level security, is given to the web's role by name, and to
// nobody who merely may connect.
func TestDefinersAreForTheWebOnly(t *testing.T) {
	t.Parallel()
	rows, _ := pgtest.New(t).Raw().Query(t.Context(), `
		SELECT p.oid::regprocedure::text
		FROM   pg_proc p
		JOIN   pg_namespace n ON n.oid = p.pronamespace
		WHERE  n.nspname = 'public' AND p.prosecdef AND has_function_privilege('public', p.oid, 'EXECUTE')
		ORDER  BY 1`)
	open, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(open) > 0 {
		t.Errorf("everybody may run %q: %v", open, err)
	}
}
