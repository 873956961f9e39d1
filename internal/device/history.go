package device

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Changes returns what changed on one device, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT c.device_id, d.name, c.at, c.run, c.field, c.old, c.new
		FROM   device_change c
		JOIN   device d USING (tenant_id)
		WHERE  c.tenant_id = $1
		AND    c.device_id = $2
		AND    d.id = c.device_id
		ORDER  BY c.at DESC, c.field
		LIMIT  $3`, tid, id, limit)
	return changes(rows, tid)
}

// ChangesSince returns what changed on all devices of the tenant, the newest first.
func (s *Store) ChangesSince(ctx context.Context, tid tenant.ID, since time.Time, limit int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT c.device_id, d.name, c.at, c.run, c.field, c.old, c.new
		FROM   device_change c
		JOIN   device d ON d.tenant_id = c.tenant_id AND d.id = c.device_id
		WHERE  c.tenant_id = $1
		AND    c.at >= $2
		ORDER  BY c.at DESC, c.device_id, c.field
		LIMIT  $3`, tid, since, limit)
	return changes(rows, tid)
}

func changes(rows pgx.Rows, tid tenant.ID) ([]Change, error) {
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Change, error) {
		var c Change
		err := row.Scan(&c.DeviceID, &c.DeviceName, postgres.Zero(&c.At), &c.Run, &c.Field, &c.Old, &c.New)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("changes of devices of %s: %w", tid, err)
	}
	return found, nil
}

// SameSerial returns other devices in the scope with the serial number of d: re-enrolled, moved to another customer, or a vendor's
// placeholder. Empty and placeholder serials match nothing.
func (s *Store) SameSerial(ctx context.Context, scope tenant.Scope, d Device) ([]Elsewhere, error) {
	key := serialKey(d.Serial)
	if placeholder(key) {
		return nil, nil
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT d.tenant_id, `+tenantName+`, d.id, d.name, NULLIF(d.last_sync_at, '-infinity'), d.gone_at IS NOT NULL
		FROM   device d
		WHERE  d.serial_key = $1
		AND    d.gone_at IS NULL
		AND    (d.tenant_id, d.id) <> ($2, $3)
		ORDER  BY d.last_sync_at DESC, d.tenant_id, d.id
		LIMIT  50`, key, d.Tenant, d.ID)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Elsewhere, error) {
		var e Elsewhere
		err := row.Scan(&e.Tenant, &e.TenantName, &e.ID, &e.Name, postgres.Zero(&e.LastSyncAt), &e.Gone)
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("devices with the same serial: %w", err)
	}
	return found, nil
}
