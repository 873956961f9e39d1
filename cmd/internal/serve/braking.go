package serve

import (
	"context"
	"errors"
	"strings"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// braking lets actions on devices pass the brake. It is deviceaction.Brake.
type braking struct {
	store *brake.Store
	in    func(ctx context.Context) brake.Session
}

var brakeKinds = map[string]brake.Kind{"wipe": brake.Wipe, "retire": brake.Retire, "delete": brake.Delete, "clean": brake.Clean, "lock": brake.Lock}

func (b braking) request(ctx context.Context, by tenant.Person, o deviceaction.Order) (brake.Request, error) {
	targets := make([]brake.Target, len(o.Lines))
	for i, a := range o.Lines {
		targets[i] = brake.Target{Tenant: a.Tenant, Hardware: a.Hardware, DeviceID: a.DeviceID, Name: a.DeviceName, Owner: a.User, LastSyncAt: a.LastSyncAt}
	}
	set, err := brake.Freeze(brakeKinds[o.Kind], o.Terms, targets)
	return brake.Request{Person: by, Session: b.in(ctx), Set: set, Reason: o.Reason, Nonce: o.Nonce, Until: o.Until}, err
}

// Preview is what Ask would say.
func (b braking) Preview(ctx context.Context, by tenant.Person, o deviceaction.Order) (deviceaction.Decision, error) {
	q, err := b.request(ctx, by, o)
	if err != nil {
		return deviceaction.Decision{}, err
	}
	got, err := b.store.Preview(ctx, q)
	return b.decision(q, got), err
}

// Ask reserves what the order takes of the budget.
func (b braking) Ask(ctx context.Context, by tenant.Person, o deviceaction.Order, requestID string) (deviceaction.Decision, error) {
	q, err := b.request(ctx, by, o)
	if err != nil {
		return deviceaction.Decision{}, err
	}
	got, err := b.store.Ask(ctx, q, requestID)
	return b.decision(q, got), err
}

// Withdraw lets nobody approve any more what was taken back.
func (b braking) Withdraw(ctx context.Context, by tenant.Person, id int64, requestID string) error {
	err := b.store.Withdraw(ctx, id, brake.Decider{Person: by, Session: b.in(ctx)}, requestID)
	if errors.Is(err, errs.Conflict) || errors.Is(err, errs.NotFound) { // it was decided, or has lapsed
		return nil
	}
	return err
}

func (b braking) decision(q brake.Request, a brake.Answer) deviceaction.Decision {
	d := deviceaction.Decision{
		Granted: a.Outcome == brake.Granted, Waits: a.Outcome == brake.NeedsSecond || a.Outcome == brake.CoolingOff, SignInAt: a.SignInAt, ID: a.ID, Sentence: a.Sentence, Next: a.Next, Why: a.Why,
	}
	several := len(q.Set.Tenants()) > 1
	for _, m := range a.Measures {
		label := m.Label
		if several && m.Customer != "" {
			label = m.Customer + ": " + strings.ToLower(label[:1]) + label[1:]
		}
		d.Measures = append(d.Measures, deviceaction.Measure{Label: label, Used: m.Used, This: m.This, Limit: m.Limit})
	}
	if a.ID > 0 {
		d.Path = a.Path()
	}
	hash := q.Set.Hash()
	d.Spend = func(ctx context.Context, line deviceaction.Action) error {
		return b.store.Spend(ctx, brake.Use{ID: a.ID, Person: q.Person, Session: q.Session.ID, Hash: hash, Tenant: line.Tenant, Hardware: line.Hardware})
	}
	return d
}

// GiveBack gives back what an action took of the budget.
func (b braking) GiveBack(ctx context.Context, a deviceaction.Action, spent bool) error {
	return b.store.Return(ctx, a.BrakeID, a.Tenant, a.Hardware, spent)
}

// Over are the requests that let nothing pass any more.
func (b braking) Over(ctx context.Context, ids []int64) (map[int64]string, error) {
	return b.store.Over(ctx, ids)
}

// deviceActs sends actions on devices as the request's person.
func (p *Portal) deviceActs() *deviceaction.Acts {
	return &deviceaction.Acts{Who: p.acting(), Graph: p.Graph, Store: p.DeviceActions, Brake: braking{p.Brake, p.sitting}, Now: p.Sync.Now}
}

// mayStillAct refuses whoever lost their role or the customer since they asked: what they asked for may be sent hours later.
func (p *Portal) mayStillAct(ctx context.Context, by tenant.Person, tid tenant.ID) error {
	now, err := p.Tenants.Resolve(ctx, tenant.Identity{Tenant: by.Tenant, ObjectID: by.ObjectID, Guest: by.Guest})
	if err != nil {
		return err
	}
	if !now.Person.Role.May(tenant.MayAct) || !now.Reach.Has(tid) {
		return errs.ShowNext(errs.Forbidden, "Whoever asked for this may not act at this customer any more.", "Somebody who may asks for it anew.")
	}
	return nil
}

// sitting is what the brake has to know of the request's session.
func (p *Portal) sitting(ctx context.Context) brake.Session {
	id, since, proved := p.Sessions.Facts(ctx)
	return brake.Session{ID: id, Since: since, SignedIn: proved}
}
