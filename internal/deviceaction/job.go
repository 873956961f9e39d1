package deviceaction

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Job is one order for many devices, by one person; its lines are actions.
type Job struct {
	ID      int64
	Kind    string
	Choice  string
	Reason  string
	MadeAt  time.Time
	By      string
	Hash    string
	Nonce   string
	Skipped int64     // devices on which the same was under way already
	AliveAt time.Time // when a portal last worked on it

	// Of the lines within the scope that asked.
	Lines, Queued, Open, Done, Failed, Unknown, Cancelled, Customers int64
}

// stalled is after how long without a sign of life a job counts as stopped: the portal that ran it is gone.
const stalled = 3 * time.Minute

// Running tells that something of it may still be sent by itself.
func (j Job) Running(now time.Time) bool { return j.Queued > 0 && now.Sub(j.AliveAt) < stalled }

// Cause is why lines of a job failed, and how many.
type Cause struct {
	Said  string
	Lines int64
}

// MostInJob is how many devices one job takes.
const MostInJob = 400

// Freeze names a set of devices for an action by its SHA-256: what is confirmed is what was shown.
func Freeze(k Kind, o Options, set []Device) string {
	lines := make([]string, len(set))
	for i, d := range set {
		lines[i] = d.Tenant.String() + " " + d.ID + " " + d.Hardware()
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(k.Name + "\n" + o.Label + "\n" + strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// Runner works jobs off in the background, by the sign-ins of who started them.
type Runner struct {
	Acts *Acts
	Log  *slog.Logger

	running sync.WaitGroup
}

// atOnce is at how many customers a job sends at the same time; Microsoft limits each customer for itself.
const atOnce = 4

// Order makes a job of the devices and starts it; as is who each customer's log will name. A form that was sent before gives the job that it made.
func (r *Runner) Order(ctx context.Context, by tenant.Person, ask Ask, set []Device, as map[tenant.ID]string) (int64, error) {
	switch {
	case ask.Kind.Destructive || !ask.Kind.Bulk:
		return 0, errs.Show(errs.Invalid, "This action is not sent to many devices at once.")
	case len(set) == 0 || len(set) > MostInJob:
		return 0, errs.Show(errs.Invalid, "Choose between 1 and 400 devices.")
	}
	now := r.Acts.Now()
	set = slices.Clone(set)
	slices.SortFunc(set, func(a, b Device) int { return a.Tenant.Compare(b.Tenant) }) // chains of tenants are locked in one order
	lines := make([]Action, len(set))
	for i, d := range set {
		one := ask
		one.Device, one.As = d, as[d.Tenant]
		lines[i] = one.action(by, now)
	}
	j := Job{Kind: ask.Kind.Name, Choice: ask.Options.Label, Reason: ask.Reason, MadeAt: now, By: lines[0].By, Hash: Freeze(ask.Kind, ask.Options, set), Nonce: ask.Nonce}
	id, fresh, err := r.Acts.Store.createJob(ctx, j, lines, ask.RequestID)
	if err != nil || !fresh {
		return id, err
	}
	return id, r.Start(ctx, by, ask.RequestID, tenant.Everything(), id)
}

// Start sends what waits in the job, within the scope, and returns at once.
func (r *Runner) Start(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error {
	waiting, err := r.Acts.Store.queued(ctx, scope, job)
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return nil
	}
	if err := waiting[0].own(by); err != nil { // all of a job's lines are one person's
		return err
	}
	if err := r.Acts.Store.alive(ctx, job, r.Acts.Now()); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // the order was given: leaving the page takes nothing back
	byTenant := map[tenant.ID][]Action{}
	for _, a := range waiting {
		a.Person = by
		byTenant[a.Tenant] = append(byTenant[a.Tenant], a)
	}
	places := make(chan struct{}, atOnce)
	r.running.Go(func() {
		for tid, lines := range byTenant {
			places <- struct{}{}
			r.running.Go(func() {
				defer func() { <-places }()
				if err := r.tenant(ctx, by, requestID, tid, job, lines); err != nil {
					r.Log.ErrorContext(ctx, "job of device actions", "request_id", requestID, "tenant_id", tid.String(), "job", job, "err", err)
				}
			})
		}
	})
	return nil
}

// Wait returns when nothing is under way.
func (r *Runner) Wait() { r.running.Wait() }

// tenant sends the lines of one customer with the person's token there. Without one, all of them fail for that reason.
func (r *Runner) tenant(ctx context.Context, by tenant.Person, requestID string, tid tenant.ID, job int64, lines []Action) error {
	k, ok := KindOf(lines[0].Kind)
	if !ok {
		return errs.NotFound
	}
	p, refused := r.Acts.Who.As(ctx, tid, k.Scope)
	sentence, next, told := errs.Sentence(refused)
	if refused != nil && !told {
		sentence = "The portal made a mistake; nothing was sent."
	}
	for _, a := range lines {
		if refused != nil {
			a.end(Failed, strings.TrimSpace(sentence+" "+next), r.Acts.Now())
			if err := r.Acts.Store.settle(ctx, Queued, a, time.Time{}, a.entry(by, requestID, "sent.failed", nil)); err != nil {
				return err
			}
			continue
		}
		if _, err := r.Acts.send(ctx, p, k, a, requestID, Decision{Granted: true}); err != nil {
			return err
		}
		if err := r.Acts.Store.alive(ctx, job, r.Acts.Now()); err != nil {
			return err
		}
	}
	if told || refused == nil {
		return nil
	}
	return refused
}

// Stop takes back what the job has not sent, within the scope.
func (r *Runner) Stop(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error {
	waiting, err := r.Acts.Store.queued(ctx, scope, job)
	if err != nil {
		return err
	}
	for _, a := range waiting {
		if err := r.Acts.Drop(ctx, by, requestID, a); err != nil && !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// Again sends once more what failed, and what a portal that stopped left behind. What was sent, and what is unknown, stays as it is.
func (r *Runner) Again(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error {
	if err := r.Acts.Store.again(ctx, scope, job, by); err != nil {
		return err
	}
	return r.Start(ctx, by, requestID, scope, job)
}
