// Package apps shows mobile apps: the list over all of one's tenants or in one, and the page of an app with its assignments; and the
// programs that inventories found on devices.
//
// What an app is, and its tables, live in internal/app and internal/detectedapp; changing an assignment does not live here.
package apps

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the app pages.
type Handler struct {
	Apps            *app.Store
	Sync            *graphsync.Service
	Detected        *detectedapp.Store
	DetectedDevices DetectedDevices
	FailedInstalls  FailedInstalls       // nil: never asked for, so unknown
	Policies        *configuration.Store // for apps; nil: the portal knows none
	Groups          *group.Store         // names the groups that apps are given to

	Keeps func(ctx context.Context) (days int, err error) // how long history is kept; nil: for ever
}

// Mount adds the app pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/apps", h.list)
	r.Get("/apps/catalogue", h.catalogue)
	r.Get("/apps/installs", h.installs)
	r.Get("/apps/detected", h.detected)
	r.Get("/apps/detected/{key}", h.program)
	r.Get("/apps/detected/{key}/{version}", h.version)
	r.Get("/apps/{app}", h.show)
}

// pageSize is the number of apps on a page.
const pageSize = 50

var noun = fresh.Noun{One: "app", Many: "apps", Whole: "apps in Intune", Icon: "apps"}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := newSpec(m, r.URL.Query()["type"])
	if err := h.withEntry(r, m, &spec); err != nil {
		return err
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
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Apps)
	if err != nil {
		return err
	}
	var found app.Page
	if !q.CSV {
		if found, err = h.Apps.List(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	line, err := h.freshLine(ctx, m, read, now)
	if err != nil {
		return err
	}
	toRow := newRower(now)
	l := page.List[row]{
		Title: "Apps", One: noun.One, Many: noun.Many, M: m, Query: q, Spec: spec, Columns: columns(m), URL: func(r row) string { return r.URL },
		Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: line, Actions: fresh.ReadNow(m), Above: tabs(m, partApps), Each: h.each(m.Scope, f, toRow),
	}
	for _, a := range found.Rows {
		l.Rows = append(l.Rows, toRow(a))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = h.empty(ctx, m, q, read); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// freshLine says of apps and of their installations, which are read apart, how fresh they are.
func (h *Handler) freshLine(ctx context.Context, m tenant.Membership, read graphsync.Freshness, now time.Time) (ui.Freshness, error) {
	line := fresh.Line(read, m, now)
	installs, err := h.Sync.Freshness(ctx, m.Scope, graphsync.AppInstalls)
	if err != nil {
		return line, err
	}
	said := "installations not read yet"
	if installs.Read > 0 {
		said = "installations as of " + ui.NewTime(installs.AsOf, now).Text
	}
	line.Parts = append(line.Parts, ui.Link{Text: said, URL: m.Path(string(partInstalls))})
	return line, nil
}

// empty is the state of a list that shows nothing; it counts what was looked at.
func (h *Handler) empty(ctx context.Context, m tenant.Membership, q page.Query, read graphsync.Freshness) (ui.Empty, error) {
	return fresh.EmptyList(noun, read, m, q, page.ChromeOf(ctx).Now, func() (int64, error) { return h.Apps.Count(ctx, m.Scope, app.Filter{}) })
}

// each streams the rows of an export.
func (h *Handler) each(scope tenant.Scope, f app.Filter, toRow func(app.App) row) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(app.App) error) error { return h.Apps.Each(ctx, scope, f, each) }, toRow)
}
