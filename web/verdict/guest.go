package verdict

import (
	"time"

	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/web/ui"
)

// Standing is how far a guest is, as people read it.
func Standing(s guest.Standing) string { return standingWords[s] }

// standingWords are how far a guest is, as people read it.
var standingWords = map[guest.Standing]string{
	guest.Blocked: "Account disabled", guest.Unknown: "Unknown", guest.Invited: "Invited, not redeemed", guest.Redeemed: "Redeemed, no directory role", guest.Role: "Has a role, no Intune licence",
	guest.Licence: "Not yet proven by a sign-in", guest.Proven: "Proven by a sign-in",
}

var standingShapes = map[guest.Standing]ui.Shape{
	guest.Blocked: ui.ShapeBad, guest.Unknown: ui.ShapeUnknown, guest.Invited: ui.ShapePending, guest.Redeemed: ui.ShapePartial, guest.Role: ui.ShapePartial, guest.Licence: ui.ShapePending, guest.Proven: ui.ShapeOK,
}

// Guest is the state of a guest account as a page may show it; late: the reading is older than its target.
func Guest(x guest.Guest, late bool, now time.Time) ui.State {
	s := ui.State{Shape: standingShapes[x.Standing], Text: standingWords[x.Standing]}
	switch {
	case !x.GoneAt.IsZero() && x.InvitedAt.Before(x.RevokedAt):
		return ui.State{Shape: ui.ShapeNone, Text: "Deleted by " + x.RevokedBy}
	case !x.GoneAt.IsZero():
		return ui.State{Shape: ui.ShapeNone, Text: "No longer in the directory"}
	case x.Leaving():
		return ui.State{Shape: ui.ShapePending, Text: "Deleted, still listed", Title: "Microsoft took the deletion. The account is gone once a read no longer finds it."}
	case x.Standing == guest.Unknown && x.Redeemed == nil:
		s.Text = "Unknown: whether it was redeemed"
	case x.Standing == guest.Unknown && !x.RolesRead:
		s.Text = "Unknown: roles could not be read"
	case x.Standing == guest.Unknown:
		s.Text = "Unknown: whether it has a licence"
	case x.Waiting(now):
		s = ui.State{Shape: ui.ShapeWarn, Text: "Not redeemed for " + days(now.Sub(x.InvitedAt))}
	case x.Idle(now):
		s = idleState(x, now)
	}
	if late && s.Shape != ui.ShapeUnknown {
		return ui.State{Shape: ui.ShapeStale, Text: "Was: " + ui.Lower(s.Text), Title: "This was not read again in time, or could not be."}
	}
	return s
}

// idleState says since when nobody uses the account, and how far that is known.
func idleState(x guest.Guest, now time.Time) ui.State {
	switch {
	case x.UsedAt().IsZero():
		return ui.State{Shape: ui.ShapeWarn, Text: "Not used since it was accepted", Title: "Microsoft tells no sign-in of this account."}
	case !x.ActiveRead:
		return ui.State{Shape: ui.ShapeWarn, Text: "No sign-in here for " + days(now.Sub(x.UsedAt())), Title: "To this portal. Microsoft’s own record of sign-ins may not be read at this customer."}
	}
	return ui.State{Shape: ui.ShapeWarn, Text: "No sign-in for " + days(now.Sub(x.UsedAt()))}
}

func days(d time.Duration) string { return ui.Count(int64(d/(24*time.Hour)), "day", "days") }
