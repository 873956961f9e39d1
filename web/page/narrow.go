package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// Narrower finds the tenants of a scope that are in any of the groups and have any of the tags that a query names. What is no group is
// errs.Invalid.
type Narrower func(ctx context.Context, scope tenant.Scope, groups []int64, tags []string) (tenant.Scope, error)

// Groups returns the groups and tags of tenants that a list is narrowed by.
func (q Query) Groups() (groups []int64, tags []string) {
	for _, g := range q.Values["group"] {
		if id, err := strconv.ParseInt(g, 10, 64); err == nil {
			groups = append(groups, id)
		}
	}
	return groups, q.Values["tag"]
}

// Narrowing is what of the query chooses groups and tags, as it stands in an address; "" chooses none.
func (q Query) Narrowing() string {
	v := url.Values{}
	for _, f := range byGroup {
		v[f.Name] = q.Values[f.Name]
	}
	return v.Encode()
}

// Narrow is the address of a list over all customers, narrowed to some groups and tags. What is of one customer stays as it is, and so does "",
// which is no address.
func Narrow(list, narrowing string) string {
	switch {
	case narrowing == "" || list == "" || strings.HasPrefix(list, "/t/"):
		return list
	case strings.Contains(list, "?"):
		return list + "&" + narrowing
	}
	return list + "?" + narrowing
}

// byGroup are the filters that every list over all tenants has, where its rows are of tenants. They narrow the scope before the list's
// page is asked; the list itself only shows them.
var byGroup = []Filter{{Name: "group", Label: "Group", Check: isGroup}, {Name: "tag", Label: "Tag"}}

func isGroup(v string) error {
	id, err := strconv.ParseInt(v, 10, 64)
	if err == nil && id < 1 {
		err = errors.New("not a group")
	}
	return err
}

// everyLists are the names that every list reads from its address, so that no filter of its own may have them.
var everyLists = []string{"q", "sort", "after", "columns", "format", "view", "count", "group", "tag"}

// narrowed adds the filters by group to a list of tenants' rows.
func (s Spec) narrowed(path string) Spec {
	for _, f := range s.Filters {
		if slices.Contains(everyLists, f.Name) {
			panic("page: a filter is called " + f.Name + ", which means something else on every list")
		}
	}
	ofTenants := s.Tenants || slices.ContainsFunc(s.Filters, func(f Filter) bool { return f.Name == "customer" })
	if ofTenants && !strings.HasPrefix(path, "/t/") {
		s.Filters = append(slices.Clip(s.Filters), byGroup...)
	}
	return s
}

// Choices are the groups and tags that a filter offers, in the person's words.
type Choices struct{ Groups, Tags []Option }

type choicesKey struct{}

// WithChoices puts into the context how to find the groups and tags that lists offer. It is asked for HTML only.
func WithChoices(ctx context.Context, find func(context.Context) (Choices, error)) context.Context {
	return context.WithValue(ctx, choicesKey{}, find)
}

// choose finds what the filters by group offer.
func (l *List[R]) choose(r *http.Request) error {
	find, ok := r.Context().Value(choicesKey{}).(func(context.Context) (Choices, error))
	if !ok || len(l.Query.spec.Filters) == len(l.Spec.Filters) {
		return nil
	}
	c, err := find(r.Context())
	l.choices = map[string][]Option{"group": c.Groups, "tag": c.Tags}
	return err
}

// Bar is the bar of filters of a page that is no list of rows, but narrowed as lists are; HTML only.
func Bar(r *http.Request, s Spec, q Query) (ui.FilterBar, error) {
	if WantsJSON(r) {
		return ui.FilterBar{}, nil
	}
	l := List[struct{}]{Query: q, Spec: s}
	err := l.choose(r)
	return l.filterBar(), err
}

// filters are those of the list, with what those by group offer; offered is false for one that has nothing to choose from.
func (l List[R]) filters(each func(f Filter, offered bool)) {
	for i, f := range l.Query.spec.Filters {
		offered := true
		if i >= len(l.Spec.Filters) {
			f.Options = l.choices[f.Name]
			offered = len(f.Options) > 0
		}
		each(f, offered)
	}
}
