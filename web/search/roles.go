package search

import (
	"cmp"
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/web/page"
)

// roles finds Intune roles by name or description.
func (s *question) roles(ctx context.Context) (group, error) {
	p, err := s.h.Roles.List(ctx, s.m.Scope, intunerole.Filter{Q: s.q, Limit: perGroup})
	if err != nil {
		return group{}, err
	}
	g := group{One: "Intune role", Many: "Intune roles", Count: p.Count, URL: s.list("/roles")}
	for _, r := range p.Rows {
		f := match(s.q, field{"name", "", r.Name}, field{"description", "description", r.Description})
		if f.name == "name" {
			f.label, f.value = "description", r.Description // the name shows the match itself
		}
		state := "Not assigned"
		if r.Assignments > 0 {
			state = "Assigned"
		}
		g.Hits = append(g.Hits, hit{
			ID: r.ID, Name: cmp.Or(r.Name, "Role without a name"), Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: r.Tenant, Name: r.TenantName}, State: state,
			URL: "/t/" + r.Tenant.String() + "/roles/" + url.PathEscape(r.ID), icon: "person_key",
		})
	}
	return g, nil
}
