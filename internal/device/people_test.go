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
		found, more, err := s.Owners(t.Context(), tc.scope, tc.q, nil, 8)
		var got []string
		for _, o := range found {
			got = append(got, fmt.Sprint(o.Name, " ", o.Devices))
		}
		if err != nil || more || strings.Join(got, ", ") != tc.want {
			t.Errorf("%q: %s (more %t, %v), want %s", tc.q, strings.Join(got, ", "), more, err, tc.want)
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
		again, _, err := s.Owners(t.Context(), tc.scope, tc.q, append([]device.Device{}, matching.Rows...), 8)
		if err != nil || !slices.Equal(again, found) {
			t.Errorf("%q among the devices that match: %v (%v), want %v", tc.q, again, err, found)
		}
	}
	if found, more, err := s.Owners(t.Context(), both, "contoso.ex", nil, 1); err != nil || !more || len(found) != 1 {
		t.Errorf("one of three: %+v, %t, %v", found, more, err)
	}
	if _, _, err := s.Owners(t.Context(), both, "a\x00b", nil, 1); !errors.Is(err, errs.Invalid) {
		t.Errorf("NUL: %v", err)
	}
}
