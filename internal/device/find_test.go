package device_test

import (
	"testing"

	"github.com/tenantry/tenantry/internal/tenant"
)

func TestFindAcrossTenants(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, laptop(1), laptop(2))
	merge(t, pool, s, fabrikam, 1, noon, laptop(2), laptop(3))
	merge(t, pool, s, contoso, 2, noon, laptop(1)) // the second is gone there
	for _, tc := range []struct {
		name  string
		scope tenant.Scope
		id    string
		want  []tenant.ID
	}{
		{"one's own", tenant.Only(contoso), "d001", []tenant.ID{contoso}},
		{"another's", tenant.Only(contoso), "d003", nil},
		{"in both, the present one first", tenant.Only(contoso, fabrikam), "d002", []tenant.ID{fabrikam, contoso}},
		{"everywhere", tenant.Everything(), "d003", []tenant.ID{fabrikam}},
		{"nobody's", tenant.Everything(), "d00", nil},
		{"hostile", tenant.Everything(), "d\x00", nil},
	} {
		found, err := s.FindAcrossTenants(t.Context(), tc.scope, tc.id)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if len(found) != len(tc.want) {
			t.Errorf("%s: %d devices, want %d", tc.name, len(found), len(tc.want))
			continue
		}
		for i, d := range found {
			if d.Tenant != tc.want[i] || d.ID != tc.id {
				t.Errorf("%s: device %d is %s of %s", tc.name, i, d.ID, d.Tenant)
			}
		}
	}
}
