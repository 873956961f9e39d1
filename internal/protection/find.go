package protection

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Get is the protection of one device; errs.NotFound where none was reported.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Device, error) {
	return one(ctx, s, tid, id, `SELECT `+columns+` FROM device_protection d WHERE d.tenant_id = $1 AND d.id = $2`, scan)
}

// GetMalware is one malware, also one that is gone; errs.NotFound where none with that id was found in the tenant.
func (s *Store) GetMalware(ctx context.Context, tid tenant.ID, id string) (Malware, error) {
	return one(ctx, s, tid, id, `SELECT `+malwareColumns+` FROM malware d WHERE d.tenant_id = $1 AND d.id = $2`, scanMalware)
}

func one[T any](ctx context.Context, s *Store, tid tenant.ID, id, sql string, scan postgres.Scan[T]) (found T, err error) {
	if !postgres.Printable(id) {
		return found, fmt.Errorf("protection or malware of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, sql, tid, id)
	found, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (T, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		err = errs.NotFound
	}
	if err != nil {
		return found, fmt.Errorf("protection or malware %q of %s: %w", id, tid, err)
	}
	return found, nil
}

// Changes returns what changed in the protection of a device, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	return merging.Changes(ctx, s.pool.In(tid), tid, id, limit)
}

// MalwareChanges returns what changed about a malware of the tenant, the newest first.
func (s *Store) MalwareChanges(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	return mergingMalware.Changes(ctx, s.pool.In(tid), tid, id, limit)
}
