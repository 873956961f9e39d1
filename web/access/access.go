// Package access shows who of the partner gets in at which customer: through which door, with which directory roles, and when a sign-in last
// proved it; and who could wipe devices at a customer today.
//
// The arithmetic is internal/reach's; what it counts was read by the rooms of relationships, groups, staff and Intune roles. The pages say
// what was not read, and never take it for nobody.
package access

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/leaver"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Tenants        *tenant.Store
	Relationships  *gdap.Store
	Groups         *group.Store
	Roles          *intunerole.Store
	DirectoryRoles *directoryrole.Store
	Guests         *guest.Store
	Reach          *reach.Store
	Sync           *graphsync.Service
	Sessions       Kept
	Leavers        *leaver.Store
	LeaverActs     Closer
	Audit          *audit.Store // nil: changes are not recorded
}

// Mount adds the pages, over all customers or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/access", h.serve)
	r.Get("/access/{staff}", h.cell)
}

// MountPortal adds the list over all customers, and the plan for somebody who leaves, which is the owners'.
func (h *Handler) MountPortal(r page.Router) {
	r.Get("/access/list", h.list)
	r.GetFor("/access/leaver/{staff}", tenant.MayStaff, h.leaver)
	r.Post("/access/leaver/{staff}", tenant.MayStaff, h.close)
	r.GetFor("/access/leaver/{staff}/groups/{group}", tenant.MayStaff, h.confirmGroup)
	r.Post("/access/leaver/{staff}/groups/{group}", tenant.MayStaff, h.leaveGroup)
	r.GetFor("/access/leaver/{staff}/sessions", tenant.MayStaff, h.confirmSessions)
	r.Post("/access/leaver/{staff}/sessions", tenant.MayStaff, h.endSessions)
	r.GetFor("/access/leaver/{staff}/proof", tenant.MayStaff, h.proof)
	r.Post("/access/leaver/{staff}/proof", tenant.MayStaff, h.prove)
}

// serve shows the matrix, which of one customer is a list; or with who=wipe its answer to one question.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	switch {
	case r.URL.Query().Has("who"):
		return h.who(w, r, m)
	case m.One():
		return h.list(w, r, m)
	}
	return h.matrix(w, r, m)
}

// delegated is what was read of relationships that work now, and of the groups that hold their roles.
type delegated struct {
	read, groupsRead graphsync.Freshness
	relationships    []gdap.Relationship
	members          map[string][]group.Member // of groups that were looked into
	names            map[string]string         // of groups
	unseen           int                       // groups that were not
}

// delegated gathers them for customers in the scope.
func (h *Handler) delegated(ctx context.Context, scope tenant.Scope, only []tenant.ID, now time.Time) (d delegated, err error) {
	home := h.Tenants.Home()
	if d.read, err = h.Sync.Freshness(ctx, tenant.Only(home), graphsync.Relationships); err != nil {
		return d, err
	}
	if d.groupsRead, err = h.Sync.Freshness(ctx, tenant.Only(home), graphsync.PartnerGroups); err != nil {
		return d, err
	}
	found, err := h.Relationships.Working(ctx, scope, only)
	if err != nil {
		return d, err
	}
	var ids []string
	for _, x := range found {
		if x.Over(now) {
			continue
		}
		d.relationships = append(d.relationships, x)
		for _, a := range x.Assignments {
			if a.Works() && !slices.Contains(ids, a.Group) {
				ids = append(ids, a.Group)
			}
		}
	}
	if d.members, err = h.insides(ctx, ids); err != nil {
		return d, err
	}
	refs := make([]group.Ref, len(ids))
	for i, id := range ids {
		refs[i] = group.Ref{Tenant: home, ID: id}
	}
	groups, err := h.Groups.Find(ctx, tenant.Only(home), refs)
	d.names = map[string]string{}
	for ref, g := range groups {
		d.names[ref.ID] = g.Name
		if g.Gone {
			d.members[ref.ID] = []group.Member{} // deleted: nobody is in it
		}
	}
	for _, id := range ids {
		if _, ok := d.members[id]; !ok {
			d.unseen++
		}
	}
	return d, err
}

// insides are who is in these groups of the partner, and in the groups inside them.
func (h *Handler) insides(ctx context.Context, ids []string) (map[string][]group.Member, error) {
	in, err := h.Groups.Members(ctx, h.Tenants.Home(), ids)
	if err != nil {
		return nil, err
	}
	var nested []string
	for _, members := range in { // each lists those at any depth
		for _, m := range members {
			if _, known := in[m.ID]; m.Type == "group" && !known && !slices.Contains(nested, m.ID) {
				nested = append(nested, m.ID)
			}
		}
	}
	inner, err := h.Groups.Members(ctx, h.Tenants.Home(), nested)
	maps.Copy(in, inner)
	return in, err
}

// inside are the groups as internal/reach walks them. Where all groups inside one were looked into, it leads to those whom it has itself;
// else to all who are in it somehow.
func (d delegated) inside() reach.Inside {
	in := reach.Inside{}
	for id, members := range d.members {
		whole := !slices.ContainsFunc(members, func(m group.Member) bool { _, read := d.members[m.ID]; return m.Type == "group" && !read })
		in[id] = []reach.Member{}
		for _, m := range members {
			_, read := d.members[m.ID]
			if isGroup := m.Type == "group"; m.Direct && (read || !isGroup) || !whole && !isGroup {
				in[id] = append(in[id], reach.Member{ID: m.ID, Group: isGroup})
			}
		}
	}
	return in
}

// grants are the relationships as internal/reach counts them.
func (d delegated) grants() (grants []reach.Grant) {
	for _, x := range d.relationships {
		for _, a := range x.Assignments {
			if a.Works() {
				grants = append(grants, reach.Grant{Customer: x.Customer, Group: a.Group, Roles: a.Roles})
			}
		}
	}
	return grants
}

// objectOf is the person's account in the partner's tenant: known from a sign-in to the portal, or from the groups that were looked into.
func (d delegated) objectOf(st tenant.Staff) string {
	if st.ObjectID != "" {
		return st.ObjectID
	}
	for _, members := range d.members {
		for _, m := range members {
			if m.Type == "user" && strings.EqualFold(m.UPN, st.UPN) {
				return m.ID
			}
		}
	}
	return ""
}

// blind tells that the person could be somebody in a group of whom nothing but an id may be read.
func (d delegated) blind(st tenant.Staff) bool {
	if d.objectOf(st) != "" {
		return false
	}
	for _, members := range d.members {
		if slices.ContainsFunc(members, func(m group.Member) bool { return m.Type == "user" && m.UPN == "" }) {
			return true
		}
	}
	return false
}

// unknown says what was not read of them.
func (d delegated) unknown() (said []string) {
	switch {
	case d.read.Read == 0:
		said = append(said, "Not known: who gets in by a GDAP relationship. "+strings.TrimSpace(d.read.Error.Sentence+" The relationships were never read completely."))
	case d.read.Late > 0:
		said = append(said, "The GDAP relationships were not read again in time; what changed since is not known.")
	}
	if d.unseen > 0 {
		said = append(said, "Not known: who is in "+ui.Count(int64(d.unseen), "group of the partner that holds", "groups of the partner that hold")+" roles by GDAP.")
	}
	return said
}

// line is the freshness of both readings, by the older. It is never green: accounts at customers are not read.
func (d delegated) line(m tenant.Membership, home tenant.ID, now time.Time) ui.Freshness {
	older := d.read
	if d.groupsRead.Read > 0 && d.groupsRead.AsOf.Before(older.AsOf) {
		older = d.groupsRead
	}
	line := fresh.Line(older, tenant.Membership{Tenant: tenant.Tenant{ID: home}}, now)
	if !m.Reach.Has(home) {
		line.Parts = line.Parts[:0]
	}
	if line.State == ui.ShapeOK {
		line.State = ui.ShapePartial
	}
	return line
}

// customers are those that a list is about, by name.
func (h *Handler) customers(ctx context.Context, scope tenant.Scope, only []tenant.ID) ([]tenant.Tenant, error) {
	all, err := h.Tenants.Named(ctx, scope)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t tenant.Tenant) bool { return t.Home || len(only) > 0 && !slices.Contains(only, t.ID) })
	return byPlace(all, func(t tenant.Tenant) string { return placeOf(t.Name(), t.ID.String()) }), nil
}

// staff are the partner's people, by name.
func (h *Handler) staff(ctx context.Context, scope tenant.Scope) ([]tenant.Staff, error) {
	all, err := h.Tenants.ListStaff(ctx, scope)
	if err != nil {
		return nil, err
	}
	return byPlace(all, func(s tenant.Staff) string { return placeOf(staffName(s), strconv.FormatInt(s.ID, 10)) }), nil
}
