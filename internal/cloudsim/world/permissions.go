package world

import (
	"slices"
	"strings"
)

// App ids of the resources that tokens are issued for.
const (
	GraphAppID    = "00000003-0000-0000-c000-000000000000"
	SecurityAppID = "8ee8fdad-f234-4243-8f3b-15c294843740"
	PartnerAppID  = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd"
)

// Audiences of the access tokens for them.
const (
	GraphAudience    = "https://graph.microsoft.com"
	SecurityAudience = "https://api.security.microsoft.com"
	PartnerAudience  = "https://api.partnercenter.microsoft.com"
)

// Permission is one permission of a resource: an application role, a delegated scope, or both under one name.
type Permission struct {
	Value       string
	ScopeID     string // GUID of the delegated scope; empty where there is none
	RoleID      string // GUID of the application role; empty where there is none
	DisplayName string // what the consent page shows
	Admin       bool   // the delegated scope needs an administrator
}

const derived = "derived"

// Resource is an API that the app can ask tokens for.
type Resource struct {
	AppID       string
	DisplayName string
	Audience    string   // aud of its tokens, and the prefix of its scopes
	Names       []string // other prefixes that name it
	Permissions []Permission
}

// Permission finds a permission by its value; case is ignored, as Entra does.
func (r *Resource) Permission(value string) (Permission, bool) {
	for _, p := range r.Permissions {
		if strings.EqualFold(p.Value, value) {
			return p, true
		}
	}
	return Permission{}, false
}

// GraphPermissions are Microsoft Graph's permissions by value.
var GraphPermissions = func() map[string]Permission {
	m := make(map[string]Permission, len(graphPermissionRows))
	for i, p := range graphPermissionRows {
		if p.ScopeID == derived {
			p.ScopeID = GUID(0, "scope", p.Value)
		}
		if p.RoleID == derived {
			p.RoleID = GUID(0, "role", p.Value)
		}
		graphPermissionRows[i] = p
		m[p.Value] = p
	}
	return m
}()

// Resources are the APIs of the simulated cloud, without the app's own.
var Resources = []*Resource{
	{AppID: GraphAppID, DisplayName: "Microsoft Graph", Audience: GraphAudience, Permissions: graphPermissionRows},
	{
		AppID: SecurityAppID, DisplayName: "Microsoft Threat Protection", Audience: SecurityAudience,
		Permissions: []Permission{
			{Value: "Incident.Read", ScopeID: GUID(0, "scope", "Incident.Read"), DisplayName: "Read incidents", Admin: true},
			{Value: "Incident.ReadWrite", ScopeID: GUID(0, "scope", "Incident.ReadWrite"), DisplayName: "Read and write incidents", Admin: true},
			{Value: "AdvancedHunting.Read", ScopeID: GUID(0, "scope", "AdvancedHunting.Read"), DisplayName: "Run advanced queries", Admin: true},
			{Value: "Incident.Read.All", RoleID: GUID(0, "role", "Incident.Read.All"), DisplayName: "Read all incidents", Admin: true},
			{Value: "Incident.ReadWrite.All", RoleID: GUID(0, "role", "Incident.ReadWrite.All"), DisplayName: "Read and write all incidents", Admin: true},
		},
	},
	{
		AppID: PartnerAppID, DisplayName: "Microsoft Partner Center", Audience: PartnerAudience,
		Permissions: []Permission{
			{Value: "user_impersonation", ScopeID: GUID(0, "scope", "user_impersonation"), DisplayName: "Access Partner Center as you", Admin: true},
		},
	},
}

// OwnResource is the API that the registration itself exposes; a client that holds a token for it can be served on behalf of its user.
func (a *App) OwnResource() *Resource {
	return &Resource{
		AppID: a.ClientID, DisplayName: a.DisplayName, Audience: "api://" + a.ClientID, Names: []string{a.ClientID},
		Permissions: []Permission{{Value: "access_as_user", ScopeID: GUID(0, "scope", "access_as_user", a.ClientID), DisplayName: "Access " + a.DisplayName + " as you"}},
	}
}

// Resource finds an API by app id, audience or prefix; a trailing slash is ignored.
func (w *World) Resource(name string) (*Resource, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), "/")
	all := slices.Clone(Resources)
	for _, a := range w.Apps() {
		all = append(all, a.OwnResource())
	}
	for _, r := range all {
		if name == strings.ToLower(r.Audience) || name == r.AppID {
			return r, true
		}
	}
	return nil, false
}

// RoleTemplates are the built-in directory roles: display name to template id.
var RoleTemplates = map[string]string{
	"Global Administrator":            "62e90394-69f5-4237-9190-012177145e10",
	"Privileged Role Administrator":   "e8611ab8-c189-46e8-94e1-60213ab1f814",
	"Application Administrator":       "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
	"Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
	"Intune Administrator":            "3a2c62db-5318-420d-8d74-23affee5d9d5",
	"Guest Inviter":                   "95e79109-95c0-4d8e-aee3-d01accf2d47b",
	"Global Reader":                   "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
	"Security Administrator":          "194ae4cb-b126-40b2-bd5b-6091b380977d",
	"Security Reader":                 "5d6b6bb7-de71-4623-b4af-96380a352509",
	"Cloud Device Administrator":      "7698a772-787b-4ac8-901f-60d6b08affd2",
	"User Administrator":              "fe930be7-5e62-47db-91af-98c3a49a38b1",
	"Exchange Administrator":          "29232cdf-9323-42fd-ade2-1d097af3e4de",
	"Billing Administrator":           "b0f54661-2d74-4c50-afa3-1ec803f12efe",
	"Directory Readers":               "88d8e3e3-8f55-4a1e-953a-9b9898b8876b",
	"License Administrator":           "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
	"Helpdesk Administrator":          "729827e3-9c14-49f7-bb1b-9608f156bbb8",
	"Reports Reader":                  "4a5d8f65-41da-4de4-8968-e035b65339cf",
}

// DefaultUserWID is carried by every member's token beside the roles.
const DefaultUserWID = "b79fbf4d-3ef9-4689-8143-76b194e85509"

// readOnlyRoles are the application permissions in the app's requiredResourceAccess: what /.default asks for. None can write. They are
// those that the portal's own documentation tells a partner to register.
var readOnlyRoles = []string{
	"Application.Read.All", "DelegatedPermissionGrant.Read.All",
	"DeviceManagementApps.Read.All", "DeviceManagementCloudCA.Read.All", "DeviceManagementConfiguration.Read.All",
	"DeviceManagementManagedDevices.Read.All", "DeviceManagementRBAC.Read.All", "DeviceManagementServiceConfig.Read.All",
	"Domain.Read.All", "GroupMember.Read.All", "Organization.Read.All", "ProvisioningLog.Read.All", "RoleManagement.Read.Directory",
	"SecurityIncident.Read.All", "Synchronization.Read.All", "User.Read.All",
}

// narrowRoles are what the partner's registration for devices alone requires: less to read, for a customer who wants to allow no more.
var narrowRoles = []string{
	"Application.Read.All", "DelegatedPermissionGrant.Read.All", "DeviceManagementManagedDevices.Read.All", "Domain.Read.All", "Organization.Read.All",
}

// partlyRoles are what the partly consented customer granted: devices, but neither apps nor provisioning.
var partlyRoles = []string{
	"Application.Read.All", "DeviceManagementConfiguration.Read.All", "DeviceManagementManagedDevices.Read.All",
	"DelegatedPermissionGrant.Read.All", "Domain.Read.All", "Organization.Read.All",
}

// partnerRoles are granted in the home tenant only.
var partnerRoles = []string{"CrossTenantInformation.ReadBasic.All", "DelegatedAdminRelationship.Read.All", "Directory.Read.All"}

// The delegated permissions in requiredResourceAccess of the one registration and of the other.
var (
	staticScopes = []string{"openid", "profile", "offline_access", "email", "User.Read", "DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.PrivilegedOperations.All"}
	narrowScopes = []string{"openid", "profile", "offline_access", "email", "User.Read", "DeviceManagementManagedDevices.Read.All"}
)
