package graphsync

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// The queues. A person's click and a first read go before the schedule because they have workers of their own.
const (
	queueInteractive = "interactive"
	queueScheduled   = "scheduled"
	queueScheduler   = "scheduler"
)

// Options tune a Service. The zero value only enqueues.
type Options struct {
	Workers       int                                                                       // reads at once in this process; 0: none here
	PerTenant     int                                                                       // of these, for one tenant; 0: 2
	ScheduleEvery time.Duration                                                             // how often due datasets are looked for; 0: 15 seconds
	SilentAfter   time.Duration                                                             // a run without a sign of life is lost; 0: one minute
	Log           *slog.Logger                                                              // nil: none
	Now           func() time.Time                                                          // nil: the database\'s clock, which all processes share
	Failed        func(ctx context.Context, tid tenant.ID, d Dataset, err error) *Diagnosis // told of each failed run; says what is behind it, or nil
	Busy          func() bool                                                               // people ask for much just now: what nobody waits for gives way; nil: never
	Changed       func(since time.Time) bool                                                // see tenant.Shared; how fresh data is, is shared then
	PollOnly      bool                                                                      // for PgBouncer in transaction mode, which cannot LISTEN
}

// Service runs the sync and tells how it fares.
type Service struct {
	pool     *postgres.Pool
	datasets Datasets
	opts     Options
	now      func() time.Time
	log      *slog.Logger
	river    *river.Client[pgx.Tx]

	fresh tenant.Shared[[]Freshness]

	local func() time.Time // this process's clock
	ahead atomic.Int64     // how far the database's clock is ahead of this process's, in nanoseconds

	mu    sync.Mutex
	slots map[tenant.ID]int // running reads by tenant, in this process
	own   int               // running reads that nobody asked for
}

// New is a service over the datasets; those without a puller are not read. It reads nothing before Start.
func New(pool *postgres.Pool, datasets Datasets, opts Options) (*Service, error) {
	s := &Service{pool: pool, datasets: datasets, opts: opts, now: opts.Now, local: time.Now, log: opts.Log, slots: map[tenant.ID]int{}}
	s.fresh.Changed = opts.Changed
	if s.now == nil {
		s.now = s.sharedNow
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.opts.PerTenant == 0 {
		s.opts.PerTenant = 2
	}
	if s.opts.ScheduleEvery == 0 {
		s.opts.ScheduleEvery = 15 * time.Second
	}
	if s.opts.SilentAfter == 0 {
		s.opts.SilentAfter = time.Minute
	}
	client, err := river.NewClient(riverpgxv5.New(pool.Raw()), s.riverConfig())
	if err != nil {
		return nil, fmt.Errorf("prepare the job queue: %w", err)
	}
	s.river = client
	return s, nil
}

func (s *Service) riverConfig() *river.Config {
	c := &river.Config{
		Logger: slog.New(quiet{s.log.Handler()}),
		// A run has its own end (maxRun) and its own rescue (silent): River's are only the last net.
		JobTimeout:                  -1,
		RescueStuckJobsAfter:        maxRun + time.Hour,
		CompletedJobRetentionPeriod: 10 * time.Minute,
		PollOnly:                    s.opts.PollOnly,
	}
	if s.opts.Workers <= 0 {
		return c
	}
	c.Workers = river.NewWorkers()
	river.AddWorker(c.Workers, &readWorker{s: s})
	river.AddWorker(c.Workers, &scheduleWorker{s: s})
	c.Queues = map[string]river.QueueConfig{
		queueInteractive: {MaxWorkers: max(2, s.opts.Workers/2)},
		queueScheduled:   {MaxWorkers: s.opts.Workers},
		queueScheduler:   {MaxWorkers: 1},
	}
	c.PeriodicJobs = []*river.PeriodicJob{river.NewPeriodicJob(
		river.PeriodicInterval(s.opts.ScheduleEvery),
		func() (river.JobArgs, *river.InsertOpts) { return scheduleArgs{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true})}
	return c
}

// Start begins to work, if the options gave workers. Stop ends it.
func (s *Service) Start(ctx context.Context) error {
	if err := s.FollowClock(ctx); err != nil {
		return err
	}
	if s.opts.Workers <= 0 {
		return nil
	}
	if err := s.river.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the sync: %w", err)
	}
	return nil
}

// Stop ends all reads at once: what they had read so far is dropped, and they are due again. It waits as long as ctx lasts.
func (s *Service) Stop(ctx context.Context) error {
	if s.opts.Workers <= 0 {
		return nil
	}
	if err := s.river.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("stop the sync: %w", err)
	}
	return nil
}

// Datasets is the table that the service works by.
func (s *Service) Datasets() Datasets { return s.datasets }

// Requested is what became of a request to read now.
type Requested struct {
	Queued       int // datasets that will be read next
	Running      int // being read already
	NotConnected int // tenants in the scope that are not connected, so nothing of them is read
}

// many is the number of tenants from which a click no longer goes before everything else.
const many = 20

// RequestNow asks for these datasets (none: all) of the connected tenants in the scope to be read before their time.
func (s *Service) RequestNow(ctx context.Context, scope tenant.Scope, datasets ...string) (Requested, error) {
	chosen, err := s.choose(datasets)
	if err != nil {
		return Requested{}, err
	}
	var r Requested
	var connected, home []tenant.ID
	w := &postgres.Where{}
	w.Within(scope, "tenant_id")
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT tenant_id, state IN ('connected', 'partial') AND NOT home, home
		FROM   tenant
		`+w.SQL()+`
		ORDER  BY tenant_id`, w.Args...)
	var tid tenant.ID
	var on, own bool
	if _, err := pgx.ForEachRow(rows, []any{&tid, &on, &own}, func() error {
		if own {
			home = append(home, tid)
		}
		if on {
			connected = append(connected, tid)
		} else {
			r.NotConnected++
		}
		return nil
	}); err != nil {
		return Requested{}, fmt.Errorf("tenants to read now: %w", err)
	}
	queue := queueInteractive
	if len(connected) > many {
		queue = queueScheduled
	}
	var jobs []readArgs
	for _, d := range chosen {
		of := connected
		if d.Home {
			of = home
		}
		for _, tid := range of {
			jobs = append(jobs, readArgs{TenantID: tid.String(), Dataset: d.Name, Reason: "person"})
		}
	}
	if err := s.note(ctx, scope, jobs); err != nil {
		return Requested{}, err
	}
	r.Queued, r.Running, err = s.enqueue(ctx, queue, 1, jobs)
	return r, err
}

// note lets people see that a read which is not under way was asked for. It is noted before the job is there, so that one which begins at
// once begins after it.
func (s *Service) note(ctx context.Context, scope tenant.Scope, jobs []readArgs) error {
	tenants, datasets := make([]string, len(jobs)), make([]string, len(jobs))
	for i, j := range jobs {
		tenants[i], datasets[i] = j.TenantID, j.Dataset
	}
	_, err := s.pool.In(scope).Exec(ctx, `
		UPDATE sync_state s
		SET    asked_at = $3
		FROM   unnest($1::text[], $2::text[]) AS j (tenant_id, dataset)
		WHERE  s.tenant_id = j.tenant_id::uuid
		AND    s.dataset = j.dataset
		AND    s.state <> 'running'`, tenants, datasets, s.now())
	if err != nil {
		return fmt.Errorf("note what was asked for: %w", err)
	}
	return nil
}

// choose finds datasets by name; without names those of every customer.
func (s *Service) choose(names []string) (Datasets, error) {
	var chosen Datasets
	for _, d := range s.datasets {
		if d.Puller != nil && len(names) == 0 && !d.Home {
			chosen = append(chosen, d)
		}
	}
	for _, n := range names {
		d, ok := s.datasets.Get(n)
		if !ok || d.Puller == nil {
			return nil, errs.Show(errs.Invalid, "There is no such dataset to read.")
		}
		chosen = append(chosen, d)
	}
	return chosen, nil
}

// StartTenant reads everything of a tenant for the first time, or again after it was stopped. Call it when a grant was proven and the
// tenant's state says so. The partner's own tenant is no customer: nothing is read of it that way, whatever was granted there.
func (s *Service) StartTenant(ctx context.Context, tid tenant.ID) error {
	chosen, _ := s.choose(nil)
	var names []string
	var jobs []readArgs
	for _, d := range chosen {
		names = append(names, d.Name)
		jobs = append(jobs, readArgs{TenantID: tid.String(), Dataset: d.Name, Reason: "consent"})
	}
	tag, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO sync_state (tenant_id, dataset, next_at)
		SELECT tenant_id, d, $3
		FROM   tenant
		CROSS  JOIN unnest($2::text[]) AS d
		WHERE  tenant_id = $1
		AND    NOT home
		ON CONFLICT (tenant_id, dataset) DO UPDATE SET stopped = false, next_at = excluded.next_at, failures = 0`, tid, names, s.now())
	if err != nil {
		return fmt.Errorf("start to read %s: %w", tid, err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	_, _, err = s.enqueue(ctx, queueInteractive, 1, jobs)
	return err
}

// StopTenant ends the reads of a tenant: those under way change nothing any more. What was read before stays.
func (s *Service) StopTenant(ctx context.Context, tid tenant.ID) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		UPDATE sync_state
		SET    stopped = true, run = run + 1, changed_at = $2,
		       state = CASE WHEN state <> 'running' THEN state ELSE `+settled+` END
		WHERE  tenant_id = $1
		AND    NOT stopped`, tid, s.now())
	if err != nil {
		return fmt.Errorf("stop to read %s: %w", tid, err)
	}
	_, err = s.pool.Raw().Exec(ctx, `
		UPDATE river_job
		SET    state = 'cancelled', finalized_at = now()
		WHERE  kind = 'graphsync'
		AND    state IN ('available', 'scheduled', 'retryable')
		AND    args ->> 'tenant_id' = $1`, tid.String())
	if err != nil {
		return fmt.Errorf("stop to read %s: %w", tid, err)
	}
	return nil
}

// enqueue adds jobs, one for each (tenant, dataset) at most; those that wait already move to the queue and to its front.
func (s *Service) enqueue(ctx context.Context, queue string, priority int, jobs []readArgs) (queued, running int, err error) {
	if len(jobs) == 0 {
		return 0, 0, nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		params[i] = river.InsertManyParams{Args: j, InsertOpts: &river.InsertOpts{Queue: queue, Priority: priority}}
	}
	done, err := s.river.InsertMany(ctx, params)
	if err != nil {
		return 0, 0, fmt.Errorf("enqueue %d reads: %w", len(jobs), err)
	}
	var waiting []int64
	for _, d := range done {
		switch {
		case !d.UniqueSkippedAsDuplicate:
			queued++
		case d.Job.State == rivertype.JobStateRunning:
			running++
		default:
			queued++
			waiting = append(waiting, d.Job.ID)
		}
	}
	if len(waiting) == 0 || priority > 1 {
		return queued, running, nil
	}
	_, err = s.pool.Raw().Exec(ctx, `
		UPDATE river_job
		SET    queue = $2, priority = $3, state = 'available', scheduled_at = now(), args = args || jsonb_build_object('reason', $4::text)
		WHERE  id = ANY($1)
		AND    state IN ('available', 'scheduled', 'retryable')`, waiting, queue, priority, jobs[0].Reason)
	if err != nil {
		return queued, running, fmt.Errorf("bring forward %d reads: %w", len(waiting), err)
	}
	return queued, running, nil
}

// quiet keeps River's own lines to warnings and worse: one line a run is ours.
type quiet struct{ slog.Handler }

// Enabled lets warnings through.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

// Handle leaves out what River reports because it is being stopped: that its own statements were cancelled is no news.
func (q quiet) Handle(ctx context.Context, r slog.Record) error {
	stopped := false
	r.Attrs(func(a slog.Attr) bool {
		stopped = strings.HasSuffix(a.Value.String(), context.Canceled.Error())
		return !stopped
	})
	if stopped {
		return nil
	}
	return q.Handler.Handle(ctx, r)
}
