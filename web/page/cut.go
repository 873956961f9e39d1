package page

import (
	"context"
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
