package device

import (
	"context"
	"fmt"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// onlySearch tells that nothing but the text chooses, of the devices that are there.
func (f Filter) onlySearch() bool {
	return len(f.Compliance)+len(f.OS)+len(f.OSVersion)+len(f.Ownership)+len(f.CheckIn)+len(f.Category)+len(f.Model)+len(f.Manufacturer)+
		len(f.State)+len(f.Tenants) == 0 && f.Encrypted == nil && f.UserID == "" && !f.Gone
}

// bound is how many matches are enough to tell that there are more than are counted; 0: all are counted.
func (f Filter) bound() int64 {
	if f.CountMost > 0 {
		return f.CountMost + 1
	}
	return 0
}

// gathers tells that all matches of a search can be gathered with what they are sorted by, and counted as they are.
func (f Filter) gathers() bool {
	return Term(f.Q) != "" && f.onlySearch() && f.Sort != "customer"
}

// Search is the first page of what a text finds in no order that anybody chose, and which order that is: by name, as who looks for something
// knows what it is called; or, where more match than are many, by the last check-in, the oldest first, as of a text that stands in so many a
// page is soon found there, while those that are the first by name stand together, wherever that is.
func (s *Store) Search(ctx context.Context, scope tenant.Scope, f Filter, many int64) (page Page, sort string, err error) {
	limit, named, exact := limitOf(f), f, f.CountMost == 0
	named.Sort, named.CountMost = "name", many
	if !named.gathers() {
		named.CountMost = f.CountMost
		page, err = s.List(ctx, scope, named)
		return page, named.Sort, err
	}
	page, more, err := s.gather(ctx, scope, named, limit)
	if err != nil || !more {
		return page, named.Sort, err
	}
	f.Sort = "lastSync"
	if page, err = s.dense(ctx, scope, f, limit); err == nil && exact {
		page.More = false
		page.Count, err = s.Count(ctx, scope, f)
	}
	return page, f.Sort, err
}

// gather takes all matches of a search, and of these the page. more tells that they are more than are counted, so that they are not all.
func (s *Store) gather(ctx context.Context, scope tenant.Scope, f Filter, limit int) (page Page, more bool, err error) {
	sql, args, o, err := gatherSQL(scope, f, limit+1)
	if err != nil {
		return Page{}, false, err
	}
	db := s.pool.In(scope)
	if postgres.Short(Term(f.Q)) { // how many begin with a text, only the text tells
		db = s.pool.Planned(scope)
	}
	var count, beside int64
	if page, err = s.page(ctx, db, sql, args, o, limit, &count, &beside); err != nil {
		return Page{}, false, err
	}
	page.Count, more = count, f.CountMost > 0 && count > f.CountMost
	page.NamesOnly = count > 0 && beside == 0 && !more
	if f.After != "" && len(page.Rows) == 0 { // no row that tells
		page.Count, page.More, err = s.count(ctx, scope, f)
	}
	return page, more, err
}

// gatherSQL sorts what was found before it looks at the devices, so that only those of the page are looked at. The limit is no argument: then
// the plan for all values is as good as one for those at hand, and is kept.
func gatherSQL(scope tenant.Scope, f Filter, limit int) (string, []any, postgres.Order, error) {
	w := &postgres.Where{}
	if err := search(&postgres.Where{}, f); err != nil {
		return "", nil, postgres.Order{}, err
	}
	o, err := orderOf(f, (&postgres.Where{}).Within(scope, "d.tenant_id"))
	if err != nil {
		return "", nil, o, err
	}
	from, err := matches(w, scope, f)
	if err != nil {
		return "", nil, o, err
	}
	if err := o.After(w, f.After); err != nil {
		return "", nil, o, err
	}
	return `
		SELECT ` + columns + `, ` + o.Place() + `, m.n, m.others
		FROM  (SELECT d.tenant_id, d.id, d.n, d.others
		       FROM  (SELECT d.*, count(*) OVER () AS n, count(*) FILTER (WHERE ` + beside(f) + `) OVER () AS others FROM ` + from + ` d) d
		       ` + w.SQL() + `
		       ORDER  BY ` + o.By() + fmt.Sprintf("\n\t\t       LIMIT  %d", limit) + `) m
		CROSS  JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.id AND x.gone_at IS NULL OFFSET 0) d
		ORDER  BY ` + o.By(), w.Args, o, nil
}

// matches are those of a search with what they are sorted by, one more than are counted.
func matches(w *postgres.Where, scope tenant.Scope, f Filter) (string, error) {
	text, most := Term(f.Q), f.bound()
	if postgres.Short(text) {
		c := &postgres.Where{Args: w.Args}
		if _, err := conditions(c, scope, f); err != nil {
			return "", err
		}
		limit := limited(int(most))
		w.Args = c.Args
		return `(SELECT d.tenant_id, d.id, d.name_key, d.serial_key, d.user_key, d.compliance, d.os, d.last_sync_at FROM device d ` + c.SQL() + limit + `)`, nil
	}
	from := holding(w, text, most)
	if f.byIndex() {
		return from, nil
	}
	return `(SELECT d.* FROM ` + from + ` m CROSS JOIN LATERAL (SELECT * FROM device x WHERE x.tenant_id = m.tenant_id AND x.id = m.id OFFSET 0) d)`, nil
}

// byIndex tells that what the index of the search knows of a device is all that is needed to sort what was found.
func (f Filter) byIndex() bool {
	return !postgres.Short(Term(f.Q)) && (f.Sort == "" || f.Sort == "name")
}

// beside is the condition that a match holds the text beside its name.
func beside(f Filter) string {
	if f.byIndex() {
		return "d.beside"
	}
	return "true" // or not: nobody asks
}

// dense is a page of a search that matches more than are counted.
func (s *Store) dense(ctx context.Context, scope tenant.Scope, f Filter, limit int) (Page, error) {
	page, found, err := s.probe(ctx, scope, f, limit)
	if err == nil && !found {
		page, err = s.listed(ctx, scope, f, limit)
	}
	page.Count, page.More = f.CountMost, true
	return page, err
}

// walk is how many devices a probe looks at: where one in a hundred matches, a page is among them.
const walk = 10_000

// probe is for a search that matches much, such as the beginning of all names: the first devices in the chosen order hold a page of
// matches already, while the index of the search would gather every match there is. found is false where they do not.
func (s *Store) probe(ctx context.Context, scope tenant.Scope, f Filter, limit int) (page Page, found bool, err error) {
	text, bare := Term(f.Q), f
	bare.Q = ""
	of := parts(scope, bare)
	all, tenants := scope.PostgresScope()
	if !all && len(tenants) != 1 && len(of) < 2 {
		return Page{}, false, nil // no index has the order
	}
	o, err := orderOf(f, len(tenants) == 1)
	if err != nil {
		return Page{}, false, err
	}
	w := &postgres.Where{}
	inner, err := firstOf(w, of, f, o, walk)
	if err != nil {
		return Page{}, false, err
	}
	match := &postgres.Where{Args: w.Args}
	plain(match, text)
	sql := `
		SELECT ` + columns + `, ` + o.Place() + `
		FROM  (SELECT * FROM ` + inner + `) d
		` + match.SQL() + `
		ORDER  BY ` + o.By() + limited(limit+1)
	page, err = s.page(ctx, s.pool.Planned(scope), sql, match.Args, o, limit)
	return page, page.Next != "", err
}

// Settle keeps searches fast while the sync writes: what was written lately stands in a list before the index of the search, which each
// search reads as a whole. Do it now and then.
func (s *Store) Settle(ctx context.Context) error {
	if _, err := s.pool.In(tenant.Everything()).Exec(ctx, `SELECT device_settle()`); err != nil {
		return fmt.Errorf("settle the index of the search: %w", err)
	}
	return nil
}
