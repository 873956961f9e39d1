package evidence

import (
	"strings"

	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

func (v view) header() ui.PageHeader {
	h := ui.PageHeader{Title: "What " + v.Partner + " may do at " + v.Tenant, Context: []ui.Crumb{{Text: v.Tenant}, {Text: v.TenantID.String(), Mono: true}}}
	switch {
	case v.AsOf == nil:
		h.Freshness = ui.Freshness{State: ui.ShapeUnknown, Never: "Not read yet"}
	case v.late:
		h.Freshness = ui.Freshness{State: ui.ShapeStale, AsOf: ui.NewTime(*v.AsOf, v.now)}
	default:
		h.Freshness = ui.Freshness{State: ui.ShapeOK, AsOf: ui.NewTime(*v.AsOf, v.now), Parts: []ui.Link{{Text: "read from your tenant"}}, Next: "read again once a day"}
	}
	h.Actions = []ui.Action{{Text: "Download everything that was done", Icon: "arrow_download", URL: "/evidence?format=jsonl", Download: true}}
	return h
}

func (v view) banner() *ui.Banner {
	switch {
	case v.State == tenant.StateWithdrawn:
		return &ui.Banner{Kind: "info", Title: "You have taken your consent back.", Text: "The program can read nothing any more."}
	case v.AsOf == nil:
		return &ui.Banner{Kind: "unknown", Title: "What you have granted was never read completely.", Text: "So this page cannot tell you what is allowed. " + v.Problem}
	case v.Problem != "":
		return &ui.Banner{Kind: "unknown", Title: "The last look saw nothing complete.", Text: v.Problem + " What stands here is from the last complete reading."}
	}
	return nil
}

// statements are the features that work, as sentences; person tells which half.
func (v view) statements(person bool) ui.Statements {
	var s ui.Statements
	for _, a := range v.Allows {
		if a.Person != person {
			continue
		}
		before, strong, after := a.text.Parts()
		s.Items = append(s.Items, ui.Statement{Icon: "checkmark", Text: ui.Spans{{Text: before}, {Text: strong, Strong: true}, {Text: after}}})
	}
	return s
}

func (v view) grants(rows []grant, caption string, past bool) ui.Table {
	t := ui.Table{Caption: caption, Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "In Microsoft’s words"}, {Key: "kind", Label: "Used", Width: 190},
		{Key: "since", Label: "Seen first", Kind: ui.KindTime, Width: 120}, {Key: "seen", Label: "Seen last", Kind: ui.KindTime, Width: 120},
	}}
	for _, g := range rows {
		used := "by the program itself"
		if g.Kind == permission.Delegated {
			used = "only by a signed-in person"
		}
		last := g.LastSeen
		if past && g.GoneAt != nil {
			last = *g.GoneAt
		}
		t.Rows = append(t.Rows, ui.Row{Name: g.Name, Cells: []ui.Cell{ui.TextCell(used), ui.TimeCell(ui.NewTime(g.FirstSeen, v.now)), ui.TimeCell(ui.NewTime(last, v.now))}})
	}
	return t
}

var stateWords = map[consent.LinkState]ui.State{
	consent.LinkOpen:    {Shape: ui.ShapePending, Text: "Waits for your answer"},
	consent.LinkUsed:    {Shape: ui.ShapeOK, Text: "Agreed"},
	consent.LinkRevoked: {Shape: ui.ShapeNone, Text: "Withdrawn by the partner"},
	consent.LinkExpired: {Shape: ui.ShapeStale, Text: "Ended without an answer"},
}

func (v view) asked() ui.Table {
	t := ui.Table{Caption: "Who asked for consent, latest first", Inset: true, Columns: []ui.Column{
		{Key: "by", Label: "Who asked", Width: 240}, {Key: "at", Label: "When", Kind: ui.KindTime, Width: 110}, {Key: "what", Label: "For what"}, {Key: "state", Label: "Answer", Kind: ui.KindState, Width: 190},
	}}
	for _, a := range v.Asked {
		var names []string
		for _, f := range a.Features {
			names = append(names, f.In(permission.English).Name)
		}
		w := stateWords[a.State]
		t.Rows = append(t.Rows, ui.Row{Name: a.By, Cells: []ui.Cell{ui.TimeCell(ui.NewTime(a.At, v.now)), ui.TextCell(strings.Join(names, ", ")), ui.StateCell(w.Shape, w.Text)}})
	}
	return t
}

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	for _, a := range v.Done {
		e := ui.Event{When: ui.NewTime(a.At, v.now), Icon: "history", Who: a.Who, Text: a.Words, Detail: a.Object}
		if a.Object == v.TenantID.String() {
			e.Detail = "" // the whole page is about it
		}
		t = append(t, e)
	}
	return t
}

func (v view) steps() ui.Numbered {
	bold := func(before, strong, after string) ui.Spans {
		return ui.Spans{{Text: before}, {Text: strong, Strong: true}, {Text: after}}
	}
	return ui.Numbered{
		bold("Open the ", "Microsoft Entra admin centre", " as an administrator of "+v.Tenant+"."),
		bold("Go to ", "Enterprise applications", " and choose “"+v.Program+"”."),
		bold("Under ", "Permissions", " take back single names. To take back everything, open Properties and delete the program."),
		bold("Nobody at "+v.Partner+" has to agree. ", "From the next hour on", " the program can read nothing, and this page says so at the next look."),
	}
}
