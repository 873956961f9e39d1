package device

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// part is what one index has in the order of a list: the devices of one tenant, or those with one value, or both.
type part struct {
	scope  tenant.Scope
	tenant string // empty: all of the scope
	f      Filter
}

// mostParts is how many indexes a page is gathered from at most: each costs planning.
const mostParts = 24

// parts are what a list is gathered from where no index has all of it in its order; one: an index has, or none has even parts of it.
func parts(scope tenant.Scope, f Filter) []part {
	found := []part{{scope: scope, f: f}}
	if ids := few(scope); ids != nil && (f.Sort == "" || f.Sort == "name" || f.Sort == "lastSync") {
		found = found[:0]
		for _, id := range ids {
			found = append(found, part{scope: tenant.Everything(), tenant: id, f: f}) // row-level security sees to the scope
		}
	}
	values, set := f.alternatives()
	if len(values) < 2 || len(values)*len(found) > mostParts {
		return found
	}
	split := make([]part, 0, len(values)*len(found))
	for _, p := range found {
		for _, v := range values {
			*set(&p.f) = []string{v}
			split = append(split, p)
		}
	}
	return split
}

// alternatives are the values of a field, each of which an index has in the chosen order, and the field. A set of values keeps no order.
func (f Filter) alternatives() (values []string, field func(*Filter) *[]string) {
	for _, c := range []struct {
		field func(*Filter) *[]string
		sorts []string // of the indexes that begin with it
	}{
		{func(f *Filter) *[]string { return &f.Compliance }, []string{"", "name", "lastSync", "compliance"}},
		{func(f *Filter) *[]string { return &f.OS }, []string{"", "name", "lastSync", "os"}},
		{func(f *Filter) *[]string { return &f.CheckIn }, []string{"lastSync"}},
	} {
		if v := *c.field(&f); len(v) > 1 && slices.Contains(c.sorts, f.Sort) {
			v = slices.Clone(v)
			slices.Sort(v)
			return slices.Compact(v), c.field // a value that comes twice is one
		}
	}
	return nil, nil
}

// few are the tenants of a scope of some, for each of which its own index is better followed than one over all; nil: it is not that.
func few(scope tenant.Scope) []string {
	all, ids := scope.PostgresScope()
	if all || len(ids) < 2 || len(ids) > 20 {
		return nil
	}
	return ids
}

// ofEach is a page of the devices of all parts.
func ofEach(parts []part, f Filter, o postgres.Order, limit int) (string, []any, postgres.Order, error) {
	w := &postgres.Where{}
	from, err := firstOf(w, parts, f, o, limit)
	return `
		SELECT ` + selected(f, o, limit) + `
		FROM  ` + from, w.Args, o, err
}

// firstOf takes the first devices of each part, by the part's own index, and of these the first. The parts stand one by one, so that the
// planner knows how large each is.
func firstOf(w *postgres.Where, parts []part, f Filter, o postgres.Order, limit int) (from string, err error) {
	most, pages := limited(limit), make([]string, len(parts))
	for i, p := range parts {
		c, by := &postgres.Where{Args: w.Args}, o
		if _, err := conditions(c, p.scope, p.f); err != nil {
			return "", err
		}
		if err := o.After(c, f.After); err != nil {
			return "", err
		}
		if p.tenant != "" {
			c.And("d.tenant_id = ?::uuid", p.tenant)
			by = o.Without("d.tenant_id")
		}
		pages[i] = `(SELECT * FROM device d ` + c.SQL() + ` ORDER BY ` + by.By() + most + `)`
		w.Args = c.Args
	}
	return `(` + strings.Join(pages, " UNION ALL ") + `) d
		ORDER  BY ` + o.By() + most, nil
}
