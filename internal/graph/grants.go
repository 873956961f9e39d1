package graph

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Grants is what an application was granted in a tenant, as read from it just now.
type Grants struct {
	ReadAt             time.Time
	ServicePrincipalID string // object id of the application in the tenant
	Enabled            bool   // accountEnabled: an administrator may have switched the application off
	Roles              []GrantedRole
	Scopes             []GrantedScope
}

// GrantedRole is one application permission. Value is empty where the resource no longer names it.
type GrantedRole struct {
	ID            string // appRoleId
	Value         string // for example DeviceManagementManagedDevices.Read.All
	ResourceAppID string // for example 00000003-0000-0000-c000-000000000000, Microsoft Graph
	ResourceName  string
	CreatedAt     time.Time
}

// GrantedScope is one delegated permission.
type GrantedScope struct {
	Value         string
	ResourceAppID string
	ResourceName  string
	ForAll        bool   // AllPrincipals; else for one person
	PrincipalID   string // the person
}

// ReadGrants reads which permissions an application holds in the tenant. Without Application.Read.All, or for delegated grants without
// Directory.Read.All, the error is of kind Permission; an application that is not in the tenant is NotFound.
func (c *Client) ReadGrants(ctx context.Context, tid tenant.ID, appID string) (Grants, error) {
	q := Query{Select: []string{"id", "appId", "displayName", "accountEnabled"}}
	sp, err := Get[ServicePrincipal](ctx, c, tid, "servicePrincipals(appId='"+url.PathEscape(odata(appID))+"')", q)
	if err != nil {
		return Grants{}, fmt.Errorf("grants in %s: %w", tid, err)
	}
	g := Grants{ReadAt: c.opts.Now(), ServicePrincipalID: sp.ID, Enabled: sp.Enabled == nil || *sp.Enabled}
	resources := map[string]ServicePrincipal{}
	for a, err := range List[AppRoleAssignment](ctx, c, tid, "servicePrincipals/"+url.PathEscape(sp.ID)+"/appRoleAssignments", Query{}) {
		if err != nil {
			return Grants{}, fmt.Errorf("application permissions in %s: %w", tid, err)
		}
		r, err := c.resource(ctx, tid, a.ResourceID, resources)
		if err != nil {
			return Grants{}, err
		}
		role := GrantedRole{ID: a.AppRoleID, ResourceAppID: r.AppID, ResourceName: a.ResourceName, CreatedAt: a.Created.Time}
		if i := slices.IndexFunc(r.AppRoles, func(x AppRole) bool { return strings.EqualFold(x.ID, a.AppRoleID) }); i >= 0 {
			role.Value = r.AppRoles[i].Value
		}
		g.Roles = append(g.Roles, role)
	}
	for d, err := range List[OAuth2PermissionGrant](ctx, c, tid, "servicePrincipals/"+url.PathEscape(sp.ID)+"/oauth2PermissionGrants", Query{}) {
		if err != nil {
			return g, fmt.Errorf("delegated permissions in %s: %w", tid, err)
		}
		r, err := c.resource(ctx, tid, d.ResourceID, resources)
		if err != nil {
			return Grants{}, err
		}
		for _, v := range strings.Fields(d.Scope) {
			g.Scopes = append(g.Scopes, GrantedScope{Value: v, ResourceAppID: r.AppID, ResourceName: r.DisplayName,
				ForAll: strings.EqualFold(d.ConsentType, "AllPrincipals"), PrincipalID: d.PrincipalID})
		}
	}
	return g, nil
}

// resource reads the service principal that offers a permission, once for each call of ReadGrants.
func (c *Client) resource(ctx context.Context, tid tenant.ID, id string, known map[string]ServicePrincipal) (ServicePrincipal, error) {
	if r, ok := known[id]; ok {
		return r, nil
	}
	q := Query{Select: []string{"id", "appId", "displayName", "appRoles", "oauth2PermissionScopes"}}
	r, err := Get[ServicePrincipal](ctx, c, tid, "servicePrincipals/"+url.PathEscape(id), q)
	var e *Error
	if errors.As(err, &e) && e.Kind == NotFound { // the resource was removed; the grant lingers
		r, err = ServicePrincipal{ID: id}, nil
	}
	if err != nil {
		return r, fmt.Errorf("resource %s in %s: %w", id, tid, err)
	}
	known[id] = r
	return r, nil
}

// odata doubles the quotes of a literal.
func odata(s string) string { return strings.ReplaceAll(s, "'", "''") }

// MyManagedDevices are the devices of the person whose delegated token is given, as Graph gives them for /me/managedDevices.
func (c *Client) MyManagedDevices(ctx context.Context, token string) ([]ManagedDevice, error) {
	if token == "" {
		return nil, &Error{Kind: Token, Message: "no delegated token", path: "/me/managedDevices"}
	}
	var found []ManagedDevice
	for d, err := range List[ManagedDevice](ctx, c, tenant.ID{}, "me/managedDevices", Query{Token: token}) {
		if err != nil {
			return nil, fmt.Errorf("own devices: %w", err)
		}
		found = append(found, d)
	}
	return found, nil
}
