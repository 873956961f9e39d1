package detectedapp

import (
	"strings"

	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// stored chooses among the programs of all tenants, which are kept added up for all platforms and for each. ok is false for what is not: some of
// the tenants, versions or platforms.
func (f Filter) stored(scope tenant.Scope) (w *postgres.Where, ok bool) {
	all, _ := scope.PostgresScope()
	if !all || len(f.Tenants)+len(f.Version) > 0 || len(f.Platform) > 1 {
		return nil, false
	}
	platform := ""
	if len(f.Platform) == 1 {
		if platform = f.Platform[0]; platform == "" {
			return nil, false
		}
	}
	w = &postgres.Where{}
	w.And("g.platform = ?", platform)
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
