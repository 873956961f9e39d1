package device_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

func TestCategories(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	ctx, all := t.Context(), tenant.Everything()
	for tid, names := range map[tenant.ID][]string{contoso: {"Office", "kiosk", "Zinc"}, fabrikam: {"Office"}} {
		for _, n := range names {
			if _, err := pool.In(tid).Exec(ctx, `INSERT INTO device_category VALUES ($1, $2, $2, '', '')`, tid, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	merge(t, pool, s, contoso, 1, noon, laptop(1), laptop(2), device.Device{ID: "z", Category: "Zinc"})
	for name, tc := range map[string]struct {
		scope tenant.Scope
		f     device.CategoryFilter
		want  string
	}{
		"by name": {all, device.CategoryFilter{}, "kiosk 0, Office 2, Office 0, Zinc 1"}, "by customer, down": {all, device.CategoryFilter{Sort: "customer", Desc: true}, "Office 0, Zinc 1, Office 2, kiosk 0"},
		"by devices": {tenant.Only(contoso), device.CategoryFilter{Sort: "devices", Desc: true}, "Office 2, Zinc 1, kiosk 0"}, "of one, by customer": {tenant.Only(fabrikam), device.CategoryFilter{Sort: "customer"}, "Office 0"},
		"by text": {all, device.CategoryFilter{Q: "OFF", Tenants: []tenant.ID{contoso}}, "Office 2"}, "wildcard": {all, device.CategoryFilter{Q: "%"}, ""},
	} {
		var paged, each []string
		tell := func(c device.Category) string { return c.Name + " " + string(rune('0'+c.Devices)) }
		tc.f.Limit = 2
		for {
			p, err := s.Categories(ctx, tc.scope, tc.f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, c := range p.Rows {
				paged = append(paged, tell(c))
			}
			if tc.f.After = p.Next; p.Next == "" {
				if int(p.Count) != len(paged) {
					t.Errorf("%s: count %d of %d rows", name, p.Count, len(paged))
				}
				break
			}
		}
		err := s.EachCategory(ctx, tc.scope, tc.f, func(c device.Category) error { each = append(each, tell(c)); return nil })
		if got := strings.Join(paged, ", "); err != nil || got != tc.want || !slices.Equal(paged, each) {
			t.Errorf("%s: %q, as export %q (%v), want %q", name, got, each, err, tc.want)
		}
	}
	for _, f := range []device.CategoryFilter{{Sort: "secret"}, {After: "x"}, {Q: "\x00"}, {Q: strings.Repeat("x", 201)}} {
		if _, err := s.Categories(ctx, all, f); !errors.Is(err, errs.Invalid) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
