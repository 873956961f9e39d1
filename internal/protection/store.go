package protection

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds protection states and malware in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("d")

var columns = `d.tenant_id, ` + tenantName + `, d.id, d.name, d.state, d.product_status, d.problems, d.malware_protection, d.real_time, d.network_inspection, d.tamper,
	d.virtual_machine, d.engine_version, d.signature_version, d.client_version, NULLIF(d.quick_scan_at, '-infinity'), NULLIF(d.full_scan_at, '-infinity'),
	NULLIF(d.active_malware, -1), NULLIF(d.remediated_malware, -1), NULLIF(d.reported_at, '-infinity')`

func scan(row pgx.CollectableRow, more ...any) (Device, error) {
	var d Device
	err := row.Scan(append([]any{&d.Tenant, &d.TenantName, &d.ID, &d.Name, &d.State, &d.ProductStatus, &d.Problems, &d.MalwareProtection, &d.RealTime, &d.NetworkInspection,
		&d.Tamper, &d.VirtualMachine, &d.EngineVersion, &d.SignatureVersion, &d.ClientVersion, postgres.Zero(&d.QuickScanAt), postgres.Zero(&d.FullScanAt),
		&d.ActiveMalware, &d.RemediatedMalware, postgres.Zero(&d.ReportedAt)}, more...)...)
	return d, err
}

var malwareColumns = `d.tenant_id, ` + tenantName + `, d.id, d.name, d.severity, d.category, d.url, NULLIF(d.detected_at, '-infinity'), d.first_seen_at, d.gone_at`

func scanMalware(row pgx.CollectableRow, more ...any) (Malware, error) {
	var m Malware
	err := row.Scan(append([]any{&m.Tenant, &m.TenantName, &m.ID, &m.Name, &m.Severity, &m.Category, &m.URL, postgres.Zero(&m.DetectedAt), &m.FirstSeenAt,
		postgres.Zero(&m.GoneAt)}, more...)...)
	return m, err
}

var orders = map[string][]postgres.Key{
	"name":     {{Expr: "d.name_key", Type: "text"}},
	"reported": {{Expr: "d.reported_at", Type: "timestamptz"}},
	"malware":  {{Expr: "d.active_malware", Type: "bigint"}, {Expr: "d.name_key", Type: "text"}},
	"customer": postgres.TenantOrder("d", postgres.Key{Expr: "d.name_key", Type: "text"}),
}

var malwareOrders = map[string][]postgres.Key{
	"name":     {{Expr: "d.name_key", Type: "text"}},
	"detected": {{Expr: "d.detected_at", Type: "timestamptz"}},
	"severity": {{Expr: "d.severity_rank", Type: "int"}, {Expr: "d.name_key", Type: "text"}},
	"customer": postgres.TenantOrder("d", postgres.Key{Expr: "d.name_key", Type: "text"}),
}

func order(name string, desc bool, of map[string][]postgres.Key, known []string) (postgres.Order, error) {
	if name == "" {
		name = known[0]
	}
	keys, ok := of[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "This list cannot be sorted by that.", "Sort by "+strings.Join(known, ", ")+".")
	}
	return postgres.Order{Name: name, Desc: desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"}, postgres.Key{Expr: "d.id", Type: "text"})}, nil
}

func begin(scope tenant.Scope, table string, tenants []tenant.ID, q string, values ...string) (*postgres.Where, error) {
	w := &postgres.Where{}
	w.Within(scope, "d.tenant_id")
	for _, v := range append(values, q) {
		if !postgres.Printable(v) || len(v) > 200 {
			return nil, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
		}
	}
	w.Searched(postgres.Searchable{Table: table, Alias: "d", Key: "d.name_key", Text: "name_key"}, q)
	if len(tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", tenants)
	}
	return w, nil
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "device_protection d", Cursor: f.After, Limit: f.Limit}
	if l.Where, err = begin(scope, "device_protection", f.Tenants, f.Q, f.Problem...); err != nil {
		return l, err
	}
	if len(f.Problem) > 0 {
		l.Where.And("d.problems && ?::text[]", f.Problem)
	}
	if f.Any {
		l.Where.And("d.problems <> '{}'")
	}
	l.Order, err = order(f.Sort, f.Desc, orders, Sorts)
	return l, err
}

func (f MalwareFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: malwareColumns, Table: "malware d", Cursor: f.After, Limit: f.Limit}
	if l.Where, err = begin(scope, "malware", f.Tenants, f.Q, slices.Concat(f.Severity, f.Category, f.IDs)...); err != nil {
		return l, err
	}
	l.Where.And("d.gone_at IS NULL")
	if len(f.IDs) > 0 {
		l.Where.And("d.id = ANY(?)", f.IDs)
	}
	if len(f.Severity) > 0 {
		l.Where.And("d.severity = ANY(?)", f.Severity)
	}
	if len(f.Category) > 0 {
		l.Where.And("d.category = ANY(?)", f.Category)
	}
	l.Order, err = order(f.Sort, f.Desc, malwareOrders, MalwareSorts)
	return l, err
}

// seldom is how many devices are gathered and sorted for a page; where more have a problem, a page is soon found along the order of the list.
const seldom = 5000

// List returns the devices in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	db, keys := s.pool.In(scope), f.counters()
	if keys == nil {
		p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, db, l, scan)
		return p, err
	}
	if p.Count, err = postgres.CountersOf(scope, f.Tenants, graphsync.DeviceProtection, keys...).Tally(ctx, db); err != nil {
		return p, err
	}
	all := l
	if len(f.Problem) > 0 {
		if all, err = f.gathered(scope); err != nil {
			return p, err
		}
	}
	if len(f.Problem) > 0 && p.Count < seldom {
		l = all
	}
	if p.Rows, p.Next, err = postgres.RowsOf(ctx, db, l, scan); err == nil && len(keys) > 1 { // a device may have several of the problems
		p.Count, err = postgres.CountOf(ctx, db, all)
	}
	return p, err
}

// counters are those whose sum is how many devices f chooses, or more where it names several; nil where no counters tell.
func (f Filter) counters() (keys []string) {
	switch {
	case f.Q != "" || f.Any && len(f.Problem) > 0:
		return nil
	case f.Any:
		return []string{"any"}
	case len(f.Problem) == 0:
		return []string{"total"}
	}
	for _, p := range f.Problem {
		keys = append(keys, "problem:"+p)
	}
	return keys
}

// gathered is listing by the index of problems.
func (f Filter) gathered(scope tenant.Scope) (postgres.Listing, error) {
	of := f.Problem
	f.Problem = nil
	l, err := f.listing(scope)
	if err == nil {
		l.Where.And("(d.tenant_id, d.id) IN (SELECT m.tenant_id, m.id FROM protection_with(?::text[]) m)", of)
	}
	return l, err
}

// Each calls f for every device that matches, in order. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Device) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Malware returns the malware found in the scope, one page in the chosen order.
func (s *Store) Malware(ctx context.Context, scope tenant.Scope, f MalwareFilter) (p Found, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanMalware)
	return p, err
}

// EachMalware calls f for all malware that matches, in order. Limit does not apply.
func (s *Store) EachMalware(ctx context.Context, scope tenant.Scope, f MalwareFilter, each func(Malware) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanMalware, each)
}
