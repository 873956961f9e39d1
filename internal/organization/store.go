package organization

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds organizations, domains and licences in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

// Get returns what the tenant says of itself; errs.NotFound until it was read once.
func (s *Store) Get(ctx context.Context, tid tenant.ID) (Organization, error) {
	var o Organization
	err := s.pool.In(tid).QueryRow(ctx, `
		SELECT tenant_id, display_name, country, language, tenant_type, mdm_authority, created_at, directory_synced,
		       directory_synced_at, technical_mails, intune, changed_at
		FROM   organization
		WHERE  tenant_id = $1`, tid).Scan(&o.Tenant, &o.DisplayName, &o.Country, &o.Language, &o.TenantType, &o.MDMAuthority,
		postgres.Zero(&o.CreatedAt), &o.DirectorySynced, postgres.Zero(&o.DirectorySyncedAt), &o.TechnicalMails, &o.Intune,
		postgres.Zero(&o.ChangedAt))
	if errors.Is(err, pgx.ErrNoRows) {
		return Organization{}, fmt.Errorf("organization of %s: %w", tid, errs.NotFound)
	}
	if err != nil {
		return Organization{}, fmt.Errorf("organization of %s: %w", tid, err)
	}
	return o, nil
}

// Domains returns the tenant's domains, the default first.
func (s *Store) Domains(ctx context.Context, tid tenant.ID) ([]Domain, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT name, is_default, is_initial, is_verified, authentication, services
		FROM   tenant_domain
		WHERE  tenant_id = $1
		ORDER  BY is_default DESC, name`, tid)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Domain])
	if err != nil {
		return nil, fmt.Errorf("domains of %s: %w", tid, err)
	}
	return found, nil
}

// Licences returns the tenant's subscribed SKUs by part number.
func (s *Store) Licences(ctx context.Context, tid tenant.ID) ([]Licence, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT sku_id, part_number, applies_to, status, enabled, consumed, warning, suspended, plans
		FROM   tenant_licence
		WHERE  tenant_id = $1
		ORDER  BY part_number, sku_id`, tid)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Licence])
	if err != nil {
		return nil, fmt.Errorf("licences of %s: %w", tid, err)
	}
	return found, nil
}
