package guest

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// EachBrief calls each for every guest at customers in the scope, or at these of them, by name, with what the account's own row says: whose it
// is, whether it works, and the roles that it has by itself. Of its standing it tells no more than Blocked and Invited. What else Each tells
// stands beside the row and takes ten times as long.
func (s *Store) EachBrief(ctx context.Context, scope tenant.Scope, tenants []tenant.ID, each func(Guest) error) error {
	w := &postgres.Where{}
	w.Within(scope, "g.tenant_id")
	w.And("g.gone_at IS NULL")
	w.And("g.tenant_id NOT IN (SELECT t.tenant_id FROM tenant t WHERE t.home)")
	if len(tenants) > 0 {
		w.And("g.tenant_id = ANY(?)", tenants)
	}
	var g Guest
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT g.tenant_id, g.id, g.name, g.address, g.enabled, COALESCE(g.roles, '{}'), g.roles IS NOT NULL,
		       CASE WHEN g.enabled = false THEN 'blocked' WHEN NOT g.redeemed THEN 'invited' ELSE '' END
		FROM   guest g
		`+w.SQL()+`
		ORDER  BY g.name_key, g.tenant_id, g.id`, w.Args...)
	_, err := pgx.ForEachRow(rows, []any{&g.Tenant, &g.ID, &g.Name, &g.Address, &g.Enabled, &g.Roles, &g.RolesRead, &g.Standing}, func() error {
		found := g
		g.Enabled, g.Roles = nil, nil
		return each(found)
	})
	if err != nil {
		return fmt.Errorf("guests in brief: %w", postgres.BadInput(err))
	}
	return nil
}
