package tenantgroup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds groups in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

const query = `
	SELECT g.group_id, g.name, g.tags, g.every_tag, g.countries, g.states, g.min_devices, g.name_part, g.changed_at, g.changed_by,
	       (SELECT count(*) FROM tenants_of_group(g.group_id)), (SELECT count(*) FROM staff s WHERE s.group_id = g.group_id)
	FROM   tenant_group g `

func scan(row pgx.CollectableRow) (Group, error) {
	var g Group
	err := row.Scan(&g.ID, &g.Name, &g.Tags, &g.EveryTag, &g.Countries, &g.States, &g.MinDevices, &g.NamePart, &g.ChangedAt, &g.ChangedBy, &g.Count, &g.Staff)
	return g, err
}

// List returns all groups by name; each counts the tenants of the scope.
func (s *Store) List(ctx context.Context, scope tenant.Scope) ([]Group, error) {
	rows, _ := s.pool.In(scope).Query(ctx, query+`ORDER BY lower(g.name) LIMIT 2000`)
	found, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, fmt.Errorf("list groups: %w", postgres.Kind(err))
	}
	return found, nil
}

// Names returns id and name of all groups, by name.
func (s *Store) Names(ctx context.Context) ([]Group, error) {
	rows, _ := s.pool.In(tenant.Only()).Query(ctx, `SELECT group_id, name FROM tenant_group ORDER BY lower(name) LIMIT 2000`)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g Group, err error) { return g, row.Scan(&g.ID, &g.Name) })
	if err != nil {
		return nil, fmt.Errorf("names of groups: %w", postgres.Kind(err))
	}
	return found, nil
}

// Get returns one group, or errs.NotFound.
func (s *Store) Get(ctx context.Context, scope tenant.Scope, id int64) (Group, error) {
	rows, _ := s.pool.In(scope).Query(ctx, query+`WHERE g.group_id = $1`, id)
	g, err := pgx.CollectExactlyOneRow(rows, scan)
	if err != nil {
		return Group{}, fmt.Errorf("group %d: %w", id, postgres.Kind(err))
	}
	return g, nil
}

// Members returns the tenants of the scope that are in the group.
func (s *Store) Members(ctx context.Context, scope tenant.Scope, id int64) (tenant.Scope, error) {
	return s.find(ctx, scope, `SELECT tenant_id FROM tenants_of_group($1)`, id)
}

// Narrow returns the tenants of the scope that are in any of the groups and have any of the tags; none of a kind chooses all. A group
// that does not exist is errs.Invalid. The answer never has a tenant that the scope has not.
func (s *Store) Narrow(ctx context.Context, scope tenant.Scope, groups []int64, tags []string) (tenant.Scope, error) {
	var known int
	if err := s.pool.In(scope).QueryRow(ctx, `SELECT count(*) FROM tenant_group WHERE group_id = ANY ($1)`, groups).Scan(&known); err != nil {
		return tenant.Scope{}, fmt.Errorf("narrow by groups: %w", postgres.Kind(err))
	}
	slices.Sort(groups)
	if known < len(slices.Compact(groups)) {
		return tenant.Scope{}, errs.ShowNext(errs.Invalid, "There is no such group of customers; it may have been deleted.", "Open the list without it, or choose one of those on the Groups page.")
	}
	return s.find(ctx, scope, `
		SELECT t.tenant_id
		FROM   tenant t
		WHERE  NOT t.home
		AND    (cardinality($1::bigint[]) = 0 OR t.tenant_id IN (SELECT m.tenant_id FROM unnest($1::bigint[]) g CROSS JOIN LATERAL tenants_of_group(g) m))
		AND    (cardinality($2::text[]) = 0 OR EXISTS (SELECT FROM tenant_tag x WHERE x.tenant_id = t.tenant_id AND x.tag = ANY ($2)))`,
		append([]int64{}, groups...), append([]string{}, tags...))
}

func (s *Store) find(ctx context.Context, scope tenant.Scope, sql string, args ...any) (tenant.Scope, error) {
	rows, _ := s.pool.In(scope).Query(ctx, sql, args...)
	ids, err := pgx.CollectRows(rows, pgx.RowTo[tenant.ID])
	if err != nil {
		return tenant.Scope{}, fmt.Errorf("tenants of a group: %w", postgres.Kind(err))
	}
	return tenant.Only(ids...), nil
}

// Create makes a group. A name that is there already is errs.Conflict.
func (s *Store) Create(ctx context.Context, g Group) (id int64, err error) {
	if g, err = checked(g); err != nil {
		return 0, err
	}
	err = s.pool.In(tenant.Only()).QueryRow(ctx, `
		INSERT INTO tenant_group (name, tags, every_tag, countries, states, min_devices, name_part, changed_by)
		VALUES (@name, @tags, @every, @countries, @states, @devices, @part, @by)
		RETURNING group_id`, named(g)).Scan(&id)
	return id, conflict(err)
}

// Update changes a group. One that decides the reach of staff is changed by owners only: errs.Forbidden.
func (s *Store) Update(ctx context.Context, g Group, owner bool) error {
	g, err := checked(g)
	if err != nil {
		return err
	}
	tag, err := s.pool.In(tenant.Only()).Exec(ctx, `
		UPDATE tenant_group g
		SET    name = @name, tags = @tags, every_tag = @every, countries = @countries, states = @states, min_devices = @devices,
		       name_part = @part, changed_by = @by, changed_at = now()
		WHERE  g.group_id = @id
		AND    (@owner OR NOT EXISTS (SELECT FROM staff s WHERE s.group_id = g.group_id))`, named(g, pgx.NamedArgs{"id": g.ID, "owner": owner}))
	if err != nil {
		return conflict(err)
	}
	if tag.RowsAffected() == 0 {
		return s.refused(ctx, g.ID, errs.ShowNext(errs.Forbidden, "This group decides which customers some of the staff may see.", "An owner can change it."))
	}
	return nil
}

// Delete removes a group. One that decides the reach of staff stays: errs.Conflict.
func (s *Store) Delete(ctx context.Context, id int64) error {
	tag, err := s.pool.In(tenant.Only()).Exec(ctx, `DELETE FROM tenant_group g WHERE g.group_id = $1 AND NOT EXISTS (SELECT FROM staff s WHERE s.group_id = g.group_id)`, id)
	if code(err) == "23503" || err == nil && tag.RowsAffected() == 0 {
		return s.refused(ctx, id, errs.ShowNext(errs.Conflict, "This group decides which customers some of the staff may see.", "Give them customers in another way first, on the Staff page."))
	}
	if err != nil {
		return fmt.Errorf("delete group %d: %w", id, postgres.Kind(err))
	}
	return nil
}

// refused is why a change did not happen: the group is not there, or why.
func (s *Store) refused(ctx context.Context, id int64, why error) error {
	if _, err := s.Get(ctx, tenant.Only(), id); err != nil {
		return err
	}
	return why
}

func named(g Group, more ...pgx.NamedArgs) pgx.NamedArgs {
	states := make([]string, len(g.States))
	for i, s := range g.States {
		states[i] = string(s)
	}
	args := pgx.NamedArgs{"name": g.Name, "tags": append([]string{}, g.Tags...), "every": g.EveryTag, "countries": append([]string{}, g.Countries...),
		"states": states, "devices": g.MinDevices, "part": g.NamePart, "by": g.ChangedBy}
	for _, m := range more {
		for k, v := range m {
			args[k] = v
		}
	}
	return args
}

func conflict(err error) error {
	if code(err) == "23505" {
		return errs.Show(errs.Conflict, "A group has that name already.")
	}
	if err != nil {
		return fmt.Errorf("write group: %w", postgres.Kind(err))
	}
	return nil
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}
