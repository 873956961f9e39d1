package page

import "time"

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
