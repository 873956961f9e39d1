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
	BrakeID int64     // of the request at the brake; 0: it passes none
	Windows bool      // each customer's devices are sent in its maintenance window
	OpensAt time.Time // when the first window opens of those that are waited for; zero: none is

	// Of the lines within the scope that asked.
	Lines, Queued, Approval, Open, Done, Failed, Unknown, Cancelled, Customers int64
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
	Acts    *Acts
	May     func(ctx context.Context, by tenant.Person, tid tenant.ID) error // nil where the person may still act there: a job can take hours
	Log     *slog.Logger
	Windows *Windows
	Pace    time.Duration // between looks at the clock while a window is waited for; zero: the usual

	running sync.WaitGroup
}

// Order makes a job of the devices and starts it, unless a second person has to approve it first; as is who each customer's log will name. A
// form that was sent before gives the job that it made.
func (r *Runner) Order(ctx context.Context, by tenant.Person, ask Ask, set []Device, as map[tenant.ID]string) (int64, error) {
	switch {
	case !ask.Kind.Bulk:
		return 0, errs.Show(errs.Invalid, "This action is not sent to many devices at once.")
	case len(set) == 0 || len(set) > MostInJob:
		return 0, errs.Show(errs.Invalid, "Choose between 1 and 400 devices.")
	}
	if id, err := r.Acts.Store.JobOf(ctx, ask.Nonce); err != nil || id > 0 {
		return id, err
	}
	ctx = context.WithoutCancel(ctx) // the order was given: leaving the page takes nothing back
	now := r.Acts.Now()
	j, lines := r.job(by, ask, set, as, now)
	o, err := r.order(ctx, j, lines)
	if err != nil {
		return 0, err
	}
	permit := Decision{Granted: true}
	if ask.Kind.Braked() {
		if permit, err = r.Acts.pass(ctx, by, o, ask.RequestID); err != nil {
			return 0, err
		}
		j.BrakeID = permit.ID
	}
	if !permit.Waits {
		j.AliveAt = now
	}
	for i := range lines {
		lines[i].BrakeID = permit.ID
		if permit.Waits { // how many devices there are elsewhere is not for everybody who reads a line
			lines[i].Said = "A second person must approve all of the job first."
		}
	}
	id, fresh, err := r.Acts.Store.createJob(ctx, j, lines, ask.RequestID)
	if err != nil && permit.ID > 0 {
		err = errors.Join(err, r.Acts.Brake.Withdraw(ctx, by, permit.ID, ask.RequestID))
	}
	if err != nil || !fresh || permit.Waits {
		return id, err
	}
	j.ID = id
	waiting, err := r.Acts.Store.lines(ctx, tenant.Everything(), id)
	if err != nil {
		return id, err
	}
	return id, r.run(ctx, by, ask.RequestID, j, waiting, permit)
}

// job is what is ordered, not kept yet.
func (r *Runner) job(by tenant.Person, ask Ask, set []Device, as map[tenant.ID]string, now time.Time) (Job, []Action) {
	set = slices.Clone(set)
	slices.SortFunc(set, func(a, b Device) int { return a.Tenant.Compare(b.Tenant) }) // chains of tenants are locked in one order
	lines := make([]Action, len(set))
	for i, d := range set {
		one := ask
		one.Device, one.Options, one.As = d, ask.Options.on(d), as[d.Tenant]
		lines[i] = one.action(by, now)
	}
	return Job{Kind: ask.Kind.Name, Choice: ask.Options.Label, Reason: ask.Reason, MadeAt: now, By: lines[0].By, Hash: Freeze(ask.Kind, ask.Options, set), Nonce: ask.Nonce, Windows: ask.Windows}, lines
}

// Preview is what the brake would say of the order; for the confirmation.
func (r *Runner) Preview(ctx context.Context, by tenant.Person, ask Ask, set []Device) (Decision, error) {
	j, lines := r.job(by, ask, set, nil, r.Acts.Now())
	o, err := r.order(ctx, j, lines)
	if err != nil {
		return Decision{}, err
	}
	return r.Acts.Brake.Preview(ctx, by, o)
}

// order is what the brake is asked of a job: all of its devices, whatever became of some meanwhile.
func (r *Runner) order(ctx context.Context, j Job, lines []Action) (Order, error) {
	o := Order{Kind: j.Kind, Terms: j.Choice, Reason: j.Reason, Nonce: j.Nonce, Lines: lines}
	if !j.Windows {
		return o, nil
	}
	o.Terms = strings.TrimPrefix(o.Terms+", in the customers’ maintenance windows", ", ")
	now, at := r.Acts.Now(), tenantsOf(lines)
	windows, err := r.Windows.All(ctx, tenant.Only(at...))
	if err != nil {
		return o, err
	}
	for _, tid := range at {
		w, ok := windows[tid]
		if !ok {
			return o, noWindow()
		}
		opens, closes := w.Next(now)
		if j.braked() && opens.After(now.Add(MostAhead)) {
			return o, errs.ShowNext(errs.Conflict, "A maintenance window opens more than 12 hours from now.", "Ask for this on the day, or leave that customer out.")
		}
		if closes.After(o.Until) {
			o.Until = closes
		}
	}
	if last := now.Add(MostAhead); o.Until.After(last) {
		o.Until = last
	}
	return o, nil
}

// MostAhead is how long before it is sent what passes the brake may be asked for: about as long as a session lasts.
const MostAhead = 12*time.Hour - time.Minute // the brake's clock may be a little behind

func (j Job) braked() bool {
	k, _ := KindOf(j.Kind)
	return k.Braked()
}

func tenantsOf(lines []Action) (list []tenant.ID) {
	for _, a := range lines {
		if !slices.Contains(list, a.Tenant) {
			list = append(list, a.Tenant)
		}
	}
	return list
}

// Start sends what waits in the job, within the scope, and returns at once. What passes the brake must still be granted; where it is not and will
// not be any more, it is cancelled.
func (r *Runner) Start(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error {
	j, _, err := r.Acts.Store.Job(ctx, scope, job)
	if err != nil || j.Running(r.Acts.Now()) { // pressed twice
		return err
	}
	return r.start(ctx, by, requestID, scope, j)
}

func (r *Runner) start(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, j Job) error {
	all, err := r.Acts.Store.lines(ctx, scope, j.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	if err := all[0].own(by); err != nil { // all of a job's lines are one person's
		return err
	}
	ctx = context.WithoutCancel(ctx)
	permit := Decision{Granted: true}
	if j.BrakeID > 0 {
		o, err := r.order(ctx, j, all)
		if err != nil {
			return err
		}
		permit, err = r.Acts.pass(ctx, by, o, requestID)
		switch {
		case err != nil && permit.ended(j.BrakeID):
			return errors.Join(err, r.cancel(ctx, by, requestID, all, permit.Sentence))
		case err != nil:
			return err
		case permit.Waits:
			return errs.ShowNext(errs.Conflict, permit.Sentence, "It waits at Approvals. Send it from here once it was approved.")
		}
	}
	return r.run(ctx, by, requestID, j, all, permit)
}

func (r *Runner) cancel(ctx context.Context, by tenant.Person, requestID string, lines []Action, why string) (err error) {
	for _, a := range lines {
		if a.State != Queued {
			continue
		}
		if failed := r.Acts.giveUp(ctx, by, requestID, &a, why); failed != nil && !errors.Is(failed, errs.Conflict) {
			err = errors.Join(err, failed)
		}
	}
	return err
}

// Stop takes back what the job has not sent, within the scope.
func (r *Runner) Stop(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error {
	all, err := r.Acts.Store.lines(ctx, scope, job)
	if err != nil {
		return err
	}
	if len(all) > 0 && all[0].BrakeID > 0 && all[0].own(by) == nil { // once something of it was sent, this changes nothing
		if err := r.Acts.Brake.Withdraw(ctx, by, all[0].BrakeID, requestID); err != nil {
			return err
		}
	}
	for _, a := range all {
		if a.State != Queued {
			continue
		}
		if err := r.Acts.Drop(ctx, by, requestID, a); err != nil && !errors.Is(err, errs.Conflict) {
			return err
		}
	}
	return nil
}

// Again sends once more what failed, and what a portal that stopped left behind. What was sent, and what is unknown, stays as it is. What passed
// the brake is asked for anew instead: it gave back what it did not use.
func (r *Runner) Again(ctx context.Context, by tenant.Person, requestID string, scope tenant.Scope, job int64) error {
	j, _, err := r.Acts.Store.Job(ctx, scope, job)
	if err != nil {
		return err
	}
	if j.BrakeID > 0 {
		return errs.ShowNext(errs.Conflict, "What destroys something is not repeated by itself.", "Choose the devices that failed, and confirm them again.")
	}
	if j.Running(r.Acts.Now()) {
		return errs.ShowNext(errs.Conflict, "The job is still being sent.", "Try again what failed when the rest is through, or take the rest back.")
	}
	if err := r.Acts.Store.again(ctx, scope, job, by); err != nil {
		return err
	}
	return r.start(ctx, by, requestID, scope, j)
}
