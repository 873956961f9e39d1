package reach

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store finds who could wipe a device at a customer by an account there. What it finds them in follows what the rooms of roles, groups and guests
// write, in the same transaction (settle_wipers in SQL).
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

// Wiper is an account that could, by its place in lists.
type Wiper struct {
	Tenant tenant.ID
	ID     string // object id
	Side   string // partner: a guest account of the partner's people; else customer
	Name   string // what it is called, in lower case
}

// WiperFilter chooses accounts. Empty fields do not choose.
type WiperFilter struct {
	Q       string // part of name or account
	Sides   []string
	Tenants []tenant.ID

	ByCustomer bool // in the order of customers; else of names
	Desc       bool
	After      *Place // nil: from the beginning
	Limit      int
	CountMost  int64 // count no further what a frequent text finds; 0: all
}

// Place is where somebody stands in the list, whether they are in it or not.
type Place struct {
	Wiper
	Customer string // its name, in lower case
}

// WiperPage is one page of accounts.
type WiperPage struct {
	Rows  []Wiper
	Next  bool // there are rows after these
	Count int64
	More  bool // there are more than Count
}

var wiperKeys = []postgres.Key{{Expr: "w.name_key", Type: "text"}, {Expr: "w.side", Type: "text"}, {Expr: "w.id", Type: "text"}}

// few is how many accounts that hold a text are gathered at the most: of more, a page is found sooner in the order of their names.
const few = 2000

func (f WiperFilter) listing(scope tenant.Scope, seldom bool) (l postgres.Listing) {
	w := &postgres.Where{}
	one := w.Within(scope, "w.tenant_id")
	w.OneOf("w.side", f.Sides)
	if len(f.Tenants) > 0 {
		w.And("w.tenant_id = ANY(?)", f.Tenants)
	}
	if q := strings.TrimSpace(f.Q); seldom {
		w.And("(w.tenant_id, w.id) IN (SELECT n.tenant_id, n.id FROM wipers_named(?, ?) n)", postgres.Like(q), few+1)
	} else if q != "" {
		w.And("CASE WHEN w.search LIKE ? THEN true END", postgres.Like(q)) // asked of each row, as it comes
		l.Most = f.CountMost
	}
	l.Columns, l.Table, l.Where, l.Limit = "w.tenant_id, w.id, w.side, w.name_key", "wiper w", w, f.Limit
	place := []string{}
	if at := f.After; at != nil {
		place = []string{at.Name, at.Side, at.ID}
	}
	l.Order = postgres.Order{Name: "person", Desc: f.Desc, Keys: wiperKeys}
	switch {
	case one:
	case f.ByCustomer:
		l.Order.Name, l.Order.Keys = "customer", postgres.TenantOrder("w", wiperKeys...)
		if at := f.After; at != nil {
			place = append([]string{at.Customer, at.Tenant.String()}, place...)
		}
	default:
		l.Order.Keys = postgres.Ended(wiperKeys, postgres.Key{Expr: "w.tenant_id", Type: "uuid"})
		if at := f.After; at != nil {
			place = append(place, at.Tenant.String())
		}
	}
	if f.After != nil {
		l.Cursor = l.Order.Cursor(place)
	}
	return l
}

// Wipers returns the accounts in the scope that match f, one page in the chosen order.
func (s *Store) Wipers(ctx context.Context, scope tenant.Scope, f WiperFilter) (p WiperPage, err error) {
	if err := postgres.CheckSearch(f.Q, f.Sides...); err != nil {
		return p, err
	}
	db := s.pool.Planned(scope)
	seldom := false
	if q := strings.TrimSpace(f.Q); !postgres.Short(q) {
		if err := db.QueryRow(ctx, `SELECT count(*) <= $2 FROM wipers_named($1, $2 + 1)`, postgres.Like(q), few).Scan(&seldom); err != nil {
			return p, fmt.Errorf("how frequent a text is among who could wipe: %w", postgres.BadInput(err))
		}
	}
	l := f.listing(scope, seldom)
	var next string
	p.Rows, next, err = postgres.RowsOf(ctx, db, l, func(row pgx.CollectableRow, more ...any) (w Wiper, err error) {
		return w, row.Scan(append([]any{&w.Tenant, &w.ID, &w.Side, &w.Name}, more...)...)
	})
	if err != nil {
		return p, err
	}
	p.Next = next != ""
	n, err := postgres.CountOf(ctx, db, l)
	p.Count, p.More = l.Counted(n)
	return p, err
}

// WiperAt finds an account that could, or errs.NotFound.
func (s *Store) WiperAt(ctx context.Context, scope tenant.Scope, at tenant.ID, id string) (w Wiper, err error) {
	if !postgres.Printable(id) {
		return w, errs.NotFound
	}
	err = s.pool.In(scope).QueryRow(ctx, `SELECT w.tenant_id, w.id, w.side, w.name_key FROM wiper w WHERE w.tenant_id = $1 AND w.id = $2`, at, id).Scan(&w.Tenant, &w.ID, &w.Side, &w.Name)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, errs.NotFound
	}
	if err != nil {
		return w, fmt.Errorf("who could wipe: %w", err)
	}
	return w, nil
}
