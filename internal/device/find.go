package device

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// FindAcrossTenants returns the devices with exactly that Intune id or that Entra device id in the scope, also those that are gone. Both
// are GUIDs, so there is one or none unless a tenant was copied. It looks into the primary key once for each tenant in the scope.
func (s *Store) FindAcrossTenants(ctx context.Context, scope tenant.Scope, id string) ([]Device, error) {
	if !postgres.Printable(id) {
		return nil, nil
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+columns+`
		FROM  (SELECT d.* FROM tenant t JOIN device d ON d.tenant_id = t.tenant_id WHERE d.id = $1
		       UNION ALL
		       SELECT d.* FROM device d WHERE d.entra_device_id = $1 AND d.entra_device_id <> '' AND d.id <> $1) d
		ORDER  BY d.gone_at NULLS FIRST, d.tenant_id
		LIMIT  10`, id)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Device, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("find device %q: %w", id, err)
	}
	return found, nil
}

// ByEntra returns the Intune ids of the tenant's devices by Entra's ids of them, of those it knows: of two records of one device that which is
// still there.
func (s *Store) ByEntra(ctx context.Context, tid tenant.ID, entra []string) (map[string]string, error) {
	found := map[string]string{}
	if entra = slices.DeleteFunc(slices.Clone(entra), func(id string) bool { return id == "" || !postgres.Printable(id) }); len(entra) == 0 {
		return found, nil
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT DISTINCT ON (entra_device_id) entra_device_id, id
		FROM   device
		WHERE  tenant_id = $1
		AND    entra_device_id = ANY($2)
		AND    entra_device_id <> ''
		ORDER  BY entra_device_id, gone_at DESC NULLS FIRST, id`, tid, entra)
	var of, id string
	if _, err := pgx.ForEachRow(rows, []any{&of, &id}, func() error { found[of] = id; return nil }); err != nil {
		return nil, fmt.Errorf("devices of %s by Entra's ids: %w", tid, err)
	}
	return found, nil
}

// ByID returns the tenant's devices with those ids, of those that it has, also those that are gone.
func (s *Store) ByID(ctx context.Context, tid tenant.ID, ids []string) (map[string]Device, error) {
	found := map[string]Device{}
	if ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !postgres.Printable(id) }); len(ids) == 0 {
		return found, nil
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM device d WHERE d.tenant_id = $1 AND d.id = ANY($2)`, tid, ids)
	devices, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Device, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("devices of %s by id: %w", tid, err)
	}
	for _, d := range devices {
		found[d.ID] = d
	}
	return found, nil
}

// Key names a device of a tenant.
type Key struct {
	Tenant tenant.ID
	ID     string
}

// GetAll returns the devices of all keys within the scope, in the order of tenant and id, also those that are gone. errs.NotFound where one
// of them is none.
func (s *Store) GetAll(ctx context.Context, scope tenant.Scope, keys []Key) ([]Device, error) {
	tenants, ids := make([]tenant.ID, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		if !postgres.Printable(k.ID) {
			return nil, fmt.Errorf("device of %s: %w", k.Tenant, errs.NotFound)
		}
		tenants[i], ids[i] = k.Tenant, k.ID
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+columns+`
		FROM   unnest($1::uuid[], $2::text[]) k (tenant_id, id)
		JOIN   device d USING (tenant_id, id)
		ORDER  BY d.tenant_id, d.id`, tenants, ids)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Device, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("%d devices: %w", len(keys), err)
	}
	if len(found) != len(keys) {
		return nil, fmt.Errorf("%d of %d devices: %w", len(keys)-len(found), len(keys), errs.NotFound)
	}
	return found, nil
}

// OfHardware returns the managed device that a registered machine became: the one with that Intune id, else with that Entra device id,
// else with that serial number, of several the one that checked in last. errs.NotFound where the tenant has none.
func (s *Store) OfHardware(ctx context.Context, tid tenant.ID, id, entraID, serial string) (Device, error) {
	serial = SerialOf(Device{Serial: serial})
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+columns+`
		FROM  (SELECT d.*, 1 AS rank FROM device d WHERE d.tenant_id = $1 AND d.id = $2
		       UNION ALL
		       SELECT d.*, 2 FROM device d WHERE d.tenant_id = $1 AND d.entra_device_id = $3 AND d.entra_device_id <> '' AND d.gone_at IS NULL
		       UNION ALL
		       SELECT d.*, 3 FROM device d WHERE d.tenant_id = $1 AND d.serial_key = $4 AND $4 <> '' AND d.gone_at IS NULL) d
		ORDER  BY d.gone_at IS NOT NULL, d.rank, d.last_sync_at DESC, d.id
		LIMIT  1`, tid, id, entraID, serial)
	d, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Device, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Device{}, fmt.Errorf("device of hardware %q of %s: %w", serial, tid, errs.NotFound)
	}
	if err != nil {
		return Device{}, fmt.Errorf("device of hardware %q of %s: %w", serial, tid, err)
	}
	return d, nil
}

// SerialOf is the serial number of a device as far as it tells machines apart; "" where its maker left a placeholder.
func SerialOf(d Device) string {
	if key := serialKey(d.Serial); !placeholder(key) {
		return key
	}
	return ""
}
