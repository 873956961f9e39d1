package graphsync_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestDaysAddUpTheSameCustomers: a day is whole if all were read who were read before, whether they began in the days asked for or earlier.
// Who has not been read for a week is in none of them.
func TestDaysAddUpTheSameCustomers(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, err := graphsync.New(pool, graphsync.Table(), graphsync.Options{})
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	of := pgtest.Customers(t, pool)
	for i, days := range [][]int{
		{1, 2, 3, 4, 5, 6, 20}, // from the beginning to the end
		{-3, 3, 5, 20},         // read before the beginning, so due on the first day
		{5, 6, 20},             // new on the fifth day
		{1, 2, 3, 13},          // lost
		{},                     // never read
	} {
		for _, d := range days {
			if _, err := pool.In(of[i]).Exec(t.Context(), `INSERT INTO tenant_daily (tenant_id, dataset, key, day, value) SELECT $1, 'devices', k, $2, n FROM (VALUES ('total', 10), ('os:iOS', 4)) v (k, n)`, of[i], first.AddDate(0, 0, d-1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tc := range map[string]struct {
		scope tenant.Scope
		whole map[int]int64 // by day of the month
		part  map[int]graphsync.Part
		lost  int
	}{
		"all":      {tenant.Everything(), map[int]int64{3: 20, 5: 30, 20: 30}, map[int]graphsync.Part{1: {1, 2}, 2: {1, 2}, 4: {1, 2}, 6: {2, 3}}, 1},
		"two":      {tenant.Only(of[0], of[2]), map[int]int64{1: 10, 2: 10, 3: 10, 4: 10, 5: 20, 6: 20, 20: 20}, nil, 0},
		"one":      {tenant.Only(of[1]), map[int]int64{3: 10, 5: 10, 20: 10}, nil, 0},
		"the lost": {tenant.Only(of[3]), map[int]int64{1: 10, 2: 10, 3: 10, 13: 10}, nil, 0},
		"unread":   {tenant.Only(of[4]), nil, nil, 0},
	} {
		got, err := s.DailyOf(t.Context(), tc.scope, graphsync.Devices, first, "total", "os:iOS")
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Of["total"]) != len(tc.whole) || len(got.Of["os:iOS"]) != len(tc.whole) || got.Lost != tc.lost {
			t.Errorf("%s: %+v", name, got)
		}
		parts := 0
		for day, p := range got.Read {
			if p.Read < p.Due {
				parts++
			}
			if want, ok := tc.part[day.Day()]; ok && p != want {
				t.Errorf("%s: on day %d read %+v, want %+v", name, day.Day(), p, want)
			}
		}
		if parts != len(tc.part) {
			t.Errorf("%s: %d days are parts: %+v", name, parts, got.Read)
		}
		for day, n := range tc.whole {
			at := first.AddDate(0, 0, day-1)
			if got.Of["total"][at] != n || got.Of["os:iOS"][at] != n*4/10 {
				t.Errorf("%s: on day %d %d, %d, want %d", name, day, got.Of["total"][at], got.Of["os:iOS"][at], n)
			}
		}
	}
}
