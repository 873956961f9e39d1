package leaver

import (
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func id(s string) tenant.ID {
	tid, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return tid
}

// TestStore: a plan grows, keeps when each door was noticed last, and is proved until another is found; another partner has none of it.
func TestStore(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, other := NewStore(pool, id("11111111-1111-4111-8111-111111111111")), NewStore(pool, id("22222222-2222-4222-8222-222222222222"))
	noon := time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)
	if _, err := s.Get(t.Context(), 7); !errors.Is(err, errs.NotFound) {
		t.Errorf("no plan: %v", err)
	}
	if err := s.Prove(t.Context(), 7, "boss", noon, "x"); !errors.Is(err, errs.NotFound) {
		t.Errorf("proved without a plan: %v", err)
	}
	keep := func(at time.Time, doors ...Door) Plan {
		t.Helper()
		if err := s.Keep(t.Context(), 7, "boss", at, doors); err != nil {
			t.Fatal(err)
		}
		p, err := s.Get(t.Context(), 7)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	keep(noon, Door{Key: "a", What: "A"}, Door{Key: "b", What: "B"})
	customer := id("33333333-3333-4333-8333-333333333333")
	p := keep(noon.Add(time.Hour), Door{Key: "b", What: "B"}, Door{Key: "c", What: "C", Customer: &customer})
	if len(p.Doors) != 3 || !p.Doors[0].Noticed.Equal(noon) || !p.Doors[1].Noticed.Equal(noon.Add(time.Hour)) || *p.Doors[2].Customer != customer || p.Doors[0].Customer != nil || !p.BeganAt.Equal(noon) || p.Proof != "" {
		t.Errorf("kept: %+v", p)
	}
	if err := s.Prove(t.Context(), 7, "boss", noon.Add(2*time.Hour), "all\n"); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Get(t.Context(), 7); err != nil || p.Proof != "all\n" || p.ProvedBy != "boss" || len(p.Hash()) != 64 {
		t.Errorf("proved: %+v, %v", p, err)
	}
	if p := keep(noon.Add(3*time.Hour), Door{Key: "d"}); p.Proof != "" || !p.ProvedAt.IsZero() || len(p.Doors) != 4 {
		t.Errorf("another door was found: %+v", p)
	}
	if _, err := other.Get(t.Context(), 7); !errors.Is(err, errs.NotFound) {
		t.Errorf("another partner: %v", err)
	}
}
