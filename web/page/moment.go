package page

import (
	"time"

	"github.com/tenantry/tenantry/web/ui"
)

// Moment is a time for JSON and cells, in UTC; never is null.
func Moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Stamp is a time for exports (RFC 3339, UTC); never is empty.
func Stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// MomentCell is a time in a list; never is a dash.
func MomentCell(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.DashCell()
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

// DaysLeft is how many whole days there are until a moment, or, below zero, how many have passed since. Within a day of it, it is zero.
func DaysLeft(end, now time.Time) *int {
	days := int(end.Sub(now) / (24 * time.Hour))
	return &days
}
