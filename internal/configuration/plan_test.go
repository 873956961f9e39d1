package configuration

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListFollowsItsIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO policy
		SELECT md5('t' || i % 200)::uuid, CASE WHEN i % 5 = 0 THEN 'compliance' ELSE 'deviceConfiguration' END, 'p' || i, 'windows10GeneralConfiguration', 'Windows', 'Rule ' || i, 'rule ' || i, '', '', '', 0, i % 2 = 0, i % 3, 9, true, 9, 0, 0, i % 50 / 49, 0,
		       now(), now(), now() - i * interval '1 minute', '{}', 'rule ' || i, '', now(), now()
		FROM   generate_series(1, 9000) i;
		INSERT INTO policy_assignment
		SELECT p.tenant_id, p.kind, p.id, md5(p.id) || '_' || md5(j::text), CASE (j + right(p.id, 1)::int) % 3 WHEN 0 THEN 'allDevices' WHEN 1 THEN 'group' ELSE 'exclusionGroup' END, CASE j WHEN 0 THEN '' ELSE 'g' END, '', '', ''
		FROM   policy p CROSS JOIN generate_series(0, 2) j`, "policy", "policy_assignment")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "policy_name_all"}, {all, Filter{Desc: true}, "policy_name_all"}, {all, Filter{Kind: []Kind{Device}}, "policy_kind"}, {all, Filter{Kind: []Kind{Device, Compliance}}, "policy_name_all"}, {all, Filter{Gone: true}, "policy_gone"}, {all, Filter{Kind: []Kind{Compliance}}, "policy_kind"}, {all, Filter{Sort: "customer"}, "policy_"},
		{all, Filter{Sort: "customer", Desc: true}, "policy_"}, {all, Filter{Q: "rule 1234"}, "policy_"}, {all, Filter{Q: "ru"}, "policy_name_all"}, {one, Filter{}, "policy_"}, {one, Filter{Q: "rule 1234"}, "policy_"},
		{all, Filter{Sort: "kind"}, "policy_kind"}, {all, Filter{Sort: "kind", Desc: true}, "policy_kind"}, {all, Filter{Sort: "type"}, "policy_type"}, {all, Filter{Sort: "type", Desc: true}, "policy_type"},
		{all, Filter{Sort: "platform"}, "policy_platform"}, {all, Filter{Sort: "platform", Desc: true}, "policy_platform"}, {all, Filter{Sort: "modified"}, "policy_modified"}, {all, Filter{Sort: "modified", Desc: true}, "policy_modified"},
		{all, Filter{Sort: "assignments"}, "policy_assignments"}, {all, Filter{Sort: "assignments", Desc: true}, "policy_assignments"}, {all, Filter{Sort: "errors"}, "policy_errors"}, {all, Filter{Sort: "errors", Desc: true}, "policy_errors"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, "policy", tc.index)
	}
	l, err := Filter{Target: []string{"allDevices"}}.listing(all)
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Follows(t, pool, all, l, "policy_assignment", "policy_assignment_target")
}
