package services

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// readings is the page of what was read of each kind. It is no part of the list, whose rows are services and nothing else.
func (h *Handler) readings(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	now := page.ChromeOf(r.Context()).Now
	b, err := h.readingsOf(r.Context(), m, now)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(r.Context(), m.Scope, graphsync.Services)
	if err != nil {
		return err
	}
	return page.Answer(w, r, b.view(), readingsPage(page.Shell(r, m, "What was read"), b.header(read), b))
}

func (h *Handler) readingsOf(ctx context.Context, m tenant.Membership, now time.Time) (b kinds, err error) {
	b = kinds{path: "/services", m: m, now: now}
	if m.One() {
		b.path = m.Path("/services")
		b.one, err = h.Services.Readings(ctx, m.Tenant.ID)
		return b, err
	}
	b.all, err = h.Services.ReadingsAcrossTenants(ctx, m.Scope)
	return b, err
}

// readingsView is the JSON twin of the page.
type readingsView struct {
	Kinds []kindView `json:"kinds"`
}

// kindView is one kind: in a tenant how it was read, over all tenants how many were.
type kindView struct {
	Kind   string     `json:"kind"`
	Name   string     `json:"name"`
	Items  int64      `json:"items"`
	State  string     `json:"state,omitempty"`
	Why    string     `json:"why,omitempty"`
	Read   *int64     `json:"customers_read,omitempty"`
	Unset  *int64     `json:"customers_not_set_up_or_licensed,omitempty"`
	Failed *int64     `json:"customers_not_read,omitempty"`
	AsOf   *time.Time `json:"as_of"`
}

func (b kinds) view() readingsView {
	v := readingsView{Kinds: []kindView{}}
	if b.m.One() {
		for _, k := range service.Kinds() {
			r := b.of(k)
			state, why := readingState(r, b.now)
			v.Kinds = append(v.Kinds, kindView{Kind: string(k), Name: kindWords[k], Items: r.Items, State: state.Text, Why: why, AsOf: page.Moment(r.ReadAt)})
		}
		return v
	}
	for _, c := range b.all {
		v.Kinds = append(v.Kinds, kindView{Kind: string(c.Kind), Name: kindWords[c.Kind], Items: c.Items, Read: &c.Read, Unset: &c.Unset, Failed: &c.Failed, AsOf: page.Moment(c.Oldest)})
	}
	return v
}

func (b kinds) header(read graphsync.Freshness) ui.PageHeader {
	h := ui.PageHeader{Title: "What was read", Context: []ui.Crumb{{Text: "Services", URL: b.path}}, Freshness: fresh.Line(read, b.m, b.now), Actions: fresh.ReadNow(b.m)}
	if b.m.One() {
		chip := page.Chip(b.m.Tenant, "")
		h.Tenant = &chip
	}
	if b.unread() > 0 && h.Freshness.State == ui.ShapeOK {
		h.Freshness.State = ui.ShapePartial
		h.Freshness.Parts = withoutComplete(h.Freshness.Parts, b.m)
	}
	return h
}

// of is how a kind was read at the tenant; the zero reading where it was never tried.
func (b kinds) of(k service.Kind) service.Reading {
	if i := slices.IndexFunc(b.one, func(r service.Reading) bool { return r.Kind == k }); i >= 0 {
		return b.one[i]
	}
	return service.Reading{Kind: k}
}

// kinds is what was read of each kind, in one tenant or over all.
type kinds struct {
	path string
	m    tenant.Membership
	now  time.Time
	one  []service.Reading
	all  []service.KindCount
}

// unread is how many kinds failed. A tenant without the licence has nothing there to be read, and what another feature's permission opens
// was not asked for: neither is a failure, unless the list holds what was read before.
func (b kinds) unread() (n int) {
	for _, r := range b.one {
		if r.Outcome == service.Failed && (r.Items > 0 || r.Trouble != "licence" && (r.Trouble != "permission" || also(r.Kind) == "")) {
			n++
		}
	}
	for _, c := range b.all {
		if c.Failed > 0 && also(c.Kind) == "" {
			n++
		}
	}
	return n
}

func (b kinds) table() ui.Table {
	if !b.m.One() {
		return b.tableOfAll()
	}
	t := ui.Table{ID: "kinds", Caption: "What was read of each kind", Columns: []ui.Column{
		{Key: "kind", Label: "Kind", Width: 260}, {Key: "items", Label: "Held", Kind: ui.KindNumber, Width: 80}, {Key: "state", Label: "Reading", Kind: ui.KindState, Width: 150},
		{Key: "at", Label: "As of", Kind: ui.KindTime, Width: 110}, {Key: "why", Label: "Why", Phone: "line"},
	}}
	for _, k := range service.Kinds() {
		r := b.of(k)
		state, why := readingState(r, b.now)
		t.Rows = append(t.Rows, ui.Row{Name: kindWords[k], Cells: []ui.Cell{b.held(k, r.Items), {State: &state}, ui.TimeCell(ui.NewTime(r.ReadAt, b.now)), ui.QuietCell(why)}})
	}
	return t
}

func (b kinds) held(k service.Kind, n int64) ui.Cell {
	if n == 0 {
		return ui.TextCell("0")
	}
	return ui.NumberCell(n, b.path+"?kind="+string(k))
}

func readingState(r service.Reading, now time.Time) (ui.State, string) {
	switch {
	case r.Outcome == "":
		return ui.State{Shape: ui.ShapeUnknown, Text: "Not read yet"}, ""
	case r.Trouble == "licence":
		return ui.State{Shape: ui.ShapeNone, Text: "Not licensed"}, r.Sentence
	case r.Outcome == service.Failed && r.Trouble == "permission":
		return ui.State{Shape: ui.ShapeUnknown, Text: "Not permitted"}, "Needs " + r.Kind.Permission() + "." + also(r.Kind)
	case r.Outcome == service.Failed:
		return ui.State{Shape: ui.ShapeUnknown, Text: "Not read"}, r.Sentence
	case verdict.ServiceLate(service.Item{ReadAt: r.ReadAt}, now):
		return ui.State{Shape: ui.ShapeStale, Text: "Read, late"}, ""
	case r.Outcome == service.Unset:
		return ui.State{Shape: ui.ShapeNone, Text: "Not configured"}, "The tenant has not set this up."
	}
	return ui.State{Shape: ui.ShapeOK, Text: "Read"}, ""
}

// also says where a permission comes from that the services themselves do not ask for.
func also(k service.Kind) string {
	switch k {
	case service.NDES:
		return " It comes with device rules in the consent."
	case service.BrandingProfile:
		return " It comes with apps in the consent; Microsoft refuses some tenants all the same."
	}
	return ""
}

func (b kinds) tableOfAll() ui.Table {
	t := ui.Table{ID: "kinds", Caption: "What was read of each kind", Columns: []ui.Column{
		{Key: "kind", Label: "Kind", Width: 280}, {Key: "items", Label: "Held", Kind: ui.KindNumber, Width: 90}, {Key: "read", Label: "Customers read", Kind: ui.KindNumber, Width: 140},
		{Key: "unset", Label: "Not set up or licensed", Kind: ui.KindNumber, Width: 170, Priority: 2}, {Key: "failed", Label: "Not read", Kind: ui.KindNumber, Width: 100}, {Key: "at", Label: "Oldest", Kind: ui.KindTime, Width: 110},
	}}
	for _, c := range b.all {
		customers := func(n int64, state service.Outcome) ui.Cell {
			if n == 0 {
				return ui.TextCell("0")
			}
			return ui.NumberCell(n, readingsList+"?kind="+string(c.Kind)+"&state="+string(state))
		}
		failed := customers(c.Failed, service.Failed)
		if c.Failed > 0 {
			failed.Tone = "warn"
		}
		t.Rows = append(t.Rows, ui.Row{Name: kindWords[c.Kind], Cells: []ui.Cell{
			b.held(c.Kind, c.Items), customers(c.Read, service.Read), customers(c.Unset, service.Unset), failed, ui.TimeCell(ui.NewTime(c.Oldest, b.now)),
		}})
	}
	return t
}
