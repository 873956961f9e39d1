package provisioning

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestJobsByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := NewStore(pool), pgtest.Customers(t, pool)
	for _, tid := range customers {
		merge(t, pool, s, tid, noon, job(t, "b", quarantined), job(t, "a", `{"id":"j2","status":{"code":"Active"}}`), job(t, "a", `{"id":"j1","status":{"code":"Paused"}}`))
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]Job, string, int64, error) {
		p, err := s.ListJobs(t.Context(), scope, JobFilter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(j Job) (tenant.ID, string, []string) {
		return j.Tenant, j.TenantName, []string{strings.ToLower(j.AppName), j.SPID, j.ID}
	})
}
