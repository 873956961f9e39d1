package gdap

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Contract is a customer of the partner as Microsoft's list of resellers has it. It tells who is a customer, and opens nothing.
type Contract struct {
	ID       string
	Customer tenant.ID
	Name     string // as it was when the contract was made
	Domain   string
	Type     string
	Known    bool // the customer is a tenant of this portal
	Active   bool // a relationship with it works now

	FirstSeenAt time.Time
}

// ContractFilter chooses contracts. Empty fields do not choose; fields add up.
type ContractFilter struct {
	Q      string // part of name or domain
	Known  *bool
	Active *bool

	Sort  string // one of ContractSorts; empty: name
	Desc  bool
	After string
	Limit int
}

// ContractSorts are the orders that Contracts knows.
var ContractSorts = []string{"name", "domain"}

// ContractPage is one page of contracts.
type ContractPage struct {
	Rows  []Contract
	Next  string
	Count int64
}

// ContractPuller reads the contracts of the partner's tenant.
type ContractPuller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Pull reads all. What could not be read to the end changes nothing.
func (p *ContractPuller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	var found []Contract
	d := run.Dataset
	q := graph.Query{Version: d.Version, Top: d.PageSize, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	for w, err := range graph.List[graph.Contract](ctx, p.Graph, tid, d.Path, q) {
		if err != nil {
			return fmt.Errorf("pull contracts of %s: %w", tid, err)
		}
		if len(found) >= most {
			return fmt.Errorf("pull contracts of %s: more than %d", tid, most)
		}
		c := contractFromGraph(w)
		if c.ID == "" {
			return fmt.Errorf("pull contracts of %s: %w", tid, graph.BadRow(d.Path, "a contract that names no customer"))
		}
		found = append(found, c)
	}
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) {
		return p.Store.MergeContracts(ctx, tx, tid, run.Number, p.Now(), found)
	})
}

// contractFromGraph is a contract as we keep it; one that names no customer has no ID.
func contractFromGraph(w graph.Contract) Contract {
	c := Contract{ID: clean(w.ID), Name: clean(w.Name), Domain: clean(w.Domain), Type: clean(w.Type)}
	var err error
	if c.Customer, err = tenant.ParseID(w.CustomerID); err != nil {
		c.ID = ""
	}
	return c
}

// MergeContracts makes the tenant's contracts those of the read, which was complete. tx is under the tenant's scope.
func (s *Store) MergeContracts(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, found []Contract) (m graphsync.Merged, err error) {
	stage := postgres.NewStage("id", "customer_id", "name", "name_key", "domain", "type")
	defer stage.Close()
	m.Counters = map[string]int64{"total": 0}
	for _, c := range found {
		if err := stage.Row().Text(c.ID).Text(c.Customer.String()).Text(c.Name).Text(key(c.Name)).Text(c.Domain).Text(c.Type).End(); err != nil {
			return m, err
		}
		m.Counters["total"]++
	}
	m.Written, m.Gone, err = stage.Merge(ctx, tx, postgres.Merge{Table: "contract"}, tid, run, now)
	return m, err
}

const (
	contractKnown  = `EXISTS (SELECT FROM tenant t WHERE t.tenant_id = r.customer_id)`
	contractActive = `EXISTS (SELECT FROM gdap_relationship g WHERE g.customer_id = r.customer_id AND g.gone_at IS NULL AND NOT g.led AND g.status IN ('active', 'expiring'))`
)

func scanContract(row pgx.CollectableRow, more ...any) (c Contract, err error) {
	err = row.Scan(append([]any{&c.ID, &c.Customer, &c.Name, &c.Domain, &c.Type, &c.Known, &c.Active, &c.FirstSeenAt}, more...)...)
	return c, err
}

var contractOrders = map[string][]postgres.Key{
	"name": {{Expr: "r.name_key", Type: "text"}}, "domain": {{Expr: `lower(r.domain) COLLATE "C"`, Type: "text"}},
}

func (f ContractFilter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{
		Columns: "r.id, r.customer_id, r.name, r.domain, r.type, " + contractKnown + ", " + contractActive + ", r.first_seen_at", Table: "contract r", Cursor: f.After, Limit: f.Limit, Where: &postgres.Where{},
	}
	w := l.Where
	w.Within(scope, "r.customer_id")
	if !postgres.Printable(f.Q) || len(f.Q) > 400 {
		return l, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or too many of them.")
	}
	if q := strings.TrimSpace(f.Q); q != "" {
		w.And("lower(r.name || E'\\n' || r.domain) LIKE ?", postgres.Like(q))
	}
	if f.Known != nil {
		w.And(contractKnown+" = ?", *f.Known)
	}
	if f.Active != nil {
		w.And(contractActive+" = ?", *f.Active)
	}
	name := f.Sort
	if name == "" {
		name = ContractSorts[0]
	}
	keys, ok := contractOrders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Contracts cannot be sorted by that.", "Sort by "+strings.Join(ContractSorts, " or ")+".")
	}
	l.Order = postgres.Order{Name: name, Desc: f.Desc, Keys: append(append([]postgres.Key{}, keys...), postgres.Key{Expr: "r.tenant_id", Type: "uuid"}, postgres.Key{Expr: "r.id", Type: "text"})}
	return l, nil
}

// Contracts returns the contracts with customers in the scope that match f, one page in the chosen order.
func (s *Store) Contracts(ctx context.Context, scope tenant.Scope, f ContractFilter) (p ContractPage, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scanContract)
	return p, err
}

// CountContracts is how many contracts in the scope match f.
func (s *Store) CountContracts(ctx context.Context, scope tenant.Scope, f ContractFilter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// EachContract calls each for every contract in the scope that matches f, in its order. Limit does not apply.
func (s *Store) EachContract(ctx context.Context, scope tenant.Scope, f ContractFilter, each func(Contract) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanContract, each)
}
