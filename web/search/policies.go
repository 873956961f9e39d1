package search

import (
	"cmp"
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/web/page"
)

// policies finds configuration and compliance policies by name, description, type or template.
func (s *question) policies(ctx context.Context) (group, error) {
	return s.policiesOf(ctx, group{One: "policy", Many: "policies", URL: "/configuration"}, configuration.Policies)
}

func (s *question) appProtection(ctx context.Context) (group, error) {
	return s.policiesOf(ctx, group{One: "app protection policy", Many: "app protection policies", URL: "/configuration/app-protection"},
		[]configuration.Kind{configuration.AppProtection})
}

func (s *question) appConfigurations(ctx context.Context) (group, error) {
	return s.policiesOf(ctx, group{One: "app configuration", Many: "app configurations", URL: "/configuration/app-configuration"},
		[]configuration.Kind{configuration.AppConfiguration})
}

func (s *question) filters(ctx context.Context) (group, error) {
	return s.policiesOf(ctx, group{One: "assignment filter", Many: "assignment filters", URL: "/configuration/filters"}, []configuration.Kind{configuration.AssignmentFilter})
}

func (s *question) scopeTags(ctx context.Context) (group, error) {
	return s.policiesOf(ctx, group{One: "scope tag", Many: "scope tags", URL: "/configuration/scope-tags"}, []configuration.Kind{configuration.ScopeTag})
}

func (s *question) notifications(ctx context.Context) (group, error) {
	return s.policiesOf(ctx, group{One: "notification template", Many: "notification templates", URL: "/configuration/notifications"}, []configuration.Kind{configuration.Notification})
}

func (s *question) policiesOf(ctx context.Context, g group, kinds []configuration.Kind) (group, error) {
	p, err := s.h.Policies.List(ctx, s.m.Scope, configuration.Filter{Q: s.q, Kind: kinds, Limit: perGroup, CountMost: s.most})
	if err != nil {
		return group{}, err
	}
	g.Count, g.more, g.URL = p.Count, p.More, s.list(g.URL)
	for _, x := range p.Rows {
		g.Hits = append(g.Hits, s.policy(x))
	}
	return g, nil
}

func (s question) policy(p configuration.Policy) hit {
	f := match(s.q, field{"name", "", p.Name}, field{"description", "description", p.Description}, field{"template", "template", p.Template}, field{"type", "type", p.Type}, field{"id", "Intune policy id", p.ID})
	if f.name == "name" {
		f.label, f.value = "type", configuration.Words(p.Type)
	}
	icon, helping := helpingIcons[p.Kind]
	name := p.Name
	if name == "" {
		name = "Policy without a name"
	}
	state := "Not assigned"
	switch {
	case helping: // nobody is given one by itself
		state = ""
	case p.Assigned:
		state = "Assigned"
	}
	return hit{
		ID: p.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: p.Tenant, Name: p.TenantName}, State: state,
		URL: "/t/" + p.Tenant.String() + "/configuration/" + url.PathEscape(p.ID), icon: cmp.Or(icon, "options"),
	}
}

// helpingIcons are those of what is kept beside policies and reaches no device by itself.
var helpingIcons = map[configuration.Kind]string{configuration.AssignmentFilter: "filter", configuration.ScopeTag: "tag", configuration.Notification: "mail"}
