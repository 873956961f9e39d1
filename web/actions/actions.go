// Package actions lists what people had Intune do to devices, over all of one's tenants or in one, and shows how far each action is.
//
// Asking for an action stands on the device's own page, in web/devices.
package actions

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// Acts sends what waited, or takes it back.
type Acts interface {
	Go(ctx context.Context, by tenant.Person, requestID string, a deviceaction.Action, secret string) (deviceaction.Action, error)
	Drop(ctx context.Context, by tenant.Person, requestID string, a deviceaction.Action) error
}

// Handler serves the list and the page of an action.
type Handler struct {
	Actions *deviceaction.Store
	Windows *deviceaction.Windows
	Acts    Acts
	Runner  Runner
	Brake   Requests
}

// Mount adds the pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/actions", h.list)
	r.Get("/actions/jobs", h.jobs)
	r.Get("/actions/window", h.window)
	r.Post("/actions/window", tenant.MayAct, h.keepWindow)
	r.Get("/actions/{action}", h.show)
	r.Post("/actions/{action}", tenant.MayAct, h.proceed)
}

const pageSize = 50

// row is one action: what the table, the JSON twin and the exports show.
type row struct {
	ID         int64          `json:"id"`
	Kind       string         `json:"kind"`
	Name       string         `json:"name"`
	Choice     string         `json:"choice,omitempty"`
	Tenant     page.TenantRef `json:"tenant"`
	DeviceID   string         `json:"device_id"`
	DeviceName string         `json:"device_name"`
	Hardware   string         `json:"hardware"`
	OS         string         `json:"os"`
	User       string         `json:"user"`
	State      string         `json:"state"`
	StateName  string         `json:"state_name"`
	Said       string         `json:"said"`
	Reason     string         `json:"reason"`
	By         string         `json:"by"`
	As         string         `json:"as"`
	AskedAt    time.Time      `json:"asked_at"`
	SentAt     *time.Time     `json:"sent_at"`
	EndedAt    *time.Time     `json:"ended_at"`
	ReadAt     *time.Time     `json:"read_at"`
	RequestID  string         `json:"graph_request_id"`
	ClientID   string         `json:"graph_client_request_id"`
	Approval   string         `json:"approval_code,omitempty"`
	URL        string         `json:"url"`
	DeviceURL  string         `json:"device_url"`

	BrakeURL string `json:"approval_url,omitempty"`
	JobURL   string `json:"job_url,omitempty"`

	state ui.State
	now   time.Time
}

func newRow(a deviceaction.Action, now time.Time) row {
	at := "/t/" + a.Tenant.String()
	r := row{
		ID: a.ID, Kind: a.Kind, Name: deviceaction.Title(a.Kind), Choice: a.Options.Label, Tenant: page.TenantRef{ID: a.Tenant, Name: a.TenantName}, DeviceID: a.DeviceID, DeviceName: a.DeviceName,
		Hardware: a.Hardware, OS: a.OS, User: a.User, State: string(a.State), Said: a.Said, Reason: a.Reason, By: a.By, As: a.As, AskedAt: a.AskedAt.UTC(), SentAt: page.Moment(a.SentAt),
		EndedAt: page.Moment(a.EndedAt), ReadAt: page.Moment(a.ReadAt), RequestID: a.RequestID, ClientID: a.ClientID, Approval: a.Approval,
		URL: a.Path(), DeviceURL: at + "/devices/" + url.PathEscape(a.DeviceID), state: verdict.Action(a, now), now: now,
	}
	r.StateName = r.state.Text
	if a.JobID > 0 {
		r.JobURL = deviceaction.JobPath(a.JobID)
	}
	if a.BrakeID > 0 {
		r.BrakeURL = brake.Path(a.BrakeID)
	}
	return r
}

// label names the action with what was chosen for it.
func (r row) label() string { return deviceaction.Label(r.Name, r.Choice) }

func isNumber(v string) error {
	n, err := strconv.ParseInt(v, 10, 64)
	if err == nil && n < 1 {
		err = errs.Invalid
	}
	return err
}

func newSpec(m tenant.Membership) page.Spec {
	var kinds, states []page.Option
	for _, k := range deviceaction.Kinds {
		kinds = append(kinds, page.Option{Value: k.Name, Label: k.Title})
	}
	for _, s := range deviceaction.States {
		states = append(states, page.Option{Value: string(s), Label: verdict.ActionState(s).Text})
	}
	s := page.Spec{
		Sorts: []string{"-asked", "device"}, Placeholder: "Device, serial, person",
		Filters: []page.Filter{{Name: "kind", Label: "Action", Options: kinds}, {Name: "state", Label: "State", Options: states}, {Name: "job", Label: "Job", Linked: true, Check: isNumber}},
	}
	if !m.One() {
		s.Sorts, s.Filters = append(s.Sorts, "customer"), append(s.Filters, page.ByCustomer)
	}
	return s
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec, ctx := newSpec(m), r.Context()
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	f := deviceaction.Filter{Q: q.Q, Kind: q.Values["kind"], State: q.Values["state"], Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	f.Job, _ = strconv.ParseInt(q.Get("job"), 10, 64)
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Actions on devices", One: "action", Many: "actions", Caption: "Actions on devices, the newest first", M: m, Query: q, Spec: spec, Columns: columns(m), URL: func(r row) string { return r.URL },
		Lead:    "What people had Intune do to devices through this portal, and what became of it.",
		Actions: []ui.Action{{Text: "Bulk jobs", URL: m.Path("/actions/jobs"), Kind: ui.Quiet}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "flash", Title: "Nothing was asked for yet", Lines: []string{"Open a device and choose an action.", "What is done in Intune itself does not appear here."}, ActionURL: m.Path("/devices"), ActionText: "Show the devices"},
		Each: page.Streamed(func(ctx context.Context, each func(deviceaction.Action) error) error {
			return h.Actions.Each(ctx, m.Scope, f, each)
		}, func(a deviceaction.Action) row { return newRow(a, now) }),
	}
	if f.Job > 0 {
		l.Actions = append(l.Actions, ui.Action{Text: "Show the job", URL: deviceaction.JobPath(f.Job)})
	}
	if m.One() {
		l.Actions = append(l.Actions, ui.Action{Text: windowTitle, URL: m.Path("/actions/window"), Kind: ui.Quiet})
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, next, count, err := h.Actions.List(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	l.Next, l.Count = next, count
	for _, a := range found {
		l.Rows = append(l.Rows, newRow(a, now))
		l.Live = l.Live || soon(a, now)
	}
	return l.Serve(w, r)
}

// soon tells an action whose answer may come while somebody looks.
func soon(a deviceaction.Action, now time.Time) bool {
	return a.EndedAt.IsZero() && a.State.Open() && now.Sub(a.SentAt) < time.Hour
}

func columns(m tenant.Membership) []page.Column[row] {
	plain := func(key, label string, width, priority int, of func(row) string) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Width: width, Priority: priority, Phone: "line", Text: of, Cell: func(r row) ui.Cell { return ui.TextCell(of(r)) }}
	}
	exact := func(key, label string, of func(row) string) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Exact: true, Text: of}
	}
	cs := []page.Column[row]{{Key: "action", Label: "Action", Width: 220, Text: row.label}}
	device := plain("device", "Device", 170, 1, func(r row) string { return r.DeviceName })
	device.Sort = "device"
	cs = append(cs, device)
	if !m.One() {
		cs = append(cs, page.CustomerColumn(172, func(r row) page.TenantRef { return r.Tenant }))
	}
	return append(cs,
		page.Column[row]{Key: "state", Label: "State", Kind: ui.KindState, Width: 230, Text: func(r row) string { return r.StateName }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} }},
		plain("by", "By", 0, 2, func(r row) string { return r.By }),
		page.Column[row]{Key: "asked", Label: "Asked", Kind: ui.KindTime, Sort: "asked", Width: 110, Text: func(r row) string { return page.Stamp(&r.AskedAt) }, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.AskedAt, r.now)) }},
		exact("ended", "Ended", func(r row) string { return page.Stamp(r.EndedAt) }), exact("said", "What happened", func(r row) string { return r.Said }), exact("reason", "Reason", func(r row) string { return r.Reason }),
		exact("hardware", "Serial or other identity", func(r row) string { return r.Hardware }), exact("device_id", "Intune device id", func(r row) string { return r.DeviceID }),
		exact("tenant", "Tenant id", func(r row) string { return r.Tenant.ID.String() }), exact("request", "Microsoft's request id", func(r row) string { return r.RequestID }),
	)
}

// find reads the action of the address.
func (h *Handler) find(r *http.Request, m tenant.Membership) (a deviceaction.Action, err error) {
	if !m.One() {
		return a, errs.NotFound // an action is only ever shown inside its tenant
	}
	text, err := page.Param(r, "action")
	if err != nil {
		return a, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return a, errs.NotFound
	}
	return h.Actions.Get(r.Context(), m.Tenant.ID, id)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	a, err := h.find(r, m)
	if err != nil {
		return err
	}
	v := newView(m, a, page.ChromeOf(r.Context()))
	s := page.Shell(r, m, v.title())
	if v.soon {
		s.Live, s.Refresh = true, 10
	}
	return page.Answer(w, r, v, actionPage(s, v))
}

// proceed sends an action that waited for somebody's agreement, or takes it back.
func (h *Handler) proceed(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	a, err := h.find(r, m)
	if err != nil {
		return err
	}
	ctx, id, said := r.Context(), middleware.RequestID(r.Context()), page.Flash{Kind: "info", Title: "Taken back. Nothing was sent."}
	if form.Get("do") == "drop" {
		err = h.Acts.Drop(ctx, m.Person, id, a)
	} else {
		k, _ := deviceaction.KindOf(a.Kind)
		secret := form.Get(verdict.SecretField)
		v := newView(m, a, page.ChromeOf(ctx))
		if v.fault = k.Secret(a.OS).Fault(secret); v.fault != "" && v.waits() {
			return page.Render(w, r, http.StatusUnprocessableEntity, actionPage(page.Shell(r, m, v.title()), v))
		}
		a, err = h.Acts.Go(ctx, m.Person, id, a, secret)
		said = page.Flash{Kind: "info", Title: "Sent to Microsoft.", Text: a.Said}
		if a.State == deviceaction.Failed {
			said = page.Flash{Kind: "bad", Title: "Microsoft did not take it.", Text: a.Said}
		}
	}
	if err != nil {
		return err
	}
	return page.Done(w, r, newRow(a, time.Time{}).URL, said)
}
