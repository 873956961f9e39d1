package provisioning

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// CreatePlan keeps a plan with its lines, which lie within the scope.
func (s *Store) CreatePlan(ctx context.Context, scope tenant.Scope, p Plan, lines []PlanLine) (id int64, err error) {
	err = s.pool.InTx(ctx, scope, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `INSERT INTO provisioning_plan (made_at, made_by, template, template_name, alive_at) VALUES ($1, $2, $3, $4, $1) RETURNING plan_id`,
			p.MadeAt, p.MadeBy, p.Template, p.TemplateName).Scan(&id); err != nil {
			return err
		}
		for _, l := range lines {
			if _, err := tx.Exec(ctx, `INSERT INTO provisioning_plan_line (tenant_id, plan_id, name, state, changed_at) VALUES ($1, $2, $3, 'waiting', $4)`, l.Tenant, id, l.Name, p.MadeAt); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("make provisioning plan: %w", postgres.Kind(err))
	}
	return id, nil
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

// AgainPlan makes the failed lines of a plan wait once more, within the scope, and what a portal that stopped left waiting. What was begun when it
// stopped is unclear: the application may be there.
func (s *Store) AgainPlan(ctx context.Context, scope tenant.Scope, plan int64, now time.Time) error {
	_, err := s.pool.In(scope).Exec(ctx, `
		UPDATE provisioning_plan_line l
		SET    state = CASE WHEN l.state = 'working' AND l.sp_id = '' THEN 'unknown' ELSE 'waiting' END, changed_at = $2, failure = '',
		       said = CASE WHEN l.state = 'working' AND l.sp_id = '' THEN 'The portal stopped before Microsoft answered. Look at the customer’s applications before you repeat it.' ELSE '' END
		FROM   provisioning_plan p
		WHERE  p.plan_id = l.plan_id AND l.plan_id = $1
		AND    (l.state = 'failed' OR l.state IN ('waiting', 'working') AND p.alive_at < $3)`, plan, now, now.Add(-stalled))
	if err != nil {
		return fmt.Errorf("repeat provisioning plan: %w", postgres.Kind(err))
	}
	return nil
}

const planColumns = `p.plan_id, p.made_at, p.made_by, p.template, p.template_name, p.alive_at`

// Plans are the newest plans with a line in the scope.
func (s *Store) Plans(ctx context.Context, scope tenant.Scope, most int) ([]Plan, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT `+planColumns+`
		FROM   provisioning_plan p
		WHERE  EXISTS (SELECT FROM provisioning_plan_line l WHERE l.plan_id = p.plan_id)
		ORDER  BY p.plan_id DESC
		LIMIT  $1`, most)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Plan])
	if err != nil {
		return nil, fmt.Errorf("list provisioning plans: %w", postgres.Kind(err))
	}
	return found, nil
}

// Plan finds a plan with a line in the scope, and those lines by customer; errs.NotFound where there is none.
func (s *Store) Plan(ctx context.Context, scope tenant.Scope, id int64) (p Plan, lines []PlanLine, err error) {
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT l.tenant_id, `+nameOf("l")+`, l.name, l.state, l.sp_id, l.said, l.changed_at, l.failure
		FROM   provisioning_plan_line l
		WHERE  l.plan_id = $1
		ORDER  BY 2, l.tenant_id`, id)
	if lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[PlanLine]); err != nil {
		return p, nil, fmt.Errorf("lines of provisioning plan: %w", postgres.Kind(err))
	}
	rows, _ = s.pool.In(scope).Query(ctx, `SELECT `+planColumns+` FROM provisioning_plan p WHERE p.plan_id = $1`, id)
	p, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[Plan])
	if errors.Is(err, pgx.ErrNoRows) || err == nil && len(lines) == 0 {
		return p, nil, fmt.Errorf("provisioning plan %d: %w", id, errs.NotFound)
	}
	if err != nil {
		return p, nil, fmt.Errorf("provisioning plan: %w", postgres.Kind(err))
	}
	return p, lines, nil
}
