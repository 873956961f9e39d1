package deviceaction

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Brake decides how much one person may destroy, and where a second one must agree (internal/brake). An error is a failure, or a request
// that nobody could answer.
type Brake interface {
	Preview(ctx context.Context, by tenant.Person, o Order) (Decision, error)
	Ask(ctx context.Context, by tenant.Person, o Order, requestID string) (Decision, error)
	Withdraw(ctx context.Context, by tenant.Person, id int64, requestID string) error // nothing that waits: no error
	GiveBack(ctx context.Context, a Action, spent bool) error                         // of an action to which it is certain that nothing was sent; spent: it was, by this very caller
	Over(ctx context.Context, ids []int64) (map[int64]string, error)                  // of these requests those that let nothing pass any more, with why
}

// Order is what passes the brake at once: an action on one device, or the same on many.
type Order struct {
	Kind   string
	Terms  string // what was chosen, in words, as whoever approves reads it
	Reason string
	Nonce  string
	Until  time.Time // until when it may be sent, where that is later than at once; zero: at once
	Lines  []Action
}

func (a Action) order() Order {
	return Order{Kind: a.Kind, Terms: a.Options.Label, Reason: a.Reason, Nonce: a.Nonce, Lines: []Action{a}}
}

// Decision is the brake's answer.
type Decision struct {
	Granted  bool
	Waits    bool      // for a second person, at Path
	SignInAt tenant.ID // where the person must prove anew who they are first
	ID       int64
	Path     string
	Sentence string
	Next     string
	Why      []string
	Measures []Measure

	Spend func(ctx context.Context, a Action) error // right before the action is sent; on an error nothing may be sent
}

// Measure is one limit of the brake, with what is used of it and what this would add.
type Measure struct {
	Label             string
	Used, This, Limit int
}

// denial is why the brake lets nothing through now; nil where it does, or where a second person may.
func (d Decision) denial() error {
	switch {
	case d.Granted || d.Waits:
		return nil
	case !d.SignInAt.IsZero():
		return tenant.NeedProof(d.SignInAt, d.Sentence, d.Next)
	}
	return errs.ShowNext(errs.Conflict, d.Sentence, d.Next)
}

// Acts sends actions as the person who asks for them: Microsoft's log at the customer names the person. What it reads back it reads by the
// portal's own sign-in, which cannot change anything.
type Acts struct {
	Who   graph.Acting
	Graph *graph.Client
	Store *Store
	Brake Brake // what destroys something passes it before it is sent
	Now   func() time.Time
}

// Ask is one action that somebody wants on one device.
type Ask struct {
	Kind      Kind
	Device    Device
	Options   Options
	Reason    string
	Nonce     string // of the form
	Windows   bool   // of many devices: in each customer's maintenance window
	As        string // who the customer's log will name
	RequestID string // of the page
}

func (k Ask) action(by tenant.Person, now time.Time) Action {
	d := k.Device
	return Action{
		Tenant: d.Tenant, Kind: k.Kind.Name, Options: k.Options, Reason: k.Reason, DeviceID: d.ID, DeviceName: d.Name, Hardware: d.Hardware(), OS: d.OS, User: d.User,
		By: audit.By(by).Actor, As: k.As, Nonce: k.Nonce, Person: by, AskedAt: now, LastSyncAt: d.LastSyncAt,
	}
}

// Preview is what the brake would say; for the confirmation.
func (a *Acts) Preview(ctx context.Context, by tenant.Person, ask Ask) (Decision, error) {
	return a.Brake.Preview(ctx, by, ask.action(by, a.Now()).order())
}

// pass asks the brake. What it does not let pass, and nobody else could, is an error.
func (a *Acts) pass(ctx context.Context, by tenant.Person, o Order, requestID string) (Decision, error) {
	permit, err := a.Brake.Ask(ctx, by, o, requestID)
	if err == nil {
		err = permit.denial()
	}
	return permit, err
}

// ended tells that nothing of the request will be sent by this person in this session any more. What a stop or an old sign-in holds up may be.
func (d Decision) ended(request int64) bool {
	return request > 0 && d.ID == request && d.denial() != nil
}

// Do sends the action, once for each form. What the person's sign-in, the customer's consent or the brake forbids is found before anything is
// kept. The answer tells where the action stands, also where Microsoft refused it, and where it waits for a second person: only what keeps it
// from being tried is an error.
func (a *Acts) Do(ctx context.Context, by tenant.Person, ask Ask) (Action, error) {
	p, err := a.Who.As(ctx, ask.Device.Tenant, ask.Kind.Scope)
	if err != nil {
		return Action{}, err
	}
	ctx = context.WithoutCancel(ctx) // leaving the page takes nothing back
	act := ask.action(by, a.Now())
	permit := Decision{Granted: true}
	if ask.Kind.Destructive {
		if permit, err = a.pass(ctx, by, act.order(), ask.RequestID); err != nil {
			return Action{}, err
		}
		act.BrakeID = permit.ID
	}
	if permit.Waits {
		act.Said = permit.Sentence
	}
	secret := act.Options.Secret // which is not kept
	act, fresh, err := a.Store.ask(ctx, act, ask.Kind.Destructive, act.entry(by, ask.RequestID, "asked", nil))
	if err != nil || !fresh || permit.Waits {
		return act, err
	}
	act.Person, act.Options.Secret = by, secret
	return a.send(ctx, p, ask.Kind, act, ask.RequestID, permit)
}

// Go sends an action that waited: for a second person of the partner, or until a second administrator of the customer agreed in Intune. Where
// the brake does not let it pass any more, it is cancelled. secret is what the kind takes as one, entered again.
func (a *Acts) Go(ctx context.Context, by tenant.Person, requestID string, act Action, secret string) (Action, error) {
	k, ok := KindOf(act.Kind)
	if !ok || act.State != Approval && act.State != Queued {
		return act, errs.Show(errs.Conflict, "This action does not wait for anything any more.")
	}
	if act.State == Queued && act.JobID > 0 {
		return act, errs.ShowNext(errs.Conflict, "This was asked for together with others.", "Send them from the page of their job.")
	}
	if err := act.own(by); err != nil {
		return act, err
	}
	p, err := a.Who.As(ctx, act.Tenant, k.Scope)
	if err != nil {
		return act, err
	}
	ctx, act.Options.Secret = context.WithoutCancel(ctx), secret
	permit := Decision{Granted: true}
	if k.Destructive || act.BrakeID > 0 {
		asked := act
		if act.State == Approval { // what each sending passed with was given back
			asked.Nonce += "-" + strconv.FormatInt(act.SentAt.UnixMilli(), 36)
		}
		permit, err = a.pass(ctx, by, asked.order(), requestID)
		switch {
		case err != nil && act.State == Queued && permit.ended(act.BrakeID):
			return act, errors.Join(err, a.giveUp(ctx, by, requestID, &act, permit.Sentence))
		case err != nil:
			return act, err
		case permit.Waits:
			return act, errs.ShowNext(errs.Conflict, permit.Sentence, "It waits at Approvals. Send it from here once it was approved.")
		}
		act.BrakeID = permit.ID
	}
	act.Person = by
	return a.send(ctx, p, k, act, requestID, permit)
}

// own refuses to send in another's name what somebody asked for in theirs: the page that asked said whom the customer's log would name.
func (a Action) own(by tenant.Person) error {
	if a.Person.Tenant == by.Tenant && a.Person.ObjectID == by.ObjectID {
		return nil
	}
	return errs.ShowNext(errs.Forbidden, a.By+" asked for this, and sends it in their own name.", "Take it back, and ask for it yourself.")
}

// Drop takes back what was not sent. errs.Conflict where it was sent meanwhile.
func (a *Acts) Drop(ctx context.Context, by tenant.Person, requestID string, act Action) error {
	if act.State != Queued && act.State != Approval {
		return errs.Show(errs.Conflict, "This was sent already, so it cannot be taken back here.")
	}
	if act.BrakeID > 0 && act.JobID == 0 && act.own(by) == nil { // a job's other lines wait on
		if err := a.Brake.Withdraw(ctx, by, act.BrakeID, requestID); err != nil {
			return err
		}
	}
	return a.giveUp(ctx, by, requestID, &act, audit.By(by).Actor+" took it back before it was sent.")
}

// giveUp cancels what was not sent, and gives back what it took of the budget.
func (a *Acts) giveUp(ctx context.Context, by tenant.Person, requestID string, act *Action, why string) error {
	err := a.cancel(ctx, by, requestID, act, why)
	if err == nil && act.BrakeID > 0 {
		err = a.Brake.GiveBack(ctx, *act, false)
	}
	return err
}

// Lapse ends what waits for a second person in vain: one refused it, it was withdrawn, or it was not used in time. Without that it would keep the
// same from being asked for again.
func (a *Acts) Lapse(ctx context.Context) error {
	waiting, err := a.Store.brakedAcrossTenants(ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	over, err := a.Brake.Over(ctx, slices.Sorted(maps.Keys(waiting)))
	for id, why := range over {
		for _, act := range waiting[id] {
			if cancelled := a.cancel(ctx, tenant.Person{}, "", &act, why); cancelled != nil && !errors.Is(cancelled, errs.Conflict) {
				err = errors.Join(err, cancelled)
			}
		}
	}
	return err
}

func (a *Acts) cancel(ctx context.Context, by tenant.Person, requestID string, act *Action, why string) error {
	was, now := *act, a.Now()
	act.end(Cancelled, why, now)
	took, err := a.Store.settle(ctx, was.State, *act, time.Time{}, act.entry(by, requestID, "result.cancelled", map[string]any{"why": why}))
	if err == nil && !took {
		*act = was
		return errs.ShowNext(errs.Conflict, "It was sent meanwhile, or ended.", "Its page shows what became of it.")
	}
	return err
}

// send makes the call and keeps how Microsoft took it. What must not be sent is found after the action was made this caller's, so that nobody
// else sends it meanwhile.
func (a *Acts) send(ctx context.Context, p graph.Person, k Kind, act Action, requestID string, permit Decision) (Action, error) {
	act.As = cmp.Or(p.Account(), act.As)
	mine, err := a.Store.send(ctx, act, a.Now())
	if err != nil || !mine {
		return act, err
	}
	act.State, act.SentAt = Sent, a.Now()
	if k.Destructive || act.BrakeID > 0 {
		if err := permit.Spend(ctx, act); err != nil {
			sentence, _, _ := errs.Sentence(err)
			return act, errors.Join(err, a.giveUp(ctx, act.Person, requestID, &act, strings.TrimSpace("Nothing was sent. "+sentence)))
		}
	}
	done, failed := graph.Send[struct{}](ctx, p, k.change(act.DeviceID, act.Options, act.Approval, a.Graph.Address))
	act.RequestID, act.ClientID = done.RequestID, done.ClientID
	next := act.taken(failed, k, a.Now())
	ending, how := done.Record(failed)
	if act.Approval != "" {
		how["approval_code"] = act.Approval
	}
	_, err = a.Store.settle(ctx, Sent, act, next, act.entry(act.Person, requestID, "sent"+ending, how))
	if e, ok := errors.AsType[*graph.Error](failed); ok && act.BrakeID > 0 && !e.Unknown {
		err = errors.Join(err, a.Brake.GiveBack(ctx, act, true))
	}
	return act, err
}

// taken is where the action stands after Microsoft's answer, and when to read next; zero: never.
func (a *Action) taken(failed error, k Kind, now time.Time) (next time.Time) {
	var e *graph.Error
	errors.As(failed, &e)
	a.Refused = graph.Deed{
		Needs: k.needed(),
		Look:  "Read what Intune says of the device", Gone: "The device is not in Intune any more.",
	}.Refusal(failed)
	switch {
	case failed == nil && k.AtOnce:
		a.State, a.Said, a.EndedAt = Done, "", now
		return time.Time{}
	case failed == nil:
		a.State, a.Said, a.Approval = Pending, "", ""
		return now.Add(reads[0].every)
	case e != nil && e.Unknown && k.AtOnce && !k.Leaves:
		a.State, a.Said, a.EndedAt = Unknown, lookFirst, now
		return time.Time{}
	case e != nil && e.Unknown:
		a.State, a.Said = Unknown, "Microsoft did not say whether it was done. It is read back, and not repeated."
		return now.Add(reads[0].every)
	case e != nil && e.ApprovalCode != "":
		a.State, a.Approval = Approval, e.ApprovalCode
		a.Said = "Intune holds it back until a second administrator of the customer approves it in the Intune admin centre, within three days. Then send it again." + k.Secret(a.OS).again()
		return time.Time{}
	}
	sentence, more, known := errs.Sentence(a.Refused)
	if !known {
		sentence = "The portal made a mistake; nothing was sent."
	}
	a.State, a.Said, a.EndedAt = Failed, strings.TrimSpace(sentence+" "+more), now
	return time.Time{}
}

// needed is what the person needs at the customer, in words.
func (k Kind) needed() string {
	return "an Intune role with the right “" + k.Right + "” over this device, or the directory role Intune Administrator at this customer"
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
