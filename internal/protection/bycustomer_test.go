package protection

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
		merge(t, pool, s, tid, append(some(3), Device{ID: "a", Name: "KILN-01", State: "clean"})...)
		found(t, pool, s, tid, Malware{ID: "2", Name: "EICAR", DetectedAt: noon}, Malware{ID: "1", Name: "EICAR", DetectedAt: noon}, Malware{ID: "3", Name: "AutoKMS", DetectedAt: noon})
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Device, string, int64, error) {
		p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(d Device) (tenant.ID, string, []string) {
		return d.Tenant, d.TenantName, []string{strings.ToLower(d.Name), d.ID}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Malware, string, int64, error) {
		p, err := s.Malware(t.Context(), scope, MalwareFilter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(m Malware) (tenant.ID, string, []string) {
		return m.Tenant, m.TenantName, []string{strings.ToLower(m.Name), m.ID}
	})
}
