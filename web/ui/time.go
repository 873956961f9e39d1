package ui

import (
	"context"
	"io"
	"strconv"
	"time"
)

// Time is a moment as a page shows it: short words, and the exact moment with its zone for who points at it.
type Time struct {
	ISO   string // RFC 3339, for <time datetime>
	Text  string // "3 min ago", "3 Mar"
	Title string // "21 Nov 2026, 02:51:44 UTC"
}

// IsZero tells whether there is no moment to show.
func (t Time) IsZero() bool { return t.ISO == "" }

// Render prints the time element, or the text alone where there is no moment ("never").
func (t Time) Render(ctx context.Context, w io.Writer) error { return TimeAgo(t).Render(ctx, w) }

// NewTime words a past moment: "just now" under a minute, then "3 min ago", "2 h ago", "8 d ago", from 30 days on the date, with the
// year where it is another one; "never" for the zero time. A moment up to a minute ahead is "just now" (clocks differ); one further
// ahead is worded by Future.
func NewTime(t, now time.Time) Time {
	if t.IsZero() {
		return Time{Text: "never"}
	}
	return stamp(t, ago(t, now))
}

// Future words a moment to come: "in 41 min", "in 2 h", "in 9 d", from 30 days on the date; "now" when it has passed.
func Future(t, now time.Time) Time {
	if t.IsZero() {
		return Time{Text: "not planned"}
	}
	d := t.Sub(now)
	switch {
	case d < time.Minute:
		return stamp(t, "now")
	case d >= 30*24*time.Hour:
		return stamp(t, Date(t, now))
	}
	return stamp(t, "in "+span(d))
}

// Date is "3 Mar", or "3 Mar 2025" where the year differs from now's.
func Date(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.Year() != now.Year() {
		return t.Format("2 Jan 2006")
	}
	return t.Format("2 Jan")
}

// Clock is the time of day with seconds left out, or date and time where it is not today: "02:31", "17 Nov, 10:29".
func Clock(t, now time.Time) Time {
	if t.IsZero() {
		return Time{Text: "never"}
	}
	t, now = t.UTC(), now.UTC()
	text := t.Format("15:04")
	if t.Format(time.DateOnly) != now.Format(time.DateOnly) {
		text = Date(t, now) + ", " + text
	}
	return stamp(t, text)
}

// Length is a length of time in its largest one or two units: "12 min", "2 h", "3 d 17 h".
func Length(d time.Duration) string {
	if d >= 24*time.Hour && d < 7*24*time.Hour {
		if h := int(d.Hours()) % 24; h > 0 {
			return strconv.Itoa(int(d.Hours())/24) + " d " + strconv.Itoa(h) + " h"
		}
	}
	return span(d)
}

func stamp(t time.Time, text string) Time {
	t = t.UTC()
	return Time{ISO: t.Format(time.RFC3339), Text: text, Title: t.Format("2 Jan 2006, 15:04:05") + " UTC"}
}

func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < -time.Minute:
		return Future(t, now).Text
	case d < time.Minute:
		return "just now"
	case d >= 30*24*time.Hour:
		return Date(t, now)
	}
	return span(d) + " ago"
}

// span uses one unit, rounded down: a reading is never shown younger than it is by more than that unit.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + " s"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d.Hours())) + " h"
	}
	return strconv.Itoa(int(d.Hours())/24) + " d"
}
