package provisioning

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestTwoLettersFollowTheIndex: of many applications only those that begin so are looked at.
func TestTwoLettersFollowTheIndex(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO provisioning_app SELECT md5('t' || i % 200)::uuid, 'sp' || i, 'app' || i, n, n, true, '' FROM generate_series(1, 10000) i CROSS JOIN LATERAL (SELECT substr(md5(i::text), 1, 8) AS n) v;
		INSERT INTO provisioning_job SELECT md5('t' || i % 200)::uuid, 'sp' || i, 'j', 'scim', 'Active', 4, 'Active', 'PT40M', NULL, '', NULL, NULL, NULL, 0, '', '', 0, false, 0, NULL, NULL, '', NULL, NULL, '', '', NULL, NULL, NULL, '[]', '[]', '{}', '', now(), now(), NULL
		FROM   generate_series(1, 10000) i`, "provisioning_app", "provisioning_job")
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(of)} {
		l, err := jobListing(scope, JobFilter{Q: "AB"})
		if err != nil {
			t.Fatal(err)
		}
		sql, args, err := l.SQL(51)
		if err != nil {
			t.Fatal(err)
		}
		if plan := pgtest.Plan(t, pool, scope, sql, args); strings.Contains(plan, "Seq Scan on provisioning_app") || scope.All && !strings.Contains(plan, "provisioning_app_name") {
			t.Errorf("%v:\n%s", scope, plan)
		}
	}
}
