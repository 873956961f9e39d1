package reviews

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Title: "Review", Count: ui.N(int64(v.Open)) + " open", Lead: "What deserves a look, from what was read. Deciding here changes nothing at the customer."}
	s := review.Standing{Number: v.Last}
	if v.Next != nil {
		s.Plan.NextOn = *v.Next
	}
	switch stateOf(s, v.now) {
	case "overdue":
		h.Pills = []ui.State{{Shape: ui.ShapeBad, Text: "Overdue since " + ui.Date(*v.Next, v.now)}}
	case "due":
		h.Pills = []ui.State{{Shape: ui.ShapeWarn, Text: "Due " + ui.Date(*v.Next, v.now)}}
	case "never":
		h.Pills = []ui.State{{Shape: ui.ShapeUnknown, Text: "Never reviewed"}}
	}
	h.Actions = []ui.Action{{Text: "All reviews", URL: "/reviews"}}
	return h
}

var severityCells = map[review.Severity]ui.Cell{
	review.Bad: ui.StateCell(ui.ShapeBad, "Blocks now"), review.Warn: ui.StateCell(ui.ShapeWarn, "Needs a look"), review.Unknown: ui.StateCell(ui.ShapeUnknown, "Unknown"),
}

func (v view) may() bool { return v.m.May(tenant.MayReview) }

func (v view) findings() ui.Table {
	t := ui.Table{Caption: "Findings, the worst first", Inset: true, Columns: []ui.Column{
		{Key: "text", Label: "Finding"}, {Key: "severity", Label: "Severity", Kind: ui.KindState, Width: 130}, {Key: "since", Label: "Since", Kind: ui.KindTime, Width: 90},
		{Key: "decision", Label: "Decision", Width: 150, Phone: "line"}, {Key: "act", Label: "Decide", Width: 80},
	}}
	for _, f := range v.Findings {
		act := ui.TextCell("")
		if v.may() {
			act = ui.LinkCell("Decide", v.m.Path("/review")+"?finding="+url.QueryEscape(f.Key)+"#decide")
		}
		t.Rows = append(t.Rows, ui.Row{Name: f.Text, URL: f.URL, Note: f.noted(v.now), Cells: []ui.Cell{severityCells[f.Severity], when(f.Since, v.now), f.decision(v.now), act}})
	}
	return t
}

func when(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.QuietCell("not known")
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

func (f finding) noted(now time.Time) string {
	read := "Read at a time not known."
	if f.ReadAt != nil {
		read = "Read " + ui.NewTime(*f.ReadAt, now).Text + "."
	}
	if len(f.Notes) == 0 {
		return read
	}
	n := f.Notes[len(f.Notes)-1]
	return read + " “" + n.Text + "” " + n.By + ", " + ui.NewTime(n.At, now).Text
}

func (f finding) decision(now time.Time) ui.Cell {
	switch {
	case f.Mark == nil:
		return ui.TextCell("Open")
	case f.Mark.State == review.Accepted:
		c := ui.QuietCell("Accepted until " + ui.Date(*f.Mark.Until, now))
		c.Title = f.Mark.Why + " (" + f.Mark.By + ")"
		return c
	}
	return ui.Cell{Text: "Handed to " + f.Mark.Holder, Title: "by " + f.Mark.By}
}

// value is what a form was sent with, or what it starts with.
func (v view) value(name, start string) string {
	if v.values != nil {
		return v.values.Get(name)
	}
	return start
}

func (v view) faultOf(act string) string {
	if v.values != nil && v.values.Get("act") == act {
		return v.fault
	}
	return ""
}

func (v view) plusDays(days int) string { return v.now.AddDate(0, 0, days).Format(time.DateOnly) }

func (v view) nextDay() string {
	if v.Next != nil {
		return v.Next.Format(time.DateOnly)
	}
	return ""
}

func (v view) languages() ui.Select {
	s := ui.Select{Name: "language", ID: "sign-language", Label: "Language of the report"}
	start := permission.LanguageOf(v.country)
	for _, l := range permission.Languages {
		s.Options = append(s.Options, ui.Option{Value: string(l), Label: languageNames[l], Selected: v.value("language", string(start)) == string(l)})
	}
	return s
}

var languageNames = map[permission.Lang]string{permission.English: "English", permission.French: "Français", permission.German: "Deutsch", permission.Spanish: "Español", permission.Dutch: "Nederlands", permission.Greek: "Ελληνικά"}

func (v view) reports() ui.Table {
	t := ui.Table{Caption: "Reviews that were signed off, the latest first", Inset: true, Columns: []ui.Column{
		{Key: "number", Label: "Report", Width: 120}, {Key: "at", Label: "Signed off", Kind: ui.KindTime, Width: 130}, {Key: "by", Label: "By"}, {Key: "findings", Label: "Findings", Kind: ui.KindNumber, Width: 100}, {Key: "language", Label: "Language", Width: 110},
	}}
	for _, r := range v.Reports {
		t.Rows = append(t.Rows, ui.Row{Name: "Review " + strconv.Itoa(r.Number), URL: r.URL, Cells: []ui.Cell{ui.TimeCell(ui.NewTime(r.At, v.now)), ui.TextCell(r.By), ui.TextCell(ui.N(int64(r.Findings))), ui.TextCell(strings.ToUpper(r.Language))}})
	}
	return t
}

func (v view) notes() ui.Timeline {
	var t ui.Timeline
	for i := len(v.Notes) - 1; i >= 0; i-- {
		n := v.Notes[i]
		t = append(t, ui.Event{When: ui.NewTime(n.At, v.now), Icon: "edit", Who: n.By, Text: "noted", Detail: n.Text})
	}
	return t
}
