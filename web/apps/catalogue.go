package apps

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// entry is one row of the catalogue, and its JSON twin.
type entry struct {
	Key       string   `json:"id"`
	Name      string   `json:"name"`
	Type      string   `json:"type"`
	TypeName  string   `json:"type_name"`
	Platform  string   `json:"platform"`
	Publisher string   `json:"publisher"`
	Apps      int64    `json:"apps"`
	Assigned  int64    `json:"assigned"`
	Tenants   int64    `json:"tenants"`
	Failed    *int64   `json:"failed"`   // devices; null: unknown
	Reported  int64    `json:"reported"` // of Apps: those whose installations are known
	Versions  int64    `json:"versions"`
	Some      []string `json:"some_versions"`
	URL       string   `json:"url"`

	assignedURL string
}

// newEntry leads to lists with exactly the apps that it counts: what the catalogue is narrowed to goes along.
func newEntry(m tenant.Membership, q page.Query, e app.Entry) entry {
	v := url.Values{"entry": {e.Key}}
	for name, values := range q.Values {
		v[name] = values
	}
	if q.Q != "" {
		v.Set("q", q.Q)
	}
	made := bareEntry(e)
	made.URL = m.Path("/apps") + "?" + v.Encode()
	if e.Assigned > 0 {
		v["assigned"] = []string{"true"}
		made.assignedURL = m.Path("/apps") + "?" + v.Encode()
	}
	return made
}

func bareEntry(e app.Entry) entry {
	v := entry{Key: e.Key, Name: e.Name, Type: e.Type, TypeName: typeWord(e.Type), Platform: e.Platform, Publisher: e.Publisher, Apps: e.Apps,
		Assigned: e.Assigned, Tenants: e.Tenants, Versions: e.Versions, Some: e.Some, Reported: e.Reported}
	if e.Failed >= 0 {
		v.Failed = &e.Failed
	}
	if v.Name == "" {
		v.Name = "App without a name"
	}
	return v
}

// spread names some of the versions: "24.08, 24.09 and 3 more".
func (e entry) spread() string {
	s := strings.Join(e.Some, ", ")
	if more := e.Versions - int64(len(e.Some)); more > 0 {
		s += " and " + ui.N(more) + " more"
	}
	return s
}

// failed is on how many devices the app failed, and says for how many of the apps that is known.
func (e entry) failed() ui.Cell {
	switch {
	case e.Failed == nil && e.Assigned == 0:
		return ui.DashCell()
	case e.Failed == nil:
		return ui.QuietCell("Unknown")
	}
	c := ui.Cell{Text: ui.N(*e.Failed), Title: "Devices, of " + ui.N(e.Reported) + " of " + ui.Count(e.Apps, "app", "apps")}
	if *e.Failed > 0 {
		c.Tone = "bad"
	}
	return c
}

func catalogueSpec(m tenant.Membership, givenTypes []string) page.Spec {
	s := page.Spec{
		Sorts: app.EntrySorts, Columns: []string{"name", "type", "publisher", "apps", "assigned", "tenants", "failed", "versions", "platform"},
		Default: []string{"name", "type", "publisher", "apps", "assigned", "tenants", "failed", "versions"}, Placeholder: "Name, publisher, package",
	}
	for _, f := range newSpec(m, givenTypes).Filters {
		if f.Name != "gone" {
			s.Filters = append(s.Filters, f)
		}
	}
	return s
}

func catalogueColumns() []page.Column[entry] {
	text := func(key, label, sort string, priority, width int, get func(entry) string) page.Column[entry] {
		return page.Column[entry]{Key: key, Label: label, Sort: sort, Priority: priority, Width: width, Wrap: true, Text: get, Cell: func(e entry) ui.Cell { return ui.TextCell(get(e)) }}
	}
	return []page.Column[entry]{
		{Key: "name", Label: "App", Sort: "name", Text: func(e entry) string { return e.Name }},
		text("type", "Type", "type", 1, 180, func(e entry) string { return e.TypeName }),
		text("publisher", "Publisher", "publisher", 2, 140, func(e entry) string { return e.Publisher }),
		{Key: "apps", Label: "Apps", Kind: ui.KindNumber, Sort: "apps", Priority: 1, Width: 70, Text: func(e entry) string { return plainNumber(e.Apps) },
			Cell: func(e entry) ui.Cell { return ui.NumberCell(e.Apps, e.URL) }},
		{Key: "assigned", Label: "Assigned", Kind: ui.KindNumber, Sort: "assigned", Priority: 1, Width: 90, Text: func(e entry) string { return plainNumber(e.Assigned) },
			Cell: func(e entry) ui.Cell { return ui.NumberCell(e.Assigned, e.assignedURL) }},
		{Key: "tenants", Label: "Customers", Kind: ui.KindNumber, Sort: "tenants", Priority: 1, Width: 105, Text: func(e entry) string { return plainNumber(e.Tenants) },
			Cell: func(e entry) ui.Cell { return ui.TextCell(ui.N(e.Tenants)) }},
		{Key: "failed", Label: "Failed", Kind: ui.KindNumber, Sort: "failed", Priority: 2, Width: 90, Text: func(e entry) string {
			if e.Failed == nil {
				return ""
			}
			return plainNumber(*e.Failed)
		}, Cell: entry.failed},
		{Key: "versions", Label: "Versions", Sort: "versions", Priority: 2, Width: 190, Text: entry.spread,
			Cell: func(e entry) ui.Cell { return ui.TextCell(e.spread()) }},
		text("platform", "Platform", "", 3, 90, func(e entry) string { return e.Platform }),
		{Key: "id", Label: "Entry", Exact: true, Text: func(e entry) string { return e.Key }},
		{Key: "count", Label: "Different versions", Exact: true, Text: func(e entry) string { return plainNumber(e.Versions) }},
	}
}

// catalogue is one row for each app over all tenants: what has one type, name and publisher.
func (h *Handler) catalogue(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := catalogueSpec(m, r.URL.Query()["type"])
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Apps)
	if err != nil {
		return err
	}
	var found app.Catalogue
	if !q.CSV {
		if found, err = h.Apps.Catalogue(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	line, err := h.freshLine(ctx, m, read, now)
	if err != nil {
		return err
	}
	l := page.List[entry]{
		Title: "App catalogue", One: noun.One, Many: noun.Many, Caption: "Apps over all customers", M: m, Query: q, Spec: spec, Columns: catalogueColumns(),
		URL: func(e entry) string { return e.URL }, Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: line, Above: tabs(m, partCatalogue),
		Each: page.Streamed(func(ctx context.Context, each func(app.Entry) error) error {
			return h.Apps.EachEntry(ctx, m.Scope, f, each)
		}, func(e app.Entry) entry { return newEntry(m, q, e) }),
	}
	for _, e := range found.Rows {
		l.Rows = append(l.Rows, newEntry(m, q, e))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = h.empty(ctx, m, q, read); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// withEntry lets a list be narrowed to an entry of the catalogue, by its name. The filter is only there where a link brings it: nobody
// types such a key.
func (h *Handler) withEntry(r *http.Request, m tenant.Membership, spec *page.Spec) error {
	key := r.URL.Query().Get("entry")
	if key == "" {
		return nil
	}
	e, err := h.Apps.Entry(r.Context(), m.Scope, key)
	if errors.Is(err, errs.NotFound) {
		return errs.ShowNext(errs.Invalid, "No app of the catalogue has that key here.", "Open the catalogue, and follow its links.")
	}
	if err != nil {
		return err
	}
	spec.Filters = append(spec.Filters, page.Filter{Name: "entry", Label: "App", Options: []page.Option{{Value: key, Label: bareEntry(e).Name + ", " + typeWord(e.Type)}}})
	return nil
}
