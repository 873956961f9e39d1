package intunerole

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

const assignmentColumns = `
	a.tenant_id, ` + tenantName + `, a.id, a.role_id, COALESCE(r.name, ''), COALESCE(r.built_in, false), a.name, a.description, a.members, a.scopes, a.scope_type,
	a.first_seen_at, a.changed_at`

const assignmentTables = `intune_role_assignment a LEFT JOIN intune_role r ON r.tenant_id = a.tenant_id AND r.id = a.role_id`

func scanAssignment(row pgx.CollectableRow, more ...any) (Assignment, error) {
	var a Assignment
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.ID, &a.RoleID, &a.RoleName, &a.BuiltIn, &a.Name, &a.Description, &a.Members, &a.Scopes, &a.ScopeType,
		postgres.Zero(&a.FirstSeenAt), postgres.Zero(&a.ChangedAt)}, more...)...)
	return a, err
}

var assignmentOrders = map[string][]postgres.Key{
	"name":     {{Expr: "a.name_key", Type: "text"}},
	"role":     {{Expr: "COALESCE(r.name_key, '')", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"customer": {byCustomer, {Expr: "a.name_key", Type: "text"}},
}

func assignmentWhere(scope tenant.Scope, f AssignmentFilter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "a.tenant_id")
	if err := printable(append(slices.Clone(f.Can), f.Q, f.RoleID)...); err != nil {
		return nil, false, err
	}
	w.And("a.gone_at IS NULL")
	if q := strings.TrimSpace(f.Q); q != "" {
		w.And("lower(a.name || E'\\n' || COALESCE(r.name, '')) LIKE ?", postgres.Like(q))
	}
	if len(f.Can) > 0 {
		w.And("r.gone_at IS NULL AND r.allowed && ?::text[]", f.Can)
	}
	if f.RoleID != "" {
		w.And("a.role_id = ?", f.RoleID)
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

// Assignments returns the assignments in the scope that match f, one page in the chosen order.
func (s *Store) Assignments(ctx context.Context, scope tenant.Scope, f AssignmentFilter) (page AssignmentPage, err error) {
	w, one, err := assignmentWhere(scope, f)
	if err != nil {
		return page, err
	}
	o, err := order(assignmentOrders, f.Sort, f.Desc, one)
	if err != nil {
		return page, err
	}
	limit := bounded(f.Limit)
	sql, err := query(assignmentColumns, assignmentTables, w, o, f.After, limit+1)
	if err != nil {
		return page, err
	}
	var places [][]string
	rows, _ := s.pool.In(scope).Query(ctx, sql, w.Args...)
	page.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Assignment, error) {
		var place []string
		a, err := scanAssignment(row, &place)
		places = append(places, place)
		return a, err
	})
	if err != nil {
		return page, fmt.Errorf("list assignments of Intune roles: %w", postgres.BadInput(err))
	}
	if len(page.Rows) > limit {
		page.Rows, page.Next = page.Rows[:limit], o.Cursor(places[limit-1])
	}
	page.Count, err = s.CountAssignments(ctx, scope, f)
	return page, err
}

// CountAssignments is how many assignments in the scope match f.
func (s *Store) CountAssignments(ctx context.Context, scope tenant.Scope, f AssignmentFilter) (n int64, err error) {
	w, _, err := assignmentWhere(scope, f)
	if err != nil {
		return 0, err
	}
	if err := s.pool.In(scope).QueryRow(ctx, `SELECT count(*) FROM `+assignmentTables+` `+w.SQL(), w.Args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count assignments of Intune roles: %w", postgres.BadInput(err))
	}
	return n, nil
}

// EachAssignment calls each for every assignment in the scope that matches the filter, in its order. Limit does not apply.
func (s *Store) EachAssignment(ctx context.Context, scope tenant.Scope, f AssignmentFilter, each func(Assignment) error) error {
	w, one, err := assignmentWhere(scope, f)
	if err != nil {
		return err
	}
	o, err := order(assignmentOrders, f.Sort, f.Desc, one)
	if err != nil {
		return err
	}
	sql, err := query(assignmentColumns, assignmentTables, w, o, f.After, 0)
	if err != nil {
		return err
	}
	return stream(ctx, s.pool.In(scope), sql, w.Args, scanAssignment, each)
}

// GroupIDs are the groups that hold a role of the tenant, and those that roles hold for.
func (s *Store) GroupIDs(ctx context.Context, tid tenant.ID) (members, scopes []string, err error) {
	err = s.pool.In(tid).QueryRow(ctx, `
		SELECT COALESCE((SELECT array_agg(DISTINCT x) FROM intune_role_assignment, unnest(members) x WHERE tenant_id = $1 AND gone_at IS NULL), '{}'),
		       COALESCE((SELECT array_agg(DISTINCT x) FROM intune_role_assignment, unnest(scopes) x WHERE tenant_id = $1 AND gone_at IS NULL), '{}')`, tid).Scan(&members, &scopes)
	if err != nil {
		return nil, nil, fmt.Errorf("groups of Intune roles of %s: %w", tid, err)
	}
	return members, scopes, nil
}
