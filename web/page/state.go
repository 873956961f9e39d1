package page

import (
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// stateViews word a tenant's connection. Green only where the tenant itself was read.
var stateViews = map[tenant.State]ui.State{
	tenant.StateConnected:   {Shape: ui.ShapeOK, Text: "Connected"},
	tenant.StatePartial:     {Shape: ui.ShapePartial, Text: "Partly connected"},
	tenant.StateWaiting:     {Shape: ui.ShapePending, Text: "Waiting for Microsoft"},
	tenant.StateInvited:     {Shape: ui.ShapePending, Text: "Link sent"},
	tenant.StateUnconsented: {Shape: ui.ShapeNone, Text: "Not connected"},
	tenant.StateDeclined:    {Shape: ui.ShapeBad, Text: "Declined"},
	tenant.StateWithdrawn:   {Shape: ui.ShapeBad, Text: "Withdrawn"},
	tenant.StateSuspended:   {Shape: ui.ShapePaused, Text: "Suspended"},
}

// StateOf is a tenant's connection as a shape with words.
func StateOf(s tenant.State) ui.State {
	if v, ok := stateViews[s]; ok {
		return v
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
}

// StateWord is the connection in words.
func StateWord(s tenant.State) string { return StateOf(s).Text }
