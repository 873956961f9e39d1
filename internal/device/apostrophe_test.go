package device_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestApostrophes: Apple's names have an apostrophe that no keyboard has, and are found by the one that it has; the other way round, too.
func TestApostrophes(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	phone := device.Device{ID: "d1", Name: "Adam’s iPhone", OS: "iOS", UPN: "adam@contoso.example", UserName: "Adam O’Hara"}
	desk := device.Device{ID: "d2", Name: "O'Hara's desk", OS: "Windows", UPN: "m.o'hara@contoso.example", UserName: "Mia O'Hara"}
	merge(t, pool, s, contoso, 1, noon, phone, desk, device.Device{ID: "d3", Name: "Adams iPhone", UPN: "adam.smith@contoso.example"})
	found := map[string]int64{"adam's iphone": 1, "ADAM’S IPHONE": 1, "adam`s": 1, "o'hara": 2, "O’Hara": 2, "o'hara adam's": 1, "'s d": 1, "adams": 1}
	look := func(when string, list func(device.Filter) (device.Page, error), f device.Filter) {
		t.Helper()
		for q, want := range found {
			f.Q = q
			if page, err := list(f); err != nil || page.Count != want || int64(len(page.Rows)) != want {
				t.Errorf("%s, %q: %d rows, counted %d, want %d (%v)", when, q, len(page.Rows), page.Count, want, err)
			}
		}
	}
	look("now", func(f device.Filter) (device.Page, error) { return s.List(t.Context(), tenant.Only(contoso), f) }, device.Filter{})
	look("over all", func(f device.Filter) (device.Page, error) { return s.List(t.Context(), tenant.Everything(), f) }, device.Filter{})
	for q, want := range map[string]int64{"o'hara": 2, "mia o’hara": 1, "adam o'hara": 1} {
		owners, err := s.Owners(t.Context(), tenant.Everything(), q, nil, 8)
		if err != nil || owners.Count != want {
			t.Errorf("people, %q: %+v, want %d (%v)", q, owners, want, err)
		}
	}
	merge(t, pool, s, contoso, 2, noon.Add(2*time.Hour), device.Device{ID: "d4", Name: "x"})
	look("then", func(f device.Filter) (device.Page, error) {
		return s.ListThen(t.Context(), tenant.Only(contoso), noon.Add(time.Hour), f)
	}, device.Filter{})
	look("gone", func(f device.Filter) (device.Page, error) { return s.List(t.Context(), tenant.Only(contoso), f) }, device.Filter{Gone: true})
}
