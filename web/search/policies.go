package search

import (
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/configuration"
)

// policies finds configuration and compliance policies by name, description, type or template.
func (s search) policies(ctx context.Context) (group, error) {
	p, err := s.h.Policies.List(ctx, s.m.Reach, configuration.Filter{Q: s.q, Limit: perGroup})
	if err != nil {
		return group{}, err
	}
	g := group{Kind: "policies", Title: "Policies", One: "policy", Many: "policies", Count: p.Count, URL: "/configuration?q=" + url.QueryEscape(s.q)}
	for _, x := range p.Rows {
		g.Hits = append(g.Hits, s.policy(x))
	}
	return g, nil
}

func (s search) policy(p configuration.Policy) hit {
	f := match(s.q, field{"name", "", p.Name}, field{"description", "description", p.Description}, field{"template", "template", p.Template}, field{"type", "type", p.Type})
	if f.name == "name" {
		f.label, f.value = "type", configuration.Words(p.Type)
	}
	name := p.Name
	if name == "" {
		name = "Policy without a name"
	}
	state := "Not assigned"
	if p.Assigned {
		state = "Assigned"
	}
	return hit{
		ID: p.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: tenantRef{p.Tenant, p.TenantName}, State: state,
		URL: "/t/" + p.Tenant.String() + "/configuration/" + url.PathEscape(p.ID), icon: "options",
	}
}
