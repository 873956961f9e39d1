package consent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Sealer seals what must not lie in the database in the clear.
type Sealer interface {
	Seal(plaintext []byte, tid tenant.ID, column string) ([]byte, error)
	Open(ciphertext []byte, tid tenant.ID, column string) ([]byte, error)
}

func secretColumn(clientID string) string { return "registration.secret/" + clientID }

const registrationQuery = `
	SELECT r.client_id::text, r.name, r.application, r.delegated, r.secret IS NOT NULL, r.read_at, r.added_at, r.added_by,
	       (SELECT count(*) FROM tenant t WHERE t.client_id = r.client_id)
	FROM   registration r `

func scanRegistration(row pgx.CollectableRow) (Registration, error) {
	var (
		r                      Registration
		application, delegated []string
	)
	err := row.Scan(&r.ClientID, &r.Name, &application, &delegated, &r.OwnSecret, &r.ReadAt, &r.AddedAt, &r.AddedBy, &r.Tenants)
	r.Application, r.Delegated = listed(permission.Application, application), listed(permission.Delegated, delegated)
	return r, err
}

// listed reads permissions kept as resource/name.
func listed(kind permission.Kind, words []string) []permission.Permission {
	ps := make([]permission.Permission, len(words))
	for i, w := range words {
		resource, name, _ := strings.Cut(w, "/")
		ps[i] = permission.Permission{Resource: permission.Resource(resource), Kind: kind, Name: name}
	}
	return ps
}

func unlisted(ps []permission.Permission) []string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = string(p.Resource) + "/" + p.Name
	}
	return words
}

// Registrations lists those beside the first one, by name.
func (s *Store) Registrations(ctx context.Context) ([]Registration, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, registrationQuery+`ORDER BY lower(r.name), r.client_id LIMIT 200`)
	found, err := pgx.CollectRows(rows, scanRegistration)
	if err != nil {
		return nil, fmt.Errorf("list registrations: %w", postgres.Kind(err))
	}
	return found, nil
}

// Registration gets one of them, or errs.NotFound.
func (s *Store) Registration(ctx context.Context, clientID string) (Registration, error) {
	rows, _ := s.pool.In(tenant.Everything()).Query(ctx, registrationQuery+`WHERE r.client_id::text = $1`, clientID)
	r, err := pgx.CollectExactlyOneRow(rows, scanRegistration)
	if err != nil {
		return Registration{}, fmt.Errorf("registration %s: %w", clientID, postgres.Kind(err))
	}
	return r, nil
}

// Secret is the registration's own secret; "" where it proves itself as the first one does. An unknown one is errs.NotFound.
func (s *Store) Secret(ctx context.Context, clientID string) (string, error) {
	var sealed []byte
	err := s.pool.In(tenant.Everything()).QueryRow(ctx, `SELECT secret FROM registration WHERE client_id::text = $1`, clientID).Scan(&sealed)
	if err != nil {
		return "", fmt.Errorf("secret of registration %s: %w", clientID, postgres.Kind(err))
	}
	if sealed == nil {
		return "", nil
	}
	secret, err := s.Keys.Open(sealed, tenant.ID{}, secretColumn(clientID))
	return string(secret), err
}

// ClientIDOf is by which registration the tenant knows the portal; "" is the first one.
func (s *Store) ClientIDOf(ctx context.Context, tid tenant.ID) (clientID string, err error) {
	err = s.pool.In(tid).QueryRow(ctx, `SELECT coalesce(client_id::text, '') FROM tenant WHERE tenant_id = $1`, tid).Scan(&clientID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil // a tenant that is not known is asked as any other is at first
	}
	if err != nil {
		return "", fmt.Errorf("registration of %s: %w", tid, postgres.Kind(err))
	}
	return clientID, nil
}

func (s *Store) addRegistration(ctx context.Context, r Registration, secret string) error {
	var sealed []byte
	if secret != "" {
		var err error
		if sealed, err = s.Keys.Seal([]byte(secret), tenant.ID{}, secretColumn(r.ClientID)); err != nil {
			return err
		}
	}
	_, err := s.pool.In(tenant.Everything()).Exec(ctx, `
		INSERT INTO registration (client_id, name, application, delegated, secret, read_at, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (client_id) DO UPDATE SET name = excluded.name, application = excluded.application, delegated = excluded.delegated, secret = excluded.secret, read_at = excluded.read_at`,
		r.ClientID, r.Name, unlisted(r.Application), unlisted(r.Delegated), sealed, r.ReadAt, r.AddedAt, r.AddedBy)
	if err != nil {
		return fmt.Errorf("add registration %s: %w", r.ClientID, postgres.Kind(err))
	}
	return nil
}

func (s *Store) updateRegistration(ctx context.Context, r Registration) error {
	_, err := s.pool.In(tenant.Everything()).Exec(ctx, `UPDATE registration SET name = $2, application = $3, delegated = $4, read_at = $5 WHERE client_id::text = $1`,
		r.ClientID, r.Name, unlisted(r.Application), unlisted(r.Delegated), r.ReadAt)
	if err != nil {
		return fmt.Errorf("update registration %s: %w", r.ClientID, postgres.Kind(err))
	}
	return nil
}

func (s *Store) removeRegistration(ctx context.Context, clientID string, now time.Time) error {
	err := s.pool.InTx(ctx, tenant.Everything(), func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT client_id FROM registration WHERE client_id::text = $1 FOR UPDATE`, clientID).Scan(nil); err != nil {
			return err
		}
		var used, open bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM tenant WHERE client_id::text = $1),
			       EXISTS (SELECT FROM consent_link WHERE client_id::text = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2)`, clientID, now).Scan(&used, &open)
		switch {
		case err != nil:
			return err
		case used:
			return errs.ShowNext(errs.Conflict, "Customers know the portal by this registration.", "Ask them for consent to another one first.")
		case open:
			return errs.ShowNext(errs.Conflict, "A consent link that asks with this registration is open.", "Withdraw the link, or wait until it has ended.")
		}
		_, err = tx.Exec(ctx, `DELETE FROM registration WHERE client_id::text = $1`, clientID)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove registration %s: %w", clientID, postgres.Kind(err))
	}
	return nil
}
