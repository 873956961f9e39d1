package detectedapp

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

// Store holds detected apps in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var tenantName = postgres.TenantName("a")

var searchable = postgres.Searchable{Table: "detected_app", Alias: "a", Key: "a.name_key"}

var orders = map[string][]postgres.Key{
	"name":      {{Expr: "g.name_key", Type: "text"}},
	"publisher": {{Expr: "g.publisher_key", Type: "text"}},
	"devices":   {{Expr: "g.devices", Type: "bigint"}},
	"versions":  {{Expr: "g.versions", Type: "bigint"}},
	"tenants":   {{Expr: "g.tenants", Type: "bigint"}},
}

var versionOrders = map[string][]postgres.Key{
	"version":  {{Expr: "a.version_key", Type: "text"}},
	"devices":  {{Expr: "a.devices", Type: "bigint"}},
	"customer": postgres.TenantOrder("a", postgres.Key{Expr: "a.version_key", Type: "text"}),
}

func order(f Filter, of map[string][]postgres.Key, known []string, ends ...postgres.Key) (postgres.Order, error) {
	name := f.Sort
	if name == "" {
		name = known[0]
	}
	keys, ok := of[name]
	if !ok {
		return postgres.Order{}, errs.ShowNext(errs.Invalid, "Detected apps cannot be sorted by that.", "Sort by "+strings.Join(known, ", ")+".")
	}
	return postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, ends...)}, nil
}

// where chooses versions; programs are what groups them.
func where(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, err error) {
	w = &postgres.Where{}
	one, err = choose(w, scope, f)
	return w, one, err
}

func choose(w *postgres.Where, scope tenant.Scope, f Filter) (one bool, err error) {
	one = w.Within(scope, "a.tenant_id")
	for _, v := range slices.Concat(f.Platform, f.Version, []string{f.Q, f.Key}) {
		if !postgres.Printable(v) || len(v) > 200 {
			return false, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or more than 200 of them.")
		}
	}
	switch q := strings.TrimSpace(f.Q); {
	case f.keys != nil: // what holds the text was found
		w.And("a.app_key = ANY(?)", f.keys)
	case f.Key != "" && q != "":
		w.And("lower(a.version) LIKE ?", postgres.Like(q))
	case f.searched():
		w.And("a.app_key IN (SELECT h.app_key FROM " + holding(w, q) + " h)")
	case f.Key == "":
		w.Searched(searchable, q)
	}
	if f.Key != "" {
		w.And("a.app_key = ?", f.Key)
	}
	if len(f.Platform) > 0 {
		w.And("a.platform = ANY(?)", f.Platform)
	}
	if len(f.Version) > 0 {
		w.And("a.version = ANY(?)", f.Version)
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return one, nil
}

// holding are the programs in the scope whose name and publisher, which are the same of all versions, hold each word of q: each once.
func holding(w *postgres.Where, q string) string {
	return `(SELECT app_key COLLATE "C" AS app_key, name_key COLLATE "C" AS name_key, publisher_key COLLATE "C" AS publisher_key
		FROM   detected_app_holding(` + w.Arg(postgres.Likes(postgres.Words(q))) + `, NULL))`
}

// searched tells that a text of programs is one that the index of the search can be asked for.
func (f Filter) searched() bool {
	return f.Key == "" && f.keys == nil && !postgres.Short(strings.TrimSpace(f.Q))
}

// onlySearched tells that nothing else chooses: what holds the text is the list.
func (f Filter) onlySearched() bool {
	return f.searched() && !f.Spread && len(f.Platform)+len(f.Version)+len(f.Tenants) == 0
}

// programs groups the versions that w chooses.
func programs(w *postgres.Where, f Filter) string {
	having := ""
	if f.Spread {
		having = "HAVING count(DISTINCT a.version) > 1"
	}
	return `
		SELECT a.name_key, a.publisher_key, a.app_key, min(a.name) AS name, min(a.publisher) AS publisher,
		       array_agg(DISTINCT a.platform) AS platforms, count(DISTINCT a.version) AS versions,
		       COALESCE((array_agg(a.version ORDER BY a.version_key, a.version) FILTER (WHERE a.version <> ''))[1], '') AS oldest,
		       COALESCE((array_agg(a.version ORDER BY a.version_key DESC, a.version DESC) FILTER (WHERE a.version <> ''))[1], '') AS newest,
		       sum(a.devices)::bigint AS devices, count(DISTINCT a.tenant_id) AS tenants
		FROM   detected_app a
		` + w.SQL() + `
		GROUP  BY a.name_key, a.publisher_key, a.app_key
		` + having
}

func programsSQL(scope tenant.Scope, f Filter, limit int) (string, []any, postgres.Order, error) {
	w, _, err := where(scope, f)
	if err != nil {
		return "", nil, postgres.Order{}, err
	}
	o, err := order(f, orders, Sorts, postgres.Key{Expr: "g.name_key", Type: "text"}, postgres.Key{Expr: "g.publisher_key", Type: "text"}, postgres.Key{Expr: "g.app_key", Type: "text"})
	if err != nil {
		return "", nil, o, err
	}
	stored, ok := f.stored(scope)
	if ok && len(f.Platform) < 2 {
		return storedSQL(stored, o, f.After, limit)
	}
	paged := o.Name == "name" && limit > 0 && !f.Spread // an index tells which are on the page, and only those are added up
	from := `(` + programs(w, f) + `) g`
	if paged && f.onlySearched() {
		w = &postgres.Where{}
		from = holding(w, f.Q) + ` g`
	} else if paged && ok {
		w = stored
		from = `(SELECT * FROM detected_program g ` + w.SQL() + `) g`
	} else if paged {
		from = `(SELECT * FROM detected_app a ` + w.SQL() + `) g`
	}
	outer := &postgres.Where{Args: w.Args}
	if err := o.After(outer, f.After); err != nil {
		return "", nil, o, err
	}
	most := ""
	if limit > 0 {
		most = "\n		LIMIT  " + outer.Arg(limit)
	}
	if paged {
		of := &postgres.Where{Args: outer.Args}
		f.Q = "" // all versions of a program have its name
		if _, err := choose(of, scope, f); err != nil {
			return "", nil, o, err
		}
		of.And("(a.name_key, a.publisher_key, a.app_key) = (k.name_key, k.publisher_key, k.app_key)")
		from = `(
			SELECT DISTINCT g.name_key, g.publisher_key, g.app_key
			FROM  ` + from + `
			` + outer.SQL() + `
			ORDER  BY ` + o.By() + most + `) k
		CROSS  JOIN LATERAL (` + programs(of, f) + `) g`
		outer = &postgres.Where{Args: of.Args}
	}
	return `
		SELECT ` + programColumns + `, ` + o.Place() + `
		FROM   ` + from + `
		` + outer.SQL() + `
		ORDER  BY ` + o.By() + most, outer.Args, o, nil
}

const programColumns = `g.app_key, g.name, g.publisher, g.platforms, g.versions, g.oldest, g.newest, g.devices, g.tenants`

func storedSQL(w *postgres.Where, o postgres.Order, after string, limit int) (string, []any, postgres.Order, error) {
	sql, args, err := postgres.Listing{Columns: programColumns, Table: "detected_program g", Where: w, Order: o, Cursor: after}.SQL(limit)
	return sql, args, o, err
}

func scanProgram(row pgx.CollectableRow, place *[]string) (Program, error) {
	var p Program
	err := row.Scan(&p.Key, &p.Name, &p.Publisher, &p.Platforms, &p.Versions, &p.Oldest, &p.Newest, &p.Devices, &p.Tenants, place)
	return p, err
}

// Programs returns the programs found in the scope, one page in the chosen order.
func (s *Store) Programs(ctx context.Context, scope tenant.Scope, f Filter) (Programs, error) {
	limit := bounded(f.Limit)
	sql, args, o, err := programsSQL(scope, f, limit+1)
	if err != nil {
		return Programs{}, err
	}
	var found Programs
	var places [][]string
	rows, _ := s.pool.In(scope).Query(ctx, sql, args...)
	found.Rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Program, error) {
		var place []string
		p, err := scanProgram(row, &place)
		places = append(places, place)
		return p, err
	})
	if err != nil {
		return Programs{}, fmt.Errorf("list detected apps: %w", postgres.BadInput(err))
	}
	if len(found.Rows) > limit {
		found.Rows, found.Next = found.Rows[:limit], o.Cursor(places[limit-1])
	}
	if f.After == "" && found.Next == "" {
		found.Count = int64(len(found.Rows))
		return found, nil
	}
	found.Count, err = s.CountPrograms(ctx, scope, f)
	return found, err
}

// CountPrograms is how many programs match f.
func (s *Store) CountPrograms(ctx context.Context, scope tenant.Scope, f Filter) (n int64, err error) {
	w, _, err := where(scope, f)
	if err != nil {
		return 0, err
	}
	if stored, ok := f.stored(scope); ok && !(f.Spread && len(f.Platform) > 1) {
		each := "*"
		if len(f.Platform) > 1 {
			each = "DISTINCT g.app_key"
		}
		if err := s.pool.In(scope).QueryRow(ctx, `SELECT count(`+each+`) FROM detected_program g `+stored.SQL(), stored.Args...).Scan(&n); err != nil {
			return 0, fmt.Errorf("count detected apps: %w", postgres.BadInput(err))
		}
		return n, nil
	}
	having := ""
	if f.Spread {
		having = " HAVING count(DISTINCT a.version) > 1"
	}
	from := `(SELECT a.app_key FROM detected_app a ` + w.SQL() + ` GROUP BY a.app_key` + having + `)`
	if f.onlySearched() {
		w = &postgres.Where{}
		from = holding(w, f.Q)
	}
	err = s.pool.In(scope).QueryRow(ctx, `SELECT count(*) FROM `+from+` g`, w.Args...).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count detected apps: %w", postgres.BadInput(err))
	}
	return n, nil
}

// EachProgram calls f for every program that matches, in order, one row in memory at a time. Limit does not apply.
func (s *Store) EachProgram(ctx context.Context, scope tenant.Scope, f Filter, each func(Program) error) error {
	sql, args, _, err := programsSQL(scope, f, 0)
	if err != nil {
		return err
	}
	rows, err := s.pool.In(scope).Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("read detected apps: %w", postgres.BadInput(err))
	}
	defer rows.Close()
	var place []string
	for rows.Next() {
		p, err := scanProgram(rows, &place)
		if err != nil {
			return fmt.Errorf("read detected apps: %w", err)
		}
		if err := each(p); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read detected apps: %w", postgres.BadInput(err))
	}
	return nil
}

// Program is one program over the scope; errs.NotFound where nobody there has it.
func (s *Store) Program(ctx context.Context, scope tenant.Scope, key string) (Program, error) {
	f := Filter{Key: key}
	w, _, err := where(scope, f)
	if err != nil || key == "" {
		return Program{}, fmt.Errorf("detected app: %w", errs.NotFound)
	}
	from := `(` + programs(w, f) + `) g`
	if stored, ok := f.stored(scope); ok {
		w, from = stored, "detected_program g "+stored.SQL()
	}
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+programColumns+`, '{}'::text[] FROM `+from, w.Args...)
	p, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Program, error) {
		var place []string
		return scanProgram(row, &place)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Program{}, fmt.Errorf("detected app %s: %w", key, errs.NotFound)
	}
	if err != nil {
		return Program{}, fmt.Errorf("detected app %s: %w", key, err)
	}
	return p, nil
}

var versionColumns = `a.tenant_id, ` + tenantName + `, a.id, a.app_key, a.name, a.publisher, a.version, a.platform, a.size, a.devices, a.first_seen_at`

func scanVersion(row pgx.CollectableRow, more ...any) (Version, error) {
	var v Version
	err := row.Scan(append([]any{&v.Tenant, &v.TenantName, &v.ID, &v.Key, &v.Name, &v.Publisher, &v.Version, &v.Platform, &v.Size, &v.Devices,
		postgres.Zero(&v.FirstSeenAt)}, more...)...)
	return v, err
}

func versionListing(scope tenant.Scope, f Filter) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: versionColumns, Table: "detected_app a", Cursor: f.After, Limit: f.Limit}
	one := false
	if l.Where, one, err = where(scope, f); err != nil {
		return l, err
	}
	l.Order, err = order(f, versionOrders, VersionSorts, postgres.Key{Expr: "a.tenant_id", Type: "uuid"}, postgres.Key{Expr: "a.id", Type: "text"})
	if one {
		l.Order = l.Order.OfOneTenant()
	}
	return l, err
}

// Versions returns versions, each in its tenant, one page in the chosen order.
func (s *Store) Versions(ctx context.Context, scope tenant.Scope, f Filter) (found Versions, err error) {
	l, err := versionListing(scope, f)
	if err != nil {
		return found, err
	}
	found.Rows, found.Next, found.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanVersion)
	return found, err
}

// EachVersion calls f for every version that matches, in order. Limit does not apply.
func (s *Store) EachVersion(ctx context.Context, scope tenant.Scope, f Filter, each func(Version) error) error {
	l, err := versionListing(scope, f)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanVersion, each)
}

// Get is one version in its tenant; errs.NotFound where the tenant has none with that id.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (Version, error) {
	if !postgres.Printable(id) {
		return Version{}, fmt.Errorf("detected app of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+versionColumns+` FROM detected_app a WHERE a.tenant_id = $1 AND a.id = $2`, tid, id)
	v, err := pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Version, error) { return scanVersion(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return Version{}, fmt.Errorf("detected app %q of %s: %w", id, tid, errs.NotFound)
	}
	if err != nil {
		return Version{}, fmt.Errorf("detected app %q of %s: %w", id, tid, err)
	}
	return v, nil
}

// bounded is how many rows a page has.
func bounded(limit int) int {
	if limit <= 0 {
		limit = 50
	}
	return min(limit, 500)
}
