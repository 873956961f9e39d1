package deviceaction

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// JobState is how far a job has got, in one word.
type JobState string

const (
	JobPlanned JobState = "planned" // it waits for a maintenance window
	JobSending JobState = "sending" // something of it is being sent
	JobHeld    JobState = "held"    // it passes the brake: it waits to be approved, or to be sent
	JobStopped JobState = "stopped" // something was not sent, and nobody sends it
	JobWaiting JobState = "waiting" // for devices
	JobFailed  JobState = "failed"  // over, and some failed
	JobUnknown JobState = "unknown" // over, and of some it is not known
	JobEnded   JobState = "ended"

	JobApproval  JobState = "approval"  // Intune holds something back until a second administrator of the customer approves
	JobCancelled JobState = "cancelled" // over, and nothing of it was done
)

// JobStates are all of them, in the order in which one rules out the next.
var JobStates = []JobState{JobPlanned, JobSending, JobHeld, JobStopped, JobApproval, JobWaiting, JobFailed, JobUnknown, JobCancelled, JobEnded}

// State is where the lines of the job that were counted stand together.
func (j Job) State(now time.Time) JobState {
	switch {
	case j.Running(now) && now.Before(j.OpensAt):
		return JobPlanned
	case j.Running(now):
		return JobSending
	case j.Queued > 0 && j.BrakeID > 0:
		return JobHeld
	case j.Queued > 0:
		return JobStopped
	case j.Approval > 0:
		return JobApproval
	case j.Open > 0:
		return JobWaiting
	case j.Failed > 0:
		return JobFailed
	case j.Unknown > 0:
		return JobUnknown
	case j.Cancelled == j.Lines:
		return JobCancelled
	}
	return JobEnded
}

// jobState is State in SQL; its arguments are the moment before which a job without a sign of life has stopped, now, and that moment again.
const jobState = `CASE WHEN j.queued > 0 AND j.alive_at > ?::timestamptz AND j.opens_at > ?::timestamptz THEN 'planned' WHEN j.queued > 0 AND j.alive_at > ?::timestamptz THEN 'sending'
	WHEN j.queued > 0 AND j.brake_id > 0 THEN 'held' WHEN j.queued > 0 THEN 'stopped' WHEN j.approval > 0 THEN 'approval' WHEN j.open > 0 THEN 'waiting'
	WHEN j.failed > 0 THEN 'failed' WHEN j.unknown > 0 THEN 'unknown' WHEN j.cancelled = j.lines THEN 'cancelled' ELSE 'ended' END`

// jobs are the jobs with a line in the scope, with sums over those lines.
const jobs = `(
	SELECT   j.*, count(*) AS lines, count(*) FILTER (WHERE a.state = 'queued') AS queued, count(*) FILTER (WHERE a.state = 'approval') AS approval, count(*) FILTER (WHERE a.state IN ('sent', 'pending')) AS open,
	         count(*) FILTER (WHERE a.state = 'done') AS done, count(*) FILTER (WHERE a.state = 'failed') AS failed, count(*) FILTER (WHERE a.state IN ('unknown', 'gone')) AS unknown,
	         count(*) FILTER (WHERE a.state = 'cancelled') AS cancelled, count(DISTINCT a.tenant_id) AS customers
	FROM     device_job j
	JOIN     device_action a ON a.job_id = j.job_id
	WHERE    a.job_id > 0
	GROUP BY j.job_id) j`

const jobColumns = `j.job_id, j.kind, j.choice, j.reason, j.made_at, j.made_by, j.set_hash, j.nonce, j.skipped, j.alive_at, j.brake_id, j.in_windows, j.opens_at, j.lines, j.queued, j.approval, j.open, j.done, j.failed, j.unknown, j.cancelled, j.customers`

func scanJob(row pgx.CollectableRow, more ...any) (j Job, err error) {
	err = row.Scan(append([]any{&j.ID, &j.Kind, &j.Choice, &j.Reason, &j.MadeAt, &j.By, &j.Hash, &j.Nonce, &j.Skipped, &j.AliveAt, &j.BrakeID, &j.Windows, postgres.Zero(&j.OpensAt), &j.Lines, &j.Queued, &j.Approval, &j.Open, &j.Done, &j.Failed, &j.Unknown, &j.Cancelled, &j.Customers}, more...)...)
	return j, err
}

// JobFilter chooses jobs; empty fields do not choose.
type JobFilter struct {
	By      string // part of the name of who asked
	Kind    []string
	State   []string
	Tenants []tenant.ID // with a line at one of them
	Now     time.Time   // tells what is being sent from what stopped
	Sort    string      // asked, devices
	Desc    bool
	After   string
	Limit   int
}

var jobOrders = map[string]postgres.Key{"asked": {Expr: "j.made_at", Type: "timestamptz"}, "devices": {Expr: "j.lines", Type: "bigint"}}

func (f JobFilter) listing() (l postgres.Listing, err error) {
	w := &postgres.Where{}
	if f.By != "" {
		w.And(`strpos(lower(j.made_by), lower(?)) > 0`, f.By)
	}
	if len(f.Kind) > 0 {
		w.And(`j.kind = ANY(?::text[])`, f.Kind)
	}
	if len(f.State) > 0 {
		w.And(jobState+` = ANY(?::text[])`, f.Now.Add(-stalled), f.Now, f.Now.Add(-stalled), f.State)
	}
	if len(f.Tenants) > 0 {
		w.And(`EXISTS (SELECT FROM device_action a WHERE a.job_id = j.job_id AND a.job_id > 0 AND a.tenant_id = ANY(?::uuid[]))`, f.Tenants)
	}
	key, ok := jobOrders[f.Sort]
	if !ok {
		return l, errs.Show(errs.Invalid, "Jobs cannot be sorted by that.")
	}
	o := postgres.Order{Name: f.Sort, Desc: f.Desc, Keys: []postgres.Key{key, {Expr: "j.job_id", Type: "bigint"}}}
	return postgres.Listing{Columns: jobColumns, Table: jobs, Where: w, Order: o, Cursor: f.After, Limit: f.Limit}, nil
}

// Jobs is one page of the jobs with a line in the scope, each with sums over those lines alone, the place of the next page, and how many there are.
func (s *Store) Jobs(ctx context.Context, scope tenant.Scope, f JobFilter) (found []Job, next string, count int64, err error) {
	l, err := f.listing()
	if err != nil {
		return nil, "", 0, err
	}
	return postgres.PageOf(ctx, s.pool.In(scope), l, scanJob)
}

// EachJob gives all jobs that match, in order; for exports.
func (s *Store) EachJob(ctx context.Context, scope tenant.Scope, f JobFilter, each func(Job) error) error {
	l, err := f.listing()
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scanJob, each)
}
