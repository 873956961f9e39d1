package organization

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Domain is one domain name of a tenant.
type Domain struct {
	Tenant     tenant.ID
	TenantName string

	Name           string
	Default        bool
	Initial        bool // the one under onmicrosoft.com that the tenant began with
	Verified       bool
	Authentication string // Managed, Federated
	Services       []string
}

// DomainFilter chooses domains. Values of one field are alternatives, fields add up.
type DomainFilter struct {
	Q              string // part of the name
	Verified       []bool
	Authentication []string
	Tenants        []tenant.ID

	Sort  string // one of DomainSorts; empty: name
	Desc  bool
	After string
	Limit int // rows; 0: 50, at most 500
}

// DomainSorts are the orders that Domains knows.
var DomainSorts = []string{"name", "customer"}

// DomainPage is one page of domains.
type DomainPage struct {
	Rows  []Domain
	Next  string
	Count int64
}

var domainColumns = `d.tenant_id, ` + tenantName + `, d.name, d.is_default, d.is_initial, d.is_verified, d.authentication, d.services`

func scanDomain(row pgx.CollectableRow, more ...any) (Domain, error) {
	var d Domain
	err := row.Scan(append([]any{&d.Tenant, &d.TenantName, &d.Name, &d.Default, &d.Initial, &d.Verified, &d.Authentication, &d.Services}, more...)...)
	return d, err
}

func (f DomainFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	one := w.Within(scope, "d.tenant_id")
	if err := postgres.CheckSearch(f.Q, f.Authentication...); err != nil {
		return l, err
	}
	if q := strings.TrimSpace(f.Q); q != "" {
		w.And("d.name LIKE ?", postgres.Like(q))
	}
	if len(f.Verified) > 0 {
		w.And("d.is_verified = ANY(?)", f.Verified)
	}
	if len(f.Authentication) > 0 {
		w.And("d.authentication = ANY(?)", f.Authentication)
	}
	if len(f.Tenants) > 0 {
		w.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	name := postgres.Key{Expr: "d.name", Type: "text"}
	o := postgres.Order{Name: f.Sort, Desc: f.Desc}
	switch f.Sort {
	case "", "name":
		o.Keys = []postgres.Key{name}
	case "customer":
		o.Keys = postgres.TenantOrder("d", name)
	default:
		return l, errs.ShowNext(errs.Invalid, "Domains cannot be sorted by that.", "Sort by "+strings.Join(DomainSorts, ", ")+".")
	}
	o.Keys = postgres.Ended(o.Keys, postgres.Key{Expr: "d.tenant_id", Type: "uuid"})
	if one {
		o = o.OfOneTenant()
	}
	return postgres.Listing{Columns: domainColumns, Table: "tenant_domain d", Where: w, Order: o, Cursor: f.After, Limit: f.Limit}, nil
}

// Domains returns the domains in the scope that match f, one page in the chosen order.
func (s *Store) Domains(ctx context.Context, scope tenant.Scope, f DomainFilter) (p DomainPage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanDomain)
	return p, err
}

// EachDomain calls each for every domain that matches, in order. Limit does not apply.
func (s *Store) EachDomain(ctx context.Context, scope tenant.Scope, f DomainFilter, each func(Domain) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanDomain, each)
}
