package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// ErrEnded is what Renew wraps when the person's grant is over for good: revoked, expired, account disabled, or an answer about somebody else.
var ErrEnded = errors.New("sign-in has ended")

// Renewed is what a refresh gave.
type Renewed struct {
	Access  string
	Expires time.Time
	Refresh string // the newest refresh token
}

// Renew gets an access token of the sign-in's person at its tenant, for the scopes of one resource.
type Renew func(ctx context.Context, in SignIn, refresh string, scopes ...string) (Renewed, error)

func tokenColumn(oid string) string { return "signin_token.refresh " + oid }

// keepToken stores the newest refresh token of a sign-in, or removes the old one when there is none. Where the consent was taken back
// nothing is stored, also when a renewal was under way: the tenant's row is locked against the withdrawal.
func (s *Sessions) keepToken(ctx context.Context, session string, in SignIn, refresh string) error {
	if refresh == "" {
		_, err := s.pool.In(in.Tenant).Exec(ctx, `DELETE FROM signin_token WHERE tenant_id = $1 AND session_id = $2`, in.Tenant, session)
		return err
	}
	sealed, err := s.keys.Seal([]byte(refresh), in.Tenant, tokenColumn(in.ObjectID))
	if err != nil {
		return fmt.Errorf("seal refresh token: %w", err)
	}
	_, err = s.pool.In(in.Tenant).Exec(ctx, `
		WITH place AS (SELECT withdrawn_at FROM tenant WHERE tenant_id = @tenant FOR SHARE)
		INSERT INTO signin_token (tenant_id, session_id, object_id, refresh, expires_at, checked_at)
		SELECT @tenant, @session, @oid::uuid, @refresh, @until, @now
		WHERE  NOT EXISTS (SELECT FROM place WHERE withdrawn_at IS NOT NULL)
		ON CONFLICT (tenant_id, session_id) DO UPDATE
		SET object_id = EXCLUDED.object_id, refresh = EXCLUDED.refresh, expires_at = EXCLUDED.expires_at, checked_at = EXCLUDED.checked_at`,
		pgx.NamedArgs{"tenant": in.Tenant, "session": session, "oid": in.ObjectID, "refresh": sealed, "until": in.Until, "now": s.now()})
	if err != nil {
		return fmt.Errorf("keep refresh token: %w", postgres.Kind(err))
	}
	return nil
}

func (s *Sessions) forgetTokens(ctx context.Context, session string) error {
	if session == "" {
		return nil
	}
	if _, err := s.pool.In(tenant.Everything()).Exec(ctx, `DELETE FROM signin_token WHERE session_id = $1`, session); err != nil {
		return fmt.Errorf("forget tokens: %w", postgres.Kind(err))
	}
	return nil
}

// DelegatedToken is an access token of the session's person at the tenant, for the scopes of one resource. errs.Unauthorised: there is no open
// sign-in at that tenant, or it has just ended. errs.Forbidden: the tenant has taken its consent back.
func (s *Sessions) DelegatedToken(ctx context.Context, tid tenant.ID, scopes ...string) (string, error) {
	in, ok := s.At(ctx, tid)
	if !ok {
		return "", tenant.NotSignedIn(tid)
	}
	session := s.read(ctx).ID
	refresh, err := s.token(ctx, session, in)
	if err != nil {
		return "", err
	}
	got, err := s.renew(ctx, in, refresh, scopes...)
	if errors.Is(err, ErrEnded) {
		if derr := s.Drop(ctx, tid); derr != nil {
			return "", derr
		}
		return "", fmt.Errorf("%w: %w", tenant.NeedSignIn(tid, "Microsoft has ended your sign-in at this tenant.", "Sign in there again."), err)
	}
	if err != nil {
		return "", err
	}
	if err := s.keepToken(ctx, session, in, got.Refresh); err != nil {
		return "", err
	}
	return got.Access, nil
}

func (s *Sessions) token(ctx context.Context, session string, in SignIn) (string, error) {
	var (
		sealed []byte
		ended  bool
	)
	err := s.pool.In(in.Tenant).QueryRow(ctx, `
		SELECT (SELECT refresh FROM signin_token WHERE tenant_id = $1 AND session_id = $2 AND object_id = $3),
		       EXISTS (SELECT FROM tenant WHERE tenant_id = $1 AND withdrawn_at IS NOT NULL)`, in.Tenant, session, in.ObjectID).Scan(&sealed, &ended)
	switch {
	case err != nil:
		return "", fmt.Errorf("read refresh token: %w", postgres.Kind(err))
	case ended:
		return "", errs.ShowNext(errs.Forbidden, "This company has taken its consent back.", "Nothing is read or changed there in anybody’s name until its administrator consents again.")
	case sealed == nil:
		return "", tenant.NeedSignIn(in.Tenant, "This sign-in cannot be renewed.", "Sign in at the tenant again.")
	}
	plain, err := s.keys.Open(sealed, in.Tenant, tokenColumn(in.ObjectID))
	if err != nil {
		return "", fmt.Errorf("open refresh token of %s: %w", in.Tenant, err)
	}
	return string(plain), nil
}

const recheckEvery = 15 * time.Minute

// Recheck asks Microsoft every quarter of an hour whether the session's person still exists and is not disabled, by renewing the token, and
// ends the session when not. A Microsoft that does not answer ends nothing. One request in the quarter of an hour pays for it.
func (s *Sessions) Recheck(ctx context.Context) error {
	in, ok := s.Current(ctx)
	if !ok || s.renew == nil {
		return nil
	}
	session, now := s.read(ctx).ID, s.now()
	if !s.due(session, now) {
		return nil
	}
	// The update is the claim: of several requests and portals one gets the row.
	var sealed []byte
	err := s.pool.In(in.Tenant).QueryRow(ctx, `
		UPDATE signin_token SET checked_at = $3
		WHERE  tenant_id = $1 AND session_id = $2 AND checked_at < $4
		RETURNING refresh`, in.Tenant, session, now, now.Add(-recheckEvery)).Scan(&sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("recheck sign-in: %w", postgres.Kind(err))
	}
	plain, err := s.keys.Open(sealed, in.Tenant, tokenColumn(in.ObjectID))
	if err != nil {
		return fmt.Errorf("open refresh token of %s: %w", in.Tenant, err)
	}
	short, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	got, err := s.renew(short, in, string(plain))
	if errors.Is(err, ErrEnded) {
		return s.End(ctx)
	}
	if err != nil {
		return nil // not an answer about the person
	}
	return s.keepToken(ctx, session, in, got.Refresh)
}

// due keeps the claim from being tried at each request.
func (s *Sessions) due(session string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Sub(s.checked[session]) < time.Minute {
		return false
	}
	if len(s.checked) > 10_000 {
		clear(s.checked)
	}
	s.checked[session] = now
	return true
}

// KeptFor counts the sign-ins whose tokens are kept for accounts, by their object ids at whichever tenant.
func (s *Sessions) KeptFor(ctx context.Context, objectIDs []string) (n int64, err error) {
	err = s.pool.In(tenant.Everything()).QueryRow(ctx, `SELECT count(*) FROM signin_token WHERE object_id = ANY($1::text[]::uuid[])`, objectIDs).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count kept tokens: %w", postgres.Kind(err))
	}
	return n, nil
}

// ForgetAccounts drops the tokens that are kept for accounts, at whichever tenant, so that nothing is done in their name any more.
func (s *Sessions) ForgetAccounts(ctx context.Context, objectIDs []string) error {
	if _, err := s.pool.In(tenant.Everything()).Exec(ctx, `DELETE FROM signin_token WHERE object_id = ANY($1::text[]::uuid[])`, objectIDs); err != nil {
		return fmt.Errorf("forget accounts: %w", postgres.Kind(err))
	}
	return nil
}
