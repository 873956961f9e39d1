package page

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/tenantry/tenantry/web/ui"
)

// fileName says of when the rows are, and where some or all were not read: a file lies about when the page with its freshness line is long
// gone, and one without a row would say that there is nothing.
func (l List[R]) fileName(kind string) string {
	name := strings.ReplaceAll(strings.ToLower(l.Many), " ", "-")
	if l.M.One() {
		name += "-" + l.M.Tenant.DefaultDomain
	}
	if l.Freshness.Part != "" {
		name += "-" + strings.ReplaceAll(l.Freshness.Part, " ", "-")
	}
	switch {
	case !l.AsOf.IsZero():
		name += "-as-of-" + l.AsOf.UTC().Format("20060102T1504Z")
	case l.Freshness.Never != "":
		name += "-not-read"
	}
	return name + "." + kind
}

func (l List[R]) kinds() []ui.ColumnKind {
	kinds := make([]ui.ColumnKind, len(l.Columns))
	for i, c := range l.Columns {
		kinds[i] = c.Kind
	}
	return kinds
}

func (l List[R]) csvHead() []string {
	head := make([]string, len(l.Columns))
	for i, c := range l.Columns {
		head[i] = c.Label
	}
	return head
}

func (l List[R]) csvRows(ctx context.Context) iter.Seq2[[]string, error] {
	each := l.Each
	if each == nil {
		each = func(context.Context) iter.Seq2[R, error] {
			return func(yield func(R, error) bool) {
				for _, r := range l.Rows {
					if !yield(r, nil) {
						return
					}
				}
			}
		}
	}
	return func(yield func([]string, error) bool) {
		record := make([]string, len(l.Columns)) // of one row after the other: those who take it keep nothing of it
		for r, err := range each(ctx) {
			if err != nil {
				yield(nil, fmt.Errorf("export %s: %w", l.Many, err))
				return
			}
			for i, c := range l.Columns {
				record[i] = c.Text(r)
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}
