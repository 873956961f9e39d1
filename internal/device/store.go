package device

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

// Store holds devices in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("d")

var columns = `
	d.tenant_id, ` + tenantName + ` AS tenant_name,
	d.id, d.name, d.serial, d.os, d.os_version, d.model, d.manufacturer,
	d.compliance, d.grace_until, d.ownership, d.agent, d.state,
	d.enrolled_at, d.last_sync_at, d.checkin,
	d.encrypted, d.supervised, d.jail_broken, d.storage_total, d.storage_free, d.category, d.threat, d.enrolment_type,
	d.enrolment_profile, d.patch_level, d.managed_name,
	d.user_id, d.upn, d.user_name, d.email, d.phone, d.carrier, d.imei, d.meid, d.wifi_mac,
	d.entra_device_id, d.entra_registered, d.registration, d.eas_activated, d.eas_device_id, d.exchange_access, d.exchange_reason,
	d.exchange_sync_at, d.certificate_until,
	d.needs_approval, d.actions, d.first_seen_at, d.changed_at, d.gone_at`

func scan(row pgx.CollectableRow, more ...any) (Device, error) {
	var d Device
	err := row.Scan(append([]any{&d.Tenant, &d.TenantName,
		&d.ID, &d.Name, &d.Serial, &d.OS, &d.OSVersion, &d.Model, &d.Manufacturer,
		&d.Compliance, postgres.Zero(&d.GraceUntil), &d.Ownership, &d.Agent, &d.State,
		postgres.Zero(&d.EnrolledAt), postgres.Zero(&d.LastSyncAt), &d.CheckIn,
		&d.Encrypted, &d.Supervised, &d.JailBroken, &d.StorageTotal, &d.StorageFree, &d.Category, &d.Threat, &d.EnrolmentType,
		&d.Profile, &d.PatchLevel, &d.ManagedName,
		&d.UserID, &d.UPN, &d.UserName, &d.Email, &d.Phone, &d.Carrier, &d.IMEI, &d.MEID, &d.WiFiMAC,
		&d.EntraDeviceID, &d.EntraRegistered, &d.Registration, &d.EASActivated, &d.EASDeviceID, &d.ExchangeAccess, &d.ExchangeReason,
		postgres.Zero(&d.ExchangeSyncAt), postgres.Zero(&d.CertificateEnds),
		&d.NeedsApproval, (*[]byte)(&d.Actions), &d.FirstSeenAt, &d.ChangedAt, postgres.Zero(&d.GoneAt)}, more...)...)
	return d, err
}

// orders are the sorts of List. Each ends in tenant and id, and all but the customer's follow an index.
var orders = map[string][]postgres.Key{
	"name":       {{Expr: "d.name_key", Type: "text"}},
	"lastSync":   {{Expr: "d.last_sync_at", Type: "timestamptz"}},
	"serial":     {{Expr: "d.serial_key", Type: "text"}},
	"user":       {{Expr: "d.user_key", Type: "text"}},
	"compliance": {{Expr: "d.compliance", Type: "text"}, {Expr: "d.name_key", Type: "text"}},
	"os":         {{Expr: "d.os", Type: "text"}, {Expr: "d.name_key", Type: "text"}},
	"customer":   postgres.TenantOrder("d", postgres.Key{Expr: "d.name_key", Type: "text"}),
}

func order(f Filter, gone string) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = "name"
	}
	keys, ok := orders[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Devices cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	return postgres.Order{Name: name + gone, Keys: postgres.Ended(keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.id", Type: "text"}), Desc: f.Desc}, nil
}

// where turns the filter into conditions. They use operators that row-level security lets an index answer: equality and order.
func where(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one, err = conditions(w, scope, f)
	return w, one, err
}

func conditions(w *postgres.Where, scope tenant.Scope, f Filter) (one bool, err error) {
	one = w.Within(scope, "d.tenant_id")
	if f.Gone {
		w.And("d.gone_at IS NOT NULL")
	} else {
		w.And("d.gone_at IS NULL")
	}
	for _, c := range []struct {
		column string
		values []string
	}{
		{"d.compliance", f.Compliance}, {"d.os", f.OS}, {"d.os_version", f.OSVersion}, {"d.ownership", f.Ownership},
		{"d.checkin", f.CheckIn}, {"d.category", f.Category}, {"d.model", f.Model}, {"d.manufacturer", f.Manufacturer}, {"d.state", f.State},
	} {
		for _, v := range c.values {
			if !postgres.Printable(v) {
				return false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for.")
			}
		}
		w.OneOf(c.column, c.values)
	}
	if f.Encrypted != nil {
		w.And("d.encrypted = ?", *f.Encrypted)
	}
	if f.UserID != "" {
		w.And("d.user_id = ?", f.UserID)
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	if f.still != nil {
		f.still.conditions(w)
	}
	return one, search(w, f)
}

// Get returns one device, also one that is gone. errs.NotFound where the tenant has none with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Device, error) {
	if !postgres.Printable(id) {
		return Device{}, fmt.Errorf("device of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+columns+`
		FROM   device d
		WHERE  d.tenant_id = $1
		AND    d.id = $2`, tid, id)
	d, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Device, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Device{}, fmt.Errorf("device %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Device{}, fmt.Errorf("device %q of %s: %w", id, tid, err)
	}
	return d, nil
}
