package search

import (
	"cmp"
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/verdict"
)

// guests finds guest accounts of the partner's people by name, address, user principal name or object id.
func (s question) guests(ctx context.Context) (group, error) {
	p, err := s.h.Guests.List(ctx, s.m.Scope, guest.Filter{Q: s.q, Limit: perGroup, Sort: "name"})
	if err != nil {
		return group{}, err
	}
	late, err := s.late(ctx, graphsync.Guests, at(p.Rows, func(g guest.Guest) tenant.ID { return g.Tenant }))
	if err != nil {
		return group{}, err
	}
	g := group{One: "guest account", Many: "guest accounts", Count: p.Count, URL: s.list("/guests")}
	for _, x := range p.Rows {
		g.Hits = append(g.Hits, s.guest(x, late[x.Tenant]))
	}
	return g, nil
}

func (s question) guest(x guest.Guest, late bool) hit {
	f := match(s.q, field{"name", "", x.Name}, field{"address", "address", x.Address}, field{"upn", "user principal name", x.UPN}, field{"id", "object id", x.ID})
	if f.name == "name" {
		f.label, f.value = "address", x.Address // the name shows the match itself
	}
	state := verdict.Guest(x, late, s.chrome.Now)
	return hit{
		ID: x.ID, Name: cmp.Or(x.Name, "Guest without a name"), Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: x.Tenant, Name: x.TenantName}, State: state.Text,
		URL: "/t/" + x.Tenant.String() + "/guests/" + url.PathEscape(x.ID), icon: "person_add", state: &state,
	}
}
