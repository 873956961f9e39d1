// Package services shows Intune's certificates, tokens, connectors, partners, enrolment rules, terms and branding: one board over all of
// one's tenants with what ends first on top, the same in one tenant, a page for each, the lead times of warnings, and a calendar feed.
//
// What they are, and when they end, is internal/service's; renewing happens at Apple and in Intune, never here.
package services

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Services *service.Store
	Sync     *graphsync.Service
	Tenants  *tenant.Store
	Audit    *audit.Store     // nil: changes are not recorded
	Origin   string           // the portal's own, for the addresses in a calendar
	Now      func() time.Time // nil: the machine's clock
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now().UTC()
	}
	return h.Now().UTC()
}

// Mount adds the list and the pages of items, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/services", h.list)
	r.Get("/services/readings", h.readings)
	r.Get("/services/{kind}/{item}", h.show)
}

// MountPortal adds what belongs to the portal and to no tenant.
func (h *Handler) MountPortal(r page.Router) {
	r.Get(readingsList, h.readingsByCustomer)
	r.Get("/services/lead-times", h.leadTimes)
	r.Post("/services/lead-times", tenant.MaySettings, h.setLeadTimes)
	r.Get("/services/calendar", h.calendar)
	r.Post("/services/calendar", tenant.MaySync, h.issueCalendar)
	r.Post("/services/calendar/revoke", tenant.MaySync, h.revokeCalendar)
}

// MountPublic adds the feed, which calendar programs read without a session.
func (h *Handler) MountPublic(r chi.Router, problems *page.Problems) {
	r.Get("/services/calendar.ics", problems.Func(h.feed))
	r.Head("/services/calendar.ics", problems.Func(h.feed))
}

// pageSize is the number of items on a page.
const pageSize = 50

var noun = fresh.Noun{One: "service", Many: "services", Whole: "certificates, tokens, connectors or rules in Intune's service configuration", Icon: "certificate"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := newSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	ctx := r.Context()
	now := page.ChromeOf(ctx).Now
	watch, err := h.Services.Watch(ctx, now)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Services)
	if err != nil {
		return err
	}
	l := page.List[row]{
		Title: "Services", One: noun.One, Many: noun.Many, Caption: "Services, what ends first on top", M: m, Query: q, Spec: spec, Columns: columns(m),
		URL: func(r row) string { return r.URL }, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: actions(m), Each: h.each(m.Scope, watch, f, now),
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	found, err := h.Services.List(ctx, m.Scope, watch, f)
	if err != nil {
		return err
	}
	l.Count, l.Next = found.Count, found.Next
	for _, it := range found.Rows {
		l.Rows = append(l.Rows, newRow(it, now))
	}
	if !page.WantsJSON(r) {
		if err := h.around(ctx, m, q, watch, found.Tally, &l); err != nil {
			return err
		}
	}
	if len(l.Rows) == 0 {
		if l.Empty, err = h.empty(ctx, m, q, watch, read); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// around adds the counts above the list, and what the list does not hold below it. The freshness line is never green while a kind was not read.
func (h *Handler) around(ctx context.Context, m tenant.Membership, q page.Query, watch service.Watch, tally service.Tally, l *page.List[row]) (err error) {
	if tally == nil {
		if tally, err = h.Services.TallyOf(ctx, m.Scope, watch); err != nil {
			return err
		}
	}
	if !l.AsOf.IsZero() {
		l.Above = counts(tally.Standings(), q.Path)
	}
	b, err := h.readingsOf(ctx, m, watch.Now)
	if err != nil {
		return err
	}
	if n := b.unread(); n > 0 {
		if l.Freshness.State == ui.ShapeOK {
			l.Freshness.State = ui.ShapePartial
		}
		l.Freshness.Parts = append([]ui.Link{{Text: "not read: " + ui.Count(int64(n), "kind", "kinds"), URL: b.path + "/readings"}}, withoutComplete(l.Freshness.Parts, m)...)
	}
	l.Below = listNote(b)
	return nil
}

// withoutComplete drops the claim that all was read, which fresh.Line makes first inside a tenant.
func withoutComplete(parts []ui.Link, m tenant.Membership) []ui.Link {
	if m.One() && len(parts) > 0 && parts[0].URL == "" {
		return parts[1:]
	}
	return parts
}

func actions(m tenant.Membership) []ui.Action {
	if m.One() {
		return fresh.ReadNow(m)
	}
	return []ui.Action{{Text: "Calendar", Icon: "calendar", Kind: ui.Quiet, URL: "/services/calendar"}, {Text: "Lead times", Icon: "clock", Kind: ui.Quiet, URL: "/services/lead-times"}}
}

// empty is the state of a list that shows nothing; it counts what was looked at.
func (h *Handler) empty(ctx context.Context, m tenant.Membership, q page.Query, watch service.Watch, read graphsync.Freshness) (ui.Empty, error) {
	return fresh.EmptyList(noun, read, m, q, watch.Now, func() (int64, error) { return h.Services.Count(ctx, m.Scope, watch, service.Filter{}) })
}

// each streams the rows of an export.
func (h *Handler) each(scope tenant.Scope, watch service.Watch, f service.Filter, now time.Time) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(service.Item) error) error {
		return h.Services.Each(ctx, scope, watch, f, each)
	}, func(it service.Item) row { return newRow(it, now) })
}
