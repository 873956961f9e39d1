package directoryrole

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Store holds assignments in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var merging = postgres.Merge{
	Table: "directory_role_assignment", Keep: true, History: "directory_role_change", Subject: "assignment_id", Came: true, Fields: []string{"role_id", "principal_id", "scope", "name", "enabled"},
}

// Merge makes the tenant's assignments those of the read, which was complete. tx is under the tenant's scope.
func (s *Store) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, found []Assignment) (m graphsync.Merged, err error) {
	stage := postgres.NewStage(strings.Fields("id role_id role_name principal_id principal_type name upn enabled scope")...)
	defer stage.Close()
	m.Counters = map[string]int64{"total": 0}
	for _, a := range found {
		if err := stage.Row().Text(a.ID).Text(a.Role).Text(a.RoleName).Text(a.Principal).Text(a.Type).Text(a.Name).Text(a.UPN).Tristate(a.Enabled).Text(a.Scope).End(); err != nil {
			return m, err
		}
		m.Counters["total"]++
	}
	if m.Written, m.Gone, err = stage.Merge(ctx, tx, merging, tid, run, now); err == nil && m.Written+m.Gone > 0 { // who could wipe is stored beside
		_, err = tx.Exec(ctx, `SELECT settle_wipers($1)`, tid)
	}
	return m, err
}

// holders are assignments of people and programs, and those of groups for each who is in them.
const holders = `
	FROM   directory_role_assignment a
	CROSS  JOIN LATERAL (
	       SELECT a.principal_id AS id, a.principal_type AS type, a.name, a.upn, a.enabled, '' AS group_id, '' AS group_name
	       WHERE  a.principal_type <> 'group'
	       UNION  ALL
	       SELECT lower(m.id), m.type, m.name, m.upn, m.enabled, m.group_id, a.name
	       FROM   directory_group_member m
	       WHERE  a.principal_type = 'group'
	       AND    a.gone_at IS NULL
	       AND    m.tenant_id = a.tenant_id
	       AND    m.group_id = a.principal_id
	       AND    m.type <> 'group') h `

var tenantName = postgres.TenantName("a")

// Each calls each for every holding in the scope that matches f, by tenant, holder and role; for people in groups, as far as those were
// looked into: see Unseen.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Holding) error) error {
	w, err := f.where(scope)
	if err != nil {
		return err
	}
	if len(f.Holders) > 0 {
		w.And("h.id IN (SELECT unnest(?::text[]))", f.Holders) // hashed, however many they are
	}
	var h Holding
	var gone *time.Time
	rows, _ := s.pool.In(scope).Query(ctx, `
		SELECT a.tenant_id, `+tenantName+`, a.id, a.role_id, a.role_name, h.id, h.type, h.name, h.upn, h.enabled, a.scope, h.group_id, h.group_name, a.first_seen_at, a.gone_at`+holders+w.SQL()+`
		ORDER  BY a.tenant_id, h.id, a.role_id, a.id`, w.Args...)
	_, err = pgx.ForEachRow(rows, []any{&h.Tenant, &h.TenantName, &h.ID, &h.Role, &h.RoleName, &h.Principal, &h.Type, &h.Name, &h.UPN, &h.Enabled, &h.Scope, &h.Group, &h.GroupName, &h.Since, &gone}, func() error {
		found := h
		if h.Enabled = nil; gone != nil {
			found.GoneAt = *gone
		}
		return each(found)
	})
	if err != nil {
		return fmt.Errorf("who holds directory roles: %w", postgres.BadInput(err))
	}
	return nil
}

func (f Filter) where(scope tenant.Scope) (*postgres.Where, error) {
	w := &postgres.Where{}
	w.Within(scope, "a.tenant_id")
	for _, v := range append(append([]string{}, f.Roles...), f.Holders...) {
		if !postgres.Printable(v) || len(v) > maxKey {
			return nil, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or too many of them.")
		}
	}
	if f.Gone {
		w.And("a.gone_at IS NOT NULL")
	} else {
		w.And("a.gone_at IS NULL")
	}
	if len(f.Roles) > 0 {
		w.And("a.role_id = ANY(?)", f.Roles)
	}
	if len(f.Tenants) > 0 {
		w.And("a.tenant_id = ANY(?)", f.Tenants)
	}
	return w, nil
}

// Unseen is how many groups of each tenant hold one of the roles, or any where none is named, and were not looked into.
func (s *Store) Unseen(ctx context.Context, scope tenant.Scope, f Filter) (map[tenant.ID]int, error) {
	w, err := f.where(scope)
	if err != nil {
		return nil, err
	}
	w.And("a.principal_type = 'group'")
	w.And("NOT EXISTS (SELECT FROM directory_group g WHERE g.tenant_id = a.tenant_id AND g.id = a.principal_id AND (g.members_read OR g.gone))")
	found := map[tenant.ID]int{}
	var tid tenant.ID
	var n int
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT a.tenant_id, count(DISTINCT a.principal_id) FROM directory_role_assignment a `+w.SQL()+` GROUP BY a.tenant_id`, w.Args...)
	if _, err := pgx.ForEachRow(rows, []any{&tid, &n}, func() error { found[tid] = n; return nil }); err != nil {
		return nil, fmt.Errorf("groups with directory roles that were not looked into: %w", postgres.BadInput(err))
	}
	return found, nil
}

// GroupIDs are the tenant's groups that hold a role now.
func (s *Store) GroupIDs(ctx context.Context, tid tenant.ID) (ids []string, err error) {
	err = s.pool.In(tid).QueryRow(ctx, `
		SELECT COALESCE(array_agg(DISTINCT principal_id), '{}')
		FROM   directory_role_assignment
		WHERE  tenant_id = $1
		AND    gone_at IS NULL
		AND    principal_type = 'group'`, tid).Scan(&ids)
	if err != nil {
		return nil, fmt.Errorf("groups that hold directory roles: %w", err)
	}
	return ids, nil
}
