package search

import (
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/verdict"
)

// services finds certificates, tokens, connectors and rules by name, Apple Account, serial number or machine.
func (s question) services(ctx context.Context) (group, error) {
	watch, err := s.h.Services.Watch(ctx, s.chrome.Now)
	if err != nil {
		return group{}, err
	}
	p, err := s.h.Services.List(ctx, s.m.Scope, watch, service.Filter{Q: s.q, Limit: perGroup})
	if err != nil {
		return group{}, err
	}
	g := group{One: "service", Many: "services", Count: p.Count, URL: s.list("/services")}
	for _, it := range p.Rows {
		g.Hits = append(g.Hits, s.service(it))
	}
	return g, nil
}

func (s question) service(it service.Item) hit {
	d := it.Detail
	f := match(s.q, field{"name", "", it.Name}, field{"account", "Apple Account", d["appleIdentifier"]}, field{"account", "Apple Account", d["appleId"]}, field{"topic", "topic", d["topicIdentifier"]},
		field{"serial", "serial", d["certificateSerialNumber"]}, field{"serial", "serial", d["serialNumber"]}, field{"thumbprint", "thumbprint", d["thumbprint"]},
		field{"machine", "machine", d["machineName"]}, field{"machine", "machine", d["serverName"]}, field{"name", "common name", d["commonName"]})
	state := verdict.Service(it, verdict.ServiceLate(it, s.chrome.Now))
	name := it.Name
	if name == "" {
		name = "Service without a name"
	}
	return hit{
		ID: it.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: it.Tenant, Name: it.TenantName}, State: state.Text,
		URL: "/t/" + it.Tenant.String() + "/services/" + string(it.Kind) + "/" + url.PathEscape(it.ID), icon: "certificate", state: &state,
	}
}
