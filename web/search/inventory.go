package search

import (
	"cmp"
	"context"
	"net/url"

	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// looked is how many detected apps are looked at for the programs that they are versions of: names such as Microsoft stand in half of them.
const looked = 20_000

// detected finds programs in the inventory of devices by name or publisher. They are of all customers together, as in their list.
func (s *question) detected(ctx context.Context) (group, error) {
	most := int64(looked)
	if s.most == 0 {
		most = 0
	}
	p, err := s.h.Detected.Search(ctx, s.m.Scope, s.q, perGroup, most)
	if err != nil {
		return group{}, err
	}
	g := group{One: "detected app", Many: "detected apps", Count: p.Count, more: p.More, URL: s.list("/apps/detected")}
	for _, x := range p.Rows {
		g.Hits = append(g.Hits, s.program(x))
	}
	return g, nil
}

func (s question) program(p detectedapp.Program) hit {
	f := match(s.q, field{"name", "", p.Name}, field{"publisher", "publisher", p.Publisher})
	if f.name == "name" {
		f.label, f.value = "publisher", p.Publisher // the name shows the match itself
	}
	return hit{
		ID: p.Key, Name: cmp.Or(p.Name, "App without a name"), Field: f.name, Value: f.value, label: f.label, State: ui.Count(p.Devices, "device", "devices") + " at " + ui.Count(p.Tenants, "customer", "customers"),
		URL: "/apps/detected/" + url.PathEscape(p.Key), icon: "apps",
	}
}

// categories finds device categories by name.
func (s *question) categories(ctx context.Context) (group, error) {
	p, err := s.h.Devices.Categories(ctx, s.m.Scope, device.CategoryFilter{Q: s.q, Limit: perGroup})
	if err != nil {
		return group{}, err
	}
	g := group{One: "device category", Many: "device categories", Count: p.Count, URL: s.list("/devices/categories")}
	for _, c := range p.Rows {
		g.Hits = append(g.Hits, hit{
			ID: c.ID, Name: c.Name, Field: "name", Value: c.Description, label: "description", Tenant: page.TenantRef{ID: c.Tenant, Name: c.TenantName}, State: ui.Count(c.Devices, "device", "devices"),
			URL: "/t/" + c.Tenant.String() + "/devices/categories/" + url.PathEscape(c.ID), icon: "tag",
		})
	}
	return g, nil
}

// malware finds malware in Intune's list by name.
func (s *question) malware(ctx context.Context) (group, error) {
	p, err := s.h.Protection.Malware(ctx, s.m.Scope, protection.MalwareFilter{Q: s.q, Limit: perGroup, Sort: "name"})
	if err != nil {
		return group{}, err
	}
	g := group{One: "malware", Many: "malware", Count: p.Count, URL: s.list("/devices/malware")}
	for _, w := range p.Rows {
		g.Hits = append(g.Hits, hit{
			ID: w.ID, Name: w.Name, Field: "name", Value: w.Name, Tenant: page.TenantRef{ID: w.Tenant, Name: w.TenantName}, State: "Severity " + w.Severity,
			URL: "/t/" + w.Tenant.String() + "/devices/malware/" + url.PathEscape(w.ID), icon: "shield_error",
		})
	}
	return g, nil
}
