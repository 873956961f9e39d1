package device_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
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

func TestCategoriesKeepHistory(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	run := int64(0)
	read := func(tid tenant.ID, of ...device.Category) (m graphsync.Merged) {
		t.Helper()
		stage := s.CategoryStage()
		defer stage.Close()
		for _, c := range of {
			if err := stage.Add(c); err != nil {
				t.Fatal(err)
			}
		}
		run++
		if err := pool.InTx(t.Context(), tid, func(tx pgx.Tx) (err error) {
			m, err = stage.Merge(t.Context(), tx, tid, run, noon)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	till, kiosk := device.Category{ID: "c1", Name: "Till"}, device.Category{ID: "c2", Name: "Kiosk"}
	if m := read(contoso, till, kiosk, kiosk); m.Written != 2 || m.Counters["total"] != 2 {
		t.Errorf("first: %+v", m)
	}
	read(fabrikam, till)
	till.Name, till.Description = "Tills", "At the counter"
	if m := read(contoso, till, kiosk); m.Written != 1 || m.Gone != 0 {
		t.Errorf("changed: %+v", m)
	}
	if m := read(contoso, till); m.Gone != 1 || m.Counters["total"] != 1 {
		t.Errorf("gone: %+v", m)
	}
	if p, err := s.Categories(t.Context(), tenant.Only(contoso), device.CategoryFilter{}); err != nil || p.Count != 1 || p.Rows[0].Name != "Tills" {
		t.Errorf("the list: %+v, %v", p, err)
	}
	if c, err := s.Category(t.Context(), contoso, "c2"); err != nil || !c.GoneAt.Equal(noon) || !c.FirstSeenAt.Equal(noon) || c.TenantName != "Contoso" {
		t.Errorf("what is gone: %+v, %v", c, err)
	}
	read(contoso, till, kiosk)
	if c, err := s.Category(t.Context(), contoso, "c2"); err != nil || !c.GoneAt.IsZero() {
		t.Errorf("what is back: %+v, %v", c, err)
	}
	for id, want := range map[string]string{"c1": "description >At the counter, name Till>Tills", "c2": "gone false>true, gone true>false"} {
		changes, err := s.CategoryChanges(t.Context(), contoso, id, 9)
		var got []string
		for _, c := range changes {
			got = append(got, c.Field+" "+c.Old+">"+c.New)
		}
		if slices.Sort(got); err != nil || strings.Join(got, ", ") != want {
			t.Errorf("%s: %q, %v, want %q", id, got, err, want)
		}
	}
	if c, err := s.CategoryChanges(t.Context(), fabrikam, "c1", 9); err != nil || len(c) != 0 {
		t.Errorf("of another tenant: %+v, %v", c, err)
	}
	for _, id := range []string{"c2", "", "\x00"} {
		if c, err := s.Category(t.Context(), fabrikam, id); !errors.Is(err, errs.NotFound) {
			t.Errorf("%q: %+v, %v", id, c, err)
		}
	}
	if _, err := pool.In(contoso).Exec(t.Context(), `INSERT INTO device_category (tenant_id, id, name, description, hash) VALUES ($1, 'old', 'Old', '', '')`, contoso); err != nil {
		t.Fatal(err)
	}
	if c, err := s.Category(t.Context(), contoso, "old"); err != nil || !c.FirstSeenAt.IsZero() {
		t.Errorf("one from before this was kept: %+v, %v", c, err)
	}
}
