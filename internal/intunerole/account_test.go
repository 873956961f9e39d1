package intunerole

import (
	"reflect"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestHeldBy: what accounts hold is what the list of holders says of them, at two tenants, and nothing beyond the scope.
func TestHeldBy(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	r := some(6)
	r.Assignments[1].Members = []string{"g2"}
	merge(t, pool, s, contoso, noon, r)
	merge(t, pool, s, fabrikam, noon, some(2))
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, direct)
			VALUES ($1, 'g1', 'eve', 'user', '', '', true), ($1, 'g2', 'eve', 'user', '', '', true), ($1, 'g2', 'ben', 'user', '', '', true), ($1, 'g1', 'g3', 'group', '', '', true), ($1, 'g4', 'dan', 'user', '', '', true)`, tid); err != nil {
			t.Fatal(err)
		}
	}
	var of []tenant.Account
	for _, id := range []string{"eve", "ben", "dan", "g3"} {
		of = append(of, tenant.Account{Tenant: contoso, ID: id}, tenant.Account{Tenant: fabrikam, ID: id})
	}
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso), {}} {
		want := map[tenant.Account]Holder{}
		if err := s.EachHolder(t.Context(), scope, HolderFilter{}, func(h Holder) error {
			h.TenantName, h.Scopes = "", nil
			want[tenant.Account{Tenant: h.Tenant, ID: h.ID}] = h
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.HeldBy(t.Context(), scope, nil, of); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %v, want %v, %v", scope, got, want, err)
		}
	}
}

// TestAccountsAreFoundByIndexes: what a few accounts hold is not looked for among all members of all groups.
func TestAccountsAreFoundByIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		WITH roles AS (
			INSERT INTO intune_role
			SELECT md5('t' || i % 200)::uuid, 'r' || i, 'Role ' || i, 'role ' || i, '', i % 2 = 0, ARRAY['Microsoft.Intune_ManagedDevices_Read'], '{}', 1, now(), now()
			FROM   generate_series(1, 10000) i),
		members AS (
			INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, direct)
			SELECT md5('t' || i % 200)::uuid, 'g' || i % 1000, 'u' || i, 'user', '', '', true
			FROM   generate_series(1, 20000) i)
		INSERT INTO intune_role_assignment
		SELECT md5('t' || i % 200)::uuid, 'a' || i, 'r' || i, 'Given ' || i, 'given ' || i, '', '{g}', '{}', 'allDevices', now(), now()
		FROM   generate_series(1, 10000) i`, "intune_role", "intune_role_assignment", "directory_group_member")
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(of)} {
		plan := pgtest.Plan(t, pool, scope, `SELECT r.name`+heldBy, []any{[]tenant.ID{of, of}, []string{"u1", "u201"}, []string{Wipe}})
		if !strings.Contains(plan, "directory_group_member_id") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("%v:\n%s", scope, plan)
		}
	}
}
