package autopilot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Get returns one identity, also one that is gone. errs.NotFound where the tenant has none with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Identity, error) {
	if !postgres.Printable(id) {
		return Identity{}, fmt.Errorf("Autopilot identity of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM autopilot_identity d WHERE d.tenant_id = $1 AND d.id = $2`, tid, id)
	i, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Identity, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Identity{}, fmt.Errorf("Autopilot identity %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Identity{}, fmt.Errorf("Autopilot identity %q of %s: %w", id, tid, err)
	}
	return i, nil
}

// OfDevice returns the identity of a managed device and how the two belong together: by the device's id, by Entra's id for it, or by its
// serial number; give "" for what must not be compared. errs.NotFound where Autopilot knows none of them.
func (s *Store) OfDevice(ctx context.Context, tid tenant.ID, deviceID, entraID, serial string) (Identity, Link, error) {
	entraID, serial = guid(entraID), serialKey(serial)
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+columns+`
		FROM   autopilot_identity d
		WHERE  d.tenant_id = $1
		AND    d.gone_at IS NULL
		AND    (d.managed_device_id = $2 AND d.managed_device_id <> '' OR d.entra_device_id = $3 AND d.entra_device_id <> '' OR d.serial_key = $4 AND $4 <> '')
		ORDER  BY (d.managed_device_id = $2 AND $2 <> '') DESC, (d.entra_device_id = $3 AND $3 <> '') DESC, d.contacted_at DESC, d.id
		LIMIT  1`, tid, strings.ToLower(deviceID), entraID, serial)
	i, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Identity, error) { return scan(row) })
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Identity{}, "", fmt.Errorf("Autopilot identity of device %q of %s: %w", deviceID, tid, errs.NotFound)
	case err != nil:
		return Identity{}, "", fmt.Errorf("Autopilot identity of device %q of %s: %w", deviceID, tid, err)
	case i.ManagedDeviceID != "" && i.ManagedDeviceID == strings.ToLower(deviceID):
		return i, ByManagedDevice, nil
	case i.EntraDeviceID != "" && i.EntraDeviceID == entraID:
		return i, ByEntraDevice, nil
	}
	return i, BySerial, nil
}

// Changes returns what changed on one identity, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	return merging.Changes(ctx, s.pool.In(tid), tid, id, limit)
}
