package provisioning

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// CreatePlan keeps a plan with its lines, which lie within the scope. fresh is false for a form that was sent before: then the plan is that one.
func (s *Store) CreatePlan(ctx context.Context, scope tenant.Scope, p Plan, lines []PlanLine) (id int64, fresh bool, err error) {
	err = s.pool.InTx(ctx, scope, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO provisioning_plan (made_at, made_by, template, template_name, alive_at, nonce) VALUES ($1, $2, $3, $4, $1, $5) ON CONFLICT DO NOTHING RETURNING plan_id`,
			p.MadeAt, p.MadeBy, p.Template, p.TemplateName, p.Nonce).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return tx.QueryRow(ctx, `SELECT plan_id FROM provisioning_plan WHERE nonce = $1`, p.Nonce).Scan(&id)
		}
		if err != nil {
			return err
		}
		fresh = true
		for _, l := range lines {
			if _, err := tx.Exec(ctx, `
				INSERT INTO provisioning_plan_line (tenant_id, plan_id, name, state, changed_at, settings) VALUES ($1, $2, $3, 'waiting', $4, COALESCE($5::jsonb, '{}'))`,
				l.Tenant, id, l.Name, p.MadeAt, l.Settings); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, false, fmt.Errorf("make provisioning plan: %w", postgres.Kind(err))
	}
	return id, fresh, nil
}

// claimLine makes the line this caller's to work on.
func (s *Store) claimLine(ctx context.Context, plan int64, l PlanLine, now time.Time) (bool, error) {
	db := s.pool.In(l.Tenant)
	if _, err := db.Exec(ctx, `UPDATE provisioning_plan SET alive_at = $2 WHERE plan_id = $1`, plan, now); err != nil {
		return false, fmt.Errorf("claim line of provisioning plan: %w", postgres.Kind(err))
	}
	tag, err := db.Exec(ctx, `UPDATE provisioning_plan_line SET state = 'working', changed_at = $3 WHERE tenant_id = $1 AND plan_id = $2 AND state = 'waiting'`, l.Tenant, plan, now)
	if err != nil {
		return false, fmt.Errorf("claim line of provisioning plan: %w", postgres.Kind(err))
	}
	return tag.RowsAffected() == 1, nil
}

// settleLine keeps what became of a line.
func (s *Store) settleLine(ctx context.Context, plan int64, l PlanLine, now time.Time) error {
	_, err := s.pool.In(l.Tenant).Exec(ctx, `UPDATE provisioning_plan_line SET state = $3, said = $4, sp_id = $5, changed_at = $6, failure = $7 WHERE tenant_id = $1 AND plan_id = $2`,
		l.Tenant, plan, l.Outcome, l.Said, l.SPID, now, l.Failure)
	if err != nil {
		return fmt.Errorf("settle line of provisioning plan: %w", postgres.Kind(err))
	}
	return nil
}

// AgainPlan makes the lines of a plan that failed or lacked a sign-in wait once more, within the scope, and what a portal that stopped left
// waiting. What was begun when it stopped is unclear: the application may be there.
func (s *Store) AgainPlan(ctx context.Context, scope tenant.Scope, plan int64, now time.Time) error {
	_, err := s.pool.In(scope).Exec(ctx, `
		UPDATE provisioning_plan_line l
		SET    state = CASE WHEN l.state = 'working' AND l.sp_id = '' THEN 'unknown' ELSE 'waiting' END, changed_at = $2, failure = '',
		       said = CASE WHEN l.state = 'working' AND l.sp_id = '' THEN 'The portal stopped before Microsoft answered. Look at the customer’s applications before you repeat it.' ELSE '' END
		FROM   provisioning_plan p
		WHERE  p.plan_id = l.plan_id AND l.plan_id = $1
		AND    (l.state IN ('failed', 'sign-in') OR l.state IN ('waiting', 'working') AND p.alive_at < $3)`, plan, now, now.Add(-stalled))
	if err != nil {
		return fmt.Errorf("repeat provisioning plan: %w", postgres.Kind(err))
	}
	return nil
}

// StartPlan makes those of the customers' lines wait to be started that can be, within the scope, and says of how many.
func (s *Store) StartPlan(ctx context.Context, scope tenant.Scope, plan int64, customers []tenant.ID, now time.Time) (int64, error) {
	tag, err := s.pool.In(scope).Exec(ctx, `
		UPDATE provisioning_plan_line l
		SET    step = 'start', state = 'waiting', said = '', changed_at = $3
		FROM   provisioning_setup u
		WHERE  l.plan_id = $1 AND l.tenant_id = ANY($2) AND l.state = 'done' AND l.step = 'job'
		AND    u.tenant_id = l.tenant_id AND u.sp_id = l.sp_id AND u.saved_at IS NOT NULL AND u.finished_at IS NULL`, plan, customers, now)
	if err != nil {
		return 0, fmt.Errorf("start jobs of provisioning plan: %w", postgres.Kind(err))
	}
	return tag.RowsAffected(), nil
}

// plans is a plan with the sums over the lines that the scope sees, and what it is as a whole; one without such a line is not there. alive is
// the argument after which a portal must have worked on it lest it counts as stopped.
func plans(alive string) string {
	return `(
	SELECT s.*, CASE WHEN s.waiting > 0 AND s.alive_at > ` + alive + `::timestamptz THEN 'running' WHEN s.waiting > 0 THEN 'stopped' WHEN s.failed > 0 THEN 'failed' WHEN s.unclear > 0 THEN 'unknown'
	                 WHEN s.unsigned > 0 THEN 'sign-in' WHEN s.started < s.customers THEN 'ready' ELSE 'started' END AS state
	FROM  (SELECT   q.plan_id, q.made_at, q.made_by, q.template, q.template_name, q.alive_at, count(*) AS customers, count(*) FILTER (WHERE l.state IN ('waiting', 'working')) AS waiting,
	                count(*) FILTER (WHERE l.state = 'failed' AND u.finished_at IS NULL) AS failed, count(*) FILTER (WHERE l.state = 'unknown') AS unclear,
	                count(*) FILTER (WHERE l.state = 'sign-in' AND u.finished_at IS NULL) AS unsigned, count(u.finished_at) AS started
	       FROM     provisioning_plan q
	       JOIN     provisioning_plan_line l ON l.plan_id = q.plan_id
	       LEFT     JOIN provisioning_setup u ON u.tenant_id = l.tenant_id AND u.sp_id = l.sp_id
	       GROUP BY q.plan_id) s) p`
}

const planColumns = `p.plan_id, p.made_at, p.made_by, p.template, p.template_name, p.alive_at, p.customers, p.waiting, p.failed, p.unclear, p.unsigned, p.started, p.state`

func scanPlan(row pgx.CollectableRow, more ...any) (p Plan, err error) {
	err = row.Scan(append([]any{&p.ID, &p.MadeAt, &p.MadeBy, &p.Template, &p.TemplateName, &p.AliveAt, &p.Customers, &p.Waiting, &p.Failed, &p.Unclear, &p.Unsigned, &p.Started, &p.State}, more...)...)
	return p, err
}

// PlanFilter chooses plans.
type PlanFilter struct {
	Q      string   // part of the application or of who made it
	State  []string // of PlanStates; none: all
	Now    time.Time
	Oldest bool // the oldest first, instead of the newest
	After  string
	Limit  int
}

// Plans are those with a line in the scope that match f: one page, the place of the next, and how many there are.
func (s *Store) Plans(ctx context.Context, scope tenant.Scope, f PlanFilter) (found []Plan, next string, count int64, err error) {
	w := &postgres.Where{}
	table := plans(w.Arg(f.Now.Add(-stalled)))
	if err := postgres.CheckSearch(f.Q); err != nil {
		return nil, "", 0, err
	}
	if q := strings.TrimSpace(f.Q); q != "" {
		like := postgres.Like(strings.ToLower(q))
		w.And("(lower(p.template_name) LIKE ? OR lower(p.made_by) LIKE ?)", like, like)
	}
	if len(f.State) > 0 {
		w.And(`p.state = ANY(?)`, f.State)
	}
	o := postgres.Order{Name: "made", Desc: !f.Oldest, Keys: []postgres.Key{{Expr: "p.plan_id", Type: "bigint"}}}
	l := postgres.Listing{Columns: planColumns, Table: table, Where: w, Order: o, Cursor: f.After, Limit: f.Limit}
	return postgres.PageOf(ctx, s.pool.In(scope), l, scanPlan)
}

// Plan finds a plan with a line in the scope, and those lines by customer; errs.NotFound where there is none.
func (s *Store) Plan(ctx context.Context, scope tenant.Scope, id int64, now time.Time) (p Plan, lines []PlanLine, err error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+planColumns+` FROM `+plans("$2")+` WHERE p.plan_id = $1`, id, now.Add(-stalled))
	p, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Plan, error) { return scanPlan(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return p, nil, fmt.Errorf("provisioning plan %d: %w", id, errs.NotFound)
	}
	if err != nil {
		return p, nil, fmt.Errorf("provisioning plan: %w", postgres.Kind(err))
	}
	rows, _ = s.pool.In(scope).Query(ctx, `
		SELECT l.tenant_id, `+postgres.TenantName("l")+`, l.name, l.state, l.sp_id, l.said, l.changed_at, l.failure, l.settings, l.step, u.saved_at, u.finished_at
		FROM   provisioning_plan_line l
		LEFT   JOIN provisioning_setup u ON u.tenant_id = l.tenant_id AND u.sp_id = l.sp_id
		WHERE  l.plan_id = $1
		ORDER  BY 2, l.tenant_id`, id)
	lines, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l PlanLine, err error) {
		err = row.Scan(&l.Tenant, &l.TenantName, &l.Name, &l.Outcome, &l.SPID, &l.Said, &l.ChangedAt, &l.Failure, &l.Settings, &l.Step, postgres.Zero(&l.SavedAt), postgres.Zero(&l.StartedAt))
		return l, err
	})
	if err != nil {
		return p, nil, fmt.Errorf("lines of provisioning plan: %w", postgres.Kind(err))
	}
	return p, lines, nil
}
