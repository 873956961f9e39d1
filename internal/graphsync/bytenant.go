package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// FreshnessByTenant is how fresh one dataset is at each tenant in the scope, in one query. Tenants that were never asked are missing.
func (s *Service) FreshnessByTenant(ctx context.Context, scope tenant.Scope, dataset string) (map[tenant.ID]Freshness, error) {
	d, ok := s.datasets.Get(dataset)
	if !ok {
		return nil, fmt.Errorf("freshness of %q: %w", dataset, errs.Invalid)
	}
	all, err := s.statuses(ctx, scope, dataset)
	if err != nil {
		return nil, err
	}
	now, fresh := s.now(), make(map[tenant.ID]Freshness, len(all))
	for _, st := range all {
		fresh[st.Tenant] = Sum(d, []Status{st}, now)
	}
	return fresh, nil
}

// Reading is how a dataset stands at one tenant, without what only pages about reading say.
type Reading struct {
	AsOf    time.Time // of the last complete read; zero: none
	Late    bool      // it is too long ago
	Trouble string    // the kind of the last failure, while it lasts
}

// ReadingsByTenant is FreshnessByTenant for several datasets at once, in brief.
func (s *Service) ReadingsByTenant(ctx context.Context, scope tenant.Scope, datasets ...string) (map[string]map[tenant.ID]Reading, error) {
	found, freshFor := map[string]map[tenant.ID]Reading{}, map[string]time.Duration{}
	for _, name := range datasets {
		d, ok := s.datasets.Get(name)
		if !ok {
			return nil, fmt.Errorf("readings of %q: %w", name, errs.Invalid)
		}
		found[name], freshFor[name] = map[tenant.ID]Reading{}, d.FreshFor
	}
	w := &postgres.Where{}
	w.Within(scope, "s.tenant_id")
	w.And("s.dataset = ANY(?)", datasets)
	w.And("(NOT s.stopped OR s.last_complete_at IS NOT NULL)")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT s.tenant_id, s.dataset, s.last_complete_at, s.error_kind
		FROM   sync_state s
		`+w.SQL(), w.Args...)
	now := s.now()
	var tid tenant.ID
	var name string
	var r Reading
	_, err := pgx.ForEachRow(rows, []any{&tid, &name, postgres.Zero(&r.AsOf), &r.Trouble}, func() error {
		r.Late = !r.AsOf.IsZero() && now.Sub(r.AsOf) > freshFor[name]
		found[name][tid] = r
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("readings by tenant: %w", err)
	}
	return found, nil
}

// Furthest are the n customers in the scope of whose total the figure named good has the smallest share by the last complete read, those
// without such a read first. Customers with nothing to count are far from no target.
func (s *Service) Furthest(ctx context.Context, scope tenant.Scope, dataset, good string, n int) ([]tenant.ID, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT s.tenant_id
		FROM  (SELECT s.tenant_id, s.last_complete_at IS NOT NULL AS read,
		              (SELECT c.value FROM tenant_counter c WHERE c.tenant_id = s.tenant_id AND c.dataset = $1 AND c.key = 'total') AS total,
		              (SELECT c.value FROM tenant_counter c WHERE c.tenant_id = s.tenant_id AND c.dataset = $1 AND c.key = $2) AS good,
		              (SELECT lower(t.display_name) FROM tenant t WHERE t.tenant_id = s.tenant_id AND NOT t.home) AS name
		       FROM   sync_state s
		       WHERE  s.dataset = $1
		       AND    (NOT s.stopped OR s.last_complete_at IS NOT NULL)
		       OFFSET 0) s
		WHERE  s.name IS NOT NULL
		AND    (NOT s.read OR s.total > 0)
		ORDER  BY CASE WHEN NOT s.read THEN -1 ELSE COALESCE(s.good, 0)::float8 / s.total END, s.name, s.tenant_id
		LIMIT  $3`, dataset, good, n)
	found, err := pgx.CollectRows(rows, pgx.RowTo[tenant.ID])
	if err != nil {
		return nil, fmt.Errorf("furthest of %s: %w", dataset, err)
	}
	return found, nil
}

// FreshnessOfAll is how fresh each dataset is over the scope, in the order of the table of datasets, in one query. Those that only the
// partner's own tenant has are missing where it is not in the scope, or was never asked.
func (s *Service) FreshnessOfAll(ctx context.Context, scope tenant.Scope) ([]Freshness, error) {
	found, err := s.freshness(ctx, scope, s.datasets)
	if err != nil {
		return nil, err
	}
	out := make([]Freshness, 0, len(found))
	for i, d := range s.datasets {
		if !d.Home || found[i].Tenants > 0 {
			out = append(out, found[i])
		}
	}
	return out, nil
}

// statuses are those that count: of tenants that are connected, or of which something was read.
func (s *Service) statuses(ctx context.Context, scope tenant.Scope, datasets ...string) ([]Status, error) {
	w := &postgres.Where{}
	w.Within(scope, "s.tenant_id")
	w.OneOf("s.dataset", datasets)
	w.And("(NOT s.stopped OR s.last_complete_at IS NOT NULL)")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+statusColumns+`
		FROM   sync_state s
		JOIN  (`+named+`) t ON t.tenant_id = s.tenant_id
		`+w.SQL(), w.Args...)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Status, error) { return scanStatus(row) })
	if err != nil {
		return nil, fmt.Errorf("sync states: %w", err)
	}
	return found, nil
}
