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

// SaveUsage replaces what this process last told, and drops what processes told that are silent. What it told lately and is still so, it
// does not write again: of a thousand tenants, a few are called at a time.
func (s *Service) SaveUsage(ctx context.Context, process string, all []Usage) error {
	now := s.now()
	told := make([]toldUsage, len(all))
	for i, u := range all {
		told[i] = toldUsage{Tenant: u.Tenant.String(), Lane: u.Lane, Calls: u.Calls, Limit: u.Limit, Window: u.Window.Milliseconds(), Circuit: u.Circuit, Failing: u.Failing}
		if !u.Until.IsZero() {
			told[i].Until = &u.Until
		}
	}
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `
			DELETE FROM call_budget b
			WHERE  b.at < $3
			OR     b.process = $1 AND NOT EXISTS (`+usages("$2")+` WHERE u.tenant_id = b.tenant_id AND u.lane = b.lane)`,
			process, told, now.Add(-budgetLife)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO call_budget (tenant_id, process, lane, at, calls, call_limit, window_ms, circuit, failing, until_at)
			SELECT u.tenant_id, $1, u.lane, $3, u.calls, u.call_limit, u.window_ms, u.circuit, u.failing, u.until_at
			FROM  (`+usages("$2")+`) u
			JOIN   tenant t ON t.tenant_id = u.tenant_id AND t.withdrawn_at IS NULL AND NOT t.erasing
			LEFT   JOIN call_budget b ON b.tenant_id = u.tenant_id AND b.process = $1 AND b.lane = u.lane
			WHERE  b.at IS NULL
			OR     b.at < $4
			OR     (b.calls, b.call_limit, b.circuit, b.failing, b.until_at) IS DISTINCT FROM (u.calls, u.call_limit, u.circuit, u.failing, u.until_at)
			ON     CONFLICT (tenant_id, process, lane) DO UPDATE
			SET    at = excluded.at, calls = excluded.calls, call_limit = excluded.call_limit, window_ms = excluded.window_ms,
			       circuit = excluded.circuit, failing = excluded.failing, until_at = excluded.until_at`,
			process, told, now, now.Add(-budgetLife/2))
		return err
	})
	if err != nil {
		return fmt.Errorf("save the call budget: %w", err)
	}
	return nil
}

// toldUsage is a Usage as Postgres reads it.
type toldUsage struct {
	Tenant  string     `json:"tenant_id"`
	Lane    string     `json:"lane"`
	Calls   int        `json:"calls"`
	Limit   int        `json:"call_limit"`
	Window  int64      `json:"window_ms"`
	Circuit string     `json:"circuit"`
	Failing int        `json:"failing"`
	Until   *time.Time `json:"until_at"`
}

// usages are the rows of a JSON array of toldUsage.
func usages(arg string) string {
	return `SELECT * FROM jsonb_to_recordset(` + arg + `::jsonb) AS u (tenant_id uuid, lane text, calls bigint, call_limit bigint, window_ms bigint, circuit text, failing bigint, until_at timestamptz)`
}

// Budgets are what was used of the limits within the last moments, the most used first. A tenant that is not called is not among them.
func (s *Service) Budgets(ctx context.Context, scope tenant.Scope) ([]Budget, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT s.tenant_id, `+postgres.TenantWords+`, s.lane, sum(s.calls)::int, min(s.call_limit)::int, max(s.window_ms)::bigint,
		       CASE WHEN bool_or(s.circuit = 'open') THEN 'open' WHEN bool_or(s.circuit = 'probing') THEN 'probing' ELSE 'closed' END,
		       max(s.failing)::int, max(s.until_at), min(s.at)
		FROM   call_budget s
		JOIN   tenant t ON t.tenant_id = s.tenant_id
		WHERE  s.at >= $1
		GROUP  BY s.tenant_id, t.tenant_id, s.lane
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
