package device_test

import (
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := device.NewStore(pool), pgtest.Customers(t, pool)
	for _, tid := range customers {
		twin := acted(1, device.Action{Name: "wipe", State: "done", StartedAt: noon}, device.Action{Name: "reboot", State: "failed", StartedAt: noon})
		twin.ID = "d000"
		merge(t, pool, s, tid, 1, noon, acted(1, device.Action{Name: "wipe", State: "failed", StartedAt: noon}), twin, laptop(2))
		if _, err := pool.In(tid).Exec(t.Context(), `INSERT INTO device_category SELECT $1, 'c' || i, CASE i WHEN 1 THEN 'Office' ELSE 'kiosk' END, '', '' FROM generate_series(1, 3) i`, tid); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]device.Device, string, int64, error) {
		p, err := s.List(t.Context(), scope, device.Filter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(d device.Device) (tenant.ID, string, []string) {
		return d.Tenant, d.TenantName, []string{strings.ToLower(d.Name), d.ID}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]device.Result, string, int64, error) {
		p, err := s.Results(t.Context(), scope, device.ResultFilter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(r device.Result) (tenant.ID, string, []string) {
		return r.Tenant, r.TenantName, []string{strings.ToLower(r.Device), r.DeviceID, r.Name}
	})
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]device.Category, string, int64, error) {
		p, err := s.Categories(t.Context(), scope, device.CategoryFilter{Sort: sort, Desc: desc, Limit: limit, After: after})
		return p.Rows, p.Next, p.Count, err
	}, func(c device.Category) (tenant.ID, string, []string) {
		return c.Tenant, c.TenantName, []string{strings.ToLower(c.Name), c.ID}
	})
}
