package relationships

import (
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// statusWords are Graph's statuses as people read them.
var statusWords = map[string]string{
	gdap.Active: "Active", gdap.Expiring: "Ends soon", gdap.Pending: "Waits for the customer", gdap.Created: "Not sent yet", "approved": "Approved, not active yet", "activating": "Being activated",
	"terminationRequested": "Termination requested", "terminating": "Being ended", gdap.Expired: "Expired", "terminated": "Ended",
}

var statusShapes = map[string]ui.Shape{
	gdap.Active: ui.ShapeOK, gdap.Expiring: ui.ShapeWarn, gdap.Pending: ui.ShapePending, gdap.Created: ui.ShapeTodo, "approved": ui.ShapePending, "activating": ui.ShapePending,
	"terminationRequested": ui.ShapeWarn, "terminating": ui.ShapePending, gdap.Expired: ui.ShapeNone, "terminated": ui.ShapeNone,
}

// soon is how long before its end a relationship that does not go on by itself is a warning; as the lead time of the services board.
const soon = 60 * 24 * time.Hour

// stateOf is the state of a relationship as a page may show it; late: the reading is older than its target.
func stateOf(x gdap.Relationship, late bool, now time.Time) ui.State {
	s := ui.State{Shape: statusShapes[x.Status], Text: statusWords[x.Status]}
	if s.Text == "" {
		s = ui.State{Shape: ui.ShapeUnknown, Text: "Unknown: " + x.Status}
	}
	switch {
	case !x.GoneAt.IsZero():
		return ui.State{Shape: ui.ShapeNone, Text: "No longer listed"}
	case x.Works() && !x.EndsAt.IsZero() && !now.Before(x.EndsAt):
		s = ui.State{Shape: ui.ShapeUnknown, Text: "Past its end", Title: "It was active when it was read, and its end has passed since."}
	case x.Works() && !x.Extends() && x.Effective && x.EndsAt.Sub(now) < soon:
		s = ui.State{Shape: ui.ShapeWarn, Text: statusWords[gdap.Expiring]}
	case x.Works() && !x.Effective:
		s.Title = "Another active relationship with this customer ends later."
	}
	if late && s.Shape != ui.ShapeUnknown {
		return ui.State{Shape: ui.ShapeStale, Text: "Was: " + ui.Lower(s.Text), Title: "This was not read again in time, or could not be."}
	}
	return s
}

var fieldWords = map[string]string{"name": "Name", "status": "Status", "ends_at": "End", "auto_extend": "Automatic extension", "roles": "Roles", "groups": "Groups", "gone": "Presence at Microsoft"}

// History has the words of this room's history, for the list of all changes. Groups are counted there, as only the page of a relationship
// knows their names.
var History = page.History{Labels: fieldWords, Said: func(field, value string) string {
	if field == "groups" {
		return ui.Count(int64(len(ids(value))), "group", "groups")
	}
	return view{}.valueWord(field, value)
}}
