package access

import (
	"encoding/base64"
	"encoding/json"
	"iter"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/web/page"
)

// pageSize is the number of rows on a page.
const pageSize = 50

// placeOf is where something stands by name; the key tells things of one name apart.
func placeOf(name, key string) string { return strings.ToLower(name) + "\x00" + key }

// placed is a row with its place in the order.
type placed[R any] struct {
	place []string
	row   R
}

// ordered sorts what was worked out and cuts the page out of it, by the place of the last row before: as lists from the database do, so that
// rows that come and go between two pages move nothing else.
func ordered[R any](all []placed[R], q page.Query) (rows []R, next string, err error) {
	compare := func(a, b []string) int {
		if q.Desc {
			a, b = b, a
		}
		return slices.Compare(a, b)
	}
	slices.SortStableFunc(all, func(a, b placed[R]) int { return compare(a.place, b.place) })
	tag := q.Sort
	if q.Desc {
		tag = "-" + tag
	}
	if q.After != "" {
		var at []string
		raw, err := base64.RawURLEncoding.DecodeString(q.After)
		if err != nil || json.Unmarshal(raw, &at) != nil || len(at) != 3 || at[0] != tag {
			return nil, "", errs.ShowNext(errs.Invalid, "The place in the list is damaged, or of another order.", "Open the list from its beginning.")
		}
		begin, _ := slices.BinarySearchFunc(all, at[1:], func(p placed[R], at []string) int {
			if compare(p.place, at) <= 0 {
				return -1
			}
			return 1
		})
		all = all[begin:]
	}
	for i, p := range all {
		if i == pageSize && !q.CSV {
			raw, _ := json.Marshal(append([]string{tag}, all[i-1].place...))
			return rows, base64.RawURLEncoding.EncodeToString(raw), nil
		}
		rows = append(rows, p.row)
	}
	return rows, "", nil
}

// each hands the rows of an export on.
func each[R any](rows []R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}
