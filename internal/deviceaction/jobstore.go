package deviceaction

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

// createJob keeps an order with its lines, each with its record in the customer's chain. fresh is false for a form that was sent before.
func (s *Store) createJob(ctx context.Context, j Job, lines []Action, requestID string) (id int64, fresh bool, err error) {
	ids := make([]tenant.ID, 0, len(lines))
	for _, a := range lines {
		ids = append(ids, a.Tenant)
	}
	err = s.pool.InTx(ctx, tenant.Only(ids...), func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO device_job (kind, choice, reason, made_at, made_by, set_hash, nonce, skipped, alive_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $4)
			ON CONFLICT DO NOTHING
			RETURNING job_id`, j.Kind, j.Choice, j.Reason, j.MadeAt, j.By, j.Hash, j.Nonce).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			return tx.QueryRow(ctx, `SELECT job_id FROM device_job WHERE nonce = $1`, j.Nonce).Scan(&id)
		}
		if err != nil {
			return err
		}
		fresh = true
		skipped := 0
		for _, a := range lines {
			a.JobID, a.Nonce = id, fmt.Sprintf("job %d %s", id, a.DeviceID)
			if _, err := insert(ctx, tx, a, false); errors.Is(err, pgx.ErrNoRows) {
				skipped++
				continue
			} else if err != nil {
				return err
			}
			if err := s.audit.AppendTx(ctx, tx, a.Tenant, a.entry(a.Person, requestID, "asked", map[string]any{"job": id, "set_sha256": j.Hash})); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE device_job SET skipped = $2 WHERE job_id = $1`, id, skipped)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("make job of device actions: %w", postgres.Kind(err))
	}
	return id, fresh, nil
}

// queued are the lines of the job that were not sent, by customer.
func (s *Store) queued(ctx context.Context, scope tenant.Scope, job int64) ([]Action, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+columns+` FROM device_action a WHERE a.job_id = $1 AND a.state = 'queued' ORDER BY a.tenant_id, a.action_id`, job)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Action, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("lines of job: %w", postgres.Kind(err))
	}
	return found, nil
}

func (s *Store) alive(ctx context.Context, job int64, now time.Time) error {
	if _, err := s.pool.In(tenant.Scope{}).Exec(ctx, `UPDATE device_job SET alive_at = $2 WHERE job_id = $1`, job, now); err != nil {
		return fmt.Errorf("sign of life of job: %w", postgres.Kind(err))
	}
	return nil
}

// again makes failed lines of the person's wait once more, where the same is not under way on the device by now.
func (s *Store) again(ctx context.Context, scope tenant.Scope, job int64, by tenant.Person) error {
	tag, err := s.pool.In(scope).Exec(ctx, `
		UPDATE device_action l
		SET    state = 'queued', said = '', ended_at = NULL, next_read_at = NULL
		WHERE  job_id = $1 AND state = 'failed' AND by_tenant = $2 AND by_object = $3
		AND    NOT EXISTS (SELECT FROM device_action o WHERE o.tenant_id = l.tenant_id AND o.device_id = l.device_id AND o.kind = l.kind AND o.state IN ('queued', 'sent', 'approval', 'pending'))`, job, by.Tenant, by.ObjectID)
	if err != nil {
		return fmt.Errorf("repeat job: %w", postgres.Kind(err))
	}
	if tag.RowsAffected() == 0 {
		return errs.ShowNext(errs.Conflict, "Nothing of this can be tried again by you.", "Whoever asked for it can, where the same is not under way on the devices by now.")
	}
	return nil
}

// Job finds a job with a line in the scope, with sums over those lines and why some failed; errs.NotFound where there is none.
func (s *Store) Job(ctx context.Context, scope tenant.Scope, id int64) (j Job, why []Cause, err error) {
	db := s.pool.In(scope)
	found, _ := db.Query(ctx, `SELECT `+jobColumns+` FROM `+jobs+` WHERE j.job_id = $1`, id)
	j, err = pgx.CollectExactlyOneRow(found, func(row pgx.CollectableRow) (Job, error) { return scanJob(row) })
	if errors.Is(err, pgx.ErrNoRows) {
		return j, nil, fmt.Errorf("job %d: %w", id, errs.NotFound)
	}
	if err != nil {
		return j, nil, fmt.Errorf("job of device actions: %w", postgres.Kind(err))
	}
	rows, _ := db.Query(ctx, `
		SELECT   regexp_replace(a.said, ' Microsoft’s request id is [0-9A-Za-z-]+\.', ''), count(*)
		FROM     device_action a
		WHERE    a.job_id = $1 AND a.state = 'failed'
		GROUP BY 1
		ORDER BY 2 DESC, 1`, id)
	if why, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Cause]); err != nil {
		return j, nil, fmt.Errorf("causes of job: %w", postgres.Kind(err))
	}
	return j, why, nil
}
