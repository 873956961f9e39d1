package configuration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds policies and their versions in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("a")

var columns = `
	a.tenant_id, ` + tenantName + `, a.kind, a.id, a.type, a.platform, a.name, a.description, a.template, a.technologies, a.version,
	a.assigned, a.assignments, a.settings, a.has_status, a.succeeded, a.pending, a.not_applicable, a.errors, a.failed, a.conflicts,
	NULLIF(a.status_at, '-infinity'), NULLIF(a.created_at, '-infinity'), NULLIF(a.modified_at, '-infinity'), a.first_seen_at, a.changed_at,
	a.gone_at, a.apps, a.unlisted, a.deployed, a.user_status`

func scan(row pgx.CollectableRow, more ...any) (Policy, error) {
	var a Policy
	var st Status
	var has bool
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.Kind, &a.ID, &a.Type, &a.Platform, &a.Name, &a.Description, &a.Template,
		&a.Technologies, &a.Version, &a.Assigned, &a.Assignments, &a.Settings, &has, &st.Succeeded, &st.Pending, &st.NotApplicable,
		&st.Errors, &st.Failed, &st.Conflicts, postgres.Zero(&st.At), postgres.Zero(&a.CreatedAt), postgres.Zero(&a.ModifiedAt),
		postgres.Zero(&a.FirstSeenAt), postgres.Zero(&a.ChangedAt), postgres.Zero(&a.GoneAt), &a.Apps, &a.Unlisted, &a.Deployment, &a.UserStatus}, more...)...)
	if has {
		a.Status = &st
	}
	return a, err
}

// searchable says what stands before the GUID in ids: in those of app protection T_, in those of app configurations A_.
var searchable = postgres.Searchable{Table: "policy", Alias: "a", Key: "a.name_key", IDs: []string{"", "T_", "A_"}, Shared: true}

var orders = map[string][]postgres.Key{
	"name":        {{Expr: "a.name_key", Type: "text"}},
	"kind":        {{Expr: "a.kind", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"type":        {{Expr: "a.type", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"platform":    {{Expr: "a.platform", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"modified":    {{Expr: "a.modified_at", Type: "timestamptz"}},
	"assignments": {{Expr: "a.assignments", Type: "int"}, {Expr: "a.name_key", Type: "text"}},
	"errors":      {{Expr: "a.errors + a.failed", Type: "bigint"}, {Expr: "a.name_key", Type: "text"}},
	"customer":    postgres.TenantOrder("a", postgres.Key{Expr: "a.name_key", Type: "text"}),
}

func order(f Filter, one bool) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = "name"
	}
	keys, ok := orders[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Policies cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	o := postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "a.tenant_id", Type: "uuid"}, postgres.Key{Expr: "a.kind", Type: "text"}, postgres.Key{Expr: "a.id", Type: "text"})}
	if one {
		o = o.OfOneTenant()
	}
	return o, nil
}

var byStatus = map[string]string{
	"errors": "a.errors + a.failed > 0", "conflicts": "a.conflicts > 0", "pending": "a.pending > 0", "unknown": "NOT a.has_status",
}

func where(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "a.tenant_id")
	for _, v := range slices.Concat(f.Type, f.Platform, f.Target, f.App, f.Group, f.Narrowed, f.Tagged, []string{f.Q}) {
		if !postgres.Printable(v) || len(v) > 200 {
			return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
		}
	}
	kinds := f.Kind
	if len(kinds) == 0 {
		kinds = Policies
	}
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	w.OfKinds("a.kind", names)
	if f.Gone {
		w.And("a.gone_at IS NOT NULL")
	} else {
		w.And("a.gone_at IS NULL")
	}
	w.Searched(searchable, f.Q)
	w.OneOf("a.type", f.Type)
	if len(f.Platform) > 0 {
		w.And("string_to_array(a.platform, ', ') && ?::text[]", f.Platform)
	}
	if f.Assigned != nil {
		w.And("a.assigned = ?", *f.Assigned)
	}
	for column, values := range map[string][]string{"target": f.Target, "group_id": f.Group, "filter_id": f.Narrowed} {
		if len(values) > 0 {
			w.And(`EXISTS (SELECT FROM policy_assignment s WHERE s.tenant_id = a.tenant_id AND s.kind = a.kind AND s.policy_id = a.id AND s.`+column+` = ANY(?))`, values)
		}
	}
	if len(f.App) > 0 {
		w.And("a.apps && ?::text[]", asked(f.App))
	}
	if len(f.Tagged) > 0 {
		w.And(`EXISTS (SELECT FROM jsonb_array_elements_text(COALESCE(a.doc->'scope_tags', '[]')) t WHERE t = ANY(?))`, f.Tagged)
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, andStatus(w, f.Status)
}

func andStatus(w *postgres.Where, status []string) error {
	var any []string
	for _, s := range status {
		cond, ok := byStatus[s]
		if !ok {
			return errs.ShowNext(errs.Invalid, "Policies have no such status.", "Choose of "+strings.Join(StatusFilters, ", ")+".")
		}
		any = append(any, cond)
	}
	if len(any) > 0 {
		w.And("(" + strings.Join(any, " OR ") + ")")
	}
	return nil
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "policy a", Cursor: f.After, Limit: f.Limit, Most: f.CountMost}
	one := false
	if l.Where, one, err = where(scope, f); err != nil {
		return l, err
	}
	l.Order, err = order(f, one)
	return l, err
}

// db is the database for a list. By whom they are aimed at, policies are found from one side or the other: some targets are those of a third of all
// assignments, others of none.
func (s *Store) db(scope tenant.Scope, f Filter) postgres.DB {
	if len(f.Target)+len(f.Group)+len(f.Narrowed) > 0 {
		return s.pool.Planned(scope)
	}
	return s.pool.In(scope)
}

// List returns the policies in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.db(scope, f), l, scan)
	p.Count, p.More = l.Counted(p.Count)
	return p, err
}

// Count is how many policies in the scope match f.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.db(scope, f), l)
}

// Each calls f for every policy in the scope that matches the filter, in its order, one row in memory at a time. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Policy) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get returns one policy with its document, also one that is gone. errs.NotFound where the tenant has none with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Policy, Document, error) {
	var doc Document
	if !postgres.Printable(id) {
		return Policy{}, doc, fmt.Errorf("policy of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+columns+`, a.doc
		FROM   policy a
		WHERE  a.tenant_id = $1
		AND    a.id = $2
		ORDER  BY a.gone_at NULLS FIRST, a.kind
		LIMIT  1`, tid, id)
	p, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Policy, error) { return scan(row, &doc) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Policy{}, doc, fmt.Errorf("policy %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Policy{}, doc, fmt.Errorf("policy %q of %s: %w", id, tid, err)
	}
	return p, doc, nil
}

// Names returns what those of the ids are called that the tenant has as objects of that kind, also where they are gone.
func (s *Store) Names(ctx context.Context, tid tenant.ID, kind Kind, ids []string) (map[string]string, error) {
	names := map[string]string{}
	if len(ids) == 0 {
		return names, nil
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT id, name FROM policy WHERE tenant_id = $1 AND kind = $2 AND id = ANY($3)`, tid, kind, ids)
	var id, name string
	if _, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error { names[id] = name; return nil }); err != nil {
		return nil, fmt.Errorf("names of %s of %s: %w", kind, tid, err)
	}
	return names, nil
}

// GroupIDs are the groups that the tenant's policies are assigned to or kept from, and those that get copies of mails.
func (s *Store) GroupIDs(ctx context.Context, tid tenant.ID) ([]string, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT group_id FROM policy_assignment WHERE tenant_id = $1 AND group_id <> ''
		UNION
		SELECT jsonb_array_elements_text(x->'cc') FROM policy p, jsonb_array_elements(p.doc->'actions') x
		WHERE  p.tenant_id = $1 AND p.gone_at IS NULL AND jsonb_typeof(p.doc->'actions') = 'array' AND jsonb_typeof(x->'cc') = 'array'`, tid)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("groups of policies of %s: %w", tid, err)
	}
	return ids, nil
}
