package device_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestOwners finds people by what their devices say of them, each once within a tenant, and none of another scope.
func TestOwners(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	anna := func(id string) device.Device {
		return device.Device{ID: id, Name: "PC-" + id, UPN: "Anna.Meier@contoso.example", UserName: "Anna Meier"}
	}
	merge(t, pool, s, contoso, 1, noon, anna("1"), anna("2"), anna("gone"), device.Device{ID: "3", Name: "anna-shared"}, device.Device{ID: "4", Name: "X", UPN: "bo@contoso.example", UserName: "Bo 100%"})
	merge(t, pool, s, contoso, 2, noon, anna("1"), anna("2"), device.Device{ID: "3", Name: "anna-shared"}, device.Device{ID: "4", Name: "X", UPN: "bo@contoso.example", UserName: "Bo 100%"})
	merge(t, pool, s, fabrikam, 3, noon, anna("5"))
	both := tenant.Only(contoso, fabrikam)
	for _, tc := range []struct {
		scope tenant.Scope
		q     string
		want  string
	}{
		{both, "anna", "Anna Meier 2, Anna Meier 1"}, {tenant.Everything(), "ANNA.M", "Anna Meier 2, Anna Meier 1"}, {tenant.Only(contoso), "meier", "Anna Meier 2"}, {tenant.Only(fabrikam), "an", "Anna Meier 1"},
		{both, "ei", ""}, {both, "bo", "Bo 100% 1"}, {both, "100%", "Bo 100% 1"}, {both, "o_", ""}, {both, "o@c", "Bo 100% 1"}, {both, "shared", ""}, {both, "meier anna", "Anna Meier 2, Anna Meier 1"}, {tenant.Only(contoso), "anna contoso m", "Anna Meier 2"}, {both, "meier pc", ""}, {both, "meier bo", ""}, {both, " ", ""}, {tenant.Only(), "anna", ""}, {both, "contoso.ex", "Anna Meier 2, Anna Meier 1, Bo 100% 1"},
	} {
		found, err := s.Owners(t.Context(), tc.scope, tc.q, nil, 8)
		var got []string
		for _, o := range found.Rows {
			got = append(got, fmt.Sprint(o.Name, " ", o.Devices))
		}
		if err != nil || found.More || found.Count != int64(len(got)) || strings.Join(got, ", ") != tc.want {
			t.Errorf("%q: %s (of %d, more %t, %v), want %s", tc.q, strings.Join(got, ", "), found.Count, found.More, err, tc.want)
		}
		matching, err := s.List(t.Context(), tc.scope, device.Filter{Q: tc.q, Limit: 50})
		if err != nil {
			t.Fatal(err)
		}
		if tc.q == " " {
			continue // no search: the list is of all
		}
		if matching.NamesOnly != (tc.q == "shared" || tc.q == "meier pc") {
			t.Errorf("%q stands in names only: %t, of %d", tc.q, matching.NamesOnly, matching.Count)
		}
		again, err := s.Owners(t.Context(), tc.scope, tc.q, append([]device.Device{}, matching.Rows...), 8)
		if err != nil || again.Count != found.Count || !slices.Equal(again.Rows, found.Rows) {
			t.Errorf("%q among the devices that match: %v (%v), want %v", tc.q, again, err, found)
		}
	}
	if found, err := s.Owners(t.Context(), both, "contoso.ex", nil, 1); err != nil || found.Count != 3 || found.More || len(found.Rows) != 1 {
		t.Errorf("one of three: %+v, %v", found, err)
	}
	if _, err := s.Owners(t.Context(), both, "a\x00b", nil, 1); !errors.Is(err, errs.Invalid) {
		t.Errorf("NUL: %v", err)
	}
}

// TestOwnersOfMany: where more devices hold a text than are looked at for their users, the count says that it is none of all.
func TestOwnersOfMany(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	var of []device.Device
	for n := range 501 {
		of = append(of, device.Device{ID: fmt.Sprintf("m%03d", n), Name: "PC", UPN: fmt.Sprintf("u%d@many.example", n/2)})
	}
	merge(t, pool, s, contoso, 1, noon, of...)
	for q, want := range map[string]string{"u1": "100 true", "u": "100 true", "u10": "11 false", "u100@many": "1 false"} {
		found, err := s.Owners(t.Context(), tenant.Everything(), q, nil, 8)
		if got := fmt.Sprint(found.Count, " ", found.More); err != nil || got != want || len(found.Rows) != min(8, int(found.Count)) {
			t.Errorf("%q: %s, %d rows, want %s (%v)", q, got, len(found.Rows), want, err)
		}
	}
	if found, err := s.Owners(t.Context(), tenant.Everything(), "many", nil, 8); err != nil || !found.More || found.Count < 250 {
		t.Errorf("more than are looked at: %d, more %t (%v)", found.Count, found.More, err)
	}
}
