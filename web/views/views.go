// Package views serves what people keep of lists: the page of saved views, saving one from its list, the view that a list starts with,
// and the columns that a person wants to see. It fills in a list's state where an address names a view.
//
// What a view is, and who sees it, lives in internal/view; how a list reads its state in web/page.
package views

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/web/page"
)

// Handler serves the room.
type Handler struct{ Views *view.Store }

// Mount adds the pages. Support staff keep views and columns for themselves, and share none.
func (h *Handler) Mount(r page.Router) {
	r.Get("/views", h.list)
	r.Post("/views", tenant.MayKeep, h.create)
	r.Post("/views/columns", tenant.MayKeep, h.columns)
	r.Get("/views/{view}", h.show)
	r.Post("/views/{view}", tenant.MayKeep, h.update)
	r.Post("/views/{view}/start", tenant.MayKeep, h.start)
	r.Post("/views/{view}/delete", tenant.MayKeep, h.remove)
}

func reader(m tenant.Membership) view.Reader {
	return view.Reader{Staff: m.Person.StaffID, Reach: m.Reach, Owner: m.Person.Role == tenant.RoleOwner, Share: m.May(tenant.MayShare)}
}

// Prepare is the page.Prepare of lists: it fills in the state of the view that the address names, and says how to find what the person
// keeps for the list. What else the address says goes before the view.
func (h *Handler) Prepare(r *http.Request, m tenant.Membership) (*http.Request, tenant.Membership, error) {
	if r.URL.Path == "/views" || m.Person.StaffID == 0 {
		return r, m, nil
	}
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return r, m, nil // the list says so in its own words
	}
	var applied view.View
	if id := given.Get("view"); id != "" {
		if applied, err = h.find(r.Context(), m, id); err != nil {
			return r, m, err
		}
		if applied.List != r.URL.Path && applied.List != page.Over(r.URL.Path) {
			return r, m, errs.Show(errs.Invalid, "This view belongs to another list.")
		}
		r = fill(r, applied, given, m.One())
	}
	return r.WithContext(page.WithKeeper(r.Context(), h.keeper(m, applied.Name))), m, nil
}

// fill is the request as if the person had typed the view's state.
func fill(r *http.Request, v view.View, given url.Values, one bool) *http.Request {
	state, err := url.ParseQuery(v.State)
	if err != nil {
		state = url.Values{}
	}
	if one {
		state = within(state)
	}
	given.Del("view")
	for name, values := range given {
		state[name] = values
	}
	filled := r.Clone(r.Context())
	filled.URL.RawQuery = state.Encode()
	return filled
}

// within leaves out what only lists over all customers know.
func within(state url.Values) url.Values {
	for _, name := range []string{"customer", "group", "tag"} {
		state.Del(name)
	}
	if strings.TrimPrefix(state.Get("sort"), "-") == "customer" {
		state.Del("sort")
	}
	var columns []string
	for _, c := range strings.Split(state.Get("columns"), ",") {
		if c != "customer" && c != "" {
			columns = append(columns, c)
		}
	}
	state.Del("columns")
	if len(columns) > 0 {
		state.Set("columns", strings.Join(columns, ","))
	}
	return state
}

func (h *Handler) keeper(m tenant.Membership, applied string) func(context.Context, page.Place) (page.Kept, error) {
	return func(ctx context.Context, at page.Place) (page.Kept, error) {
		found, err := h.Views.Of(ctx, reader(m), at.List, at.Columns)
		if err != nil {
			return page.Kept{}, err
		}
		kept := page.Kept{Applied: applied, Columns: found.Columns, MayKeep: m.May(tenant.MayKeep), MayShare: m.May(tenant.MayShare)}
		for _, v := range found.Views {
			kept.Views = append(kept.Views, page.SavedView{ID: v.ID, Name: v.Name, Shared: v.Shared})
		}
		return kept, nil
	}
}

// Starts are the views that the person's rail leads to, by list.
func (h *Handler) Starts(ctx context.Context, m tenant.Membership) map[string]int64 {
	starts, err := h.Views.Starts(ctx, reader(m))
	if err != nil {
		return nil // the rail leads to the lists as they are
	}
	return starts
}

func (h *Handler) find(ctx context.Context, m tenant.Membership, id string) (view.View, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 1 {
		return view.View{}, errs.ShowNext(errs.NotFound, "There is no such view, or it is not shared with you.", "Open the list and choose another one.")
	}
	return h.Views.Get(ctx, reader(m), n)
}

// address is the list with the view.
func address(v view.View) string { return v.List + "?view=" + strconv.FormatInt(v.ID, 10) }
