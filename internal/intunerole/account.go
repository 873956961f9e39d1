package intunerole

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// heldBy are the assignments that accounts have by groups: of each account the groups by an index, then what those are given.
const heldBy = `
	FROM   unnest($1::uuid[], $2::text[]) AS w (tenant_id, id)
	CROSS  JOIN LATERAL (
	       SELECT m.group_id, m.type, m.name, m.upn, m.enabled, m.direct
	       FROM   directory_group_member m
	       WHERE  m.tenant_id = w.tenant_id
	       AND    m.id = w.id
	       AND    m.type <> 'group'
	       OFFSET 0) m
	CROSS  JOIN LATERAL (
	       SELECT s.name, s.role_id
	       FROM   intune_role_assignment s
	       WHERE  s.tenant_id = w.tenant_id
	       AND    s.gone_at IS NULL
	       AND    m.group_id = ANY(s.members)
	       OFFSET 0) s
	JOIN   intune_role r ON r.tenant_id = w.tenant_id AND r.id = s.role_id AND r.gone_at IS NULL AND (cardinality($3::text[]) = 0 OR r.allowed && $3::text[])`

// HeldBy returns what these accounts hold by roles that allow one of the actions, or by any where none is named, without what tenants are called
// and over whom it is; an account that holds nothing is missing. Groups that were not looked into are told by Unseen.
func (s *Store) HeldBy(ctx context.Context, scope tenant.Scope, can []string, accounts []tenant.Account) (map[tenant.Account]Holder, error) {
	found := map[tenant.Account]Holder{}
	if len(accounts) == 0 {
		return found, nil
	}
	tenants, ids := tenant.Unzip(accounts)
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT w.tenant_id, w.id, max(m.type), max(m.name), max(m.upn), bool_or(m.enabled), NOT bool_or(m.direct), array_agg(DISTINCT r.name), array_agg(DISTINCT s.name)`+heldBy+`
		GROUP  BY w.tenant_id, w.id`, tenants, ids, append([]string{}, can...))
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h Holder, err error) {
		return h, row.Scan(&h.Tenant, &h.ID, &h.Type, &h.Name, &h.UPN, &h.Enabled, &h.Nested, &h.Roles, &h.Assignments)
	})
	if err != nil {
		return nil, fmt.Errorf("Intune roles of accounts: %w", postgres.BadInput(err))
	}
	for _, h := range all {
		found[tenant.Account{Tenant: h.Tenant, ID: h.ID}] = h
	}
	return found, nil
}
