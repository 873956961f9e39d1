package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Used keeps that a person used permissions of theirs in the tenant, for the customer to see. The latest use of each counts.
func (s *Store) Used(ctx context.Context, tid tenant.ID, names []string, by string, at time.Time) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO permission_use (tenant_id, name, at, by_name)
		SELECT $1, n, $3, $4 FROM unnest($2::text[]) AS n
		ON CONFLICT (tenant_id, name) DO UPDATE SET at = excluded.at, by_name = excluded.by_name WHERE permission_use.at < excluded.at`, tid, names, at, by)
	if err != nil {
		return fmt.Errorf("keep the use of permissions of %s: %w", tid, postgres.Kind(err))
	}
	return nil
}

// Use is the last use of a person's permission.
type Use struct {
	Name string
	At   time.Time
	By   string
}

// Uses lists when each permission of a person was last used in the tenant.
func (s *Store) Uses(ctx context.Context, tid tenant.ID) ([]Use, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT name, at, by_name AS by FROM permission_use WHERE tenant_id = $1 ORDER BY name`, tid)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Use])
	if err != nil {
		return nil, fmt.Errorf("list the use of permissions of %s: %w", tid, postgres.Kind(err))
	}
	return found, nil
}
