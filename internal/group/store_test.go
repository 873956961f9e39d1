package group

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

var contoso, fabrikam = id("11111111-1111-4111-8111-111111111111"), id("22222222-2222-4222-8222-222222222222")

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

func merge(t *testing.T, pool *postgres.Pool, s *Store, tid tenant.ID, r Read) (m graphsync.Merged) {
	t.Helper()
	if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
		m, err = s.Merge(t.Context(), tx, tid, r)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

func some(people int) Read {
	yes := true
	r := Read{Groups: []Group{{ID: "g1", Name: "IT", MembersRead: true, Members: people}, {ID: "g2", Name: "Everybody", Dynamic: true}, {ID: "g3", Gone: true}}, Members: map[string][]Member{}}
	for i := range people {
		r.Members["g1"] = append(r.Members["g1"], Member{ID: fmt.Sprint("u", i), Type: "user", Name: "Somebody", Enabled: &yes, Direct: i > 0})
	}
	return r
}

func TestMergeWritesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := NewStore(pool)
	if m := merge(t, pool, s, contoso, some(3)); m.Written != 6 || m.Gone != 0 || m.Counters["total"] != 3 || m.Counters["gone:true"] != 1 {
		t.Errorf("first: %+v", m)
	}
	if m := merge(t, pool, s, contoso, some(3)); m.Written != 0 || m.Gone != 0 {
		t.Errorf("unchanged: %+v", m)
	}
	if m := merge(t, pool, s, contoso, some(2)); m.Written != 1 || m.Gone != 1 {
		t.Errorf("one left: %+v", m)
	}
	if m := merge(t, pool, s, contoso, Read{}); m.Written != 0 || m.Gone != 5 {
		t.Errorf("nothing named: %+v", m)
	}
}

func TestStoreKeepsTenantsApart(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s := NewStore(pool)
	merge(t, pool, s, fabrikam, some(2))
	merge(t, pool, s, contoso, Read{}) // sweeps Contoso's only
	refs := []Ref{{fabrikam, "g1"}, {fabrikam, "g3"}, {fabrikam, "g9"}, {contoso, "g1"}, {fabrikam, "g1"}}
	all, err := s.Find(t.Context(), tenant.Everything(), refs)
	if g := all[refs[0]]; err != nil || len(all) != 2 || g.Name != "IT" || !g.MembersRead || g.Members != 2 || !all[refs[1]].Gone {
		t.Errorf("all: %+v, %v", all, err)
	}
	if own, err := s.Find(t.Context(), tenant.Only(contoso), refs); err != nil || len(own) != 0 {
		t.Errorf("Contoso finds %+v, %v", own, err)
	}
}
