package autopilot

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
		merge(t, pool, s, tid, 1, noon, Identity{ID: "b", Serial: "SN2"}, Identity{ID: "a", Serial: "SN2"}, Identity{ID: "c", Serial: "SN1"})
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Identity, string, int64, error) {
		p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(i Identity) (tenant.ID, string, []string) {
		return i.Tenant, i.TenantName, []string{strings.ToLower(i.Serial), i.ID}
	})
}
