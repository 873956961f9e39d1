package verdict

import "github.com/tenantry/tenantry/web/ui"

var severities = map[string]ui.State{
	"high": {Shape: ui.ShapeBad, Text: "High"}, "medium": {Shape: ui.ShapeWarn, Text: "Medium"}, "low": {Shape: ui.ShapeNone, Text: "Low"},
	"informational": {Shape: ui.ShapeNone, Text: "Informational"}, "unknown": {Shape: ui.ShapeUnknown, Text: "Unknown"},
}

var incidentStatuses = map[string]ui.State{
	"active": {Shape: ui.ShapeWarn, Text: "Active"}, "inProgress": {Shape: ui.ShapePending, Text: "In progress"}, "awaitingAction": {Shape: ui.ShapeWarn, Text: "Awaiting action"},
	"resolved": {Shape: ui.ShapeNone, Text: "Resolved"}, "redirected": {Shape: ui.ShapeNone, Text: "Merged"}, "new": {Shape: ui.ShapeWarn, Text: "New"}, "unknown": {Shape: ui.ShapeUnknown, Text: "Unknown"},
}

// Severity words the severity of an incident or alert of Defender; what nobody has to look at any more is not alarming.
func Severity(v string, open bool) ui.State {
	s := known(severities, v)
	if !open {
		s.Shape = ui.ShapeNone
	}
	return s
}

// IncidentStatus words the status of an incident or alert of Defender. Microsoft's word is no verdict of ours, so nothing is green.
func IncidentStatus(v string) ui.State { return known(incidentStatuses, v) }

// known is the word for a value; one that Microsoft added since is shown as it is, and unknown to us.
func known(words map[string]ui.State, v string) ui.State {
	if s, ok := words[v]; ok {
		return s
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: v}
}
