package detectedapp

import (
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// stored chooses among the programs of all tenants, which are kept added up for all platforms and for each. ok is false for what is not: some of
// the tenants or versions. Of several platforms there may be a row of a program for each: they tell which programs there are, but not their sums.
func (f Filter) stored(scope tenant.Scope) (w *postgres.Where, ok bool) {
	all, _ := scope.PostgresScope()
	if !all || len(f.Tenants)+len(f.Version) > 0 || slices.Contains(f.Platform, "") {
		return nil, false
	}
	platforms := f.Platform
	if len(platforms) == 0 {
		platforms = []string{""}
	}
	w = &postgres.Where{}
	w.OneOf("g.platform", platforms)
	q := strings.TrimSpace(f.Q)
	switch {
	case f.keys != nil: // an index found them
		w.And("g.app_key = ANY(?)", f.keys)
	case f.Key != "" && q != "": // a part of a version
		return nil, false
	case f.Key != "":
		w.And("g.app_key = ?", f.Key)
	case q != "" && postgres.Short(q):
		w.Begins("g.name_key", q)
	default:
		for _, pattern := range postgres.Likes(postgres.Words(q)) {
			w.And("CASE WHEN g.search LIKE ? THEN true END", pattern) // LIKE alone, behind row-level security, is taken for hardly a row
		}
	}
	if f.Spread {
		w.And("g.versions > 1")
	}
	return w, true
}
