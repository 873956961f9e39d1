package autopilot

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO autopilot_identity
		SELECT md5('t' || i % 200)::uuid, 'a' || i, 'SN' || i, 'sn' || i, '', 'Maker', 'Model', '', '', 'TAG-' || i % 50, 'PO', CASE WHEN i % 40 = 0 THEN 'failed' ELSE 'assignedInSync' END, 'none', now(),
		       CASE WHEN i % 50 = 0 THEN 'failed' ELSE 'enrolled' END, now() - i * interval '1 minute', '', '', '', 'e' || i, 'd' || i, '', '', '', '-infinity', '', 'sn' || i || E'\n\npo', ''::bytea, now(), now(), NULL
		FROM   generate_series(1, 20000) i`, "autopilot_identity")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "autopilot_all"}, {all, Filter{Sort: "contacted", Desc: true}, "autopilot_contacted"}, {all, Filter{Sort: "state"}, "autopilot_state"},
		{all, Filter{Sort: "profile"}, "autopilot_profile"}, {all, Filter{Sort: "tag"}, "autopilot_tag"}, {all, Filter{State: []string{"failed"}}, "autopilot_"},
		{all, Filter{Q: "sn1234"}, "autopilot_identity_pkey"}, {all, Filter{Q: "zz"}, "autopilot_"}, {one, Filter{}, "autopilot_serial"}, {one, Filter{Q: "sn1234"}, "autopilot_"},
		{all, Filter{Sort: "customer"}, "autopilot_serial"}, {all, Filter{Sort: "customer", Desc: true}, "autopilot_serial"}, {one, Filter{Sort: "customer"}, "autopilot_serial"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, "autopilot_identity", tc.index)
	}
}
