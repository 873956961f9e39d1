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
	matching, err := s.matching()
	if err != nil {
		return group{}, err
	}
	found, err := s.h.Devices.Owners(ctx, s.m.Scope, s.q, matching, s.owners)
	if err != nil {
		return group{}, err
	}
	g := group{One: "person", Many: "people", Count: found.Count, more: found.More, URL: s.list("/search") + "&kind=people"}
	for _, o := range found.Rows {
		g.Hits = append(g.Hits, s.person(o))
	}
	return g, nil
}

// matching are all devices that match and may be somebody's by the text, if they are few; nil: that is not known.
func (s *question) matching() ([]device.Device, error) {
	if !s.asks("devices") {
		return nil, nil
	}
	p, err := s.someDevices()
	switch {
	case err != nil:
		return nil, err
	case p.Count == int64(len(p.Rows)) && !p.More:
		return append([]device.Device{}, p.Rows...), nil
	case p.NamesOnly:
		return []device.Device{}, nil
	}
	return nil, nil
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
