package configuration

import (
	"maps"
	"net/url"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of the comparison, ready to print.

func (v compareView) title() string { return "Compare “" + v.Left.Name + "”" }

func (v compareView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	fam := familyOf(v.Left.kind)
	return ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: fam.title, URL: v.m.Path(fam.path)}, {Text: v.Left.Name, URL: v.Left.URL}}, Title: v.title(), Freshness: v.Left.fresh,
		Actions: []ui.Action{{Text: "Choose another", Kind: ui.Quiet, URL: v.path}},
	}
}

func (v compareView) sideFacts() ui.Facts {
	fact := func(label string, s side) ui.Fact {
		note := s.Tenant.Name + ", as read last"
		if s.At != nil {
			note = s.Tenant.Name + ", as of " + ui.NewTime(*s.At, v.now).Title
		} else if s.AsOf != nil {
			note = s.Tenant.Name + ", as read " + ui.NewTime(*s.AsOf, v.now).Text
		}
		return ui.Fact{Label: label, Value: ui.LinkCell(s.Name, s.URL), Note: note}
	}
	return ui.Facts{Items: []ui.Fact{fact("Left", v.Left), fact("Right", v.Right)}}
}

// verdict is one sentence; where something could not be compared it never says that all is the same.
func (v compareView) verdict() string {
	switch {
	case v.Differences > 0 && v.Unknown > 0:
		return ui.Count(int64(v.Differences), "line differs", "lines differ") + ", and " + ui.Count(int64(v.Unknown), "more line", "more lines") + " cannot be compared."
	case v.Differences > 0:
		return ui.Count(int64(v.Differences), "line differs.", "lines differ.")
	case v.Unknown > 0:
		return "No difference in what the portal knows, but " + ui.Count(int64(v.Unknown), "line", "lines") + " cannot be compared."
	}
	return "No difference."
}

func (v compareView) segments() ui.Segments {
	link := func(show string) string {
		q := maps.Clone(v.query)
		q.Del("show")
		if show != "" {
			q.Set("show", show)
		}
		return v.path + "?" + url.Values(q).Encode()
	}
	return ui.Segments{Label: "Lines shown", Items: []ui.Segment{
		{Text: "Differences", URL: link(""), Current: !v.show}, {Text: "All lines", URL: link("all"), Current: v.show},
	}}
}

var standingShapes = map[string]ui.Shape{
	string(configuration.Same): ui.ShapeNone, string(configuration.Changed): ui.ShapeWarn, string(configuration.Left): ui.ShapeWarn, string(configuration.Right): ui.ShapeWarn, string(configuration.Unknown): ui.ShapeUnknown,
}

// lines are the rows to print: what differs or cannot be told, or all.
func (v compareView) lines() []diffRow {
	if v.show {
		return v.Rows
	}
	kept := []diffRow{}
	for _, r := range v.Rows {
		if r.Is != string(configuration.Same) {
			kept = append(kept, r)
		}
	}
	return kept
}

func (v compareView) table() ui.Table {
	t := ui.Table{ID: "differences", Caption: "Left and right, line by line", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "label", Label: "What"}, {Key: "part", Label: "Part", Width: 150, Priority: 2}, {Key: "left", Label: "Left", Phone: "line"}, {Key: "right", Label: "Right", Phone: "line"}, {Key: "is", Label: "Result", Kind: ui.KindState, Width: 150},
	}}
	lines := v.lines()
	for _, r := range lines[:min(len(lines), maxSettings)] {
		t.Rows = append(t.Rows, ui.Row{Name: r.Label, Cells: []ui.Cell{ui.TextCell(r.PartName), sideCell(r, r.From, configuration.Right), sideCell(r, r.To, configuration.Left), ui.StateCell(standingShapes[r.Is], r.IsName)}})
	}
	return t
}

// sideCell is a value; absent is the standing at which this side does not have the line at all.
func sideCell(r diffRow, value string, absent configuration.Standing) ui.Cell {
	if r.Is == string(absent) {
		return ui.QuietCell("not set")
	}
	return valueCell(value, value == configuration.SecretMark)
}

func (v compareView) note() string {
	if n := len(v.lines()) - maxSettings; n > 0 {
		return ui.Count(int64(n), "more line stands", "more lines stand") + " in the JSON of this page."
	}
	return ""
}
