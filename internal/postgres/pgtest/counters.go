package pgtest

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// SaveCounters replaces the counters of a customer's dataset, as a run of the sync does with what a merge counted, in its transaction.
func SaveCounters(ctx context.Context, tx pgx.Tx, tid tenant.ID, dataset string, counters map[string]int64, at time.Time) error {
	if _, err := tx.Exec(ctx, `DELETE FROM tenant_counter WHERE tenant_id = $1 AND dataset = $2`, tid, dataset); err != nil {
		return err
	}
	for key, n := range counters {
		if _, err := tx.Exec(ctx, `INSERT INTO tenant_counter (tenant_id, dataset, key, value, read_at) VALUES ($1, $2, $3, $4, $5)`, tid, dataset, key, n, at); err != nil {
			return err
		}
	}
	return nil
}
