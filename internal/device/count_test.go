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
	for _, tc := range []struct {
		f     device.Filter
		many  int64
		sort  string
		first string
		count int64
		more  bool
	}{
		{device.Filter{Q: "laptop-01", CountMost: 10}, 10, "name", "LAPTOP-010", 10, false},
		{device.Filter{Q: "laptop", CountMost: 10, Limit: 3}, 10, "lastSync", "LAPTOP-049", 10, true},
		{device.Filter{Q: "laptop", Limit: 3}, 10, "lastSync", "LAPTOP-049", 50, false},
		{device.Filter{Q: "la", Limit: 3}, 10, "lastSync", "LAPTOP-049", 50, false},
		{device.Filter{Q: "laptop", Gone: true, CountMost: 5}, 5, "name", "LAPTOP-050", 10, false},
	} {
		page, sort, err := s.Search(t.Context(), tenant.Only(contoso), tc.f, tc.many)
		if err != nil || sort != tc.sort || page.Rows[0].Name != tc.first || page.Count != tc.count || page.More != tc.more {
			t.Errorf("search for %q of many from %d: by %s, %d, more %t, %v; want %+v", tc.f.Q, tc.many, sort, page.Count, page.More, err, tc)
		}
		tc.f.Sort = sort
		if listed, err := s.List(t.Context(), tenant.Only(contoso), tc.f); err != nil || len(listed.Rows) != len(page.Rows) || listed.Rows[0].ID != page.Rows[0].ID || listed.Next != page.Next {
			t.Errorf("search for %q: the list by %s begins with %d others (%v)", tc.f.Q, sort, len(listed.Rows), err)
		}
	}
}
