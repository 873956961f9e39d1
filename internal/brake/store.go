package brake

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store keeps requests, budgets and the stop.
type Store struct {
	pool  *postgres.Pool
	audit *audit.Store // nil: nothing is recorded
	home  tenant.ID    // in whose chain stops and settings are recorded
	turns chan struct{}
}

// atOnce is how many decisions of one process wait for the database's lock at a time: the others wait here, and hold no connection.
const atOnce = 4

// NewStore is the brake on that database.
func NewStore(p *postgres.Pool, a *audit.Store, home tenant.ID) *Store {
	return &Store{pool: p, audit: a, home: home, turns: make(chan struct{}, atOnce)}
}

// NewNonce is for the hidden field of a form: a form that is sent twice is one request.
func NewNonce() string { return rand.Text() }

// Stop is the global stop as it stands.
type Stop struct {
	At  time.Time // zero: nothing is stopped
	By  string
	Why string
}

// On tells whether everything is stopped.
func (s Stop) On() bool { return !s.At.IsZero() }

// moment is what a decision begins with: the time, the limits and the stop.
type moment struct {
	now    time.Time
	limits Limits
	stop   Stop
}

// decide runs f alone: whoever else decides, in whichever process, waits until it has ended. The lock is the one row of brake_state, and comes
// before every other; the time is read when it is held, from the database, and is never before what the last decision saw.
func (s *Store) decide(ctx context.Context, f func(tx pgx.Tx, at moment) error) error {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		var at moment
		err := tx.QueryRow(ctx, `
			UPDATE brake_state SET at = GREATEST(at, clock_timestamp())
			RETURNING at, stopped_at, stopped_by, stopped_why`).Scan(&at.now, postgres.Zero(&at.stop.At), &at.stop.By, &at.stop.Why)
		if err != nil {
			return err
		}
		at.now = at.now.UTC()
		if at.limits, err = s.limits(ctx, tx, at.now); err != nil {
			return err
		}
		return f(tx, at)
	})
	if err != nil {
		return fmt.Errorf("brake: %w", postgres.Kind(err))
	}
	return nil
}

// record appends an entry to the chain of each customer of a request, the lowest tenant first, as AppendTx waits for others there.
func (s *Store) record(ctx context.Context, tx pgx.Tx, who tenant.Person, requestID string, q Approval, action string, detail map[string]any) error {
	if s.audit == nil {
		return nil
	}
	rows, _ := tx.Query(ctx, `SELECT tenant_id, count(*), min(name), min(hardware) FROM brake_target WHERE request_id = $1 GROUP BY tenant_id ORDER BY tenant_id`, q.ID)
	type place struct {
		Tenant         tenant.ID
		Devices        int
		Name, Hardware string
	}
	places, err := pgx.CollectRows(rows, pgx.RowToStructByPos[place])
	if err != nil {
		return err
	}
	for _, p := range places {
		e := audit.By(who)
		e.Action, e.Object, e.RequestID = action, devices(p.Devices), requestID
		e.Detail = map[string]any{"approval": q.ID, "kind": q.Kind, "terms": q.Terms, "reason": q.Reason, "devices": p.Devices, "customers": q.Customers, "set_sha256": q.Hash}
		if p.Devices == 1 {
			e.Object = p.Name
			e.Detail["serial"] = p.Hardware
		}
		if q.whyAt != nil {
			e.Detail["why"] = q.whyAt(p.Tenant)
		}
		for k, v := range detail {
			e.Detail[k] = v
		}
		if err := s.audit.AppendTx(ctx, tx, p.Tenant, e); err != nil {
			return err
		}
	}
	return nil
}

// recordHome appends an entry to the partner's own chain.
func (s *Store) recordHome(ctx context.Context, tx pgx.Tx, who tenant.Person, requestID, action, object string, detail map[string]any) error {
	if s.audit == nil {
		return nil
	}
	e := audit.By(who)
	e.Action, e.Object, e.Detail, e.RequestID = action, object, detail, requestID
	return s.audit.AppendTx(ctx, tx, s.home, e)
}

// onCall refuses whoever may not act: support, customers and strangers.
func onCall(p tenant.Person) error {
	if !p.Role.May(tenant.MayAct) || p.ObjectID == "" {
		return errs.ShowNext(errs.Forbidden, "Your role may look at this, but not do it.", "A technician or an owner can do it.")
	}
	return nil
}
