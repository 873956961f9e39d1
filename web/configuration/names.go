package configuration

import (
	"context"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/tenant"
)

// names are what objects that a policy points to are called, by their ids.
type names struct {
	filters, templates, tags map[string]string
	tenant                   tenant.ID
	groups                   map[group.Ref]group.Group
}

func (n names) group(id string) string {
	return group.Called(n.groups, group.Ref{Tenant: n.tenant, ID: id})
}

func (h *Handler) namesOf(ctx context.Context, tid tenant.ID, doc configuration.Document) (n names, err error) {
	var filters, templates []string
	for _, a := range doc.Assignments {
		if a.FilterID != "" {
			filters = append(filters, a.FilterID)
		}
	}
	for _, a := range doc.Actions {
		if a.TemplateID != "" {
			templates = append(templates, a.TemplateID)
		}
	}
	if n.filters, err = h.Policies.Names(ctx, tid, configuration.AssignmentFilter, filters); err != nil {
		return n, err
	}
	if n.tags, err = h.Policies.Names(ctx, tid, configuration.ScopeTag, doc.ScopeTags); err != nil {
		return n, err
	}
	if n.templates, err = h.Policies.Names(ctx, tid, configuration.Notification, templates); err != nil {
		return n, err
	}
	n.tenant = tid
	n.groups, err = h.Groups.Find(ctx, tenant.Only(tid), groupsOf(tid, doc))
	return n, err
}

// countUses counts the policies that carry what the page is about, where it is no policy itself.
func (h *Handler) countUses(ctx context.Context, m tenant.Membership, v *view) (err error) {
	switch v.policy.Kind {
	case configuration.AssignmentFilter:
		v.uses, err = h.Policies.Count(ctx, m.Scope, configuration.Filter{Narrowed: []string{v.ID}})
	case configuration.ScopeTag:
		v.uses, err = h.Policies.Count(ctx, m.Scope, configuration.Filter{Tagged: []string{v.ID}})
	}
	return err
}

// groupsOf are the groups that a policy is assigned to or kept from, and those that get copies of its mails.
func groupsOf(tid tenant.ID, doc configuration.Document) (refs []group.Ref) {
	for _, a := range doc.Assignments {
		if a.GroupID != "" {
			refs = append(refs, group.Ref{Tenant: tid, ID: a.GroupID})
		}
	}
	for _, a := range doc.Actions {
		for _, id := range a.CC {
			refs = append(refs, group.Ref{Tenant: tid, ID: id})
		}
	}
	return refs
}
