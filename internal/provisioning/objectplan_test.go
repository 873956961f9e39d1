package provisioning

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// manyObjects are 20,000 objects of which every fifth fails, and a thousand jobs at each of the two customers.
func manyObjects(t *testing.T) *postgres.Pool {
	t.Helper()
	pool, _ := twoTenants(t)
	for _, x := range []struct {
		sql  string
		args []any
	}{{`
		INSERT INTO provisioning_object (tenant_id, sp_id, id, name, name_key, upn, type, app, app_key, status, last_at, last_event, failing_since, since_known, first_event, tries, cause, error_code, reason, recommended, search)
		SELECT CASE WHEN i % 9 = 0 THEN $1::uuid ELSE $2 END, 'sp' || i % 40, 'u' || i, 'Person ' || i, 'person ' || i, '', 'User', 'HR', 'app' || i % 20, CASE WHEN i % 5 = 0 THEN 'failure' ELSE 'success' END, $3::timestamptz, 'e' || i,
		       CASE WHEN i % 5 = 0 THEN $3::timestamptz - i * interval '1 minute' END, true, '', 1, 'cause' || i % 30, '', '', '', 'person ' || i
		FROM   generate_series(1, 20000) i`, []any{contoso, fabrikam, noon}}, {`
		INSERT INTO provisioning_app (tenant_id, id, app_id, name, name_key, enabled, hash)
		SELECT x, 'sp' || i, '', 'App ' || i, 'app ' || i, true, '' FROM unnest(ARRAY[$1::uuid, $2::uuid]) x, generate_series(1, 1000) i`, []any{contoso, fabrikam}}, {`
		INSERT INTO provisioning_job (tenant_id, sp_id, id, template, code, health, schedule, every, quarantine_reason, quarantine_count, quarantine_code, quarantine_message, failures, escrows_pruned, escrowed, last_state, last_error_code, last_error,
		            progress, counts, settings, hash, first_seen_at, changed_at)
		SELECT x, 'sp' || i, 'j' || i, 't' || i % 20, 'Active', i % 4, 'Active', 'PT40M', '', 0, '', '', 0, false, 0, '', '', '', '[]', '[]', '[]', '', $3::timestamptz, $3::timestamptz
		FROM   unnest(ARRAY[$1::uuid, $2::uuid]) x, generate_series(1, 1000) i`, []any{contoso, fabrikam, noon}}} {
		if _, err := pool.In(tenant.Everything()).Exec(t.Context(), x.sql, x.args...); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.Raw().Exec(t.Context(), `ANALYZE provisioning_object, provisioning_app, provisioning_job`); err != nil {
		t.Fatal(err)
	}
	return pool
}

// TestObjectsFollowTheirIndexes: pages of failing objects and of the board walk along an index of their order, and causes are gathered from
// what fails alone.
func TestObjectsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool := manyObjects(t)
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso)} {
		for _, tc := range []struct {
			index string
			f     ObjectFilter
		}{
			{"provisioning_object_since", ObjectFilter{}}, {"provisioning_object_since", ObjectFilter{Desc: true}}, {"provisioning_object_name", ObjectFilter{Sort: "name"}}, {"provisioning_object_cause", ObjectFilter{App: "app5", Cause: "cause5"}},
		} {
			l, err := tc.f.listing(scope)
			if err != nil {
				t.Fatal(err)
			}
			sql, args, err := l.SQL(41)
			if err != nil {
				t.Fatal(err)
			}
			if plan := pgtest.Plan(t, pool, scope, sql, args); !strings.Contains(plan, tc.index) || strings.Contains(plan, "Seq Scan on provisioning_object") {
				t.Errorf("%+v of %v goes without %s:\n%s", tc.f, scope, tc.index, plan)
			}
		}
		sql, args, err := clustersOf(scope, ObjectFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, scope, sql, args); strings.Contains(plan, "Seq Scan on provisioning_object") {
			t.Errorf("causes of %v read what does not fail:\n%s", scope, plan)
		}
		board, err := jobListing(scope, JobFilter{})
		if err != nil {
			t.Fatal(err)
		}
		sql, args, err = board.SQL(51)
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, scope, sql, args); !strings.Contains(plan, "Presorted Key: j.health") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("the board of %v does not walk from the worst:\n%s", scope, plan)
		}
	}
}
