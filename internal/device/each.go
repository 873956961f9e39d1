package device

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// exported are the columns that exports show, for a million rows take as long as their columns. Whose they are is named by names.
const exported = `
	d.tenant_id, d.id, d.name, d.serial, d.os, d.os_version, d.model, d.manufacturer, d.compliance, d.grace_until, d.ownership, d.state,
	d.enrolled_at, d.last_sync_at, d.checkin, d.encrypted, d.category, d.upn, d.user_name, d.email, d.imei, d.wifi_mac, d.entra_device_id, d.actions, d.gone_at`

// exportedInto are where exported is scanned into.
func exportedInto(d *Device) []any {
	return []any{&d.Tenant, &d.ID, &d.Name, &d.Serial, &d.OS, &d.OSVersion, &d.Model, &d.Manufacturer, &d.Compliance, postgres.Zero(&d.GraceUntil), &d.Ownership, &d.State,
		postgres.Zero(&d.EnrolledAt), postgres.Zero(&d.LastSyncAt), &d.CheckIn, &d.Encrypted, &d.Category, &d.UPN, &d.UserName, &d.Email, &d.IMEI, &d.WiFiMAC, &d.EntraDeviceID,
		(*[]byte)(&d.Actions), postgres.Zero(&d.GoneAt)}
}

// Each calls each for every device in the scope that matches the filter, in its order, one row in memory at a time. Limit does not apply,
// and of a device there is what lists show of one.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Device) error) error {
	sql, args, _, err := listSQL(scope, f, 0)
	if err != nil {
		return err
	}
	return s.stream(ctx, scope, func(tx pgx.Tx) error {
		names, err := names(ctx, tx)
		if err != nil {
			return err
		}
		var d Device
		into := exportedInto(&d)
		return eachOf(ctx, tx, sql, args, func(rows pgx.Rows) error {
			d.Actions = nil // else the next row would be written over this one's
			if err := rows.Scan(into...); err != nil {
				return fmt.Errorf("read devices: %w", err)
			}
			d.TenantName = names[d.Tenant]
			return each(d)
		})
	})
}

// names are how lists name the customers in the scope. Asked once, they spare an export a look at the customer for each of its rows.
func names(ctx context.Context, tx pgx.Tx) (map[tenant.ID]string, error) {
	rows, _ := tx.Query(ctx, `SELECT t.tenant_id, `+postgres.TenantWords+` FROM tenant t`)
	found := map[tenant.ID]string{}
	var id tenant.ID
	var name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { found[id] = name; return nil }); err != nil {
		return nil, fmt.Errorf("names of customers: %w", err)
	}
	return found, nil
}

// stream runs f where an index's order is preferred to a sort, so that the first row comes at once and the database keeps nothing.
func (s *Store) stream(ctx context.Context, scope tenant.Scope, f func(pgx.Tx) error) error {
	return s.pool.Reading(ctx, scope, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, streaming); err != nil {
			return fmt.Errorf("read devices: %w", err)
		}
		return f(tx)
	})
}

const streaming = `SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`

func eachOf(ctx context.Context, tx pgx.Tx, sql string, args []any, each func(pgx.Rows) error) error {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read devices: %w", postgres.BadInput(err))
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read devices: %w", postgres.BadInput(err))
	}
	return nil
}
