package serve

import (
	"context"
	"errors"

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

var brakeKinds = map[string]brake.Kind{"wipe": brake.Wipe, "retire": brake.Retire, "delete": brake.Delete, "clean": brake.Clean}

func (b braking) request(ctx context.Context, by tenant.Person, a deviceaction.Action) (brake.Request, error) {
	set, err := brake.Freeze(brakeKinds[a.Kind], a.Options.Label, []brake.Target{{Tenant: a.Tenant, Hardware: a.Hardware, DeviceID: a.DeviceID, Name: a.DeviceName, Owner: a.User, LastSyncAt: a.LastSyncAt}})
	return brake.Request{Person: by, Session: b.in(ctx), Set: set, Reason: a.Reason, Nonce: a.Nonce}, err
}

// Preview is what Ask would say.
func (b braking) Preview(ctx context.Context, by tenant.Person, a deviceaction.Action) (deviceaction.Decision, error) {
	q, err := b.request(ctx, by, a)
	if err != nil {
		return deviceaction.Decision{}, err
	}
	got, err := b.store.Preview(ctx, q)
	return b.decision(q, got), err
}

// Ask reserves what the action takes of the budget.
func (b braking) Ask(ctx context.Context, by tenant.Person, a deviceaction.Action, requestID string) (deviceaction.Decision, error) {
	q, err := b.request(ctx, by, a)
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
	for _, m := range a.Measures {
		d.Measures = append(d.Measures, deviceaction.Measure{Label: m.Label, Used: m.Used, This: m.This, Limit: m.Limit})
	}
	if a.ID > 0 {
		d.Path = a.Path()
	}
	t := q.Set.Targets[0]
	d.Spend = func(ctx context.Context) error {
		return b.store.Spend(ctx, brake.Use{ID: a.ID, Person: q.Person, Session: q.Session.ID, Hash: q.Set.Hash(), Tenant: t.Tenant, Hardware: t.Hardware})
	}
	d.GiveBack = func(ctx context.Context) error { return b.store.Return(ctx, a.ID, t.Tenant, t.Hardware) }
	return d
}

// sitting is what the brake has to know of the request's session.
func (p *Portal) sitting(ctx context.Context) brake.Session {
	id, since, proved := p.Sessions.Facts(ctx)
	return brake.Session{ID: id, Since: since, SignedIn: proved}
}
