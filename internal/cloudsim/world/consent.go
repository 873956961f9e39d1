package world

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// ServicePrincipalID is the object id that an app has, or would have, in a tenant.
func (w *World) ServicePrincipalID(t *Tenant, appID string) string {
	return GUID(w.Seed, "service principal", t.ID, strings.ToLower(appID))
}

// PartnerApp is the app as the tenant knows it, or nil. The caller holds View or Change.
func (w *World) PartnerApp(t *Tenant) *ServicePrincipal { return t.ServicePrincipals[w.App.ClientID] }

// Install makes the app's service principal in the tenant, or returns the one that is there. The caller holds Change.
func (w *World) Install(t *Tenant, at time.Time) *ServicePrincipal {
	if sp := w.PartnerApp(t); sp != nil {
		return sp
	}
	sp := &ServicePrincipal{
		ID: w.ServicePrincipalID(t, w.App.ClientID), AppID: w.App.ClientID, DisplayName: w.App.DisplayName,
		AccountEnabled: true, Created: at, Roles: map[string]time.Time{},
	}
	t.ServicePrincipals[w.App.ClientID] = sp
	return sp
}

// Uninstall removes the app from the tenant with all that it was granted. The caller holds Change.
func (w *World) Uninstall(t *Tenant) {
	delete(t.ServicePrincipals, w.App.ClientID)
	t.Consent = ConsentWithdrawn
}

// GrantAll is tenant-wide consent to everything that the app requires: what was granted tenant-wide before and is no longer
// required goes; what users granted for themselves stays. The caller holds Change.
func (w *World) GrantAll(t *Tenant, at time.Time) *ServicePrincipal {
	sp := w.Install(t, at)
	before := sp.Roles
	sp.Roles = map[string]time.Time{}
	for _, r := range w.App.RequiredRoles {
		sp.Roles[r] = at
		if old, ok := before[r]; ok {
			sp.Roles[r] = old
		}
	}
	sp.Grants = slices.DeleteFunc(sp.Grants, func(g *PermissionGrant) bool { return g.ConsentType == "AllPrincipals" })
	w.GrantScopes(t, GraphAppID, "", w.App.RequiredScope, at)
	t.Consent = ConsentFull
	return sp
}

// ReplaceScopes is tenant-wide consent to named delegated scopes: it replaces what was granted tenant-wide on that resource.
// The caller holds Change.
func (w *World) ReplaceScopes(t *Tenant, resource string, scopes []string, at time.Time) {
	sp := w.Install(t, at)
	sp.Grants = slices.DeleteFunc(sp.Grants, func(g *PermissionGrant) bool { return g.ConsentType == "AllPrincipals" && g.Resource == resource })
	w.GrantScopes(t, resource, "", scopes, at)
}

// GrantScopes adds delegated scopes of a resource for one user, or for everyone where principal is empty. The caller holds Change.
func (w *World) GrantScopes(t *Tenant, resource, principal string, scopes []string, at time.Time) {
	sp := w.Install(t, at)
	kind := "AllPrincipals"
	if principal != "" {
		kind = "Principal"
	}
	for _, g := range sp.Grants {
		if g.Resource == resource && g.ConsentType == kind && g.PrincipalID == principal {
			g.Scopes = union(g.Scopes, scopes)
			return
		}
	}
	sp.Grants = append(sp.Grants, &PermissionGrant{
		ID:          strings.ReplaceAll(GUID(w.Seed, "grant", t.ID, resource, principal), "-", "")[:27],
		ConsentType: kind, PrincipalID: principal, Resource: resource, Scopes: union(nil, scopes), Created: at,
	})
}

// Scopes are the delegated scopes that hold for a user on a resource. The caller holds View or Change.
func (sp *ServicePrincipal) Scopes(resource, userID string) []string {
	var all []string
	for _, g := range sp.Grants {
		if g.Resource == resource && (g.ConsentType == "AllPrincipals" || g.PrincipalID == userID) {
			all = union(all, g.Scopes)
		}
	}
	return all
}

// RoleValues are the application permissions granted on Microsoft Graph, sorted. The caller holds View or Change.
func (sp *ServicePrincipal) RoleValues() []string {
	roles := make([]string, 0, len(sp.Roles))
	for r := range sp.Roles {
		roles = append(roles, r)
	}
	sort.Strings(roles)
	return roles
}

// Consented says whether everything that the app requires of Microsoft Graph's application permissions is granted. The caller holds View.
func (w *World) Consented(t *Tenant) bool {
	sp := w.PartnerApp(t)
	if sp == nil || !sp.AccountEnabled {
		return false
	}
	return !slices.ContainsFunc(w.App.RequiredRoles, func(r string) bool { _, ok := sp.Roles[r]; return !ok })
}

func union(have, more []string) []string {
	out := slices.Clone(have)
	for _, s := range more {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}
