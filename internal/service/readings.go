package service

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// ReadingFilter chooses readings. Empty fields do not choose; values of one field are alternatives.
type ReadingFilter struct {
	Kind    []Kind
	State   []Outcome // as ReadingsAcrossTenants counts them: without a licence, a kind of which nothing is held counts as unset and not as failed
	Tenants []tenant.ID

	Desc  bool
	After string
	Limit int
}

// TenantReading is how a kind was read at a tenant.
type TenantReading struct {
	Reading
	TenantName string
}

// ReadingPage is one page of readings.
type ReadingPage struct {
	Rows  []TenantReading
	Next  string
	Count int64
}

var readingColumns = `d.tenant_id, ` + postgres.TenantName("d") + `, d.kind, d.outcome, d.tried_at, d.read_at, d.error_kind, d.sentence, d.request_id, d.client_request_id, d.activity_id,
	(SELECT count(*) FROM service_item a WHERE a.tenant_id = d.tenant_id AND a.kind = d.kind AND a.gone_at IS NULL)`

// readingState is what a reading counts as. What is held from before a licence ended is not read any more, and not: not there.
const readingState = `(CASE WHEN d.outcome = 'failed' AND d.error_kind = 'licence'
	AND NOT EXISTS (SELECT FROM service_item h WHERE h.tenant_id = d.tenant_id AND h.kind = d.kind AND h.gone_at IS NULL) THEN 'unset' ELSE d.outcome END)`

func (f ReadingFilter) listing(scope tenant.Scope) postgres.Listing {
	l := postgres.Listing{
		Columns: readingColumns, Table: "service_reading d", Where: &postgres.Where{}, Cursor: f.After, Limit: f.Limit,
		Order: postgres.Order{Name: "customer", Desc: f.Desc, Keys: postgres.TenantOrder("d", postgres.Key{Expr: "d.kind", Type: "text"})},
	}
	l.Where.Within(scope, "d.tenant_id")
	if len(f.Kind) > 0 {
		l.Where.And("d.kind = ANY(?)", f.Kind)
	}
	if len(f.State) > 0 {
		l.Where.And(readingState+" = ANY(?)", f.State)
	}
	if len(f.Tenants) > 0 {
		l.Where.And("d.tenant_id = ANY(?)", f.Tenants)
	}
	return l
}

func scanReading(row pgx.CollectableRow, more ...any) (TenantReading, error) {
	var r TenantReading
	err := row.Scan(append([]any{&r.Tenant, &r.TenantName, &r.Kind, &r.Outcome, postgres.Zero(&r.TriedAt), postgres.Zero(&r.ReadAt), &r.Trouble, &r.Sentence,
		&r.RequestID, &r.ClientRequestID, &r.ActivityID, &r.Items}, more...)...)
	return r, err
}

// ReadingsByTenant returns how kinds were read at the tenants in the scope, ordered by their names, one page.
func (s *Store) ReadingsByTenant(ctx context.Context, scope tenant.Scope, f ReadingFilter) (p ReadingPage, err error) {
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), f.listing(scope), scanReading)
	return p, err
}

// EachReading calls each for all readings that match, in order. Limit does not apply.
func (s *Store) EachReading(ctx context.Context, scope tenant.Scope, f ReadingFilter, each func(TenantReading) error) error {
	return postgres.EachOf(ctx, s.pool.In(scope), f.listing(scope), scanReading, each)
}
