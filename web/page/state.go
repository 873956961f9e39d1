package page

import (
	"time"

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

// grantsLate is the age from which a reading of a tenant's grants no longer counts as current: it is made once a day.
const grantsLate = 26 * time.Hour

// Connection is how far a tenant is connected, as a shape with words. It is green only where the tenant's own grants were read, and lately:
// a tenant that has not shown them for longer was connected.
func Connection(t tenant.Tenant, now time.Time) ui.State {
	s := StateOf(t.State)
	if s.Shape != ui.ShapeOK || !t.StateReadAt.IsZero() && now.Sub(t.StateReadAt) <= grantsLate {
		return s
	}
	return ui.State{Shape: ui.ShapeStale, Text: "Was connected", Title: "The grants of this customer have not been read completely for more than a day."}
}

// StateOf is the word of a state, for choices and rules. What a tenant is at the moment is Connection's.
func StateOf(s tenant.State) ui.State {
	if v, ok := stateViews[s]; ok {
		return v
	}
	return ui.State{Shape: ui.ShapeUnknown, Text: "Unknown"}
}

// StateWord is the connection in words.
func StateWord(s tenant.State) string { return StateOf(s).Text }
