package group

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds groups and members in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

// Merge makes the tenant's groups and their members those of the read, which was complete. It writes only what differs.
func (s *Store) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, r Read) (m graphsync.Merged, err error) {
	groups := postgres.NewStage("id", "name", "dynamic", "gone", "members_read", "members")
	defer groups.Close()
	members := postgres.NewStage("group_id", "id", "type", "name", "upn", "enabled", "direct")
	defer members.Close()
	m.Counters = map[string]int64{"total": 0}
	names := oneName(r)
	for _, g := range r.Groups {
		if err := groups.Row().Text(g.ID).Text(g.Name).Bool(g.Dynamic).Bool(g.Gone).Bool(g.MembersRead).Int(int64(g.Members)).End(); err != nil {
			return m, err
		}
		m.Counters["total"]++
		if g.Gone {
			m.Counters["gone:true"]++
		}
		for _, x := range r.Members[g.ID] {
			if err := members.Row().Text(g.ID).Text(x.ID).Text(x.Type).Text(names[x.ID].Name).Text(names[x.ID].UPN).Tristate(x.Enabled).Bool(x.Direct).End(); err != nil {
				return m, err
			}
		}
	}
	if err := groups.Copy(ctx, tx, "directory_group_stage", "directory_group"); err != nil {
		return m, fmt.Errorf("merge groups of %s: %w", tid, err)
	}
	if err := members.Copy(ctx, tx, "directory_group_member_stage", "directory_group_member"); err != nil {
		return m, fmt.Errorf("merge members of groups of %s: %w", tid, err)
	}
	for _, q := range []struct {
		sql string
		n   *int64
	}{{sweepGroups, &m.Gone}, {sweepMembers, &m.Gone}, {writeGroups, &m.Written}, {writeMembers, &m.Written}} {
		tag, err := tx.Exec(ctx, q.sql, tid)
		if err != nil {
			return m, fmt.Errorf("write groups of %s: %w", tid, err)
		}
		*q.n += tag.RowsAffected()
	}
	if m.Written+m.Gone > 0 { // who holds an Intune role, and who could wipe, is stored beside
		if _, err := tx.Exec(ctx, `SELECT intune_allow($1), settle_wipers($1)`, tid); err != nil {
			return m, fmt.Errorf("count who holds Intune roles of %s: %w", tid, err)
		}
	}
	return m, nil
}

// oneName is how each member is called. One who was renamed while their groups were read would have two names, and stand in two places of a list.
func oneName(r Read) map[string]Member {
	names := map[string]Member{}
	for _, members := range r.Members {
		for _, x := range members {
			known := names[x.ID]
			names[x.ID] = Member{Name: max(known.Name, x.Name), UPN: max(known.UPN, x.UPN)}
		}
	}
	return names
}

const (
	sweepGroups = `
		DELETE FROM directory_group o
		WHERE  o.tenant_id = $1
		AND    NOT EXISTS (SELECT FROM directory_group_stage n WHERE n.id = o.id)`
	sweepMembers = `
		DELETE FROM directory_group_member o
		WHERE  o.tenant_id = $1
		AND    NOT EXISTS (SELECT FROM directory_group_member_stage n WHERE n.group_id = o.group_id AND n.id = o.id)`
	writeGroups = `
		INSERT INTO directory_group AS o (tenant_id, id, name, dynamic, gone, members_read, members)
		SELECT $1, id, name, dynamic, gone, members_read, members
		FROM   directory_group_stage
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    name = excluded.name, dynamic = excluded.dynamic, gone = excluded.gone, members_read = excluded.members_read, members = excluded.members
		WHERE  (o.name, o.dynamic, o.gone, o.members_read, o.members) IS DISTINCT FROM
		       (excluded.name, excluded.dynamic, excluded.gone, excluded.members_read, excluded.members)`
	writeMembers = `
		INSERT INTO directory_group_member AS o (tenant_id, group_id, id, type, name, upn, enabled, direct)
		SELECT $1, group_id, id, type, name, upn, enabled, direct
		FROM   directory_group_member_stage
		ON     CONFLICT (tenant_id, group_id, id) DO UPDATE
		SET    type = excluded.type, name = excluded.name, upn = excluded.upn, enabled = excluded.enabled, direct = excluded.direct
		WHERE  (o.type, o.name, o.upn, o.enabled, o.direct) IS DISTINCT FROM (excluded.type, excluded.name, excluded.upn, excluded.enabled, excluded.direct)`
)

// Find returns those of the groups that were read, also where they are gone. One that is missing was not read yet, or may not be.
func (s *Store) Find(ctx context.Context, scope tenant.Scope, refs []Ref) (map[Ref]Group, error) {
	found := map[Ref]Group{}
	if len(refs) == 0 {
		return found, nil
	}
	tenants, ids := make([]string, len(refs)), make([]string, len(refs))
	for i, r := range refs {
		tenants[i], ids[i] = r.Tenant.String(), r.ID
	}
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT g.tenant_id, g.id, g.name, g.dynamic, g.gone, g.members_read, g.members
		FROM   directory_group g
		JOIN   (SELECT DISTINCT * FROM unnest($1::uuid[], $2::text[]) AS r (tenant_id, id)) r ON r.tenant_id = g.tenant_id AND r.id = g.id`, tenants, ids)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Group])
	if err != nil {
		return nil, fmt.Errorf("find groups: %w", err)
	}
	for _, g := range all {
		found[Ref{g.Tenant, g.ID}] = g
	}
	return found, nil
}

// Members returns who is in each of a tenant's groups, through groups inside it too, by name; a group that was not looked into is missing.
func (s *Store) Members(ctx context.Context, tid tenant.ID, groups []string) (map[string][]Member, error) {
	found := map[string][]Member{}
	if len(groups) == 0 {
		return found, nil
	}
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT g.id, COALESCE(m.id, ''), COALESCE(m.type, ''), COALESCE(m.name, ''), COALESCE(m.upn, ''), m.enabled, COALESCE(m.direct, false)
		FROM   directory_group g
		LEFT   JOIN directory_group_member m ON m.tenant_id = g.tenant_id AND m.group_id = g.id
		WHERE  g.tenant_id = $1
		AND    g.id = ANY($2)
		AND    g.members_read
		ORDER  BY g.id, lower(m.name), m.id`, tid, groups)
	var id string
	var m Member
	_, err := pgx.ForEachRow(rows, []any{&id, &m.ID, &m.Type, &m.Name, &m.UPN, &m.Enabled, &m.Direct}, func() error {
		in := found[id]
		if in == nil {
			in = []Member{}
		}
		if m.ID != "" {
			in = append(in, m)
		}
		found[id], m.Enabled = in, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("members of groups of %s: %w", tid, err)
	}
	return found, nil
}
