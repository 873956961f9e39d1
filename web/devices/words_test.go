package devices

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/web/verdict"
)

var now = time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)

func TestSystem(t *testing.T) {
	for _, tc := range []struct{ os, version, short, exact string }{
		{"Windows", "10.0.26100.6899", "Windows 11 24H2", "Windows 11 24H2 (26100.6899)"},
		{"Windows", "10.0.99999.1", "Windows 10.0.99999.1", "Windows 10.0.99999.1"},
		{"Windows", "", "Windows", "Windows"},
		{"iOS", "26.0.1", "iOS 26.0.1", "iOS 26.0.1"},
		{"", "", "", ""},
	} {
		d := device.Device{OS: tc.os, OSVersion: tc.version}
		if got := system(d); got != tc.short {
			t.Errorf("system(%s %s) = %q, want %q", tc.os, tc.version, got, tc.short)
		}
		if got := systemExact(d); got != tc.exact {
			t.Errorf("systemExact(%s %s) = %q, want %q", tc.os, tc.version, got, tc.exact)
		}
	}
}

func TestEveryStateHasWords(t *testing.T) {
	for _, s := range device.ComplianceStates {
		if verdict.Compliance(s) == s {
			t.Errorf("no words for compliance %q", s)
		}
	}
	if len(checkInOptions) != len(device.CheckIns) {
		t.Fatalf("%d check-in options, want %d", len(checkInOptions), len(device.CheckIns))
	}
	for i, c := range device.CheckIns {
		if checkInOptions[i].Value != c {
			t.Errorf("check-in option %d is %q, want %q", i, checkInOptions[i].Value, c)
		}
	}
}

func TestLastAction(t *testing.T) {
	raw, err := json.Marshal([]device.Action{
		{Name: "rebootNow", State: "pending", StartedAt: now.Add(-2 * time.Hour)},
		{Name: "removeCompanyData", State: "done", StartedAt: now.Add(-72 * time.Hour), UpdatedAt: now.Add(-71 * time.Hour)},
	})
	if err != nil {
		t.Fatal(err)
	}
	a, ok := lastAction(device.Device{Actions: raw})
	if got := actionState(a, now).Text; !ok || got != "Restart: pending 2 h" {
		t.Errorf("last action = %q, %v", got, ok)
	}
	if _, ok := lastAction(device.Device{}); ok {
		t.Error("a device without actions has a last action")
	}
}

func TestMoments(t *testing.T) {
	for in, want := range map[string]string{"-infinity": "never", "2025-11-21 02:51:44+00": "21 Nov 2025, 02:51 UTC", "2025-11-21 03:51:44.5+01": "21 Nov 2025, 02:51 UTC", "soon": "soon"} {
		if got := moments(in); got != want {
			t.Errorf("moments(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestEnrolmentSaysNothingOfWhatGraphDoesNotSay(t *testing.T) {
	for _, tc := range [][3]string{{"unknownFutureValue", "", ""}, {"unknown", "Kiosk", "Profile “Kiosk”"}, {"userEnrollment", "", "By the user"}, {"userEnrollment", "Kiosk", "By the user, profile “Kiosk”"}, {"somethingNew", "", "somethingNew"}} {
		if got := enrolment(tc[0], tc[1]); got != tc[2] {
			t.Errorf("enrolment(%q, %q) = %q, want %q", tc[0], tc[1], got, tc[2])
		}
	}
}
