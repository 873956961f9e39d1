package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Usage is what a process used of one limit of a tenant a moment ago, and whether the tenant is asked at all.
type Usage struct {
	Tenant  tenant.ID
	Lane    string // what has a limit of its own
	Calls   int    // within the last Window
	Limit   int    // Microsoft's, for one app in one tenant
	Window  time.Duration
	Circuit string    // closed, open, probing
	Failing int       // calls that failed for good, in a row
	Until   time.Time // nothing is asked before; zero: no such time
}

// Budget is Usage over all processes.
type Budget struct {
	Usage
	TenantName string
	At         time.Time // of the oldest of its parts
}

// budgetLife is how long a process's word counts; it speaks again within half of that.
const (
	budgetLife = 20 * time.Second
	BudgetStep = 5 * time.Second // how often a process tells
)

// SaveUsage replaces what this process last told, and drops what processes told that are silent.
func (s *Service) SaveUsage(ctx context.Context, process string, all []Usage) error {
	now := s.now()
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM call_budget WHERE process = $1 OR at < $2`, process, now.Add(-budgetLife)); err != nil {
			return err
		}
		var b pgx.Batch
		for _, u := range all {
			var until *time.Time
			if !u.Until.IsZero() {
				until = &u.Until
			}
			b.Queue(`
				INSERT INTO call_budget (tenant_id, process, lane, at, calls, call_limit, window_ms, circuit, failing, until_at)
				SELECT tenant_id, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM tenant WHERE tenant_id = $1 AND withdrawn_at IS NULL AND NOT erasing`,
				u.Tenant, process, u.Lane, now, u.Calls, u.Limit, u.Window.Milliseconds(), u.Circuit, u.Failing, until)
		}
		return tx.SendBatch(ctx, &b).Close()
	})
	if err != nil {
		return fmt.Errorf("save the call budget: %w", err)
	}
	return nil
}

// Budgets are what was used of the limits within the last moments, the most used first. A tenant that is not called is not among them.
func (s *Service) Budgets(ctx context.Context, scope tenant.Scope) ([]Budget, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT s.tenant_id, `+tenantName+`, s.lane, sum(s.calls)::int, min(s.call_limit)::int, max(s.window_ms)::bigint,
		       CASE WHEN bool_or(s.circuit = 'open') THEN 'open' WHEN bool_or(s.circuit = 'probing') THEN 'probing' ELSE 'closed' END,
		       max(s.failing)::int, max(s.until_at), min(s.at)
		FROM   call_budget s
		JOIN   tenant t USING (tenant_id)
		WHERE  s.at >= $1
		GROUP  BY s.tenant_id, t.display_name, t.default_domain, s.lane
		ORDER  BY max(s.until_at) NULLS LAST, sum(s.calls)::float / min(s.call_limit) DESC, s.tenant_id, s.lane
		LIMIT  1000`, s.now().Add(-budgetLife))
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (b Budget, err error) {
		var window int64
		err = row.Scan(&b.Tenant, &b.TenantName, &b.Lane, &b.Calls, &b.Limit, &window, &b.Circuit, &b.Failing, postgres.Zero(&b.Until), &b.At)
		b.Window = time.Duration(window) * time.Millisecond
		return b, err
	})
	if err != nil {
		return nil, fmt.Errorf("call budgets: %w", err)
	}
	return found, nil
}
