package device_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestOfHardware finds the device that a machine became by the surest mark that leads to one.
func TestOfHardware(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	a, again, blank, other := laptop(1), laptop(2), laptop(3), laptop(4)
	a.Serial, a.EntraDeviceID, a.LastSyncAt = "SN-1", "e-1", noon.Add(-time.Hour)
	again.Serial, again.EntraDeviceID, again.LastSyncAt = "sn-1 ", "e-2", noon
	blank.Serial, blank.EntraDeviceID = "To be filled by O.E.M.", ""
	other.Serial, other.EntraDeviceID = "SN-9", "e-9"
	merge(t, pool, s, contoso, 1, noon, a, again, blank)
	merge(t, pool, s, fabrikam, 1, noon, other)
	for name, tc := range map[string]struct{ id, entra, serial, want string }{
		"by its id, whatever else differs":          {a.ID, "e-2", "", a.ID},
		"by Entra's id":                             {"nobody", "e-1", "SN-1", a.ID},
		"by the serial, the one that was seen last": {"", "", " Sn-1", again.ID},
		"another tenant's":                          {other.ID, "e-9", "SN-9", ""},
		"a placeholder proves nothing":              {"", "", "To be filled by O.E.M.", ""},
		"nothing is known":                          {"", "", "", ""},
	} {
		d, err := s.OfHardware(t.Context(), contoso, tc.id, tc.entra, tc.serial)
		if d.ID != tc.want || tc.want == "" && !errors.Is(err, errs.NotFound) {
			t.Errorf("%s: %q, %v, want %q", name, d.ID, err, tc.want)
		}
	}
	if found, err := s.ByID(t.Context(), contoso, []string{a.ID, other.ID, "nobody", "\x00"}); err != nil || len(found) != 1 || found[a.ID].EntraDeviceID != "e-1" {
		t.Errorf("by id: %v, %v", found, err)
	}
	keys := []device.Key{{fabrikam, other.ID}, {contoso, a.ID}}
	if found, err := s.GetAll(t.Context(), tenant.Everything(), keys); err != nil || len(found) != 2 || found[0].ID == found[1].ID {
		t.Errorf("devices of two tenants: %v, %v", found, err)
	}
	for name, k := range map[string]device.Key{"another tenant's id": {contoso, other.ID}, "no device": {contoso, "nobody"}, "not printable": {contoso, "\x00"}} {
		if found, err := s.GetAll(t.Context(), tenant.Everything(), append(keys, k)); !errors.Is(err, errs.NotFound) || found != nil {
			t.Errorf("%s: %v, %v", name, found, err)
		}
	}
	if _, err := s.GetAll(t.Context(), tenant.Only(contoso), keys); !errors.Is(err, errs.NotFound) {
		t.Errorf("one out of the scope: %v", err)
	}
	if got := device.SerialOf(again); got != "sn-1" || device.SerialOf(blank) != "" {
		t.Errorf("serials: %q, %q", got, device.SerialOf(blank))
	}
	if found, err := s.FindAcrossTenants(t.Context(), tenant.Everything(), "e-9"); err != nil || len(found) != 1 || found[0].Tenant != fabrikam {
		t.Errorf("by Entra's id over tenants: %+v, %v", found, err)
	}
	if found, err := s.FindAcrossTenants(t.Context(), tenant.Only(contoso), "e-9"); err != nil || len(found) != 0 {
		t.Errorf("by Entra's id of another tenant: %+v, %v", found, err)
	}
	if ids, err := s.ByEntra(t.Context(), fabrikam, []string{"", "e-9", "\x00", "nobody"}); err != nil || len(ids) != 1 || ids["e-9"] != other.ID {
		t.Errorf("ids by Entra's: %v, %v", ids, err)
	}
	if ids, err := s.ByEntra(t.Context(), contoso, []string{"e-9"}); err != nil || len(ids) != 0 {
		t.Errorf("ids by Entra's of another tenant: %v, %v", ids, err)
	}
}

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
