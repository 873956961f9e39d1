package graph

import (
	"net/http"
	"slices"
	"strings"
)

// rbacOperations are Intune's own roles. The list of assignments does not say the role: that takes $expand, or a read through the role.
func rbacOperations() []operation {
	read := same("DeviceManagementRBAC.Read.All", "DeviceManagementConfiguration.Read.All")
	tags := same("DeviceManagementConfiguration.Read.All", "DeviceManagementRBAC.Read.All")
	return append(families(
		family{path: "deviceManagement/roleDefinitions", kind: "roleDefinition", versions: both, allow: read, options: oExpand | oFilter, members: (*call).roleDefinitions, relations: []string{"roleAssignments"}},
		family{
			path: "deviceManagement/roleAssignments", kind: "deviceAndAppManagementRoleAssignment", versions: both, allow: read, options: oExpand, members: func(c *call) []object { return c.assignedRoles(everyRole) },
			relations: []string{"roleDefinition", "roleScopeTags"},
		},
		family{path: "deviceManagement/resourceOperations", kind: "resourceOperation", versions: both, allow: read, members: (*call).resourceOperations},
		family{path: "deviceManagement/roleScopeTags", kind: "roleScopeTag", versions: beta, allow: tags, options: oExpand, members: (*call).scopeTags, relations: []string{"assignments"}},
	), operation{
		method: http.MethodGet, path: "/deviceManagement/getEffectivePermissions/{scope}", versions: both, area: intune, allow: read, roles: intuneReaders, handle: (*call).effectivePermissions,
	})
}

// role is a role with the resources that it may act on: "Resource: Action Action". A star is every action of the resource.
type role struct {
	id, name, about string // id is the same in all tenants; "" for a custom role
	share           float64
	allowed         []string
}

var roles = []role{
	{"0bd113fe-6be5-400c-a28f-ae5553f9c0be", "Policy and Profile manager", "Manages compliance policy, configuration profiles, Apple enrollment and corporate device identifiers.", 1, []string{
		"Organization: Read", "DeviceConfigurations: *", "DeviceCompliancePolices: *", "EndpointAnalytics: Read", "EnrollmentProgramToken: Read", "CorporateDeviceIdentifiers: *", "ManagedDevices: Read", "ManagedApps: Read", "AuditData: Read", "AssignmentFilter: *",
	}},
	{"2f9f4f7e-2d13-427b-adf2-361a1eef7ae8", "School Administrator", "School Administrators can manage apps and settings for their groups. They can take remote actions on devices, including remotely locking them, restarting them, and retiring them from management.", 1, []string{
		"Organization: Read", "MobileApps: *", "ManagedApps: *", "DeviceConfigurations: *", "ManagedDevices: Read Update Delete", "RemoteTasks: RebootNow RemoteLock Retire Wipe SyncDevice CleanPC SetDeviceName ResetPasscode", "EnrollmentProgramToken: *", "AuditData: Read",
	}},
	{"9e0cc482-82df-4ab2-a24c-0c23a3f52e1e", "Help Desk Operator", "Help Desk Operators perform remote tasks on users and devices and can assign applications or policies to users or devices.", 1, []string{
		"Organization: Read", "ManagedDevices: Read Update SetPrimaryUser", "MobileApps: Read Assign", "ManagedApps: Read Assign", "DeviceConfigurations: Read Assign", "DeviceCompliancePolices: Read",
		"RemoteTasks: RebootNow RemoteLock ResetPasscode SyncDevice LocateDevice Retire Wipe EnableLostMode DisableLostMode PlayLostModeSound RequestRemoteAssistance WindowsDefender BypassActivationLock ShutDown RotateBitLockerKeys RotateFileVaultKey CustomNotification ConfigurationManagerAction DeviceLogs ManageSharedDeviceUsers RevokeAppleVppLicenses",
		"Roles: Read", "AuditData: Read",
	}},
	{"c1d9fcbb-cba5-40b0-bf6b-527006585f4b", "Application Manager", "Application Managers manage mobile and managed applications, can read device information and can view device configuration profiles.", 1, []string{
		"Organization: Read", "MobileApps: *", "ManagedApps: *", "ManagedDevices: Read", "DeviceConfigurations: Read", "AndroidSync: *", "AssignmentFilter: Read",
	}},
	{"c56d53a2-73d0-4502-b6bd-4a9d3dba28d5", "Endpoint Security Manager", "Manages security and compliance features such as security baselines, device compliance, conditional access, and Microsoft Defender ATP.", 1, []string{
		"Organization: Read", "SecurityBaselines: *", "SecurityTasks: *", "DeviceCompliancePolices: *", "DeviceConfigurations: Read", "ManagedDevices: Read Update Delete", "MobileThreatDefense: *", "RemoteTasks: RebootNow RemoteLock SyncDevice WindowsDefender RotateBitLockerKeys", "AuditData: Read",
	}},
	{"fa1d7878-e8cb-41a1-8254-0142355c9f84", "Read Only Operator", "Read Only Operators view user, device, enrollment, configuration and application information and cannot make changes to Intune.", 1, []string{
		"Organization: Read", "ManagedDevices: Read", "MobileApps: Read", "ManagedApps: Read", "DeviceConfigurations: Read", "DeviceCompliancePolices: Read", "EnrollmentProgramToken: Read", "Roles: Read", "TermsAndConditions: Read", "AuditData: Read", "TelecomExpenses: Read",
	}},
	{"fb2603eb-3c87-4be3-8b5b-d58a5b4a0bc0", "Intune Role Administrator", "Intune Role Administrators manage custom Intune roles and add assignments for built-in Intune roles. It is the only Intune role that can assign permissions to Administrators.", 1, []string{
		"Organization: Read", "Roles: *", "ManagedDevices: Read", "MobileApps: Read", "AuditData: Read",
	}},
	{"", "Service desk, first line", "Looks and restarts, nothing more", 0.7, []string{"Organization: Read", "ManagedDevices: Read", "MobileApps: Read", "RemoteTasks: RebootNow SyncDevice"}},
	{"", "Field support", "May wipe what was lost", 0.5, []string{"Organization: Read", "ManagedDevices: Read Delete", "RemoteTasks: RebootNow RemoteLock LocateDevice Wipe Retire SyncDevice"}},
	{"", "Auditor", "", 0.3, []string{"Organization: Read", "ManagedDevices: Read", "DeviceConfigurations: Read", "Roles: Read", "AuditData: Read"}},
}

// resources are what a role may act on, with all actions. The misspelling of compliance policies is Intune's.
var resources = []struct{ name, actions string }{
	{"AndroidSync", "Read UpdateEnrollmentProfile UpdateOnboarding"}, {"AssignmentFilter", "Create Delete Read Update"}, {"AuditData", "Read"}, {"CorporateDeviceIdentifiers", "Create Delete Read Update"},
	{"DeviceCompliancePolices", "Assign Create Delete Read Update ViewReports"}, {"DeviceConfigurations", "Assign Create Delete Read Update ViewReports"}, {"EndpointAnalytics", "Create Delete Read Update"},
	{"EnrollmentProgramToken", "Create Delete Read Update Sync"}, {"ManagedApps", "Assign Create Delete Read Update Wipe"}, {"ManagedDevices", "Delete Read SetPrimaryUser Update ViewReports"}, {"MobileApps", "Assign Create Delete Read Relate Update"},
	{"MobileThreatDefense", "Modify Read"}, {"Organization", "Read Update"},
	{"RemoteTasks", "BypassActivationLock CleanPC ConfigurationManagerAction CustomNotification DeviceLogs DisableLostMode EnableLostMode LocateDevice ManageSharedDeviceUsers PlayLostModeSound RebootNow RemoteLock RequestRemoteAssistance ResetPasscode Retire RevokeAppleVppLicenses RotateBitLockerKeys RotateFileVaultKey SetDeviceName ShutDown SyncDevice UpdateDeviceAccount WindowsDefender Wipe"},
	{"Roles", "Assign Create Delete Read Update"}, {"SecurityBaselines", "Assign Create Delete Read Update"}, {"SecurityTasks", "Read Update"}, {"TelecomExpenses", "Read Update"}, {"TermsAndConditions", "Assign Create Delete Read Update"},
}

func actionsOf(resource string) []string {
	for _, r := range resources {
		if r.name == resource {
			return strings.Fields(r.actions)
		}
	}
	return nil
}

// actions are the role's actions as Microsoft.Intune_Resource_Action.
func (r *role) actions() []string {
	var list []string
	for _, line := range r.allowed {
		resource, names, _ := strings.Cut(line, ": ")
		actions := strings.Fields(names)
		if names == "*" {
			actions = actionsOf(resource)
		}
		for _, a := range actions {
			list = append(list, "Microsoft.Intune_"+resource+"_"+a)
		}
	}
	slices.Sort(list)
	return list
}

func permitted(actions []string) []object {
	return []object{{{"resourceActions", []object{{{"allowedResourceActions", actions}, {"notAllowedResourceActions", []string{}}}}}}}
}

func (c *call) roleID(i int) string {
	if roles[i].id != "" {
		return roles[i].id
	}
	return c.idOf(classRole, i)
}

func (c *call) roleDefinition(i int) object {
	r := &roles[i]
	rights := permitted(r.actions())
	twin := rights
	if c.beta {
		rights = []object{append(slices.Clone(rights[0]), member{"actions", r.actions()})}
	}
	return object{
		{"@odata.type", "#microsoft.graph.deviceAndAppManagementRoleDefinition"}, {"id", c.roleID(i)}, {"displayName", r.name}, {"description", r.about},
		{"isBuiltInRoleDefinition", r.id != ""}, {"isBuiltIn", r.id != ""}, {"roleScopeTagIds", []string{"0"}}, {"permissions", twin}, {"rolePermissions", rights},
		{"roleAssignments", many("roleAssignment", func() []object {
			list := c.assignedRoles(i)
			for n := range list {
				list[n] = fit("roleAssignment", list[n]) // whose members they are only roleAssignments says
			}
			return list
		})},
	}
}

func (c *call) roleDefinitions() []object {
	var list []object
	for i := range roles {
		if c.has(classRole, i, roles[i].share) {
			list = append(list, c.roleDefinition(i))
		}
	}
	return list
}

// everyRole asks assignedRoles for the assignments of all roles.
const everyRole = -1

// assignedRoles are to which groups a role was given, and over whom. Every tenant has one for its help desk.
func (c *call) assignedRoles(role int) []object {
	type assigned struct {
		role   int
		name   string
		groups []int
		scope  string // beta's scopeType where it is no group
		over   []int
		share  float64
	}
	var list []object
	for n, a := range []assigned{
		{2, "Help desk", []int{4}, "allDevicesAndLicensedUsers", nil, 1}, {5, "Management reads along", []int{5}, "allDevicesAndLicensedUsers", nil, 0.6}, {3, "Application owners", []int{4, 13}, "allLicensedUsers", nil, 0.5},
		{7, "First line", []int{14}, "resourceScope", []int{0}, 1}, {8, "Field engineers", []int{13}, "resourceScope", []int{3, 13}, 1}, {4, "Security", []int{4}, "allDevices", nil, 0.4}, {1, "Old school roles", []int{900}, "allDevicesAndLicensedUsers", nil, 0.15},
	} {
		if role != everyRole && role != a.role || !c.has(classRoleAssignment, n, a.share) || !c.has(classRole, a.role, roles[a.role].share) {
			continue
		}
		members, over := []string{}, []string{}
		for _, g := range a.groups {
			members = append(members, c.guid(kindGroup, g))
		}
		for _, g := range a.over {
			over = append(over, c.guid(kindGroup, g))
		}
		list = append(list, object{
			{"id", c.idOf(classRoleAssignment, n)}, {"description", ""}, {"displayName", a.name}, {"scopeMembers", over}, {"scopeType", a.scope}, {"resourceScopes", over}, {"members", members},
			{"roleScopeTagIds", []string{"0"}}, {"roleDefinition", single("roleDefinition", func() object { return c.roleDefinition(a.role) })},
			{"roleScopeTags", many("roleScopeTag", func() []object { return c.scopeTags()[:1] })},
		})
	}
	return list
}

func (c *call) resourceOperations() []object {
	var list []object
	for _, r := range resources {
		for _, a := range strings.Fields(r.actions) {
			list = append(list, object{
				{"id", "Microsoft.Intune_" + r.name + "_" + a}, {"resource", r.name}, {"resourceName", r.name}, {"actionName", a}, {"description", ""}, {"enabledForScopeValidation", r.name == "ManagedDevices" || r.name == "RemoteTasks"},
			})
		}
	}
	return list
}

func (c *call) scopeTags() []object {
	list := []object{{{"displayName", "Default"}, {"description", ""}, {"isBuiltIn", true}, {"id", "0"}, {"assignments", many("roleScopeTagAutoAssignment", func() []object { return nil })}}}
	for i, name := range []string{"Head office", "Branches"} {
		if c.has(classRole, 100+i, 0.4) {
			list = append(list, object{{"displayName", name}, {"description", ""}, {"isBuiltIn", false}, {"id", []string{"1", "2"}[i]}, {"assignments", c.assignments("roleScopeTagAutoAssignment", classRole, 100+i)}})
		}
	}
	return list
}

// effectivePermissions are what the caller may do: an Intune Administrator everything, a reader the reading part. An app has no role.
func (c *call) effectivePermissions() error {
	actions := []string{}
	for _, o := range c.resourceOperations() {
		id := o.text("id")
		if !c.token.AppOnly && (c.inRole([]string{"Intune Administrator"}) || strings.HasSuffix(id, "_Read")) {
			actions = append(actions, id)
		}
	}
	b := append(c.open("Collection(microsoft.graph.rolePermission)"), `,"value":`...)
	c.status, c.body = http.StatusOK, append(appendValue(b, permitted(actions)), '}')
	return nil
}
