package access

import (
	"slices"
	"strings"
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
