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

// AppByID finds a registration of the partner's by its client id; case is ignored.
func (w *World) AppByID(clientID string) (*App, bool) {
	for _, a := range w.Apps() {
		if strings.EqualFold(a.ClientID, clientID) {
			return a, true
		}
	}
	return nil, false
}

// Apps are all registrations of the partner's, the one that asks for everything first.
func (w *World) Apps() []*App { return append([]*App{&w.App}, w.Narrow...) }

// Principal is a registration as the tenant knows it, or nil. The caller holds View or Change.
func (w *World) Principal(t *Tenant, a *App) *ServicePrincipal {
	return t.ServicePrincipals[a.ClientID]
}

// PartnerApp is Principal of the registration that asks for everything. The caller holds View or Change.
func (w *World) PartnerApp(t *Tenant) *ServicePrincipal { return w.Principal(t, &w.App) }

// Install makes the registration's service principal in the tenant, or returns the one that is there. The caller holds Change.
func (w *World) Install(t *Tenant, a *App, at time.Time) *ServicePrincipal {
	if sp := w.Principal(t, a); sp != nil {
		return sp
	}
	sp := &ServicePrincipal{
		ID: w.ServicePrincipalID(t, a.ClientID), AppID: a.ClientID, DisplayName: a.DisplayName,
		AccountEnabled: true, Created: at, Roles: map[string]time.Time{},
	}
	t.ServicePrincipals[a.ClientID] = sp
	return sp
}

// Uninstall removes all of the partner's registrations from the tenant with all that they were granted. The caller holds Change.
func (w *World) Uninstall(t *Tenant) {
	for _, a := range w.Apps() {
		delete(t.ServicePrincipals, a.ClientID)
	}
	t.Consent = ConsentWithdrawn
}

// GrantAll is tenant-wide consent to everything that the registration requires: what was granted it tenant-wide before and is no longer
// required goes; what users granted for themselves stays. The caller holds Change.
func (w *World) GrantAll(t *Tenant, a *App, at time.Time) *ServicePrincipal {
	sp := w.Install(t, a, at)
	before := sp.Roles
	sp.Roles = map[string]time.Time{}
	for _, r := range a.RequiredRoles {
		sp.Roles[r] = at
		if old, ok := before[r]; ok {
			sp.Roles[r] = old
		}
	}
	sp.Grants = slices.DeleteFunc(sp.Grants, func(g *PermissionGrant) bool { return g.ConsentType == "AllPrincipals" })
	w.GrantScopes(t, a, GraphAppID, "", a.RequiredScope, at)
	t.Consent = ConsentFull
	return sp
}

// ReplaceScopes is tenant-wide consent to named delegated scopes: it replaces what was granted tenant-wide on that resource.
// The caller holds Change.
func (w *World) ReplaceScopes(t *Tenant, a *App, resource string, scopes []string, at time.Time) {
	sp := w.Install(t, a, at)
	sp.Grants = slices.DeleteFunc(sp.Grants, func(g *PermissionGrant) bool { return g.ConsentType == "AllPrincipals" && g.Resource == resource })
	w.GrantScopes(t, a, resource, "", scopes, at)
}

// GrantScopes adds delegated scopes of a resource for one user, or for everyone where principal is empty. The caller holds Change.
func (w *World) GrantScopes(t *Tenant, a *App, resource, principal string, scopes []string, at time.Time) {
	sp := w.Install(t, a, at)
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
		ID:          strings.ReplaceAll(GUID(w.Seed, "grant", t.ID, a.ClientID, resource, principal), "-", "")[:27],
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

// Consented says whether everything that one of the registrations requires of Microsoft Graph's application permissions is granted to it.
// The caller holds View.
func (w *World) Consented(t *Tenant) bool {
	return slices.ContainsFunc(w.Apps(), func(a *App) bool {
		sp := w.Principal(t, a)
		return sp != nil && sp.AccountEnabled && !slices.ContainsFunc(a.RequiredRoles, func(r string) bool { _, ok := sp.Roles[r]; return !ok })
	})
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
