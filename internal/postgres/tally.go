package postgres

import (
	"context"
	"fmt"
)

// Tally is the sum of a dataset's counters over the customers that w chooses by tenant_id: what the last complete reads counted of the rows
// that they left, in the same transaction. A list counts by it what counting the rows would take a walk through all of them for.
func Tally(ctx context.Context, db DB, w *Where, dataset string, keys ...string) (n int64, err error) {
	w = w.clone()
	w.And("dataset = ?", dataset)
	w.And("key = ANY(?)", keys)
	if err := db.QueryRow(ctx, `SELECT COALESCE(sum(value), 0)::bigint FROM tenant_counter `+w.SQL(), w.Args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counters of %s: %w", dataset, BadInput(err))
	}
	return n, nil
}
