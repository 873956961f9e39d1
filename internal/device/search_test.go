package device_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestTerm: addresses and numbers that are written in groups are looked for by their digits, and no other text is.
func TestTerm(t *testing.T) {
	t.Parallel()
	for q, want := range map[string]string{
		" Front-Desk ": "front-desk", "3C-21-F4-A0-9B-0A": "3c21f4a09b0a", "3c:21:f4:a0:9b:0a": "3c21f4a09b0a", "3c21.f4a0.9b0a": "3c21f4a09b0a", "3C21F4A09B0A": "3c21f4a09b0a",
		"35 988120 482011 6": "359881204820116", "35-988120-482011-6": "359881204820116", "359881-20-482011-6": "359881204820116", "3598 8120 4820 1163": "3598812048201163",
		"10-20-30-40": "10-20-30-40", "3c:21:f4": "3c:21:f4", "3c-21-f4-a0-9b-0a-11": "3c-21-f4-a0-9b-0a-11", "3c-21:f4-a0:9b-0a": "3c21f4a09b0a", "pc 12345678901234": "pc 12345678901234",
		"1234-5678-9012-3456": "1234-5678-9012-3456", "12 345": "12 345", "desk desk": "desk", "": "",
	} {
		if got := device.Term(q); got != want {
			t.Errorf("%q: %q, want %q", q, got, want)
		}
	}
}

// TestFoundByDigits finds a device by the beginning of its ids, and by its addresses as other systems write them: on the list of now, that of
// the gone and that of the past, by page and by count alike.
func TestFoundByDigits(t *testing.T) {
	t.Parallel()
	pool, s := twoTenants(t)
	phone := device.Device{ID: "6d1e0c4a-1111-4222-8333-00000000191b", EntraDeviceID: "0e55aa01-2222-4222-8333-00000000abcd", Name: "Phone", IMEI: "359881204820116", WiFiMAC: "3C:21:F4:A0:9B:0A", OS: "iOS"}
	same := device.Device{ID: "6d1e0c4a-1111-4222-8333-00000000191c", Name: "6D1E0C4A", OS: "Windows"}
	other := device.Device{ID: "7d1e0c4a-1111-4222-8333-00000000191b", Name: "x", EntraDeviceID: "6d1e0c4b-2222-4222-8333-00000000abcd", OS: "Windows"}
	merge(t, pool, s, contoso, 1, noon, phone, same, other)
	merge(t, pool, s, fabrikam, 1, noon, device.Device{ID: phone.ID, Name: "Twin", EntraDeviceID: phone.EntraDeviceID})
	found := map[string]string{
		"6d1e0c4a": "6D1E0C4A Phone", "6D1E0C4A-": "6D1E0C4A Phone", phone.ID: "Phone", phone.ID[:35]: "6D1E0C4A Phone", "6d1e0c4": "6D1E0C4A", "0e55aa01": "Phone", phone.EntraDeviceID[:14]: "Phone",
		"1111-4222": "", "191b": "", "6d1e0c4b": "x", "3c21.f4a0.9b0a": "Phone", "3c-21-f4-a0-9b-0a": "Phone", "3c:21:f4:a0:9b:0a": "Phone", "35 988120 482011 6": "Phone", "35-988120-482011-6": "Phone",
		"phone 4820": "Phone", "4820 pho": "Phone", "phone 4821": "",
	}
	look := func(when string, list func(device.Filter) (device.Page, error), f device.Filter) {
		t.Helper()
		for q, want := range found {
			f.Q = q
			page, err := list(f)
			var names []string
			for _, d := range page.Rows {
				names = append(names, d.Name)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); err != nil || got != want || page.Count != int64(len(names)) {
				t.Errorf("%s, %q: %q, counted %d, want %q (%v)", when, q, got, page.Count, want, err)
			}
			if f.Limit = 1; want == "6D1E0C4A Phone" {
				if page, err := list(f); err != nil || page.Count != 2 || len(page.Rows) != 1 || f.Sort == "" && page.Rows[0].Name != "6D1E0C4A" {
					t.Errorf("%s, the first of two, %q: %+v, counted %d (%v)", when, q, page.Rows, page.Count, err)
				}
			}
			f.Limit = 0
		}
	}
	now := func(f device.Filter) (device.Page, error) { return s.List(t.Context(), tenant.Only(contoso), f) }
	look("now", now, device.Filter{})
	look("with a filter", now, device.Filter{OS: []string{"iOS", "Windows"}})
	look("by check-in", now, device.Filter{Sort: "lastSync"})
	if page, err := s.List(t.Context(), tenant.Everything(), device.Filter{Q: "6d1e0c4a", CountMost: 1, Limit: 1}); err != nil || !page.More || page.Count != 1 || len(page.Rows) != 1 {
		t.Errorf("more than are counted: %+v, %v", page, err)
	}
	if owners, err := s.Owners(t.Context(), tenant.Everything(), "6d1e0c4a", nil, 8); err != nil || owners.Count != 0 {
		t.Errorf("people with such an id: %v, %v", owners, err)
	}
	phone.WiFiMAC, phone.EntraDeviceID, phone.IMEI = "", "", ""
	merge(t, pool, s, contoso, 2, noon.Add(2*time.Hour), phone, same, other)
	look("then", func(f device.Filter) (device.Page, error) {
		return s.ListThen(t.Context(), tenant.Only(contoso), noon.Add(time.Hour), f)
	}, device.Filter{})
	phone.WiFiMAC, phone.EntraDeviceID, phone.IMEI = "3C21F4A09B0A", "0e55aa01-2222-4222-8333-00000000abcd", "359881204820116"
	merge(t, pool, s, contoso, 3, noon.Add(3*time.Hour), phone, same, other)
	merge(t, pool, s, contoso, 4, noon.Add(4*time.Hour))
	look("gone", now, device.Filter{Gone: true})
	if page, err := now(device.Filter{Q: "6d1e0c4a"}); err != nil || page.Count != 0 || len(page.Rows) != 0 {
		t.Errorf("what is gone is found among what is there: %+v, %v", page, err)
	}
}
