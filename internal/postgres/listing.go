package postgres

import (
	"cmp"
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
	Where   *Where
	Order   Order
	Cursor  string // place after which the page begins; empty: the first page
	Limit   int    // of a page; 0: 50, at most 500
	Most    int64  // count no further than one more than this; 0: exactly
}

// Scan reads a row, and what was selected behind its own columns into more.
type Scan[T any] func(row pgx.CollectableRow, more ...any) (T, error)

// SQL is the statement; limit 0 is all of the list. It adds arguments to Where.
func (l Listing) SQL(limit int) (string, error) {
	if err := l.Order.After(l.Where, l.Cursor); err != nil {
		return "", err
	}
	sql := `
		SELECT ` + l.Columns + `, ` + l.Order.Place() + `
		FROM   ` + l.Table + `
		` + l.Where.SQL() + `
		ORDER  BY ` + l.Order.By()
	if limit > 0 {
		sql += "\n		LIMIT  " + l.Where.Arg(limit)
	}
	return sql, nil
}

// CountOf is the number of rows of a list.
func CountOf(ctx context.Context, db DB, l Listing) (count int64, err error) {
	sql, args := `SELECT count(*) FROM `+l.Table+` `+l.Where.SQL(), l.Where.Args
	if l.Most > 0 {
		args = append(slices.Clone(args), l.Most+1)
		sql = fmt.Sprintf(`SELECT count(*) FROM (SELECT FROM %s %s LIMIT $%d) counted`, l.Table, l.Where.SQL(), len(args))
	}
	if err := db.QueryRow(ctx, sql, args...).Scan(&count); err != nil {
		return 0, fmt.Errorf("count %s: %w", l.Table, BadInput(err))
	}
	return count, nil
}

// PageOf is one page of a list, the cursor of the next (empty: this was the last), and the number of all rows.
func PageOf[T any](ctx context.Context, db DB, l Listing, scan Scan[T]) (found []T, next string, count int64, err error) {
	if count, err = CountOf(ctx, db, l); err != nil || count == 0 {
		_, bad := l.SQL(0) // a cursor that is none is said, rows or not
		return nil, "", 0, cmp.Or(err, bad)
	}
	found, next, err = RowsOf(ctx, db, l, scan)
	return found, next, count, err
}

// RowsOf is PageOf for a list whose rows are counted otherwise.
func RowsOf[T any](ctx context.Context, db DB, l Listing, scan Scan[T]) (found []T, next string, err error) {
	limit := l.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	sql, err := l.SQL(limit + 1)
	if err != nil {
		return nil, "", err
	}
	var places [][]string
	rows, _ := db.Query(ctx, sql, l.Where.Args...)
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
	sql, err := l.SQL(0)
	if err != nil {
		return err
	}
	rows, err := db.Query(ctx, sql, l.Where.Args...)
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
