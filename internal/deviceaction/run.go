package deviceaction

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// atOnce is at how many customers a job sends at the same time; Microsoft limits each customer for itself.
const atOnce = 4

// run sends the lines that wait, several customers at a time, each in its window where the job is for windows.
func (r *Runner) run(ctx context.Context, by tenant.Person, requestID string, j Job, lines []Action, permit Decision) error {
	now := r.Acts.Now()
	if err := r.Acts.Store.alive(ctx, j.ID, now); err != nil {
		return err
	}
	byTenant := map[tenant.ID][]Action{}
	for _, a := range lines {
		if a.State == Queued {
			a.Person = by
			byTenant[a.Tenant] = append(byTenant[a.Tenant], a)
		}
	}
	if err := r.opens(ctx, j); err != nil {
		return err
	}
	places := make(chan struct{}, atOnce)
	r.running.Go(func() {
		for tid, lines := range byTenant {
			r.running.Go(func() {
				t := turn{by, requestID, tid, j, permit}
				if err := r.tenant(ctx, t, lines, places); err != nil {
					r.Log.ErrorContext(ctx, "job of device actions", "request_id", requestID, "tenant_id", tid.String(), "job", j.ID, "err", err)
				}
			})
		}
	})
	return nil
}

// opens keeps when the first of the windows opens, or opened, that the job waits for.
func (r *Runner) opens(ctx context.Context, j Job) error {
	if !j.Windows {
		return nil
	}
	at, err := r.Acts.Store.waiting(ctx, tenant.Everything(), j.ID)
	if err != nil || len(at) == 0 {
		return err
	}
	windows, err := r.Windows.All(ctx, tenant.Only(at...)) // where there is none any more, the lines fail for that
	if err != nil {
		return err
	}
	var first time.Time
	for _, w := range windows {
		if opens, _ := w.Next(r.Acts.Now()); first.IsZero() || opens.Before(first) {
			first = opens
		}
	}
	return r.Acts.Store.opens(ctx, j.ID, first)
}

// turn is the part of a job at one customer.
type turn struct {
	by        tenant.Person
	requestID string
	tenant    tenant.ID
	job       Job
	permit    Decision
}

// tenant sends the lines of one customer, a part in each of its windows where the job is for windows. What the portal cannot send at all fails
// for that reason.
func (r *Runner) tenant(ctx context.Context, t turn, lines []Action, places chan struct{}) error {
	for len(lines) > 0 {
		closes, err := r.await(ctx, t)
		if err == nil {
			places <- struct{}{}
			lines, err = r.send(ctx, t, lines, closes)
			<-places
		}
		if err != nil {
			lines, err = nil, r.fail(ctx, t, lines, err)
		}
		if err := errors.Join(err, r.opens(ctx, t.job)); err != nil {
			return err
		}
	}
	return nil
}

// await returns when the customer's window is open, and until when; zero: for good.
func (r *Runner) await(ctx context.Context, t turn) (closes time.Time, err error) {
	for t.job.Windows {
		now := r.Acts.Now()
		opens, closes, err := r.Windows.Next(ctx, t.tenant, now)
		if err != nil || !now.Before(opens) {
			return closes, err
		}
		waits, err := r.Acts.Store.waiting(ctx, t.tenant, t.job.ID)
		if err != nil || len(waits) == 0 { // all of it was taken back
			return closes, err
		}
		if err := r.Acts.Store.alive(ctx, t.job.ID, now); err != nil {
			return closes, err
		}
		time.Sleep(min(opens.Sub(now), cmp.Or(r.Pace, pace)))
	}
	return time.Time{}, nil
}

// pace is how often a job that waits for a window shows that it is alive; the clock may be moved meanwhile.
const pace = 20 * time.Second

// send sends lines with the person's token, and gives those that were left when the window closed.
func (r *Runner) send(ctx context.Context, t turn, lines []Action, closes time.Time) (left []Action, err error) {
	k, ok := KindOf(t.job.Kind)
	if !ok {
		return lines, errs.Show(errs.Conflict, "The portal does not know this action any more.")
	}
	p, err := r.Acts.Who.As(ctx, t.tenant, k.Scope)
	if err != nil {
		return lines, err
	}
	for i, a := range lines {
		if !closes.IsZero() && !r.Acts.Now().Before(closes) {
			return lines[i:], nil
		}
		if err := r.May(ctx, t.by, t.tenant); err != nil {
			return lines[i:], err
		}
		if _, err := r.Acts.send(ctx, p, k, a, t.requestID, t.permit); err != nil {
			return lines[i+1:], err
		}
		if err := r.Acts.Store.alive(ctx, t.job.ID, r.Acts.Now()); err != nil {
			return lines[i+1:], err
		}
	}
	return nil, nil
}

// fail ends the lines that cannot be sent, with the reason in words. Where the portal itself failed, it is an error as well.
func (r *Runner) fail(ctx context.Context, t turn, lines []Action, refused error) error {
	sentence, next, told := errs.Sentence(refused)
	if !told {
		sentence = "The portal made a mistake; nothing was sent."
	}
	for _, a := range lines {
		a.end(Failed, strings.TrimSpace(sentence+" "+next), r.Acts.Now())
		took, err := r.Acts.Store.settle(ctx, Queued, a, time.Time{}, a.entry(t.by, t.requestID, "sent.failed", nil))
		if err == nil && took && a.BrakeID > 0 {
			err = r.Acts.Brake.GiveBack(ctx, a, false)
		}
		if err != nil {
			return err
		}
	}
	if told {
		return nil
	}
	return refused
}

// Wait returns when nothing is under way.
func (r *Runner) Wait() { r.running.Wait() }
