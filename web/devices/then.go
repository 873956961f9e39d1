package devices

import (
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// onFilter chooses the day of which the list is shown. It is the list's like any other filter, so links and exports keep it.
var onFilter = page.Filter{Name: "on", Label: "As it was on", Hint: "A day, such as 2026-11-14.", Check: isDay}

func isDay(v string) error {
	_, err := time.Parse(time.DateOnly, v)
	return err
}

const day = 24 * time.Hour

// asOf says of a row of a past day when its tenant was read.
type asOf struct {
	Day       string `json:"day"`         // UTC; the state is that at its end
	ReadOnDay bool   `json:"read_on_day"` // the tenant was read completely on that day
	LastRead  string `json:"last_read"`   // the day that the state comes from
}

// past is a day that the list is asked for, with what is known of the readings.
type past struct {
	day  time.Time
	end  time.Time // exclusive
	read map[tenant.ID]graphsync.LastRead
	now  time.Time
}

// notPast are what a list of a past day has not, as nobody keeps it.
var notPast = []string{"checkin", "action", "gone", "lastSync"}

// thenSpec is the list's without what is not kept. Columns that it has not are no error: they are only not shown.
func thenSpec(s page.Spec) page.Spec {
	s.Filters = slices.DeleteFunc(slices.Clone(s.Filters), func(f page.Filter) bool { return slices.Contains(notPast, f.Name) })
	s.Sorts = slices.DeleteFunc(slices.Clone(s.Sorts), func(k string) bool { return slices.Contains(notPast, k) })
	s.Columns, s.Default = append(slices.Clone(s.Columns), "read"), append(slices.Clone(s.Default), "read")
	return s
}

// then serves the list as it was at the end of a day.
func (h *Handler) then(w http.ResponseWriter, r *http.Request, m tenant.Membership, spec page.Spec) error {
	for _, name := range []string{"checkin", "gone"} {
		if r.URL.Query().Get(name) != "" {
			return errs.ShowNext(errs.Invalid, "Check-ins and removals of the past are not kept, so the list of a past day cannot be narrowed by them.", "Drop that filter, or the day.")
		}
	}
	spec = thenSpec(spec)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	p, err := h.pastDay(r.Context(), m, q)
	if err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Devices", One: noun.One, Many: noun.Many, Caption: "Devices as they were on " + dayOf(p.day), M: m, Query: q, Spec: spec, Columns: thenColumns(columns(m)), URL: row.url,
		AsOf: minTime(p.end, p.now), Lead: "As they were at the end of " + dayOf(p.day) + ", UTC. Check-ins and actions of the past are not kept.", Banner: p.banner(m),
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: noun.Icon, Title: "No devices on that day", ActionURL: m.Path("/devices"), ActionText: "Show today"},
		Each:  h.eachThen(m.Scope, f, p),
	}
	if !q.Narrowed("on") {
		l.Empty.Kind = ui.EmptyNoMatch // the day is all that narrows it: there is no filter to drop
	}
	if !q.CSV {
		found, err := h.Devices.ListThen(r.Context(), m.Scope, p.end, f)
		if err != nil {
			return err
		}
		l.Count, l.Next = found.Count, found.Next
		for _, d := range found.Rows {
			l.Rows = append(l.Rows, p.row(d))
		}
	}
	return l.Serve(w, r)
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// pastDay reads the day, and refuses those that nothing is known of: days to come, and days before the first reading or before what is kept.
func (h *Handler) pastDay(ctx context.Context, m tenant.Membership, q page.Query) (past, error) {
	p := past{now: page.ChromeOf(ctx).Now.UTC()}
	if len(q.Values["on"]) != 1 {
		return p, errs.Show(errs.Invalid, "The list can be shown as it was on one day only.")
	}
	p.day, _ = time.Parse(time.DateOnly, q.Get("on")) // the filter was checked
	p.end = p.day.Add(day)
	if p.day.After(p.now) {
		return p, errs.ShowNext(errs.Invalid, "That day has not been yet.", "Choose today or a day before it.")
	}
	if err := page.KeptSince(ctx, h.Keeps, p.day, p.now); err != nil {
		return p, err
	}
	var err error
	if p.read, err = h.Sync.LastReads(ctx, m.Scope, graphsync.Devices, p.day); err != nil {
		return p, err
	}
	first := time.Time{}
	for _, r := range p.read {
		if first.IsZero() || r.First.Before(first) {
			first = r.First
		}
	}
	switch {
	case first.IsZero():
		return p, errs.Show(errs.Invalid, "No devices were read yet, so there is no past to show.")
	case p.day.Before(first):
		return p, errs.ShowNext(errs.Invalid, "That day is before the first reading, which was on "+dayOf(first)+".", "Choose that day or a later one.")
	}
	return p, nil
}

// banner says where the day has gaps.
func (p past) banner(m tenant.Membership) *ui.Banner {
	var missed, later int64
	var last time.Time
	for _, r := range p.read {
		switch {
		case r.Latest.IsZero() || r.Latest.Year() == 1:
			later++
		case !r.Latest.Equal(p.day):
			missed++
			last = r.Latest
		}
	}
	b := &ui.Banner{Kind: "warn", ActionURL: m.Path("/devices"), ActionText: "Show today"}
	switch {
	case missed+later == 0:
		b.Kind, b.Title = "info", "You see "+dayOf(p.day)+", not today."
	case m.One():
		b.Title, b.Text = "This customer was not read on that day.", "You see what the reading of "+dayOf(last)+" found; what changed after it is not known."
	case later == 0:
		b.Title, b.Text = ui.Count(missed, "customer was", "customers were")+" not read on that day.", "Of those you see the last reading before it; their rows say so."
	case missed == 0:
		b.Title, b.Text = ui.Count(later, "customer had", "customers had")+" not been read yet on that day.", "Their devices are missing here."
	default:
		b.Title = ui.Count(missed, "customer was", "customers were") + " not read on that day, and " + ui.Count(later, "had", "had") + " not been read yet."
		b.Text = "Of the former you see the last reading before it; the devices of the latter are missing."
	}
	return b
}

// row is a device of that day. Nothing of the past is green: it says what was.
func (p past) row(d device.Device) row {
	r := newRower(lateTenants{d.Tenant: true}, p.now)(d)
	r.Late, r.state.Title = false, ""
	last := p.read[d.Tenant].Latest
	r.Then = &asOf{Day: p.day.Format(time.DateOnly), ReadOnDay: last.Equal(p.day), LastRead: last.Format(time.DateOnly)}
	return r
}

func (h *Handler) eachThen(scope tenant.Scope, f device.Filter, p past) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(device.Device) error) error {
		return h.Devices.EachThen(ctx, scope, p.end, f, each)
	}, p.row)
}

// thenColumns are the list's without what is not kept, and the reading that each row comes from.
func thenColumns(cs []page.Column[row]) []page.Column[row] {
	kept := make([]page.Column[row], 0, len(cs)+1)
	for _, c := range cs {
		if !slices.Contains(notPast, c.Key) {
			kept = append(kept, c)
		}
	}
	return append(kept, page.Column[row]{Key: "read", Label: "Read", Priority: 1, Width: 190, Phone: "line", Text: row.readWords, Cell: func(r row) ui.Cell {
		if r.Then.ReadOnDay {
			return ui.QuietCell(r.readWords())
		}
		return ui.StateCell(ui.ShapeUnknown, r.readWords())
	}})
}

func (r row) readWords() string {
	if r.Then.ReadOnDay {
		return "on that day"
	}
	return "not on that day, but " + r.Then.LastRead
}

// dayOf is a day (UTC) in words.
func dayOf(t time.Time) string { return t.UTC().Format("2 Jan 2006") }
