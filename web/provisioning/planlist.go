package provisioning

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// planRow is one plan in the list, its twin and its exports.
type planRow struct {
	ID          int64     `json:"id"`
	Application string    `json:"application"`
	State       string    `json:"state"`
	Customers   int64     `json:"customers"`
	Started     int64     `json:"started"`
	Waiting     int64     `json:"waiting"`
	Failed      int64     `json:"failed"`
	Unclear     int64     `json:"unknown"`
	Unsigned    int64     `json:"sign_in_needed"`
	MadeAt      time.Time `json:"made_at"`
	MadeBy      string    `json:"made_by"`
	URL         string    `json:"url"`

	state ui.State
	now   time.Time
}

func newPlanRow(p provisioning.Plan, now time.Time) planRow {
	r := planRow{ID: p.ID, Application: appName(p.TemplateName), State: p.State, Customers: p.Customers, Started: p.Started, Waiting: p.Waiting, Failed: p.Failed, Unclear: p.Unclear, Unsigned: p.Unsigned, MadeAt: p.MadeAt.UTC(), MadeBy: p.MadeBy, URL: planURL(p.ID), now: now}
	r.state = planWords[r.State]
	return r
}

var planWords = map[string]ui.State{
	"running": {Shape: ui.ShapePending, Text: "Under way"}, "stopped": {Shape: ui.ShapeWarn, Text: "Stopped"}, "failed": {Shape: ui.ShapeBad, Text: "Some failed"},
	"unknown": {Shape: ui.ShapeUnknown, Text: "Some unknown"}, "sign-in": {Shape: ui.ShapePaused, Text: "Needs a sign-in"}, "ready": {Shape: ui.ShapePaused, Text: "Not all started"}, "started": {Shape: ui.ShapeOK, Text: "All started"},
}

var planSpec = func() page.Spec {
	f := page.Filter{Name: "state", Label: "State"}
	for _, s := range provisioning.PlanStates {
		f.Options = append(f.Options, page.Option{Value: s, Label: planWords[s].Text})
	}
	columns := []string{"state", "customers", "started", "failed", "by", "made"}
	return page.Spec{Sorts: []string{"-made"}, Columns: columns, Default: columns, Placeholder: "Application, who made it", Filters: []page.Filter{f}}
}()

var planColumns = func() []page.Column[planRow] {
	n := func(key, label string, priority int, of func(planRow) int64) page.Column[planRow] {
		return page.Column[planRow]{Key: key, Label: label, Kind: ui.KindNumber, Width: 110, Priority: priority, Text: func(r planRow) string { return strconv.FormatInt(of(r), 10) }, Cell: func(r planRow) ui.Cell { return ui.NumberCell(of(r), "") }}
	}
	return []page.Column[planRow]{
		{Key: "name", Label: "Application", Text: func(r planRow) string { return r.Application }},
		{Key: "state", Label: "State", Kind: ui.KindState, Priority: 1, Width: 160, Text: func(r planRow) string { return r.state.Text }, Cell: func(r planRow) ui.Cell { return ui.Cell{State: &r.state} }},
		n("customers", "Customers", 1, func(r planRow) int64 { return r.Customers }), n("started", "Started", 2, func(r planRow) int64 { return r.Started }), n("failed", "Failed", 2, func(r planRow) int64 { return r.Failed }),
		{Key: "by", Label: "By", Width: 240, Priority: 2, Phone: "line", Text: func(r planRow) string { return r.MadeBy }, Cell: func(r planRow) ui.Cell { return ui.TextCell(r.MadeBy) }},
		{Key: "made", Label: "Made", Kind: ui.KindTime, Sort: "made", Priority: 1, Width: 120, Text: func(r planRow) string { return r.MadeAt.Format(time.RFC3339) }, Cell: func(r planRow) ui.Cell { return ui.TimeCell(ui.NewTime(r.MadeAt, r.now)) }},
	}
}()

func (h *Wizard) plans(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := planSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now
	f := provisioning.PlanFilter{Q: q.Q, State: q.Values["state"], Now: now, Oldest: !q.Desc, After: q.After, Limit: pageSize}
	l := page.List[planRow]{
		Title: "Plans", One: "plan", Many: "plans", Caption: "Plans", M: m, Query: q, Spec: planSpec, Columns: planColumns, URL: func(r planRow) string { return r.URL },
		Context: []ui.Crumb{{Text: "Provisioning", URL: "/provisioning"}}, Lead: "One application for several customers at once.", Each: h.eachPlan(m.Scope, f, now),
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "people_sync", Title: "No plan yet", Lines: []string{"A plan is made from an application of the gallery: choose one at a customer, then “For several customers”."}},
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, next, count, err := h.Provisioning.Plans(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Next, l.Count = next, count
	for _, p := range found {
		row := newPlanRow(p, now)
		l.Rows, l.Live = append(l.Rows, row), l.Live || row.State == "running"
	}
	return l.Serve(w, r)
}

// eachPlan streams the rows of an export, page by page.
func (h *Wizard) eachPlan(scope tenant.Scope, f provisioning.PlanFilter, now time.Time) func(context.Context) iter.Seq2[planRow, error] {
	return page.Paged(func(ctx context.Context, after string) ([]provisioning.Plan, string, error) {
		f.After, f.Limit = after, 500
		found, next, _, err := h.Provisioning.Plans(ctx, scope, f)
		return found, next, err
	}, func(p provisioning.Plan) planRow { return newPlanRow(p, now) })
}
