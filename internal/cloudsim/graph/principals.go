package graph

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func principalOperations() []operation {
	read := same("Application.Read.All", "Directory.Read.All")
	grants := same("DelegatedPermissionGrant.Read.All", "Directory.Read.All")
	op := func(path string, allow permissions, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: both, area: directory, allow: allow, options: o, page: page, handle: h}
	}
	list := oSelect | oFilter | oTop | oCount | oOrder | oExpand | oSearch
	return []operation{
		op("/servicePrincipals", read, list, directoryPage, (*call).listPrincipals),
		op("/servicePrincipals/$count", read, oFilter, pageSize{}, (*call).countPrincipals),
		op("/servicePrincipals/{id}", read, oSelect|oExpand, pageSize{}, (*call).getPrincipal),
		op("/servicePrincipals/{id}/appRoleAssignments", read, oSelect|oFilter|oTop|oCount, directoryPage, (*call).rolesOfPrincipal),
		op("/servicePrincipals/{id}/appRoleAssignedTo", read, oSelect|oFilter|oTop|oCount, directoryPage, (*call).rolesGivenByPrincipal),
		op("/servicePrincipals/{id}/oauth2PermissionGrants", grants, oSelect|oFilter|oTop|oCount, directoryPage, (*call).grantsOfPrincipal),
		op("/oauth2PermissionGrants", grants, oSelect|oFilter|oTop|oCount, directoryPage, (*call).listGrants),
		op("/oauth2PermissionGrants/{id}", grants, oSelect, pageSize{}, (*call).getGrant),
		op("/applications", read, list, directoryPage, (*call).listApplications),
		op("/applications/{id}", read, oSelect|oExpand, pageSize{}, (*call).getApplication),
	}
}

// principal is a service principal with what the directory knows of it.
type principal struct {
	id, appID, name, owner, template string
	enabled                          bool
	created                          time.Time
	gallery                          int // index of the gallery, -1 for none
	number                           int // of one from the gallery: its ids follow from it
	known                            *world.ServicePrincipal
	resource                         *world.Resource
}

// microsoftTenant owns Microsoft's own applications.
const microsoftTenant = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"

var microsoftApps = []struct{ name, appID string }{
	{"Microsoft Intune", "0000000a-0000-0000-c000-000000000000"}, {"Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000"},
	{"Office 365 SharePoint Online", "00000003-0000-0ff1-ce00-000000000000"}, {"Windows Azure Active Directory", "00000002-0000-0000-c000-000000000000"},
	{"Microsoft Teams Services", "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe"}, {"Azure Portal", "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"},
	{intuneAPI.DisplayName, intuneAPI.AppID}, {"Azure AD Identity Governance", "bf26f092-3426-4a99-abfb-97dad74e661a"},
}

// principals are all service principals of the tenant, in the same order each time.
func (c *call) principals() []principal {
	var list []principal
	for _, r := range world.Resources {
		list = append(list, principal{
			id: c.s.world.ServicePrincipalID(c.t, r.AppID), appID: r.AppID, name: r.DisplayName, owner: microsoftTenant, enabled: true,
			created: c.t.Created, gallery: -1, resource: r,
		})
	}
	for _, m := range microsoftApps {
		p := principal{
			id: c.s.world.ServicePrincipalID(c.t, m.appID), appID: m.appID, name: m.name, owner: microsoftTenant, enabled: true, created: c.t.Created, gallery: -1,
		}
		if m.appID == intuneAPI.AppID {
			p.resource = intuneAPI
		}
		list = append(list, p)
	}
	for _, id := range slices.Sorted(maps.Keys(c.t.ServicePrincipals)) {
		sp := c.t.ServicePrincipals[id]
		p := principal{
			id: sp.ID, appID: sp.AppID, name: sp.DisplayName, owner: c.s.world.Home().ID, enabled: sp.AccountEnabled, created: sp.Created, gallery: -1, known: sp,
		}
		if a, ok := c.s.world.AppByID(sp.AppID); ok {
			p.resource = a.OwnResource()
		}
		list = append(list, p)
	}
	return append(append(list, c.solutionPrincipals()...), c.galleryApps()...)
}

// takenFrom is the number of the first application that somebody takes from the gallery; those below are the seed's, at most one of each.
const takenFrom = 1000

// galleryApps are the applications that the tenant took from the gallery: those that had a provisioning job from the start, some with sign-on
// only, and what people took since, once the directory finds it.
func (c *call) galleryApps() []principal {
	var seeded []int
	for _, j := range c.seededJobs() {
		seeded = append(seeded, j.gallery)
	}
	d := c.draw(kindGallery, 0)
	for range d.n(6) {
		if g := provisionable + d.n(len(gallery)-provisionable); !slices.Contains(seeded, g) {
			seeded = append(seeded, g)
		}
	}
	var list []principal
	for _, g := range seeded {
		list = append(list, c.galleryPrincipal(g, g, gallery[g].name, c.t.Created.Add(time.Duration(20+9*g)*day)))
	}
	for _, a := range c.t.Taken {
		if !c.now.Before(a.VisibleFrom) {
			list = append(list, c.takenPrincipal(a))
		}
	}
	return list
}

func (c *call) takenPrincipal(a world.Taken) principal {
	g, _ := templateIndex(a.Template)
	return c.galleryPrincipal(takenFrom+a.Number, g, a.Name, a.Created)
}

func (c *call) galleryPrincipal(number, g int, name string, created time.Time) principal {
	return principal{
		id: c.guid(kindServicePrincipal, number), appID: c.guid(kindGalleryAppID, number), name: name, owner: c.t.ID, template: templateID(g),
		enabled: true, created: created, gallery: g, number: number,
	}
}

func (c *call) principalObject(p principal) object {
	roles, scopes := []object{}, []object{}
	if p.resource != nil && c.q.selects("appRoles") {
		roles = appRoles(p.resource)
	}
	if p.resource != nil && c.q.selects("oauth2PermissionScopes") {
		scopes = permissionScopes(p.resource)
	}
	tags, audience, notes := []string{}, "AzureADMultipleOrgs", any(nil)
	if p.owner != microsoftTenant {
		tags = []string{"WindowsAzureActiveDirectoryIntegratedApp"}
	}
	mode := any(nil)
	if p.gallery >= 0 {
		audience = "AzureADMyOrg"
		tags = append(tags, "WindowsAzureActiveDirectoryGalleryApplicationPrimaryV1")
		mode = strings.Fields(galleryAt(p.gallery).modes)[0]
	}
	return object{
		{"id", p.id}, {"deletedDateTime", nil}, {"accountEnabled", p.enabled}, {"alternativeNames", []string{}}, {"appDisplayName", p.name}, {"appDescription", nil},
		{"appId", p.appID}, {"applicationTemplateId", orNil(p.template)}, {"appOwnerOrganizationId", p.owner}, {"appRoleAssignmentRequired", p.gallery >= 0},
		{"createdDateTime", p.created}, {"description", nil}, {"disabledByMicrosoftStatus", nil}, {"displayName", p.name}, {"homepage", nil}, {"loginUrl", nil},
		{"logoutUrl", nil}, {"notes", notes}, {"notificationEmailAddresses", []string{}}, {"preferredSingleSignOnMode", mode}, {"preferredTokenSigningKeyThumbprint", nil},
		{"replyUrls", []string{}}, {"servicePrincipalNames", []string{p.appID}}, {"servicePrincipalType", "Application"}, {"signInAudience", audience}, {"tags", tags},
		{"tokenEncryptionKeyId", nil}, {"samlSingleSignOnSettings", nil}, {"addIns", []object{}}, {"appRoles", roles},
		{"info", object{{"logoUrl", nil}, {"marketingUrl", nil}, {"privacyStatementUrl", nil}, {"supportUrl", nil}, {"termsOfServiceUrl", nil}}},
		{"keyCredentials", []object{}}, {"oauth2PermissionScopes", scopes}, {"passwordCredentials", []object{}}, {"resourceSpecificApplicationPermissions", []object{}},
		{"verifiedPublisher", object{{"displayName", nil}, {"verifiedPublisherId", nil}, {"addedDateTime", nil}}},
	}
}

func appRoles(r *world.Resource) []object {
	list := []object{}
	for _, p := range r.Permissions {
		if p.RoleID != "" {
			list = append(list, object{
				{"allowedMemberTypes", []string{"Application"}}, {"description", "Allows the app to act without a signed-in user: " + p.DisplayName + "."}, {"displayName", p.DisplayName},
				{"id", p.RoleID}, {"isEnabled", true}, {"origin", "Application"}, {"value", p.Value},
			})
		}
	}
	return list
}

func permissionScopes(r *world.Resource) []object {
	list := []object{}
	for _, p := range r.Permissions {
		if p.ScopeID != "" {
			kind := "User"
			if p.Admin {
				kind = "Admin"
			}
			list = append(list, object{
				{"adminConsentDescription", "Allows the app, on behalf of the signed-in user: " + p.DisplayName + "."}, {"adminConsentDisplayName", p.DisplayName}, {"id", p.ScopeID},
				{"isEnabled", true}, {"type", kind}, {"userConsentDescription", p.DisplayName + "."}, {"userConsentDisplayName", p.DisplayName}, {"value", p.Value},
			})
		}
	}
	return list
}

func (c *call) listPrincipals() error {
	if err := c.checkSearch(); err != nil {
		return err
	}
	list := c.principals()
	return c.objects(kinds["servicePrincipal"], "servicePrincipals", len(list), func(i int) object { return c.principalObject(list[i]) })
}

func (c *call) countPrincipals() error {
	list := c.principals()
	return c.count(len(list), func(i int) object { return c.principalObject(list[i]) })
}

// principal finds the service principal that the path names by object id or by appId='…'.
func (c *call) principal() (principal, error) {
	appID, byApp := alternate(c.keys[0], "appId")
	for _, p := range c.principals() {
		if byApp && strings.EqualFold(p.appID, appID) || strings.EqualFold(p.id, c.keys[0]) {
			return p, nil
		}
	}
	if byApp {
		return principal{}, missing(appID)
	}
	return principal{}, missing(c.keys[0])
}

func (c *call) findPrincipal(id string) (object, bool) {
	for _, p := range c.principals() {
		if strings.EqualFold(p.id, id) {
			return c.principalObject(p), true
		}
	}
	return nil, false
}

func (c *call) getPrincipal() error {
	p, err := c.principal()
	if err != nil {
		return err
	}
	return c.entity(kinds["servicePrincipal"], "servicePrincipals", c.principalObject(p))
}

// roleAssignments are the application permissions that service principals of the tenant hold, on Microsoft Graph and Intune's own service.
func (c *call) roleAssignments() []object {
	list := []object{}
	graph := c.s.world.ServicePrincipalID(c.t, world.GraphAppID)
	for _, id := range slices.Sorted(maps.Keys(c.t.ServicePrincipals)) {
		sp := c.t.ServicePrincipals[id]
		for _, value := range sp.RoleValues() {
			p, ok := world.GraphPermissions[value]
			if !ok {
				continue
			}
			list = append(list, object{
				{"id", undashed(world.GUID(c.s.world.Seed, "assignment", c.t.ID, sp.AppID, value))}, {"deletedDateTime", nil}, {"appRoleId", p.RoleID}, {"createdDateTime", sp.Roles[value]},
				{"principalDisplayName", sp.DisplayName}, {"principalId", sp.ID}, {"principalType", "ServicePrincipal"}, {"resourceDisplayName", "Microsoft Graph"}, {"resourceId", graph},
			})
		}
	}
	return append(list, c.solutionRoles()...)
}

func (c *call) assignmentsWhere(side string) error {
	p, err := c.principal()
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(c.roleAssignments(), func(o object) bool { return o.text(side) != p.id })
	return c.fixed(kinds["appRoleAssignment"], "appRoleAssignments", list)
}

func (c *call) rolesOfPrincipal() error      { return c.assignmentsWhere("principalId") }
func (c *call) rolesGivenByPrincipal() error { return c.assignmentsWhere("resourceId") }

// grants are the delegated permissions that were granted. The scope starts with a blank, as the portal of the real service leaves it.
func (c *call) grants() []object {
	list := []object{}
	for _, id := range slices.Sorted(maps.Keys(c.t.ServicePrincipals)) {
		sp := c.t.ServicePrincipals[id]
		for _, g := range sp.Grants {
			list = append(list, object{
				{"clientId", sp.ID}, {"consentType", g.ConsentType}, {"id", g.ID}, {"principalId", orNil(g.PrincipalID)},
				{"resourceId", c.s.world.ServicePrincipalID(c.t, g.Resource)}, {"scope", " " + strings.Join(g.Scopes, " ")},
			})
		}
	}
	return list
}

func (c *call) listGrants() error {
	return c.fixed(kinds["oAuth2PermissionGrant"], "oauth2PermissionGrants", c.grants())
}

func (c *call) getGrant() error {
	for _, g := range c.grants() {
		if g.text("id") == c.keys[0] {
			return c.entity(kinds["oAuth2PermissionGrant"], "oauth2PermissionGrants", g)
		}
	}
	return missing(c.keys[0])
}

func (c *call) grantsOfPrincipal() error {
	p, err := c.principal()
	if err != nil {
		return err
	}
	list := slices.DeleteFunc(c.grants(), func(o object) bool { return o.text("clientId") != p.id })
	return c.fixed(kinds["oAuth2PermissionGrant"], "oauth2PermissionGrants", list)
}
