// Package devices shows managed devices: the list over all of one's tenants or in one, and the page of a device.
//
// What a device is, and its table, live in internal/device; what was asked of devices is listed in web/actions.
package devices

import (
	"context"
	"iter"
	"net/http"
	"strings"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the device pages.
type Handler struct {
	Incidents *incident.Store // nil: none are shown
	Devices   *device.Store
	Sync      *graphsync.Service

	Protection *protection.Store   // nil in tests of other things: the tab says that it was not read
	Autopilot  *autopilot.Store    // nil in tests of other things
	Actions    *deviceaction.Store // likewise
	Policies   PolicyStates        // nil: never asked for, so unknown
	Details    Details             // likewise
	Detections Detections          // likewise

	Keeps func(ctx context.Context) (days int, err error) // how long history is kept; nil: for ever
}

// Mount adds the device pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/devices", h.list)
	r.Get("/devices/changes", h.changes)
	r.Get("/devices/protection", h.protection)
	r.Get("/devices/malware", h.malware)
	r.Get("/devices/malware/{malware}", h.showMalware)
	r.Get("/devices/autopilot", h.autopilot)
	r.Get("/devices/categories", h.categories)
	r.Get("/devices/categories/{category}", h.showCategory)
	r.Get("/devices/remote-actions", h.results)
	r.Get("/devices/autopilot/{identity}", h.showAutopilot)
	r.Get("/devices/{device}", h.show(tabSummary))
	r.Get("/devices/{device}/hardware", h.show(tabHardware))
	r.Get("/devices/{device}/policies", h.show(tabPolicies))
	r.Get("/devices/{device}/protection", h.show(tabProtection))
	r.Get("/devices/{device}/remote-actions", h.show(tabResults))
	r.Get("/devices/{device}/diagnostics", h.show(tabDiagnostics))
	r.Get("/devices/{device}/history", h.show(tabHistory))
}

// pageSize is the number of devices on a page, pickSize where each has a box to tick, which weighs.
const (
	pageSize = 50
	pickSize = 40
)

var noun = fresh.Noun{One: "device", Many: "devices", Whole: "enrolled devices", Icon: "laptop"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := newSpec(m, r.URL.Query())
	if r.URL.Query().Get(onFilter.Name) != "" {
		return h.then(w, r, m, spec)
	}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	f.CountMost = page.CountMost(r)
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Devices)
	if err != nil {
		return err
	}
	var found device.Page
	if searched := q.Q != "" && q.After == "" && r.URL.Query().Get("sort") == ""; searched {
		if found, f.Sort, err = h.Devices.Search(ctx, m.Scope, f, page.Enough); err != nil {
			return err
		}
		q.Sort = f.Sort
	} else if !q.CSV {
		if found, err = h.Devices.List(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	late, err := h.late(ctx, m, read, found.Rows, q.CSV)
	if err != nil {
		return err
	}
	l, err := h.newList(ctx, m, spec, q, read, found, late)
	if err != nil {
		return err
	}
	l.Each = h.each(m.Scope, f, newRower(late, page.ChromeOf(ctx).Now))
	return l.Serve(w, r)
}

// newList is the page of a list; it asks how many devices there are only where none was found.
func (h *Handler) newList(ctx context.Context, m tenant.Membership, spec page.Spec, q page.Query, read graphsync.Freshness, found device.Page, late lateTenants) (page.List[row], error) {
	now := page.ChromeOf(ctx).Now
	l := page.List[row]{
		Title: "Devices", One: noun.One, Many: noun.Many, Caption: caption(q), M: m, Query: q, Spec: spec, Columns: columns(m),
		Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m), URL: row.url, Above: listTabs(m, partDevices),
	}
	if m.May(tenant.MayAct) && q.Get("gone") == "" {
		offer(&l, q)
	}
	toRow := newRower(late, now)
	l.Rows = make([]row, 0, len(found.Rows))
	for _, d := range found.Rows {
		l.Rows = append(l.Rows, toRow(d))
	}
	if len(found.Rows) > 0 || q.CSV {
		return l, nil
	}
	var err error
	l.Empty, err = fresh.EmptyList(noun, read, m, q, now, func() (int64, error) { return h.Devices.Count(ctx, m.Scope, device.Filter{}) })
	return l, err
}

// offer lets devices be chosen to act on: those that one ticks, or all that match.
func offer(l *page.List[row], q page.Query) {
	if q.Get(pickFilter.Name) == "" {
		l.Actions = append(l.Actions, ui.Action{Text: "Choose devices", Kind: ui.Quiet, URL: q.With(pickFilter.Name, "true")})
		return
	}
	_, filters, _ := strings.Cut(q.Without(pickFilter.Name), "?")
	l.Key = row.key
	l.Bulk = &ui.Bulk{Action: l.M.Path("/devices/actions"), One: "device", Many: "devices", Actions: bulkActions()}
	l.Actions = append(l.Actions, ui.Action{Text: "Act on all that match", Kind: ui.Quiet, URL: l.M.Path("/devices/actions") + "?" + filters})
}

func caption(q page.Query) string {
	switch {
	case q.Sort == "lastSync" && !q.Desc:
		return "Devices, oldest check-in first"
	case q.Sort == "lastSync":
		return "Devices, newest check-in first"
	}
	return "Devices"
}

// each streams the rows of an export.
func (h *Handler) each(scope tenant.Scope, f device.Filter, toRow func(device.Device) row) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(device.Device) error) error {
		return h.Devices.Each(ctx, scope, f, each)
	}, toRow)
}

// lateTenants are those whose devices were last read longer ago than promised: their states are shown as what they were.
type lateTenants map[tenant.ID]bool

// late finds them among the tenants of the rows shown, or among all for an export. Most of the time there are none to look for.
func (h *Handler) late(ctx context.Context, m tenant.Membership, read graphsync.Freshness, rows []device.Device, all bool) (lateTenants, error) {
	if read.Late == 0 || len(rows) == 0 && !all {
		return nil, nil
	}
	if m.One() {
		return lateTenants{m.Tenant.ID: true}, nil
	}
	scope := m.Scope
	if !all {
		ids := make([]tenant.ID, len(rows))
		for i, d := range rows {
			ids[i] = d.Tenant
		}
		scope = tenant.Only(ids...)
	}
	byTenant, err := h.Sync.FreshnessByTenant(ctx, scope, graphsync.Devices)
	if err != nil {
		return nil, err
	}
	late := lateTenants{}
	for id, f := range byTenant {
		late[id] = f.Late > 0
	}
	return late, nil
}
