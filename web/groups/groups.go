// Package groups serves the groups of customers: the list, the page of one with who is in it, the tags of a customer, and the filter by
// which every list over all customers is narrowed to some of them.
//
// What a group is, and who is in it, lives in internal/tenantgroup; whose reach a group decides is said on the staff page.
package groups

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// Handler serves the room.
type Handler struct {
	Groups  *tenantgroup.Store
	Tenants *tenant.Store
	Audit   *audit.Store
	Views   *view.Store // of lists, which a group may narrow; nil: nobody keeps any
}

// Mount adds the pages over all customers.
func (h *Handler) Mount(r page.Router) {
	r.Get("/groups", h.list)
	r.GetFor("/groups/new", tenant.MayShare, h.new)
	r.Post("/groups/new", tenant.MayShare, h.create)
	r.Get("/groups/{group}", h.show)
	r.Post("/groups/{group}", tenant.MayShare, h.update)
	r.Post("/groups/{group}/delete", tenant.MayShare, h.remove)
}

// MountTenant adds the tags of one customer.
func (h *Handler) MountTenant(r page.Router) {
	r.Get("/tags", h.tags)
	r.Post("/tags", tenant.MayShare, h.tag)
}

// Prepare is the page.Prepare of pages over all customers: where the address names groups or tags, the membership's scope becomes the
// customers of its scope that they choose. What staff may do, and their reach, stay.
func (h *Handler) Prepare(r *http.Request, m tenant.Membership) (*http.Request, tenant.Membership, error) {
	if m.One() || !m.Person.Role.Staff() {
		return r, m, nil
	}
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return r, m, nil // the list says so in its own words
	}
	groups, tags, err := named(given)
	if err != nil {
		return r, m, err
	}
	if len(groups)+len(tags) > 0 {
		if m.Scope, err = h.Groups.Narrow(r.Context(), m.Scope, groups, tags); err != nil {
			return r, m, err
		}
	}
	return r.WithContext(page.WithChoices(r.Context(), func(ctx context.Context) (page.Choices, error) { return h.choices(ctx, m) })), m, nil
}

// most are the values of one filter: no list takes more.
const most = 50

func named(given url.Values) (groups []int64, tags []string, err error) {
	if len(given["group"]) > most || len(given["tag"]) > most {
		return nil, nil, errs.Show(errs.Invalid, "These are more groups or tags than a list takes.")
	}
	for _, g := range given["group"] {
		if strings.TrimSpace(g) == "" {
			continue
		}
		id, err := strconv.ParseInt(g, 10, 64)
		if err != nil || id < 1 {
			return nil, nil, errs.ShowNext(errs.Invalid, "There is no such group of customers.", "Open the list without it, or choose one of those on the Groups page.")
		}
		groups = append(groups, id)
	}
	for _, t := range given["tag"] {
		if strings.TrimSpace(t) == "" {
			continue
		}
		if _, err := tenantgroup.Tag(t); err != nil {
			return nil, nil, err
		}
		tags = append(tags, t)
	}
	return groups, tags, nil
}

// choices are what lists offer: all groups, and the tags of customers within reach.
func (h *Handler) choices(ctx context.Context, m tenant.Membership) (c page.Choices, err error) {
	groups, err := h.Groups.Names(ctx)
	if err != nil {
		return c, err
	}
	for _, g := range groups {
		c.Groups = append(c.Groups, page.Option{Value: strconv.FormatInt(g.ID, 10), Label: g.Name})
	}
	tags, err := h.Groups.AllTags(ctx, m.Reach)
	for _, t := range tags {
		c.Tags = append(c.Tags, page.Option{Value: t.Tag, Label: t.Tag})
	}
	return c, err
}

// record puts a change into a tenant's chain; what concerns no customer into that of the home tenant.
func (h *Handler) record(r *http.Request, m tenant.Membership, tid tenant.ID, action, object string, detail map[string]any) error {
	return h.Audit.Keep(r.Context(), tid, m.Person, audit.Entry{Action: action, Object: object, Detail: detail, RequestID: middleware.RequestID(r.Context())})
}

func owner(m tenant.Membership) bool { return m.Person.Role == tenant.RoleOwner }

// words are the rule of a group as a person would say it.
func words(g tenantgroup.Group) string {
	var parts []string
	if len(g.Tags) > 0 {
		joint := " or "
		if g.EveryTag {
			joint = " and "
		}
		parts = append(parts, "tagged "+strings.Join(g.Tags, joint))
	}
	if len(g.Countries) > 0 {
		parts = append(parts, "in "+strings.Join(g.Countries, " or "))
	}
	if len(g.States) > 0 {
		var states []string
		for _, s := range g.States {
			states = append(states, strings.ToLower(page.StateWord(s)))
		}
		parts = append(parts, strings.Join(states, " or "))
	}
	if g.MinDevices > 0 {
		parts = append(parts, "at least "+strconv.FormatInt(g.MinDevices, 10)+" devices")
	}
	if g.NamePart != "" {
		parts = append(parts, "name with “"+g.NamePart+"”")
	}
	return strings.Join(parts, ", ")
}

// countries are those that the customers within reach are in.
func (h *Handler) countries(ctx context.Context, m tenant.Membership) ([]string, error) {
	all, err := h.Tenants.List(ctx, m.Reach)
	var found []string
	for _, t := range all {
		if t.Country != "" && !slices.Contains(found, t.Country) {
			found = append(found, t.Country)
		}
	}
	slices.Sort(found)
	return found, err
}
