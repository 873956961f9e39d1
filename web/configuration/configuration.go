// Package configuration shows policies: the list over all of one's tenants or in one, a policy with its settings, assignments and history,
// and any two of them, or one at two times, side by side. Policies for apps and notification message templates are shown in the same way.
//
// What a policy is, and its tables, live in internal/configuration; changing one does not live here.
package configuration

import (
	"context"
	"iter"
	"net/http"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the configuration pages.
type Handler struct {
	Policies *configuration.Store
	Sync     *graphsync.Service
	Apps     *app.Store   // names the apps that policies are for; nil: they show by their identifiers
	Groups   *group.Store // names the groups that policies are given to

	FailedDevices FailedDevices // nil: never asked for, so unknown
}

// Mount adds the pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/configuration", h.policies)
	r.Get("/configuration/filters", h.filters)
	r.Get(protection.path, h.forApps(protection, protectionTypes))
	r.Get(appConfigurations.path, h.forApps(appConfigurations, configurationTypes))
	r.Get("/configuration/scope-tags", h.scopeTags)
	r.Get("/configuration/notifications", h.notifications)
	r.Get("/configuration/{policy}", h.show)
	r.Get("/configuration/{policy}/compare", h.compare)
}

// pageSize is the number of policies on a page.
const pageSize = 40

// family is one of the lists: what it holds and how it is called.
type family struct {
	title   string
	path    string
	dataset string
	noun    fresh.Noun
	kinds   []configuration.Kind // nil: of Policies
	tab     string               // what its tab is called; empty: like the list
}

var (
	policies = family{
		"Configuration", "/configuration", graphsync.Policies,
		fresh.Noun{One: "policy", Many: "policies", Whole: "configuration or compliance policies in Intune", Icon: "options"}, nil, "Policies",
	}
	filters = family{
		"Assignment filters", "/configuration/filters", graphsync.Policies,
		fresh.Noun{One: "filter", Many: "filters", Whole: "assignment filters in Intune", Icon: "filter"}, []configuration.Kind{configuration.AssignmentFilter}, "",
	}
	scopeTags = family{
		"Scope tags", "/configuration/scope-tags", graphsync.Policies,
		fresh.Noun{One: "scope tag", Many: "scope tags", Whole: "scope tags in Intune", Icon: "tag"}, []configuration.Kind{configuration.ScopeTag}, "",
	}
	notifications = family{
		"Notification templates", "/configuration/notifications", graphsync.NotificationTemplates,
		fresh.Noun{One: "template", Many: "templates", Whole: "notification message templates in Intune", Icon: "mail"}, []configuration.Kind{configuration.Notification}, "",
	}
)

// familyOf is the list that a policy stands in.
func familyOf(k configuration.Kind) family {
	switch k {
	case configuration.Notification:
		return notifications
	case configuration.AssignmentFilter:
		return filters
	case configuration.ScopeTag:
		return scopeTags
	case configuration.AppProtection:
		return protection
	case configuration.AppConfiguration:
		return appConfigurations
	}
	return policies
}

func (h *Handler) policies(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.list(w, r, m, policies, newSpec(m, r.URL.Query()["type"]), columns(m))
}

func (h *Handler) forApps(fam family, types map[string]string) page.Handler {
	return func(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
		return h.list(w, r, m, fam, appSpec(m, fam, typeOptions(types, r.URL.Query()["type"])), appColumns(m, fam))
	}
}

func (h *Handler) notifications(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.list(w, r, m, notifications, templateSpec(m), templateColumns(m))
}

func (h *Handler) filters(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.list(w, r, m, filters, filterSpec(m), filterColumns(m))
}

func (h *Handler) scopeTags(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	return h.list(w, r, m, scopeTags, tagSpec(m), tagColumns(m))
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership, fam family, spec page.Spec, cols []page.Column[row]) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q, fam)
	if err != nil {
		return err
	}
	f.CountMost = page.CountMost(r)
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, fam.dataset)
	if err != nil {
		return err
	}
	var found configuration.Page
	if !q.CSV {
		if found, err = h.Policies.List(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	toRow := newRower(now)
	l := page.List[row]{
		Title: fam.title, One: fam.noun.One, Many: fam.noun.Many, M: m, Query: q, Spec: spec, Columns: cols, URL: func(r row) string { return r.URL },
		Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m), Above: tabs(m, fam),
		Each: h.each(m.Scope, f, toRow),
	}
	for _, p := range found.Rows {
		l.Rows = append(l.Rows, toRow(p))
	}
	if q.CSV {
		return l.Serve(w, r)
	}
	unread, err := h.unreadOf(ctx, m, fam, f)
	if err != nil {
		return err
	}
	unread.mark(&l.Freshness)
	if len(unread) > 0 {
		l.Below = unreadNote(unread.sentences(m))
	}
	if len(l.Rows) == 0 {
		if l.Empty, err = h.empty(ctx, m, q, fam, read, unread); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

func tabs(m tenant.Membership, current family) ui.Tabs {
	t := ui.Tabs{Label: "Kinds of configuration"}
	for _, f := range []family{policies, protection, appConfigurations, filters, scopeTags, notifications} {
		text := f.title
		if f.tab != "" {
			text = f.tab
		}
		t.Items = append(t.Items, ui.Tab{Text: text, URL: m.Path(f.path), Current: f.path == current.path})
	}
	return t
}

// empty is the state of a list that shows nothing; it counts what was looked at.
func (h *Handler) empty(ctx context.Context, m tenant.Membership, q page.Query, fam family, read graphsync.Freshness, left unread) (ui.Empty, error) {
	if read.Read > 0 && left.all(fam, q) {
		return left.empty(m), nil
	}
	return fresh.EmptyList(fam.noun, read, m, q, page.ChromeOf(ctx).Now, func() (int64, error) { return h.Policies.Count(ctx, m.Scope, configuration.Filter{Kind: fam.kinds}) })
}

// each streams the rows of an export.
func (h *Handler) each(scope tenant.Scope, f configuration.Filter, toRow func(configuration.Policy) row) func(context.Context) iter.Seq2[row, error] {
	return page.Streamed(func(ctx context.Context, each func(configuration.Policy) error) error {
		return h.Policies.Each(ctx, scope, f, each)
	}, toRow)
}
