package approvals

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// view is what the page of a request shows, and its JSON twin.
type view struct {
	row
	Terms        string          `json:"terms"`
	Why          []string        `json:"why_a_second_person"`
	CoolUntil    *time.Time      `json:"cools_off_until"`
	PlannedUntil *time.Time      `json:"planned_until"` // null: it is sent at once
	DecidedAt    *time.Time      `json:"decided_at"`
	DecidedWhy   string          `json:"decided_why"`
	SessionSince *time.Time      `json:"session_since"`
	SignedInAt   *time.Time      `json:"signed_in_at"`
	Hash         string          `json:"set_sha256"`
	Sent         int             `json:"sent"`
	Returned     int             `json:"not_sent"`
	Shares       []share         `json:"by_customer"`
	First        []line          `json:"first_devices"` // all of them are at devices
	DevicesURL   string          `json:"devices_url"`
	Measures     []brake.Measure `json:"budget"` // of a request of which something may still become
	MayDecide    bool            `json:"may_decide"`
	Hindrance    string          `json:"hindrance"` // why the reader cannot decide

	own    bool // the reader asked for it
	refuse bool // the reader may refuse it although they cannot approve it
	prove  string
	typed  string
	said   string
	faults page.Faults
}

// share is the part of a request at one customer.
type share struct {
	Customer page.TenantRef `json:"customer"`
	Devices  int            `json:"devices"`
}

// line is one device of a request, in the page, its twin and the exports.
type line struct {
	Customer page.TenantRef `json:"customer"`
	Device   string         `json:"device"`
	Serial   string         `json:"serial"`
	Owner    string         `json:"owner"`
	LastSync *time.Time     `json:"last_check_in"`
	State    string         `json:"state"`
	SentAt   *time.Time     `json:"sent_at"`
	URL      string         `json:"url"`

	now time.Time
}

// firstLines are shown on the page of a request; the rest is a click away.
const firstLines = 10

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.view(r, m)
	if err != nil {
		return err
	}
	return page.Answer(w, r, v, showPage(page.Shell(r, m, v.Title), v))
}

func (h *Handler) view(r *http.Request, m tenant.Membership) (v view, err error) {
	id, err := requestID(r)
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	a, err := h.Brake.Get(ctx, m.Scope, id)
	if err != nil {
		return v, err
	}
	now := page.ChromeOf(ctx).Now
	v = view{row: newRow(a, now), Terms: a.Terms, Why: a.Why, CoolUntil: page.Moment(a.CoolUntil), PlannedUntil: page.Moment(a.WantedUntil), DecidedAt: page.Moment(a.DecidedAt), DecidedWhy: a.DecidedWhy, SessionSince: page.Moment(a.SessionSince), SignedInAt: page.Moment(a.SignedInAt),
		Hash: a.Hash, Sent: a.Sent, Returned: a.Returned, Measures: []brake.Measure{}, First: []line{}, Shares: []share{}, DevicesURL: brake.Path(id) + "/devices", faults: page.Faults{}}
	shares, err := h.Brake.Shares(ctx, m.Scope, id)
	if err != nil {
		return v, err
	}
	for _, s := range shares {
		v.Shares = append(v.Shares, share{page.TenantRef{ID: s.Tenant, Name: s.Customer}, s.Devices})
	}
	lines, _, err := h.Brake.Lines(ctx, m.Scope, id, "", firstLines)
	if err != nil {
		return v, err
	}
	for _, l := range lines {
		v.First = append(v.First, newLine(l, now))
	}
	return v, h.who(ctx, &v, a, h.decider(r, m))
}

// who finds what the reader can do about the request.
func (h *Handler) who(ctx context.Context, v *view, a brake.Approval, d brake.Decider) error {
	v.own = a.ByTenant == d.Person.Tenant && a.ByObject == d.Person.ObjectID
	if !open(a) {
		return nil
	}
	var err error
	if v.Measures, err = h.Brake.Weigh(ctx, a); err != nil {
		return err
	}
	err = h.Brake.Ready(ctx, a, d)
	if at, ok := errors.AsType[*tenant.SignInNeeded](err); ok {
		v.prove = page.ProveAt(at.Tenant, v.URL)
	}
	sentence, next, ok := errs.Sentence(err)
	if err != nil && !ok {
		return err
	}
	v.MayDecide, v.Hindrance = err == nil, sentence
	v.refuse = err != nil && !v.own && d.Person.Role.May(tenant.MayAct) && a.State == brake.Waiting
	if next != "" {
		v.Hindrance += " " + next
	}
	return nil
}

func newLine(l brake.Line, now time.Time) line {
	id := l.Tenant
	return line{Customer: page.TenantRef{ID: id, Name: l.Customer}, Device: l.Name, Serial: l.Hardware, Owner: l.Owner, LastSync: page.Moment(l.LastSyncAt), State: l.State, SentAt: page.Moment(l.SpentAt),
		URL: "/t/" + id.String() + "/devices/" + l.DeviceID, now: now}
}

var lineStates = map[string]ui.State{
	"reserved": {Shape: ui.ShapeTodo, Text: "Not sent"}, "spent": {Shape: ui.ShapeOK, Text: "Sent"}, "returned": {Shape: ui.ShapeNone, Text: "Given up"},
}

var lineSpec = page.Spec{}

var lineColumns = []page.Column[line]{
	{Key: "device", Label: "Device", Text: func(l line) string { return l.Device }},
	page.CustomerColumn(220, func(l line) page.TenantRef { return l.Customer }),
	{Key: "serial", Label: "Serial", Kind: ui.KindMono, Width: 190, Text: func(l line) string { return l.Serial }, Cell: func(l line) ui.Cell { return ui.MonoCell(l.Serial) }},
	{Key: "owner", Label: "User", Width: 220, Priority: 2, Text: func(l line) string { return l.Owner }, Cell: func(l line) ui.Cell { return ui.TextCell(l.Owner) }},
	{Key: "sync", Label: "Check-in then", Kind: ui.KindTime, Width: 130, Priority: 2, Text: func(l line) string { return page.Stamp(l.LastSync) }, Cell: func(l line) ui.Cell { return timeCell(l.LastSync, l.now) }},
	{Key: "state", Label: "State", Kind: ui.KindState, Width: 130, Text: func(l line) string { return lineStates[l.State].Text }, Cell: func(l line) ui.Cell { s := lineStates[l.State]; return ui.Cell{State: &s} }},
}

func timeCell(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.UnknownCell("It never checked in.")
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

// devices is the frozen set as a list.
func (h *Handler) devices(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	id, err := requestID(r)
	if err != nil {
		return err
	}
	a, err := h.Brake.Get(r.Context(), m.Scope, id)
	if err != nil {
		return err
	}
	q, err := lineSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	l := page.List[line]{
		Title: title(a), One: "device", Many: "devices", Caption: "Devices of this request, by customer", M: m, Query: q, Spec: lineSpec, Columns: lineColumns, URL: func(l line) string { return l.URL }, Count: int64(a.Devices),
		Context: []ui.Crumb{{Text: "Approvals", URL: "/approvals"}, {Text: "Request " + strconv.FormatInt(id, 10), URL: brake.Path(id)}}, Lead: "The set as it was fixed when it was asked for.",
		Each: page.Streamed(func(ctx context.Context, each func(brake.Line) error) error {
			return h.Brake.EachLine(ctx, m.Scope, id, each)
		}, func(l brake.Line) line { return newLine(l, now) }),
	}
	lines, next, err := h.Brake.Lines(r.Context(), m.Scope, id, q.After, pageSize)
	if err != nil {
		return err
	}
	l.Next = next
	for _, d := range lines {
		l.Rows = append(l.Rows, newLine(d, now))
	}
	return l.Serve(w, r)
}
