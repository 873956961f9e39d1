package graph

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Registration is an app registration as its own tenant tells it.
type Registration struct {
	Name         string
	Audience     string // signInAudience: AzureADMultipleOrgs for accounts of any organization
	RedirectURIs []string
	Roles        []RequiredPermission // application permissions that it lists: requiredResourceAccess of type Role
	Scopes       []RequiredPermission // delegated ones: of type Scope
}

// RequiredPermission is one line of a registration's requiredResourceAccess.
type RequiredPermission struct {
	ResourceAppID string
	ID            string // GUID
	Value         string // its name; empty where the resource does not offer it any more
}

type application struct {
	DisplayName    string `json:"displayName"`
	SignInAudience string `json:"signInAudience"`
	Web            struct {
		RedirectURIs []string `json:"redirectUris"`
	} `json:"web"`
	Required []struct {
		ResourceAppID  string `json:"resourceAppId"`
		ResourceAccess []struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		} `json:"resourceAccess"`
	} `json:"requiredResourceAccess"`
}

// ReadRegistration reads one of the tenant's app registrations by its application (client) id. It takes Application.Read.All.
func (c *Client) ReadRegistration(ctx context.Context, tid tenant.ID, appID string) (Registration, error) {
	q := Query{Select: []string{"id", "displayName", "signInAudience", "web", "requiredResourceAccess"}}
	a, err := Get[application](ctx, c, tid, "applications(appId='"+url.PathEscape(odata(appID))+"')", q)
	if err != nil {
		return Registration{}, fmt.Errorf("registration %s: %w", appID, err)
	}
	r := Registration{Name: a.DisplayName, Audience: a.SignInAudience, RedirectURIs: a.Web.RedirectURIs}
	for _, of := range a.Required {
		path := "servicePrincipals(appId='" + url.PathEscape(odata(of.ResourceAppID)) + "')"
		api, err := Get[ServicePrincipal](ctx, c, tid, path, Query{Select: []string{"id", "appId", "appRoles", "oauth2PermissionScopes"}})
		if err != nil {
			return Registration{}, fmt.Errorf("resource %s of registration %s: %w", of.ResourceAppID, appID, err)
		}
		for _, access := range of.ResourceAccess {
			p := RequiredPermission{ResourceAppID: strings.ToLower(of.ResourceAppID), ID: strings.ToLower(access.ID)}
			if access.Type == "Role" {
				if i := slices.IndexFunc(api.AppRoles, func(x AppRole) bool { return strings.EqualFold(x.ID, p.ID) }); i >= 0 {
					p.Value = api.AppRoles[i].Value
				}
				r.Roles = append(r.Roles, p)
				continue
			}
			if i := slices.IndexFunc(api.Scopes, func(x AppScope) bool { return strings.EqualFold(x.ID, p.ID) }); i >= 0 {
				p.Value = api.Scopes[i].Value
			}
			r.Scopes = append(r.Scopes, p)
		}
	}
	return r, nil
}
