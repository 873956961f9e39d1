package detectedapp

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Search returns the first programs by name that a text of three characters or more finds, as Programs does, but asks the index of the search and
// looks at no more than so many detected apps; 0: at all. Row-level security keeps an index from being asked by LIKE, so a function with the same
// scope asks it.
func (s *Store) Search(ctx context.Context, scope tenant.Scope, q string, limit int, most int64) (found Programs, err error) {
	if err := postgres.CheckSearch(q); err != nil {
		return found, err
	}
	words := postgres.Words(q)
	if len(words) == 0 {
		return found, nil
	}
	var key string
	var keys []string
	var looked int64
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT app_key, count(*) OVER (), (sum(versions) OVER ())::bigint
		FROM   detected_app_holding($1, NULLIF($2::int, 0))
		ORDER  BY name_key COLLATE "C", publisher_key COLLATE "C", app_key COLLATE "C"
		LIMIT  $3`, postgres.Likes(words), most, limit)
	if _, err := pgx.ForEachRow(rows, []any{&key, &found.Count, &looked}, func() error { keys = append(keys, key); return nil }); err != nil {
		return found, fmt.Errorf("search detected apps: %w", err)
	}
	if len(keys) == 0 {
		return found, nil
	}
	found.More = most > 0 && looked >= most
	sql, args, _, err := programsSQL(scope, Filter{Q: q, keys: keys}, 0)
	if err != nil {
		return found, err
	}
	rows, _ = s.pool.In(scope).Query(ctx, sql, args...)
	found.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Program, error) {
		var place []string
		return scanProgram(row, &place)
	})
	if err != nil {
		return Programs{}, fmt.Errorf("search detected apps: %w", err)
	}
	return found, nil
}
