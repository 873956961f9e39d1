package graph

// DeviceStatusOverview is how many devices stand how with a configuration or compliance policy.
type DeviceStatusOverview struct {
	Pending       Int  `json:"pendingCount"`
	NotApplicable Int  `json:"notApplicableCount"`
	Succeeded     Int  `json:"successCount"`
	Errors        Int  `json:"errorCount"`
	Failed        Int  `json:"failedCount"`
	Conflicts     Int  `json:"conflictCount"` // beta only
	Updated       Time `json:"lastUpdateDateTime"`
}

// RoleDefinition is an Intune role with what it may do.
type RoleDefinition struct {
	ID          string           `json:"id"`
	DisplayName string           `json:"displayName"`
	Description string           `json:"description"`
	BuiltIn     bool             `json:"isBuiltIn"`
	Permissions []RolePermission `json:"rolePermissions"`
}

// RolePermission is a set of permissions of a role.
type RolePermission struct {
	Actions []ResourceAction `json:"resourceActions"`
}

// ResourceAction is what is allowed and what is taken away again.
type ResourceAction struct {
	Allowed    []string `json:"allowedResourceActions"`
	NotAllowed []string `json:"notAllowedResourceActions"`
}

// RoleAssignment gives an Intune role to groups. Members and ScopeMembers are ids of groups; who is in them is not said here.
type RoleAssignment struct {
	ID          string          `json:"id"`
	DisplayName string          `json:"displayName"`
	Description string          `json:"description"`
	Members     []string        `json:"members"`
	Scopes      []string        `json:"resourceScopes"`
	ScopeType   string          `json:"scopeType"` // beta: resourceScope, allDevices, allLicensedUsers, allDevicesAndLicensedUsers
	Role        *RoleDefinition `json:"roleDefinition"`
}

// ResourceOperation is one thing that Intune roles can allow.
type ResourceOperation struct {
	ID          string `json:"id"`
	Resource    string `json:"resourceName"`
	Action      string `json:"actionName"`
	Description string `json:"description"`
}
