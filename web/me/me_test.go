package me

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/web/ui"
)

// Nothing is green that a device did not report within a month, also on the page of its owner.
func TestComplianceOfASilentDevice(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		compliance string
		silent     time.Duration
		shape      ui.Shape
		text       string
	}{
		{"compliant", time.Hour, ui.ShapeOK, "Compliant"},
		{"compliant", 31 * 24 * time.Hour, ui.ShapeStale, "Was compliant"},
		{"noncompliant", 31 * 24 * time.Hour, ui.ShapeBad, "Noncompliant"},
		{"inGracePeriod", time.Hour, ui.ShapeWarn, "In grace"},
		{"shiny", time.Hour, ui.ShapeUnknown, "Unknown: Intune says “shiny”"},
	} {
		got := compliance(row{Device: Device{Compliance: tc.compliance, LastSyncAt: now.Add(-tc.silent)}, now: now})
		if got.Shape != tc.shape || got.Text != tc.text {
			t.Errorf("%s, silent for %s: %s %q, want %s %q", tc.compliance, tc.silent, got.Shape, got.Text, tc.shape, tc.text)
		}
	}
	if got := compliance(row{Device: Device{Compliance: "compliant"}, now: now}); got.Shape != ui.ShapeStale {
		t.Errorf("never checked in: %s", got.Shape)
	}
}
