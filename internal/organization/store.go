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
