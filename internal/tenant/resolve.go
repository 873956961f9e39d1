package tenant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
)

// Identity is who signed in, as proven by a verified token.
type Identity struct {
	Tenant         ID // the authority's tenant
	ObjectID       string
	Subject        string
	Name           string
	UPN            string // preferred_username: decides nothing but an owner's or staff member's very first sign-in in the home tenant
	Guest          bool
	DirectoryAdmin bool
}

// Reason says why somebody who signed in is a stranger.
type Reason string

const (
	ReasonNone          Reason = ""
	ReasonNotStaff      Reason = "not staff"      // of the home tenant, but nobody gave them a role
	ReasonDisabled      Reason = "disabled"       // staff, but switched off
	ReasonHomeGuest     Reason = "home guest"     // a guest of the home tenant is never staff
	ReasonGuest         Reason = "guest"          // a guest of a customer; staff sign in at the home tenant first
	ReasonUnknownTenant Reason = "unknown tenant" // their tenant is no customer here
	ReasonSuspended     Reason = "suspended"      // their tenant is switched off
)

// Resolved is what a signed-in identity is to the portal.
type Resolved struct {
	Person Person
	Reach  Scope
	Reason Reason // why the role is RoleStranger
}

// Admit records a sign-in: it binds staff who were named by UPN to their object id, makes the owners of the configuration, and notes the
// account. It gives nobody else a role, and makes no tenant known.
func (s *Store) Admit(ctx context.Context, id Identity) error {
	if id.Tenant == s.home && !id.Guest {
		if err := s.bindStaff(ctx, id); err != nil {
			return fmt.Errorf("admit staff: %w", postgres.Kind(err))
		}
	}
	_, err := s.pool.In(id.Tenant).Exec(ctx, `
		INSERT INTO person (tenant_id, object_id, subject, name, upn, guest)
		SELECT tenant_id, @oid, @sub, @name, @upn, @guest FROM tenant WHERE tenant_id = @tenant
		ON CONFLICT (tenant_id, object_id) DO UPDATE
		SET subject = EXCLUDED.subject, name = EXCLUDED.name, upn = EXCLUDED.upn, guest = EXCLUDED.guest, last_seen_at = now()`,
		pgx.NamedArgs{"tenant": id.Tenant, "oid": id.ObjectID, "sub": id.Subject, "name": id.Name, "upn": id.UPN, "guest": id.Guest})
	if err != nil {
		return fmt.Errorf("record person: %w", postgres.Kind(err))
	}
	return nil
}

// bindStaff ties a row that was named by UPN to the account that signs in with it first. Afterwards the UPN decides nothing: it may be given
// to somebody else.
func (s *Store) bindStaff(ctx context.Context, id Identity) error {
	upn := strings.ToLower(id.UPN)
	return s.pool.InTx(ctx, Everything(), func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE staff SET last_seen_at = now(), name = @name WHERE object_id = @oid`, pgx.NamedArgs{"oid": id.ObjectID, "name": id.Name})
		if err != nil || tag.RowsAffected() > 0 || upn == "" {
			return err
		}
		tag, err = tx.Exec(ctx, `UPDATE staff SET object_id = @oid, last_seen_at = now(), name = @name WHERE upn = @upn AND object_id IS NULL`,
			pgx.NamedArgs{"oid": id.ObjectID, "name": id.Name, "upn": upn})
		if err != nil || tag.RowsAffected() > 0 || !slices.Contains(s.owners, upn) {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO staff (upn, object_id, name, role, reach, created_by, last_seen_at)
			VALUES (@upn, @oid, @name, 'owner', 'all', 'configuration', now())
			ON CONFLICT DO NOTHING`, // the UPN belongs to another account now: that is for an owner to clear up, not for a sign-in
			pgx.NamedArgs{"upn": upn, "oid": id.ObjectID, "name": id.Name})
		return err
	})
}

// Resolve says what an identity is to the portal now, by (tenant, object id) only. It is asked at each request, so that a change of role,
// reach or state counts at once.
func (s *Store) Resolve(ctx context.Context, id Identity) (Resolved, error) {
	r := Resolved{Person: Person{Tenant: id.Tenant, ObjectID: id.ObjectID, Name: id.Name, UPN: id.UPN, Guest: id.Guest}}
	if id.Tenant == s.home {
		return s.resolveStaff(ctx, id, r)
	}
	t, err := s.Get(ctx, Only(id.Tenant), id.Tenant)
	switch {
	case errors.Is(err, errs.NotFound):
		r.Reason = ReasonUnknownTenant
	case err != nil:
		return Resolved{}, err
	case t.Home:
		r.Reason = ReasonUnknownTenant // a home tenant of an earlier configuration is nobody's customer
	case t.State == StateSuspended:
		r.Reason = ReasonSuspended
	case id.Guest:
		r.Reason = ReasonGuest
	default:
		r.Person.Role, r.Person.DirectoryAdmin = RoleCustomerUser, id.DirectoryAdmin
		if id.DirectoryAdmin {
			r.Person.Role = RoleCustomerAdmin
		}
		r.Reach = Only(id.Tenant)
	}
	return r, nil
}

func (s *Store) resolveStaff(ctx context.Context, id Identity, r Resolved) (Resolved, error) {
	if id.Guest {
		r.Reason = ReasonHomeGuest
		return r, nil
	}
	rows, _ := s.pool.In(Everything()).Query(ctx, staffQuery+`WHERE s.object_id = $1`, id.ObjectID)
	st, err := one(rows, scanStaff, "staff")
	switch {
	case errors.Is(err, errs.NotFound):
		r.Reason = ReasonNotStaff
		return r, nil
	case err != nil:
		return Resolved{}, err
	case st.Disabled:
		r.Reason = ReasonDisabled
		return r, nil
	}
	r.Person.Role, r.Person.StaffID, r.Person.DirectoryAdmin = st.Role, st.ID, id.DirectoryAdmin
	r.Reach, err = s.reach(ctx, st)
	return r, err
}
