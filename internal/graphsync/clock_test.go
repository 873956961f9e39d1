package graphsync_test

import (
	"context"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestClockAnHourOff: of two processes on one database one has a clock that is an hour ahead, and then an hour behind. It takes no run of
// the other for lost, reads nothing before its time, dates what it reads as the other does, and calls nothing fresh or late that is not.
func TestClockAnHourOff(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			contoso := someTenant(t, pool, "c0000000-0000-4000-8000-000000000001")
			begun, release := make(chan struct{}), make(chan struct{})
			held := pullFunc(func(context.Context, tenant.ID, *graphsync.Run) error { close(begun); <-release; return nil })
			quick := pullFunc(func(context.Context, tenant.ID, *graphsync.Run) error { return nil })
			service := func(devices graphsync.Puller) *graphsync.Service {
				s, err := graphsync.New(pool, graphsync.Table().With(graphsync.Devices, devices).With(graphsync.Apps, quick), graphsync.Options{})
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			right, wrong := service(held), service(quick)
			wrong.SetClock(func() time.Time { return time.Now().Add(off) })
			if err := wrong.FollowClock(t.Context()); err != nil {
				t.Fatal(err)
			}
			if d := time.Since(wrong.Now()); d > time.Minute || d < -time.Minute {
				t.Errorf("it works by a clock that is %s off", -d)
			}
			done := make(chan error)
			go func() { done <- right.ReadOnce(t.Context(), contoso, graphsync.Devices) }()
			<-begun
			if err := wrong.ReadOnce(t.Context(), contoso, graphsync.Apps); err != nil {
				t.Fatal(err)
			}
			if err := wrong.Schedule(t.Context()); err != nil {
				t.Fatal(err)
			}
			close(release)
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			all, err := right.OfTenant(t.Context(), contoso)
			if err != nil || len(all) != 2 {
				t.Fatalf("%+v, %v", all, err)
			}
			for _, st := range all {
				if ago := time.Since(st.LastCompleteAt); st.State != "ok" || st.Run != 1 || ago > time.Minute || ago < -time.Minute {
					t.Errorf("%s: %s, run %d, complete %s ago", st.Dataset, st.State, st.Run, ago)
				}
			}
			if err := wrong.Schedule(t.Context()); err != nil {
				t.Fatal(err)
			}
			var queued int
			if err := pool.In(tenant.Everything()).QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE kind = 'graphsync'`).Scan(&queued); err != nil || queued != 0 {
				t.Errorf("%d reads are queued before their time, %v", queued, err)
			}
			for _, tc := range []struct{ minutes, late int }{{40, 0}, {80, 1}} {
				if _, err := pool.In(contoso).Exec(t.Context(), `UPDATE sync_state SET last_complete_at = now() - make_interval(mins => $1) WHERE dataset = 'devices'`, tc.minutes); err != nil {
					t.Fatal(err)
				}
				if f, err := wrong.Freshness(t.Context(), tenant.Only(contoso), graphsync.Devices); err != nil || f.Late != tc.late {
					t.Errorf("devices of %d minutes ago: %d late (%v), want %d", tc.minutes, f.Late, err, tc.late)
				}
			}
		})
	}
}
