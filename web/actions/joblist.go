package actions

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// jobRow is one job: what the table, the JSON twin and the exports show. Its numbers are those of the tenants that the list is over.
type jobRow struct {
	ID        int64     `json:"id"`
	Kind      string    `json:"kind"`
	Name      string    `json:"name"`
	Choice    string    `json:"choice,omitempty"`
	Reason    string    `json:"reason"`
	By        string    `json:"by"`
	MadeAt    time.Time `json:"made_at"`
	State     string    `json:"state"`
	StateName string    `json:"state_name"`
	Customers int64     `json:"customers"`
	Devices   int64     `json:"devices"`
	Queued    int64     `json:"not_sent"`
	Held      int64     `json:"held_by_intune"`
	Open      int64     `json:"waiting"`
	Done      int64     `json:"done"`
	Failed    int64     `json:"failed"`
	Unknown   int64     `json:"unknown"`
	Cancelled int64     `json:"cancelled"`
	URL       string    `json:"url"`
	ListURL   string    `json:"list_url"`

	state ui.State
	now   time.Time
}

func newJobRow(m tenant.Membership, j deviceaction.Job, now time.Time) jobRow {
	state := j.State(now)
	return jobRow{
		ID: j.ID, Kind: j.Kind, Name: deviceaction.Title(j.Kind), Choice: j.Choice, Reason: j.Reason, By: j.By, MadeAt: j.MadeAt.UTC(), State: string(state), StateName: jobStates[state].Text,
		Customers: j.Customers, Devices: j.Lines, Queued: j.Queued, Held: j.Approval, Open: j.Open, Done: j.Done, Failed: j.Failed, Unknown: j.Unknown, Cancelled: j.Cancelled,
		URL: where(m, j.ID), ListURL: linesURL(m, j.ID), state: jobStates[state], now: now,
	}
}

// where is what a job's row leads to: its page, or inside a customer its devices there.
func where(m tenant.Membership, job int64) string {
	if m.One() {
		return linesURL(m, job)
	}
	return deviceaction.JobPath(job)
}

func linesURL(m tenant.Membership, job int64) string {
	return m.Path("/actions") + "?job=" + strconv.FormatInt(job, 10)
}

// jobStates are the states of jobs as pages show them.
var jobStates = map[deviceaction.JobState]ui.State{
	deviceaction.JobPlanned: {Shape: ui.ShapeTodo, Text: "Waits for the window"}, deviceaction.JobHeld: {Shape: ui.ShapeWarn, Text: "Waits to be sent"},
	deviceaction.JobSending: {Shape: ui.ShapePending, Text: "Being sent"}, deviceaction.JobStopped: {Shape: ui.ShapeWarn, Text: "Stopped"}, deviceaction.JobApproval: {Shape: ui.ShapeWarn, Text: "Held by Intune"}, deviceaction.JobWaiting: {Shape: ui.ShapePending, Text: "Waits for devices"},
	deviceaction.JobFailed: {Shape: ui.ShapeBad, Text: "Some failed"}, deviceaction.JobUnknown: {Shape: ui.ShapeUnknown, Text: "Some are unknown"}, deviceaction.JobCancelled: {Shape: ui.ShapeNone, Text: "Cancelled"}, deviceaction.JobEnded: {Shape: ui.ShapeOK, Text: "Ended"},
}

func (r jobRow) label() string { return deviceaction.Label(r.Name, r.Choice) }

func (r jobRow) sent() string { return ui.N(r.Devices-r.Queued) + " of " + ui.N(r.Devices) + " sent" }

// outcome is what became of the devices, in words, with what asks for somebody first: a narrow column cuts off the rest.
func (r jobRow) outcome() string {
	var parts []string
	for _, p := range []struct {
		n    int64
		text string
	}{{r.Failed, "failed"}, {r.Unknown, "unknown"}, {r.Held, "held by Intune"}, {r.Done, "done"}, {r.Open, "waiting"}, {r.Cancelled, "cancelled"}} {
		if p.n > 0 {
			parts = append(parts, ui.N(p.n)+" "+p.text)
		}
	}
	return strings.Join(parts, ", ")
}

func jobSpec(m tenant.Membership) page.Spec {
	var kinds, states []page.Option
	for _, k := range deviceaction.Kinds {
		if k.Bulk {
			kinds = append(kinds, page.Option{Value: k.Name, Label: k.Title})
		}
	}
	for _, s := range deviceaction.JobStates {
		states = append(states, page.Option{Value: string(s), Label: jobStates[s].Text})
	}
	s := page.Spec{Sorts: []string{"-asked", "devices"}, Filters: []page.Filter{{Name: "state", Label: "State", Options: states}, {Name: "kind", Label: "Action", Options: kinds}, {Name: "by", Label: "Person", Hint: "Part of the name"}}}
	if !m.One() {
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func jobColumns(m tenant.Membership) []page.Column[jobRow] {
	plain := func(key, label string, width, priority int, of func(jobRow) string) page.Column[jobRow] {
		return page.Column[jobRow]{Key: key, Label: label, Width: width, Priority: priority, Phone: "line", Text: of, Cell: func(r jobRow) ui.Cell { return ui.TextCell(of(r)) }}
	}
	number := func(key, label string, of func(jobRow) int64) page.Column[jobRow] {
		return page.Column[jobRow]{Key: key, Label: label, Exact: true, Text: func(r jobRow) string { return strconv.FormatInt(of(r), 10) }}
	}
	devices := page.Column[jobRow]{Key: "devices", Label: "Devices", Kind: ui.KindNumber, Sort: "devices", Width: 90, Text: func(r jobRow) string { return strconv.FormatInt(r.Devices, 10) }, Cell: func(r jobRow) ui.Cell { return ui.NumberCell(r.Devices, r.ListURL) }}
	cs := []page.Column[jobRow]{
		{Key: "action", Label: "Action", Width: 200, Text: jobRow.label},
		{Key: "state", Label: "State", Kind: ui.KindState, Width: 160, Text: func(r jobRow) string { return r.StateName }, Cell: func(r jobRow) ui.Cell { return ui.Cell{State: &r.state} }},
		devices,
	}
	if !m.One() {
		cs = append(cs, page.Column[jobRow]{Key: "customers", Label: "Customers", Kind: ui.KindNumber, Width: 100, Priority: 2, Text: func(r jobRow) string { return strconv.FormatInt(r.Customers, 10) }, Cell: func(r jobRow) ui.Cell { return ui.NumberCell(r.Customers, "") }})
	}
	return append(cs,
		plain("progress", "Progress", 130, 2, jobRow.sent), plain("outcome", "Outcome", 0, 3, jobRow.outcome), plain("by", "By", 150, 2, func(r jobRow) string { return r.By }),
		page.Column[jobRow]{Key: "asked", Label: "Asked", Kind: ui.KindTime, Sort: "asked", Width: 110, Text: func(r jobRow) string { return page.Stamp(&r.MadeAt) }, Cell: func(r jobRow) ui.Cell { return ui.TimeCell(ui.NewTime(r.MadeAt, r.now)) }},
		page.Column[jobRow]{Key: "reason", Label: "Reason", Exact: true, Text: func(r jobRow) string { return r.Reason }},
		number("not_sent", "Not sent", func(r jobRow) int64 { return r.Queued }), number("held", "Held by Intune", func(r jobRow) int64 { return r.Held }), number("waiting", "Waiting", func(r jobRow) int64 { return r.Open }), number("done", "Done", func(r jobRow) int64 { return r.Done }),
		number("failed", "Failed", func(r jobRow) int64 { return r.Failed }), number("unknown", "Unknown, or left Intune", func(r jobRow) int64 { return r.Unknown }), number("cancelled", "Cancelled", func(r jobRow) int64 { return r.Cancelled }),
	)
}

func (h *Handler) jobs(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec, ctx := jobSpec(m), r.Context()
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	f := deviceaction.JobFilter{By: q.Get("by"), Kind: q.Values["kind"], State: q.Values["state"], Now: now, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	l := page.List[jobRow]{
		Title: "Bulk jobs", One: "job", Many: "jobs", Caption: "Bulk jobs, the newest first", M: m, Query: q, Spec: spec, Columns: jobColumns(m), URL: func(r jobRow) string { return r.URL },
		Context: []ui.Crumb{{Text: "Actions", URL: m.Path("/actions")}}, Lead: "One action for many devices at once, and how far it is.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "flash", Title: "No bulk job yet", Lines: []string{"Choose devices in their list, and one action for all of them."}, ActionURL: m.Path("/devices"), ActionText: "Show the devices"},
		Each: page.Streamed(func(ctx context.Context, each func(deviceaction.Job) error) error {
			return h.Actions.EachJob(ctx, m.Scope, f, each)
		}, func(j deviceaction.Job) jobRow { return newJobRow(m, j, now) }),
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
		l.Rows = append(l.Rows, newJobRow(m, j, now))
		l.Live = l.Live || j.Running(now)
	}
	return l.Serve(w, r)
}
