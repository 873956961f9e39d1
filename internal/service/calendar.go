package service

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// CalendarToken is that a person has a calendar address. The token itself is nowhere but in that address.
type CalendarToken struct {
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never; to the hour
}

// IssueCalendarToken makes a new token for the account and ends the one before. The token is given out here once; only its hash is kept.
func (s *Store) IssueCalendarToken(ctx context.Context, tid tenant.ID, objectID string, now time.Time) (string, error) {
	raw := make([]byte, 32)
	rand.Read(raw) // never fails: crypto/rand ends the process instead
	token := base64.RawURLEncoding.EncodeToString(raw)
	_, err := s.pool.In(tid).Exec(ctx, `
		INSERT INTO calendar_token (tenant_id, object_id, token_hash, created_at)
		VALUES ($1, $2, $3, $4)
		ON     CONFLICT (tenant_id, object_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at, last_used_at = NULL`,
		tid, objectID, hashOf(token), now)
	if err != nil {
		return "", fmt.Errorf("issue a calendar token: %w", err)
	}
	return token, nil
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// RevokeCalendarToken ends the account's token; errs.NotFound where it has none.
func (s *Store) RevokeCalendarToken(ctx context.Context, tid tenant.ID, objectID string) error {
	tag, err := s.pool.In(tid).Exec(ctx, `DELETE FROM calendar_token WHERE tenant_id = $1 AND object_id = $2`, tid, objectID)
	if err != nil {
		return fmt.Errorf("revoke a calendar token: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return errs.NotFound
	}
	return nil
}

// CalendarTokenOf is the account's token, or errs.NotFound.
func (s *Store) CalendarTokenOf(ctx context.Context, tid tenant.ID, objectID string) (t CalendarToken, err error) {
	err = s.pool.In(tid).QueryRow(ctx, `
		SELECT created_at, last_used_at
		FROM   calendar_token
		WHERE  tenant_id = $1
		AND    object_id = $2`, tid, objectID).Scan(postgres.Zero(&t.CreatedAt), postgres.Zero(&t.LastUsedAt))
	if errors.Is(err, pgx.ErrNoRows) {
		return t, errs.NotFound
	}
	if err != nil {
		return t, fmt.Errorf("calendar token: %w", err)
	}
	return t, nil
}

// CalendarOwnerAcrossTenants finds whose token it is, and notes its use, once an hour at most. It must look over all tenants, as the
// token is all that a calendar program sends; what the account may see now is for internal/tenant to say.
func (s *Store) CalendarOwnerAcrossTenants(ctx context.Context, token string, now time.Time) (tid tenant.ID, objectID string, err error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return tid, "", errs.NotFound
	}
	var used *time.Time
	db := s.pool.In(tenant.Everything())
	err = db.QueryRow(ctx, `SELECT tenant_id, object_id::text, last_used_at FROM calendar_token WHERE token_hash = $1`, hashOf(token)).Scan(&tid, &objectID, &used)
	if errors.Is(err, pgx.ErrNoRows) {
		return tid, "", errs.NotFound
	}
	if err != nil {
		return tid, "", fmt.Errorf("calendar token: %w", err)
	}
	if used == nil || now.Sub(*used) > time.Hour {
		if _, err := s.pool.In(tid).Exec(ctx, `UPDATE calendar_token SET last_used_at = $3 WHERE tenant_id = $1 AND object_id = $2`, tid, objectID, now); err != nil {
			return tid, "", fmt.Errorf("calendar token: %w", err)
		}
	}
	return tid, objectID, nil
}
