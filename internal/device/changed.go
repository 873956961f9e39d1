package device

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TenantChange is a change with the tenant that the device is of.
type TenantChange struct {
	Tenant     tenant.ID
	TenantName string
	Change
}

// ChangeFilter chooses changes of devices. Values of one field are alternatives, fields add up.
type ChangeFilter struct {
	Field    []string  // names of columns
	From, To time.Time // From counts, To does not; zero: no bound
	Tenants  []tenant.ID

	After     string
	Limit     int   // rows; 0: 50, at most 500
	CountMost int64 // count no further; 0: exactly
}

// ChangePage is one page of changes.
type ChangePage struct {
	Rows  []TenantChange
	Next  string
	Count int64
	More  bool // there are more than Count
}

var changeColumns = `d.tenant_id, ` + tenantName + `, d.device_id, COALESCE((SELECT x.name FROM device x WHERE x.tenant_id = d.tenant_id AND x.id = d.device_id), ''), d.at, d.run, d.field, d.old, d.new`

func scanChange(row pgx.CollectableRow, more ...any) (TenantChange, error) {
	var c TenantChange
	err := row.Scan(append([]any{&c.Tenant, &c.TenantName, &c.DeviceID, &c.DeviceName, &c.At, &c.Run, &c.Field, &c.Old, &c.New}, more...)...)
	return c, err
}

func (f ChangeFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	w.Within(scope, "d.tenant_id")
	if err := postgres.CheckSearch("", f.Field...); err != nil {
		return l, err
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	if len(f.Field) > 0 {
		w.And("d.field = ANY(?)", f.Field)
	}
	if !f.From.IsZero() {
		w.And("d.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		w.And("d.at < ?", f.To)
	}
	o := postgres.Order{Name: "changes", Desc: true, Keys: []postgres.Key{
		{Expr: "d.at", Type: "timestamptz"}, {Expr: "d.tenant_id", Type: "uuid"}, {Expr: "d.device_id", Type: "text"}, {Expr: "d.field", Type: "text"}, {Expr: "d.run", Type: "bigint"},
	}}
	return postgres.Listing{Columns: changeColumns, Table: "device_change d", Where: w, Order: o, Cursor: f.After, Limit: f.Limit, Most: f.CountMost}, nil
}

// ChangesAcrossTenants returns what readings saw change on devices in the scope, the newest first.
func (s *Store) ChangesAcrossTenants(ctx context.Context, scope tenant.Scope, f ChangeFilter) (p ChangePage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.Planned(scope), l, scanChange)
	if f.CountMost > 0 && p.Count > f.CountMost {
		p.Count, p.More = f.CountMost, true
	}
	return p, err
}

// EachChangeAcrossTenants calls each for every change that matches, in order. Limit does not apply.
func (s *Store) EachChangeAcrossTenants(ctx context.Context, scope tenant.Scope, f ChangeFilter, each func(TenantChange) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanChange, each)
}
