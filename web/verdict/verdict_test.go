package verdict_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

var now = time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)

func TestDevice(t *testing.T) {
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
		{"gone", device.Device{Compliance: "compliant", LastSyncAt: now, GoneAt: now}, false, ui.ShapeNone, "No longer in Intune"},
		{"unknown", device.Device{Compliance: "unknown"}, true, ui.ShapeUnknown, "Unknown"},
		{"nothing", device.Device{}, false, ui.ShapeUnknown, "Unknown: Intune says nothing"},
		{"new member", device.Device{Compliance: "quantum"}, false, ui.ShapeUnknown, "Unknown: Intune says “quantum”"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := verdict.Device(tc.d, tc.late, now); got.Shape != tc.shape || got.Text != tc.text {
				t.Errorf("Device = %s %q, want %s %q", got.Shape, got.Text, tc.shape, tc.text)
			}
		})
	}
}

func TestJob(t *testing.T) {
	for _, tc := range []struct {
		name  string
		j     provisioning.Job
		late  bool
		shape ui.Shape
		text  string
	}{
		{"quarantine", provisioning.Job{Code: "Quarantine", Health: provisioning.Quarantined, Schedule: "Active"}, false, ui.ShapeBad, "Quarantine"},
		{"late quarantine", provisioning.Job{Code: "Quarantine", Health: provisioning.Quarantined}, true, ui.ShapeStale, "Was: quarantine"},
		{"some entries fail", provisioning.Job{Code: "Active", Health: provisioning.Troubled, LastState: "EntryLevelErrors"}, false, ui.ShapeWarn, "Some entries fail"},
		{"failed", provisioning.Job{Code: "Active", Health: provisioning.Troubled, LastState: "Failed"}, false, ui.ShapeWarn, "Last cycle failed"},
		{"paused", provisioning.Job{Code: "Paused", Health: provisioning.Idle}, false, ui.ShapePaused, "Paused"},
		{"switched off", provisioning.Job{Code: "Active", Schedule: "Disabled", Health: provisioning.Idle}, false, ui.ShapePaused, "Switched off"},
		{"not set up", provisioning.Job{Code: "NotConfigured", Schedule: "Disabled", Health: provisioning.Idle}, false, ui.ShapeNone, "Not set up"},
		{"first cycle", provisioning.Job{Code: "Active", Health: provisioning.Fine}, false, ui.ShapePending, "First cycle"},
		{"steady", provisioning.Job{Code: "Active", Health: provisioning.Fine, SteadyFirstAt: now}, false, ui.ShapeOK, "Steady"},
		{"late steady", provisioning.Job{Code: "Active", Health: provisioning.Fine, SteadyFirstAt: now}, true, ui.ShapeStale, "Was: steady"},
		{"new code", provisioning.Job{Code: "Quantum", Health: provisioning.Fine, SteadyFirstAt: now}, false, ui.ShapeUnknown, "Unknown"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := verdict.Job(tc.j, tc.late); got.Shape != tc.shape || got.Text != tc.text {
				t.Errorf("Job = %s %q, want %s %q", got.Shape, got.Text, tc.shape, tc.text)
			}
		})
	}
}
