package verdict

import (
	"time"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/web/ui"
)

var actionStates = map[deviceaction.State]ui.State{
	deviceaction.Queued: {Shape: ui.ShapeTodo, Text: "Not sent yet"}, deviceaction.Sent: {Shape: ui.ShapePending, Text: "Being sent"},
	deviceaction.Approval: {Shape: ui.ShapeWarn, Text: "Waits for approval in Intune"}, deviceaction.Pending: {Shape: ui.ShapePending, Text: "Waits for the device"},
	deviceaction.Done: {Shape: ui.ShapeOK, Text: "Done"}, deviceaction.Failed: {Shape: ui.ShapeBad, Text: "Failed"}, deviceaction.Cancelled: {Shape: ui.ShapeNone, Text: "Cancelled"},
	deviceaction.Gone: {Shape: ui.ShapeNone, Text: "Device left Intune"}, deviceaction.Unknown: {Shape: ui.ShapeUnknown, Text: "Unknown"},
}

// ActionState words how far a remote action is, without its age.
func ActionState(s deviceaction.State) ui.State { return actionStates[s] }

// Action words how far a remote action is: "Waits for the device 2 h".
func Action(a deviceaction.Action, now time.Time) ui.State {
	s := actionStates[a.State]
	if a.State == deviceaction.Pending && now.Sub(a.SentAt) > time.Minute {
		s.Text += " " + ui.Length(now.Sub(a.SentAt))
	}
	if k, _ := deviceaction.KindOf(a.Kind); k.Untold && a.State == deviceaction.Done {
		s.Text = "Taken by Microsoft"
	}
	return s
}
