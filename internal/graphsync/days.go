package graphsync

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Days are figures day by day (UTC), added up over the same customers on each day, so that a figure that moves tells of what is counted and
// not of who was read. A customer counts from the day of its first reading.
type Days struct {
	Of   map[string]map[time.Time]int64 // by key; a day on which one of the customers was not read completely is missing
	Read map[time.Time]Part             // how many of them were, on each day on which one was
	Lost int                            // customers that are in no figure: each of them was read last more than a week before others
}

// Part is how many customers were read completely on a day, of those that are.
type Part struct{ Read, Due int }

// DailyOf returns the figures with these keys day by day since a day. The key "total" tells who was read, and is one of them.
func (s *Service) DailyOf(ctx context.Context, scope tenant.Scope, dataset string, since time.Time, keys ...string) (Days, error) {
	found := Days{Of: map[string]map[time.Time]int64{}, Read: map[time.Time]Part{}}
	begins, lost, err := s.begins(ctx, scope, dataset, since)
	if err != nil {
		return found, err
	}
	found.Lost = len(lost)
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT key, day, sum(value)::bigint, count(*)::int
		FROM   tenant_daily
		WHERE  dataset = $1
		AND    key = ANY($2)
		AND    day >= $3::date
		AND    tenant_id <> ALL($4)
		GROUP  BY key, day`, dataset, keys, since.UTC(), lost)
	var key string
	var day time.Time
	var n int64
	var read int
	if _, err := pgx.ForEachRow(rows, []any{&key, &day, &n, &read}, func() error {
		if found.Of[key] == nil {
			found.Of[key] = map[time.Time]int64{}
		}
		found.Of[key][day] = n
		if key == "total" {
			due, _ := slices.BinarySearchFunc(begins, day, func(begin, day time.Time) int { return cmp.Or(begin.Compare(day), -1) })
			found.Read[day] = Part{read, due}
		}
		return nil
	}); err != nil {
		return Days{}, fmt.Errorf("days of %s: %w", dataset, err)
	}
	for day, part := range found.Read {
		if part.Read < part.Due {
			for _, of := range found.Of {
				delete(of, day)
			}
		}
	}
	return found, nil
}

// begins are the days, in order, from which customers of the scope are to be read: those of their first readings since a week before, as who
// was read then was to be read on the first day, too. Beside them, who was lost.
func (s *Service) begins(ctx context.Context, scope tenant.Scope, dataset string, since time.Time) (begins []time.Time, lost []tenant.ID, err error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT tenant_id, min(day), max(day) <= max(max(day)) OVER () - 7
		FROM   tenant_daily
		WHERE  dataset = $1
		AND    key = 'total'
		AND    day >= $2::date - 7
		GROUP  BY tenant_id`, dataset, since.UTC())
	lost = []tenant.ID{}
	var id tenant.ID
	var begin time.Time
	var gone bool
	if _, err := pgx.ForEachRow(rows, []any{&id, &begin, &gone}, func() error {
		if gone {
			lost = append(lost, id)
		} else {
			begins = append(begins, begin)
		}
		return nil
	}); err != nil {
		return nil, nil, fmt.Errorf("who is read for %s: %w", dataset, err)
	}
	slices.SortFunc(begins, time.Time.Compare)
	return begins, lost, nil
}
