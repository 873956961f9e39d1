package reach

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestWipersFollowTheirIndexes(t *testing.T) {
	t.Parallel()
	pool, of := pgtest.Fleet(t, `
		INSERT INTO wiper
		SELECT md5('t' || i % 200)::uuid, 'u' || i, CASE WHEN i % 50 = 0 THEN 'partner' ELSE 'customer' END, 'person ' || i, 'person ' || i || E'\nu' || i || '@contoso.example'
		FROM   generate_series(1, 20000) i`, "wiper")
	at := &Place{Wiper{of, "u1", "customer", "person 1"}, "customer 1"}
	all, one := tenant.Everything(), tenant.Only(of)
	for _, tc := range []struct {
		scope tenant.Scope
		f     WiperFilter
		index string
	}{
		{all, WiperFilter{}, "wiper_name"}, {all, WiperFilter{Desc: true, After: at}, "wiper_name"}, {all, WiperFilter{Sides: []string{"customer"}}, "wiper_name"}, {all, WiperFilter{Q: "contoso"}, "wiper_name"},
		{all, WiperFilter{ByCustomer: true}, "wiper_"}, {all, WiperFilter{ByCustomer: true, Desc: true, After: at}, "wiper_"}, {one, WiperFilter{}, "wiper_"}, {one, WiperFilter{After: at, Desc: true}, "wiper_"},
	} {
		pgtest.Follows(t, pool, tc.scope, tc.f.listing(tc.scope, false), "wiper", tc.index)
	}
	s := NewStore(pool)
	if p, err := s.Wipers(t.Context(), all, WiperFilter{Q: "Person 1999"}); err != nil || p.Count != 11 || p.More || len(p.Rows) != 11 {
		t.Errorf("a seldom text: %+v, %v", p, err)
	}
	pgtest.Scanned(t, pool, "wiper_search")
	if p, err := s.Wipers(t.Context(), one, WiperFilter{Q: "contoso", Limit: 9}); err != nil || p.Count != 100 || len(p.Rows) != 9 || !p.Next {
		t.Errorf("of one customer: %+v, %v", p, err)
	}
	if p, err := s.Wipers(t.Context(), all, WiperFilter{Q: "contoso", CountMost: 5000}); err != nil || p.Count != 5000 || !p.More {
		t.Errorf("a frequent text: %+v, %v", p, err)
	}
	if _, err := s.Wipers(t.Context(), all, WiperFilter{Q: "\x00"}); err == nil {
		t.Error("a text that Postgres cannot hold")
	}
}
