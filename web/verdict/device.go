// Package verdict words the states of devices, provisioning jobs and guest accounts, so that every page says the same of the same thing.
//
// It holds the promise that nothing is green that was not read: a state that comes from a reading older than its target is worded as
// what was, whatever it was. How old a reading is, is graphsync's to say.
package verdict

import (
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/web/ui"
)

// oldReport is the age of a last check-in from which a device's own "compliant" is no longer shown as one. Intune's default validity
// period of a compliance status is 30 days as well.
const oldReport = 30 * 24 * time.Hour

// complianceWords are Intune's states in the portal's words.
var complianceWords = map[string]struct {
	shape ui.Shape
	text  string
}{
	"compliant":     {ui.ShapeOK, "Compliant"},
	"noncompliant":  {ui.ShapeBad, "Noncompliant"},
	"inGracePeriod": {ui.ShapeWarn, "In grace"},
	"conflict":      {ui.ShapeConflict, "Conflict"},
	"error":         {ui.ShapeBad, "Error"},
	"configManager": {ui.ShapeNone, "Config Manager"},
	"unknown":       {ui.ShapeUnknown, "Unknown"},
}

// Device is the compliance of a device as a page may show it. late says that the tenant's last complete reading is older than its
// target: then it is what the device was. So is "compliant" from a device that has not reported for long.
func Device(d device.Device, late bool, now time.Time) ui.State {
	if !d.GoneAt.IsZero() {
		return ui.State{Shape: ui.ShapeNone, Text: "No longer in Intune"}
	}
	w, known := complianceWords[d.Compliance]
	if !known {
		return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown: Intune says " + quoted(d.Compliance)}
	}
	switch {
	case w.shape == ui.ShapeUnknown || w.shape == ui.ShapeNone:
		return ui.State{Shape: w.shape, Text: w.text}
	case late:
		return ui.State{Shape: ui.ShapeStale, Text: "Was " + ui.Lower(w.text), Title: "The last complete reading of this customer is older than its target."}
	case d.Compliance == "compliant" && (d.LastSyncAt.IsZero() || now.Sub(d.LastSyncAt) > oldReport):
		return ui.State{Shape: ui.ShapeStale, Text: "Was compliant", Title: "The device itself has not reported for more than 30 days."}
	case d.Compliance == "inGracePeriod" && d.GraceUntil.After(now):
		return ui.State{Shape: w.shape, Text: w.text + ", " + ui.Length(d.GraceUntil.Sub(now)) + " left"}
	}
	return ui.State{Shape: w.shape, Text: w.text}
}

// Compliance is Intune's word for a state in the portal's, without a verdict.
func Compliance(state string) string {
	if w, ok := complianceWords[state]; ok {
		return w.text
	}
	return state
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return "“" + s + "”"
}
