package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenantry/tenantry/internal/postgres"
)

// touchEvery is how often a session's use is noted: a write a minute instead of one a request.
const touchEvery = time.Minute

// store is what scs keeps sessions in. scs's own pgxstore ignores the request's context, and lets a slow request write back a session that
// was ended meanwhile; here an ended session stays ended, and the time of last use is a column, so that reading pages rewrites nothing.
type store struct {
	pool *pgxpool.Pool
	idle time.Duration
	now  func() time.Time
}

// FindCtx gives the content of a session that has neither expired, nor ended, nor lain idle for too long.
func (s *store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var content []byte
	var seen time.Time
	now := s.now()
	err := s.pool.QueryRow(ctx, `
		SELECT content, seen_at FROM session
		WHERE  token_hash = $1 AND NOT ended AND expires_at > $2 AND seen_at > $3`, token, now, now.Add(-s.idle)).Scan(&content, &seen)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("find session: %w", postgres.Kind(err))
	}
	if now.Sub(seen) > touchEvery {
		if _, err := s.pool.Exec(ctx, `UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2`, token, now); err != nil {
			return nil, false, fmt.Errorf("touch session: %w", postgres.Kind(err))
		}
	}
	return content, true, nil
}

// CommitCtx writes a session, unless it was ended.
func (s *store) CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error {
	// What a person did is to be kept although their browser went away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err := s.pool.Exec(ctx, `
		INSERT INTO session AS s (token_hash, content, expires_at, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (token_hash) DO UPDATE SET content = EXCLUDED.content, expires_at = EXCLUDED.expires_at WHERE NOT s.ended`, token, content, expires, s.now())
	if err != nil {
		return fmt.Errorf("write session: %w", postgres.Kind(err))
	}
	return nil
}

// DeleteCtx ends a session for good and forgets its content.
func (s *store) DeleteCtx(ctx context.Context, token string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := s.pool.Exec(ctx, `UPDATE session SET ended = true, content = '' WHERE token_hash = $1`, token); err != nil {
		return fmt.Errorf("end session: %w", postgres.Kind(err))
	}
	return nil
}

// Find, Commit and Delete complete scs.Store; scs calls the ones with a context where they exist.
func (s *store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}
func (s *store) Commit(token string, b []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expires)
}
func (s *store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
