package device

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// FindAcrossTenants returns the devices with exactly that Intune id in the scope, also those that are gone. Intune's ids are GUIDs, so
// there is one or none unless a tenant was copied. It looks into the primary key once for each tenant in the scope.
func (s *Store) FindAcrossTenants(ctx context.Context, scope tenant.Scope, id string) ([]Device, error) {
	if !postgres.Printable(id) {
		return nil, nil
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+columns+`
		FROM   tenant t
		JOIN   device d ON d.tenant_id = t.tenant_id
		WHERE  d.id = $1
		ORDER  BY d.gone_at NULLS FIRST, d.tenant_id
		LIMIT  10`, id)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Device, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("find device %q: %w", id, err)
	}
	return found, nil
}
