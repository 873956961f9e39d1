package page

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/tenantry/tenantry/internal/errs"
)

// Cut is one page of rows that are all at hand: those after the row whose key the cursor is. A cursor that no row has is errs.Invalid,
// because the page before may have shown what would come again.
func Cut[R any](rows []R, key func(R) string, after string, size int) (shown []R, next string, err error) {
	start := 0
	if after != "" {
		i := slices.IndexFunc(rows, func(r R) bool { return key(r) == after })
		if i < 0 {
			return nil, "", errs.ShowNext(errs.Invalid, "The row that this page would follow is not in the list any more.", "Open the list from its beginning.")
		}
		start = i + 1
	}
	end := min(start+size, len(rows))
	if end < len(rows) {
		next = key(rows[end-1])
	}
	return rows[start:end], next, nil
}

// AtHand gives rows that are all there to an export.
func AtHand[R any](rows []R) func(context.Context) iter.Seq2[R, error] {
	return func(context.Context) iter.Seq2[R, error] {
		return func(yield func(R, error) bool) {
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// errEnough ends a walk whose reader wants no more.
var errEnough = errors.New("enough")

// Streamed turns a store's walk over all rows into those of an export, one in memory at a time.
func Streamed[T, R any](walk func(context.Context, func(T) error) error, toRow func(T) R) func(context.Context) iter.Seq2[R, error] {
	return func(ctx context.Context) iter.Seq2[R, error] {
		return func(yield func(R, error) bool) {
			err := walk(ctx, func(t T) error {
				if !yield(toRow(t), nil) {
					return errEnough
				}
				return nil
			})
			if err != nil && !errors.Is(err, errEnough) {
				var none R
				yield(none, err)
			}
		}
	}
}

// Paged is Streamed for a store that gives page by page: those after a cursor, "" for the first, with the cursor of the next, "" for none.
func Paged[T, R any](read func(ctx context.Context, after string) (rows []T, next string, err error), toRow func(T) R) func(context.Context) iter.Seq2[R, error] {
	return Streamed(func(ctx context.Context, each func(T) error) error {
		for after := ""; ; {
			rows, next, err := read(ctx, after)
			if err != nil {
				return err
			}
			for _, t := range rows {
				if err := each(t); err != nil {
					return err
				}
			}
			if after = next; after == "" {
				return nil
			}
		}
	}, toRow)
}
