package provisioning

import (
	"context"
	"net/http"
	"net/url"
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

// recentEvents is how many lines of the log an application's page shows.
const recentEvents = 10

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // an application is only ever shown inside its tenant
	}
	id, err := page.Param(r, "principal")
	if err != nil {
		return err
	}
	k, err := h.read(r.Context(), m, id)
	if err != nil {
		return err
	}
	v := newView(m, k, page.ChromeOf(r.Context()))
	shell := page.Shell(r, m, v.Name)
	if k.read.Running || awaited(r, k.read, v.chrome.Now) {
		shell.Refresh = waits
	}
	return page.Answer(w, r, v, appPage(shell, v))
}

// changedAt is the parameter that says when somebody changed a job; a read that follows is awaited for some minutes.
const changedAt = "changed"

func awaited(r *http.Request, read graphsync.Freshness, now time.Time) bool {
	at, err := time.Parse(time.RFC3339, r.URL.Query().Get(changedAt))
	return err == nil && read.AsOf.Before(at) && now.Sub(at) < 3*time.Minute && !at.After(now)
}

// facts are what the portal holds about one application.
type facts struct {
	app     provisioning.Application
	jobs    []provisioning.Job
	read    graphsync.Freshness // of the jobs
	logRead graphsync.Freshness
	events  provisioning.EventPage
	changes []provisioning.Change
	failing int64 // objects whose last event failed
	failed  int64
	skipped int64
}

func (h *Handler) read(ctx context.Context, m tenant.Membership, id string) (k facts, err error) {
	if k.app, err = h.Provisioning.Application(ctx, m.Tenant.ID, id); err != nil {
		return k, err
	}
	if k.jobs, err = h.Provisioning.Jobs(ctx, m.Tenant.ID, id); err != nil {
		return k, err
	}
	if k.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningJobs); err != nil {
		return k, err
	}
	if k.logRead, err = h.Sync.Freshness(ctx, m.Scope, graphsync.ProvisioningLog); err != nil {
		return k, err
	}
	if k.events, err = h.Provisioning.ListEvents(ctx, m.Scope, provisioning.EventFilter{SPID: id, Limit: recentEvents}); err != nil {
		return k, err
	}
	if k.changes, err = h.Provisioning.Changes(ctx, m.Tenant.ID, id, maxChanges); err != nil {
		return k, err
	}
	failing, err := h.Provisioning.FailingObjects(ctx, m.Scope, provisioning.ObjectFilter{SPID: id, Limit: 1})
	if err != nil {
		return k, err
	}
	k.failing = failing.Count
	if k.failed, err = h.countEvents(ctx, m, id, "failure"); err != nil {
		return k, err
	}
	k.skipped, err = h.countEvents(ctx, m, id, "skipped")
	return k, err
}

func (h *Handler) countEvents(ctx context.Context, m tenant.Membership, id, status string) (int64, error) {
	p, err := h.Provisioning.ListEvents(ctx, m.Scope, provisioning.EventFilter{SPID: id, Status: []string{status}, Limit: 1})
	return p.Count, err
}

// view is what an application's page shows, and its JSON twin.
type view struct {
	ID      string         `json:"id"` // of the service principal
	Name    string         `json:"name"`
	AppID   string         `json:"app_id"`
	Enabled bool           `json:"enabled"`
	Tenant  page.TenantRef `json:"tenant"`
	AsOf    *time.Time     `json:"as_of"`
	Jobs    []job          `json:"jobs"`
	Events  []event        `json:"events"`
	Count   int64          `json:"event_count"`
	Failing int64          `json:"failing_objects"`
	Failed  int64          `json:"event_failures"`
	Skipped int64          `json:"event_skips"`
	LogAsOf *time.Time     `json:"log_as_of"`
	Changes []change       `json:"changes"`

	m       tenant.Membership
	chrome  page.Chrome
	read    graphsync.Freshness
	logRead graphsync.Freshness
}

func newView(m tenant.Membership, k facts, c page.Chrome) view {
	v := view{
		ID: k.app.ID, Name: appName(k.app.Name), AppID: k.app.AppID, Enabled: k.app.Enabled, Tenant: page.TenantRef{ID: m.Tenant.ID, Name: m.Tenant.Name()},
		AsOf: page.Moment(k.read.AsOf), LogAsOf: page.Moment(k.logRead.AsOf), Jobs: []job{}, Changes: newChanges(k.changes), Events: []event{}, Count: k.events.Count, Failing: k.failing, Failed: k.failed, Skipped: k.skipped,
		m: m, chrome: c, read: k.read, logRead: k.logRead,
	}
	late := lateTenants{m.Tenant.ID: k.read.Late > 0}
	toRow := newRower(late, c.Now)
	for _, j := range k.jobs {
		v.Jobs = append(v.Jobs, newJob(j, toRow(j), m.Tenant.Name()))
	}
	for _, e := range k.events.Rows {
		v.Events = append(v.Events, newEvent(e, c.Now))
	}
	return v
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: "Provisioning", URL: v.m.Path("/provisioning")}}, Title: v.Name,
		Freshness: fresh.Line(v.read, v.m, v.chrome.Now), Jump: ui.Link{Text: "Actions", URL: "#actions"},
	}
	if len(v.Jobs) > 0 {
		h.Actions = []ui.Action{{Text: "Mappings", Icon: "options", URL: mappingsURL(v.m.Tenant.ID, v.ID)}}
		h.Pills = []ui.State{v.Jobs[0].state} // the worst comes first
	}
	return h
}

func (v view) banner() *ui.Banner {
	if v.read.Late == 0 {
		return nil
	}
	return &ui.Banner{
		Kind: "unknown", Title: "You see the state of " + ui.NewTime(v.read.AsOf, v.chrome.Now).Text + ".",
		Text:       "The last complete reading is older than its target. " + v.read.Error.Sentence,
		ActionText: "Show the sync", ActionURL: fresh.SyncURL(v.m, v.read.Dataset),
	}
}

func (v view) headFacts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Service principal", Value: ui.CopyCell(v.ID, short(v.ID), "Copy service principal id")},
		{Label: "Application id", Value: ui.CopyCell(v.AppID, short(v.AppID), "Copy application id")},
		{Label: "Sign-in to it", Value: ui.TextCell(map[bool]string{true: "allowed", false: "switched off"}[v.Enabled])},
		{Label: "Jobs", Value: ui.TextCell(strconv.Itoa(len(v.Jobs)))},
	}}
}

// short is the two ends of an identifier: enough to tell two apart.
func short(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:8]) + "…" + string(r[len(r)-4:])
	}
	return ""
}

func (v view) logURL() string { return appURL(v.m.Tenant.ID, v.ID) + "/log" }

func (v view) logSection() ui.Section {
	s := ui.Section{ID: "log", Title: "Log", Count: ui.N(v.Count), Rule: true, Late: v.logRead.Late > 0}
	if !v.logRead.AsOf.IsZero() {
		s.AsOf = ui.NewTime(v.logRead.AsOf, v.chrome.Now)
	}
	s.Links = []ui.Segment{
		{Text: "Failing now " + ui.N(v.Failing), URL: v.m.Path("/provisioning/objects") + "?principal=" + url.QueryEscape(v.ID)}, {Text: "Failed " + ui.N(v.Failed), URL: v.logURL() + "?status=failure"}, {Text: "Skipped " + ui.N(v.Skipped), URL: v.logURL() + "?status=skipped"},
		{Text: "All", URL: v.logURL()},
	}
	return s
}

func (v view) logEmpty() ui.Empty {
	return fresh.Empty(eventNoun, v.logRead, v.m, fresh.Search{}, v.chrome.Now)
}

func (v view) logTable() ui.Table {
	t := ui.Table{ID: "recent", Caption: "Newest lines of the provisioning log", Inset: true, Columns: []ui.Column{
		{Key: "object", Label: "Object"}, {Key: "action", Label: "Action", Width: 110, Priority: 2}, {Key: "status", Label: "Result", Kind: ui.KindState, Width: 120},
		{Key: "reason", Label: "Reason", Priority: 2, Phone: "line"}, {Key: "at", Label: "When", Kind: ui.KindTime, Width: 100},
	}}
	for _, e := range v.Events {
		t.Rows = append(t.Rows, ui.Row{Name: e.Object, URL: e.URL, Cells: []ui.Cell{ui.TextCell(e.ActionName), {State: &e.state}, ui.TextCell(e.Reason), ui.TimeCell(ui.NewTime(e.At, e.now))}})
	}
	return t
}

// panel says what a person can do about the worst job, or why not here.
func (v view) panel() ui.ActionPanel {
	p := ui.ActionPanel{Title: "Actions", Note: "Changes are made as you, so that " + v.m.Tenant.Name() + "’s own log carries your name."}
	why := ""
	switch {
	case !v.m.May(tenant.MayAct):
		p.Note, why = "A technician or an owner changes jobs.", "Your role may look, not act."
	case v.chrome.SignedIn(v.m.Tenant.ID) == nil:
		why = "You are not signed in at " + v.m.Tenant.Name() + "."
		p.Items = append(p.Items, ui.PanelAction{
			Icon: "person_key", Name: "Sign in at " + v.m.Tenant.Name(), Hint: "With your own account there, as guest or through GDAP.",
			Action: ui.Action{Text: "Sign in", URL: page.SignInAt(v.m.Tenant.ID, appURL(v.m.Tenant.ID, v.ID))},
		})
	}
	add := func(icon, name, verb, to string) {
		a := ui.PanelAction{Icon: icon, Name: name, Action: ui.Action{Text: verb, URL: to}}
		if why != "" {
			a.Action = ui.Action{Text: verb, Reason: why}
		}
		p.Items = append(p.Items, a)
	}
	if len(v.Jobs) == 0 {
		add("add", "Set up provisioning", "Set up", setupURL(v.m, v.ID))
		return p
	}
	add("people_sync", "Watch at Microsoft", "Watch", setupURL(v.m, v.ID))
	add("key", "Replace credentials", "Replace", setupURL(v.m, v.ID)+"?step=access")
	for _, a := range acts {
		if a.fits(v.Jobs[0].job) {
			add(a.icon, a.panel, a.verb, actURL(v.m.Tenant.ID, v.ID, v.Jobs[0].ID, a.name))
		}
	}
	return p
}
