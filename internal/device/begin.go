package device

import (
	"context"
	"strconv"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Begin is Search for a text below three characters, which finds what begins with it: first the devices whose names do, then those whose
// serials, then those whose users do, each in that order. Of so short a text the last are many, and by name would stand between the first.
// most is how far is counted; 0: exactly. No cursor leads on: List has them all.
func (s *Store) Begin(ctx context.Context, scope tenant.Scope, text string, limit int, most int64) (page Page, err error) {
	if err := postgres.CheckSearch(text); err != nil {
		return Page{}, err
	}
	db := s.pool.Planned(scope)
	if scope.All { // the beginning alone says which indexes serve, and planning takes longer than they do
		db = s.pool.Fixed(scope)
	}
	sql, args := beginSQL(scope, Term(text), limit, most)
	var rank, count int64
	if page, err = s.page(ctx, db, sql, args, postgres.Order{}, limit, &rank, &count); err != nil {
		return Page{}, err
	}
	page.Count, page.More = count, most > 0 && count > most
	if page.More {
		page.Count = most
	}
	return page, nil
}

// begun are the columns that a text may begin, in the order in which people mean them.
var begun = []string{"d.name_key", "d.serial_key", "d.user_key"}

// beginSQL takes the first of each column in the order of its index, and counts those of all from the indexes alone. The limits are no
// arguments: see limited.
func beginSQL(scope tenant.Scope, text string, limit int, most int64) (string, []any) {
	w := &postgres.Where{}
	w.Within(scope, "d.tenant_id")
	w.And("d.gone_at IS NULL")
	from, to := w.Arg(text), w.Arg(text+"\U0010FFFF")
	first, all, counted := "", "", ""
	if most > 0 {
		counted = limited(int(most) + 1)
	}
	for rank, column := range begun {
		where := w.SQL() + ` AND ` + column + ` >= ` + from + ` AND ` + column + ` < ` + to
		if rank > 0 {
			first, all = first+` UNION ALL `, all+` UNION `
		}
		first += `(SELECT ` + strconv.Itoa(rank) + ` AS rank, ` + column + ` AS key, d.tenant_id, d.id FROM device d ` + where + ` ORDER BY key, d.tenant_id, d.id` + limited(limit) + `)`
		all += `(SELECT d.tenant_id, d.id FROM device d ` + where + counted + `)`
	}
	return `
		WITH first AS (
			SELECT f.tenant_id, f.id, min(f.rank) AS rank, (array_agg(f.key ORDER BY f.rank))[1] AS key
			FROM  (` + first + `) f
			GROUP  BY f.tenant_id, f.id
			ORDER  BY rank, key, f.tenant_id, f.id` + limited(limit) + `)
		SELECT ` + columns + `, ARRAY[]::text[], m.rank, (SELECT count(*) FROM (` + all + `) c)
		FROM   first m
		CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.id AND x.gone_at IS NULL OFFSET 0) d
		ORDER  BY m.rank, m.key, m.tenant_id, m.id`, w.Args
}
