package guests

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// roleGroups are the groups by which a guest holds directory roles, and whether all that could tell one was read.
func (h *Handler) roleGroups(ctx context.Context, g guest.Guest) (groups []guest.RoleGroup, known bool, err error) {
	if g.Tenant == h.Tenants.Home() {
		return nil, false, nil // who holds roles of the partner's own directory is not read
	}
	scope, at := tenant.Only(g.Tenant), []tenant.ID{g.Tenant}
	read, err := h.Sync.Freshness(ctx, scope, graphsync.DirectoryRoles)
	if err != nil {
		return nil, false, err
	}
	unseen, err := h.DirectoryRoles.Unseen(ctx, scope, directoryrole.Filter{Tenants: at})
	if err != nil {
		return nil, false, err
	}
	var refs []group.Ref
	err = h.DirectoryRoles.Each(ctx, scope, directoryrole.Filter{Tenants: at, Holders: []string{g.ID}}, func(x directoryrole.Holding) error {
		if x.Group == "" {
			return nil
		}
		i := slices.IndexFunc(groups, func(in guest.RoleGroup) bool { return in.ID == x.Group })
		if i < 0 {
			i = len(groups)
			groups, refs = append(groups, guest.RoleGroup{ID: x.Group, Name: x.GroupName}), append(refs, group.Ref{Tenant: g.Tenant, ID: x.Group})
		}
		groups[i].Roles = append(groups[i].Roles, verdict.DirectoryRole(x))
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	found, err := h.Groups.Find(ctx, scope, refs)
	for i, ref := range refs {
		groups[i].Dynamic = found[ref].Dynamic
		if groups[i].Name == "" {
			groups[i].Name = found[ref].Name
		}
	}
	return groups, read.Read > 0 && len(unseen) == 0, err
}

// groupView is the page before a guest is taken out of a group.
type groupView struct {
	confirmView
	in guest.RoleGroup
}

// inGroup finds the guest and the group of the address; one that is not read as the guest's is not found.
func (h *Handler) inGroup(r *http.Request, m tenant.Membership) (v groupView, err error) {
	g, err := h.find(r, m)
	if err != nil {
		return v, err
	}
	groups, _, err := h.roleGroups(r.Context(), g)
	if err != nil {
		return v, err
	}
	id, err := url.PathUnescape(chi.URLParam(r, "group"))
	i := slices.IndexFunc(groups, func(in guest.RoleGroup) bool { return in.ID == id })
	if err != nil || i < 0 {
		return v, errs.NotFound
	}
	v.in = groups[i]
	v.confirmView = confirmView{m: m, guest: g, next: newNext(m, g, page.ChromeOf(r.Context()), groupURL(m, g, v.in))}
	return v, nil
}

func groupURL(m tenant.Membership, g guest.Guest, in guest.RoleGroup) string {
	return m.Path("/guests/" + url.PathEscape(g.ID) + "/groups/" + url.PathEscape(in.ID))
}

func (h *Handler) confirmLeave(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := h.inGroup(r, m)
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, leavePage(page.Shell(r, m, v.title()), v))
}

func (h *Handler) leave(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if _, err := page.Form(w, r); err != nil {
		return err
	}
	v, err := h.inGroup(r, m)
	if err != nil {
		return err
	}
	said, err := h.Change.LeaveGroup(r.Context(), m.Person, middleware.RequestID(r.Context()), v.guest, v.in)
	if err != nil {
		return err
	}
	text := "Directory roles and groups show it after their next read."
	if _, err := h.Sync.RequestNow(r.Context(), m.Scope, graphsync.DirectoryRoles, graphsync.Groups); err == nil {
		text = "Directory roles and groups are being read now, and show it once they were."
	}
	return page.Done(w, r, v.url(), page.Flash{Kind: "info", Title: said, Text: text})
}

func (v groupView) title() string {
	return "Take " + nameOf(v.guest) + " out of “" + v.in.Name + "”"
}

func (v groupView) losses() ui.Consequences {
	return ui.Consequences{
		{Shape: ui.ShapeWarn, Text: nameOf(v.guest) + " loses " + strings.Join(v.in.Roles, ", ") + ", as far as only this group gives it."},
		{Shape: ui.ShapePending, Text: "The account stays. Whoever manages the group there can put it back."},
		{Shape: ui.ShapeOK, Text: "The group is read back at once."},
	}
}

// fixed says why nobody can be taken out; empty: somebody can.
func (v groupView) fixed() string {
	if v.in.Dynamic {
		return "A rule of " + v.m.Tenant.Name() + " says who is in this group, so that nobody can be taken out of it. The customer changes the rule, or what the rule looks at."
	}
	return ""
}
