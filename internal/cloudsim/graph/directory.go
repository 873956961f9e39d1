package graph

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func directoryOperations() []operation {
	op := func(path string, allow permissions, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: both, area: directory, allow: allow, options: o, page: page, handle: h}
	}
	organization := same("Organization.Read.All", "Directory.Read.All", "DeviceManagementServiceConfig.Read.All").orDelegated("User.Read", "User.Read.All")
	domain := same("Domain.Read.All", "Directory.Read.All")
	roles := same("RoleManagement.Read.Directory", "Directory.Read.All")
	return []operation{
		op("/organization", organization, oSelect, pageSize{}, (*call).listOrganization),
		op("/organization/{id}", organization, oSelect, pageSize{}, (*call).getOrganization),
		op("/domains", domain, oSelect, pageSize{}, (*call).listDomains),
		op("/domains/{name}", domain, oSelect, pageSize{}, (*call).getDomain),
		op("/directoryRoles", roles, oSelect, pageSize{}, (*call).listRoles),
		op("/directoryRoles/{id}", roles, oSelect, pageSize{}, (*call).getRole),
		op("/directoryRoles/{id}/members", roles, oSelect, pageSize{}, (*call).membersOfRole),
		op("/roleManagement/directory/roleDefinitions", roles, oSelect|oFilter|oTop, pageSize{100, 999}, (*call).listRoleDefinitions),
		op("/roleManagement/directory/roleDefinitions/{id}", roles, oSelect, pageSize{}, (*call).getRoleDefinition),
		op("/roleManagement/directory/roleAssignments", roles, oSelect|oFilter|oTop|oExpand, pageSize{100, 999}, (*call).listRoleAssignments),
	}
}

func (c *call) organizationObject() object {
	var domains, assigned, provisioned []object
	for i, d := range c.t.Domains {
		initial := strings.HasSuffix(d, ".onmicrosoft.com")
		capabilities := "Email, OfficeCommunicationsOnline"
		if !initial && i > 0 {
			capabilities = "None"
		}
		domains = append(domains, object{{"capabilities", capabilities}, {"isDefault", i == 0}, {"isInitial", initial}, {"name", d}, {"type", "Managed"}})
	}
	for _, part := range c.t.SKUs {
		for _, p := range skuOf(part).plans {
			service := serviceOf(p.name)
			assigned = append(assigned, object{{"assignedDateTime", c.t.Created.Add(day)}, {"capabilityStatus", "Enabled"}, {"service", service}, {"servicePlanId", p.id}})
			provisioned = append(provisioned, object{{"capabilityStatus", "Enabled"}, {"provisioningStatus", "Success"}, {"service", service}})
		}
	}
	authority := "unknown"
	if c.t.Intune {
		authority = "intune"
	}
	return object{
		{"id", c.t.ID}, {"deletedDateTime", nil}, {"businessPhones", []string{}}, {"city", nil}, {"country", nil}, {"countryLetterCode", c.t.Country},
		{"createdDateTime", c.t.Created}, {"defaultUsageLocation", nil}, {"displayName", c.t.DisplayName}, {"marketingNotificationEmails", []string{}},
		{"mobileDeviceManagementAuthority", onlyWhenSelected{authority}}, {"onPremisesLastSyncDateTime", nil}, {"onPremisesSyncEnabled", nil}, {"partnerTenantType", nil},
		{"postalCode", nil}, {"preferredLanguage", c.t.Language}, {"securityComplianceNotificationMails", []string{}}, {"securityComplianceNotificationPhones", []string{}},
		{"state", nil}, {"street", nil}, {"technicalNotificationMails", []string{"it@" + c.t.Domains[0]}}, {"tenantType", "AAD"},
		{"assignedPlans", assigned}, {"provisionedPlans", provisioned}, {"verifiedDomains", domains},
	}
}

func serviceOf(plan string) string {
	switch {
	case strings.HasPrefix(plan, "EXCHANGE"):
		return "exchange"
	case strings.HasPrefix(plan, "INTUNE"):
		return "SCO"
	case strings.HasPrefix(plan, "AAD"):
		return "AADPremiumService"
	case strings.HasPrefix(plan, "WINDEFATP"):
		return "WindowsDefenderATP"
	case strings.HasPrefix(plan, "TEAMS"):
		return "TeamspaceAPI"
	}
	return "ProcessSimple"
}

func (c *call) listOrganization() error {
	return c.fixed(kinds["organization"], "organization", []object{c.organizationObject()})
}

func (c *call) getOrganization() error {
	if !strings.EqualFold(c.keys[0], c.t.ID) {
		return missing(c.keys[0])
	}
	return c.entity(kinds["organization"], "organization", c.organizationObject())
}

func (c *call) domainObject(i int) object {
	name := c.t.Domains[i]
	initial := strings.HasSuffix(name, ".onmicrosoft.com")
	services := []string{"Email", "OfficeCommunicationsOnline"}
	if i > 0 && !initial {
		services = []string{}
	}
	return object{
		{"id", name}, {"authenticationType", "Managed"}, {"availabilityStatus", nil}, {"isAdminManaged", true}, {"isDefault", i == 0}, {"isInitial", initial},
		{"isRoot", strings.Count(name, ".") == 1 || initial}, {"isVerified", true}, {"manufacturer", nil}, {"model", nil}, {"passwordNotificationWindowInDays", nil},
		{"passwordValidityPeriodInDays", 2147483647}, {"state", nil}, {"supportedServices", services},
	}
}

func (c *call) listDomains() error {
	return c.objects(kinds["domain"], "domains", len(c.t.Domains), c.domainObject)
}

func (c *call) getDomain() error {
	for i, d := range c.t.Domains {
		if strings.EqualFold(d, c.keys[0]) {
			return c.entity(kinds["domain"], "domains", c.domainObject(i))
		}
	}
	return missing(c.keys[0])
}

// roleNames are the built-in roles, sorted, so that lists are the same in each run.
var roleNames = slices.Sorted(maps.Keys(world.RoleTemplates))

func roleTemplate(name string) string { return world.RoleTemplates[name] }

// activated are the roles that somebody holds; the directory lists no others.
func (c *call) activated() []string {
	var names []string
	for _, n := range roleNames {
		if slices.ContainsFunc(c.t.Users, func(u *world.User) bool { return u.Has(n) }) || slices.ContainsFunc(c.t.Groups, func(g *world.Group) bool { return slices.Contains(g.Roles, n) }) {
			names = append(names, n)
		}
	}
	return names
}

func (c *call) roleObject(name string) object {
	return object{
		{"id", c.s.world.ServicePrincipalID(c.t, "role "+name)}, {"deletedDateTime", nil}, {"description", "Members of this role have the rights of a " + name + "."},
		{"displayName", name}, {"roleTemplateId", roleTemplate(name)},
	}
}

func (c *call) listRoles() error {
	var items []object
	for _, n := range c.activated() {
		items = append(items, c.roleObject(n))
	}
	return c.fixed(kinds["directoryRole"], "directoryRoles", items)
}

func (c *call) role() (string, error) {
	template, byTemplate := alternate(c.keys[0], "roleTemplateId")
	for _, n := range c.activated() {
		if byTemplate && strings.EqualFold(template, roleTemplate(n)) || strings.EqualFold(c.keys[0], c.roleObject(n).text("id")) {
			return n, nil
		}
	}
	return "", missing(c.keys[0])
}

func (c *call) getRole() error {
	n, err := c.role()
	if err != nil {
		return err
	}
	return c.entity(kinds["directoryRole"], "directoryRoles", c.roleObject(n))
}

func (c *call) membersOfRole() error {
	name, err := c.role()
	if err != nil {
		return err
	}
	var items []object
	for _, p := range c.people().named {
		if u := c.t.User(p.id); u != nil && u.Has(name) {
			items = append(items, append(object{{"@odata.type", "#microsoft.graph.user"}}, c.userObject(p)...))
		}
	}
	for i, g := range c.t.Groups {
		if slices.Contains(g.Roles, name) {
			items = append(items, append(object{{"@odata.type", "#microsoft.graph.group"}}, c.groupObject(i)...))
		}
	}
	return c.fixed(kinds["user"], "directoryObjects", items)
}

func (c *call) roleDefinitionObject(name string) object {
	return object{
		{"id", roleTemplate(name)}, {"description", "The rights of a " + name + "."}, {"displayName", name}, {"isBuiltIn", true}, {"isEnabled", true},
		{"resourceScopes", []string{"/"}}, {"templateId", roleTemplate(name)}, {"version", "1"}, {"rolePermissions", []object{}},
	}
}

func (c *call) listRoleDefinitions() error {
	return c.objects(kinds["unifiedRoleDefinition"], "roleManagement/directory/roleDefinitions", len(roleNames), func(i int) object { return c.roleDefinitionObject(roleNames[i]) })
}

func (c *call) getRoleDefinition() error {
	for _, n := range roleNames {
		if strings.EqualFold(roleTemplate(n), c.keys[0]) {
			return c.entity(kinds["unifiedRoleDefinition"], "roleManagement/directory/roleDefinitions", c.roleDefinitionObject(n))
		}
	}
	return missing(c.keys[0])
}

func (c *call) listRoleAssignments() error {
	if c.q.expands("principal") && c.q.expands("roleDefinition") {
		return badRequest("Only one property can be expanded in a single query.")
	}
	var items []object
	add := func(roles []string, kind string, principal object) {
		for _, name := range roles {
			o := c.roleAssignmentObject(principal.text("id"), name)
			if c.q.expands("principal") {
				o = append(o, member{"principal", append(object{{"@odata.type", "#microsoft.graph." + kind}}, principal...)})
			}
			if c.q.expands("roleDefinition") {
				o = append(o, member{"roleDefinition", c.roleDefinitionObject(name)})
			}
			items = append(items, o)
		}
	}
	for _, p := range c.people().named {
		if len(p.roles) > 0 {
			add(p.roles, "user", c.userObject(p))
		}
	}
	for i, g := range c.t.Groups {
		add(g.Roles, "group", c.groupObject(i))
	}
	return c.fixed(kinds["unifiedRoleAssignment"], "roleManagement/directory/roleAssignments", items)
}

func (c *call) roleAssignmentObject(principal, role string) object {
	return object{
		{"id", undashed(world.GUID(c.s.world.Seed, "role assignment", c.t.ID, principal, role)) + "-1"}, {"principalId", principal}, {"roleDefinitionId", roleTemplate(role)},
		{"directoryScopeId", "/"}, {"appScopeId", nil}, {"condition", nil},
	}
}
