package intunerole

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Account is somebody's object id at a tenant.
type Account struct {
	Tenant tenant.ID
	ID     string
}

// Held is what gives an account roles.
type Held struct {
	Roles       []string // names of the roles
	Assignments []string // names of the assignments
}

// heldBy are the assignments that accounts have by groups: of each account the groups by an index, then what those are given.
const heldBy = `
	FROM   unnest($1::uuid[], $2::text[]) AS w (tenant_id, id)
	CROSS  JOIN LATERAL (
	       SELECT m.group_id
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
	JOIN   intune_role r ON r.tenant_id = w.tenant_id AND r.id = s.role_id AND r.gone_at IS NULL`

// HeldBy returns what these accounts hold; one that holds nothing is missing. Groups that were not looked into are told by Unseen.
func (s *Store) HeldBy(ctx context.Context, scope tenant.Scope, accounts []Account) (map[Account]Held, error) {
	found := map[Account]Held{}
	if len(accounts) == 0 {
		return found, nil
	}
	tenants, ids := make([]tenant.ID, len(accounts)), make([]string, len(accounts))
	for i, a := range accounts {
		tenants[i], ids[i] = a.Tenant, a.ID
	}
	var a Account
	var h Held
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT w.tenant_id, w.id, array_agg(DISTINCT r.name), array_agg(DISTINCT s.name)`+heldBy+`
		GROUP  BY w.tenant_id, w.id`, tenants, ids)
	_, err := pgx.ForEachRow(rows, []any{&a.Tenant, &a.ID, &h.Roles, &h.Assignments}, func() error {
		found[a], h = h, Held{}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("Intune roles of accounts: %w", postgres.BadInput(err))
	}
	return found, nil
}
