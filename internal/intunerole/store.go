package intunerole

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

// Store holds roles, assignments and operations in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("a")

var columns = `
	a.tenant_id, ` + tenantName + `, a.id, a.name, a.description, a.built_in, a.allowed, a.denied, a.assignments, a.first_seen_at, a.changed_at, a.gone_at`

func scan(row pgx.CollectableRow, more ...any) (Role, error) {
	var a Role
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.ID, &a.Name, &a.Description, &a.BuiltIn, &a.Allowed, &a.Denied, &a.Assignments,
		postgres.Zero(&a.FirstSeenAt), postgres.Zero(&a.ChangedAt), postgres.Zero(&a.GoneAt)}, more...)...)
	return a, err
}

var byCustomer = postgres.TenantOrder("a", postgres.Key{Expr: "a.name_key", Type: "text"})

var orders = map[string][]postgres.Key{
	"name":        {{Expr: "a.name_key", Type: "text"}},
	"assignments": {{Expr: "a.assignments", Type: "int"}, {Expr: "a.name_key", Type: "text"}},
	"actions":     {{Expr: "cardinality(a.allowed)", Type: "int"}, {Expr: "a.name_key", Type: "text"}},
	"customer":    byCustomer,
}

// order is the order of that name, without the tenant where all rows are of one.
func order(known map[string][]postgres.Key, name string, desc, one bool) (postgres.Order, error) {
	if name == "" {
		name = "name"
	}
	keys, ok := known[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Roles cannot be sorted by that.", "Sort by their name.")
	}
	o := postgres.Order{Name: name, Desc: desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "a.tenant_id", Type: "uuid"}, postgres.Key{Expr: "a.id", Type: "text"})}
	if one {
		o = o.OfOneTenant()
	}
	return o, nil
}

func printable(values ...string) error {
	for _, v := range values {
		if !postgres.Printable(v) || len(v) > 400 {
			return errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or too many of them.")
		}
	}
	return nil
}

func where(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "a.tenant_id")
	if err := printable(append(slices.Clone(f.Can), f.Q)...); err != nil {
		return nil, false, err
	}
	if f.Gone {
		w.And("a.gone_at IS NOT NULL")
	} else {
		w.And("a.gone_at IS NULL")
	}
	w.And("a.search LIKE ALL (?)", postgres.Likes(postgres.Words(f.Q)))
	if len(f.Can) > 0 {
		w.And("a.allowed && ?::text[]", f.Can)
	}
	if f.BuiltIn != nil {
		w.And("a.built_in = ?", *f.BuiltIn)
	}
	if f.Assigned != nil {
		w.And("(a.assignments > 0) = ?", *f.Assigned)
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "intune_role a", Cursor: f.After, Limit: f.Limit}
	one := false
	if l.Where, one, err = where(scope, f); err != nil {
		return l, err
	}
	l.Order, err = order(orders, f.Sort, f.Desc, one)
	return l, err
}

// List returns the roles in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (page Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return page, err
	}
	page.Rows, page.Next, page.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
	return page, err
}

// Count is how many roles in the scope match f.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// Each calls each for every role in the scope that matches the filter, in its order, one row in memory at a time. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Role) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get returns one role, also one that is gone. errs.NotFound where the tenant has none with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Role, error) {
	if !postgres.Printable(id) {
		return Role{}, fmt.Errorf("Intune role of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM intune_role a WHERE a.tenant_id = $1 AND a.id = $2`, tid, id)
	r, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Role, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Role{}, fmt.Errorf("Intune role %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Role{}, fmt.Errorf("Intune role %q of %s: %w", id, tid, err)
	}
	return r, nil
}

// Operations returns all that the tenant's roles can allow, by resource.
func (s *Store) Operations(ctx context.Context, tid tenant.ID) ([]Operation, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT id, resource, action, description
		FROM   intune_operation
		WHERE  tenant_id = $1
		ORDER  BY lower(resource), lower(action), id`, tid)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Operation])
	if err != nil {
		return nil, fmt.Errorf("operations of Intune roles of %s: %w", tid, err)
	}
	return found, nil
}

// OperationsAcrossTenants returns all that roles of any tenant in the scope can allow, each once, in the words of one of them. Of all tenants, most
// of whom have the same, it steps from one to the next that differs.
func (s *Store) OperationsAcrossTenants(ctx context.Context, scope tenant.Scope) ([]Operation, error) {
	w := &postgres.Where{}
	w.Within(scope, "tenant_id")
	from := "intune_operation " + w.SQL()
	if all, _ := scope.PostgresScope(); all {
		from = `(
			WITH RECURSIVE words AS (
				(SELECT id, resource, action, description FROM intune_operation ORDER BY id, resource, action, description LIMIT 1)
				UNION ALL
				SELECT o.*
				FROM   words w
				CROSS  JOIN LATERAL (
					SELECT o.id, o.resource, o.action, o.description
					FROM   intune_operation o
					WHERE  (o.id, o.resource, o.action, o.description) > (w.id, w.resource, w.action, w.description)
					ORDER  BY o.id, o.resource, o.action, o.description
					LIMIT  1) o)
			SELECT * FROM words) o`
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT   id, max(resource) AS resource, max(action) AS action, max(description)
		FROM     `+from+`
		GROUP BY id
		ORDER BY lower(max(resource)), lower(max(action)), id`, w.Args...)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Operation])
	if err != nil {
		return nil, fmt.Errorf("operations of Intune roles: %w", err)
	}
	return found, nil
}

// Changes returns what changed on one role and its assignments, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT at, run, field, subject, old, new
		FROM   intune_role_change
		WHERE  tenant_id = $1
		AND    role_id = $2
		ORDER  BY at DESC, run DESC, seq
		LIMIT  $3`, tid, id, limit)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		err = row.Scan(postgres.Zero(&c.At), &c.Run, &c.Field, &c.Subject, &c.Old, &c.New)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("changes of Intune role %q of %s: %w", id, tid, err)
	}
	return found, nil
}
