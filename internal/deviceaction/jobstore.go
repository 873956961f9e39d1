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
			INSERT INTO device_job (kind, choice, reason, made_at, made_by, set_hash, nonce, skipped, alive_at, brake_id, in_windows)
			VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10)
			ON CONFLICT DO NOTHING
			RETURNING job_id`, j.Kind, j.Choice, j.Reason, j.MadeAt, j.By, j.Hash, j.Nonce, j.AliveAt, j.BrakeID, j.Windows).Scan(&id)
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
			switch _, err := insert(ctx, tx, a, destructive(a.Kind)); {
			case errors.Is(err, pgx.ErrNoRows) && j.BrakeID > 0: // what is approved is the whole set
				return errs.ShowNext(errs.Conflict, Title(a.Kind)+" is under way on "+a.DeviceName+" already; nothing was sent.", "Go back, and choose devices on which it is not.")
			case errors.Is(err, pgx.ErrNoRows):
				skipped++
				continue
			case err != nil:
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

func destructive(kind string) bool {
	k, _ := KindOf(kind)
	return k.Destructive
}

// JobOf is the job that a form made; 0: none.
func (s *Store) JobOf(ctx context.Context, nonce string) (id int64, err error) {
	err = s.pool.In(tenant.Scope{}).QueryRow(ctx, `SELECT job_id FROM device_job WHERE nonce = $1`, nonce).Scan(&id)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("job of a form: %w", postgres.Kind(err))
	}
	return id, nil
}

// lines are all lines of the job in the scope, by customer.
func (s *Store) lines(ctx context.Context, scope tenant.Scope, job int64) ([]Action, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+columns+` FROM device_action a WHERE a.job_id = $1 ORDER BY a.tenant_id, a.action_id`, job)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Action, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("lines of job: %w", postgres.Kind(err))
	}
	return found, nil
}

// Failed are the devices of the job on which it failed, by customer and Intune's device id: it can be asked for again there.
func (s *Store) Failed(ctx context.Context, scope tenant.Scope, job int64) ([]Device, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT tenant_id, device_id FROM device_action WHERE job_id = $1 AND state = 'failed' ORDER BY tenant_id, action_id`, job)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Device, err error) { return d, row.Scan(&d.Tenant, &d.ID) })
	if err != nil {
		return nil, fmt.Errorf("failed lines of job: %w", postgres.Kind(err))
	}
	return found, nil
}

// Busy tells on which of the devices an action of the kind is under way.
func (s *Store) Busy(ctx context.Context, scope tenant.Scope, kind string, set []Device) (map[Device]bool, error) {
	tids, ids := make([]tenant.ID, len(set)), make([]string, len(set))
	for i, d := range set {
		tids[i], ids[i] = d.Tenant, d.ID
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT a.tenant_id, a.device_id
		FROM   device_action a
		JOIN   unnest($2::uuid[], $3::text[]) AS d (tenant_id, device_id) USING (tenant_id, device_id)
		WHERE  a.kind = $1
		AND    (a.state IN ('queued', 'sent', 'approval', 'pending') OR a.destructive AND a.state = 'unknown' AND a.ended_at IS NULL)`, kind, tids, ids)
	busy := map[Device]bool{}
	var d Device
	if _, err := pgx.ForEachRow(rows, []any{&d.Tenant, &d.ID}, func() error { busy[d] = true; return nil }); err != nil {
		return nil, fmt.Errorf("devices that are busy: %w", postgres.Kind(err))
	}
	return busy, nil
}

// waiting are the tenants in the scope where something of the job was not sent.
func (s *Store) waiting(ctx context.Context, scope postgres.Scope, job int64) ([]tenant.ID, error) {
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT DISTINCT tenant_id FROM device_action WHERE job_id = $1 AND state = 'queued'`, job)
	found, err := pgx.CollectRows(rows, pgx.RowTo[tenant.ID])
	if err != nil {
		return nil, fmt.Errorf("customers of job that wait: %w", postgres.Kind(err))
	}
	return found, nil
}

// opens keeps when the first window opens that the job waits for.
func (s *Store) opens(ctx context.Context, job int64, at time.Time) error {
	if _, err := s.pool.In(tenant.Scope{}).Exec(ctx, `UPDATE device_job SET opens_at = $2 WHERE job_id = $1`, job, at); err != nil {
		return fmt.Errorf("opening of job: %w", postgres.Kind(err))
	}
	return nil
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
		WHERE    a.job_id = $1 AND a.state IN ('failed', 'cancelled') AND a.said <> ''
		GROUP BY 1
		ORDER BY 2 DESC, 1`, id)
	if why, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Cause]); err != nil {
		return j, nil, fmt.Errorf("causes of job: %w", postgres.Kind(err))
	}
	return j, why, nil
}
