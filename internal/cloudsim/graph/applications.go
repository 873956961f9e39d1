package graph

import (
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// applicationObjects are the app registrations of the tenant: in the home tenant the partner's app, elsewhere what came from the gallery.
func (c *call) applicationObjects() []object {
	var list []object
	if c.t.Home {
		for _, a := range c.s.world.Apps() {
			list = append(list, c.partnerApplication(a))
		}
	}
	for _, p := range c.galleryApps() {
		list = append(list, c.galleryApplication(p))
	}
	return list
}

// galleryApplication is the registration of an application from the gallery.
func (c *call) galleryApplication(p principal) object {
	return c.applicationObject(c.guid(kindApplication, p.number), p.appID, p.name, "AzureADMyOrg", p.template, p.created)
}

func (c *call) applicationObject(id, appID, name, audience, template string, created time.Time) object {
	return object{
		{"id", id}, {"deletedDateTime", nil}, {"appId", appID}, {"applicationTemplateId", orNil(template)}, {"disabledByMicrosoftStatus", nil}, {"createdDateTime", created},
		{"displayName", name}, {"description", nil}, {"groupMembershipClaims", nil}, {"identifierUris", []string{}}, {"isDeviceOnlyAuthSupported", nil}, {"isFallbackPublicClient", nil},
		{"notes", nil}, {"publisherDomain", c.t.Domains[0]}, {"serviceManagementReference", nil}, {"signInAudience", audience}, {"tags", []string{}}, {"tokenEncryptionKeyId", nil},
		{"samlMetadataUrl", nil}, {"defaultRedirectUri", nil}, {"certification", nil}, {"optionalClaims", nil}, {"addIns", []object{}},
		{"api", object{{"acceptMappedClaims", nil}, {"knownClientApplications", []string{}}, {"requestedAccessTokenVersion", nil}, {"oauth2PermissionScopes", []object{}}, {"preAuthorizedApplications", []object{}}}},
		{"appRoles", []object{}}, {"keyCredentials", []object{}}, {"passwordCredentials", []object{}}, {"requiredResourceAccess", []object{}},
		{"web", object{{"homePageUrl", nil}, {"logoutUrl", nil}, {"redirectUris", []string{}}, {"implicitGrantSettings", object{{"enableAccessTokenIssuance", false}, {"enableIdTokenIssuance", false}}}}},
		{"spa", object{{"redirectUris", []string{}}}}, {"publicClient", object{{"redirectUris", []string{}}}},
	}
}

// set replaces members.
func (o object) set(name string, v any) {
	for i := range o {
		if o[i].name == name {
			o[i].value = v
		}
	}
}

// partnerApplication is a registration of the partner's own as the administrator sees it: never the secret, only its hint.
func (c *call) partnerApplication(of *world.App) object {
	var a world.App
	c.s.world.View(func() { a = *of })
	o := c.applicationObject(a.ObjectID, a.ClientID, a.DisplayName, "AzureADMultipleOrgs", "", c.t.Created.Add(10*day))
	var access []object
	for _, v := range a.RequiredScope {
		if p, ok := world.GraphPermissions[v]; ok && p.ScopeID != "" {
			access = append(access, object{{"id", p.ScopeID}, {"type", "Scope"}})
		}
	}
	for _, v := range a.RequiredRoles {
		if p, ok := world.GraphPermissions[v]; ok && p.RoleID != "" {
			access = append(access, object{{"id", p.RoleID}, {"type", "Role"}})
		}
	}
	until := c.s.anchor.Add(500 * day)
	o.set("requiredResourceAccess", []object{{{"resourceAppId", world.GraphAppID}, {"resourceAccess", access}}})
	var claims []object
	for _, name := range a.Claims {
		claims = append(claims, object{{"additionalProperties", []string{}}, {"essential", false}, {"name", name}, {"source", nil}})
	}
	o.set("optionalClaims", object{{"accessToken", []object{}}, {"idToken", claims}, {"saml2Token", []object{}}})
	o.set("identifierUris", []string{"api://" + a.ClientID})
	o.set("passwordCredentials", []object{{
		{"customKeyIdentifier", nil}, {"displayName", "portal"}, {"endDateTime", until}, {"hint", a.ClientSecret[:3]}, {"keyId", world.GUID(c.s.world.Seed, "secret key", a.ClientID)},
		{"secretText", nil}, {"startDateTime", c.s.anchor.Add(-100 * day)},
	}})
	o.set("keyCredentials", []object{{
		{"customKeyIdentifier", nil}, {"displayName", "CN=Tenantry"}, {"endDateTime", until}, {"key", nil}, {"keyId", world.GUID(c.s.world.Seed, "certificate key", a.ClientID)},
		{"startDateTime", c.s.anchor.Add(-100 * day)}, {"type", "AsymmetricX509Cert"}, {"usage", "Verify"},
	}})
	o.set("api", object{
		{"acceptMappedClaims", nil}, {"knownClientApplications", []string{}}, {"requestedAccessTokenVersion", 2},
		{"oauth2PermissionScopes", permissionScopes(a.OwnResource())}, {"preAuthorizedApplications", []object{}},
	})
	o.set("web", object{
		{"homePageUrl", nil}, {"logoutUrl", orNil(a.LogoutURL)}, {"redirectUris", append([]string{}, a.RedirectURIs...)},
		{"implicitGrantSettings", object{{"enableAccessTokenIssuance", false}, {"enableIdTokenIssuance", false}}},
	})
	return o
}

func (c *call) listApplications() error {
	if err := c.checkSearch(); err != nil {
		return err
	}
	return c.fixed(kinds["application"], "applications", c.applicationObjects())
}

func (c *call) getApplication() error {
	appID, byApp := alternate(c.keys[0], "appId")
	for _, o := range c.applicationObjects() {
		if byApp && strings.EqualFold(o.text("appId"), appID) || strings.EqualFold(o.text("id"), c.keys[0]) {
			return c.entity(kinds["application"], "applications", o)
		}
	}
	return missing(strings.Trim(c.keys[0], "'"))
}
