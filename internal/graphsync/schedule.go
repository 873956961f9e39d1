package graphsync

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/tenantry/tenantry/internal/tenant"
)

// scheduleArgs is the job that looks for what is due. River's leader inserts it, so it runs once however many processes there are.
type scheduleArgs struct{}

// Kind names the job in the queue.
func (scheduleArgs) Kind() string { return "graphsync_schedule" }

// InsertOpts do not make it unique: a look whose process was killed stays "running" in the queue, and must not keep the next from being made.
func (scheduleArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: queueScheduler, MaxAttempts: 1}
}

type scheduleWorker struct {
	river.WorkerDefaults[scheduleArgs]
	s *Service
}

// Work is called by River every Options.ScheduleEvery. A look that waited longer than that is over: a newer one follows.
func (w *scheduleWorker) Work(ctx context.Context, job *river.Job[scheduleArgs]) error {
	if time.Since(job.CreatedAt) > w.s.opts.ScheduleEvery {
		return nil
	}
	return w.s.Schedule(ctx)
}

// perLook bounds what one look enqueues, so that a long outage does not flood the queue.
const perLook = 2000

// Schedule follows the tenants' states, finds lost runs, and enqueues what is due, the longest overdue first.
func (s *Service) Schedule(ctx context.Context) error {
	if err := s.FollowClock(ctx); err != nil {
		return err
	}
	if err := s.followTenants(ctx); err != nil {
		return err
	}
	if err := s.findLost(ctx); err != nil {
		return err
	}
	if err := s.findUnbegun(ctx); err != nil {
		return err
	}
	var names []string
	for _, d := range s.datasets {
		if d.Puller != nil {
			names = append(names, d.Name)
		}
	}
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `
		SELECT tenant_id::text, dataset, 'schedule'
		FROM   sync_state
		WHERE  NOT stopped
		AND    state <> 'running'
		AND    next_at <= $1
		AND    dataset = ANY($2)
		ORDER  BY next_at, tenant_id, dataset
		LIMIT  $3`, s.now(), names, perLook)
	due, err := pgx.CollectRows(rows, pgx.RowToStructByPos[readArgs])
	if err != nil {
		return fmt.Errorf("what is due: %w", err)
	}
	_, _, err = s.enqueue(ctx, queueScheduled, 3, due)
	return err
}

// followTenants gives a connected tenant its rows, and stops those of a tenant that no longer is. The partner's own tenant has the rows
// of what is read of it alone.
func (s *Service) followTenants(ctx context.Context) error {
	var names []string
	var ofHome []bool
	for _, d := range s.datasets {
		if d.Puller != nil {
			names, ofHome = append(names, d.Name), append(ofHome, d.Home)
		}
	}
	db := s.pool.In(tenant.Everything())
	if _, err := db.Exec(ctx, `
		INSERT INTO sync_state AS s (tenant_id, dataset, next_at)
		SELECT t.tenant_id, d.name, $2
		FROM   tenant t
		CROSS  JOIN unnest($1::text[], $3::boolean[]) AS d (name, home)
		WHERE  t.home = d.home
		AND   (t.home OR t.state IN ('connected', 'partial'))
		AND    NOT EXISTS (SELECT FROM sync_state x WHERE x.tenant_id = t.tenant_id AND x.dataset = d.name AND NOT x.stopped)
		ON CONFLICT (tenant_id, dataset) DO UPDATE SET stopped = false, next_at = excluded.next_at`, names, s.now(), ofHome); err != nil {
		return fmt.Errorf("rows of connected tenants: %w", err)
	}
	rows, _ := db.Query(ctx, `
		SELECT DISTINCT s.tenant_id
		FROM   sync_state s
		JOIN   tenant t USING (tenant_id)
		WHERE  NOT s.stopped
		AND    NOT t.home
		AND    t.state NOT IN ('connected', 'partial')`)
	gone, err := pgx.CollectRows(rows, pgx.RowTo[tenant.ID])
	if err != nil {
		return fmt.Errorf("tenants no longer connected: %w", err)
	}
	for _, tid := range gone {
		if err := s.StopTenant(ctx, tid); err != nil {
			return err
		}
	}
	return nil
}

// findLost gives a run without a sign of life back to the queue. Its number stays; the run that follows has the next one, so the lost
// worker, should it only have been slow, changes nothing. A row that a merge holds is alive.
func (s *Service) findLost(ctx context.Context) error {
	var jobs []int64
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, `
			WITH lost AS (
				SELECT tenant_id, dataset
				FROM   sync_state
				WHERE  state = 'running'
				AND    seen_at < $1
				FOR    UPDATE SKIP LOCKED)
			UPDATE sync_state s
			SET    state = `+settled+`, next_at = $2, changed_at = $2, run = s.run + 1
			FROM   lost
			WHERE  s.tenant_id = lost.tenant_id
			AND    s.dataset = lost.dataset
			RETURNING s.job_id`, s.now().Add(-s.opts.SilentAfter), s.now())
		var err error
		jobs, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
	if err != nil {
		return fmt.Errorf("find lost runs: %w", err)
	}
	if len(jobs) == 0 {
		return nil
	}
	_, err = s.pool.Raw().Exec(ctx, `
		UPDATE river_job
		SET    state = 'available', scheduled_at = now()
		WHERE  id = ANY($1)
		AND    state = 'running'`, jobs)
	if err != nil {
		return fmt.Errorf("give lost runs back: %w", err)
	}
	return nil
}

// findUnbegun gives jobs back whose worker was killed between taking them and the first line of the run, or between its last line and the
// queue's: the queue calls them running, no run is theirs, and while they stand nothing else reads that dataset.
func (s *Service) findUnbegun(ctx context.Context) error {
	_, err := s.pool.In(tenant.Everything()).Exec(ctx, `
		UPDATE river_job j
		SET    state = 'available', scheduled_at = now()
		WHERE  j.kind = $1
		AND    j.state = 'running'
		AND    j.attempted_at < now() - $2 * interval '1 millisecond'
		AND    NOT EXISTS (
			SELECT FROM sync_state s
			WHERE  s.tenant_id = (j.args->>'tenant_id')::uuid
			AND    s.dataset = j.args->>'dataset'
			AND    (s.state = 'running' OR s.changed_at > $3))`, readArgs{}.Kind(), s.opts.SilentAfter.Milliseconds(), s.now().Add(-s.opts.SilentAfter))
	if err != nil {
		return fmt.Errorf("give reads that never began back: %w", err)
	}
	return nil
}
