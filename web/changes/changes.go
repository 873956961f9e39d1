// Package changes is the page of what readings saw change, of every kind of thing, over all customers or of one.
package changes

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Changes *change.Store
	Sync    *graphsync.Service
	Grants  *consent.Store
	Words   map[change.Kind]page.History                    // of the rooms that know the things
	Keeps   func(ctx context.Context) (days int, err error) // how long history is kept; nil: for ever
}

// Mount adds the page, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) { r.Get("/changes", h.list) }

const pageSize = 50

var noun = fresh.Noun{One: "change", Many: "changes", Whole: "changes that the portal saw", Icon: "history"}

// slug is a label in an address.
func slug(label string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(label), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "-")
}

// fields are what can change, by the words in an address: things of several kinds have names.
type fields map[string]map[change.Kind][]string

// fields are those of which the rooms have words, and what to choose one from.
func (h *Handler) fields() (options []page.Option, of fields) {
	of = fields{}
	add := func(label string, k change.Kind, field string) {
		s := slug(label)
		if of[s] == nil {
			of[s] = map[change.Kind][]string{}
			options = append(options, page.Option{Value: s, Label: label})
		}
		of[s][k] = append(of[s][k], field)
	}
	for _, k := range kinds {
		labels := h.Words[k.id].Labels
		for _, field := range slices.Sorted(maps.Keys(labels)) {
			if h.Words[k.id].Own || field != "gone" && field != "gone_at" {
				add(labels[field], k.id, field)
			}
		}
		if !h.Words[k.id].Own {
			add("Presence", k.id, "gone")
		}
	}
	slices.SortFunc(options, func(a, b page.Option) int { return strings.Compare(a.Label, b.Label) })
	return options, of
}

// specOf offers what can change of the kinds asked for. What else the address asks for stays: it matches nothing.
func specOf(m tenant.Membership, asked url.Values, options []page.Option, known fields) page.Spec {
	s := page.Spec{}
	if of := asked["kind"]; len(of) > 0 {
		options = slices.DeleteFunc(options, func(o page.Option) bool {
			return !slices.Contains(asked["field"], o.Value) && !slices.ContainsFunc(of, func(k string) bool { return known[o.Value][change.Kind(k)] != nil })
		})
	}
	of := make([]page.Option, len(kinds))
	for i, k := range kinds {
		of[i] = page.Option{Value: string(k.id), Label: k.label}
	}
	s.Filters = []page.Filter{{Name: "kind", Label: "Kind", Options: of}, {Name: "field", Label: "What changed", Options: options}}
	if !m.One() {
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	s.Filters = append(s.Filters, page.Between...)
	return s
}

func filter(q page.Query, of fields, now time.Time) (f change.Filter, err error) {
	f = change.Filter{After: q.After, Limit: pageSize}
	for _, v := range q.Values["kind"] {
		f.Kinds = append(f.Kinds, change.Kind(v))
	}
	if asked := q.Values["field"]; len(asked) > 0 {
		f.Fields = map[change.Kind][]string{}
		for _, v := range asked {
			for k, names := range of[v] {
				f.Fields[k] = append(f.Fields[k], names...)
			}
		}
	}
	from, to, err := q.Ends()
	if err != nil {
		return f, err
	}
	if from != "" {
		f.From, _, _ = page.Span(from) // the filter was checked
	}
	if to != "" {
		_, f.To, _ = page.Span(to)
	}
	if f.From.After(now) || !f.From.IsZero() && !f.To.IsZero() && !f.From.Before(f.To) {
		return f, page.Backwards()
	}
	f.Tenants, err = q.Customers()
	return f, err
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	options, of := h.fields()
	spec := specOf(m, r.URL.Query(), options, of)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now.UTC()
	f, err := filter(q, of, now)
	if err != nil {
		return err
	}
	if err := page.KeptSince(ctx, h.Keeps, f.From, now); err != nil {
		return err
	}
	f.CountMost = page.CountMost(r)
	read, line, err := h.read(ctx, m, f, now)
	if err != nil {
		return err
	}
	var found change.Page
	if !q.CSV {
		if found, err = h.Changes.ListAcrossTenants(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	l := page.List[row]{
		Title: "Changes", One: noun.One, Many: noun.Many, Caption: "What readings saw change, the newest first", M: m, Query: q, Spec: spec, Columns: columns(m, now),
		URL: func(c row) string { return c.URL }, Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: line,
		Each: page.Paged(func(ctx context.Context, after string) ([]change.Change, string, error) {
			f := f
			f.After, f.Limit = after, 500
			return h.Changes.RowsAcrossTenants(ctx, m.Scope, f)
		}, h.newRow),
	}
	if m.One() {
		l.Actions = []ui.Action{{Text: "Devices between two moments", Kind: ui.Quiet, URL: m.Path("/devices/changes")}}
	}
	if !q.CSV && !page.WantsJSON(r) {
		if l.Banner, err = h.gaps(ctx, m, f, now); err != nil {
			return err
		}
	}
	for _, c := range found.Rows {
		l.Rows = append(l.Rows, h.newRow(c))
	}
	if len(l.Rows) == 0 && !q.CSV {
		l.Empty = fresh.Empty(noun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now)
		if read.Dataset == grantsRead {
			l.Empty = grantsEmpty(l.Empty, m)
		}
	}
	return l.Serve(w, r)
}

// read is how fresh the list is: as what is missing at most customers, and as old as what was read the longest ago.
func (h *Handler) read(ctx context.Context, m tenant.Membership, f change.Filter, now time.Time) (worst graphsync.Freshness, line ui.Freshness, err error) {
	var asOf time.Time
	had, got := 0, 0
	all, err := h.Sync.FreshnessOf(ctx, m.Scope, datasets(f.Kinds)...)
	if err != nil {
		return worst, line, err
	}
	var granted graphsync.Freshness
	if among(f.Kinds, change.Grant) {
		if granted, err = h.granted(ctx, m.Scope, now); err != nil {
			return worst, line, err
		}
		all = append(slices.Clip(all), granted) // what others read, too, stays as it is
	}
	for i, read := range all {
		if read.Tenants > 0 && read.Dataset != grantsRead { // some are of the partner's own tenant only
			had++
			if read.Read > 0 {
				got++
			}
		}
		if !read.AsOf.IsZero() && (asOf.IsZero() || read.AsOf.Before(asOf)) {
			asOf = read.AsOf
		}
		if i == 0 || read.Read > 0 && (worst.Read == 0 || read.Unread+read.Late > worst.Unread+worst.Late) {
			worst = read
		}
	}
	worst.AsOf = asOf
	line = fresh.Line(worst, m, now)
	switch {
	case len(all) == 1 && granted.Dataset != "":
		grantsLine(line, m)
	case had > 1 || granted.Tenants > 0:
		where := "/sync"
		if m.One() {
			where += "?customer=" + m.Tenant.ID.String()
		}
		line.Next, line.Parts = "", []ui.Link{{Text: "from " + ui.N(int64(got)) + " of " + ui.Count(int64(had), "dataset", "datasets"), URL: where}}
		if granted.Tenants > 0 {
			line.Parts = append(line.Parts, grantsPart(granted, m))
		}
	}
	return worst, line, nil
}

// shownGaps is how many gaps the page names, and gapDays how far back it looks for them where no beginning is asked for.
const shownGaps, gapDays = 5, 30

// gaps says on which days nothing was read completely: what changed then is seen at the reading after. Of several kinds it is said of the first.
func (h *Handler) gaps(ctx context.Context, m tenant.Membership, f change.Filter, now time.Time) (*ui.Banner, error) {
	scope, k, from := m.Scope, firstOf(f.Kinds), f.From
	if len(f.Tenants) > 0 {
		for _, id := range f.Tenants {
			if !scope.Has(id) {
				return nil, nil
			}
		}
		scope = tenant.Only(f.Tenants...)
	}
	if from.IsZero() {
		from = now.AddDate(0, 0, -gapDays)
	}
	days, err := h.days(ctx, scope, k, from, now)
	if err != nil {
		return nil, err
	}
	var named []string
	for _, g := range fresh.Gaps(days, now) {
		if f.To.IsZero() || g.From.Before(f.To) {
			named = append(named, g.Text)
		}
	}
	if len(named) == 0 {
		return nil, nil
	}
	slices.Reverse(named)
	text := strings.Join(named[:min(shownGaps, len(named))], ", ")
	if n := len(named) - shownGaps; n > 0 {
		text += " and " + ui.Count(int64(n), "more stretch", "more stretches") + " of days"
	}
	return &ui.Banner{Kind: "unknown", Title: "Not read: " + text + ".", Text: "There is no complete reading of " + k.many + " of these days. What changed then shows at the reading after them."}, nil
}
