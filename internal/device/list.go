package device

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// List returns the devices in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (Page, error) {
	limit := limitOf(f)
	if f.gathers() {
		page, more, err := s.gather(ctx, scope, f, limit)
		if err != nil || !more {
			return page, err
		}
		return s.dense(ctx, scope, f, limit)
	}
	page, err := s.listed(ctx, scope, f, limit)
	if err != nil {
		return Page{}, err
	}
	if f.After == "" && page.Next == "" { // all of them are on this page
		page.Count = int64(len(page.Rows))
		return page, nil
	}
	page.Count, page.More, err = s.count(ctx, scope, f)
	return page, err
}

func limitOf(f Filter) int {
	if f.Limit <= 0 {
		return 50
	}
	return min(f.Limit, 500)
}

// listed reads a page from all that match.
func (s *Store) listed(ctx context.Context, scope tenant.Scope, f Filter, limit int) (Page, error) {
	sql, args, o, err := listSQL(scope, f, limit+1)
	if err != nil {
		return Page{}, err
	}
	db := s.pool.Planned(scope)
	if scope.All && f.onlySearch() && Term(f.Q) == "" { // its order alone says which index serves, and planning takes longer than that
		db = s.pool.Fixed(scope)
	}
	return s.page(ctx, db, sql, args, o, limit)
}

// page reads one page and, where there is a row more than that, the place of the next. What is selected behind the place goes into more.
func (s *Store) page(ctx context.Context, db postgres.DB, sql string, args []any, o postgres.Order, limit int, more ...any) (page Page, err error) {
	type placed struct {
		Device
		place []string
	}
	rows, _ := db.Query(ctx, sql, args...)
	found, err := pgx.AppendRows(make([]placed, 0, limit+1), rows, func(row pgx.CollectableRow) (placed, error) {
		var p placed
		var err error
		p.Device, err = scan(row, append([]any{&p.place}, more...)...)
		return p, err
	})
	if err != nil {
		return Page{}, fmt.Errorf("list devices: %w", postgres.BadInput(err))
	}
	if len(found) > limit {
		found = found[:limit]
		page.Next = o.Cursor(found[limit-1].place)
	}
	page.Rows = make([]Device, len(found))
	for i, p := range found {
		page.Rows[i] = p.Device
	}
	return page, nil
}

// orderOf is the order that f asks for, in the scope.
func orderOf(f Filter, one bool) (postgres.Order, error) {
	gone := ""
	if f.Gone {
		gone = "/gone"
	}
	o, err := order(f, gone)
	if one {
		o = o.OfOneTenant()
	}
	return o, err
}

// listSQL reads the devices that match f in their order; limit 0 reads all.
func listSQL(scope tenant.Scope, f Filter, limit int) (string, []any, postgres.Order, error) {
	w, one, from, err := source(scope, f)
	if err != nil {
		return "", nil, postgres.Order{}, err
	}
	o, err := orderOf(f, one)
	if err != nil {
		return "", nil, o, err
	}
	if f.Sort == "customer" && !one {
		if w, _, err = where(scope, f); err != nil {
			return "", nil, o, err
		}
		l := postgres.Listing{Columns: selected(f, o, limit), Table: "device d", Where: w, Order: o, Cursor: f.After}
		sql, args, err := l.ByTenant(limit)
		return sql, args, o, err
	}
	if err := o.After(w, f.After); err != nil {
		return "", nil, o, err
	}
	if limit > 0 && from == "device d" {
		if ps := parts(scope, f); len(ps) > 1 {
			return ofEach(ps, f, o, limit)
		}
	}
	return `
		SELECT ` + selected(f, o, limit) + `
		FROM   ` + from + `
		` + w.SQL() + `
		ORDER  BY ` + o.By() + limited(limit), w.Args, o, nil
}

// selected are the columns of a page, with each row's place in the order; without a limit, those of an export; all for a list of the past,
// which asks for more of each.
func selected(f Filter, o postgres.Order, limit int) string {
	switch {
	case f.still != nil:
		return "d.*"
	case limit == 0:
		return exported
	}
	return columns + ", " + o.Place()
}

// source is where the devices come from, and the conditions that remain: of a search, from its matches, one by one. Beside row-level
// security the planner would rather walk through all devices of the scope than believe that few match.
func source(scope tenant.Scope, f Filter) (w *postgres.Where, one bool, from string, err error) {
	text := Term(f.Q)
	if text == "" || postgres.Short(text) || f.Gone {
		w, one, err = where(scope, f)
		return w, one, "device d", err
	}
	if err := search(&postgres.Where{}, f); err != nil {
		return nil, false, "", err
	}
	bare := f
	bare.Q = ""
	if w, one, err = where(scope, bare); err != nil {
		return nil, false, "", err
	}
	return w, one, holding(w, text, 0) + ` m
		CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.id OFFSET 0) d`, nil
}

// limited is no argument: a plan for any limit would be one for a tenth of all rows.
func limited(limit int) string {
	if limit <= 0 {
		return ""
	}
	return fmt.Sprintf("\n\t\tLIMIT  %d", limit)
}

// Count is how many devices in the scope match f, exactly. Where only counted fields choose, the counts of the last complete reads
// answer, which are of the very rows that List shows.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	f.CountMost = 0
	n, _, err := s.count(ctx, scope, f)
	return n, err
}

// count counts up to f.CountMost; more tells that there are more.
func (s *Store) count(ctx context.Context, scope tenant.Scope, f Filter) (n int64, more bool, err error) {
	sql, args, ok := tallied(scope, f)
	if !ok {
		if sql, args, err = countSQL(scope, f); err != nil {
			return 0, false, err
		}
	}
	if err := s.pool.Planned(scope).QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		return 0, false, fmt.Errorf("count devices: %w", postgres.BadInput(err))
	}
	if !ok && f.CountMost > 0 && n > f.CountMost {
		return f.CountMost, true, nil
	}
	return n, false, nil
}

func countSQL(scope tenant.Scope, f Filter) (string, []any, error) {
	text := Term(f.Q)
	w, _, err := where(scope, f)
	if err != nil {
		return "", nil, err
	}
	if text != "" && !postgres.Short(text) && f.onlySearch() {
		w := &postgres.Where{}
		return `SELECT count(*) FROM ` + holding(w, text, f.bound()) + ` m`, w.Args, nil
	}
	if f.CountMost > 0 {
		return `SELECT count(*) FROM (SELECT FROM device d ` + w.SQL() + limited(int(f.CountMost)+1) + `) d`, w.Args, nil
	}
	w, _, from, err := source(scope, f)
	if err != nil {
		return "", nil, err
	}
	return `SELECT count(*) FROM ` + from + ` ` + w.SQL(), w.Args, nil
}

// tallied asks the tables of counts; ok is false where they cannot tell.
func tallied(scope tenant.Scope, f Filter) (sql string, args []any, ok bool) {
	if Term(f.Q) != "" || f.Gone || f.UserID != "" {
		return "", nil, false
	}
	fields := map[string][]string{"compliance": f.Compliance, "os": f.OS, "checkin": f.CheckIn, "ownership": f.Ownership}
	values := map[string][]string{"os_version": f.OSVersion, "category": f.Category, "model": f.Model, "manufacturer": f.Manufacturer, "state": f.State}
	if slices.ContainsFunc(slices.Concat(f.Compliance, f.OS, f.CheckIn, f.Ownership, f.OSVersion, f.Category, f.Model, f.Manufacturer, f.State),
		func(v string) bool { return !postgres.Printable(v) }) {
		return "", nil, false // the list itself refuses it
	}
	w, table := &postgres.Where{}, "device_count"
	w.Within(scope, "tenant_id")
	if len(f.Tenants) > 0 {
		w.And("tenant_id = ANY(?)", f.Tenants)
	}
	chosen := 0
	for _, name := range counted {
		if v := fields[name]; len(v) > 0 {
			w.And(name+" = ANY(?)", v)
			chosen++
		}
	}
	if f.Encrypted != nil {
		w.And("encrypted = ?", *f.Encrypted)
		chosen++
	}
	for _, name := range valued {
		if v := values[name]; len(v) > 0 {
			if chosen > 0 || table == "device_value" {
				return "", nil, false // of two such fields only the rows themselves know the combination
			}
			table = "device_value"
			w.And("field = ?", name)
			w.And("value = ANY(?)", v)
		}
	}
	if keys := counterKeys(f, fields); keys != nil && chosen < 2 && table == "device_count" { // one row per customer and key
		sql, args := postgres.CountersOf(scope, f.Tenants, graphsync.Devices, keys...).SQL()
		return sql, args, true
	}
	return `SELECT COALESCE(sum(devices), 0)::bigint FROM ` + table + ` ` + w.SQL(), w.Args, true
}

// counterKeys are the counters whose sum is the count of f, where at most one counted field chooses; nil where counters cannot tell.
func counterKeys(f Filter, fields map[string][]string) []string {
	if len(f.Tenants) > 0 {
		return nil
	}
	var keys []string
	for name, values := range fields {
		for _, v := range values {
			keys = append(keys, name+":"+v)
		}
	}
	if f.Encrypted != nil {
		keys = append(keys, fmt.Sprintf("encrypted:%t", *f.Encrypted))
	}
	if keys == nil {
		return []string{"total"}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
