package access

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/web/page"
)

// pageSize is the number of rows on a page.
const pageSize = 50

// placeOf is where something stands by name; the key tells things of one name apart.
func placeOf(name, key string) string { return strings.ToLower(name) + "\x00" + key }

// byPlace sorts by place, which is worked out once for each.
func byPlace[T any](all []T, place func(T) string) []T {
	type placed struct {
		at  string
		one T
	}
	sorted := make([]placed, len(all))
	for i, one := range all {
		sorted[i] = placed{place(one), one}
	}
	slices.SortFunc(sorted, func(a, b placed) int { return strings.Compare(a.at, b.at) })
	for i, p := range sorted {
		all[i] = p.one
	}
	return all
}

// ordered sorts what was worked out, by person or by customer, and cuts the page out of it.
func ordered[R any](all []R, q page.Query, key func(R) string, place func(R) (person, customer string)) (rows []R, next string, err error) {
	slices.SortFunc(all, func(a, b R) int {
		pa, ca := place(a)
		pb, cb := place(b)
		c := cmp.Or(strings.Compare(pa, pb), strings.Compare(ca, cb))
		if q.Sort == "customer" {
			c = cmp.Or(strings.Compare(ca, cb), strings.Compare(pa, pb))
		}
		if q.Desc {
			return -c
		}
		return c
	})
	return page.Cut(all, key, q.After, pageSize)
}
