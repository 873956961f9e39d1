// Package approvals serves the brake on destructive acts: what waits for a second person, the page on which that person decides, the stop,
// and the limits.
//
// What is allowed is internal/brake's; what an act does to a device, and how it is sent, is the room's that acts.
package approvals

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Brake   *brake.Store
	Session func(ctx context.Context) brake.Session // what is known of the request's session
	Home    tenant.ID                               // where people prove who they are before they decide
}

// Mount adds the pages over all customers.
func (h *Handler) Mount(r page.Router) {
	r.Get("/approvals", h.list)
	r.Get("/approvals/stop", h.stopPage)
	r.Post("/approvals/stop", tenant.MayAct, h.pull)
	r.Post("/approvals/release", tenant.MaySettings, h.release)
	r.Get("/approvals/{id}", h.show)
	r.Get("/approvals/{id}/devices", h.devices)
	r.Post("/approvals/{id}/approve", tenant.MayAct, h.approve)
	r.Post("/approvals/{id}/refuse", tenant.MayAct, h.refuse)
	r.Post("/approvals/{id}/withdraw", tenant.MayAct, h.withdraw)
	r.GetFor("/settings/brake", tenant.MaySettings, h.limits)
	r.Post("/settings/brake", tenant.MaySettings, h.keepLimits)
	r.Post("/settings/brake/approve", tenant.MaySettings, h.approveLimits)
	r.Post("/settings/brake/drop", tenant.MaySettings, h.dropLimits)
}

const pageSize = 50

// row is one request in the list, its twin and its exports.
type row struct {
	ID        int64          `json:"id"`
	Title     string         `json:"title"`
	Kind      string         `json:"kind"`
	Devices   int            `json:"devices"`
	Customers int            `json:"customers"`
	Customer  page.TenantRef `json:"customer"` // the only one, or one of several
	By        string         `json:"asked_by"`
	AskedAt   time.Time      `json:"asked_at"`
	Reason    string         `json:"reason"`
	State     string         `json:"state"`
	StateName string         `json:"state_name"`
	LapsesAt  *time.Time     `json:"lapses_at"` // null: it is over
	DecidedBy string         `json:"decided_by"`
	URL       string         `json:"url"`

	state ui.State
	now   time.Time
}

func newRow(a brake.Approval, now time.Time) row {
	r := row{
		ID: a.ID, Title: title(a), Kind: string(a.Kind), Devices: a.Devices, Customers: a.Customers, Customer: page.TenantRef{ID: a.CustomerID, Name: a.Customer}, By: a.By, AskedAt: a.AskedAt.UTC(),
		Reason: a.Reason, State: string(a.Standing), DecidedBy: a.DecidedBy, URL: brake.Path(a.ID), now: now, state: stateOf(a, now),
	}
	r.StateName = r.state.Text
	if open(a) {
		r.LapsesAt = page.Moment(a.LiveUntil)
	}
	return r
}

// open tells whether something may still become of a request.
func open(a brake.Approval) bool {
	return a.Standing == brake.StandsWaiting || a.Standing == brake.StandsCooling || a.Standing == brake.StandsGranted
}

// verbs are the acts in words.
var verbs = map[brake.Kind]string{brake.Wipe: "Wipe", brake.Retire: "Retire", brake.Delete: "Delete the record of", brake.Clean: "Clean", brake.Lock: "Lock"}

func title(a brake.Approval) string {
	if a.Devices == 1 {
		return verbs[a.Kind] + " " + a.First
	}
	return verbs[a.Kind] + " " + ui.Count(int64(a.Devices), "device", "devices")
}

// stateWords are the standings as filters name them.
var stateWords = map[brake.Standing]ui.State{
	brake.StandsWaiting: {Shape: ui.ShapePending, Text: "Waits for a second person"}, brake.StandsCooling: {Shape: ui.ShapePaused, Text: "Cools off"},
	brake.StandsGranted: {Shape: ui.ShapeOK, Text: "May be sent"}, brake.StandsSent: {Shape: ui.ShapeNone, Text: "Sent"}, brake.StandsRefused: {Shape: ui.ShapeBad, Text: "Refused"},
	brake.StandsWithdrawn: {Shape: ui.ShapeNone, Text: "Withdrawn"}, brake.StandsLapsed: {Shape: ui.ShapeStale, Text: "Lapsed"},
}

func stateOf(a brake.Approval, now time.Time) ui.State {
	s := stateWords[a.Standing]
	switch {
	case a.Standing == brake.StandsCooling:
		s.Text = "Cools off, " + ui.Length(a.CoolUntil.Sub(now)) + " left"
	case a.Standing == brake.StandsSent && a.Sent < a.Devices:
		s.Text = "Sent to " + ui.N(int64(a.Sent)) + " of " + ui.N(int64(a.Devices))
	}
	return s
}

var spec = page.Spec{Sorts: []string{"-asked", "devices"}, Tenants: true, Filters: []page.Filter{
	{Name: "state", Label: "State", Options: func() (out []page.Option) {
		for _, s := range brake.Standings {
			out = append(out, page.Option{Value: string(s), Label: stateWords[s].Text})
		}
		return out
	}()},
	{Name: "kind", Label: "Act", Options: func() (out []page.Option) {
		for _, k := range brake.Kinds {
			out = append(out, page.Option{Value: string(k), Label: verbs[k]})
		}
		return out
	}()},
	page.ByCustomer,
}}

var listColumns = []page.Column[row]{
	{Key: "request", Label: "Request", Text: func(r row) string { return r.Title }},
	{Key: "customer", Label: "Customer", Kind: ui.KindTenant, Width: 200, Text: customers, Cell: func(r row) ui.Cell {
		if r.Customers > 1 {
			return ui.TextCell(customers(r))
		}
		return ui.TenantCell(r.Customer.Chip())
	}},
	{Key: "state", Label: "State", Kind: ui.KindState, Width: 210, Text: func(r row) string { return r.StateName }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} }},
	{Key: "by", Label: "Asked by", Width: 200, Priority: 2, Text: func(r row) string { return r.By }, Cell: func(r row) ui.Cell { return ui.TextCell(r.By) }},
	{Key: "reason", Label: "Reason", Width: 200, Priority: 3, Text: func(r row) string { return r.Reason }, Cell: func(r row) ui.Cell { return ui.TextCell(r.Reason) }},
	{Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 90, Priority: 2, Sort: "devices", Text: func(r row) string { return strconv.Itoa(r.Devices) }, Cell: func(r row) ui.Cell { return ui.NumberCell(int64(r.Devices), r.URL+"/devices") }},
	{Key: "asked", Label: "Asked", Kind: ui.KindTime, Width: 120, Sort: "asked", Text: func(r row) string { return page.Stamp(&r.AskedAt) }, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.AskedAt, r.now)) }},
	{Key: "decided", Label: "Decided by", Exact: true, Text: func(r row) string { return r.DecidedBy }},
}

func customers(r row) string {
	if r.Customers > 1 {
		return ui.Count(int64(r.Customers), "customer", "customers")
	}
	return r.Customer.Name
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	only, err := q.Customers()
	if err != nil {
		return err
	}
	f := brake.Filter{Standing: q.Values["state"], Kind: q.Values["kind"], Customers: only, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	now := page.ChromeOf(r.Context()).Now
	l := page.List[row]{
		Title: "Approvals", One: "request", Many: "approvals", Caption: "Requests to destroy something, the newest first", M: m, Query: q, Spec: spec, Columns: listColumns, URL: func(r row) string { return r.URL },
		Lead:    "Acts that destroy something. Within the limits one person may send them; above, a second person approves.",
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "signature", Title: "No request yet", Lines: []string{"Each wipe, retirement, deletion and cleaning appears here, and each lock of many devices."}},
		Actions: []ui.Action{stopAction(m, page.ChromeOf(r.Context()).Banner != nil)},
		Each: page.Streamed(func(ctx context.Context, each func(brake.Approval) error) error {
			return h.Brake.Each(ctx, m.Scope, f, each)
		}, func(a brake.Approval) row { return newRow(a, now) }),
	}
	found, next, count, err := h.Brake.List(r.Context(), m.Scope, f)
	if err != nil {
		return err
	}
	l.Next, l.Count = next, count
	for _, a := range found {
		l.Rows = append(l.Rows, newRow(a, now))
	}
	return l.Serve(w, r)
}

func stopAction(m tenant.Membership, stopped bool) ui.Action {
	if stopped || !m.May(tenant.MayAct) {
		return ui.Action{Text: "The stop", URL: "/approvals/stop", Kind: ui.Quiet}
	}
	return ui.Action{Text: "Stop everything…", URL: "/approvals/stop", Kind: ui.Danger}
}

func requestID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil || id < 1 {
		return 0, errs.NotFound
	}
	return id, nil
}

func (h *Handler) decider(r *http.Request, m tenant.Membership) brake.Decider {
	return brake.Decider{Person: m.Person, Reach: m.Reach, Session: h.Session(r.Context())}
}
