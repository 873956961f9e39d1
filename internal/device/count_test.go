package device_test

import (
	"testing"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestCountsAgreeWithRows asks for every combination of filters that the tables of counts answer, and for those that they cannot.
func TestCountsAgreeWithRows(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	merge(t, pool, s, contoso, 1, noon, fleet(60)...)
	merge(t, pool, s, fabrikam, 1, noon, fleet(9)...)
	of := fleet(60)
	of[0].Compliance, of[1].Model = "error", "Other"
	merge(t, pool, s, contoso, 2, noon, of[:50]...) // ten are gone, two differ
	yes := true
	for name, f := range map[string]device.Filter{
		"all":               {},
		"two counted":       {Compliance: []string{"compliant"}, OS: []string{"Windows"}},
		"three counted":     {Compliance: []string{"compliant", "error"}, CheckIn: []string{device.CheckIn7}, Encrypted: &yes},
		"model":             {Model: []string{"Other", ""}},
		"category":          {Category: []string{"Office"}},
		"model and state":   {Model: []string{"Other"}, State: []string{""}},
		"model and counted": {Model: []string{""}, Compliance: []string{"noncompliant"}},
		"of one customer":   {Tenants: []tenant.ID{fabrikam}, Compliance: []string{"compliant"}},
		"gone":              {Gone: true},
		"search":            {Q: "laptop"},
		"search gone":       {Q: "laptop", Gone: true},
		"short search":      {Q: "la"},
	} {
		for where, scope := range map[string]tenant.Scope{"all": tenant.Everything(), "one": tenant.Only(contoso), "both": tenant.Only(contoso, fabrikam), "none": tenant.Only()} {
			rows := int64(0)
			if err := s.Each(t.Context(), scope, f, func(device.Device) error { rows++; return nil }); err != nil {
				t.Fatal(err)
			}
			if n, err := s.Count(t.Context(), scope, f); err != nil || n != rows {
				t.Errorf("%s in %s: Count says %d of %d (%v)", name, where, n, rows, err)
			}
			bounded := f
			bounded.CountMost, bounded.Limit = 5, 3
			page, err := s.List(t.Context(), scope, bounded)
			if err != nil || page.More && (page.Count != 5 || rows <= 5) || !page.More && page.Count != rows {
				t.Errorf("%s in %s: the page says %d, more %t, of %d (%v)", name, where, page.Count, page.More, rows, err)
			}
		}
	}
}
