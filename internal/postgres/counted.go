package postgres

import "github.com/jackc/pgx/v5"

// Counted are figures by key, from rows of a key and a count; those named are 0 where they have no row. It reports Query's error, too.
func Counted(rows pgx.Rows, named ...string) (map[string]int64, error) {
	counted := make(map[string]int64, len(named))
	for _, key := range named {
		counted[key] = 0
	}
	var key string
	var n int64
	_, err := pgx.ForEachRow(rows, []any{&key, &n}, func() error { counted[key] = n; return nil })
	return counted, err
}
