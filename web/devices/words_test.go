package devices

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/web/ui"
)

var now = time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)

func TestCompliance(t *testing.T) {
	day := 24 * time.Hour
	for _, tc := range []struct {
		name  string
		d     device.Device
		late  bool
		shape ui.Shape
		text  string
	}{
		{"fresh", device.Device{Compliance: "compliant", LastSyncAt: now.Add(-day)}, false, ui.ShapeOK, "Compliant"},
		{"late reading", device.Device{Compliance: "compliant", LastSyncAt: now.Add(-day)}, true, ui.ShapeStale, "Was compliant"},
		{"device silent", device.Device{Compliance: "compliant", LastSyncAt: now.Add(-31 * day)}, false, ui.ShapeStale, "Was compliant"},
		{"device never checked in", device.Device{Compliance: "compliant"}, false, ui.ShapeStale, "Was compliant"},
		{"noncompliant stays so", device.Device{Compliance: "noncompliant", LastSyncAt: now.Add(-90 * day)}, false, ui.ShapeBad, "Noncompliant"},
		{"late noncompliant", device.Device{Compliance: "noncompliant"}, true, ui.ShapeStale, "Was noncompliant"},
		{"grace", device.Device{Compliance: "inGracePeriod", GraceUntil: now.Add(2*day + time.Hour)}, false, ui.ShapeWarn, "In grace, 2 d 1 h left"},
		{"grace over", device.Device{Compliance: "inGracePeriod", GraceUntil: now.Add(-day)}, false, ui.ShapeWarn, "In grace"},
		{"late grace", device.Device{Compliance: "inGracePeriod", GraceUntil: now.Add(day)}, true, ui.ShapeStale, "Was in grace"},
		{"unknown", device.Device{Compliance: "unknown"}, true, ui.ShapeUnknown, "Unknown"},
		{"nothing", device.Device{}, false, ui.ShapeUnknown, "Unknown: Intune says nothing"},
		{"new member", device.Device{Compliance: "quantum"}, false, ui.ShapeUnknown, "Unknown: Intune says “quantum”"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := compliance(tc.d, tc.late, now); got.Shape != tc.shape || got.Text != tc.text {
				t.Errorf("compliance = %s %q, want %s %q", got.Shape, got.Text, tc.shape, tc.text)
			}
		})
	}
}

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
		if complianceWords[s].text == "" {
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
