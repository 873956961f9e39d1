package intunerole

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Merge makes the tenant's roles, assignments and operations those of the read, which was complete. A tenant has few of them, so they are
// compared here: only what differs is written, and each difference of a role or an assignment is kept as history. tx is under the tenant's
// scope.
func (s *Store) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, r Read) (m graphsync.Merged, err error) {
	r = r.tidy()
	g := merger{ctx: ctx, tx: tx, tid: tid, run: run, now: now}
	for _, step := range []func(Read) error{g.roles, g.assignments, g.operations, g.allow, g.remember} {
		if err := step(r); err != nil {
			return m, fmt.Errorf("merge Intune roles of %s: %w", tid, err)
		}
	}
	g.merged.Counters = counters(r)
	return g.merged, nil
}

type merger struct {
	ctx     context.Context
	tx      pgx.Tx
	tid     tenant.ID
	run     int64
	now     time.Time
	changes []roleChange
	merged  graphsync.Merged
}

type roleChange struct {
	role string
	Change
}

func (g *merger) note(role, field, subject, old, new string) {
	if old != new {
		g.changes = append(g.changes, roleChange{role, Change{Field: field, Subject: subject, Old: old, New: new}})
	}
}

// noteLists notes what went from a list and what came.
func (g *merger) noteLists(role, field, subject string, old, new []string) {
	gone := slices.DeleteFunc(slices.Clone(old), func(s string) bool { return slices.Contains(new, s) })
	came := slices.DeleteFunc(slices.Clone(new), func(s string) bool { return slices.Contains(old, s) })
	g.note(role, field, subject, strings.Join(gone, ", "), strings.Join(came, ", "))
}

func (g *merger) exec(n *int64, sql string, args ...any) error {
	tag, err := g.tx.Exec(g.ctx, sql, args...)
	if err == nil && n != nil {
		*n += tag.RowsAffected()
	}
	return err
}

func (g *merger) roles(r Read) error {
	rows, _ := g.tx.Query(g.ctx, `SELECT `+columns+` FROM intune_role a WHERE a.tenant_id = $1`, g.tid)
	old, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Role, error) { return scan(row) })
	if err != nil {
		return err
	}
	before := map[string]Role{}
	for _, o := range old {
		before[o.ID] = o
	}
	for _, n := range r.Roles {
		o, known := before[n.ID]
		delete(before, n.ID)
		if known && o.GoneAt.IsZero() && same(o, n) {
			continue
		}
		if known {
			g.note(n.ID, "name", "", o.Name, n.Name)
			g.note(n.ID, "description", "", o.Description, n.Description)
			g.noteLists(n.ID, "allowed", "", o.Allowed, n.Allowed)
			g.noteLists(n.ID, "denied", "", o.Denied, n.Denied)
			g.note(n.ID, "gone", "", strconv.FormatBool(!o.GoneAt.IsZero()), "false")
		}
		if err := g.exec(&g.merged.Written, `
			INSERT INTO intune_role (tenant_id, id, name, name_key, description, built_in, allowed, denied, assignments, first_seen_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
			ON     CONFLICT (tenant_id, id) DO UPDATE
			SET    name = excluded.name, name_key = excluded.name_key, description = excluded.description, built_in = excluded.built_in, allowed = excluded.allowed,
			       denied = excluded.denied, assignments = excluded.assignments, changed_at = excluded.changed_at, gone_at = NULL`,
			g.tid, n.ID, n.Name, key(n.Name), n.Description, n.BuiltIn, list(n.Allowed), list(n.Denied), n.Assignments, g.now); err != nil {
			return err
		}
	}
	for id, o := range before {
		if !o.GoneAt.IsZero() {
			continue
		}
		g.note(id, "gone", "", "false", "true")
		if err := g.exec(&g.merged.Gone, `UPDATE intune_role SET gone_at = $3 WHERE tenant_id = $1 AND id = $2`, g.tid, id, g.now); err != nil {
			return err
		}
	}
	return nil
}

func same(a, b Role) bool {
	return a.Name == b.Name && a.Description == b.Description && a.BuiltIn == b.BuiltIn && a.Assignments == b.Assignments &&
		slices.Equal(a.Allowed, b.Allowed) && slices.Equal(a.Denied, b.Denied)
}

// assignments of the tenant: what is given to a role is history of that role.
func (g *merger) assignments(r Read) error {
	rows, _ := g.tx.Query(g.ctx, `SELECT `+assignmentColumns+`, a.gone_at IS NOT NULL FROM intune_role_assignment a `+besideRole+` WHERE a.tenant_id = $1`, g.tid)
	before, gone := map[string]Assignment{}, map[string]bool{}
	if _, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		var was bool
		o, err := scanAssignment(row, &was)
		before[o.ID], gone[o.ID] = o, was
		return struct{}{}, err
	}); err != nil {
		return err
	}
	for _, n := range r.Assignments {
		o, known := before[n.ID]
		was := gone[n.ID]
		delete(before, n.ID)
		if known && !was && sameAssignment(o, n) {
			continue
		}
		g.noteAssignment(o, n, known && !was)
		if err := g.exec(&g.merged.Written, `
			INSERT INTO intune_role_assignment (tenant_id, id, role_id, name, name_key, description, members, scopes, scope_type, first_seen_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
			ON     CONFLICT (tenant_id, id) DO UPDATE
			SET    role_id = excluded.role_id, name = excluded.name, name_key = excluded.name_key, description = excluded.description, members = excluded.members,
			       scopes = excluded.scopes, scope_type = excluded.scope_type, changed_at = excluded.changed_at, gone_at = NULL`,
			g.tid, n.ID, n.RoleID, n.Name, key(n.Name), n.Description, list(n.Members), list(n.Scopes), n.ScopeType, g.now); err != nil {
			return err
		}
	}
	for id, o := range before {
		if gone[id] {
			continue
		}
		g.note(o.RoleID, "assignment", o.Name, "given", "")
		if err := g.exec(&g.merged.Gone, `UPDATE intune_role_assignment SET gone_at = $3 WHERE tenant_id = $1 AND id = $2`, g.tid, id, g.now); err != nil {
			return err
		}
	}
	return nil
}

func (g *merger) noteAssignment(o, n Assignment, known bool) {
	if !known || o.RoleID != n.RoleID {
		if known {
			g.note(o.RoleID, "assignment", o.Name, "given", "")
		}
		g.note(n.RoleID, "assignment", n.Name, "", "given")
		return
	}
	g.note(n.RoleID, "assignment.name", n.Name, o.Name, n.Name)
	g.noteLists(n.RoleID, "assignment.members", n.Name, o.Members, n.Members)
	g.noteLists(n.RoleID, "assignment.scopes", n.Name, append(slices.Clone(o.Scopes), o.ScopeType), append(slices.Clone(n.Scopes), n.ScopeType))
}

func sameAssignment(a, b Assignment) bool {
	return a.RoleID == b.RoleID && a.Name == b.Name && a.Description == b.Description && a.ScopeType == b.ScopeType &&
		slices.Equal(a.Members, b.Members) && slices.Equal(a.Scopes, b.Scopes)
}

// allow has what is stored of roles, assignments and who is in their groups follow what was written.
func (g *merger) allow(Read) error {
	if g.merged.Written+g.merged.Gone == 0 {
		return nil
	}
	return g.exec(nil, `SELECT intune_allow($1), settle_wipers($1)`, g.tid)
}

// operations have no history: they are Microsoft's, and change with the service.
func (g *merger) operations(r Read) error {
	ids, resources, actions, descriptions := []string{}, []string{}, []string{}, []string{}
	for _, o := range r.Operations {
		ids, resources, actions, descriptions = append(ids, o.ID), append(resources, o.Resource), append(actions, o.Action), append(descriptions, o.Description)
	}
	if err := g.exec(&g.merged.Written, `
		INSERT INTO intune_operation AS o (tenant_id, id, resource, action, description)
		SELECT $1, n.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS n
		ON     CONFLICT (tenant_id, id) DO UPDATE
		SET    resource = excluded.resource, action = excluded.action, description = excluded.description
		WHERE  (o.resource, o.action, o.description) IS DISTINCT FROM (excluded.resource, excluded.action, excluded.description)`,
		g.tid, ids, resources, actions, descriptions); err != nil {
		return err
	}
	return g.exec(&g.merged.Gone, `DELETE FROM intune_operation WHERE tenant_id = $1 AND id <> ALL($2)`, g.tid, ids)
}

// remember writes the history. The first read of a tenant has none: nothing is known of before.
func (g *merger) remember(Read) error {
	var first bool
	if err := g.tx.QueryRow(g.ctx, `SELECT NOT EXISTS (SELECT FROM intune_role WHERE tenant_id = $1 AND first_seen_at < $2)`, g.tid, g.now).Scan(&first); err != nil || first {
		return err
	}
	for i, c := range g.changes {
		if err := g.exec(nil, `
			INSERT INTO intune_role_change (tenant_id, role_id, run, seq, at, field, subject, old, new)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON     CONFLICT DO NOTHING`, g.tid, c.role, g.run, i, g.now, c.Field, c.Subject, c.Old, c.New); err != nil {
			return err
		}
	}
	return nil
}

func counters(r Read) map[string]int64 {
	n := map[string]int64{"total": int64(len(r.Roles)), "assignments": int64(len(r.Assignments)), "operations": int64(len(r.Operations))}
	for _, x := range r.Roles {
		n["builtIn:"+strconv.FormatBool(x.BuiltIn)]++
		n["assigned:"+strconv.FormatBool(x.Assignments > 0)]++
	}
	return n
}

// key is a name to sort by, cut to what an index takes.
func key(name string) string {
	if len(name) > maxKey {
		name = strings.ToValidUTF8(name[:maxKey], "")
	}
	return strings.ToLower(name)
}

// list is never nil, for columns that are never NULL.
func list(of []string) []string {
	if of == nil {
		return []string{}
	}
	return of
}
