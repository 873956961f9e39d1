package device

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Category is a device category of a tenant.
type Category struct {
	Tenant     tenant.ID
	TenantName string

	ID, Name, Description string
	Devices               int64 // that name it, as of the last complete read of devices

	FirstSeenAt time.Time // by a reading; zero: before this was kept
	GoneAt      time.Time // when a complete reading did not have it any more; zero: it is there
}

// CategoryChange is one field of a category that a read found different from the read before.
type CategoryChange = postgres.Change

// CategoryFilter chooses categories that Intune has.
type CategoryFilter struct {
	Q       string // part of the name
	Tenants []tenant.ID

	Sort  string // one of CategorySorts; empty: name
	Desc  bool
	After string
	Limit int // rows; 0: 50, at most 500
}

// CategorySorts are the orders that ListCategories knows.
var CategorySorts = []string{"name", "devices", "customer"}

// CategoryPage is one page of categories.
type CategoryPage struct {
	Rows  []Category
	Next  string
	Count int64
}

const categoryDevices = `COALESCE((SELECT v.devices FROM device_value v WHERE v.tenant_id = d.tenant_id AND v.field = 'category' AND v.value = d.name), 0)`

var categoryColumns = `d.tenant_id, ` + tenantName + `, d.id, d.name, d.description, ` + categoryDevices + `,
	NULLIF(d.first_seen_at, '-infinity'), d.gone_at`

func scanCategory(row pgx.CollectableRow, more ...any) (Category, error) {
	var c Category
	err := row.Scan(append([]any{&c.Tenant, &c.TenantName, &c.ID, &c.Name, &c.Description, &c.Devices, postgres.Zero(&c.FirstSeenAt), postgres.Zero(&c.GoneAt)}, more...)...)
	return c, err
}

func (f CategoryFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	one := w.Within(scope, "d.tenant_id")
	w.And("d.gone_at IS NULL")
	if err := postgres.CheckSearch(f.Q); err != nil {
		return l, err
	}
	name := postgres.Key{Expr: `lower(d.name) COLLATE "C"`, Type: "text"}
	w.And("d.search LIKE ALL (?)", postgres.Likes(postgres.Words(f.Q)))
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	o := postgres.Order{Name: f.Sort, Desc: f.Desc}
	switch f.Sort {
	case "", "name":
		o.Keys = []postgres.Key{name}
	case "devices":
		o.Keys = []postgres.Key{{Expr: categoryDevices, Type: "bigint"}, name}
	case "customer":
		o.Keys = postgres.TenantOrder("d", name)
	default:
		return l, errs.ShowNext(errs.Invalid, "Device categories cannot be sorted by that.", "Sort by "+strings.Join(CategorySorts, ", ")+".")
	}
	o.Keys = postgres.Ended(o.Keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.id", Type: "text"})
	if one {
		o = o.OfOneTenant()
	}
	return postgres.Listing{Columns: categoryColumns, Table: "device_category d", Where: w, Order: o, Cursor: f.After, Limit: f.Limit}, nil
}

// Categories returns the device categories in the scope that match f, one page in the chosen order.
func (s *Store) Categories(ctx context.Context, scope tenant.Scope, f CategoryFilter) (p CategoryPage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanCategory)
	return p, err
}

// EachCategory calls each for every category that matches, in order. Limit does not apply.
func (s *Store) EachCategory(ctx context.Context, scope tenant.Scope, f CategoryFilter, each func(Category) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanCategory, each)
}

// Category is one category, also one that is gone. errs.NotFound where the tenant has none with that id.
func (s *Store) Category(ctx context.Context, tid tenant.ID, id string) (Category, error) {
	if !postgres.Printable(id) {
		return Category{}, fmt.Errorf("device category of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+categoryColumns+` FROM device_category d WHERE d.tenant_id = $1 AND d.id = $2`, tid, id)
	c, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Category, error) { return scanCategory(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		err = errs.NotFound
	}
	if err != nil {
		return Category{}, fmt.Errorf("device category %q of %s: %w", id, tid, err)
	}
	return c, nil
}

// CategoryChanges returns what changed about a category, the newest first.
func (s *Store) CategoryChanges(ctx context.Context, tid tenant.ID, id string, limit int) ([]CategoryChange, error) {
	return mergingCategories.Changes(ctx, s.pool.In(tid), tid, id, limit)
}
