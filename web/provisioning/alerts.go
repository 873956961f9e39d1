package provisioning

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var alertNoun = fresh.Noun{One: "alert", Many: "alerts", Whole: "alerts about provisioning", Icon: "alert"}

var alertWords = map[provisioning.AlertKind]ui.State{
	provisioning.InQuarantine: {Shape: ui.ShapeBad, Text: "Quarantine"},
	provisioning.ManyFailures: {Shape: ui.ShapeWarn, Text: "Many failures"},
	provisioning.Stalled:      {Shape: ui.ShapeWarn, Text: "No progress"},
}

// alert is a row of the list, of its JSON twin and of its CSV.
type alert struct {
	ID        int64                  `json:"id"`
	Kind      provisioning.AlertKind `json:"kind"`
	Tenant    page.TenantRef         `json:"tenant"`
	App       string                 `json:"application"`
	Detail    string                 `json:"detail"`
	Since     *time.Time             `json:"since"` // null: Microsoft does not say
	OpenedAt  time.Time              `json:"opened_at"`
	OverAt    *time.Time             `json:"over_at"`
	State     string                 `json:"state"` // open, snoozed, over
	Snoozed   *time.Time             `json:"snoozed_until,omitempty"`
	SnoozedBy string                 `json:"snoozed_by,omitempty"`
	Problem   string                 `json:"problem,omitempty"` // why telling of it failed last
	URL       string                 `json:"url"`

	may bool
	now time.Time
}

func newAlert(m tenant.Membership, a provisioning.Alert, now time.Time) alert {
	v := alert{
		ID: a.ID, Kind: a.Kind, Tenant: page.TenantRef{ID: a.Tenant, Name: a.TenantName}, App: appName(a.App), Detail: a.Detail, Since: page.Moment(a.Since), OpenedAt: a.OpenedAt.UTC(), OverAt: page.Moment(a.ClosedAt), State: "open",
		Problem: a.Problem, URL: appURL(a.Tenant, a.SPID), may: m.May(tenant.MayAct), now: now,
	}
	switch {
	case v.OverAt != nil:
		v.State = "over"
	case a.Snoozed(now):
		v.State, v.Snoozed, v.SnoozedBy = "snoozed", page.Moment(a.SnoozedUntil), a.SnoozedBy
	}
	return v
}

func alertSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"-opened"}, Columns: []string{"app", "kind", "detail", "since", "opened", "state", "quiet"}, Default: []string{"app", "kind", "detail", "since", "opened", "state", "quiet"}, Placeholder: "Application, customer, reason",
		Filters: []page.Filter{
			{Name: "state", Label: "State", Options: []page.Option{{Value: "open", Label: "Open"}, {Value: "snoozed", Label: "Snoozed"}, {Value: "over", Label: "Over"}}},
			{Name: "kind", Label: "Kind", Options: []page.Option{{Value: "quarantine", Label: "Quarantine"}, {Value: "failures", Label: "Many failures"}, {Value: "stalled", Label: "No progress"}}},
		},
	}
	if !m.One() {
		s.Columns, s.Default = append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// eachAlert streams the rows of an export, page by page.
func (h *Handler) eachAlert(m tenant.Membership, f provisioning.AlertFilter, now time.Time) func(context.Context) iter.Seq2[alert, error] {
	return page.Paged(func(ctx context.Context, after string) ([]provisioning.Alert, string, error) {
		f.After, f.Limit = after, 500
		p, err := h.Provisioning.Alerts(ctx, m.Scope, f)
		return p.Rows, p.Next, err
	}, func(a provisioning.Alert) alert { return newAlert(m, a, now) })
}

func (h *Handler) alerts(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := alertSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now
	f := provisioning.AlertFilter{Q: q.Q, Kind: q.Values["kind"], State: q.Values["state"], Oldest: !q.Desc, After: q.After, Limit: pageSize, Now: now}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningJobs)
	if err != nil {
		return err
	}
	found, err := h.Provisioning.Alerts(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	rows := make([]alert, 0, len(found.Rows))
	for _, a := range found.Rows {
		rows = append(rows, newAlert(m, a, now))
	}
	l := page.List[alert]{
		Title: "Alerts", One: alertNoun.One, Many: alertNoun.Many, Caption: "Alerts about provisioning", M: m, Query: q, Spec: spec, Columns: alertColumns(m), Rows: rows, Count: found.Count, Next: found.Next,
		URL: func(a alert) string { return a.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Each: h.eachAlert(m, f, now),
		Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}},
		Empty:   fresh.Empty(alertNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now),
	}
	if m.May(tenant.MaySettings) && !m.One() {
		l.Actions = []ui.Action{{Text: "Rules", Icon: "settings", URL: "/settings/alerts"}}
	}
	return l.Serve(w, r)
}

func alertColumns(m tenant.Membership) []page.Column[alert] {
	cs := []page.Column[alert]{{Key: "app", Label: "Application", Width: 140, Text: func(a alert) string { return a.App }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(172, func(a alert) page.TenantRef { return a.Tenant }))
	}
	return append(cs,
		page.Column[alert]{Key: "kind", Label: "What", Kind: ui.KindState, Priority: 1, Width: 135, Text: func(a alert) string { return alertWords[a.Kind].Text }, Cell: func(a alert) ui.Cell { s := a.kind(); return ui.Cell{State: &s} }},
		page.Column[alert]{Key: "detail", Label: "Reason", Priority: 1, Phone: "line", Text: func(a alert) string { return a.Detail }, Cell: func(a alert) ui.Cell { return ui.TextCell(a.Detail) }},
		page.Column[alert]{Key: "since", Label: "Since", Kind: ui.KindTime, Priority: 3, Width: 120, Text: func(a alert) string { return page.Stamp(a.Since) }, Cell: alert.sinceCell},
		page.Column[alert]{Key: "opened", Label: "Noticed", Kind: ui.KindTime, Sort: "opened", Priority: 2, Width: 120, Text: func(a alert) string { return a.OpenedAt.Format(time.RFC3339) }, Cell: func(a alert) ui.Cell { return ui.TimeCell(ui.Clock(a.OpenedAt, a.now)) }},
		page.Column[alert]{Key: "state", Label: "State", Priority: 2, Width: 130, Text: func(a alert) string { return a.State }, Cell: alert.stateCell},
		page.Column[alert]{Key: "quiet", Label: "Quiet", Priority: 1, Width: 156, Cell: alert.quietCell, Text: func(alert) string { return "" }},
		page.Column[alert]{Key: "over", Label: "Over", Exact: true, Text: func(a alert) string { return page.Stamp(a.OverAt) }},
		page.Column[alert]{Key: "problem", Label: "Not told because", Exact: true, Text: func(a alert) string { return a.Problem }},
	)
}

// kind is what it is about; one that is over is no longer bad.
func (a alert) kind() ui.State {
	s := alertWords[a.Kind]
	if a.OverAt != nil {
		s.Shape = ui.ShapeNone
	}
	return s
}

// sinceCell is when Microsoft says that it began. That too much fails is found out here, over a day.
func (a alert) sinceCell() ui.Cell {
	switch {
	case a.Since != nil:
		return ui.TimeCell(ui.Clock(*a.Since, a.now))
	case a.Kind == provisioning.ManyFailures:
		return ui.DashCell()
	}
	return ui.UnknownCell("Microsoft does not say")
}

func (a alert) stateCell() ui.Cell {
	switch {
	case a.OverAt != nil:
		return ui.TextCell("Over, " + ui.NewTime(*a.OverAt, a.now).Text)
	case a.Snoozed != nil:
		return ui.Cell{Text: "Until " + ui.Clock(*a.Snoozed, a.now).Text, Title: "Snoozed by " + a.SnoozedBy}
	case a.Problem != "":
		return ui.Cell{Text: "Open, not told", Title: a.Problem}
	}
	return ui.TextCell("Open")
}

func (a alert) quietCell() ui.Cell {
	if !a.may || a.OverAt != nil {
		return ui.TextCell("")
	}
	return ui.ViewCell(ui.Action{Text: "Snooze 1 day", Small: true, Post: "/t/" + a.Tenant.ID.String() + "/provisioning/alerts/" + strconv.FormatInt(a.ID, 10) + "/snooze"})
}

// snoozeFor is how long an alert stays quiet.
const snoozeFor = 24 * time.Hour

func (h *Handler) snooze(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := strconv.ParseInt(chi.URLParam(r, "alert"), 10, 64)
	if err != nil || id < 1 || !m.One() {
		return errs.NotFound
	}
	now := page.ChromeOf(r.Context()).Now
	if err := h.Provisioning.Snooze(r.Context(), m.Tenant.ID, id, now.Add(snoozeFor), cmp.Or(m.Person.Name, m.Person.UPN)); err != nil {
		return err
	}
	e := audit.Entry{Action: "provisioning.alert.snoozed", Object: "alert " + strconv.FormatInt(id, 10), RequestID: middleware.RequestID(r.Context())}
	if err := h.Audit.Keep(r.Context(), m.Tenant.ID, m.Person, e); err != nil {
		return err
	}
	return page.Done(w, r, m.Path("/provisioning/alerts"), page.Flash{Kind: "info", Title: "Snoozed for a day. It stays on the list of snoozed alerts."})
}
