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

// Holder is a person, or an application, that is in a group which holds a role.
type Holder struct {
	Tenant      tenant.ID
	TenantName  string
	ID          string
	Type        string // user, servicePrincipal, device
	Name        string // empty: the portal may not read it
	UPN         string
	Enabled     *bool    // nil: not known
	Nested      bool     // only through a group inside one that holds the role
	Roles       []string // names of the roles
	Assignments []string // names of the assignments
	Scopes      []string // over whom: Graph's scope types
}

// HolderFilter chooses holders of roles. Empty fields do not choose.
type HolderFilter struct {
	Can     []string // actions, one of which the role allows
	Role    string   // its id; empty: any
	Holders []string // object ids
	Q       string   // part of name or UPN
	Tenants []tenant.ID

	Sort  string // one of HolderSorts; empty: name
	Desc  bool
	After string
	Limit int

	CountMost int64 // Holders counts no further what a search finds, and then says that there are more; 0: all
}

// HolderSorts are the orders that Holders knows.
var HolderSorts = []string{"name", "customer"}

// HolderPage is one page of holders.
type HolderPage struct {
	Rows  []Holder
	Next  string
	Count int64
	More  bool // there are more than Count: HolderFilter.CountMost ended the count
}

// holders is one row for each who is in a group with such a role, and has the text in the name or the account; groups inside groups stand by their
// own members.
func holders(w *postgres.Where, can []string, role, q string) string {
	actions, named := w.Arg(append([]string{}, can...)), ""
	if q = strings.TrimSpace(q); q != "" {
		named = "AND      m.search LIKE " + w.Arg(postgres.Like(q))
	}
	if role != "" {
		named += "\n	AND      s.role_id = " + w.Arg(role)
	}
	return `(
	SELECT   s.tenant_id, m.id, max(m.type) AS type, max(m.name) AS name, max(m.upn) AS upn, bool_or(m.enabled) AS enabled, NOT bool_or(m.direct) AS nested, max(m.name_key) AS name_key,
	         array_agg(DISTINCT r.name) AS roles, array_agg(DISTINCT s.name) AS assignments, array_agg(DISTINCT CASE WHEN s.scopes <> '{}' THEN 'resourceScope' ELSE s.scope_type END) AS scopes
	FROM     intune_role_assignment s
	JOIN     intune_role r ON r.tenant_id = s.tenant_id AND r.id = s.role_id AND r.gone_at IS NULL
	CROSS    JOIN LATERAL unnest(s.members) g
	JOIN     directory_group_member m ON m.tenant_id = s.tenant_id AND m.group_id = g AND m.type <> 'group'
	WHERE    s.gone_at IS NULL
	AND      (cardinality(` + actions + `::text[]) = 0 OR r.allowed && ` + actions + `::text[])
	` + named + `
	GROUP BY s.tenant_id, m.id) a`
}

var holderColumns = `a.tenant_id, ` + tenantName + `, a.id, a.type, a.name, a.upn, a.enabled, a.nested, a.roles, a.assignments, a.scopes`

func scanHolder(row pgx.CollectableRow, more ...any) (h Holder, err error) {
	err = row.Scan(append([]any{&h.Tenant, &h.TenantName, &h.ID, &h.Type, &h.Name, &h.UPN, &h.Enabled, &h.Nested, &h.Roles, &h.Assignments, &h.Scopes}, more...)...)
	return h, err
}

var holderOrders = map[string][]postgres.Key{
	"name": {{Expr: "a.name_key", Type: "text"}}, "customer": byCustomer,
}

func (f HolderFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	if err := printable(slices.Concat(f.Can, f.Holders, []string{f.Role, f.Q})...); err != nil {
		return l, err
	}
	l = postgres.Listing{Columns: holderColumns, Table: holders(w, f.Can, f.Role, f.Q), Where: w, Cursor: f.After, Limit: f.Limit}
	one := w.Within(scope, "a.tenant_id")
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	if len(f.Holders) > 0 {
		w.And("lower(a.id) IN (SELECT unnest(?::text[]))", f.Holders) // hashed, however many they are
	}
	l.Order, err = order(holderOrders, f.Sort, f.Desc, one)
	return l, err
}

// Holders returns who is in groups with such a role, as far as groups were read, one page in the chosen order. What was not read is told
// by Unseen.
func (s *Store) Holders(ctx context.Context, scope tenant.Scope, f HolderFilter) (page HolderPage, err error) {
	if all, _ := scope.PostgresScope(); all && len(f.Can) == 1 && f.Role == "" && len(f.Holders) == 0 && len(f.Tenants) == 0 {
		return s.holdersOfAll(ctx, f)
	}
	l, err := f.listing(scope)
	if err != nil {
		return page, err
	}
	page.Rows, page.Next, page.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanHolder)
	return page, err
}

// EachHolder calls each for every holder in the scope that matches the filter, in its order. Limit does not apply.
func (s *Store) EachHolder(ctx context.Context, scope tenant.Scope, f HolderFilter, each func(Holder) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanHolder, each)
}

// Unseen is what is not known of who holds a role: groups whose members were not read, and at how many tenants they are.
type Unseen struct {
	Groups  int64 // hold such a role, but were not looked into
	Tenants int64
	Gone    int64 // hold such a role, but the directory has them no more
}

// UnseenBy tells what Holders does not know of who holds a role that allows one of these actions.
func (s *Store) UnseenBy(ctx context.Context, scope tenant.Scope, can []string, tenants []tenant.ID) (u Unseen, err error) {
	w := &postgres.Where{}
	w.And("r.allowed && ?::text[]", can)
	if len(tenants) > 0 {
		w.And("s.tenant_id = ANY(?)", tenants)
	}
	return s.unseen(ctx, scope, w)
}

// UnseenOf tells what Holders does not know of who holds one role of a tenant.
func (s *Store) UnseenOf(ctx context.Context, tid tenant.ID, role string) (u Unseen, err error) {
	if err := printable(role); err != nil {
		return u, err
	}
	w := &postgres.Where{}
	w.And("s.role_id = ?", role)
	return s.unseen(ctx, tenant.Only(tid), w)
}

func (s *Store) unseen(ctx context.Context, scope tenant.Scope, w *postgres.Where) (u Unseen, err error) {
	w.Within(scope, "s.tenant_id")
	w.And("s.gone_at IS NULL")
	err = s.pool.In(scope).QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE seen IS NULL), count(DISTINCT tenant_id) FILTER (WHERE seen IS NULL), count(*) FILTER (WHERE NOT seen)
		FROM   (SELECT DISTINCT s.tenant_id, m AS group_id, CASE WHEN g.gone THEN false WHEN g.members_read THEN true END AS seen
		        FROM   intune_role_assignment s
		        JOIN   intune_role r ON r.tenant_id = s.tenant_id AND r.id = s.role_id AND r.gone_at IS NULL
		        CROSS  JOIN LATERAL unnest(s.members) m
		        LEFT   JOIN directory_group g ON g.tenant_id = s.tenant_id AND g.id = m
		        `+w.SQL()+`) x`, w.Args...).Scan(&u.Groups, &u.Tenants, &u.Gone)
	if err != nil {
		return u, fmt.Errorf("what is not known of holders of Intune roles: %w", postgres.BadInput(err))
	}
	return u, nil
}

// Allowed is what roles that allow an action come to.
type Allowed struct {
	Roles   int64 // that allow it, at any tenant in the scope
	Holders int64 // people in groups that hold one
	Unseen
}

// AllowedBy tells what roles that allow the action come to, at these of the tenants or at all.
func (s *Store) AllowedBy(ctx context.Context, scope tenant.Scope, can string, tenants []tenant.ID) (a Allowed, err error) {
	if err := printable(can); err != nil {
		return a, err
	}
	w := &postgres.Where{}
	w.Within(scope, "tenant_id")
	w.And("action = ?", can)
	of := "true"
	if len(tenants) > 0 {
		of = "tenant_id = ANY(" + w.Arg(tenants) + ")"
	}
	err = s.pool.In(scope).QueryRow(ctx, `
		SELECT COALESCE(sum(roles), 0), COALESCE(sum(holders) FILTER (WHERE `+of+`), 0), COALESCE(sum(unseen) FILTER (WHERE `+of+`), 0),
		       count(*) FILTER (WHERE unseen > 0 AND `+of+`), COALESCE(sum(gone) FILTER (WHERE `+of+`), 0)
		FROM   intune_allowed
		`+w.SQL(), w.Args...).Scan(&a.Roles, &a.Holders, &a.Groups, &a.Tenants, &a.Gone)
	if err != nil {
		return a, fmt.Errorf("what Intune roles that allow %q come to: %w", can, postgres.BadInput(err))
	}
	return a, nil
}
