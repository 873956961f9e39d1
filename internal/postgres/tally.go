package postgres

import (
	"context"
	"fmt"
)

// Counters are those of a dataset whose sum is how many rows a list has, at the customers that Where chooses by tenant_id.
type Counters struct {
	Where   *Where
	Dataset string
	Keys    []string
}

// CountersOf are those at the customers of the scope, and of them at some, where these are given.
func CountersOf[T any](s Scope, some []T, dataset string, keys ...string) *Counters {
	w := &Where{}
	w.Within(s, "tenant_id")
	if len(some) > 0 {
		w.And("tenant_id = ANY(?)", some)
	}
	return &Counters{w, dataset, keys}
}

// Tally is their sum: what the last complete reads counted of the rows that they left, in the same transaction. A list counts by it what
// counting the rows would take a walk through all of them for.
func (c *Counters) Tally(ctx context.Context, db DB) (n int64, err error) {
	sql, args := c.SQL()
	if err := db.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counters of %s: %w", c.Dataset, BadInput(err))
	}
	return n, nil
}

// SQL is the statement behind Tally.
func (c *Counters) SQL() (string, []any) {
	w := c.Where.clone()
	w.And("dataset = ?", c.Dataset)
	w.And("key = ANY(?)", c.Keys)
	return `SELECT COALESCE(sum(value), 0)::bigint FROM tenant_counter ` + w.SQL(), w.Args
}
