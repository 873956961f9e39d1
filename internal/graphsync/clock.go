package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Now is the time by which the sync works: the database's. Clocks of machines differ, and a process whose own is an hour ahead would take
// every run of the others for lost, or call old readings fresh.
func (s *Service) Now() time.Time { return s.now() }

func (s *Service) sharedNow() time.Time { return s.local().Add(time.Duration(s.ahead.Load())) }

// FollowClock learns how far the database's clock is from this process's. Reads do so by themselves.
func (s *Service) FollowClock(ctx context.Context) error {
	asked := s.local()
	var theirs time.Time
	if err := s.pool.In(tenant.Scope{}).QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
		return fmt.Errorf("read the database's clock: %w", err)
	}
	s.heard(asked, theirs)
	return nil
}

// heard takes the database's time from an answer to a question asked then. The way there and back is of no weight; what it may be is left out.
func (s *Service) heard(asked, theirs time.Time) {
	middle := asked.Add(s.local().Sub(asked) / 2)
	ahead := theirs.Sub(middle)
	if ahead > -time.Second && ahead < time.Second {
		ahead = 0
	}
	s.ahead.Store(int64(ahead))
}
