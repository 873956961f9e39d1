package withdrawal

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store is the withdrawals of all tenants.
type Store struct{ pool *postgres.Pool }

// NewStore makes a store on the database.
func NewStore(p *postgres.Pool) *Store { return &Store{pool: p} }

const selectWithdrawal = `
	SELECT w.withdrawal_id, w.tenant_id, t.display_name, t.default_domain, w.language, w.at, w.by_name, w.delete_at, w.began_at, w.deleted_at,
	       w.rows_deleted, w.head_seq, w.head_hash, w.looked_at, w.gone_at, COALESCE(t.withdrawn_at = w.at, false)
	FROM   withdrawal w
	JOIN   tenant t USING (tenant_id) `

func scanWithdrawal(row pgx.CollectableRow) (w Withdrawal, err error) {
	err = row.Scan(&w.ID, &w.Tenant.ID, &w.Tenant.DisplayName, &w.Tenant.DefaultDomain, &w.Language, &w.At, &w.By, &w.DeleteAt,
		postgres.Zero(&w.BeganAt), postgres.Zero(&w.DeletedAt), &w.Rows, &w.HeadSeq, &w.HeadHash, postgres.Zero(&w.LookedAt), postgres.Zero(&w.GoneAt), &w.Stands)
	return w, err
}

// create keeps the withdrawal, marks the tenant, ends its open links and forgets everybody's sign-ins there, with the record of it. To forget
// a refresh token is all that can be done about it: Microsoft Entra has no revocation endpoint (its discovery document names none).
func (s *Store) create(ctx context.Context, chain *audit.Store, tid tenant.ID, w Withdrawal, receiptHash []byte, e audit.Entry) error {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE tenant SET withdrawn_at = $2, state = $3, state_since = $2
			WHERE  tenant_id = $1 AND NOT home AND withdrawn_at IS NULL AND NOT erasing`, tid, w.At, tenant.StateWithdrawn)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errs.Conflict
		}
		if _, err := tx.Exec(ctx, `
			UPDATE consent_link SET revoked_at = $2, revoked_by = $3
			WHERE  tenant_id = $1 AND revoked_at IS NULL AND used_at IS NULL`, tid, w.At, w.By); err != nil {
			return err
		}
		forgotten, err := tx.Exec(ctx, `DELETE FROM signin_token WHERE tenant_id = $1`, tid)
		if err != nil {
			return err
		}
		deleted := map[string]int64{}
		if n := forgotten.RowsAffected(); n > 0 {
			deleted["signin_token"] = n
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO withdrawal (tenant_id, receipt_hash, language, at, by_name, delete_at, rows_deleted)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, tid, receiptHash, w.Language, w.At, w.By, w.DeleteAt, deleted); err != nil {
			return err
		}
		return chain.AppendTx(ctx, tx, tid, e)
	})
	if err != nil {
		return fmt.Errorf("withdraw the consent of %s: %w", tid, postgres.Kind(err))
	}
	return nil
}

// Latest is the tenant's last withdrawal, or errs.NotFound.
func (s *Store) Latest(ctx context.Context, tid tenant.ID) (Withdrawal, error) {
	return s.one(ctx, tid, "of "+tid.String(), `WHERE w.tenant_id = $1 ORDER BY w.at DESC, w.withdrawal_id DESC LIMIT 1`, tid)
}

func (s *Store) byReceiptAcrossTenants(ctx context.Context, hash []byte) (Withdrawal, error) {
	return s.one(ctx, tenant.Everything(), "by receipt", `WHERE w.receipt_hash = $1`, hash)
}

func (s *Store) one(ctx context.Context, scope postgres.Scope, what, where string, args ...any) (Withdrawal, error) {
	rows, _ := s.pool.In(scope).Query(ctx, selectWithdrawal+where, args...)
	w, err := pgx.CollectOneRow(rows, scanWithdrawal)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, fmt.Errorf("withdrawal %s: %w", what, errs.NotFound)
	}
	if err != nil {
		return w, fmt.Errorf("get withdrawal %s: %w", what, postgres.Kind(err))
	}
	return w, nil
}

// dueAcrossTenants are the standing withdrawals whose data is to be deleted by now.
func (s *Store) dueAcrossTenants(ctx context.Context, now time.Time) ([]Withdrawal, error) {
	return s.listAcrossTenants(ctx, `WHERE w.deleted_at IS NULL AND w.delete_at <= $1 AND t.withdrawn_at = w.at ORDER BY w.delete_at, w.tenant_id LIMIT 20`, now)
}

// lookingAcrossTenants are the standing withdrawals whose access may still be there: made after since, and looked at before or never.
func (s *Store) lookingAcrossTenants(ctx context.Context, before, since time.Time) ([]Withdrawal, error) {
	return s.listAcrossTenants(ctx, `
		WHERE  w.gone_at IS NULL AND t.withdrawn_at = w.at AND w.at > $2 AND (w.looked_at IS NULL OR w.looked_at < $1)
		ORDER  BY w.looked_at NULLS FIRST, w.tenant_id
		LIMIT  20`, before, since)
}

func (s *Store) listAcrossTenants(ctx context.Context, where string, args ...any) ([]Withdrawal, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, selectWithdrawal+where, args...)
	found, err := pgx.CollectRows(rows, scanWithdrawal)
	if err != nil {
		return nil, fmt.Errorf("list withdrawals: %w", postgres.Kind(err))
	}
	return found, nil
}

// looked keeps what Microsoft answered. The first time that the access is gone stays.
func (s *Store) looked(ctx context.Context, tid tenant.ID, id int64, now time.Time, gone bool) error {
	_, err := s.pool.In(tid).Exec(ctx, `
		UPDATE withdrawal
		SET    looked_at = $3, gone_at = CASE WHEN $4 THEN COALESCE(gone_at, $3) END
		WHERE  tenant_id = $1
		AND    withdrawal_id = $2`, tid, id, now, gone)
	if err != nil {
		return fmt.Errorf("keep a look at %s: %w", tid, postgres.Kind(err))
	}
	return nil
}

// beginErasing marks the tenant, unless a new consent has ended the withdrawal meanwhile: then ok is false and nothing may be deleted.
func (s *Store) beginErasing(ctx context.Context, tid tenant.ID, id int64, now time.Time) (ok bool, err error) {
	err = s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE tenant t SET erasing = true
			FROM   withdrawal w
			WHERE  t.tenant_id = $1 AND w.tenant_id = $1 AND w.withdrawal_id = $2 AND w.deleted_at IS NULL AND t.withdrawn_at = w.at`, tid, id)
		if ok = tag.RowsAffected() == 1; err != nil || !ok {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE withdrawal SET began_at = COALESCE(began_at, $3) WHERE tenant_id = $1 AND withdrawal_id = $2`, tid, id, now)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("begin to delete %s: %w", tid, postgres.Kind(err))
	}
	return ok, nil
}

// endErasing closes the proof, once: what remains of the tenant's own row is its name and number, and the chain's last record names the
// counts.
func (s *Store) endErasing(ctx context.Context, chain *audit.Store, tid tenant.ID, id int64, now time.Time, e audit.Entry) error {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		var counts map[string]int64
		err := tx.QueryRow(ctx, `
			UPDATE withdrawal SET deleted_at = $3
			WHERE  tenant_id = $1 AND withdrawal_id = $2 AND deleted_at IS NULL
			RETURNING rows_deleted`, tid, id, now).Scan(&counts)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // another process did
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE tenant SET erasing = false, domains = '{}', country = '', state_read_at = NULL WHERE tenant_id = $1`, tid); err != nil {
			return err
		}
		e.Detail = map[string]any{"rows": counts}
		if err := chain.AppendTx(ctx, tx, tid, e); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			UPDATE withdrawal w SET head_seq = a.seq, head_hash = a.hash
			FROM   (SELECT seq, hash FROM audit WHERE tenant_id = $1 ORDER BY seq DESC LIMIT 1) a
			WHERE  w.tenant_id = $1 AND w.withdrawal_id = $2`, tid, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("end the deletion of %s: %w", tid, postgres.Kind(err))
	}
	return nil
}

// Head is the hash as the offline verifier prints it.
func (w Withdrawal) Head() string { return hex.EncodeToString(w.HeadHash) }
