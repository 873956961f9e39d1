package devices

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// changedRow is one device that differs between two moments.
type changedRow struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	URL      string     `json:"url"`
	Appeared bool       `json:"appeared"` // first seen in between
	Changes  []netField `json:"changes"`
	At       *time.Time `json:"at"` // of the last change in between; null for one that only appeared
	now      time.Time
}

// netField is a field that differs.
type netField struct {
	device.Net
	Label string `json:"label"`
}

var changesSpec = page.Spec{
	Alone:   true,
	Filters: page.Between,
}

// week is how far back the page looks when nothing is asked.
const week = 7 * day

// span reads the two moments: from the beginning of a day to the end of another, or exact times.
func span(q page.Query, now time.Time) (from, to time.Time, err error) {
	from, to = now.Truncate(day).Add(-week+day), now
	first, last, err := q.Ends()
	if err != nil {
		return from, to, err
	}
	if last != "" {
		begin, end, _ := page.Span(last) // the filter was checked
		if begin.After(now) {
			return from, to, errs.ShowNext(errs.Invalid, "The end has not been yet.", "Choose today or a day before it.")
		}
		to, from = minTime(end, now), begin.Truncate(day).Add(-week+day)
	}
	if first != "" {
		from, _, _ = page.Span(first)
	}
	if !from.Before(to) {
		return from, to, page.Backwards()
	}
	return from, to, nil
}

// changes serves what differs between two moments, by device, in one tenant.
func (h *Handler) changes(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // over all, there is the list of changes
	}
	q, err := changesSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now.UTC()
	from, to, err := span(q, now)
	if err != nil {
		return err
	}
	if err := page.KeptSince(ctx, h.Keeps, from, now); err != nil {
		return err
	}
	days, err := h.Sync.Daily(ctx, m.Scope, graphsync.Devices, "total", from)
	if err != nil {
		return err
	}
	found, err := h.Devices.Between(ctx, m.Tenant.ID, from, to, q.After, pageSize)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Devices)
	if err != nil {
		return err
	}
	l := page.List[changedRow]{
		Title: "Devices that changed", Context: []ui.Crumb{{Text: "Changes", URL: m.Path("/changes")}}, One: "device", Many: "changed devices", Caption: "Devices that changed", M: m, Query: q, Spec: changesSpec, Columns: changeColumns,
		URL: func(r changedRow) string { return r.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf,
		Lead:   "Devices that differ between " + instant(from) + " and " + instant(to) + ", UTC. What changed and changed back is no difference.",
		Banner: unread(days, from, to),
		Empty:  ui.Empty{Kind: ui.EmptyNoMatch, Icon: "history", Title: "No device differs between these moments", Lines: []string{"An earlier beginning or a later end may show more."}},
	}
	if read.Read == 0 {
		l.Empty, l.Banner = fresh.Empty(noun, read, m, fresh.Search{}, now), nil
	}
	for _, c := range found.Rows {
		l.Rows = append(l.Rows, newChangedRow(m.Tenant.ID, c, now))
	}
	l.Each = h.eachChange(m.Tenant.ID, from, to, now)
	return l.Serve(w, r)
}

// eachChange streams the rows of an export, page by page.
func (h *Handler) eachChange(tid tenant.ID, from, to, now time.Time) func(context.Context) iter.Seq2[changedRow, error] {
	return page.Paged(func(ctx context.Context, after string) ([]device.Changed, string, error) {
		p, err := h.Devices.Between(ctx, tid, from, to, after, 500)
		return p.Rows, p.Next, err
	}, func(c device.Changed) changedRow { return newChangedRow(tid, c, now) })
}

func instant(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04") }

// unread says on which days of the span the tenant was not read completely: what changed then shows at the next reading.
func unread(days []graphsync.DayValue, from, to time.Time) *ui.Banner {
	read := map[string]bool{}
	for _, d := range days {
		read[d.Day.Format(time.DateOnly)] = true
	}
	var missing []string
	for d := from.Truncate(day); d.Before(to); d = d.Add(day) {
		if !read[d.Format(time.DateOnly)] {
			missing = append(missing, dayOf(d))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	const named = 5
	text := strings.Join(missing[:min(named, len(missing))], ", ")
	if len(missing) > named {
		text += " and " + strconv.Itoa(len(missing)-named) + " more"
	}
	return &ui.Banner{Kind: "unknown", Title: "On " + ui.Count(int64(len(missing)), "day", "days") + " of these the customer was not read completely.", Text: text + ". What changed then shows at the reading after it."}
}

func newChangedRow(tid tenant.ID, c device.Changed, now time.Time) changedRow {
	r := changedRow{ID: c.ID, Name: nameOf(device.Device{Name: c.Name}), URL: deviceURL(tid, c.ID) + "/history", Appeared: c.Appeared, Changes: []netField{}, now: now}
	for _, f := range c.Fields {
		r.Changes = append(r.Changes, netField{f, fieldLabel(f.Field)})
		if at := f.At.UTC(); r.At == nil || at.After(*r.At) {
			r.At = &at
		}
	}
	slices.SortStableFunc(r.Changes, func(a, b netField) int { return cmp.Compare(a.Label, b.Label) })
	return r
}

// words are the differences in a line.
func (r changedRow) words() string {
	var parts []string
	if r.Appeared {
		parts = append(parts, "First seen")
	}
	for _, f := range r.Changes {
		parts = append(parts, f.Label+": "+said(f.Field, f.Old)+" → "+said(f.Field, f.New))
	}
	return strings.Join(parts, "; ")
}

var changeColumns = []page.Column[changedRow]{
	{Key: "name", Label: "Device", Width: 200, Wrap: true, Text: func(r changedRow) string { return r.Name }},
	{Key: "changes", Label: "What differs", Priority: 1, Wrap: true, Text: changedRow.words, Cell: func(r changedRow) ui.Cell { return ui.Cell{Text: r.words()} }},
	{Key: "fields", Label: "Fields", Kind: ui.KindNumber, Priority: 2, Width: 80, Text: func(r changedRow) string { return strconv.Itoa(len(r.Changes)) }, Cell: func(r changedRow) ui.Cell { return ui.TextCell(ui.N(int64(len(r.Changes)))) }},
	{Key: "at", Label: "Last change read", Kind: ui.KindTime, Width: 140, Text: func(r changedRow) string { return page.Stamp(r.At) }, Cell: func(r changedRow) ui.Cell {
		if r.At == nil {
			return ui.DashCell()
		}
		return ui.TimeCell(ui.NewTime(*r.At, r.now))
	}},
	{Key: "id", Label: "Intune device id", Exact: true, Text: func(r changedRow) string { return r.ID }},
}
