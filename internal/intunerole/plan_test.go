package intunerole

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		WITH roles AS (
			INSERT INTO intune_role
			SELECT md5('t' || i % 200)::uuid, 'r' || i, 'Role ' || i, 'role ' || i, '', i % 2 = 0, ARRAY['Microsoft.Intune_ManagedDevices_Read'], '{}', 1, now(), now()
			FROM   generate_series(1, 20000) i)
		INSERT INTO intune_role_assignment
		SELECT md5('t' || i % 200)::uuid, 'a' || i, 'r' || i, 'Given ' || i, 'given ' || i, '', '{g}', '{}', 'allDevices', now(), now()
		FROM   generate_series(1, 20000) i`, "intune_role", "intune_role_assignment")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     interface {
			listing(tenant.Scope) (postgres.Listing, error)
		}
		table, index string
	}{
		{all, Filter{}, "intune_role", "intune_role_name_all"}, {all, Filter{Desc: true}, "intune_role", "intune_role_name_all"}, {all, Filter{Sort: "customer"}, "intune_role", "intune_role_"},
		{all, Filter{Sort: "customer", Desc: true}, "intune_role", "intune_role_"}, {one, Filter{}, "intune_role", "intune_role_"},
		{all, AssignmentFilter{}, "intune_role_assignment", "intune_role_assignment_name"}, {all, AssignmentFilter{Desc: true}, "intune_role_assignment", "intune_role_assignment_name"},
		{all, AssignmentFilter{Sort: "customer"}, "intune_role_assignment", "intune_role_assignment_"}, {all, AssignmentFilter{Sort: "customer", Desc: true}, "intune_role_assignment", "intune_role_assignment_"},
		{one, AssignmentFilter{}, "intune_role_assignment", "intune_role_assignment_"}, {one, AssignmentFilter{RoleID: "r1"}, "intune_role_assignment", "intune_role_assignment_role"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, tc.table, tc.index)
	}
}
