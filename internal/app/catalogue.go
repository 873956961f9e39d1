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

// Entry is the same app over all tenants of a scope: what has one type, name and publisher. A tenant may have it several times.
type Entry struct {
	Key       string // 32 hexadecimal digits, the same in every scope; see Filter.Entry
	Type      string
	Platform  string
	Name      string
	Publisher string
	Apps      int64 // as List counts them with Filter.Entry
	Assigned  int64 // of Apps
	Tenants   int64
	Failed    int64    // devices where it failed, added up over the apps that are Reported; -1: none is
	Reported  int64    // of Apps: Intune's report counts their installations
	Versions  int64    // how many different ones; 0: the type has none
	Some      []string // of the versions, at most SomeVersions
}

// SomeVersions is how many versions an entry names.
const SomeVersions = 5

// EntrySorts are the orders of the catalogue.
var EntrySorts = []string{"name", "publisher", "type", "apps", "assigned", "tenants", "versions", "failed"}

// Catalogue is one page of entries.
type Catalogue struct {
	Rows  []Entry
	Next  string
	Count int64
}

var entryOrders = map[string][]postgres.Key{
	"name":      {{Expr: "g.name_key", Type: "text"}},
	"publisher": {{Expr: "g.publisher_key", Type: "text"}},
	"type":      {{Expr: "g.type", Type: "text"}},
	"apps":      {{Expr: "g.apps", Type: "bigint"}},
	"assigned":  {{Expr: "g.assigned", Type: "bigint"}},
	"tenants":   {{Expr: "g.tenants", Type: "bigint"}},
	"versions":  {{Expr: "g.versions", Type: "bigint"}},
	"failed":    {{Expr: "g.failed", Type: "bigint"}},
}

func entryOrder(f Filter) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = "name"
	}
	keys, ok := entryOrders[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "The catalogue cannot be sorted by that.", "Sort by "+strings.Join(EntrySorts, ", ")+".")
	}
	keys = slices.Clone(keys)
	if name != "name" {
		keys = append(keys, postgres.Key{Expr: "g.name_key", Type: "text"})
	}
	return postgres.Order{Name: name, Desc: f.Desc, Keys: append(keys, postgres.Key{Expr: "g.entry", Type: "text"})}, nil
}

// entries groups the apps of some tenants that w chooses.
func entries(w *postgres.Where) string {
	return `
		SELECT a.name_key, a.entry, min(a.publisher_key) AS publisher_key, min(a.type) AS type, min(a.platform) AS platform, min(a.name) AS name,
		       min(a.publisher) AS publisher, count(*) AS apps, count(*) FILTER (WHERE a.assigned) AS assigned, count(DISTINCT a.tenant_id) AS tenants,
		       COALESCE(sum(a.failed) FILTER (WHERE a.failed >= 0), -1)::bigint AS failed, count(*) FILTER (WHERE a.failed >= 0) AS reported,
		       count(DISTINCT a.version) FILTER (WHERE a.version <> '') AS versions,
		       COALESCE((array_agg(DISTINCT a.version) FILTER (WHERE a.version <> ''))[1:` + fmt.Sprint(SomeVersions) + `], '{}') AS some
		FROM   app a
		` + w.SQL() + `
		GROUP  BY a.name_key, a.entry`
}

// grouped are the entries of the apps that match f, each with entries, the number of all of them, where it is known beside the rows: told.
func grouped(scope tenant.Scope, f Filter) (sql string, args []any, told bool, err error) {
	w, _, err := where(scope, f)
	if err != nil {
		return "", nil, false, err
	}
	if alike, ok := f.alike(scope); ok {
		return entriesAlike(alike), alike.Args, true, nil
	}
	return entries(w), w.Args, false, nil
}

const entryColumns = `g.entry, g.type, g.platform, g.name, g.publisher, g.apps, g.assigned, g.tenants, g.versions, g.some, g.failed, g.reported`

func scanEntry(row pgx.CollectableRow, more ...any) (Entry, error) {
	var e Entry
	err := row.Scan(append([]any{&e.Key, &e.Type, &e.Platform, &e.Name, &e.Publisher, &e.Apps, &e.Assigned, &e.Tenants, &e.Versions, &e.Some, &e.Failed, &e.Reported}, more...)...)
	return e, err
}

func entriesSQL(scope tenant.Scope, f Filter, limit int) (string, []any, postgres.Order, error) {
	inner, args, told, err := grouped(scope, f)
	if err != nil {
		return "", nil, postgres.Order{}, err
	}
	o, err := entryOrder(f)
	if err != nil {
		return "", nil, o, err
	}
	outer := &postgres.Where{Args: args}
	if err := o.After(outer, f.After); err != nil {
		return "", nil, o, err
	}
	number := "0"
	if told {
		number = "g.entries"
	}
	sql := `
		SELECT ` + entryColumns + `, ` + o.Place() + `, ` + number + `
		FROM  (` + inner + `) g
		` + outer.SQL() + `
		ORDER  BY ` + o.By()
	if limit > 0 {
		sql += "\n		LIMIT  " + outer.Arg(limit)
	}
	return sql, outer.Args, o, nil
}

// Catalogue returns the entries of the apps that match f, one page in the order of f.Sort, which is one of EntrySorts.
func (s *Store) Catalogue(ctx context.Context, scope tenant.Scope, f Filter) (Catalogue, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	limit = min(limit, 500)
	sql, args, o, err := entriesSQL(scope, f, limit+1)
	if err != nil {
		return Catalogue{}, err
	}
	var found Catalogue
	var places [][]string
	rows, _ := s.pool.In(scope).Query(ctx, sql, args...)
	found.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var place []string
		e, err := scanEntry(row, &place, &found.Count)
		places = append(places, place)
		return e, err
	})
	if err != nil {
		return Catalogue{}, fmt.Errorf("app catalogue: %w", postgres.BadInput(err))
	}
	if len(found.Rows) > limit {
		found.Rows, found.Next = found.Rows[:limit], o.Cursor(places[limit-1])
	}
	if f.After == "" && found.Next == "" {
		found.Count = int64(len(found.Rows))
	} else if found.Count == 0 {
		found.Count, err = s.CountEntries(ctx, scope, f)
	}
	return found, err
}

// CountEntries is how many entries the apps that match f have.
func (s *Store) CountEntries(ctx context.Context, scope tenant.Scope, f Filter) (n int64, err error) {
	w, _, err := where(scope, f)
	if err != nil {
		return 0, err
	}
	from := "app a "
	if alike, ok := f.alike(scope); ok {
		w, from = alike, "app_alike a "
	}
	if err := s.pool.In(scope).QueryRow(ctx, `SELECT count(DISTINCT a.entry) FROM `+from+w.SQL(), w.Args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count the app catalogue: %w", postgres.BadInput(err))
	}
	return n, nil
}

// EachEntry calls f for every entry, in order, one row in memory at a time. Limit does not apply.
func (s *Store) EachEntry(ctx context.Context, scope tenant.Scope, f Filter, each func(Entry) error) error {
	sql, args, _, err := entriesSQL(scope, f, 0)
	if err != nil {
		return err
	}
	rows, err := s.pool.In(scope).Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read the app catalogue: %w", postgres.BadInput(err))
	}
	defer rows.Close()
	var place []string
	var number int64
	for rows.Next() {
		e, err := scanEntry(rows, &place, &number)
		if err != nil {
			return fmt.Errorf("read the app catalogue: %w", err)
		}
		if err := each(e); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read the app catalogue: %w", postgres.BadInput(err))
	}
	return nil
}

// Entry is one entry over the scope, errs.NotFound where nobody there has it.
func (s *Store) Entry(ctx context.Context, scope tenant.Scope, key string) (Entry, error) {
	sql, args, _, err := grouped(scope, Filter{Entry: key})
	if err != nil || key == "" {
		return Entry{}, fmt.Errorf("entry of the app catalogue: %w", errs.NotFound)
	}
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+entryColumns+` FROM (`+sql+`) g`, args...)
	e, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Entry, error) { return scanEntry(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Entry{}, fmt.Errorf("entry of the app catalogue: %w", errs.NotFound)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("entry of the app catalogue: %w", err)
	}
	return e, nil
}
