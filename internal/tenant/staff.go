package tenant

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
)

// ReachKind says how the tenants of a staff member are chosen.
type ReachKind string

const (
	ReachAll    ReachKind = "all"     // every tenant, also those to come
	ReachAllBut ReachKind = "all_but" // every tenant but those listed
	ReachChosen ReachKind = "chosen"  // only those listed
	ReachGroup  ReachKind = "group"   // those that are in a group at the time, and those listed
)

// Staff is one of the partner's people. The object id is empty until the first sign-in binds it.
type Staff struct {
	ID         int64
	UPN        string // lower-case user principal name in the home tenant
	ObjectID   string
	Name       string
	Role       Role
	Reach      ReachKind
	Tenants    []ID  // those listed, for all but ReachAll
	Group      int64 // for ReachGroup
	Disabled   bool
	CreatedAt  time.Time
	CreatedBy  string
	LastSeenAt time.Time // zero: never signed in
}

const staffQuery = `
	SELECT s.staff_id, s.upn, COALESCE(s.object_id::text, ''), s.name, s.role, s.reach, s.disabled, s.created_at, s.created_by, s.last_seen_at, COALESCE(s.group_id, 0),
	       ARRAY(SELECT t.tenant_id FROM staff_tenant t WHERE t.staff_id = s.staff_id ORDER BY t.tenant_id)
	FROM   staff s `

func scanStaff(row pgx.CollectableRow) (Staff, error) {
	var s Staff
	var seen *time.Time
	err := row.Scan(&s.ID, &s.UPN, &s.ObjectID, &s.Name, &s.Role, &s.Reach, &s.Disabled, &s.CreatedAt, &s.CreatedBy, &seen, &s.Group, &s.Tenants)
	if seen != nil {
		s.LastSeenAt = *seen
	}
	return s, err
}

// ListStaff returns all staff by UPN. Of the tenants listed for them only those within the scope are named.
func (s *Store) ListStaff(ctx context.Context, scope Scope) ([]Staff, error) {
	rows, _ := s.pool.In(scope).Query(ctx, staffQuery+`ORDER BY s.upn LIMIT 10000`)
	found, err := pgx.CollectRows(rows, scanStaff)
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", postgres.Kind(err))
	}
	return found, nil
}

// StaffOf returns the staff who may see the tenant now, by UPN.
func (s *Store) StaffOf(ctx context.Context, id ID) ([]Staff, error) {
	rows, _ := s.pool.In(Only(id)).Query(ctx, staffQuery+`
		WHERE  NOT s.disabled
		AND    CASE s.reach
		       WHEN 'all' THEN true
		       WHEN 'all_but' THEN NOT EXISTS (SELECT FROM staff_tenant x WHERE x.tenant_id = $1 AND x.staff_id = s.staff_id)
		       ELSE EXISTS (SELECT FROM staff_tenant x WHERE x.tenant_id = $1 AND x.staff_id = s.staff_id)
		            OR s.reach = 'group' AND $1 IN (SELECT g.tenant_id FROM tenants_of_group(s.group_id) g)
		       END
		ORDER  BY s.upn
		LIMIT  1000`, id)
	found, err := pgx.CollectRows(rows, scanStaff)
	if err != nil {
		return nil, fmt.Errorf("list staff of %s: %w", id, postgres.Kind(err))
	}
	return found, nil
}

// PeopleOf returns StaffOf, and after them OwnersToCome.
func (s *Store) PeopleOf(ctx context.Context, id ID) ([]Staff, error) {
	found, err := s.StaffOf(ctx, id)
	if err != nil {
		return nil, err
	}
	owners, err := s.OwnersToCome(ctx)
	return append(found, owners...), err
}

// OwnersToCome are the owners of the configuration who have never signed in: nothing is kept of those but the name.
func (s *Store) OwnersToCome(ctx context.Context) (found []Staff, err error) {
	rows, _ := s.pool.In(Scope{}).Query(ctx, `
		SELECT DISTINCT o.upn
		FROM   unnest($1::text[]) o (upn)
		WHERE  o.upn <> '' AND NOT EXISTS (SELECT FROM staff s WHERE s.upn = o.upn)
		ORDER  BY o.upn`, s.owners)
	upns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("owners of the configuration: %w", postgres.Kind(err))
	}
	for _, upn := range upns {
		found = append(found, Staff{UPN: upn, Role: RoleOwner, Reach: ReachAll})
	}
	return found, nil
}

// GetStaff finds one staff member, or errs.NotFound. Only tenants within the scope are named.
func (s *Store) GetStaff(ctx context.Context, scope Scope, id int64) (Staff, error) {
	rows, _ := s.pool.In(scope).Query(ctx, staffQuery+`WHERE s.staff_id = $1`, id)
	return one(rows, scanStaff, fmt.Sprintf("staff %d", id))
}

// CreateStaff names somebody by UPN before their first sign-in. A UPN that is already there is errs.Conflict.
func (s *Store) CreateStaff(ctx context.Context, st Staff) (int64, error) {
	st, err := checkStaff(st)
	if err != nil {
		return 0, err
	}
	var id int64
	err = s.pool.InTx(ctx, Everything(), func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `
			INSERT INTO staff (upn, name, role, reach, group_id, disabled, created_by)
			VALUES (@upn, @name, @role, @reach, NULLIF(@group::bigint, 0), @disabled, @by)
			RETURNING staff_id`,
			pgx.NamedArgs{"upn": st.UPN, "name": st.Name, "role": st.Role, "reach": st.Reach, "group": st.Group, "disabled": st.Disabled, "by": st.CreatedBy}).Scan(&id)
		if err != nil {
			return staffConflict(err)
		}
		return listTenants(ctx, tx, id, st.Tenants)
	})
	if err != nil {
		return 0, fmt.Errorf("create staff: %w", postgres.Kind(err))
	}
	return id, nil
}

// UpdateStaff changes role, reach, tenants and whether the person may sign in. The last owner who may sign in stays one: errs.Conflict.
func (s *Store) UpdateStaff(ctx context.Context, st Staff) error {
	st, err := checkStaff(st)
	if err != nil {
		return err
	}
	return s.changeStaff(ctx, st.ID, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE staff SET role = $2, reach = $3, disabled = $4, group_id = NULLIF($5::bigint, 0) WHERE staff_id = $1`, st.ID, st.Role, st.Reach, st.Disabled, st.Group)
		if err := staffConflict(err); err != nil {
			return err
		}
		if err := changed(tag.RowsAffected(), err, "update"); err != nil {
			return err
		}
		return listTenants(ctx, tx, st.ID, st.Tenants)
	})
}

// Assign lets a staff member see a tenant that is made in the same transaction: whoever has chosen tenants or a group gets one more, the
// others see it anyway.
func Assign(ctx context.Context, tx postgres.DB, staff int64, id ID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO staff_tenant (tenant_id, staff_id)
		SELECT $2, staff_id FROM staff WHERE staff_id = $1 AND reach IN ('chosen', 'group')
		ON CONFLICT DO NOTHING`, staff, id)
	if err != nil {
		return fmt.Errorf("assign %s: %w", id, err)
	}
	return nil
}

// DeleteStaff removes a staff member. The last owner who may sign in stays: errs.Conflict.
func (s *Store) DeleteStaff(ctx context.Context, id int64) error {
	return s.changeStaff(ctx, id, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM staff WHERE staff_id = $1`, id)
		return changed(tag.RowsAffected(), err, "delete")
	})
}

// changeStaff lets one change at a time through, so that two owners cannot demote each other at once.
func (s *Store) changeStaff(ctx context.Context, id int64, change func(tx pgx.Tx) error) error {
	err := s.pool.InTx(ctx, Everything(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('tenantry.staff'))`); err != nil {
			return err
		}
		before, err := owners(ctx, tx)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		after, err := owners(ctx, tx)
		if err != nil {
			return err
		}
		if after == 0 && before > 0 {
			return errs.ShowNext(errs.Conflict, "This is the last owner who may sign in.", "Make somebody else an owner first.")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("staff %d: %w", id, postgres.Kind(err))
	}
	return nil
}

func owners(ctx context.Context, tx pgx.Tx) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM staff WHERE role = 'owner' AND NOT disabled`).Scan(&n)
	return n, err
}

func listTenants(ctx context.Context, tx pgx.Tx, id int64, tenants []ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM staff_tenant WHERE staff_id = $1`, id); err != nil {
		return err
	}
	if len(tenants) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO staff_tenant (tenant_id, staff_id) SELECT DISTINCT unnest($2::uuid[]), $1::bigint`, id, tenants)
	if code(err) == "23503" { // foreign key: a tenant that the portal does not know
		return fmt.Errorf("list tenants: %w", errs.NotFound)
	}
	return err
}

func checkStaff(st Staff) (Staff, error) {
	st.UPN = strings.ToLower(strings.TrimSpace(st.UPN))
	name, domain, ok := strings.Cut(st.UPN, "@")
	switch {
	case !ok || name == "" || !strings.Contains(domain, ".") || len(st.UPN) > 320 || strings.ContainsAny(st.UPN, " \t\r\n<>\"") || strings.Contains(domain, "@"):
		return st, errs.Show(errs.Invalid, "A user principal name looks like anna@contoso.com.")
	case strings.Contains(st.UPN, "#ext#"):
		return st, errs.Show(errs.Invalid, "A guest of the home tenant cannot be staff.")
	case !st.Role.Staff():
		return st, errs.Show(errs.Invalid, "The role is owner, technician or support.")
	case st.Reach != ReachAll && st.Reach != ReachAllBut && st.Reach != ReachChosen && st.Reach != ReachGroup:
		return st, errs.Show(errs.Invalid, "The reach is all tenants, all but some, chosen ones, or those of a group.")
	case st.Reach == ReachGroup && st.Group < 1:
		return st, errs.Show(errs.Invalid, "Choose the group of customers.")
	case st.Role == RoleOwner && st.Reach != ReachAll:
		return st, errs.Show(errs.Invalid, "An owner reaches all tenants.")
	}
	if st.Reach == ReachAll {
		st.Tenants = nil
	}
	if st.Reach != ReachGroup {
		st.Group = 0
	}
	return st, nil
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

func staffConflict(err error) error {
	if code(err) == "23503" { // foreign key: a group that is not there any more
		return errs.Show(errs.Invalid, "The group of customers does not exist.")
	}
	if code(err) == "23505" {
		return errs.Show(errs.Conflict, "Somebody with this user principal name is staff already.")
	}
	return err
}

// reach is the set of tenants of a staff member.
func (s *Store) reach(ctx context.Context, st Staff) (Scope, error) {
	switch st.Reach {
	case ReachAll:
		return Everything(), nil
	case ReachChosen:
		return Only(st.Tenants...), nil
	}
	sql, of := `SELECT tenant_id FROM tenant EXCEPT SELECT tenant_id FROM staff_tenant WHERE staff_id = $1`, st.ID
	if st.Reach == ReachGroup {
		sql, of = `SELECT tenant_id FROM tenants_of_group($1)`, st.Group
	}
	rows, _ := s.pool.In(Everything()).Query(ctx, sql, of)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[ID])
	if err != nil {
		return Scope{}, fmt.Errorf("reach of staff %d: %w", st.ID, postgres.Kind(err))
	}
	if st.Reach == ReachGroup {
		ids = append(ids, st.Tenants...)
	}
	slices.SortFunc(ids, ID.Compare)
	return Scope{IDs: slices.Compact(ids)}, nil
}
