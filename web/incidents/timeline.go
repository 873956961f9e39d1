package incidents

import (
	"slices"
	"time"

	"github.com/tenantry/tenantry/web/ui"
)

// timeline is what happened, the newest first: alerts, comments, and what reads saw change.
func (v view) timeline() ui.Timeline {
	type moment struct {
		at time.Time
		ui.Event
	}
	var all []moment
	add := func(at time.Time, e ui.Event) {
		e.When = ui.NewTime(at, v.now)
		all = append(all, moment{at, e})
	}
	for _, c := range v.Changes {
		add(c.At, ui.Event{Icon: "edit", Text: fieldWords[c.Field] + " changed", From: fieldValue(c.Field, c.Old), To: fieldValue(c.Field, c.New)})
	}
	for _, c := range v.Comments {
		add(c.At, ui.Event{Icon: "note", Who: c.By, Text: "wrote", Detail: c.Text})
	}
	for _, a := range v.List {
		if v.alone {
			break
		}
		add(a.CreatedAt, ui.Event{Icon: "alert", Text: a.Title, Detail: sourceWord(a.Source)})
		if !a.ResolvedAt.IsZero() {
			add(a.ResolvedAt, ui.Event{Icon: "checkmark", Text: "Alert resolved: " + a.Title})
		}
	}
	began := "Microsoft opened the incident"
	if v.alone {
		began = "Microsoft raised the alert"
	}
	add(v.incident.CreatedAt, ui.Event{Icon: "shield", Text: began})
	slices.SortStableFunc(all, func(a, b moment) int { return b.at.Compare(a.at) })
	out := make(ui.Timeline, 0, len(all))
	for _, e := range all {
		out = append(out, e.Event)
	}
	return out
}
