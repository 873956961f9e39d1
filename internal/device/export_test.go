package device

import (
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// ListSQL and CountSQL are what the store sends, for tests that look at plans.
func ListSQL(scope tenant.Scope, f Filter) (string, []any, error) {
	sql, args, _, err := listSQL(scope, f, 51)
	return sql, args, err
}

func CountSQL(scope tenant.Scope, f Filter) (string, []any, error) {
	if sql, args, ok := tallied(scope, f); ok {
		return sql, args, nil
	}
	return countSQL(scope, f)
}

// BeginSQL is what Begin sends for a page.
func BeginSQL(scope tenant.Scope, text string) (string, []any) { return beginSQL(scope, text, 8, 2000) }

// Streaming is how an export is planned.
const Streaming = streaming

// EachThenSQL is the export of a list as it was.
func EachThenSQL(scope tenant.Scope, at time.Time, f Filter) (string, []any, error) {
	p, err := newPast(scope, at, f)
	if err != nil {
		return "", nil, err
	}
	return p.sql(0)
}

// ThenSQL are the page and the count of a list as it was.
func ThenSQL(scope tenant.Scope, at time.Time, f Filter) (page, count string, pageArgs, countArgs []any, err error) {
	p, err := newPast(scope, at, f)
	if err != nil {
		return "", "", nil, nil, err
	}
	if page, pageArgs, err = p.sql(51); err != nil {
		return "", "", nil, nil, err
	}
	if p.still.text == "" {
		count, countArgs, err = p.differenceSQL()
	} else {
		count, countArgs, err = p.countSQL()
	}
	return page, count, pageArgs, countArgs, err
}

// ResultsSQL is a page of results.
func ResultsSQL(scope tenant.Scope, f ResultFilter) (string, []any, error) {
	l, err := f.listing(scope)
	if err != nil {
		return "", nil, err
	}
	return l.SQL(51)
}
