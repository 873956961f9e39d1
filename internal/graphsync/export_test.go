package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// ReadOnce runs one dataset in the caller's goroutine, as a worker does.
func (s *Service) ReadOnce(ctx context.Context, tid tenant.ID, dataset string) error {
	d, ok := s.datasets.Get(dataset)
	if !ok {
		return fmt.Errorf("no dataset %s", dataset)
	}
	return s.read(ctx, tid, d, "person", 0)
}

// HistoryTables are the tables that retention prunes.
func HistoryTables() (names []string) {
	for _, t := range historyTables {
		names = append(names, t.table)
	}
	return names
}

// SetClock gives the process another clock than the machine's.
func (s *Service) SetClock(local func() time.Time) { s.local = local }
