package groups

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// tagged are the tags of one customer, and the groups that it is in: the page's JSON twin.
type tagged struct {
	Tags   []string `json:"tags"`
	Groups []inside `json:"groups"`
}

// inside is a group that a customer is in.
type inside struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Rule string `json:"rule"`
}

// tagsView is the page, worded.
type tagsView struct {
	Header ui.PageHeader
	Action string // "" offers no form
	Field  ui.Field
	Tags   []ui.Link
	Groups []ui.Link
}

func (h *Handler) tags(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	tags, err := h.Groups.TagsOf(r.Context(), m.Tenant.ID)
	if err != nil {
		return err
	}
	return h.answer(w, r, m, http.StatusOK, tags, strings.Join(tags, ", "), "")
}

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, m tenant.Membership, status int, tags []string, typed, fault string) error {
	all, err := h.Groups.List(r.Context(), m.Scope) // of one customer: a group that counts it has it
	if err != nil {
		return err
	}
	x := tagged{Tags: append([]string{}, tags...), Groups: []inside{}}
	for _, g := range all {
		if g.Count > 0 {
			x.Groups = append(x.Groups, inside{g.ID, g.Name, words(g)})
		}
	}
	if page.WantsJSON(r) && status == http.StatusOK {
		return page.JSON(w, status, x)
	}
	v := newTags(x, m, typed, fault)
	return page.Render(w, r, status, tagsPage(page.Shell(r, m, v.Header.Title), v))
}

func newTags(x tagged, m tenant.Membership, typed, fault string) tagsView {
	chip := page.Chip(m.Tenant, "")
	v := tagsView{Header: ui.PageHeader{Title: "Tags", Tenant: &chip, Lead: "Words of your own for this customer. Lists can be narrowed by them, and groups built on them. The customer does not see them."}}
	for _, t := range x.Tags {
		v.Tags = append(v.Tags, ui.Link{Text: t, URL: "/tenants?" + url.Values{"tag": {t}}.Encode()})
	}
	for _, g := range x.Groups {
		v.Groups = append(v.Groups, ui.Link{Text: g.Name, URL: address(g.ID)})
	}
	if m.May(tenant.MayShare) {
		v.Action = m.Path("/tags")
		v.Field = ui.Field{Name: "tags", Label: "Tags of this customer", Value: typed, Error: fault, Max: 900, Autocomplete: "off", Hint: "Separated by commas, for example: gold, school, renews-in-march. Twenty at most; upper case and spaces are evened out."}
	}
	return v
}

func (h *Handler) tag(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	form, err := page.Form(w, r)
	if err != nil {
		return err
	}
	was, err := h.Groups.TagsOf(r.Context(), m.Tenant.ID)
	if err != nil {
		return err
	}
	tags, err := tenantgroup.Tags(form.Get("tags"))
	if err == nil {
		err = h.Groups.SetTags(r.Context(), m.Tenant.ID, tags, owner(m))
	}
	fault := sentence(err)
	if fault != "" {
		return h.answer(w, r, m, http.StatusUnprocessableEntity, was, form.Get("tags"), fault)
	}
	if err != nil {
		return err
	}
	if err := h.record(r, m, m.Tenant.ID, "tenant.tagged", m.Tenant.ID.String(), map[string]any{"tags": tags, "were": append([]string{}, was...)}); err != nil {
		return err
	}
	return page.SeeOther(w, r, m.Path("/tags"))
}
