package device

import "github.com/tenantry/tenantry/internal/tenant"

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
