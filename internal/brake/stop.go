package brake

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

func nameOf(p tenant.Person) string { return audit.By(p).Actor }

// whyOf is a reason without spaces around it, or asks for one.
func whyOf(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > maxWords {
		return "", errs.Show(errs.Invalid, fmt.Sprintf("Say why, in at most %d characters.", maxWords))
	}
	return reason, nil
}

// Pull stops everything: nothing destructive is granted, approved or sent until an owner releases it. Whoever is on call may. What is reserved
// stays reserved.
func (s *Store) Pull(ctx context.Context, who tenant.Person, reason, requestID string) error {
	if err := onCall(who); err != nil {
		return err
	}
	reason, err := whyOf(reason)
	if err != nil {
		return err
	}
	return s.decide(ctx, func(tx pgx.Tx, at moment) error {
		if at.stop.On() {
			return errs.Show(errs.Conflict, at.stop.By+" has stopped destructive acts already.")
		}
		if _, err := tx.Exec(ctx, `UPDATE brake_state SET stopped_at = $1, stopped_by = $2, stopped_why = $3`, at.now, nameOf(who), reason); err != nil {
			return err
		}
		return s.recordHome(ctx, tx, who, requestID, "brake.stopped", "all destructive acts", map[string]any{"reason": reason})
	})
}

// Release ends the stop. Only an owner may, who proved lately who they are.
func (s *Store) Release(ctx context.Context, who tenant.Person, in Session, reason, requestID string) error {
	if who.Role != tenant.RoleOwner {
		return errs.ShowNext(errs.Forbidden, "Only an owner releases the stop.", "Ask an owner of the portal.")
	}
	reason, err := whyOf(reason)
	if err != nil {
		return err
	}
	return s.decide(ctx, func(tx pgx.Tx, at moment) error {
		if !at.stop.On() {
			return errs.Show(errs.Conflict, "Nothing is stopped.")
		}
		if err := s.freshAtHome(at, in); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE brake_state SET stopped_at = NULL, stopped_by = '', stopped_why = ''`); err != nil {
			return err
		}
		return s.recordHome(ctx, tx, who, requestID, "brake.released", "all destructive acts", map[string]any{"reason": reason, "stopped_by": at.stop.By, "stopped_at": at.stop.At.UTC().Format(time.RFC3339)})
	})
}

// Queue is what waits for a second person.
type Queue struct {
	Requests  int
	Since     time.Time
	Customers []tenant.ID
}

// Waiting is what waits for a second person within reach.
func (s *Store) Waiting(ctx context.Context, reach tenant.Scope) (q Queue, err error) {
	err = s.pool.In(reach).QueryRow(ctx, `
		SELECT count(DISTINCT r.request_id), min(r.asked_at), COALESCE(array_agg(DISTINCT t.tenant_id) FILTER (WHERE t.tenant_id IS NOT NULL), '{}')
		FROM   `+view+`
		JOIN   brake_target t USING (request_id)
		WHERE  `+whole+` AND r.state = 'waiting' AND (`+standing+`) = 'waiting'`).Scan(&q.Requests, postgres.Zero(&q.Since), &q.Customers)
	if err != nil {
		return q, fmt.Errorf("brake: waiting: %w", postgres.Kind(err))
	}
	return q, nil
}

// Standing is what every page shows: whether everything is stopped, and how many requests within reach wait for a second person.
func (s *Store) Standing(ctx context.Context, reach tenant.Scope) (stop Stop, waiting int, err error) {
	err = s.pool.In(reach).QueryRow(ctx, `
		SELECT b.stopped_at, b.stopped_by, b.stopped_why, (SELECT count(*) FROM `+view+` WHERE `+whole+` AND r.state = 'waiting' AND (`+standing+`) = 'waiting')
		FROM   brake_state b`).Scan(postgres.Zero(&stop.At), &stop.By, &stop.Why, &waiting)
	if err != nil {
		return stop, 0, fmt.Errorf("brake: standing: %w", postgres.Kind(err))
	}
	return stop, waiting, nil
}
