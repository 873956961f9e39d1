package intunerole

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
		merge(t, pool, s, tid, noon, some(5))
		if _, err := pool.In(tid).Exec(t.Context(), `
			WITH g AS (INSERT INTO directory_group (tenant_id, id, name, dynamic, gone, members_read, members) VALUES ($1, 'g1', 'IT', false, false, true, 3))
			INSERT INTO directory_group_member (tenant_id, group_id, id, type, name, upn, enabled, direct)
			SELECT $1, 'g1', 'u' || i, 'user', CASE i WHEN 1 THEN 'Lee' ELSE 'Adele' END, '', true, true FROM generate_series(1, 3) i`, tid); err != nil {
			t.Fatal(err)
		}
		allow(t, pool, tid)
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Role, string, int64, error) {
		p, err := s.List(t.Context(), scope, Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(r Role) (tenant.ID, string, []string) {
		return r.Tenant, r.TenantName, []string{strings.ToLower(r.Name), r.ID}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Assignment, string, int64, error) {
		p, err := s.Assignments(t.Context(), scope, AssignmentFilter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(a Assignment) (tenant.ID, string, []string) {
		return a.Tenant, a.TenantName, []string{strings.ToLower(a.Name), a.ID}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Holder, string, int64, error) {
		p, err := s.Holders(t.Context(), scope, HolderFilter{Can: []string{Wipe}, Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(h Holder) (tenant.ID, string, []string) {
		return h.Tenant, h.TenantName, []string{strings.ToLower(h.Name), h.ID}
	})
}
