package protection

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestListsFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		WITH devices AS (
			INSERT INTO device_protection
			SELECT md5('t' || i % 200)::uuid, 'd' || i, 'PC' || i, 'pc' || i, 'clean', '', '{}', true, true, true, true, false, '1', '1', '1', now(), now(), i % 50 / 49, 0, now() - i * interval '1 minute', '', now(), now()
			FROM   generate_series(1, 20000) i)
		INSERT INTO malware
		SELECT md5('t' || i % 200)::uuid, 'm' || i, 'Trojan:Win32/X' || i, 'trojan:win32/x' || i, 'high', 3, 'trojan', '', now() - i * interval '1 minute', '', now(), now()
		FROM   generate_series(1, 20000) i`, "device_protection", "malware")
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     interface {
			listing(tenant.Scope) (postgres.Listing, error)
		}
		table, index string
	}{
		{all, Filter{}, "device_protection", "device_protection_name_all"}, {all, Filter{Desc: true}, "device_protection", "device_protection_name_all"},
		{all, Filter{Sort: "reported"}, "device_protection", "device_protection_reported"}, {all, Filter{Sort: "reported", Desc: true}, "device_protection", "device_protection_reported"},
		{all, Filter{Sort: "malware"}, "device_protection", "device_protection_malware"}, {all, Filter{Sort: "malware", Desc: true}, "device_protection", "device_protection_malware"},
		{all, Filter{Sort: "customer"}, "device_protection", "device_protection_"}, {all, Filter{Sort: "customer", Desc: true}, "device_protection", "device_protection_"}, {one, Filter{}, "device_protection", "device_protection_"},
		{all, Filter{Q: "pc1234"}, "device_protection", "device_protection_pkey"}, {all, Filter{Q: "pc"}, "device_protection", "device_protection_name_all"}, {one, Filter{Q: "pc1234"}, "device_protection", "device_protection_"},
		{all, MalwareFilter{}, "malware", "malware_detected"}, {all, MalwareFilter{Desc: true}, "malware", "malware_detected"}, {all, MalwareFilter{Sort: "customer"}, "malware", "malware_"}, {all, MalwareFilter{IDs: []string{"m7"}}, "malware", "malware_of_all"},
		{all, MalwareFilter{Q: "x1234"}, "malware", "malware_pkey"}, {one, MalwareFilter{Q: "x1234"}, "malware", "malware_"},
	} {
		l, err := tc.f.listing(tc.scope)
		if err != nil {
			t.Fatal(err)
		}
		pgtest.Follows(t, pool, tc.scope, l, tc.table, tc.index)
	}
	s := NewStore(pool)
	if p, err := s.List(t.Context(), all, Filter{Q: "c1234"}); err != nil || p.Count != 11 {
		t.Errorf("%d devices found, %v", p.Count, err)
	}
	if p, err := s.Malware(t.Context(), all, MalwareFilter{Q: "x1234"}); err != nil || p.Count != 11 {
		t.Errorf("%d found, %v", p.Count, err)
	}
	if _, err := s.List(t.Context(), all, Filter{Problem: []string{"critical"}}); err != nil {
		t.Error(err)
	}
	pgtest.Scanned(t, pool, "device_protection_problems")
	pgtest.Scanned(t, pool, "device_protection_search")
	pgtest.Scanned(t, pool, "malware_search")
}
