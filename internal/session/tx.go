package session

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// txLife is how long a person may take at Microsoft's page. A code lives as long.
const txLife = 10 * time.Minute

// Transaction is a sign-in under way. It says at which tenant it was started, and the answer is held against that.
type Transaction struct {
	Tenant   tenant.ID
	State    string // only its hash is stored
	Nonce    string
	Verifier string // PKCE; stored as ciphertext
	Scopes   []string
	Return   string // a checked path of the portal
}

func hash(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

const verifierColumn = "signin_tx.verifier"

// Start keeps a transaction, bound to the browser that holds binding in a cookie.
func (s *Sessions) Start(ctx context.Context, t Transaction, binding string) error {
	sealed, err := s.keys.Seal([]byte(t.Verifier), t.Tenant, verifierColumn)
	if err != nil {
		return fmt.Errorf("seal verifier: %w", err)
	}
	if t.Scopes == nil {
		t.Scopes = []string{}
	}
	_, err = s.pool.In(t.Tenant).Exec(ctx, `
		INSERT INTO signin_tx (tenant_id, state_hash, binding_hash, nonce, verifier, scopes, return_path, created_at)
		VALUES (@tenant, @state, @binding, @nonce, @verifier, @scopes, @return, @now)`,
		pgx.NamedArgs{"tenant": t.Tenant, "state": hash(t.State), "binding": hash(binding), "nonce": t.Nonce, "verifier": sealed,
			"scopes": t.Scopes, "return": t.Return, "now": s.now()})
	if err != nil {
		return fmt.Errorf("start sign-in at %s: %w", t.Tenant, postgres.Kind(err))
	}
	return nil
}

// Spend takes the transaction of a state away, whatever becomes of the callback that carries it: a state is good for one try. It is
// errs.Invalid for a state that is unknown, spent, too old, or of another browser.
func (s *Sessions) Spend(ctx context.Context, state, binding string) (Transaction, error) {
	t := Transaction{State: state}
	var sealed, bound []byte
	var created time.Time
	err := s.pool.In(tenant.Everything()).QueryRow(ctx, `
		DELETE FROM signin_tx
		WHERE  state_hash = $1
		RETURNING tenant_id, binding_hash, nonce, verifier, scopes, return_path, created_at`, hash(state)).
		Scan(&t.Tenant, &bound, &t.Nonce, &sealed, &t.Scopes, &t.Return, &created)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Transaction{}, fmt.Errorf("spend sign-in: %w", postgres.Kind(err))
	}
	if err != nil || s.now().Sub(created) > txLife || subtle.ConstantTimeCompare(bound, hash(binding)) != 1 {
		return Transaction{}, errs.ShowNext(errs.Invalid, "This sign-in was not started in this browser, was used already, or took longer than ten minutes.", "Start the sign-in again.")
	}
	verifier, err := s.keys.Open(sealed, t.Tenant, verifierColumn)
	if err != nil {
		return Transaction{}, fmt.Errorf("open verifier: %w", err)
	}
	t.Verifier = string(verifier)
	return t, nil
}
