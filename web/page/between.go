package page

import (
	"context"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
)

// Between are the filters of a list of what was: a beginning and an end, a day or a time each.
var Between = []Filter{
	{Name: "from", Label: "From", Hint: "A day, such as 2026-11-14, or a time as 2026-11-14T09:30:00Z.", Check: isMoment},
	{Name: "to", Label: "To", Hint: "The end of that day, or a time.", Check: isMoment},
}

func isMoment(v string) error {
	_, _, err := Span(v)
	return err
}

// Span is the beginning and the end of what was typed: of a day both, of a time as RFC 3339 has it the same.
func Span(v string) (from, to time.Time, err error) {
	if d, err := time.Parse(time.DateOnly, v); err == nil {
		return d, d.AddDate(0, 0, 1), nil
	}
	t, err := time.Parse(time.RFC3339, v)
	return t.UTC(), t.UTC(), err
}

// Ends are what was typed into the filters of Between; empty: nothing.
func (q Query) Ends() (from, to string, err error) {
	if len(q.Values["from"]) > 1 || len(q.Values["to"]) > 1 {
		return "", "", errs.Show(errs.Invalid, "There is one beginning and one end.")
	}
	return q.Get("from"), q.Get("to"), nil
}

// Backwards refuses a beginning that is not before the end.
func Backwards() error {
	return errs.ShowNext(errs.Invalid, "The beginning is not before the end.", "Choose an earlier beginning, or a later end.")
}

// KeptSince refuses moments older than the history that is kept, for so many days or, where keeps is nil, for ever. A zero moment is none.
func KeptSince(ctx context.Context, keeps func(ctx context.Context) (days int, err error), at, now time.Time) error {
	if keeps == nil || at.IsZero() {
		return nil
	}
	days, err := keeps(ctx)
	if err != nil {
		return err
	}
	if oldest := now.AddDate(0, 0, -days); at.Before(oldest) {
		return errs.ShowNext(errs.Invalid, "History is kept since "+oldest.UTC().Format("2 Jan 2006")+" only.", "Choose a later day.")
	}
	return nil
}
