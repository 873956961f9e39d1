package intunerole

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// few is how many people hold a role at the most for them to be gathered: of more, a page is found sooner in the order of their names.
const few = 2000

// found is the place of somebody in a list.
type found struct {
	tenant tenant.ID
	id     string
}

// holdersOfAll is Holders over all customers, by one action. 60,000 people can be such: it follows the names to those on the page, and only then
// reads what they hold. How many there are is known beforehand, but for a search.
func (s *Store) holdersOfAll(ctx context.Context, f HolderFilter) (page HolderPage, err error) {
	all := tenant.Everything()
	db := s.pool.Planned(all)
	allowed, err := s.AllowedBy(ctx, all, f.Can[0], nil)
	if err != nil {
		return page, err
	}
	page.Count = allowed.Holders
	seldom, err := s.seldom(ctx, db, f.Q)
	if err != nil {
		return page, err
	}
	if f.Sort == "customer" && !seldom {
		l, err := f.listing(all)
		if err != nil {
			return page, err
		}
		if page.Rows, page.Next, err = postgres.RowsOf(ctx, db, l, scanHolder); err != nil {
			return page, err
		}
	} else {
		l, err := f.persons(seldom || allowed.Holders <= few, seldom)
		if err != nil {
			return page, err
		}
		people, next, err := postgres.RowsOf(ctx, db, l, func(row pgx.CollectableRow, more ...any) (p found, err error) {
			return p, row.Scan(append([]any{&p.tenant, &p.id}, more...)...)
		})
		if err != nil {
			return page, err
		}
		page.Next = next
		if page.Rows, err = s.these(ctx, f.Can, people); err != nil {
			return page, err
		}
	}
	if strings.TrimSpace(f.Q) == "" {
		return page, nil
	}
	if page.Count = int64(len(page.Rows)); f.After == "" && page.Next == "" {
		return page, nil
	}
	page.Count, page.More, err = s.countPersons(ctx, db, f, seldom || allowed.Holders <= few, seldom)
	return page, err
}

// seldom tells that an index finds all who have the text in their names before the first of them is come upon in the order of the list.
func (s *Store) seldom(ctx context.Context, db postgres.DB, q string) (seldom bool, err error) {
	words := postgres.Words(q)
	if len(words) == 0 || postgres.Short(words[0]) || printable(q) != nil {
		return false, nil
	}
	return postgres.Seldom(ctx, db, "directory_group_member", words[0])
}

const customerKey = `(SELECT ` + postgres.TenantKey + ` FROM tenant t WHERE t.tenant_id = a.tenant_id)`

// persons lists who is in a group that holds a role which allows it: each once, as all their rows have one name. gathered: all of them are sorted
// instead of followed by name; seldom: the search is asked of the index.
func (f HolderFilter) persons(gathered, seldom bool) (l postgres.Listing, err error) {
	w := &postgres.Where{}
	if err := printable(f.Can[0], f.Q); err != nil {
		return l, err
	}
	w.And("a.type <> 'group'")
	in := `(a.tenant_id, a.group_id) IN (SELECT h.tenant_id, g FROM intune_allowed h CROSS JOIN LATERAL unnest(h.groups) g WHERE h.action = ?)`
	if !gathered {
		in = `CASE WHEN ` + in + ` THEN true END` // asked of each row, as it comes
	}
	w.And(in, f.Can[0])
	if q := strings.TrimSpace(f.Q); q != "" {
		if seldom {
			w.And(`(a.tenant_id, a.id) IN (SELECT m.tenant_id, m.id FROM searched('directory_group_member', ?) m)`, postgres.Like(postgres.Words(q)[0]))
		}
		w.And(`CASE WHEN a.search LIKE ? THEN true END`, postgres.Like(q))
	}
	l = postgres.Listing{Table: "directory_group_member a", Where: w, Cursor: f.After, Limit: f.Limit}
	known := map[string][]postgres.Key{"name": holderOrders["name"], "customer": {{Expr: customerKey, Type: "text"}, {Expr: "a.tenant_id", Type: "uuid"}, {Expr: "a.name_key", Type: "text"}}}
	l.Order, err = order(known, f.Sort, f.Desc, false)
	by := make([]string, len(l.Order.Keys))
	for i, k := range l.Order.Keys {
		by[i] = k.Expr
	}
	l.Columns = `DISTINCT ON (` + strings.Join(by, ", ") + `) a.tenant_id, a.id`
	return l, err
}

// countPersons is how many a search finds, up to CountMost. Somebody is in few such groups: of twice as many rows as that, in no order, there are
// mostly more people.
func (s *Store) countPersons(ctx context.Context, db postgres.DB, f HolderFilter, gathered, seldom bool) (n int64, more bool, err error) {
	l, err := f.persons(gathered, seldom)
	if err != nil {
		return 0, false, err
	}
	count := func(limit any) (people, rows int64, err error) {
		args := append(slices.Clone(l.Where.Args), limit)
		err = db.QueryRow(ctx, `
			SELECT count(DISTINCT (tenant_id, id)), count(*)
			FROM  (SELECT a.tenant_id, a.id FROM `+l.Table+` `+l.Where.SQL()+fmt.Sprintf(` LIMIT $%d) f`, len(args)), args...).Scan(&people, &rows)
		if err != nil {
			return 0, 0, fmt.Errorf("count holders of Intune roles: %w", postgres.BadInput(err))
		}
		return people, rows, nil
	}
	l.Most = f.CountMost
	if l.Most > 0 {
		people, rows, err := count(2 * (l.Most + 1))
		if err != nil || people > l.Most || rows < 2*(l.Most+1) {
			n, more = l.Counted(people)
			return n, more, err
		}
	}
	n, _, err = count(nil)
	n, more = l.Counted(n)
	return n, more, err
}

// these are what people hold by roles that allow it, in the order of the people.
func (s *Store) these(ctx context.Context, can []string, people []found) ([]Holder, error) {
	tenants, ids := make([]string, len(people)), make([]string, len(people))
	for i, p := range people {
		tenants[i], ids[i] = p.tenant.String(), p.id
	}
	rows, _ := s.pool.Fixed(tenant.Everything()).Query(ctx, `
		SELECT `+holderColumns+`
		FROM   unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS k (tenant_id, id, n)
		CROSS  JOIN LATERAL (
			SELECT   m.tenant_id, m.id, max(m.type) AS type, max(m.name) AS name, max(m.upn) AS upn, bool_or(m.enabled) AS enabled, NOT bool_or(m.direct) AS nested,
			         array_agg(DISTINCT r.name) AS roles, array_agg(DISTINCT s.name) AS assignments, array_agg(DISTINCT CASE WHEN s.scopes <> '{}' THEN 'resourceScope' ELSE s.scope_type END) AS scopes
			FROM     directory_group_member m
			JOIN     intune_role_assignment s ON s.tenant_id = k.tenant_id AND s.gone_at IS NULL AND m.group_id = ANY(s.members)
			JOIN     intune_role r ON r.tenant_id = k.tenant_id AND r.id = s.role_id AND r.gone_at IS NULL AND r.allowed && $3::text[]
			WHERE    m.tenant_id = k.tenant_id AND m.id = k.id AND m.type <> 'group'
			GROUP BY m.tenant_id, m.id) a
		ORDER  BY k.n`, tenants, ids, can)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Holder, error) { return scanHolder(row) })
	if err != nil {
		return nil, fmt.Errorf("what people hold by Intune roles: %w", err)
	}
	return all, nil
}
