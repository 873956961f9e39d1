package directoryrole

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// heldBy are the holdings of accounts, each by an index: its own, and those of the groups that it is in.
const heldBy = `
	FROM   unnest($1::uuid[], $2::text[]) AS w (tenant_id, id)
	CROSS  JOIN LATERAL (
	       SELECT a.*, a.principal_type AS type, a.name AS who, a.upn AS account, a.enabled AS works, '' AS group_id, '' AS group_name
	       FROM   directory_role_assignment a
	       WHERE  a.tenant_id = w.tenant_id
	       AND    a.principal_id = w.id
	       AND    a.principal_type <> 'group'
	       AND    a.gone_at IS NULL
	       UNION  ALL
	       SELECT a.*, m.type, m.name, m.upn, m.enabled, m.group_id, a.name
	       FROM   (SELECT m.tenant_id, m.group_id, m.type, m.name, m.upn, m.enabled
	               FROM   directory_group_member m
	               WHERE  m.tenant_id = w.tenant_id
	               AND    m.id = w.id
	               OFFSET 0) m
	       JOIN   directory_role_assignment a ON a.tenant_id = m.tenant_id AND a.principal_id = m.group_id AND a.principal_type = 'group' AND a.gone_at IS NULL
	       WHERE  m.type <> 'group'
	       OFFSET 0) h`

// EachOf is Each for accounts that are known, without what tenants are called.
func (s *Store) EachOf(ctx context.Context, scope tenant.Scope, accounts []tenant.Account, each func(Holding) error) error {
	if len(accounts) == 0 {
		return nil
	}
	tenants, ids := tenant.Unzip(accounts)
	var h Holding
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT h.tenant_id, h.id, h.role_id, h.role_name, w.id, h.type, h.who, h.account, h.works, h.scope, h.group_id, h.group_name, h.first_seen_at`+heldBy+`
		ORDER  BY h.tenant_id, w.id, h.role_id, h.id`, tenants, ids)
	_, err := pgx.ForEachRow(rows, []any{&h.Tenant, &h.ID, &h.Role, &h.RoleName, &h.Principal, &h.Type, &h.Name, &h.UPN, &h.Enabled, &h.Scope, &h.Group, &h.GroupName, &h.Since}, func() error {
		found := h
		h.Enabled = nil
		return each(found)
	})
	if err != nil {
		return fmt.Errorf("directory roles of accounts: %w", postgres.BadInput(err))
	}
	return nil
}
