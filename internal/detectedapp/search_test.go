package detectedapp

import (
	"fmt"
	"slices"
	"testing"

	"github.com/tenantry/tenantry/internal/tenant"
)

// TestSearchFindsWhatTheListFinds: by its index the search finds the programs of the list, with the same figures, within the scope; and says
// where it did not look at all.
func TestSearchFindsWhatTheListFinds(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, noon, append(tools(12), chrome("9.5", 3), chrome("141.0", 40), Version{ID: "p", Name: `100%_\`, Publisher: "O'Hara", Version: "1", Platform: "macOS", Devices: 2})...)
	merge(t, pool, s, fabrikam, noon, append(tools(3), chrome("10.1", 5), chrome("141.0", 7))...)
	for _, scope := range []tenant.Scope{tenant.Everything(), tenant.Only(contoso), tenant.Only(fabrikam), tenant.Only(contoso, fabrikam), tenant.Only()} {
		for _, q := range []string{"chrome", "GOOGLE chr", "llc google", "tool", "tool 0", "01 tool", "%_\\", "o'hara", "o'hara 100", "nothing", "google nothing", ""} {
			list, err := s.Programs(t.Context(), scope, Filter{Q: q, Limit: 8})
			if err != nil {
				t.Fatal(err)
			}
			if q == "" {
				list = Programs{}
			}
			found, err := s.Search(t.Context(), scope, q, 8, 0)
			if err != nil || found.More || found.Count != list.Count || fmt.Sprint(found.Rows) != fmt.Sprint(list.Rows) {
				t.Errorf("%q in %v: %+v, the list has %+v (%v)", q, scope, found, list, err)
			}
		}
	}
	found, err := s.Search(t.Context(), tenant.Everything(), "tool", 2, 5)
	if err != nil || !found.More || found.Count < 3 || found.Count > 5 || len(found.Rows) != 2 || !slices.IsSortedFunc(found.Rows, func(a, b Program) int { return int(a.Name[len(a.Name)-1]) - int(b.Name[len(b.Name)-1]) }) {
		t.Errorf("of five that were looked at: %+v, %v", found, err)
	}
	if _, err := s.Search(t.Context(), tenant.Everything(), "a\x00bc", 8, 0); err == nil {
		t.Error("NUL is searched for")
	}
}
