package guest

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

// Store holds guests in Postgres.
type Store struct{ pool *postgres.Pool }

// NewStore is the store on that database.
func NewStore(pool *postgres.Pool) *Store { return &Store{pool: pool} }

var merging = postgres.Merge{
	Table: "guest", Keep: true, History: "guest_change", Subject: "guest_id",
	Fields: []string{"name", "address", "redeemed", "enabled", "roles", "intune"},
}

// Merge makes the tenant's guests those of the read, which was complete. tx is under the tenant's scope.
func (s *Store) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, run int64, now time.Time, found []Guest) (m graphsync.Merged, err error) {
	stage := postgres.NewStage(strings.Fields("id name name_key upn address redeemed redeemed_at enabled roles intune invited_at active_at")...)
	defer stage.Close()
	m.Counters = map[string]int64{"total": 0}
	for _, g := range found {
		row := stage.Row().Text(g.ID).Text(g.Name).Text(strings.ToLower(cut(g.Name))).Text(g.UPN).Text(g.Address).Tristate(g.Redeemed).Time(g.RedeemedAt).Tristate(g.Enabled)
		if g.RolesRead {
			row.Strings(g.Roles)
		} else {
			row.Null()
		}
		if row.Tristate(g.Intune).Time(g.InvitedAt); g.ActiveRead {
			row.Time(g.ActiveAt)
		} else {
			row.Null()
		}
		if err := row.End(); err != nil {
			return m, err
		}
		m.Counters["total"]++
		if g.Redeemed != nil && !*g.Redeemed {
			m.Counters["pending:true"]++
		}
	}
	if m.Written, m.Gone, err = stage.Merge(ctx, tx, merging, tid, run, now); err != nil {
		return m, err
	}
	if m.Written+m.Gone > 0 { // who of the customer's accounts is one of the partner's is stored beside who could wipe
		if _, err := tx.Exec(ctx, `SELECT settle_wipers($1)`, tid); err != nil {
			return m, err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM guest_awaited WHERE tenant_id = $1 AND invited_at < $2`, tid, now.Add(-Unread))
	return m, err
}

// tables joins who signed in to the portal at the customer: the sign-in that proves the way.
const tables = `guest g ` + besidePerson

const besidePerson = `LEFT JOIN person p ON p.tenant_id = g.tenant_id AND p.object_id::text = g.id`

// roles is SQL for Guest.Roles: those of the account itself, and those of groups that it is in, over the whole tenant, as far as these were
// looked into (internal/directoryrole, internal/group). NULL: the account's own could not be read.
const roles = `CASE WHEN g.roles IS NOT NULL THEN ARRAY(
	SELECT unnest(g.roles)
	UNION
	SELECT a.role_id
	FROM   directory_role_assignment a
	JOIN   directory_group_member m ON m.tenant_id = a.tenant_id AND m.group_id = a.principal_id
	WHERE  a.tenant_id = g.tenant_id
	AND    a.principal_type = 'group'
	AND    a.gone_at IS NULL
	AND    a.scope = '/'
	AND    m.id = g.id
	ORDER  BY 1) END`

// standing is SQL for Guest.Standing; what is unknown stops the way.
const standing = `CASE
	WHEN g.enabled = false THEN 'blocked'
	WHEN NOT g.redeemed THEN 'invited'
	WHEN g.redeemed IS NULL OR g.roles IS NULL THEN 'unknown'
	WHEN ` + roles + ` = '{}' THEN 'redeemed'
	WHEN g.intune IS NULL THEN 'unknown'
	WHEN NOT g.intune THEN 'role'
	WHEN p.last_seen_at IS NULL THEN 'licence'
	ELSE 'proven' END`

// since is SQL for how long nobody has used an account, as Guest.Idle counts it.
const since = `CASE WHEN p.last_seen_at IS NULL AND g.active_at = '-infinity' THEN g.redeemed_at
	ELSE GREATEST(COALESCE(p.last_seen_at, '-infinity'), COALESCE(g.active_at, '-infinity')) END`

var tenantName = postgres.TenantName("g")

var columns = `
	g.tenant_id, ` + tenantName + `, g.id, g.name, g.upn, g.address, g.redeemed, NULLIF(g.redeemed_at, '-infinity'), g.enabled, COALESCE(` + roles + `, '{}'), g.roles IS NOT NULL, g.intune,
	NULLIF(g.invited_at, '-infinity'), p.last_seen_at, g.active_at IS NOT NULL, NULLIF(g.active_at, '-infinity'), g.revoked_at, g.revoked_by, ` + standing + `, g.first_seen_at, g.changed_at, g.gone_at`

func scan(row pgx.CollectableRow, more ...any) (g Guest, err error) {
	err = row.Scan(append([]any{&g.Tenant, &g.TenantName, &g.ID, &g.Name, &g.UPN, &g.Address, &g.Redeemed, postgres.Zero(&g.RedeemedAt), &g.Enabled, &g.Roles, &g.RolesRead, &g.Intune,
		postgres.Zero(&g.InvitedAt), postgres.Zero(&g.SignedInAt), &g.ActiveRead, postgres.Zero(&g.ActiveAt), postgres.Zero(&g.RevokedAt), &g.RevokedBy, &g.Standing, &g.FirstSeenAt, &g.ChangedAt, postgres.Zero(&g.GoneAt)}, more...)...)
	return g, err
}

var (
	rank   = postgres.Key{Expr: "array_position('{" + ranks() + "}'::text[], " + standing + ")", Type: "int"}
	byName = postgres.Key{Expr: "g.name_key", Type: "text"}
)

func ranks() string {
	words := make([]string, len(Standings))
	for i, s := range Standings {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}

var orders = map[string][]postgres.Key{
	"standing": {rank, {Expr: "g.invited_at", Type: "timestamptz"}, byName},
	"name":     {byName},
	"invited":  {{Expr: "g.invited_at", Type: "timestamptz"}, byName},
	"signedIn": {{Expr: "COALESCE(p.last_seen_at, '-infinity')", Type: "timestamptz"}, byName},
	"active":   {{Expr: "COALESCE(g.active_at, '-infinity')", Type: "timestamptz"}, byName},
	"customer": postgres.TenantOrder("g", byName),
}

func (f Filter) listing(scope tenant.Scope) (l postgres.Listing, err error) {
	l = postgres.Listing{Columns: columns, Table: "guest g", Joined: besidePerson, Cursor: f.After, Limit: f.Limit, Where: &postgres.Where{}}
	w := l.Where
	one := w.Within(scope, "g.tenant_id")
	for _, v := range append([]string{f.Q}, f.Roles...) {
		if !postgres.Printable(v) || len(v) > 400 {
			return l, errs.Show(errs.Invalid, "A filter holds characters that cannot be searched for, or too many of them.")
		}
	}
	home := "EXISTS (SELECT FROM tenant t WHERE t.tenant_id = g.tenant_id AND t.home)"
	if !f.Home {
		home = "NOT " + home
	}
	w.And(home)
	if f.Domains != nil {
		w.And("split_part(g.address, '@', 2) = ANY(?)", f.Domains)
	}
	if f.Gone {
		w.And("g.gone_at IS NOT NULL")
	} else {
		w.And("g.gone_at IS NULL")
	}
	w.Searched(postgres.Searchable{Table: "guest", Alias: "g", Key: "g.name_key"}, f.Q)
	if len(f.Standings) > 0 {
		w.And(standing+" = ANY(?)", f.Standings)
	}
	if len(f.Roles) > 0 {
		w.And(roles+" && ?::text[]", f.Roles)
	}
	if len(f.Tenants) > 0 {
		w.And("g.tenant_id = ANY(?)", f.Tenants)
	}
	if f.Waiting {
		w.And(standing+" = 'invited' AND g.invited_at > '-infinity' AND g.invited_at < ?", f.Now.Add(-Old))
	}
	if f.Idle {
		w.And(standing+" = ANY(?) AND "+since+" > '-infinity' AND "+since+" < ?", accepted, f.Now.Add(-Idle))
	}
	name := f.Sort
	if name == "" {
		name = Sorts[0]
	}
	keys, ok := orders[name]
	if !ok {
		return l, errs.ShowNext(errs.Invalid, "Guests cannot be sorted by that.", "Sort by "+strings.Join(Sorts, ", ")+".")
	}
	l.Order = postgres.Order{Name: name, Desc: f.Desc, Keys: postgres.Ended(keys, postgres.Key{Expr: "g.tenant_id", Type: "uuid"}, postgres.Key{Expr: "g.id", Type: "text"})}
	if one {
		l.Order = l.Order.OfOneTenant()
	}
	return l, nil
}

// List returns the guests in the scope that match f, one page in the chosen order.
func (s *Store) List(ctx context.Context, scope tenant.Scope, f Filter) (p Page, err error) {
	l, err := f.listing(scope)
	if err != nil {
		return p, err
	}
	p.Rows, p.Next, p.Count, err = postgres.PageOf(ctx, s.pool.In(scope), l, scan)
	return p, err
}

// Count is how many guests in the scope match f.
func (s *Store) Count(ctx context.Context, scope tenant.Scope, f Filter) (int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return 0, err
	}
	return postgres.CountOf(ctx, s.pool.In(scope), l)
}

// Standings are how many guests in the scope that match f are how far.
func (s *Store) Standings(ctx context.Context, scope tenant.Scope, f Filter) (map[Standing]int64, error) {
	l, err := f.listing(scope)
	if err != nil {
		return nil, err
	}
	found := map[Standing]int64{}
	rows, _ := s.pool.In(scope).Query(ctx, `SELECT `+standing+`, count(*) FROM `+tables+` `+l.Where.SQL()+` GROUP BY 1`, l.Where.Args...)
	var at Standing
	var n int64
	if _, err := pgx.ForEachRow(rows, []any{&at, &n}, func() error { found[at] = n; return nil }); err != nil {
		return nil, fmt.Errorf("standings of guests: %w", err)
	}
	return found, nil
}

// Each calls each for every guest in the scope that matches f, in its order. Limit does not apply.
func (s *Store) Each(ctx context.Context, scope tenant.Scope, f Filter, each func(Guest) error) error {
	l, err := f.listing(scope)
	if err != nil {
		return err
	}
	return postgres.EachOf(ctx, s.pool.In(scope), l, scan, each)
}

// Get finds a guest of the tenant, or errs.NotFound.
func (s *Store) Get(ctx context.Context, tid tenant.ID, id string) (g Guest, err error) {
	if !postgres.Printable(id) {
		return g, errs.NotFound
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+columns+` FROM `+tables+` WHERE g.tenant_id = $1 AND g.id = $2`, tid, id)
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Guest, error) { return scan(row) })
	if err != nil {
		return g, fmt.Errorf("guest: %w", err)
	}
	if len(found) == 0 {
		return g, errs.NotFound
	}
	return found[0], nil
}

// Changes is the history of a guest, the newest first.
func (s *Store) Changes(ctx context.Context, tid tenant.ID, id string, limit int) ([]Change, error) {
	return merging.Changes(ctx, s.pool.In(tid), tid, id, limit)
}

// Revoked keeps who deleted the account by the portal, and when. Whether it is gone is for the next complete read to say.
func (s *Store) Revoked(ctx context.Context, tid tenant.ID, id, by string, at time.Time) error {
	err := s.pool.InTx(ctx, tid, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE guest SET revoked_at = $3, revoked_by = $4 WHERE tenant_id = $1 AND id = $2`, tid, id, at, by)
		if err == nil { // whoever was invited a moment ago may be invited again
			_, err = tx.Exec(ctx, `DELETE FROM guest_awaited WHERE tenant_id = $1 AND guest_id = $2`, tid, id)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("revoked guest: %w", postgres.Kind(err))
	}
	return nil
}
