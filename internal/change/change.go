// Package change is what readings saw change, of every kind of thing of which history is kept: one list over the histories of the rooms
// that know these things.
package change

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Change is one field that a reading found different from the one before.
type Change struct {
	At         time.Time // of the reading
	Kind       Kind
	Tenant     tenant.ID // whom it concerns
	TenantName string
	Subject    string // id of what changed
	Part       string // what else is needed to find it: see history
	Guest      string // id of the guest account that it is about: who holds a role; empty: of none that is known
	Name       string // what people call it; empty: it has no name, or is not kept any more
	Field      string
	What       string // which part of it changed, where it has parts: an assignment's name, a program's version
	Old, New   string // as Postgres writes the values
}

// Filter chooses changes. Values of one field are alternatives, fields add up.
type Filter struct {
	Kinds    []Kind
	Fields   map[Kind][]string // those fields of those kinds only; one that ends in a colon is all that begin with it. nil: every field
	Tenants  []tenant.ID
	From, To time.Time // From counts, To does not; zero: no bound

	After     string
	Limit     int   // rows; 0: 50, at most 500
	CountMost int64 // count no further; 0: exactly
}

// Page is one page of changes.
type Page struct {
	Rows  []Change
	Next  string
	Count int64
	More  bool // there are more than Count
}

// Store reads the histories.
type Store struct{ pool *postgres.Pool }

// NewStore is for that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool} }

// chosen are the histories that can have what the filter asks for.
func (f Filter) chosen() (out []history) {
	for _, h := range histories {
		if (len(f.Kinds) == 0 || slices.Contains(f.Kinds, h.kind)) && (f.Fields == nil || len(f.Fields[h.kind]) > 0) {
			out = append(out, h)
		}
	}
	return out
}

// narrow adds what the filter asks of one history.
func (f Filter) narrow(w *postgres.Where, h history, scope tenant.Scope) {
	if h.kind == Relationship {
		within := &postgres.Where{Args: w.Args}
		within.And("r.tenant_id = d.tenant_id")
		within.And("r.id = d.relationship_id")
		within.Within(scope, "r.customer_id")
		if len(f.Tenants) > 0 {
			within.And("r.customer_id = ANY(?)", f.Tenants)
		}
		w.Args = within.Args
		w.And("EXISTS (SELECT FROM gdap_relationship r " + within.SQL() + ")")
	} else {
		w.Within(scope, "d.tenant_id")
		if len(f.Tenants) > 0 {
			w.And("d.tenant_id = ANY(?)", f.Tenants)
		}
	}
	if h.only != "" {
		w.And(h.only)
	}
	if f.Fields != nil {
		f.fields(w, h)
	}
	if !f.From.IsZero() {
		w.And("d.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		w.And("d.at < ?", f.To)
	}
}

func (f Filter) fields(w *postgres.Where, h history) {
	field := cmp.Or(h.field, "d.field")
	var whole, parts []string
	for _, name := range f.Fields[h.kind] {
		if strings.HasSuffix(name, ":") {
			parts = append(parts, name+"%")
		} else {
			whole = append(whole, name)
		}
	}
	switch {
	case h.kind == Detected: // its field is the version, and there is no other
	case len(parts) == 0:
		w.OneOf(field, whole)
	default:
		w.And("("+field+" = ANY(?) OR "+field+" LIKE ANY(?))", whole, parts)
	}
}

// columns are a row of the list. The names are looked up for the rows of a page only.
var columns = func() string {
	of := func(get func(history) string) string {
		var each strings.Builder
		for _, h := range histories {
			if expr := get(h); expr != "" {
				each.WriteString(` WHEN '` + string(h.kind) + `' THEN ` + expr)
			}
		}
		return `CASE d.kind` + each.String() + ` END`
	}
	name, place, guest := of(func(h history) string { return h.name }), of(func(h history) string { return h.place }), of(func(h history) string { return h.guest })
	return `d.at, d.kind, d.tenant_id, ` + postgres.TenantName("d") + `, d.subject, COALESCE(` + place + `, d.part), COALESCE(` + guest + `, ''), COALESCE(` + name + `, ''), d.field, d.what, d.old, d.new`
}()

func scan(row pgx.CollectableRow, more ...any) (Change, error) {
	var c Change
	err := row.Scan(append([]any{&c.At, &c.Kind, &c.Tenant, &c.TenantName, &c.Subject, &c.Part, &c.Guest, &c.Name, &c.Field, &c.What, &c.Old, &c.New}, more...)...)
	return c, err
}

// listing is the list of a page with so many rows. Each history is read in the order of its own index and no further than the page could
// reach, so that what is sorted is a page of each.
func (f Filter) listing(scope tenant.Scope, rows int) (postgres.Listing, error) {
	w, parts := &postgres.Where{}, []string{}
	for _, h := range f.chosen() {
		one := &postgres.Where{Args: w.Args}
		f.narrow(one, h, scope)
		o := postgres.Order{Name: order.Name, Desc: order.Desc, Keys: h.keys()}
		if err := o.After(one, f.After); err != nil {
			return postgres.Listing{}, err
		}
		parts = append(parts, `(
			SELECT `+h.columns()+`
			FROM   `+h.table+` d
			`+one.SQL()+`
			ORDER  BY `+o.By()+`
			LIMIT  `+one.Arg(rows)+`)`)
		w.Args = one.Args
	}
	return postgres.Listing{Columns: columns, Table: "(" + strings.Join(parts, " UNION ALL ") + ") d", Where: w, Order: order, Cursor: f.After, Limit: f.Limit}, nil
}

// counting is the list for counting: all of each history, in no order.
func (f Filter) counting(scope tenant.Scope) postgres.Listing {
	w, parts := &postgres.Where{}, []string{}
	for _, h := range f.chosen() {
		one := &postgres.Where{Args: w.Args}
		f.narrow(one, h, scope)
		parts = append(parts, `SELECT d.at FROM `+h.table+` d `+one.SQL())
		w.Args = one.Args
	}
	return postgres.Listing{Table: "(" + strings.Join(parts, " UNION ALL ") + ") d", Where: w, Most: f.CountMost}
}

// ListAcrossTenants returns what readings saw change of things of the tenants in the scope, the newest first.
func (s *Store) ListAcrossTenants(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	p.Rows, p.Next, err = s.RowsAcrossTenants(ctx, scope, f)
	if err != nil || f.After == "" && p.Next == "" {
		p.Count = int64(len(p.Rows))
		return p, err
	}
	counting := f.counting(scope)
	if p.Count, err = postgres.CountOf(ctx, s.pool.Planned(scope), counting); err != nil {
		return p, fmt.Errorf("count changes: %w", err)
	}
	p.Count, p.More = counting.Counted(p.Count)
	return p, nil
}

// RowsAcrossTenants is ListAcrossTenants without a count, for who goes through all pages.
func (s *Store) RowsAcrossTenants(ctx context.Context, scope tenant.Scope, f Filter) ([]Change, string, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 500)
	if len(f.chosen()) == 0 {
		return nil, "", nil
	}
	l, err := f.listing(scope, f.Limit+1)
	if err != nil {
		return nil, "", err
	}
	found, next, err := postgres.RowsOf(ctx, s.pool.Planned(scope), l, scan)
	if err != nil {
		return nil, "", fmt.Errorf("list changes: %w", err)
	}
	return found, next, nil
}
