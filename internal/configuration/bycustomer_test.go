package configuration

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := NewStore(pool), pgtest.Customers(t, pool)
	for _, tid := range customers {
		of := some(4)
		of[3].Name = of[0].Name
		merge(t, pool, s, tid, noon, of...)
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Policy, string, int64, error) {
		p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(p Policy) (tenant.ID, string, []string) {
		return p.Tenant, p.TenantName, []string{strings.ToLower(p.Name), string(p.Kind), p.ID}
	})
}
