package provisioning

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var eventNoun = fresh.Noun{One: "event", Many: "events", Whole: "events in the provisioning log", Icon: "history"}

var logSpec = page.Spec{
	Sorts:       []string{"-at"},
	Columns:     []string{"object", "type", "action", "status", "error", "reason", "at", "duration", "target"},
	Default:     []string{"object", "type", "action", "status", "error", "reason", "at"},
	Placeholder: "Person, identifier, reason",
	Filters: []page.Filter{
		{Name: "status", Label: "Result", Options: statusOptions},
		{Name: "action", Label: "Action", Options: actionOptions},
		{Name: "error", Label: "Error code"},
		{Name: "person", Label: "Person exactly"},
		{Name: "job", Label: "Job id"},
	},
}

// wideSpec is the log's of more than one application.
func wideSpec(m tenant.Membership) page.Spec {
	s := logSpec
	s.Columns, s.Default = append([]string{"app"}, s.Columns...), []string{"app", "object", "action", "status", "error", "reason", "at"}
	s.Filters = append([]page.Filter{{Name: "principal", Label: "Service principal id"}}, s.Filters...)
	if !m.One() {
		s.Columns, s.Default = append([]string{"customer"}, s.Columns...), append([]string{"customer"}, s.Default...)
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// everyLog is the provisioning log of all applications, of one customer or of all.
func (h *Handler) everyLog(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := wideSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog)
	if err != nil {
		return err
	}
	now, f := page.ChromeOf(ctx).Now, newEventFilter(q.Get("principal"), q)
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	l := page.List[event]{
		Title: "Provisioning log", Bounded: true, One: eventNoun.One, Many: eventNoun.Many, Caption: "Provisioning log, newest first", M: m, Query: q, Spec: spec,
		Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}}, Columns: wideColumns(m), URL: func(e event) string { return e.URL },
		AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Each: h.eachEvent(m.Scope, f, now),
		Actions: []ui.Action{{Text: "Failures by cause", Icon: "people", URL: m.Path("/provisioning/failures")}},
	}
	return h.serveLog(w, r, l, f, read)
}

// serveLog fills the list with a page of the log, and tells the days that were not read.
func (h *Handler) serveLog(w http.ResponseWriter, r *http.Request, l page.List[event], f provisioning.EventFilter, read graphsync.Freshness) error {
	if l.Query.CSV {
		return l.Serve(w, r)
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now
	found, err := h.Provisioning.ListEvents(ctx, l.M.Scope, f)
	if err != nil {
		return err
	}
	l.Count, l.More, l.SoFar, l.Next = found.Count, found.More, found.SoFar, found.Next
	for _, e := range found.Rows {
		l.Rows = append(l.Rows, newEvent(e, now))
	}
	gaps, err := h.gaps(ctx, l.M, now)
	if err != nil {
		return err
	}
	l.Banner = gapBanner(gaps)
	if len(l.Rows) == 0 {
		if l.Empty, err = fresh.EmptyList(eventNoun, read, l.M, l.Query, now, func() (int64, error) {
			all, err := h.Provisioning.ListEvents(ctx, l.M.Scope, provisioning.EventFilter{SPID: f.SPID, Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

func wideColumns(m tenant.Membership) []page.Column[event] {
	cs := eventColumns()
	more := []page.Column[event]{{Key: "app", Label: "Application", Priority: 1, Width: 130, Wrap: true, Text: func(e event) string { return e.App }, Cell: func(e event) ui.Cell { return ui.TextCell(e.App) }}}
	if !m.One() {
		more = append(more, page.CustomerColumn(172, func(e event) page.TenantRef { return e.Tenant }))
	}
	return slices.Insert(cs, 1, more...)
}

func newEventFilter(principal string, q page.Query) provisioning.EventFilter {
	return provisioning.EventFilter{
		Q: q.Q, Status: q.Values["status"], Action: q.Values["action"], SPID: principal, JobID: q.Get("job"), ErrorCode: q.Values["error"],
		Person: q.Get("person"), Oldest: !q.Desc, After: q.After, Limit: logSize, CountMost: page.Enough,
	}
}

func (h *Handler) log(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	id, err := page.Param(r, "principal")
	if err != nil {
		return err
	}
	ctx := r.Context()
	a, err := h.Provisioning.Application(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	q, err := logSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog)
	if err != nil {
		return err
	}
	now, f := page.ChromeOf(ctx).Now, newEventFilter(id, q)
	l := page.List[event]{
		Title: "Log of " + appName(a.Name), Bounded: true, One: eventNoun.One, Many: eventNoun.Many, Caption: "Provisioning log, newest first", M: m, Query: q, Spec: logSpec,
		Context: []ui.Crumb{{Text: "Provisioning", URL: m.Path("/provisioning")}, {Text: appName(a.Name), URL: appURL(m.Tenant.ID, id)}},
		Columns: eventColumns(), URL: func(e event) string { return e.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Each: h.eachEvent(m.Scope, f, now),
	}
	return h.serveLog(w, r, l, f, read)
}

// eachEvent streams the rows of an export.
func (h *Handler) eachEvent(scope tenant.Scope, f provisioning.EventFilter, now time.Time) func(context.Context) iter.Seq2[event, error] {
	return page.Streamed(func(ctx context.Context, each func(provisioning.Event) error) error {
		return h.Provisioning.EachEvent(ctx, scope, f, each)
	}, func(e provisioning.Event) event { return newEvent(e, now) })
}

// event is one line of the log: what the table, the JSON twin and the CSV show.
type event struct {
	ID         string         `json:"id"`
	At         time.Time      `json:"at"`
	Object     string         `json:"object"`
	ObjectID   string         `json:"object_id"`
	UPN        string         `json:"user_principal_name"`
	Type       string         `json:"type"`
	Action     string         `json:"action"`
	ActionName string         `json:"action_name"`
	Status     string         `json:"status"`
	ErrorCode  string         `json:"error_code"`
	Reason     string         `json:"reason"`
	Target     string         `json:"target"`
	DurationMS int64          `json:"duration_ms"`
	JobID      string         `json:"job_id"`
	App        string         `json:"application"`
	Tenant     page.TenantRef `json:"tenant"`
	URL        string         `json:"url"`

	state ui.State
	now   time.Time
}

func newEvent(e provisioning.Event, now time.Time) event {
	return event{
		ID: e.ID, At: e.At, Object: objectName(e), ObjectID: e.SourceID, UPN: e.SourceUPN, Type: e.SourceType, Action: e.Action, ActionName: actionWord(e.Action),
		Status: e.Status, ErrorCode: e.ErrorCode, Reason: e.Reason, Target: e.TargetName, DurationMS: e.Duration.Milliseconds(), JobID: e.JobID, App: appName(e.SPName),
		Tenant: page.TenantRef{ID: e.Tenant, Name: e.TenantName}, URL: appURL(e.Tenant, e.SPID) + "/log/" + url.PathEscape(e.ID), state: statusState(e.Status), now: now,
	}
}

// objectName is who or what an event is about: a person's sign-in name tells more than a name that two may bear.
func objectName(e provisioning.Event) string {
	for _, s := range []string{e.SourceUPN, e.SourceName, e.TargetName, e.SourceID, e.TargetID} {
		if s != "" {
			return s
		}
	}
	return "Unknown object"
}

func eventColumns() []page.Column[event] {
	plain := func(key, label string, priority, width int, get func(event) string) page.Column[event] {
		return page.Column[event]{Key: key, Label: label, Priority: priority, Width: width, Wrap: true, Text: get, Cell: func(e event) ui.Cell { return ui.TextCell(get(e)) }}
	}
	errorCode := plain("error", "Error code", 3, 170, func(e event) string { return e.ErrorCode })
	errorCode.Kind = ui.KindMono
	reason := plain("reason", "Reason", 2, 0, func(e event) string { return e.Reason })
	reason.Phone = "line"
	return []page.Column[event]{
		{Key: "object", Label: "Object", Width: 220, Wrap: true, Text: func(e event) string { return e.Object }},
		plain("type", "Type", 2, 90, func(e event) string { return e.Type }),
		plain("action", "Action", 1, 110, func(e event) string { return e.ActionName }),
		{Key: "status", Label: "Result", Kind: ui.KindState, Priority: 1, Width: 120, Text: func(e event) string { return e.state.Text }, Cell: func(e event) ui.Cell { return ui.Cell{State: &e.state} }},
		errorCode, reason,
		{
			Key: "at", Label: "When", Kind: ui.KindTime, Sort: "at", Priority: 1, Width: 120, Text: func(e event) string { return e.At.UTC().Format(time.RFC3339) },
			Cell: func(e event) ui.Cell { return ui.TimeCell(ui.NewTime(e.At, e.now)) },
		},
		{
			Key: "duration", Label: "Took", Kind: ui.KindNumber, Priority: 3, Width: 80, Text: func(e event) string { return strconv.FormatInt(e.DurationMS, 10) },
			Cell: func(e event) ui.Cell { return ui.TextCell(ui.N(e.DurationMS) + " ms") },
		},
		plain("target", "In the target", 3, 160, func(e event) string { return e.Target }),
		{Key: "id", Label: "Event id", Exact: true, Text: func(e event) string { return e.ID }},
		{Key: "object_id", Label: "Object id", Exact: true, Text: func(e event) string { return e.ObjectID }},
		{Key: "job", Label: "Job id", Exact: true, Text: func(e event) string { return e.JobID }},
	}
}
