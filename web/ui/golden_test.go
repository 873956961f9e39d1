package ui_test

import (
	"testing"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

// hostile is what a tenant could call itself, a device or a policy; nothing of it may become markup, a script or an address.
const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'&amp;{{.}}‮`

const hostileURL = `javascript:alert(document.cookie)//"><b>`

func TestParts(t *testing.T) {
	evil := ui.TenantChip{Name: hostile, URL: hostileURL, Colour: 14, Domain: hostile}
	for name, part := range map[string]templ.Component{
		"header":       ui.PageHeader{Tenant: &evil, Context: []ui.Crumb{{Text: hostile, URL: hostileURL}}, Title: hostile, Count: "1", Pills: []ui.State{{Shape: "x\" onload=", Text: hostile, Title: hostile}}, Freshness: ui.Freshness{State: ui.ShapeUnknown, Never: hostile, Parts: []ui.Link{{Text: hostile, URL: hostileURL}}}, Actions: []ui.Action{{Text: hostile, URL: hostileURL}, {Text: "x", Post: hostileURL, Fields: []ui.Pair{{Name: hostile, Value: hostile}}}, {Text: "x", Copy: hostile}, {Text: "x", Reason: hostile}}},
		"header plain": ui.PageHeader{Title: "Sync"},
		"table": ui.Table{ID: "t", Caption: hostile, Columns: []ui.Column{{Label: "Name", SortURL: "?sort=name", Sort: "desc"}, {Label: "N", Kind: ui.KindNumber, Width: 80}, {Label: "S", Kind: ui.KindState, Priority: 3}}, Bulk: &ui.Bulk{Action: "/do", One: "device", Many: "devices", Actions: []ui.Action{{Text: "Sync", Name: "do", Value: "sync", FormAction: "/sync"}}}, Rows: []ui.Row{
			{Name: hostile, URL: hostileURL, Key: hostile, Selected: true, Cells: []ui.Cell{ui.NumberCell(1234567, "/x"), ui.UnknownCell(hostile), ui.TextCell("one too many")}},
			{Name: "no key", Cells: []ui.Cell{ui.DashCell()}},
		}},
		"table empty": ui.Table{Columns: []ui.Column{{Label: "Name"}}},
		"cells":       all(ui.MonoCell(hostile), ui.LinkCell(hostile, hostileURL), ui.CopyCell(hostile, "", ""), ui.TenantCell(evil), ui.TimeCell(minutesAgo(3)), ui.MeterCell(ui.Meter{Part: 1, Whole: 3, Text: "33%"})),
		"filters":     ui.FilterBar{Action: "/devices", Query: hostile, Placeholder: "Name", Tokens: []ui.Token{{Field: hostile, Values: []string{"a", hostile}, RemoveURL: hostileURL}}, Fields: []ui.FilterField{{Name: "os", Label: hostile, Options: []ui.Option{{Value: hostile, Label: hostile, Selected: true}}}, {Name: "model", Label: "Model", Value: hostile}}, ClearURL: "/devices"},
		"pager":       all(ui.Pager{From: "1", To: "50", Count: "1,204", NextURL: "?after=x", NextText: "Next 50"}, ui.Pager{Count: "0"}),
		"banner":      all(ui.Banner{Kind: "bad", Title: hostile, Text: hostile, Mono: hostile, ActionURL: hostileURL, ActionText: hostile}, ui.Banner{Kind: hostile, Text: "x"}),
		"empty":       ui.Empty{Kind: ui.EmptyNotRead, Title: hostile, Lines: []string{hostile}, ActionURL: hostileURL, ActionText: "x"},
		"charts":      all(ui.LineChart{ID: "c", Label: hostile, Column: "Share", Points: []ui.Point{{Label: hostile}, {Label: "b", Value: 3, Read: true}, {Label: "c"}}}, ui.LineChart{ID: "none"}, ui.Bars{Rows: []ui.Bar{{Label: hostile, N: 0}}}, ui.FreshStrip(0, 0, 0), ui.Funnel{{Label: hostile, Number: "1"}}),
		"timeline":    ui.Timeline{{When: minutesAgo(1), Icon: hostile, Who: hostile, Text: hostile, From: hostile, To: "", Link: ui.Link{Text: hostile, URL: hostileURL}}},
		"form":        all(ui.Field{Name: "serial", Label: hostile, Value: hostile, Error: hostile, Hint: hostile, Required: true, Max: 40}, ui.Field{Name: "why", Label: "Why", Rows: 3, Value: hostile}, ui.Select{Name: "s", Label: "S", Options: []ui.Option{{Value: hostile, Label: hostile}}}, ui.Choice{Name: "c", Legend: hostile, Many: true, Options: []ui.Option{{Value: "1", Label: hostile, Reason: hostile}}}, ui.CopyField{ID: "x", Label: "Link", Value: hostile}),
		"hits":        ui.Hits{Groups: []ui.HitGroup{{Title: hostile, Hits: []ui.Hit{{Icon: "laptop", URL: hostileURL, Name: ui.Match(hostile, "<SCRIPT>"), Tenant: &evil}}}}},
		"problem":     ui.Problem(ui.ProblemView{Status: 500, Heading: hostile, What: hostile, Next: hostile, RequestID: hostile}),
		"page":        in(ui.Page(ui.Shell{Lang: `en"><b>`, Theme: `dark" onload="x`, Title: hostile, Path: hostileURL, User: &ui.User{Name: hostile, Initials: hostile}, Nav: []ui.NavGroup{{Items: []ui.NavItem{{Label: hostile, Icon: "home", URL: hostileURL, Current: true, Count: 1200}}}}, Switcher: ui.Switcher{Current: &evil, CountAll: 2, Groups: []ui.SwitcherGroup{{Title: hostile, Items: []ui.SwitcherItem{{Tenant: evil, Fact: hostile}}}}}, SignIns: []ui.SignIn{{Tenant: evil, As: hostile, Expired: true, URL: hostileURL}}, Search: hostile, Refresh: 10, Flash: &ui.Banner{Title: hostile}, Toast: &ui.Toast{Text: hostile, Undo: hostileURL}}), ui.Text(hostile)),
		"plain":       in(ui.Plain(consentShell()), ui.Text(hostile)),
	} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, part) })
	}
}
