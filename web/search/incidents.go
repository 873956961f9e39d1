package search

import (
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/verdict"
)

// incidents finds security incidents by number, title, person or device.
func (s question) incidents(ctx context.Context) (group, error) {
	if s.h.Incidents == nil {
		return group{}, nil
	}
	p, err := s.h.Incidents.List(ctx, s.m.Scope, incident.Filter{Q: s.q, Desc: true, Limit: perGroup})
	if err != nil {
		return group{}, err
	}
	g := group{One: "incident", Many: "incidents", Count: p.Count, URL: s.list("/incidents")}
	for _, i := range p.Rows {
		fields := []field{{"title", "", i.Title}, {"id", "number", i.ID}, {"assigned", "assigned to", i.Assigned}}
		for _, e := range i.Subjects() {
			fields = append(fields, field{e.Kind, e.Kind, e.Name})
		}
		f := match(s.q, fields...)
		g.Hits = append(g.Hits, hit{
			ID: i.ID, Name: i.Name(), Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: i.Tenant, Name: i.TenantName}, State: verdict.IncidentStatus(i.Status).Text,
			URL: "/t/" + i.Tenant.String() + "/incidents/" + url.PathEscape(i.ID), icon: "shield",
		})
	}
	return g, nil
}
