package guest

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

// CreateJob keeps an order with its lines. A line whose invitation is under way in another job at this moment is kept as There.
func (s *Store) CreateJob(ctx context.Context, scope tenant.Scope, j Job, lines []Line) (id int64, err error) {
	err = s.pool.InTx(ctx, scope, func(tx pgx.Tx) error {
		if err := release(ctx, tx, j.MadeAt); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `INSERT INTO guest_job (made_at, made_by, language, message, alive_at) VALUES ($1, $2, $3, $4, $1) RETURNING job_id`,
			j.MadeAt, j.MadeBy, j.Language, j.Message).Scan(&id); err != nil {
			return err
		}
		for _, l := range lines {
			tag, err := tx.Exec(ctx, `
				INSERT INTO guest_invitation (tenant_id, job_id, address, state, changed_at)
				VALUES ($1, $2, $3, 'waiting', $4)
				ON CONFLICT DO NOTHING`, l.Tenant, id, l.Address, j.MadeAt)
			if err == nil && tag.RowsAffected() == 0 {
				_, err = tx.Exec(ctx, `
					INSERT INTO guest_invitation (tenant_id, job_id, address, state, said, changed_at)
					VALUES ($1, $2, $3, 'there', 'Another job is sending this invitation.', $4)
					ON CONFLICT DO NOTHING`, l.Tenant, id, l.Address, j.MadeAt)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("make guest job: %w", postgres.Kind(err))
	}
	return id, nil
}

// release ends what a portal that stopped has left under way: what was being sent is unclear, what waited was not sent.
func release(ctx context.Context, tx pgx.Tx, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE guest_invitation
		SET    state = CASE state WHEN 'sending' THEN 'unknown' ELSE 'failed' END, changed_at = $1,
		       said = CASE state WHEN 'sending' THEN 'The portal stopped before Microsoft answered. Read the guests again before you repeat it.' ELSE 'The portal stopped before this was sent.' END
		WHERE  state IN ('waiting', 'sending')
		AND    job_id IN (SELECT job_id FROM guest_job WHERE alive_at < $2)`, now, now.Add(-stalled))
	return err
}

// claim makes the line this caller's to send, and tells whether there is nothing to send: the person is a guest there as far as was read, or
// was invited a moment ago.
func (s *Store) claim(ctx context.Context, job int64, l Line, now time.Time) (took, there bool, err error) {
	db := s.pool.In(l.Tenant)
	if _, err := db.Exec(ctx, `UPDATE guest_job SET alive_at = $2 WHERE job_id = $1`, job, now); err != nil {
		return false, false, fmt.Errorf("claim invitation: %w", postgres.Kind(err))
	}
	err = db.QueryRow(ctx, `
		UPDATE guest_invitation
		SET    state = 'sending', changed_at = $4
		WHERE  tenant_id = $1 AND job_id = $2 AND address = $3 AND state = 'waiting'
		RETURNING EXISTS (SELECT FROM guest g WHERE g.tenant_id = $1 AND g.address = $3 AND g.gone_at IS NULL AND (g.revoked_at IS NULL OR g.revoked_at < g.invited_at))
		       OR EXISTS (SELECT FROM guest_awaited a WHERE a.tenant_id = $1 AND a.address = $3 AND a.invited_at > $5)`,
		l.Tenant, job, l.Address, now, now.Add(-Unread)).Scan(&there)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("claim invitation: %w", postgres.Kind(err))
	}
	return true, there, nil
}

// settle keeps what became of a line.
func (s *Store) settle(ctx context.Context, job int64, l Line, now time.Time) error {
	_, err := s.pool.In(l.Tenant).Exec(ctx, `UPDATE guest_invitation SET state = $4, said = $5, changed_at = $6, failure_id = NULLIF($7, '')::uuid WHERE tenant_id = $1 AND job_id = $2 AND address = $3`,
		l.Tenant, job, l.Address, l.Outcome, l.Said, now, l.Failure)
	if err != nil {
		return fmt.Errorf("settle invitation: %w", postgres.Kind(err))
	}
	return nil
}

// Again makes the failed lines of a job wait once more, within the scope, and what waits in a job that has stopped. What was sent, and what
// is unclear, stays as it is. A line that another job is sending stays failed.
func (s *Store) Again(ctx context.Context, scope tenant.Scope, job int64, now time.Time) error {
	err := s.pool.InTx(ctx, scope, func(tx pgx.Tx) error {
		if err := release(ctx, tx, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE guest_invitation l
			SET    state = 'waiting', said = '', changed_at = $2, failure_id = NULL
			WHERE  job_id = $1 AND state = 'failed'
			AND    NOT EXISTS (SELECT FROM guest_invitation o WHERE o.tenant_id = l.tenant_id AND o.address = l.address AND o.state IN ('waiting', 'sending'))`, job, now)
		return err
	})
	if err != nil {
		return fmt.Errorf("repeat guest job: %w", postgres.Kind(err))
	}
	return nil
}

// jobs is a job with the sums over the lines that the scope sees; one without such a line is not there.
const jobs = `(
	SELECT   j.job_id, j.made_at, j.made_by, j.language, j.message, count(*) AS lines, count(*) FILTER (WHERE i.state IN ('waiting', 'sending')) AS waiting,
	         count(*) FILTER (WHERE i.state = 'sent') AS sent, count(*) FILTER (WHERE i.state = 'there') AS there, count(*) FILTER (WHERE i.state = 'failed') AS failed,
	         count(*) FILTER (WHERE i.state = 'unknown') AS unclear, count(DISTINCT i.tenant_id) AS customers, j.alive_at
	FROM     guest_job j
	JOIN     guest_invitation i ON i.job_id = j.job_id
	GROUP BY j.job_id) j`

const jobColumns = `j.job_id, j.made_at, j.made_by, j.language, j.message, j.lines, j.waiting, j.sent, j.there, j.failed, j.unclear, j.customers, j.alive_at`

func scanJob(row pgx.CollectableRow, more ...any) (j Job, err error) {
	err = row.Scan(append([]any{&j.ID, &j.MadeAt, &j.MadeBy, &j.Language, &j.Message, &j.Lines, &j.Waiting, &j.Sent, &j.There, &j.Failed, &j.Unclear, &j.Customers, &j.AliveAt}, more...)...)
	return j, err
}

// Jobs are the jobs with a line in the scope, the newest first: one page, the place of the next, and how many there are.
func (s *Store) Jobs(ctx context.Context, scope tenant.Scope, after string, limit int) (found []Job, next string, count int64, err error) {
	l := postgres.Listing{Columns: jobColumns, Table: jobs, Where: &postgres.Where{}, Cursor: after, Limit: limit,
		Order: postgres.Order{Name: "made", Desc: true, Keys: []postgres.Key{{Expr: "j.job_id", Type: "bigint"}}}}
	return postgres.PageOf(ctx, s.pool.In(scope), l, scanJob)
}

// Job finds a job with a line in the scope, and those lines by customer and address; errs.NotFound where there is none.
func (s *Store) Job(ctx context.Context, scope tenant.Scope, id int64) (j Job, lines []Line, err error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+jobColumns+` FROM `+jobs+` WHERE j.job_id = $1`, id)
	j, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (Job, error) { return scanJob(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return j, nil, fmt.Errorf("guest job %d: %w", id, errs.NotFound)
	}
	if err != nil {
		return j, nil, fmt.Errorf("guest job: %w", postgres.Kind(err))
	}
	rows, _ = s.pool.In(scope).Query(ctx, `
		SELECT g.tenant_id, `+tenantName+`, g.address, g.state, g.said, g.changed_at, COALESCE(g.failure_id::text, '')
		FROM   guest_invitation g
		WHERE  g.job_id = $1
		ORDER  BY 2, g.tenant_id, g.address`, id)
	lines, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Line])
	if err != nil {
		return j, nil, fmt.Errorf("lines of guest job: %w", postgres.Kind(err))
	}
	return j, lines, nil
}
