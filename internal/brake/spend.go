package brake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Use is one device of a granted request whose act is about to be sent.
type Use struct {
	ID       int64
	Person   tenant.Person
	Session  string // its id: a grant is used in the session in which it was asked for
	Hash     string // of the set as it is now
	Tenant   tenant.ID
	Hardware string
}

// begun is how long a request that was begun may go on: long enough for a large set through Microsoft's limits.
const begun = 12 * time.Hour

// Spend uses up the budget of one device, right before its act is sent, once. On any error nothing may be sent. errs.Conflict says in words
// why: stopped, lapsed, spent before, or not what was granted.
func (s *Store) Spend(ctx context.Context, u Use) error {
	return s.decide(ctx, func(tx pgx.Tx, at moment) error {
		if at.stop.On() {
			return errs.ShowNext(errs.Conflict, "Destructive acts are stopped.", "An owner can release the stop. "+at.stop.By+" stopped them: "+at.stop.Why)
		}
		if err := onCall(u.Person); err != nil {
			return err
		}
		kept, err := get(ctx, tx, `r.request_id = $1`, u.ID)
		switch {
		case err != nil:
			return err
		case kept.ByTenant != u.Person.Tenant || kept.ByObject != u.Person.ObjectID || kept.session != u.Session:
			return fmt.Errorf("spend %d in another's name: %w", u.ID, errs.NotFound)
		case kept.Hash != u.Hash:
			return gone("The devices or options differ from those that were granted.")
		case kept.State != Allowed || !kept.Live(at.now):
			return gone("This was not granted, or not used in time.")
		}
		tag, err := tx.Exec(ctx, `UPDATE brake_target SET state = 'spent', spent_at = $4 WHERE request_id = $1 AND tenant_id = $2 AND hardware = $3 AND state = 'reserved'`, u.ID, u.Tenant, u.Hardware, at.now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return gone("This was sent to the device before, or given up.")
		}
		_, err = tx.Exec(ctx, `UPDATE brake_request SET begun_at = $2, live_until = GREATEST(live_until, $3) WHERE request_id = $1 AND begun_at IS NULL`, u.ID, at.now, at.now.Add(begun))
		return err
	})
}

// Return gives the budget of a device back. Call it only where it is certain that nothing was sent to it; the grant does not come back. Whoever
// did not spend it themselves passes false for spent: it may have been spent, and sent, by somebody else with the same grant. A request that waits
// and of which all was given back is withdrawn, so that nobody approves it in vain.
func (s *Store) Return(ctx context.Context, id int64, tid tenant.ID, hardware string, spent bool) error {
	return s.decide(context.WithoutCancel(ctx), func(tx pgx.Tx, at moment) error {
		_, err := tx.Exec(ctx, `UPDATE brake_target SET state = 'returned', spent_at = NULL WHERE request_id = $1 AND tenant_id = $2 AND hardware = $3 AND (state = 'reserved' OR $4 AND state = 'spent')`, id, tid, hardware, spent)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE brake_request SET state = 'withdrawn', decided_at = $2, live_until = $2
			WHERE  request_id = $1 AND state = 'waiting' AND NOT EXISTS (SELECT FROM brake_target WHERE request_id = $1 AND state <> 'returned')`, id, at.now)
		return err
	})
}

// Over are those of the requests that let nothing pass any more, each with why.
func (s *Store) Over(ctx context.Context, ids []int64) (map[int64]string, error) {
	at, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `SELECT `+columns+` FROM `+view+` WHERE r.request_id = ANY($1)`, ids)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Approval, error) { return scan(row) })
	if err != nil {
		return nil, fmt.Errorf("brake: requests that are over: %w", postgres.Kind(err))
	}
	over := map[int64]string{}
	for _, a := range found {
		switch {
		case a.Live(at.now):
		case a.State == Denied:
			over[a.ID] = a.DecidedBy + " refused this: " + a.DecidedWhy
		case a.State == Withdrawn:
			over[a.ID] = a.By + " withdrew this."
		case a.State == Waiting:
			over[a.ID] = "Nobody approved this in time."
		default:
			over[a.ID] = "This was not sent in time, so its approval has lapsed."
		}
	}
	return over, nil
}

// Decider is a second person who approves or refuses.
type Decider struct {
	Person  tenant.Person
	Reach   tenant.Scope
	Session Session
}

// Approve lets a request be sent by whoever asked. typed is the serial of its device, or the number of its devices. The decider is on call for
// all its customers, somebody else in another session, and proved lately at the partner's tenant who they are. Where so much was approved for
// others meanwhile that this is far above a limit now, it cools off instead: errs.Conflict.
func (s *Store) Approve(ctx context.Context, id int64, d Decider, typed, reason, requestID string) error {
	var cools error
	err := s.decideOn(ctx, id, d, reason, func(tx pgx.Tx, at moment, a Approval) error {
		if err := s.ready(ctx, tx, a, d, at); err != nil {
			return err
		}
		if err := a.typed(ctx, tx, typed); err != nil {
			return err
		}
		wait := time.Duration(at.limits.ApprovalMinutes) * time.Minute
		all, err := a.weigh(ctx, tx, at)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, Measure.farOver) && a.CoolUntil.IsZero() {
			until := at.now.Add(time.Duration(at.limits.CoolOffMinutes) * time.Minute)
			cools = cooling(until)
			if _, err := tx.Exec(ctx, `UPDATE brake_request SET cool_until = $2, live_until = $3 WHERE request_id = $1`, a.ID, until, until.Add(wait)); err != nil {
				return err
			}
			return s.record(ctx, tx, d.Person, requestID, a, "brake.cooling", map[string]any{"approved_for": a.By})
		}
		if err := settle(ctx, tx, a, Allowed, d.Person, reason, at.now, later(at.now.Add(wait), a.WantedUntil)); err != nil {
			return err
		}
		return s.record(ctx, tx, d.Person, requestID, a, "brake.approved", map[string]any{"approved_for": a.By, "approver_said": reason})
	})
	return errors.Join(err, cools)
}

func cooling(until time.Time) error {
	return errs.ShowNext(errs.Conflict, "This request cools off; nobody may approve it yet.", "It can be approved from "+until.UTC().Format("15:04")+" UTC on.")
}

// ready refuses while everything is stopped or the request cools off; whoever asked, also under another account in the same session; whoever
// was made staff a moment ago, perhaps for this; and whoever did not prove lately who they are.
func (s *Store) ready(ctx context.Context, db postgres.DB, a Approval, d Decider, at moment) error {
	switch {
	case a.State != Waiting || !a.Live(at.now):
		return gone("This does not wait for anybody any more.")
	case a.ByTenant == d.Person.Tenant && a.ByObject == d.Person.ObjectID:
		return errs.ShowNext(errs.Forbidden, "You asked for this yourself; a second person decides.", "Ask a colleague who looks after these customers.")
	case a.session == d.Session.ID || d.Session.ID == "":
		return errs.ShowNext(errs.Forbidden, "This was asked for in the very session in which you approve.", "Approve it in a session of your own.")
	case at.stop.On():
		return errs.ShowNext(errs.Conflict, "Destructive acts are stopped, so nothing can be approved.", "An owner can release the stop.")
	case at.now.Before(a.CoolUntil):
		return cooling(a.CoolUntil)
	}
	if err := settled(ctx, db, d.Person, at); err != nil {
		return err
	}
	return s.freshAtHome(at, d.Session)
}

// settled refuses who became what they are too short a time ago: one owner could make any account an owner and be two. Owners of the
// configuration were made so by whoever runs the portal.
func settled(ctx context.Context, db postgres.DB, p tenant.Person, at moment) error {
	var fresh bool
	err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM staff WHERE object_id = $1::uuid AND created_by <> 'configuration' AND settled_at > $2)`,
		p.ObjectID, at.now.Add(-time.Duration(at.limits.SettledHours)*time.Hour)).Scan(&fresh)
	if err != nil {
		return err
	}
	if fresh {
		return errs.ShowNext(errs.Forbidden, fmt.Sprintf("You were made staff, or given a role or customers, less than %d hours ago.", at.limits.SettledHours), "Somebody who has been here for longer decides.")
	}
	return nil
}

// freshAtHome refuses who did not prove lately at the partner's own tenant who they are.
func (s *Store) freshAtHome(at moment, in Session) error {
	a, ok := at.proved(in, s.home)
	if ok {
		return nil
	}
	return tenant.NeedProof(s.home, a.Sentence, a.Next)
}

// typed holds what the approver typed against the set: they have looked at the same device, or counted as many.
func (a Approval) typed(ctx context.Context, tx pgx.Tx, typed string) error {
	want, what := fmt.Sprint(a.Devices), "number of devices"
	if a.Devices == 1 {
		what = "serial number of the device"
		if err := tx.QueryRow(ctx, `SELECT hardware FROM brake_target WHERE request_id = $1`, a.ID).Scan(&want); err != nil {
			return err
		}
	}
	if typed != want {
		return errs.Show(errs.Invalid, "What was typed is not the "+what+".")
	}
	return nil
}

// Refuse ends a request that waits. Whoever is on call for its customers may.
func (s *Store) Refuse(ctx context.Context, id int64, d Decider, reason, requestID string) error {
	return s.decideOn(ctx, id, d, reason, func(tx pgx.Tx, at moment, a Approval) error {
		if a.ByTenant == d.Person.Tenant && a.ByObject == d.Person.ObjectID {
			return errs.ShowNext(errs.Forbidden, "You asked for this yourself.", "Withdraw it instead.")
		}
		if err := settle(ctx, tx, a, Denied, d.Person, reason, at.now, at.now); err != nil {
			return err
		}
		return s.record(ctx, tx, d.Person, requestID, a, "brake.refused", map[string]any{"refused_for": a.By, "refuser_said": reason})
	})
}

// Withdraw takes a request of one's own back, before any of it was sent.
func (s *Store) Withdraw(ctx context.Context, id int64, d Decider, requestID string) error {
	return s.decide(ctx, func(tx pgx.Tx, at moment) error {
		a, err := get(ctx, tx, `r.request_id = $1 AND r.person_tenant = $2 AND r.person_object = $3`, id, d.Person.Tenant, d.Person.ObjectID)
		if err != nil {
			return err
		}
		if !a.Live(at.now) || !a.BegunAt.IsZero() {
			return gone("There is nothing left to withdraw.")
		}
		if err := settle(ctx, tx, a, Withdrawn, d.Person, "", at.now, at.now); err != nil {
			return err
		}
		return s.record(ctx, tx, d.Person, requestID, a, "brake.withdrawn", nil)
	})
}

// decideOn finds a request that somebody else may still decide on.
func (s *Store) decideOn(ctx context.Context, id int64, d Decider, reason string, f func(tx pgx.Tx, at moment, a Approval) error) error {
	if err := onCall(d.Person); err != nil {
		return err
	}
	if _, err := whyOf(reason); err != nil {
		return err
	}
	if _, err := s.Get(ctx, d.Reach, id); err != nil { // under row-level security, as the decider
		return err
	}
	return s.decide(ctx, func(tx pgx.Tx, at moment) error {
		a, err := get(ctx, tx, `r.request_id = $1`, id)
		if err != nil {
			return err
		}
		if a.State != Waiting || !a.Live(at.now) {
			return gone("This does not wait for anybody any more.")
		}
		return f(tx, at, a)
	})
}

// settle ends the waiting.
func settle(ctx context.Context, tx pgx.Tx, a Approval, to State, by tenant.Person, why string, now, until time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE brake_request SET state = @to, decided_at = @now, decided_by = @by, decided_why = @why, decided_tenant = @tenant, decided_object = @oid, live_until = @until
		WHERE  request_id = @id`,
		pgx.NamedArgs{"id": a.ID, "to": to, "now": now, "by": nameOf(by), "why": why, "tenant": by.Tenant, "oid": by.ObjectID, "until": until})
	return err
}
