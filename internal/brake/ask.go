package brake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// mostWaiting is how many requests of one person may wait for a second one: more would only hide the one that matters.
const mostWaiting = 5

// Preview says what Ask would answer, and reserves nothing. The confirmation page shows it.
func (s *Store) Preview(ctx context.Context, q Request) (a Answer, err error) {
	at, err := s.look(ctx)
	if err != nil {
		return a, err
	}
	return s.judge(ctx, s.pool.In(tenant.Everything()), q, at)
}

// Ask decides on a request and reserves its budget. requestID is that of the HTTP request, for the audit. An error is only a failure, or a
// request that nobody could answer: a role that may not act, a reason that is missing.
func (s *Store) Ask(ctx context.Context, q Request, requestID string) (a Answer, err error) {
	if q.Reason = strings.TrimSpace(q.Reason); q.Reason == "" || utf8.RuneCountInString(q.Reason) > maxWords {
		return a, errs.Show(errs.Invalid, fmt.Sprintf("Say why, in at most %d characters: the customer reads it in the log.", maxWords))
	}
	if len(q.Nonce) < 16 || len(q.Nonce) > 64 || q.Session.ID == "" {
		return a, errs.ShowNext(errs.Invalid, "This form is not one that the portal gave out.", "Open the confirmation again.")
	}
	err = s.decide(ctx, func(tx pgx.Tx, at moment) error {
		if a, err = s.judge(ctx, tx, q, at); err != nil || a.Outcome == Stopped || a.Outcome == NeedsSignIn {
			return err
		}
		kept, err := get(ctx, tx, `r.person_tenant = $1 AND r.person_object = $2 AND r.nonce = $3`, q.Person.Tenant, q.Person.ObjectID, q.Nonce)
		switch {
		case errors.Is(err, errs.NotFound):
		case err != nil:
			return err
		default:
			a = again(kept, q, at, a.Measures)
			return nil
		}
		return s.keep(ctx, tx, q, at, &a, requestID)
	})
	return a, err
}

// judge holds a request against stop, sign-in and limits.
func (s *Store) judge(ctx context.Context, db postgres.DB, q Request, at moment) (Answer, error) {
	if err := onCall(q.Person); err != nil {
		return Answer{}, err
	}
	if at.stop.On() {
		return Answer{Outcome: Stopped, Sentence: "Destructive acts are stopped.", Next: "An owner can release the stop. " + at.stop.By + " stopped them: " + at.stop.Why}, nil
	}
	switch {
	case len(q.Set.Targets) == 0:
		return Answer{}, fmt.Errorf("a set without devices: %w", errs.Invalid)
	case q.Until.After(at.now.Add(begun)):
		return Answer{}, errs.ShowNext(errs.Invalid, "What destroys something is planned for at most 12 hours ahead.", "Ask for it on the day, or leave out customers whose window opens later.")
	}
	for _, t := range q.Set.Targets {
		if a, ok := at.proved(q.Session, t.Tenant); !ok {
			return a, nil
		}
	}
	alone, circumstances := at.limits.alone(q.Session, at.now)
	measures, err := weigh(ctx, db, q.Person, q.Set.Tenants(), alone, 0, at)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Measures: measures}
	if a.Outcome, a.Why = judge(a.Measures); a.Outcome != Granted {
		a.Why = append(circumstances, a.Why...)
	}
	a.word(q, at)
	return a, nil
}

// proved tells whether the person proved at the tenant lately enough who they are, or asks for it.
func (at moment) proved(in Session, tid tenant.ID) (Answer, bool) {
	when := in.SignedIn[tid]
	if at.limits.fresh(when, at.now) {
		return Answer{}, true
	}
	a := Answer{Outcome: NeedsSignIn, SignInAt: tid, Next: "Sign in again; you come back to this page."}
	if when.IsZero() {
		a.Sentence = "Microsoft has not said when you last proved who you are there."
		a.Next = "Sign in there. If this stays, the app registration lacks the optional claim auth_time in its ID tokens; an owner can add it."
		return a, false
	}
	a.Sentence = fmt.Sprintf("Acts that destroy something need a sign-in that is at most %d minutes old; yours is older.", at.limits.SignInMinutes)
	return a, false
}

// word puts the outcome in words.
func (a *Answer) word(q Request, at moment) {
	n := devices(len(q.Set.Targets))
	switch a.Outcome {
	case Granted:
		a.Until = later(at.now.Add(time.Duration(at.limits.GrantMinutes)*time.Minute), q.Until)
		a.Sentence = "This is within what you may do alone."
	case NeedsSecond:
		a.Until = at.now.Add(time.Duration(at.limits.ApprovalMinutes) * time.Minute)
		a.Sentence, a.Next = "A second person must approve this before anything is sent to "+n+".", "Another technician of these customers or an owner can approve it."
	case CoolingOff:
		a.Until = at.now.Add(time.Duration(at.limits.CoolOffMinutes) * time.Minute)
		a.Sentence, a.Next = "This is far above what one person may do, so it cools off first.", "After that a second person can approve it."
		if len(at.limits.contacts()) > 0 {
			a.Next += " The portal’s contacts are told."
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// keep writes a new request down and reserves its devices.
func (s *Store) keep(ctx context.Context, tx pgx.Tx, q Request, at moment, a *Answer, requestID string) error {
	if a.Outcome != Granted {
		var waiting int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM brake_request WHERE person_tenant = $1 AND person_object = $2 AND state = 'waiting' AND live_until > $3`, q.Person.Tenant, q.Person.ObjectID, at.now).Scan(&waiting)
		if err != nil {
			return err
		}
		if waiting >= mostWaiting {
			*a = Answer{Outcome: Refused, Sentence: fmt.Sprintf("%d requests of yours wait for a second person already.", waiting), Next: "Withdraw one at Approvals, or wait until one is decided.", Measures: a.Measures}
			return nil
		}
	}
	kept := newApproval(q, at, *a)
	if err := kept.insert(ctx, tx, q); err != nil {
		return err
	}
	a.ID = kept.ID
	action := map[Outcome]string{Granted: "brake.granted", NeedsSecond: "brake.asked", CoolingOff: "brake.cooling"}[a.Outcome]
	return s.record(ctx, tx, q.Person, requestID, kept, action, nil)
}

func newApproval(q Request, at moment, a Answer) Approval {
	k := Approval{
		Kind: q.Set.Kind, Terms: q.Set.Terms, Reason: q.Reason, Hash: q.Set.Hash(), Devices: len(q.Set.Targets), Customers: len(q.Set.Tenants()),
		WantedUntil: q.Until, By: audit.By(q.Person).Actor, ByTenant: q.Person.Tenant, ByObject: q.Person.ObjectID, State: Waiting, Why: a.Why, AskedAt: at.now, LiveUntil: a.Until, SessionSince: q.Session.Since,
	}
	for tid := range q.Set.Tenants() {
		if in := q.Session.SignedIn[tid]; k.SignedInAt.IsZero() || in.Before(k.SignedInAt) {
			k.SignedInAt = in
		}
	}
	k.whyAt = a.whyAt
	switch a.Outcome {
	case Granted:
		k.State = Allowed
	case CoolingOff:
		k.CoolUntil, k.LiveUntil = a.Until, a.Until.Add(time.Duration(at.limits.ApprovalMinutes)*time.Minute)
	}
	return k
}

// whyAt is why a second person is needed, without what is about other customers: each reads only its own log.
func (a Answer) whyAt(tid tenant.ID) []string {
	return slices.DeleteFunc(nonNil(slices.Clone(a.Why)), func(why string) bool {
		return slices.ContainsFunc(a.Measures, func(m Measure) bool { return !m.Tenant.IsZero() && m.Tenant != tid && m.why() == why })
	})
}

// again answers a form that was sent before, from what became of its request.
func again(kept Approval, q Request, at moment, m []Measure) Answer {
	a := Answer{ID: kept.ID, Why: kept.Why, Until: kept.LiveUntil, Measures: m, Outcome: Refused}
	switch {
	case kept.Hash != q.Set.Hash():
		a.Sentence, a.Next = "The devices or options differ from what this form was sent with before.", "Open the confirmation again."
	case kept.session != q.Session.ID:
		a.Sentence, a.Next = "This was asked for in another session.", "Ask again in this one."
	case kept.State == Denied:
		a.Sentence, a.Next = kept.DecidedBy+" refused this: "+kept.DecidedWhy, "Talk to them before you ask again."
	case kept.State == Withdrawn:
		a.Sentence, a.Next = "You withdrew this.", "Open the confirmation again."
	case !kept.Live(at.now):
		a.Sentence, a.Next = "This was not used in time and has lapsed. What was not sent will not be.", "Open the confirmation again."
	case kept.State == Allowed:
		a.Outcome, a.Sentence = Granted, "This may be sent."
	case at.now.Before(kept.CoolUntil):
		a.Outcome, a.Until, a.Sentence = CoolingOff, kept.CoolUntil, "This cools off; nobody may approve it yet."
	default:
		a.Outcome, a.Sentence = NeedsSecond, "This waits for a second person."
	}
	return a
}
