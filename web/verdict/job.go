package verdict

import (
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/ui"
)

// Job is the state of a job as a page may show it; late says that the tenant's last complete reading is older than its target.
func Job(j provisioning.Job, late bool) ui.State {
	s := currentState(j)
	if late && s.Shape != ui.ShapeUnknown {
		return ui.State{Shape: ui.ShapeStale, Text: "Was: " + ui.Lower(s.Text), Title: "The last complete reading of this customer is older than its target."}
	}
	return s
}

func currentState(j provisioning.Job) ui.State {
	switch {
	case !j.GoneAt.IsZero():
		return ui.State{Shape: ui.ShapeNone, Text: "No longer there"}
	case j.Health == provisioning.Quarantined:
		return ui.State{Shape: ui.ShapeBad, Text: "Quarantine"}
	case j.Code == "NotConfigured":
		return ui.State{Shape: ui.ShapeNone, Text: "Not set up"}
	case j.Code == "Paused" || j.Schedule == "Paused":
		return ui.State{Shape: ui.ShapePaused, Text: "Paused"}
	case j.Schedule == "Disabled":
		return ui.State{Shape: ui.ShapePaused, Text: "Switched off"}
	case j.Code == "NotRun":
		return ui.State{Shape: ui.ShapeNone, Text: "Never ran"}
	case j.LastState == "Failed":
		return ui.State{Shape: ui.ShapeWarn, Text: "Last cycle failed"}
	case j.Health == provisioning.Troubled:
		return ui.State{Shape: ui.ShapeWarn, Text: "Some entries fail"}
	case j.Code == "Active" && j.SteadyFirstAt.IsZero():
		return ui.State{Shape: ui.ShapePending, Text: "First cycle"}
	case j.Code == "Active" && j.Health == provisioning.Fine:
		return ui.State{Shape: ui.ShapeOK, Text: "Steady"}
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
}
