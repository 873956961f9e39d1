package search

import (
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// people finds primary users of devices by user principal name or name. There is no list of them but this page itself, of them alone; each leads
// to their devices.
func (s *question) people(ctx context.Context) (group, error) {
	found, err := s.h.Devices.Owners(ctx, s.m.Scope, s.q, s.matching, s.owners)
	if err != nil {
		return group{}, err
	}
	g := group{One: "person", Many: "people", Count: found.Count, more: found.More, URL: s.list("/search") + "&kind=people"}
	for _, o := range found.Rows {
		g.Hits = append(g.Hits, s.person(o))
	}
	return g, nil
}

func (s question) person(o device.Owner) hit {
	name := o.Name
	if name == "" {
		name = o.UPN
	}
	return hit{
		ID: o.UPN, Name: name, Field: match(s.q, field{"name", "", o.Name}, field{"upn", "", o.UPN}).name, Value: o.UPN, label: "user", Tenant: page.TenantRef{ID: o.Tenant, Name: o.TenantName},
		State: ui.Count(o.Devices, "device", "devices"), URL: "/t/" + o.Tenant.String() + "/devices?q=" + url.QueryEscape(o.UPN), icon: "person",
	}
}
