package organization

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

// Licence is one subscribed SKU of a tenant.
type Licence struct {
	Tenant     tenant.ID
	TenantName string

	SKU        string // GUID
	Name       string // the product's, where it is known, else the part number
	PartNumber string // for example ENTERPRISEPREMIUM
	AppliesTo  string // User, Company
	Status     string // capabilityStatus: Enabled, Warning, Suspended, Deleted, LockedOut
	Enabled    int64  // units
	Consumed   int64
	Warning    int64
	Suspended  int64
	Plans      []string // service plans that are provisioned
	Intune     bool     // one of them brings Intune

	FirstSeenAt time.Time // by a reading; zero: before this was kept
	GoneAt      time.Time // when a complete reading did not have it any more; zero: it is there
}

// Free is how many enabled units nobody has. More may be assigned than are enabled, as when the subscription ended.
func (l Licence) Free() int64 { return max(l.Enabled-l.Consumed, 0) }

// LicenceChange is one entry of the history of a licence.
type LicenceChange = postgres.Change

// LicenceFilter chooses licences. Values of one field are alternatives, fields add up.
type LicenceFilter struct {
	Q       string // part of the product's name or the part number
	Status  []string
	Free    []bool // with enabled units that nobody has, or without
	Intune  []bool
	Tenants []tenant.ID

	Sort  string // one of LicenceSorts; empty: name
	Desc  bool
	After string
	Limit int // rows; 0: 50, at most 500
}

// LicenceSorts are the orders that Licences knows.
var LicenceSorts = []string{"name", "assigned", "enabled", "free", "customer"}

// LicencePage is one page of licences.
type LicencePage struct {
	Rows  []Licence
	Next  string
	Count int64
}

var (
	tenantName     = postgres.TenantName("d")
	licenceFree    = `GREATEST(d.enabled - d.consumed, 0)`
	licenceColumns = `d.tenant_id, ` + tenantName + `, d.id, d.name, d.part_number, d.applies_to, d.status, d.enabled, d.consumed, d.warning, d.suspended, d.plans, d.intune,
	NULLIF(d.first_seen_at, '-infinity'), d.gone_at`
)

func scanLicence(row pgx.CollectableRow, more ...any) (Licence, error) {
	var l Licence
	err := row.Scan(append([]any{&l.Tenant, &l.TenantName, &l.SKU, &l.Name, &l.PartNumber, &l.AppliesTo, &l.Status, &l.Enabled, &l.Consumed, &l.Warning, &l.Suspended, &l.Plans, &l.Intune,
		postgres.Zero(&l.FirstSeenAt), postgres.Zero(&l.GoneAt)}, more...)...)
	return l, err
}

func (f LicenceFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	one := w.Within(scope, "d.tenant_id")
	w.And("d.gone_at IS NULL")
	if err := postgres.CheckSearch(f.Q, f.Status...); err != nil {
		return l, err
	}
	if q := strings.TrimSpace(f.Q); q != "" {
		w.And("lower(d.name || E'\\n' || d.part_number) LIKE ?", postgres.Like(q))
	}
	if len(f.Status) > 0 {
		w.And("d.status = ANY(?)", f.Status)
	}
	if len(f.Free) > 0 {
		w.And("("+licenceFree+" > 0) = ANY(?)", f.Free)
	}
	if len(f.Intune) > 0 {
		w.And("d.intune = ANY(?)", f.Intune)
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	name := postgres.Key{Expr: `lower(d.name) COLLATE "C"`, Type: "text"}
	o := postgres.Order{Name: f.Sort, Desc: f.Desc}
	switch f.Sort {
	case "", "name":
		o.Keys = []postgres.Key{name}
	case "assigned":
		o.Keys = []postgres.Key{{Expr: "d.consumed", Type: "bigint"}, name}
	case "enabled":
		o.Keys = []postgres.Key{{Expr: "d.enabled", Type: "bigint"}, name}
	case "free":
		o.Keys = []postgres.Key{{Expr: licenceFree, Type: "bigint"}, name}
	case "customer":
		o.Keys = postgres.TenantOrder("d", name)
	default:
		return l, errs.ShowNext(errs.Invalid, "Licences cannot be sorted by that.", "Sort by "+strings.Join(LicenceSorts, ", ")+".")
	}
	o.Keys = postgres.Ended(o.Keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.id", Type: "text"})
	if one {
		o = o.OfOneTenant()
	}
	return postgres.Listing{Columns: licenceColumns, Table: "licence d", Where: w, Order: o, Cursor: f.After, Limit: f.Limit}, nil
}

// Licences returns the subscribed SKUs in the scope that match f, one page in the chosen order.
func (s *Store) Licences(ctx context.Context, scope tenant.Scope, f LicenceFilter) (p LicencePage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanLicence)
	return p, err
}

// EachLicence calls each for every licence that matches, in order. Limit does not apply.
func (s *Store) EachLicence(ctx context.Context, scope tenant.Scope, f LicenceFilter, each func(Licence) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanLicence, each)
}

// Licence returns one of the tenant's licences, also one that is gone; errs.NotFound where it never had it.
func (s *Store) Licence(ctx context.Context, tid tenant.ID, sku string) (Licence, error) {
	if !postgres.Printable(sku) {
		return Licence{}, fmt.Errorf("licence of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+licenceColumns+` FROM licence d WHERE d.tenant_id = $1 AND d.id = $2`, tid, sku)
	l, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Licence, error) { return scanLicence(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		err = errs.NotFound
	}
	if err != nil {
		return Licence{}, fmt.Errorf("licence %q of %s: %w", sku, tid, err)
	}
	return l, nil
}

// LicenceChanges returns what changed on a licence, the newest first.
func (s *Store) LicenceChanges(ctx context.Context, tid tenant.ID, sku string, limit int) ([]LicenceChange, error) {
	return licenceMerging.Changes(ctx, s.pool.In(tid), tid, sku, limit)
}

var licenceMerging = postgres.Merge{Table: "licence", Keep: true, History: "licence_change", Subject: "licence_id", Fields: []string{"status", "enabled", "consumed", "warning", "suspended"}}

// mergeLicences makes the tenant's licences those of the read, and keeps what changed.
func mergeLicences(ctx context.Context, tx pgx.Tx, tid tenant.ID, of []Licence, run int64, now time.Time) (written int64, err error) {
	stage := postgres.NewStage("id", "name", "part_number", "applies_to", "status", "enabled", "consumed", "warning", "suspended", "plans", "intune")
	defer stage.Close()
	for _, l := range of {
		if err := stage.Row().Text(l.SKU).Text(l.Name).Text(l.PartNumber).Text(l.AppliesTo).Text(l.Status).Int(l.Enabled).Int(l.Consumed).Int(l.Warning).Int(l.Suspended).
			Strings(l.Plans).Bool(l.Intune).End(); err != nil {
			return 0, err
		}
	}
	written, gone, err := stage.Merge(ctx, tx, licenceMerging, tid, run, now)
	if err != nil {
		return 0, fmt.Errorf("merge licences of %s: %w", tid, err)
	}
	return written + gone, nil
}
