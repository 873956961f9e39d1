package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// alike chooses among the apps of all tenants, of which those that nothing here tells apart are one row of app_alike. ok is false for what
// these do not know: some of the tenants, apps that are gone, the id of an app.
func (f Filter) alike(scope tenant.Scope) (w *postgres.Where, ok bool) {
	q := strings.TrimSpace(f.Q)
	all, _ := scope.PostgresScope()
	if _, id := postgres.GUIDBegins(q); id || !all || len(f.Tenants) > 0 || f.Gone {
		return nil, false
	}
	w = &postgres.Where{}
	if q != "" && postgres.Short(q) {
		w.Begins("a.name_key", q)
	} else {
		for _, pattern := range postgres.Likes(postgres.Words(q)) {
			w.And("a.search LIKE ?", pattern)
		}
	}
	f.traits(w)
	if f.Failed {
		w.And("a.failing")
	}
	return w, true
}

// traits are the conditions on what apps that are alike have in common, of an app or of such a row.
func (f Filter) traits(w *postgres.Where) {
	w.OneOf("a.type", f.Type)
	w.OneOf("a.platform", f.Platform)
	w.OneOf("a.state", f.State)
	if len(f.Category) > 0 {
		w.And("a.categories && ?::text[]", f.Category)
	}
	if f.Assigned != nil {
		w.And("a.assigned = ?", *f.Assigned)
	}
	if len(f.Intent) > 0 {
		w.And("a.intents && ?::text[]", f.Intent)
	}
	if f.Entry != "" {
		w.And("a.entry = ?", f.Entry)
	}
}

// entriesAlike is entries for what alike chooses. A tenant that has several apps of an entry counts once.
func entriesAlike(w *postgres.Where) string {
	return `
		SELECT v.*, COALESCE(cardinality(v.each), 0) AS versions, COALESCE(v.each[1:` + fmt.Sprint(SomeVersions) + `], '{}') AS some, count(*) OVER () AS entries
		FROM  (SELECT a.name_key, a.entry, min(a.publisher_key) AS publisher_key, min(a.type) AS type, min(a.platform) AS platform, min(a.name) AS name,
		              min(a.publisher) AS publisher, sum(a.apps)::bigint AS apps, COALESCE(sum(a.apps) FILTER (WHERE a.assigned), 0)::bigint AS assigned,
		              COALESCE(sum(a.tenants) FILTER (WHERE a.sole_of IS NULL), 0)::bigint + count(DISTINCT a.sole_of) AS tenants,
		              CASE WHEN bool_or(a.reported) THEN sum(a.failed)::bigint ELSE -1 END AS failed,
		              COALESCE(sum(a.apps) FILTER (WHERE a.reported), 0)::bigint AS reported,
		              array_agg(DISTINCT a.version) FILTER (WHERE a.version <> '') AS each
		       FROM   app_alike a
		       ` + w.SQL() + `
		       GROUP  BY a.name_key, a.entry) v`
}

// narrows tells that something that no order of the list begins with chooses.
func (f Filter) narrows() bool {
	return len(f.Type)+len(f.Platform)+len(f.State)+len(f.Category)+len(f.Intent) > 0 || f.Assigned != nil
}

// seldom is how many apps are found sooner by what they have in common than by walking along the order of the list.
const seldom = 2000

// narrowed is a page of a list over all tenants that alike chooses, too. That tells how many there are, and where they are few, which entries
// have them; a walk through all apps would.
func (s *Store) narrowed(ctx context.Context, scope tenant.Scope, l postgres.Listing, alike *postgres.Where) (p Page, err error) {
	var entries []string
	if err := s.pool.In(scope).QueryRow(ctx, `
		SELECT COALESCE(sum(a.apps), 0)::bigint, CASE WHEN sum(a.apps) <= `+fmt.Sprint(seldom)+` THEN array_agg(DISTINCT a.entry) END
		FROM   app_alike a
		`+alike.SQL(), alike.Args...).Scan(&p.Count, &entries); err != nil {
		return p, fmt.Errorf("count apps: %w", postgres.BadInput(err))
	}
	if len(entries) > 0 {
		l.Where.And("a.entry = ANY(?)", entries)
	}
	if p.Rows = []App{}; p.Count > 0 || l.Cursor != "" {
		p.Rows, p.Next, err = postgres.RowsOf(ctx, s.pool.In(scope), l, scan)
	}
	p.Count, p.More = l.Counted(p.Count)
	return p, err
}

// share keeps what the catalogue of all tenants adds up what this tenant's apps, assignments and installations are.
func share(ctx context.Context, tx pgx.Tx, tid tenant.ID) error {
	if _, err := tx.Exec(ctx, `SELECT app_shared($1)`, tid); err != nil {
		return fmt.Errorf("share of %s in the app catalogue: %w", tid, err)
	}
	return nil
}
