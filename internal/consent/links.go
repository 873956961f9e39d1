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

// Store keeps links, attempts, readings and grants. Methods whose name ends in AcrossTenants look for one secret in all tenants, because
// whoever carries it has not signed in.
type Store struct {
	pool *postgres.Pool
	Keys Sealer // for the secrets of registrations; nil: none has one
}

// NewStore makes a store on the database.
func NewStore(p *postgres.Pool) *Store { return &Store{pool: p} }

const linkColumns = `link_id, tenant_id, features, language, message, contact, created_at, created_by, expires_at, revoked_at, revoked_by, used_at, coalesce(client_id::text, '')`

func scanLink(row pgx.CollectableRow) (Link, error) {
	var (
		l        Link
		features []string
	)
	err := row.Scan(&l.ID, &l.Tenant, &features, &l.Language, &l.Message, &l.Contact, &l.CreatedAt, &l.CreatedBy, &l.ExpiresAt, &l.RevokedAt, &l.RevokedBy, &l.UsedAt, &l.ClientID)
	if err != nil {
		return l, err
	}
	l.Features = knownFeatures(features)
	return l, nil
}

// knownFeatures drops names that the catalogue no longer has, so that an old link still opens.
func knownFeatures(names []string) []permission.Feature {
	var found []permission.Feature
	for _, n := range names {
		if _, ok := permission.EntryOf(permission.Feature(n)); ok {
			found = append(found, permission.Feature(n))
		}
	}
	return found
}

// CreateLink keeps a new link of the tenant under the hash of its token, and marks a tenant that has not consented as invited.
func (s *Store) CreateLink(ctx context.Context, tid tenant.ID, l Link, tokenHash []byte) (Link, error) {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		var erasing bool
		if err := tx.QueryRow(ctx, `SELECT erasing FROM tenant WHERE tenant_id = $1 FOR SHARE`, tid).Scan(&erasing); err != nil {
			return err
		}
		if erasing {
			return errs.Show(errs.Conflict, "The data of this customer is being deleted. Make the link in a few minutes.")
		}
		err := tx.QueryRow(ctx, `
			INSERT INTO consent_link (tenant_id, token_hash, features, language, message, contact, created_at, created_by, expires_at, client_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10, '')::uuid)
			RETURNING link_id`,
			tid, tokenHash, featureNames(l.Features), l.Language, l.Message, l.Contact, l.CreatedAt, l.CreatedBy, l.ExpiresAt, l.ClientID).Scan(&l.ID)
		if err != nil {
			return err
		}
		return moveState(ctx, tx, tid, tenant.StateInvited, l.CreatedAt, tenant.StateUnconsented, tenant.StateDeclined)
	})
	if err != nil {
		return Link{}, fmt.Errorf("create consent link of %s: %w", tid, postgres.Kind(err))
	}
	l.Tenant = tid
	return l, nil
}

func featureNames(fs []permission.Feature) []string {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = string(f)
	}
	return names
}

// moveState changes the tenant's state where it is one of from; it never overrides what a reading proved.
func moveState(ctx context.Context, tx pgx.Tx, tid tenant.ID, to tenant.State, now time.Time, from ...tenant.State) error {
	_, err := tx.Exec(ctx, `
		UPDATE tenant SET state = $2, state_since = $3
		WHERE  tenant_id = $1 AND state = ANY ($4) AND state <> $2`, tid, to, now, from)
	return err
}

// Links lists the tenant's links, latest first; at most 100.
func (s *Store) Links(ctx context.Context, tid tenant.ID) ([]Link, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+linkColumns+`
		FROM   consent_link
		WHERE  tenant_id = $1
		ORDER  BY created_at DESC, link_id DESC
		LIMIT  100`, tid)
	found, err := pgx.CollectRows(rows, scanLink)
	if err != nil {
		return nil, fmt.Errorf("list consent links of %s: %w", tid, postgres.Kind(err))
	}
	return found, nil
}

// Link gets one link of the tenant, or errs.NotFound.
func (s *Store) Link(ctx context.Context, tid tenant.ID, id int64) (Link, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+linkColumns+` FROM consent_link WHERE tenant_id = $1 AND link_id = $2`, tid, id)
	return oneLink(rows, "of "+tid.String())
}

// LinkAcrossTenants finds the link of a token by its hash, or errs.NotFound.
func (s *Store) LinkAcrossTenants(ctx context.Context, tokenHash []byte) (Link, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, `SELECT `+linkColumns+` FROM consent_link WHERE token_hash = $1`, tokenHash)
	return oneLink(rows, "by token")
}

func oneLink(rows pgx.Rows, what string) (Link, error) {
	l, err := pgx.CollectOneRow(rows, scanLink)
	if errors.Is(err, pgx.ErrNoRows) {
		return Link{}, fmt.Errorf("consent link %s: %w", what, errs.NotFound)
	}
	if err != nil {
		return Link{}, fmt.Errorf("get consent link %s: %w", what, postgres.Kind(err))
	}
	return l, nil
}

// RevokeLink ends an open link. A link that is used or revoked already is errs.Conflict, one of another tenant errs.NotFound.
func (s *Store) RevokeLink(ctx context.Context, tid tenant.ID, id int64, by string, now time.Time) error {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE consent_link SET revoked_at = $3, revoked_by = $4
			WHERE  tenant_id = $1 AND link_id = $2 AND revoked_at IS NULL AND used_at IS NULL`, tid, id, now, by)
		if err != nil || tag.RowsAffected() == 1 {
			if err == nil {
				err = uninvite(ctx, tx, tid, now)
			}
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM consent_link WHERE tenant_id = $1 AND link_id = $2)`, tid, id).Scan(&there); err != nil {
			return err
		}
		if there {
			return errs.Show(errs.Conflict, "This link was used or withdrawn already.")
		}
		return errs.NotFound
	})
	if err != nil {
		return fmt.Errorf("revoke consent link %d of %s: %w", id, tid, postgres.Kind(err))
	}
	return nil
}

// uninvite takes the tenant back from invited when no link is open any more.
func uninvite(ctx context.Context, tx pgx.Tx, tid tenant.ID, now time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE tenant SET state = $2, state_since = $4
		WHERE  tenant_id = $1 AND state = $3
		AND    NOT EXISTS (SELECT FROM consent_link WHERE tenant_id = $1 AND revoked_at IS NULL AND used_at IS NULL AND expires_at > $4)`,
		tid, tenant.StateUnconsented, tenant.StateInvited, now)
	return err
}

// UninviteExpiredAcrossTenants takes tenants back from invited whose links have all ended. It is housekeeping, run by a schedule.
func (s *Store) UninviteExpiredAcrossTenants(ctx context.Context, now time.Time) error {
	_, err := s.pool.In(tenant.Everything()).Exec(ctx, `
		UPDATE tenant t SET state = $1, state_since = $3
		WHERE  t.state = $2
		AND    NOT EXISTS (SELECT FROM consent_link l WHERE l.tenant_id = t.tenant_id AND l.revoked_at IS NULL AND l.used_at IS NULL AND l.expires_at > $3)`,
		tenant.StateUnconsented, tenant.StateInvited, now)
	if err != nil {
		return fmt.Errorf("end invitations: %w", postgres.Kind(err))
	}
	return nil
}
