package page

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/web/ui"
)

// Kept is what a person keeps for a list: saved views, and the columns that they want where an address names none.
type Kept struct {
	Views   []SavedView
	Applied string   // name of the view that this request asked for
	Columns []string // none: the list's own
	MayKeep bool     // may save more
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
func WithKeeper(ctx context.Context, find func(ctx context.Context, path string) (Kept, error)) context.Context {
	return context.WithValue(ctx, keeperKey{}, find)
}

var (
	listPath = regexp.MustCompile(`^/[a-z]+$`)
	inside   = regexp.MustCompile(`^/t/[0-9a-f-]{36}(/[a-z]+)$`)
)

// ListOf tells which list a path shows: that over all customers, and whether it is shown in one customer. ok is false for other pages.
func ListOf(path string) (list string, one, ok bool) {
	if m := inside.FindStringSubmatch(path); m != nil {
		return m[1], true, true
	}
	return path, false, listPath.MatchString(path)
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
	find, ok := r.Context().Value(keeperKey{}).(func(context.Context, string) (Kept, error))
	if _, _, is := ListOf(l.Query.Path); !ok || !is {
		return nil
	}
	kept, err := find(r.Context(), l.Query.Path)
	if err != nil {
		return err
	}
	l.kept = &kept
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
		list, _, _ := ListOf(l.Query.Path)
		m.Save, m.Hidden = "/views", []ui.Pair{{Name: "list", Value: list}, {Name: "state", Value: l.Query.values().Encode()}}
	}
	return m
}
