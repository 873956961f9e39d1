package gdap

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds relationships in Postgres. Their rows belong to the partner's tenant; the scope of a read is that of the customers.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var merging = postgres.Merge{
	Table: "gdap_relationship", Keep: true, History: "gdap_change", Subject: "relationship_id",
	Fields: []string{"name", "status", "ends_at", "auto_extend", "roles", "groups"},
}

// Merge makes the tenant's relationships those of the read, which was complete. tx is under the tenant's scope.
func (s *Store) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, found []Relationship) (m graphsync.Merged, err error) {
	stage := postgres.NewStage(strings.Fields("id name name_key customer_id customer_name status duration auto_extend roles groups assignments led created_at activated_at ends_at")...)
	defer stage.Close()
	m.Counters = map[string]int64{"total": 0}
	for _, r := range found {
		given := r.Assignments
		if given == nil {
			given = []Assignment{}
		}
		assignments, err := json.Marshal(given)
		if err != nil {
			return m, fmt.Errorf("stage a GDAP relationship: %w", err)
		}
		row := stage.Row().Text(r.ID).Text(r.Name).Text(key(r.Name))
		if r.Customer.IsZero() {
			row.Null()
		} else {
			row.Text(r.Customer.String())
		}
		row.Text(r.CustomerName).Text(r.Status).Text(r.Duration).Text(r.AutoExtend).Strings(r.Roles).Strings(r.groups()).Text(string(assignments)).Bool(r.Led).Time(r.CreatedAt).Time(r.ActivatedAt)
		if r.EndsAt.IsZero() {
			row.Text("infinity")
		} else {
			row.Time(r.EndsAt)
		}
		if err := row.End(); err != nil {
			return m, err
		}
		if r.Led {
			m.Counters["led:true"]++
			continue
		}
		m.Counters["total"]++
		m.Counters["status:"+r.Status]++
	}
	m.Written, m.Gone, err = stage.Merge(ctx, tx, merging, tid, run, now)
	return m, err
}

// keep adds a relationship that is not there yet. The next complete read finds it again and compares it, as it has no hash.
func keep(ctx context.Context, tx pgx.Tx, home tenant.ID, now time.Time, r Relationship) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO gdap_relationship (tenant_id, id, name, name_key, customer_id, customer_name, status, duration, auto_extend, roles, groups, assignments, led,
		            created_at, activated_at, ends_at, hash, first_seen_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '{}', '[]', false, $11, '-infinity', 'infinity', '', $11, $11)
		ON     CONFLICT DO NOTHING`, home, r.ID, r.Name, key(r.Name), r.Customer, r.CustomerName, r.Status, r.Duration, r.AutoExtend, r.Roles, now)
	if err != nil {
		return fmt.Errorf("keep a GDAP relationship: %w", err)
	}
	return postgres.Reread(ctx, tx, merging.Table, home)
}

// key is a name to sort by, cut to what an index takes.
func key(name string) string {
	if len(name) > 400 {
		name = strings.ToValidUTF8(name[:400], "")
	}
	return strings.ToLower(name)
}

// works is SQL for a relationship by which people can act now.
const works = `r.gone_at IS NULL AND NOT r.led AND r.status IN ('active', 'expiring')`

// customerName is as the portal knows the customer, or else as Microsoft does.
var customerName = postgres.TenantNameOf("r.customer_id", "NULLIF(r.customer_name, ''), r.customer_id::text, ''")

const known = `EXISTS (SELECT FROM tenant t WHERE t.tenant_id = r.customer_id)`

var columns = `
	r.tenant_id, r.id, r.name, r.customer_id, ` + customerName + `, ` + known + `, r.status, r.duration, r.auto_extend, r.roles, r.assignments, r.led,
	` + works + ` AND NOT EXISTS (SELECT FROM gdap_relationship o WHERE o.tenant_id = r.tenant_id AND o.customer_id = r.customer_id AND o.gone_at IS NULL AND NOT o.led
	       AND o.status IN ('active', 'expiring') AND (o.ends_at, o.id) > (r.ends_at, r.id)),
	NULLIF(r.created_at, '-infinity'), NULLIF(r.activated_at, '-infinity'), NULLIF(r.ends_at, 'infinity'), r.first_seen_at, r.changed_at, r.gone_at`

func scan(row pgx.CollectableRow, more ...any) (Relationship, error) {
	var r Relationship
	var customer *tenant.ID
	err := row.Scan(append([]any{&r.Home, &r.ID, &r.Name, &customer, &r.CustomerName, &r.Known, &r.Status, &r.Duration, &r.AutoExtend, &r.Roles, &r.Assignments, &r.Led, &r.Effective,
		postgres.Zero(&r.CreatedAt), postgres.Zero(&r.ActivatedAt), postgres.Zero(&r.EndsAt), &r.FirstSeenAt, &r.ChangedAt, postgres.Zero(&r.GoneAt)}, more...)...)
	if customer != nil {
		r.Customer = *customer
	}
	return r, err
}

var orders = map[string][]postgres.Key{
	"ends":     {{Expr: "CASE WHEN r.status IN ('active', 'expiring') THEN 0 ELSE 1 END", Type: "int"}, {Expr: "r.ends_at", Type: "timestamptz"}, {Expr: "r.name_key", Type: "text"}},
	"name":     {{Expr: "r.name_key", Type: "text"}},
	"customer": {{Expr: `lower(` + customerName + `) COLLATE "C"`, Type: "text"}, {Expr: "r.ends_at", Type: "timestamptz"}},
	"status":   {{Expr: "r.status", Type: "text"}, {Expr: "r.name_key", Type: "text"}},
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "gdap_relationship r", Cursor: f.After, Limit: f.Limit, Where: &postgres.Where{}}
	w := l.Where
	w.Within(scope, "r.customer_id")
	for _, v := range append(append([]string{f.Q}, f.Status...), f.Roles...) {
		if !postgres.Printable(v) || len(v) > 400 {
			return l, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or too many of them.")
		}
	}
	if f.Gone {
		w.And("r.gone_at IS NOT NULL")
	} else {
		w.And("r.gone_at IS NULL")
	}
	w.And("r.led = ?", f.Led)
	if q := strings.TrimSpace(f.Q); q != "" {
		w.And("lower(r.name || E'\\n' || "+customerName+") LIKE ?", postgres.Like(q))
	}
	if len(f.Status) > 0 {
		w.And("r.status = ANY(?)", f.Status)
	}
	if len(f.Roles) > 0 {
		w.And("r.roles && ?::text[]", f.Roles)
	}
	if len(f.Tenants) > 0 {
		w.And("r.customer_id = ANY(?)", f.Tenants)
	}
	if f.Extends != nil {
		w.And("(r.auto_extend ~ '[1-9]') = ?", *f.Extends)
	}
	if f.Known != nil {
		w.And(known+" = ?", *f.Known)
	}
	if f.Within > 0 {
		w.And("r.status IN ('active', 'expiring') AND r.auto_extend !~ '[1-9]' AND r.ends_at <= ?::timestamptz + make_interval(days => ?)", f.Now, f.Within)
	}
	name := f.Sort
	if name == "" {
		name = Sorts[0]
	}
	keys, ok := orders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Relationships cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	l.Order = postgres.Order{Name: name, Desc: f.Desc, Keys: append(append([]postgres.Key{}, keys...), postgres.Key{Expr: "r.tenant_id", Type: "uuid"}, postgres.Key{Expr: "r.id", Type: "text"})}
	return l, nil
}

// List returns the relationships with customers in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
	return p, err
}

// Count is how many relationships in the scope match f.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// Each calls each for every relationship in the scope that matches f, in its order. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Relationship) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get finds a relationship with a customer in the scope, or errs.NotFound.
func (s *Store) Get(ctx context.Context, scope tenant.Scope, id string) (r Relationship, err error) {
	if !postgres.Printable(id) {
		return r, errs.NotFound
	}
	w := &postgres.Where{}
	w.Within(scope, "r.customer_id")
	w.And("r.id = ?", id)
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+columns+` FROM gdap_relationship r `+w.SQL()+` ORDER BY r.tenant_id LIMIT 1`, w.Args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Relationship, error) { return scan(row) })
	if err != nil {
		return r, fmt.Errorf("GDAP relationship: %w", err)
	}
	if len(found) == 0 {
		return r, errs.NotFound
	}
	return found[0], nil
}

// Changes is the history of a relationship, the newest first.
func (s *Store) Changes(ctx context.Context, scope tenant.Scope, id string, limit int) ([]Change, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT at, field, old, new
		FROM   gdap_change
		WHERE  relationship_id = $1
		ORDER  BY at DESC, run DESC, field
		LIMIT  $2`, id, limit)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
	if err != nil {
		return nil, fmt.Errorf("history of a GDAP relationship: %w", err)
	}
	return found, nil
}

// GroupIDs are the groups of the partner that hold roles by a relationship now.
func (s *Store) GroupIDs(ctx context.Context, home tenant.ID) (ids []string, err error) {
	err = s.pool.In(home).QueryRow(ctx, `
		SELECT COALESCE(array_agg(DISTINCT g), '{}')
		FROM   gdap_relationship r, unnest(r.groups) g
		WHERE  r.tenant_id = $1
		AND    `+works, home).Scan(&ids)
	if err != nil {
		return nil, fmt.Errorf("groups of GDAP relationships: %w", err)
	}
	return ids, nil
}
