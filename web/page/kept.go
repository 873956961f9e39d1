package page

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/web/ui"
)

// Kept is what a person keeps for a list: saved views, and the columns that they want where an address names none.
type Kept struct {
	Views    []SavedView
	Applied  string   // name of the view that this request asked for
	Columns  []string // none: the list's own
	MayKeep  bool     // may save more
	MayShare bool     // may share them with the team
}

// SavedView is a list's state under a name.
type SavedView struct {
	ID     int64
	Name   string
	Shared bool
}

type keeperKey struct{}

// WithKeeper puts into the context how to find what the person keeps for a list. It is asked for HTML only: scripts get what their
// address says.
func WithKeeper(ctx context.Context, find func(context.Context, Place) (Kept, error)) context.Context {
	return context.WithValue(ctx, keeperKey{}, find)
}

// Place is under what a person keeps things for a list: views under its path over all customers, which each customer's has too, and
// columns under its route, as those in one customer are others and those below one thing are the same for each.
type Place struct{ List, Columns string }

var inside = regexp.MustCompile(`^/t/[0-9a-f-]{36}(/.+)$`)

// Over is the path of the same page over all customers.
func Over(path string) string {
	if m := inside.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return path
}

// Route is the route of a page of this site, that in a customer below /t; "" where there is no such page.
func Route(r *http.Request, path string) string {
	c := chi.RouteContext(r.Context())
	if c == nil || strings.HasPrefix(path, "/t/") && Over(path) == path {
		return ""
	}
	return strings.Replace(c.Routes.Find(chi.NewRouteContext(), http.MethodGet, path), "/t/{tenant}", "/t", 1)
}

// place is where a person keeps things for this list. Of a list that only one customer has, views are kept with the customer.
func (l *List[R]) place(r *http.Request) Place {
	p := Place{List: Over(l.Query.Path), Columns: Route(r, l.Query.Path)}
	if l.Spec.Alone || strings.Contains(p.Columns, "{") {
		p.List = l.Query.Path
	}
	return p
}

// InRail tells whether the rail leads to a list, so that it can lead to a view of it.
func InRail(list string) bool {
	return slices.ContainsFunc(slices.Concat(everywhere, fleet, system, inTenant), func(e entry) bool { return e.path == list })
}

// ListLabel is what the rail calls a list.
func ListLabel(list string) string {
	for _, e := range slices.Concat(everywhere, fleet, system, inTenant) {
		if e.path == list {
			return e.label
		}
	}
	if list == "" {
		return "List"
	}
	return strings.ToUpper(list[1:2]) + list[2:]
}

// keep reads what the person keeps for this list, and shows their columns where the address names none.
func (l *List[R]) keep(r *http.Request) error {
	find, ok := r.Context().Value(keeperKey{}).(func(context.Context, Place) (Kept, error))
	if !ok || len(l.Spec.Sorts)+len(l.Spec.Filters)+len(l.Spec.Columns) == 0 && l.Spec.Placeholder == "" {
		return nil // nobody is signed in, or every address of the list shows the same
	}
	place := l.place(r)
	kept, err := find(r.Context(), place)
	if err != nil {
		return err
	}
	l.kept, l.at = &kept, place
	columns := slices.DeleteFunc(slices.Clone(l.Spec.Columns), func(c string) bool { return !slices.Contains(kept.Columns, c) })
	if len(columns) > 0 && r.URL.Query().Get("columns") == "" {
		l.Query.Columns = columns
		l.Query.spec.Default = columns // links need not name what is the person's own standard
	}
	return nil
}

func (l List[R]) viewsMenu() ui.ViewsMenu {
	if l.kept == nil {
		return ui.ViewsMenu{}
	}
	m := ui.ViewsMenu{Manage: "/views"}
	for _, v := range l.kept.Views {
		it := ui.ViewItem{Name: v.Name, URL: l.Query.Path + "?view=" + strconv.FormatInt(v.ID, 10), Current: v.Name == l.kept.Applied}
		if v.Shared {
			it.Note = "team"
		}
		m.Items = append(m.Items, it)
	}
	if l.kept.MayKeep {
		m.Save, m.Share = "/views", l.kept.MayShare
		m.Hidden = []ui.Pair{{Name: "list", Value: l.at.List}, {Name: "title", Value: l.Title}, {Name: "state", Value: l.Query.values().Encode()}, {Name: "words", Value: l.words()}}
	}
	return m
}

// words say what the list's state narrows and how it is shown, as its filters and columns are called.
func (l List[R]) words() string {
	var parts []string
	if l.Query.Q != "" {
		parts = append(parts, "“"+l.Query.Q+"”")
	}
	l.filters(func(f Filter, _ bool) {
		if values := l.Query.Values[f.Name]; len(values) > 0 && !f.Fixed {
			if f.Linked {
				f.Options = l.named
			}
			parts = append(parts, f.Label+": "+strings.Join(f.labels(values), ", "))
		}
	})
	var shown []string
	for i, c := range l.Columns {
		if c.Sort != "" && c.Sort == l.Query.Sort && l.Query.sortParam() != l.Query.spec.Sorts[0] {
			order := "Sorted by: " + c.Label
			if l.Query.Desc {
				order += ", downwards"
			}
			parts = append(parts, order)
		}
		if i > 0 && !c.Exact && slices.Contains(l.Query.Columns, c.Key) {
			shown = append(shown, c.Label)
		}
	}
	if !slices.Equal(l.Query.Columns, l.Query.spec.Default) {
		parts = append(parts, "Columns: "+strings.Join(shown, ", "))
	}
	return strings.Join(parts, "; ")
}
