package device_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestBegin: two letters find the devices whose names begin with them before those of which only a serial or a user does, each once, and count
// what the list counts.
func TestBegin(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	of := func(id, name, serial, upn string) device.Device {
		return device.Device{ID: id, Name: name, Serial: serial, UPN: upn, OS: "Windows"}
	}
	here := []device.Device{of("1", "AA-1", "SN1", "lara@contoso.example"), of("2", "LA-2", "LA002", "lara@contoso.example"), of("3", "la-1", "SN3", ""), of("4", "ZZ-4", "LA001", "lara@contoso.example"),
		of("5", "BB-5", "SN5", "lab@contoso.example"), of("6", "xla", "xla", "xla@contoso.example")}
	merge(t, pool, s, contoso, 1, noon, append(here, of("gone", "LA-0", "LA000", "la@contoso.example"))...)
	merge(t, pool, s, contoso, 2, noon, here...)
	merge(t, pool, s, fabrikam, 1, noon, of("1", "LA-1", "SN1", ""))
	for _, tc := range []struct {
		scope tenant.Scope
		limit int
		most  int64
		want  string
	}{
		{tenant.Everything(), 8, 0, "la-1 LA-1 LA-2 ZZ-4 BB-5 AA-1 of 6"}, {tenant.Everything(), 8, 6, "la-1 LA-1 LA-2 ZZ-4 BB-5 AA-1 of 6"}, {tenant.Everything(), 2, 3, "la-1 LA-1 of more than 3"},
		{tenant.Only(contoso), 8, 6, "la-1 LA-2 ZZ-4 BB-5 AA-1 of 5"}, {tenant.Only(contoso, fabrikam), 3, 2000, "la-1 LA-1 LA-2 of 6"}, {tenant.Only(fabrikam), 8, 9, "LA-1 of 1"}, {tenant.Only(), 8, 9, "of 0"},
	} {
		p, err := s.Begin(t.Context(), tc.scope, " La ", tc.limit, tc.most)
		var got []string
		for _, d := range p.Rows {
			got = append(got, d.Name)
		}
		got = append(got, "of")
		if p.More {
			got = append(got, "more", "than")
		}
		if found := strings.Join(append(got, fmt.Sprint(p.Count)), " "); err != nil || found != tc.want {
			t.Errorf("%v, %d counted to %d: %s, want %s (%v)", tc.scope, tc.limit, tc.most, found, tc.want, err)
		}
		if n, err := s.Count(t.Context(), tc.scope, device.Filter{Q: "la"}); err != nil || !p.More && n != p.Count {
			t.Errorf("the list counts %d, of which the first are of %d (%v)", n, p.Count, err)
		}
	}
	if _, err := s.Begin(t.Context(), tenant.Everything(), "\x00", 8, 0); err == nil {
		t.Error("NUL is looked for")
	}
}
