package deviceaction_test

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestActionsByCustomer(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	s, customers := deviceaction.NewStore(pool, nil), pgtest.Customers(t, pool)
	if _, err := pool.In(tenant.Everything()).Exec(t.Context(), `
		INSERT INTO device_action (tenant_id, kind, options, reason, device_id, device_name, hardware, os, device_user, destructive, state, by_name, by_tenant, by_object, as_name, nonce, asked_at)
		SELECT t.tenant_id, 'syncDevice', '{}', '', 'd' || i, 'PC-' || i, 'sn' || i, 'Windows', '', false, 'done', 'Adele', t.tenant_id, 'a', 'adele', 'n' || i, $1::timestamptz - i % 3 * interval '1 hour'
		FROM   tenant t, generate_series(1, 5) i`, time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	pgtest.ByCustomer(t, customers, func(scope tenant.Scope, sort string, desc bool, limit int, after string) ([]deviceaction.Action, string, int64, error) {
		return s.List(t.Context(), scope, deviceaction.Filter{Sort: cmp.Or(sort, "asked"), Desc: desc, Limit: limit, After: after})
	}, func(a deviceaction.Action) (tenant.ID, string, []string) {
		return a.Tenant, cmp.Or(a.TenantName, a.Tenant.String()), []string{a.AskedAt.UTC().Format(time.RFC3339), fmt.Sprintf("%03d", a.ID)}
	})
}
