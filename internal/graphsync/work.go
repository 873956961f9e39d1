package graphsync

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// maxRun ends a read that lasts longer: a tenant that throttles for hours must not hold a worker for ever.
const maxRun = 2 * time.Hour

// readArgs is the job: one dataset of one tenant. Unique by both, whatever the reason.
type readArgs struct {
	TenantID string `json:"tenant_id" river:"unique"`
	Dataset  string `json:"dataset" river:"unique"`
	Reason   string `json:"reason"` // schedule, person, consent
}

// Kind names the job in the queue.
func (readArgs) Kind() string { return "graphsync" }

// InsertOpts make it unique while it waits or runs. River does not retry it: the outcome and the next time are ours to keep.
func (readArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1000, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished}}
}

var unfinished = []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
	rivertype.JobStateRetryable, rivertype.JobStateScheduled,
}

type readWorker struct {
	river.WorkerDefaults[readArgs]
	s *Service
}

// Work is called by River for each job.
func (w *readWorker) Work(ctx context.Context, job *river.Job[readArgs]) error {
	tid, err := tenant.ParseID(job.Args.TenantID)
	if err != nil {
		return river.JobCancel(err)
	}
	d, ok := w.s.datasets.Get(job.Args.Dataset)
	if !ok || d.Puller == nil {
		return nil // another version of the portal knows it
	}
	if !w.s.take(tid, job.Queue) {
		return river.JobSnooze(time.Second)
	}
	defer w.s.give(tid, job.Queue)
	return w.s.read(ctx, tid, d, job.Args.Reason, job.ID)
}

// take gives a read its place among those of the tenant. One place more is for what somebody asked for, so that it does not wait for the
// end of long scheduled reads. While people ask for much, few of those run at once.
func (s *Service) take(tid tenant.ID, queue string) bool {
	most := s.opts.PerTenant
	if queue == queueInteractive {
		most++
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.slots[tid] >= most || queue == queueScheduled && s.own >= few && s.busy() {
		return false
	}
	s.slots[tid]++
	if queue == queueScheduled {
		s.own++
	}
	return true
}

// few reads that nobody waits for run at once while people ask for much.
const few = 2

func (s *Service) busy() bool { return s.opts.Busy != nil && s.opts.Busy() }

func (s *Service) give(tid tenant.ID, queue string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if queue == queueScheduled {
		s.own--
	}
	if s.slots[tid]--; s.slots[tid] == 0 {
		delete(s.slots, tid)
	}
}

// read is one run from its first line in the ledger to its last. An error means that the database did not take the outcome; then the
// job stays for River, and the run counts as lost.
func (s *Service) read(ctx context.Context, tid tenant.ID, d Dataset, reason string, jobID int64) error {
	run, ok, err := s.begin(ctx, tid, d, reason, jobID)
	if err != nil || !ok {
		return err
	}
	err = s.pull(ctx, run)
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	switch {
	case err == nil:
		err = s.complete(end, run)
	case errors.Is(err, ErrLate):
		err = s.lost(end, run, "A newer read of the same began, or the tenant was disconnected, meanwhile.")
	case ctx.Err() != nil:
		err = s.interrupted(end, run)
	default:
		err = s.failed(end, run, err)
	}
	return err
}

// pull calls the puller with a sign of life beside it. A panic is an error of that dataset, not the end of the process.
func (s *Service) pull(ctx context.Context, run *Run) (err error) {
	ctx, cancel := context.WithTimeout(ctx, maxRun)
	defer cancel()
	ctx, late := context.WithCancelCause(ctx)
	defer late(nil)
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.heartbeat(ctx, run, late, done)
	}()
	defer func() {
		close(done)
		<-stopped
	}()
	defer errs.Caught(&err, run.Dataset.Name)
	defer func() {
		if err != nil && errors.Is(context.Cause(ctx), ErrLate) {
			err = ErrLate
		}
	}()
	return run.Dataset.Puller.Pull(ctx, run.Tenant, run)
}

func (s *Service) heartbeat(ctx context.Context, run *Run, late context.CancelCauseFunc, done <-chan struct{}) {
	tick := time.NewTicker(min(s.opts.SilentAfter/6, 10*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			run.mu.Lock()
			p := run.progress
			run.mu.Unlock()
			beat, cancel := context.WithTimeout(ctx, s.opts.SilentAfter)
			err := s.saveProgress(beat, run, p)
			cancel()
			if errors.Is(err, ErrLate) {
				late(ErrLate)
				return
			}
		}
	}
}

// Failure is what an error says about itself, so that this package need not know whose it is.
type Failure interface {
	error
	FailureKind() string
	FailureSentence() string
	FailureIDs() (request, clientRequest, activity string)
	FailurePause() time.Duration
}

// pause is how long an error asks for nothing to be asked. It holds for all processes and over a restart, as the next time is in the database.
func pause(err error) time.Duration {
	var f Failure
	if !errors.As(err, &f) {
		return 0
	}
	d := f.FailurePause()
	return d + time.Duration(rand.Int64N(int64(d/10)+1))
}

func trouble(err error) Trouble {
	var f Failure
	if errors.As(err, &f) {
		t := Trouble{Kind: f.FailureKind(), Sentence: f.FailureSentence()}
		t.RequestID, t.ClientRequestID, t.ActivityID = f.FailureIDs()
		return t
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Trouble{Kind: "timeout", Sentence: "The read took longer than two hours and was ended."}
	}
	if sentence, _, ok := errs.Sentence(err); ok {
		return Trouble{Kind: "internal", Sentence: sentence}
	}
	return Trouble{Kind: "internal", Sentence: "The portal could not store what it read. The log says more."}
}

// backoff is how long to wait after the n-th failure in a row. What only a person can mend is tried less often; a tenant without an
// Intune licence once a day.
func backoff(kind string, n int, every time.Duration) time.Duration {
	first, longest := time.Minute, 30*time.Minute
	switch kind {
	case "licence":
		return jitter(24 * time.Hour)
	case "permission", "role", "token", "notfound":
		first, longest = 5*time.Minute, 6*time.Hour
	}
	d := first << min(n-1, 12)
	return jitter(min(d, max(longest, every)))
}

// jitter spreads a duration by a tenth, so that a thousand tenants do not come due at once.
func jitter(d time.Duration) time.Duration {
	return d - d/20 + time.Duration(rand.Int64N(int64(d/10)+1))
}
