package guest

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Outcome is how far an invitation of a job is.
type Outcome string

// The outcomes.
const (
	Waiting Outcome = "waiting"
	Sending Outcome = "sending"
	Sent    Outcome = "sent"
	There   Outcome = "there"  // nothing was sent: the person is a guest already, or another job was faster
	Failed  Outcome = "failed" // nothing was done, and Said tells why
	Unclear Outcome = "unknown"
)

// Job is an order of invitations: several people to several customers, by one person, with a line for each.
type Job struct {
	ID       int64
	MadeAt   time.Time
	MadeBy   string
	Language string // of Microsoft's own words: de-DE
	Message  string // instead of Microsoft's own words

	// Of the lines within the scope that asked.
	Lines, Waiting, Sent, There, Failed, Unclear int64
	Customers                                    int64
	AliveAt                                      time.Time // when a portal last worked on it
}

// Running tells that something of it may still be done by itself.
func (j Job) Running(now time.Time) bool { return j.Waiting > 0 && now.Sub(j.AliveAt) < stalled }

// Repeats is how many lines it would try when it is tried again.
func (j Job) Repeats(now time.Time) int64 {
	if j.Running(now) {
		return 0
	}
	return j.Failed + j.Waiting
}

// Line is one invitation of a job.
type Line struct {
	Tenant     tenant.ID
	TenantName string
	Address    string
	Outcome    Outcome
	Said       string
	ChangedAt  time.Time
	Failure    string // id of what is kept about a refusal; empty: nothing
}

// stalled is after how long without a sign of life a job counts as stopped: the portal that ran it is gone. A line takes seconds.
const stalled = 5 * time.Minute

// atOnce is at how many customers a job invites at the same time; Microsoft limits each customer for itself.
const atOnce = 4

// Runner works jobs off in the background, by the sign-ins of who started them.
type Runner struct {
	Store  *Store
	Invite func(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, in Invitation) (Receipt, error)
	Done   func(ctx context.Context, tid tenant.ID) // told when a customer's invitations are through; may be nil
	// Failed keeps what is behind a refusal and gives its id; nil: nothing is kept.
	Failed func(ctx context.Context, by tenant.Person, job int64, l Line, err error) string
	Now    func() time.Time
	Log    *slog.Logger

	running sync.WaitGroup
}

// Start works the job's waiting lines off and returns at once. What it sends goes out in the name of the person behind ctx, as long as the
// sign-ins of that person last.
func (r *Runner) Start(ctx context.Context, by tenant.Person, requestID string, j Job, lines []Line) {
	ctx = context.WithoutCancel(ctx) // the order was given: leaving the page takes nothing back
	byTenant := map[tenant.ID][]Line{}
	for _, l := range lines {
		if l.Outcome == Waiting {
			byTenant[l.Tenant] = append(byTenant[l.Tenant], l)
		}
	}
	places := make(chan struct{}, atOnce)
	r.running.Go(func() {
		for tid, lines := range byTenant {
			places <- struct{}{}
			r.running.Go(func() {
				defer func() { <-places }()
				for _, l := range lines {
					if r.line(ctx, by, requestID, j, l) != nil {
						return // the database is gone: what waits can be tried again
					}
				}
				if r.Done != nil {
					r.Done(ctx, tid)
				}
			})
		}
	})
}

// Wait returns when nothing is under way.
func (r *Runner) Wait() { r.running.Wait() }

// line sends one invitation, unless it is not the only one to do so or there is nothing to send.
func (r *Runner) line(ctx context.Context, by tenant.Person, requestID string, j Job, l Line) error {
	took, there, err := r.Store.claim(ctx, j.ID, l, r.Now())
	if err != nil || !took {
		return err
	}
	if there {
		l.Outcome, l.Said = There, "The person is a guest there, or was invited a moment ago."
		return r.Store.settle(ctx, j.ID, l, r.Now())
	}
	got, err := r.Invite(ctx, by, requestID, l.Tenant, Invitation{Address: l.Address, Mail: true, Language: j.Language, Message: j.Message})
	l.Outcome = Sent
	sentence, next, told := errs.Sentence(err)
	switch {
	case err != nil && !told:
		r.Log.ErrorContext(ctx, "invitation of a job", "request_id", requestID, "tenant_id", l.Tenant.String(), "job", j.ID, "err", err)
		l.Outcome, l.Said = Failed, "The portal made a mistake. Its log has the details."
	case err != nil:
		l.Outcome, l.Said = Failed, strings.TrimSpace(sentence+" "+next)
		if errors.Is(err, errs.Timeout) {
			l.Outcome = Unclear
		}
		if r.Failed != nil {
			l.Failure = r.Failed(ctx, by, j.ID, l, err)
		}
	case got.Accepted:
		l.Outcome, l.Said = There, "The person had accepted already."
	}
	return r.Store.settle(ctx, j.ID, l, r.Now())
}
