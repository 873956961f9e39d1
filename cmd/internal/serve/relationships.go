package serve

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
)

// relationshipEnds puts the relationship that counts with each customer on the board of what ends: of the active ones that which ends
// last, for until then people of the partner get in. One that goes on by itself does not end. A group that holds roles and was not looked
// into yet is read at once: in a first read, groups may have been asked for before anything named them.
func (p *Portal) relationshipEnds(ctx context.Context, home tenant.ID, now time.Time) error {
	var items []service.Item
	known := true
	f := gdap.Filter{Status: []string{gdap.Active, gdap.Expiring}, Known: &known}
	err := p.Relationships.Each(ctx, tenant.Everything(), f, func(r gdap.Relationship) error {
		if r.Effective {
			items = append(items, relationshipItem(r))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := p.Services.PutAcrossTenants(ctx, service.Delegated, items, now); err != nil {
		return err
	}
	ids, err := p.Relationships.GroupIDs(ctx, home)
	if err != nil {
		return err
	}
	refs := make([]group.Ref, len(ids))
	for i, id := range ids {
		refs[i] = group.Ref{Tenant: home, ID: id}
	}
	found, err := p.Directory.Find(ctx, tenant.Only(home), refs)
	if err != nil || len(found) == len(ids) {
		return err
	}
	_, err = p.Sync.RequestNow(ctx, tenant.Only(home), graphsync.PartnerGroups)
	return err
}

func relationshipItem(r gdap.Relationship) service.Item {
	it := service.Item{
		Tenant: r.Customer, Kind: service.Delegated, ID: "gdap", Name: r.Name, State: r.Status, Health: service.OK, ExpiresAt: r.EndsAt,
		Detail: map[string]string{"relationship": r.ID, "autoExtendDuration": r.AutoExtend},
	}
	roles := make([]string, len(r.Roles))
	for i, id := range r.Roles {
		roles[i] = gdap.RoleName(id)
	}
	it.Detail["roles"] = strings.Join(roles, ", ")
	if !r.EndsAt.IsZero() {
		it.Detail["endDateTime"] = r.EndsAt.UTC().Format(time.RFC3339)
	}
	if r.Extends() {
		it.ExpiresAt = time.Time{}
	}
	return it
}

// partnerDomains are those that the partner's people sign in with: of its own tenant, of its staff, and of the owners in the configuration.
func (p *Portal) partnerDomains(ctx context.Context) ([]string, error) {
	home, err := p.Tenants.Get(ctx, tenant.Only(p.home), p.home)
	if err != nil {
		return nil, err
	}
	staff, err := p.Tenants.ListStaff(ctx, tenant.Everything())
	if err != nil {
		return nil, err
	}
	names := slices.Clone(p.Config.Owners)
	for _, st := range staff {
		names = append(names, st.UPN)
	}
	domains := slices.Clone(home.Domains)
	for _, upn := range names {
		if _, d, ok := strings.Cut(strings.ToLower(upn), "@"); ok && d != "" {
			domains = append(domains, d)
		}
	}
	slices.Sort(domains)
	return slices.Compact(domains), nil
}

// customerDomains are those that customers' people sign in with.
func (p *Portal) customerDomains(ctx context.Context) (domains []string, err error) {
	all, err := p.Tenants.List(ctx, tenant.Everything())
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if !t.Home {
			domains = append(append(domains, t.Domains...), t.DefaultDomain)
		}
	}
	slices.Sort(domains)
	return slices.DeleteFunc(slices.Compact(domains), func(d string) bool { return d == "" }), nil
}

// delegated changes relationships as the signed-in person.
func (p *Portal) delegated() *gdap.Acts {
	return &gdap.Acts{Who: p.acting(), Store: p.Relationships, Audit: p.Audit, Home: p.home, Now: func() time.Time { return p.Sync.Now().UTC() }}
}

// incidentDesk reads incidents and works on them as the signed-in person, at Graph and at Defender's older API.
func (p *Portal) incidentDesk() *incident.Desk {
	d := &incident.Desk{Who: p.acting(), Audit: p.Audit, Now: p.Sync.Now, Changed: p.readNow(graphsync.Incidents)}
	d.Older = p.atDefender()
	return d
}

// hunter runs queries of advanced hunting as the signed-in person, the same two ways.
func (p *Portal) hunter() *incident.Hunter {
	return &incident.Hunter{Who: p.acting(), Older: p.atDefender(), Audit: p.Audit}
}

// atDefender finds the person for Defender's older API; nil where the cloud has none.
func (p *Portal) atDefender() graph.Acting {
	if p.Defender == nil {
		return nil
	}
	return acting{p.Sessions, p.Defender, p.Config.Cloud.DefenderResource, p.home, p.used}
}

// provisioningActs sets provisioning up as the signed-in person.
func (p *Portal) provisioningActs() *provisioning.Acts {
	return &provisioning.Acts{Who: p.acting(), Graph: p.Graph, Store: p.Provisioning, Audit: p.Audit, Now: func() time.Time { return p.Sync.Now().UTC() }}
}
