package device_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// told is what a list says of each device: name, compliance, user.
func told(rows []device.Device) string {
	var out []string
	for _, d := range rows {
		out = append(out, strings.Join([]string{d.Name, d.Compliance, d.UPN}, " "))
	}
	return strings.Join(out, " | ")
}

// TestListThen lives five days of one tenant: a device changes twice, one leaves and comes back, one appears.
func TestListThen(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	ctx, day := t.Context(), func(n int) time.Time { return noon.AddDate(0, 0, n) }
	a := device.Device{ID: "a", Name: "Alpha", Compliance: "compliant", UPN: "anna@contoso.example", Encrypted: true, LastSyncAt: noon, EnrolledAt: noon.AddDate(-1, 0, 0), Email: "now@contoso.example"}
	b := device.Device{ID: "b", Name: "Beta", Compliance: "unknown"}
	c := device.Device{ID: "c", Name: "Gamma", Compliance: "compliant"}
	merge(t, pool, s, contoso, 1, day(1), a, b)
	a.Compliance, a.Encrypted, a.EnrolledAt = "noncompliant", false, time.Time{}
	merge(t, pool, s, contoso, 2, day(2), a) // b is gone
	a.Compliance, a.Name, a.UPN = "error", "Alpha 2", ""
	merge(t, pool, s, contoso, 3, day(3), a, c)
	merge(t, pool, s, contoso, 4, day(4), a, b, c) // b is back
	merge(t, pool, s, fabrikam, 5, day(1), device.Device{ID: "f", Name: "Phi"})

	for n, want := range []string{
		"", "Alpha compliant anna@contoso.example | Beta unknown ", "Alpha noncompliant anna@contoso.example", "Alpha 2 error  | Gamma compliant ", "Alpha 2 error  | Beta unknown  | Gamma compliant ",
	} {
		at := day(n).Add(time.Hour)
		p, err := s.ListThen(ctx, tenant.Only(contoso), at, device.Filter{})
		if err != nil || told(p.Rows) != want || p.Count != int64(len(p.Rows)) {
			t.Errorf("day %d: %q, count %d (%v), want %q", n, told(p.Rows), p.Count, err, want)
		}
		var each []device.Device
		if err := s.EachThen(ctx, tenant.Only(contoso), at, device.Filter{}, func(d device.Device) error { each = append(each, d); return nil }); err != nil || told(each) != want {
			t.Errorf("day %d streamed: %q (%v), want %q", n, told(each), err, want)
		}
	}
	p, err := s.ListThen(ctx, tenant.Only(contoso), day(1).Add(time.Hour), device.Filter{})
	if err != nil || !p.Rows[0].Encrypted || !p.Rows[0].EnrolledAt.Equal(noon.AddDate(-1, 0, 0)) || !p.Rows[0].LastSyncAt.IsZero() || p.Rows[0].Email != "" || p.Rows[0].CheckIn != "" {
		t.Errorf("the first day's Alpha has what nobody kept, or lacks what was: %+v (%v)", p.Rows, err)
	}
	now, err := s.List(ctx, tenant.Only(contoso), device.Filter{})
	if then, err2 := s.ListThen(ctx, tenant.Only(contoso), day(9), device.Filter{}); err != nil || err2 != nil || told(then.Rows) != told(now.Rows) {
		t.Errorf("as of later than all changes: %q, now: %q (%v, %v)", told(then.Rows), told(now.Rows), err, err2)
	}
}

func TestListThenFiltersSortsAndPages(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	ctx, of := t.Context(), fleet(30)
	merge(t, pool, s, contoso, 1, noon, of...)
	merge(t, pool, s, fabrikam, 2, noon, laptop(99))
	for i := range of {
		of[i].Compliance, of[i].Name = "compliant", "RENAMED"
	}
	merge(t, pool, s, contoso, 3, noon.Add(24*time.Hour), of...)
	at, all := noon.Add(time.Hour), tenant.Everything()
	for name, tc := range map[string]struct {
		scope tenant.Scope
		f     device.Filter
		count int64
	}{
		"both tenants": {all, device.Filter{}, 31}, "one": {tenant.Only(fabrikam), device.Filter{}, 1}, "nobody": {tenant.Only(), device.Filter{}, 0},
		"compliance then": {all, device.Filter{Compliance: []string{"noncompliant"}}, 10}, "name then": {all, device.Filter{Q: "laptop-00"}, 10}, "name now": {all, device.Filter{Q: "renamed"}, 0},
		"serial then": {all, device.Filter{Q: "sn09"}, 1}, "wildcard": {all, device.Filter{Q: "%"}, 0}, "tenant": {all, device.Filter{Tenants: []tenant.ID{fabrikam}}, 1},
	} {
		for _, sort := range []string{"", "compliance", "serial", "os", "user", "customer"} {
			for _, desc := range []bool{false, true} {
				tc.f.Sort, tc.f.Desc, tc.f.Limit = sort, desc, 7
				seen := map[string]bool{}
				for tc.f.After = ""; ; {
					p, err := s.ListThen(ctx, tc.scope, at, tc.f)
					if err != nil || p.Count != tc.count {
						t.Fatalf("%s by %q: count %d (%v), want %d", name, sort, p.Count, err, tc.count)
					}
					for _, d := range p.Rows {
						if seen[d.Tenant.String()+d.ID] {
							t.Fatalf("%s by %q: %s comes twice", name, sort, d.ID)
						}
						seen[d.Tenant.String()+d.ID] = true
					}
					if tc.f.After = p.Next; p.Next == "" {
						break
					}
				}
				if int64(len(seen)) != tc.count {
					t.Errorf("%s by %q: %d rows on all pages, want %d", name, sort, len(seen), tc.count)
				}
			}
		}
	}
	for name, f := range map[string]device.Filter{"check-in": {CheckIn: []string{"today"}}, "gone": {Gone: true}, "last sync": {Sort: "lastSync"}, "order": {Sort: "x"}, "place": {After: "x"}, "text": {Q: "\x00"}} {
		if _, err := s.ListThen(ctx, all, at, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%s: error = %v, want Invalid", name, err)
		}
	}
}

func TestBetween(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	ctx, day := t.Context(), func(n int) time.Time { return noon.AddDate(0, 0, n) }
	a, b, c := device.Device{ID: "a", Name: "Alpha", Compliance: "compliant"}, device.Device{ID: "b", Name: "Beta", OSVersion: "1"}, device.Device{ID: "c", Name: "Gamma"}
	merge(t, pool, s, contoso, 1, day(0), a, b)
	a.Compliance, b.OSVersion = "error", "2"
	merge(t, pool, s, contoso, 2, day(1), a, b)
	a.Compliance, a.Category, b.OSVersion = "noncompliant", "Sales", "1"
	merge(t, pool, s, contoso, 3, day(2), a, b, c)
	merge(t, pool, s, contoso, 4, day(3), a, c)
	merge(t, pool, s, fabrikam, 5, day(2), device.Device{ID: "f", Name: "Phi"})

	words := func(from, to time.Time) string {
		t.Helper()
		var out []string
		for after := ""; ; {
			p, err := s.Between(ctx, contoso, from, to, after, 1)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range p.Rows {
				w := r.Name
				if r.Appeared {
					w += " appeared"
				}
				for _, f := range r.Fields {
					w += " " + f.Field + ":" + f.Old + ">" + f.New
				}
				out = append(out, w)
			}
			if after = p.Next; after == "" {
				if int(p.Count) != len(out) {
					t.Errorf("count %d of %d rows", p.Count, len(out))
				}
				return strings.Join(out, " | ")
			}
		}
	}
	hour := time.Hour
	for _, tc := range []struct {
		from, to time.Time
		want     string
	}{
		{day(0).Add(hour), day(2).Add(hour), "Alpha category:>Sales compliance:compliant>noncompliant | Gamma appeared"},
		{day(0).Add(hour), day(1).Add(hour), "Alpha compliance:compliant>error | Beta os_version:1>2"},
		{day(2).Add(hour), day(3).Add(hour), "Beta gone:false>true"},
		{day(2), day(2), ""},
	} {
		if got := words(tc.from, tc.to); got != tc.want && tc.want != "" {
			t.Errorf("%s to %s: %q, want %q", tc.from.Format(time.DateTime), tc.to.Format(time.DateTime), got, tc.want)
		}
	}
	if p, err := s.Between(ctx, fabrikam, day(0), day(9), "", 10); err != nil || !slices.EqualFunc(p.Rows, []string{"Phi"}, func(r device.Changed, n string) bool { return r.Name == n }) {
		t.Errorf("of Fabrikam: %+v, %v", p, err)
	}
	if _, err := s.Between(ctx, contoso, day(0), day(9), "x", 10); !errors.Is(err, errs.Invalid) {
		t.Errorf("a place that nobody gave: %v", err)
	}
}
