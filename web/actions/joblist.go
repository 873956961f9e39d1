package actions

import (
	"context"
	"net/http"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

func jobSpec() page.Spec {
	var kinds []page.Option
	for _, k := range deviceaction.Kinds {
		if k.Bulk {
			kinds = append(kinds, page.Option{Value: k.Name, Label: k.Title})
		}
	}
	return page.Spec{Sorts: []string{"-made"}, Placeholder: "Person, reason", Filters: []page.Filter{{Name: "kind", Label: "Action", Options: kinds}}}
}

// jobs lists the orders for many devices, as far as the person sees their devices.
func (h *Handler) jobs(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec, ctx := jobSpec(), r.Context()
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	f := deviceaction.JobFilter{Q: q.Q, Kind: q.Values["kind"], Desc: q.Desc, After: q.After, Limit: pageSize}
	view := func(j deviceaction.Job) jobView { return newJobView(m, j, nil, now) }
	l := page.List[jobView]{
		Title: "Jobs", One: "job", Many: "jobs", Caption: "Actions on many devices at once, the newest first", M: m, Query: q, Spec: spec, Columns: jobColumns(), URL: func(v jobView) string { return jobURL(v.ID) },
		Lead:    "What people had Intune do to many devices at once, and how far it is.",
		Context: []ui.Crumb{{Text: "Actions", URL: "/actions"}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "flash", Title: "Nothing was asked for many devices yet", Lines: []string{"Choose devices in their list, and then an action."}, ActionURL: "/devices?pick=true", ActionText: "Choose devices"},
		Each: page.Streamed(func(ctx context.Context, each func(deviceaction.Job) error) error {
			return h.Actions.EachJob(ctx, m.Scope, f, each)
		}, view),
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, next, count, err := h.Actions.Jobs(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Next, l.Count = next, count
	for _, j := range found {
		l.Rows = append(l.Rows, view(j))
		l.Live = l.Live || j.Running(now)
	}
	return l.Serve(w, r)
}

func jobColumns() []page.Column[jobView] {
	number := func(key, label string, of func(jobView) int64) page.Column[jobView] {
		return page.Column[jobView]{Key: key, Label: label, Kind: ui.KindNumber, Width: 100, Text: func(v jobView) string { return ui.N(of(v)) }, Cell: func(v jobView) ui.Cell { return ui.NumberCell(of(v), "") }}
	}
	failed := number("failed", "Failed", func(v jobView) int64 { return v.Failed })
	failed.Cell = func(v jobView) ui.Cell { return ui.NumberCell(v.Failed, v.ListURL+"&state=failed") }
	return []page.Column[jobView]{
		{Key: "job", Label: "Action", Width: 220, Text: func(v jobView) string { return deviceaction.Label(v.Name, v.Choice) }},
		{Key: "state", Label: "State", Kind: ui.KindState, Width: 180, Text: func(v jobView) string { return v.state().Text }, Cell: func(v jobView) ui.Cell { s := v.state(); return ui.Cell{State: &s} }},
		number("devices", "Devices", func(v jobView) int64 { return v.Lines }), number("customers", "Customers", func(v jobView) int64 { return v.Customers }),
		number("done", "Done", func(v jobView) int64 { return v.Done }), failed,
		{Key: "by", Label: "By", Priority: 2, Phone: "line", Text: func(v jobView) string { return v.By }, Cell: func(v jobView) ui.Cell { return ui.TextCell(v.By) }},
		{Key: "made", Label: "Asked", Kind: ui.KindTime, Sort: "made", Width: 110, Text: func(v jobView) string { return page.Stamp(&v.MadeAt) }, Cell: func(v jobView) ui.Cell { return ui.TimeCell(ui.NewTime(v.MadeAt, v.now)) }},
		{Key: "not_sent", Label: "Not sent", Exact: true, Text: func(v jobView) string { return ui.N(v.Queued) }}, {Key: "unknown", Label: "Unknown or gone", Exact: true, Text: func(v jobView) string { return ui.N(v.Unknown) }},
		{Key: "cancelled", Label: "Cancelled", Exact: true, Text: func(v jobView) string { return ui.N(v.Cancelled) }}, {Key: "reason", Label: "Reason", Exact: true, Text: func(v jobView) string { return v.Reason }},
	}
}
