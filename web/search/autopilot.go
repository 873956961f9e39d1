package search

import (
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/web/page"
)

// autopilot finds machines that Windows Autopilot knows by serial number, name or purchase order.
func (s question) autopilot(ctx context.Context) (group, error) {
	p, err := s.h.Autopilot.List(ctx, s.m.Scope, autopilot.Filter{Q: s.q, Limit: perGroup, CountMost: s.most})
	if err != nil {
		return group{}, err
	}
	g := group{One: "registered machine", Many: "registered machines", Count: p.Count, more: p.More, URL: s.list("/devices/autopilot")}
	for _, i := range p.Rows {
		g.Hits = append(g.Hits, s.machine(i))
	}
	return g, nil
}

func (s question) machine(i autopilot.Identity) hit {
	f := match(s.q, field{"serial", "", i.Serial}, field{"name", "name", i.Name}, field{"order", "purchase order", i.PurchaseOrder})
	if f.name == "serial" {
		f.label, f.value = "model", i.Model // the name shows the match itself
	}
	name := i.Serial
	if name == "" {
		name = "Machine without a serial"
	}
	state := "No managed device"
	if i.ManagedDeviceID != "" {
		state = "Has a managed device"
	}
	return hit{
		ID: i.ID, Name: name, Field: f.name, Value: f.value, label: f.label, Tenant: page.TenantRef{ID: i.Tenant, Name: i.TenantName}, State: state,
		URL: "/t/" + i.Tenant.String() + "/devices/autopilot/" + url.PathEscape(i.ID), icon: "laptop",
	}
}
