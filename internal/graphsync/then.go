package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// LastRead is when a tenant's dataset was read completely, by days (UTC).
type LastRead struct {
	First  time.Time // the first day of all
	Latest time.Time // the latest day up to the one asked for; zero: none
}

// LastReads returns for each tenant of the scope the days on which a dataset was read completely, seen from a day. A tenant that was
// never read is missing.
func (s *Service) LastReads(ctx context.Context, scope tenant.Scope, dataset string, day time.Time) (map[tenant.ID]LastRead, error) {
	rows, err := s.pool.In(scope).Query(ctx, `
		SELECT tenant_id, min(day), COALESCE(max(day) FILTER (WHERE day <= $2::date), '0001-01-01')
		FROM   tenant_daily
		WHERE  dataset = $1
		AND    key = 'total'
		GROUP  BY tenant_id`, dataset, day.UTC())
	found := map[tenant.ID]LastRead{}
	var id tenant.ID
	var r LastRead
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&id, &r.First, &r.Latest}, func() error { found[id] = r; return nil })
	}
	if err != nil {
		return nil, fmt.Errorf("days on which %s were read: %w", dataset, err)
	}
	return found, nil
}
