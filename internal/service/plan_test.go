package service

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListFollowsItsIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO service_item
		SELECT md5('t' || i % 200)::uuid, CASE WHEN i % 5 = 0 THEN 'vppToken' ELSE 'applePushCertificate' END, 's' || i, 'Token ' || i, 'token ' || i, '', 'valid', 'ok', now() + i * interval '1 hour', now(), now(), '{}', 'token ' || i, '', now(), now()
		FROM   generate_series(1, 20000) i`, "service_item")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "service_item_ends_all"}, {all, Filter{Desc: true}, "service_item_ends_all"}, {all, Filter{Within: 7}, "service_item_ends_all"}, {all, Filter{Sort: "name"}, "service_item_name_all"},
		{all, Filter{Sort: "kind"}, "service_item_kind"}, {all, Filter{Sort: "kind", Desc: true}, "service_item_kind"}, {all, Filter{Sort: "contact"}, "service_item_contact"},
		{all, Filter{Sort: "customer"}, "service_item_"}, {all, Filter{Sort: "customer", Desc: true}, "service_item_"}, {all, Filter{Q: "token 1234"}, "service_item_"}, {all, Filter{Q: "to", Sort: "name"}, "service_item_name_all"},
		{one, Filter{}, "service_item_"}, {one, Filter{Q: "token 1234"}, "service_item_"},
	} {
		l, err := tc.f.listing(tc.scope, watch)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, "service_item", tc.index)
	}
}
