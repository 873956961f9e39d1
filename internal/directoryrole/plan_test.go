package directoryrole

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestAccountsAreFoundByIndexes: what a few accounts hold is not looked for among all members of all groups.
func TestAccountsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		WITH members AS (
			INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, direct)
			SELECT md5('t' || i % 200)::uuid, 'g' || i % 1000, 'u' || i, 'user', '', '', true
			FROM   generate_series(1, 20000) i)
		INSERT INTO directory_role_assignment (tenant_id, id, role_id, role_name, principal_id, principal_type, name, upn, scope, hash, first_seen_at, changed_at)
		SELECT md5('t' || i % 200)::uuid, 'a' || i, 'r', '', CASE WHEN i < 1000 THEN 'g' || i ELSE 'u' || i END, CASE WHEN i < 1000 THEN 'group' ELSE 'user' END, '', '', '/', '', now(), now()
		FROM   generate_series(1, 20000) i`, "directory_group_member", "directory_role_assignment")
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(of)} {
		plan := pgtest.Plan(t, pool, scope, `SELECT h.role_id`+heldBy, []any{[]tenant.ID{of, of}, []string{"u1", "u201"}})
		for _, index := range []string{"directory_group_member_id", "directory_role_assignment_principal"} {
			if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan") {
				t.Errorf("%v: does not ask %s:\n%s", scope, index, plan)
			}
		}
	}
}
