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
		SELECT md5('t' || i % 200)::uuid, CASE WHEN i % 5 = 0 THEN 'compliance' ELSE 'device' END, 'p' || i, 'windows10GeneralConfiguration', 'Windows', 'Rule ' || i, 'rule ' || i, '', '', '', 0, i % 2 = 0, i % 3, 9, true, 9, 0, 0, i % 50 / 49, 0,
		       now(), now(), now() - i * interval '1 minute', '{}', 'rule ' || i, '', now(), now()
		FROM   generate_series(1, 20000) i`, "policy")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "policy_name_all"}, {all, Filter{Desc: true}, "policy_name_all"}, {all, Filter{Kind: []Kind{Compliance}}, "policy_name_all"}, {all, Filter{Sort: "customer"}, "policy_"},
		{all, Filter{Sort: "customer", Desc: true}, "policy_"}, {all, Filter{Q: "rule 1234"}, "policy_"}, {all, Filter{Q: "ru"}, "policy_name_all"}, {one, Filter{}, "policy_"}, {one, Filter{Q: "rule 1234"}, "policy_"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, "policy", tc.index)
	}
}
