package incident

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListFollowsItsIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO incident
		SELECT md5('t' || i % 200)::uuid, i::text, 'Incident ' || i, CASE WHEN i % 20 = 0 THEN 'active' ELSE 'resolved' END, 'high', i % 4, i % 20 = 0, '', '', '', '', '', 0, '', '', '{}', '{}', 0, '[]', '[]',
		       now() - i * interval '1 minute', now() - i * interval '1 minute', 'incident ' || i, '', now(), now()
		FROM   generate_series(1, 20000) i`, "incident")
	all, one := tenant.Everything(), tenant.Only(of)
	open := true
	for _, tc := range []struct {
		scope tenant.Scope
		f     Filter
		index string
	}{
		{all, Filter{}, "incident_all"}, {all, Filter{Desc: true}, "incident_all"}, {all, Filter{Sort: "severity"}, "incident_severity"}, {all, Filter{Sort: "updated", Desc: true}, "incident_updated"}, {all, Filter{Open: &open, Desc: true}, "incident_open"},
		{all, Filter{Q: "incident 1234"}, "incident_"}, {all, Filter{Q: "Zo"}, "incident_title"}, {one, Filter{Q: "12"}, "incident_"}, {one, Filter{Desc: true}, "incident_created"}, {one, Filter{Open: &open, Desc: true}, "incident_"}, {one, Filter{Q: "incident 1234"}, "incident_"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, "incident", tc.index)
	}
}
