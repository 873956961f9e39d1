package app

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

// Store holds apps in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("a")

var columns = `
	a.tenant_id, ` + tenantName + `, a.id, a.type, a.platform, a.name, a.publisher, a.description, a.version, a.state, a.assigned,
	a.assignments, a.categories, a.file_name, a.size, a.package, a.store_url, a.info_url, a.privacy_url, a.owner, a.developer, a.notes,
	a.install_command, a.uninstall_command, a.run_as, a.architectures, a.minimum_os, a.licences_used, a.licences_total,
	NULLIF(a.created_at, '-infinity'), NULLIF(a.modified_at, '-infinity'), a.first_seen_at, a.changed_at, a.gone_at,
	COALESCE(` + installedOn + `, -1), a.failed`

// installedOn is looked up for the rows of a page, and not for all that are sorted.
const installedOn = `(SELECT i.installed FROM app_install i WHERE i.tenant_id = a.tenant_id AND i.id = a.id AND i.gone_at IS NULL)`

func scan(row pgx.CollectableRow, more ...any) (App, error) {
	var a App
	err := row.Scan(append([]any{&a.Tenant, &a.TenantName, &a.ID, &a.Type, &a.Platform, &a.Name, &a.Publisher, &a.Description,
		&a.Version, &a.State, &a.Assigned, &a.Assignments, &a.Categories, &a.FileName, &a.Size, &a.Package, &a.StoreURL, &a.InfoURL,
		&a.PrivacyURL, &a.Owner, &a.Developer, &a.Notes, &a.InstallCommand, &a.UninstallCommand, &a.RunAs, &a.Architectures,
		&a.MinimumOS, &a.LicencesUsed, &a.LicencesTotal, postgres.Zero(&a.CreatedAt), postgres.Zero(&a.ModifiedAt),
		postgres.Zero(&a.FirstSeenAt), postgres.Zero(&a.ChangedAt), postgres.Zero(&a.GoneAt), &a.Installed, &a.Failed}, more...)...)
	return a, err
}

var searchable = postgres.Searchable{Table: "app", Alias: "a", Key: "a.name_key", IDs: []string{""}}

var orders = map[string][]postgres.Key{
	"name":        {{Expr: "a.name_key", Type: "text"}},
	"publisher":   {{Expr: "a.publisher_key", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"type":        {{Expr: "a.type", Type: "text"}, {Expr: "a.name_key", Type: "text"}},
	"modified":    {{Expr: "a.modified_at", Type: "timestamptz"}},
	"assignments": {{Expr: "a.assignments", Type: "int"}, {Expr: "a.name_key", Type: "text"}},
	"failed":      {{Expr: "a.failed", Type: "bigint"}, {Expr: "a.name_key", Type: "text"}},
	"customer":    postgres.TenantOrder("a", postgres.Key{Expr: "a.name_key", Type: "text"}),
}

func order(f Filter, one bool) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = "name"
	}
	keys, ok := orders[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Apps cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	o := postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "a.tenant_id", Type: "uuid"}, postgres.Key{Expr: "a.id", Type: "text"})}
	if one {
		o = o.OfOneTenant()
	}
	return o, nil
}

func where(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one = w.Within(scope, "a.tenant_id")
	for _, v := range slices.Concat(f.Type, f.Platform, f.State, f.Category, f.Intent, []string{f.Q, f.Entry}) {
		if !postgres.Printable(v) || len(v) > 200 {
			return nil, false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
		}
	}
	if f.Gone {
		w.And("a.gone_at IS NOT NULL")
	} else {
		w.And("a.gone_at IS NULL")
	}
	w.Searched(searchable, f.Q)
	f.traits(w)
	if f.Failed {
		w.And("a.failed > 0")
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return w, one, nil
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "app a", Cursor: f.After, Limit: f.Limit, Most: f.CountMost}
	one := false
	if l.Where, one, err = where(scope, f); err != nil {
		return l, err
	}
	l.Order, err = order(f, one)
	return l, err
}

// List returns the apps in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	if alike, ok := f.alike(scope); ok && f.narrows() {
		return s.narrowed(ctx, scope, l, alike)
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
	p.Count, p.More = l.Counted(p.Count)
	return p, err
}

// Count is how many apps in the scope match f.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// Each calls f for every app in the scope that matches the filter, in its order, one row in memory at a time. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(App) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get returns one app, also one that is gone. errs.NotFound where the tenant has none with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (App, error) {
	if !postgres.Printable(id) {
		return App{}, fmt.Errorf("app of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+columns+`
		FROM   app a
		WHERE  a.tenant_id = $1
		AND    a.id = $2`, tid, id)
	a, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (App, error) { return scan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return App{}, fmt.Errorf("app %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return App{}, fmt.Errorf("app %q of %s: %w", id, tid, err)
	}
	return a, nil
}

// Assignments returns to whom an app is assigned, required ones first.
func (s *Store) Assignments(ctx context.Context, tid tenant.ID, appID string) ([]Assignment, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT id, intent, target, group_id, filter_id, filter_type, source
		FROM   app_assignment
		WHERE  tenant_id = $1
		AND    app_id = $2
		ORDER  BY CASE intent WHEN 'required' THEN 0 WHEN 'available' THEN 1 ELSE 2 END, target, group_id, id`, tid, appID)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Assignment])
	if err != nil {
		return nil, fmt.Errorf("assignments of app %q of %s: %w", appID, tid, err)
	}
	return found, nil
}

// Types returns the types that occur in the scope, each with its number of apps, the most frequent first.
func (s *Store) Types(ctx context.Context, scope tenant.Scope) ([]TypeCount, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT substr(key, 6), sum(value)::bigint AS n
		FROM   tenant_counter
		WHERE  dataset = 'apps'
		AND    key >= 'type:' AND key < 'type;'
		GROUP  BY key
		ORDER  BY n DESC, key`)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[TypeCount])
	if err != nil {
		return nil, fmt.Errorf("types of apps: %w", err)
	}
	return found, nil
}

// TypeCount is how many apps are of a type.
type TypeCount struct {
	Type string
	Apps int64
}

// Known is an app of a tenant by what others call it.
type Known struct{ ID, Name string }

// Known finds apps of a tenant by their ids, written "|id", or by platform and package, "ios|package", all in lower case. Where several
// have a package, one of them stands for it.
func (s *Store) Known(ctx context.Context, tid tenant.ID, keys []string) (map[string]Known, error) {
	rows, err := s.pool.In(tid).Query(ctx, `
		SELECT k.key, a.id, a.name
		FROM   app a
		CROSS  JOIN LATERAL (VALUES ('|' || lower(a.id)), (lower(a.platform || '|' || a.package))) AS k (key)
		WHERE  a.tenant_id = $1
		AND    a.gone_at IS NULL
		AND    k.key = ANY($2)
		ORDER  BY a.assigned, a.id`, tid, keys)
	found := map[string]Known{}
	var key string
	var k Known
	if err == nil {
		_, err = pgx.ForEachRow(rows, []any{&key, &k.ID, &k.Name}, func() error { found[key] = k; return nil })
	}
	if err != nil {
		return nil, fmt.Errorf("apps of %s by package: %w", tid, err)
	}
	return found, nil
}

// GroupIDs are the groups that the tenant's apps are assigned to or kept from.
func (s *Store) GroupIDs(ctx context.Context, tid tenant.ID) ([]string, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT DISTINCT group_id FROM app_assignment WHERE tenant_id = $1 AND group_id <> ''`, tid)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("groups of apps of %s: %w", tid, err)
	}
	return ids, nil
}
