package service

import (
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestByCustomer: what is watched stands by when it ends, whatever it is; kinds that were read stand by their names.
func TestByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := NewStore(pool), pgtest.Customers(t, pool)
	for _, tid := range customers {
		merge(t, pool, s, tid, noon, allRead(noon), token("b", days(3)), token("a", days(3)), token("c", days(-1)), Item{Kind: Terms, ID: "t", Name: "Terms", Health: None})
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Item, string, int64, error) {
		p, err := s.List(t.Context(), scope, watch, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(it Item) (tenant.ID, string, []string) {
		return it.Tenant, it.TenantName, []string{endKey(it).Format(time.RFC3339), strings.ToLower(it.Name), string(it.Kind), it.ID}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, _ string, desc bool, limit int, after string) ([]TenantReading, string, int64, error) {
		p, err := s.ReadingsByTenant(t.Context(), scope, ReadingFilter{Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(r TenantReading) (tenant.ID, string, []string) {
		return r.Tenant, r.TenantName, []string{string(r.Kind)}
	})
}
