package deviceaction

import (
	"context"
	"errors"
	"maps"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Acts sends actions as the person who asks for them: Microsoft's log at the customer names the person. What it reads back it reads by the
// portal's own sign-in, which cannot change anything.
type Acts struct {
	Who   graph.Acting
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Ask is one action that somebody wants on one device.
type Ask struct {
	Kind      Kind
	Device    Device
	Options   Options
	Reason    string
	Nonce     string // of the form
	As        string // who the customer's log will name
	RequestID string // of the page
}

// Do sends the action, once for each form. What the person's sign-in or the customer's consent forbids is found before anything is kept. The
// answer tells where the action stands, also where Microsoft refused it: only what keeps it from being tried is an error.
func (a *Acts) Do(ctx context.Context, by tenant.Person, ask Ask) (Action, error) {
	p, err := a.Who.As(ctx, ask.Device.Tenant, ask.Kind.Scope)
	if err != nil {
		return Action{}, err
	}
	ctx = context.WithoutCancel(ctx) // leaving the page takes nothing back
	d := ask.Device
	act := Action{
		Tenant: d.Tenant, Kind: ask.Kind.Name, Options: ask.Options, Reason: ask.Reason, DeviceID: d.ID, DeviceName: d.Name, Hardware: d.Hardware(), OS: d.OS, User: d.User,
		By: audit.By(by).Actor, As: ask.As, Nonce: ask.Nonce, Person: by, AskedAt: a.Now(),
	}
	act, fresh, err := a.Store.ask(ctx, act, ask.Kind.Destructive, act.entry(by, ask.RequestID, "asked", nil))
	if err != nil || !fresh {
		return act, err
	}
	act.Person = by
	return a.send(ctx, p, ask.Kind, act, ask.RequestID)
}

// Again sends an action that Intune held back until a second administrator of the customer agreed.
func (a *Acts) Again(ctx context.Context, by tenant.Person, requestID string, act Action) (Action, error) {
	k, ok := KindOf(act.Kind)
	if !ok || act.State != Approval {
		return act, errs.Show(errs.Conflict, "This action does not wait for an approval any more.")
	}
	p, err := a.Who.As(ctx, act.Tenant, k.Scope)
	if err != nil {
		return act, err
	}
	act.Person = by
	return a.send(context.WithoutCancel(ctx), p, k, act, requestID)
}

// send makes the call and keeps how Microsoft took it.
func (a *Acts) send(ctx context.Context, p graph.Person, k Kind, act Action, requestID string) (Action, error) {
	mine, err := a.Store.send(ctx, act, a.Now())
	if err != nil || !mine {
		return act, err
	}
	act.SentAt = a.Now()
	done, failed := graph.Send[struct{}](ctx, p, k.change(act.DeviceID, act.Options, act.Approval, a.Graph.Address))
	act.RequestID, act.ClientID = done.RequestID, done.ClientID
	next := act.taken(failed, k, a.Now())
	ending, how := done.Record(failed)
	if act.Approval != "" {
		how["approval_code"] = act.Approval
	}
	return act, a.Store.settle(ctx, Sent, act, next, act.entry(act.Person, requestID, "sent"+ending, how))
}

// taken is where the action stands after Microsoft's answer, and when to read next; zero: never.
func (a *Action) taken(failed error, k Kind, now time.Time) (next time.Time) {
	var e *graph.Error
	errors.As(failed, &e)
	a.Refused = graph.Deed{
		Needs: "an Intune role with the right “" + k.Right + "” over this device, or the directory role Intune Administrator at this customer",
		Look:  "Read what Intune says of the device", Gone: "The device is not in Intune any more.",
	}.Refusal(failed)
	switch {
	case failed == nil && k.AtOnce:
		a.State, a.Said, a.EndedAt = Done, "", now
		return time.Time{}
	case failed == nil:
		a.State, a.Said, a.Approval = Pending, "", ""
		return now.Add(reads[0].every)
	case e != nil && e.Unknown && k.AtOnce:
		a.State, a.Said, a.EndedAt = Unknown, lookFirst, now
		return time.Time{}
	case e != nil && e.Unknown:
		a.State, a.Said = Unknown, "Microsoft did not say whether it was done. It is read back, and not repeated."
		return now.Add(reads[0].every)
	case e != nil && e.ApprovalCode != "":
		a.State, a.Approval = Approval, e.ApprovalCode
		a.Said = "Intune holds it back until a second administrator of the customer approves it in the Intune admin centre, within three days. Then send it again."
		return time.Time{}
	}
	sentence, more, known := errs.Sentence(a.Refused)
	if !known {
		sentence = "The portal made a mistake; nothing was sent."
	}
	a.State, a.Said, a.EndedAt = Failed, strings.TrimSpace(sentence+" "+more), now
	return time.Time{}
}

// entry is the record of a step of the action in the customer's chain.
func (a Action) entry(who tenant.Person, requestID, step string, detail map[string]any) audit.Entry {
	e := audit.By(who)
	e.Action, e.Object, e.RequestID = "device."+a.Kind+"."+step, a.DeviceName, requestID
	e.Detail = map[string]any{"device": a.DeviceID, "hardware": a.Hardware}
	if a.Reason != "" {
		e.Detail["reason"] = a.Reason
	}
	if a.Options.Label != "" {
		e.Detail["choice"] = a.Options.Label
	}
	maps.Copy(e.Detail, detail)
	return e
}
