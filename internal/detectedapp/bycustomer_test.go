package detectedapp

import (
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestVersionsByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := NewStore(pool), pgtest.Customers(t, pool)
	for _, tid := range customers {
		merge(t, pool, s, tid, noon, append(tools(3), chrome("126.0", 4), chrome("99.1", 2))...)
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Version, string, int64, error) {
		p, err := s.Versions(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(v Version) (tenant.ID, string, []string) {
		return v.Tenant, v.TenantName, []string{versionKey(v.Version), v.ID}
	})
}
