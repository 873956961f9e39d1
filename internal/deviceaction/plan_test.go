package deviceaction

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListFollowsItsIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO device_action (tenant_id, kind, options, reason, device_id, device_name, hardware, os, device_user, destructive, state, by_name, by_tenant, by_object, as_name, nonce, asked_at)
		SELECT md5('t' || i % 200)::uuid, 'syncDevice', '{}', '', 'd' || i, 'PC' || i, 'S' || i, 'Windows', '', false, 'done', 'Adele Vance', md5('t0')::uuid, 'o', 'Adele Vance', 'n' || i, now() - i * interval '1 minute'
		FROM   generate_series(1, 6000) i`, "device_action")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{Sort: "asked"}, "device_action_asked_all"}, {all, Filter{Sort: "asked", Desc: true}, "device_action_asked_all"}, {all, Filter{Sort: "device"}, "device_action_device_all"},
		{all, Filter{Sort: "device", Desc: true}, "device_action_device_all"}, {all, Filter{Sort: "customer"}, "device_action_asked"}, {all, Filter{Sort: "customer", Desc: true}, "device_action_asked"},
		{one, Filter{Sort: "asked", Desc: true}, "device_action_asked"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, "device_action", tc.index)
	}
}
