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

var assignmentColumns = `
	a.tenant_id, ` + tenantName + `, a.id, a.role_id, COALESCE(r.name, ''), COALESCE(r.built_in, false), a.name, a.description, a.members, a.scopes, a.scope_type,
	a.first_seen_at, a.changed_at`

const besideRole = `LEFT JOIN intune_role r ON r.tenant_id = a.tenant_id AND r.id = a.role_id`

func scanAssignment(row pgx.CollectableRow, more ...any) (Assignment, error) {
	var a Assignment
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.ID, &a.RoleID, &a.RoleName, &a.BuiltIn, &a.Name, &a.Description, &a.Members, &a.Scopes, &a.ScopeType,
		postgres.Zero(&a.FirstSeenAt), postgres.Zero(&a.ChangedAt)}, more...)...)
	return a, err
}

var assignmentOrders = map[string][]postgres.Key{
	"name":     {{Expr: "a.name_key", Type: "text"}},
	"role":     {{Expr: "COALESCE(r.name_key, '')", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"customer": byCustomer,
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

func (f AssignmentFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: assignmentColumns, Table: "intune_role_assignment a", Joined: besideRole, Cursor: f.After, Limit: f.Limit}
	one := false
	if l.Where, one, err = assignmentWhere(scope, f); err != nil {
		return l, err
	}
	l.Order, err = order(assignmentOrders, f.Sort, f.Desc, one)
	return l, err
}

// Assignments returns the assignments in the scope that match f, one page in the chosen order.
func (s *Store) Assignments(ctx context.Context, scope tenant.Scope, f AssignmentFilter) (page AssignmentPage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return page, err
	}
	page.Rows, page.Next, page.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanAssignment)
	return page, err
}

// CountAssignments is how many assignments in the scope match f.
func (s *Store) CountAssignments(ctx context.Context, scope tenant.Scope, f AssignmentFilter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// EachAssignment calls each for every assignment in the scope that matches the filter, in its order. Limit does not apply.
func (s *Store) EachAssignment(ctx context.Context, scope tenant.Scope, f AssignmentFilter, each func(Assignment) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanAssignment, each)
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
