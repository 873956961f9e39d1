package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Listing is one list in SQL: what a row is, which rows, in which order. Columns and Table are ours, never input; a scan takes the columns
// and then, where more is given, the row's place in the order.
type Listing struct {
	Columns string
	Table   string // with its alias: "malware d"
	Joined  string // what stands beside each row: "LEFT JOIN …"; columns, conditions and the order may speak of it
	Where   *Where
	Order   Order
	Cursor  string // place after which the page begins; empty: the first page
	Limit   int    // of a page; 0: 50, at most 500
	Most    int64  // count no further than one more than this; 0: exactly

	Counters *Counters // whose sum is the number of all rows; nil: they are counted
}

// Scan reads a row, and what was selected behind its own columns into more.
type Scan[T any] func(row pgx.CollectableRow, more ...any) (T, error)

// SQL is the statement with its arguments; limit 0 is all of the list.
func (l Listing) SQL(limit int) (sql string, args []any, err error) {
	if _, ok := l.Order.byTenant(); ok {
		l.Columns += ", " + l.Order.Place()
		return l.ByTenant(limit)
	}
	w := l.Where.clone()
	if err := l.Order.After(w, l.Cursor); err != nil {
		return "", nil, err
	}
	sql = `
		SELECT ` + l.Columns + `, ` + l.Order.Place() + `
		FROM   ` + l.Table + ` ` + l.Joined + `
		` + w.SQL() + `
		ORDER  BY ` + l.Order.By()
	if limit > 0 {
		sql += "\n		LIMIT  " + w.Arg(limit)
	}
	return sql, w.Args, nil
}

// CountOf is the number of rows of a list.
func CountOf(ctx context.Context, db DB, l Listing) (count int64, err error) {
	if l.Counters != nil {
		return l.Counters.Tally(ctx, db)
	}
	only, there := l.Where.onlyWord()
	if l, err = l.weighed(ctx, db, dense); err != nil {
		return 0, err
	}
	if only != nil && only.shares[0] <= dense && l.Joined == "" {
		return only.count(ctx, db, there, l.Where.of, l.Most)
	}
	sql, args := `SELECT count(*) FROM `+l.Table+` `+l.Joined+` `+l.Where.SQL(), l.Where.Args
	if l.Most > 0 {
		args = append(slices.Clone(args), l.Most+1)
		sql = fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM %s %s %s LIMIT $%d) counted`, l.Table, l.Joined, l.Where.SQL(), len(args))
	}
	if err := db.QueryRow(ctx, sql, args...).Scan(&count); err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Table, BadInput(err))
	}
	return count, nil
}

// Counted is a count as a page says it, and whether there are more than that.
func (l Listing) Counted(n int64) (count int64, more bool) {
	if l.Most > 0 && n > l.Most && l.Counters == nil {
		return l.Most, true
	}
	return n, false
}

// PageOf is one page of a list, the cursor of the next (empty: this was the last), and the number of all rows. Where all of them are on the
// page, that is their number, and a list that most searches find nothing in costs one statement.
func PageOf[T any](ctx context.Context, db DB, l Listing, scan Scan[T]) (found []T, next string, count int64, err error) {
	found, next, err = RowsOf(ctx, db, l, scan)
	if err != nil || l.Cursor == "" && next == "" {
		return found, next, int64(len(found)), err
	}
	count, err = CountOf(ctx, db, l)
	return found, next, count, err
}

// RowsOf is PageOf for a list whose rows are counted otherwise.
func RowsOf[T any](ctx context.Context, db DB, l Listing, scan Scan[T]) (found []T, next string, err error) {
	if l, err = l.Weighed(ctx, db); err != nil {
		return nil, "", err
	}
	limit := l.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	sql, args, err := l.SQL(limit + 1)
	if err != nil {
		return nil, "", err
	}
	var places [][]string
	rows, _ := db.Query(ctx, sql, args...)
	found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (T, error) {
		var place []string
		v, err := scan(row, &place)
		places = append(places, place)
		return v, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("list %s: %w", l.Table, BadInput(err))
	}
	if len(found) > limit {
		found, next = found[:limit], l.Order.Cursor(places[limit-1])
	}
	return found, next, nil
}

// EachOf calls each for all rows of a list in order. Limit does not apply; an error of each ends it.
func EachOf[T any](ctx context.Context, db DB, l Listing, scan Scan[T], each func(T) error) error {
	l, err := l.Weighed(ctx, db)
	if err != nil {
		return err
	}
	sql, args, err := l.SQL(0)
	if err != nil {
		return err
	}
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read %s: %w", l.Table, BadInput(err))
	}
	defer rows.Close()
	var place []string
	for rows.Next() {
		v, err := scan(rows, &place)
		if err != nil {
			return fmt.Errorf("read %s: %w", l.Table, err)
		}
		if err := each(v); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read %s: %w", l.Table, BadInput(err))
	}
	return nil
}
