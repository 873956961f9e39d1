package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// attempt is one way to Microsoft and back.
type attempt struct {
	Tenant     tenant.ID
	StateHash  []byte
	LinkID     int64
	Language   permission.Lang
	StartedAt  time.Time
	ExpiresAt  time.Time
	ReturnedAt *time.Time
	Outcome    Result
	OutcomeAt  *time.Time
	Other      tenant.ID
	Code       int
	Tries      int
	NextTryAt  *time.Time
}

const attemptColumns = `tenant_id, state_hash, link_id, language, started_at, expires_at, returned_at, outcome, outcome_at, other_tenant, code, tries, next_try_at`

func scanAttempt(row pgx.CollectableRow) (attempt, error) {
	var a attempt
	err := row.Scan(&a.Tenant, &a.StateHash, &a.LinkID, &a.Language, &a.StartedAt, &a.ExpiresAt, &a.ReturnedAt, &a.Outcome, &a.OutcomeAt, &a.Other, &a.Code, &a.Tries, &a.NextTryAt)
	return a, err
}

// begin keeps a new attempt of a link. More unfinished ones than a person needs are errs.TooMany.
func (s *Store) begin(ctx context.Context, a attempt) error {
	err := s.pool.InTx(ctx, a.Tenant, func(tx pgx.Tx) error {
		var open int
		err := tx.QueryRow(ctx, `
			SELECT count(*) FROM consent_attempt
			WHERE  tenant_id = $1 AND link_id = $2 AND returned_at IS NULL AND expires_at > $3`, a.Tenant, a.LinkID, a.StartedAt).Scan(&open)
		if err != nil {
			return err
		}
		if open >= maxOpen {
			return errs.ShowNext(errs.TooMany, "This link was started too often without coming back.", "Wait an hour, then open it again.")
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO consent_attempt (tenant_id, state_hash, link_id, language, started_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, a.Tenant, a.StateHash, a.LinkID, a.Language, a.StartedAt, a.ExpiresAt)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin consent of %s: %w", a.Tenant, postgres.Kind(err))
	}
	return nil
}

// spendAcrossTenants gives the attempt of a state to exactly one return, the first; ok is false where the state is unknown, was spent
// or came too late, and the attempt then tells which (zero: unknown).
func (s *Store) spendAcrossTenants(ctx context.Context, stateHash, receiptHash []byte, now time.Time) (a attempt, ok bool, err error) {
	db := s.pool.In(tenant.Everything())
	rows, _ := db.Query(ctx, `
		UPDATE consent_attempt SET returned_at = $2, receipt_hash = $3
		WHERE  state_hash = $1 AND returned_at IS NULL AND expires_at > $2
		RETURNING `+attemptColumns, stateHash, now, receiptHash)
	a, err = pgx.CollectOneRow(rows, scanAttempt)
	if err == nil {
		return a, true, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return attempt{}, false, fmt.Errorf("spend consent state: %w", postgres.Kind(err))
	}
	rows, _ = db.Query(ctx, `SELECT `+attemptColumns+` FROM consent_attempt WHERE state_hash = $1`, stateHash)
	a, err = pgx.CollectOneRow(rows, scanAttempt)
	if errors.Is(err, pgx.ErrNoRows) {
		return attempt{}, false, nil
	}
	if err != nil {
		return attempt{}, false, fmt.Errorf("look for consent state: %w", postgres.Kind(err))
	}
	return a, false, nil
}

// attemptByReceiptAcrossTenants finds the attempt whose outcome the receipt shows, or errs.NotFound.
func (s *Store) attemptByReceiptAcrossTenants(ctx context.Context, receiptHash []byte) (attempt, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `SELECT `+attemptColumns+` FROM consent_attempt WHERE receipt_hash = $1`, receiptHash)
	a, err := pgx.CollectOneRow(rows, scanAttempt)
	if errors.Is(err, pgx.ErrNoRows) {
		return attempt{}, fmt.Errorf("consent receipt: %w", errs.NotFound)
	}
	if err != nil {
		return attempt{}, fmt.Errorf("get consent receipt: %w", postgres.Kind(err))
	}
	return a, nil
}

// settle notes how an attempt ended or when it is looked at again, and moves the tenant's state where nothing was proven yet.
func (s *Store) settle(ctx context.Context, a attempt, now time.Time) error {
	err := s.pool.InTx(ctx, a.Tenant, func(tx pgx.Tx) error {
		if err := saveAttempt(ctx, tx, a); err != nil {
			return err
		}
		open := []tenant.State{tenant.StateUnconsented, tenant.StateInvited, tenant.StateDeclined, tenant.StateWithdrawn, tenant.StateWaiting}
		switch a.Outcome {
		case Declined:
			return moveState(ctx, tx, a.Tenant, tenant.StateDeclined, now, open...)
		case Waiting:
			return moveState(ctx, tx, a.Tenant, tenant.StateWaiting, now, open...)
		case Unproven:
			return moveState(ctx, tx, a.Tenant, tenant.StateInvited, now, tenant.StateWaiting)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settle consent of %s: %w", a.Tenant, postgres.Kind(err))
	}
	return nil
}

func saveAttempt(ctx context.Context, tx pgx.Tx, a attempt) error {
	_, err := tx.Exec(ctx, `
		UPDATE consent_attempt SET outcome = $3, outcome_at = $4, other_tenant = $5, code = $6, tries = $7, next_try_at = $8
		WHERE  tenant_id = $1 AND state_hash = $2`,
		a.Tenant, a.StateHash, a.Outcome, a.OutcomeAt, a.Other, a.Code, a.Tries, a.NextTryAt)
	return err
}

// takeDueAcrossTenants takes up to limit attempts whose next look is due, and pushes that look back by lease, so that of several
// processes one takes each, and a process that dies leaves it to the next.
func (s *Store) takeDueAcrossTenants(ctx context.Context, now time.Time, lease time.Duration, limit int) ([]attempt, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `
		UPDATE consent_attempt a SET next_try_at = $2
		FROM  (SELECT tenant_id, state_hash FROM consent_attempt
		       WHERE  next_try_at <= $1
		       ORDER  BY next_try_at
		       LIMIT  $3
		       FOR    UPDATE SKIP LOCKED) due
		WHERE  a.tenant_id = due.tenant_id AND a.state_hash = due.state_hash
		RETURNING a.tenant_id, a.state_hash, a.link_id, a.language, a.started_at, a.expires_at, a.returned_at, a.outcome, a.outcome_at,
		          a.other_tenant, a.code, a.tries, a.next_try_at`, now, now.Add(lease), limit)
	found, err := pgx.CollectRows(rows, scanAttempt)
	if err != nil {
		return nil, fmt.Errorf("take consents that wait: %w", postgres.Kind(err))
	}
	return found, nil
}
