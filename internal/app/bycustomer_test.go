package app

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestByCustomer: apps stand beside installations of some of them, and installations alone.
func TestByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := NewStore(pool), pgtest.Customers(t, pool)
	for _, tid := range customers {
		merge(t, pool, s, tid, noon, some(4)...)
		installed(t, pool, s, tid, Install{ID: "a01", Name: "Tool 01", Failed: 3}, Install{ID: "a03", Name: "Field notes"}, Install{ID: "a99", Name: "Gone from Apps"})
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]App, string, int64, error) {
		p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(a App) (tenant.ID, string, []string) {
		return a.Tenant, a.TenantName, []string{strings.ToLower(a.Name), a.ID}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Install, string, int64, error) {
		p, err := s.Installs(t.Context(), scope, InstallFilter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(i Install) (tenant.ID, string, []string) {
		return i.Tenant, i.TenantName, []string{strings.ToLower(i.Name), i.ID}
	})
}
