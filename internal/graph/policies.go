package graph

// DeviceStatusOverview is how many devices stand how with a configuration or compliance policy.
type DeviceStatusOverview struct {
	Pending       Count `json:"pendingCount"`
	NotApplicable Count `json:"notApplicableCount"`
	Succeeded     Count `json:"successCount"`
	Errors        Count `json:"errorCount"`
	Failed        Count `json:"failedCount"`
	Conflicts     Count `json:"conflictCount"` // beta only
	Updated       Time  `json:"lastUpdateDateTime"`
}

// DeviceStatus is how one device stands with a configuration or compliance policy.
type DeviceStatus struct {
	ID       string `json:"id"`
	Device   string `json:"deviceDisplayName"`
	UPN      string `json:"userPrincipalName"`
	Model    string `json:"deviceModel"`
	Status   string `json:"status"` // complianceStatus
	Reported Time   `json:"lastReportedDateTime"`
}

// IntentStateSummary is how many devices stand how with an endpoint security intent.
type IntentStateSummary struct {
	Conflicts     Count `json:"conflictCount"`
	Succeeded     Count `json:"successCount"`
	Errors        Count `json:"errorCount"`
	Failed        Count `json:"failedCount"`
	NotApplicable Count `json:"notApplicableCount"`
}

// Overview is the summary in the form of other policies. Devices of other platforms are no part of it.
func (s IntentStateSummary) Overview() DeviceStatusOverview {
	return DeviceStatusOverview{Succeeded: s.Succeeded, Errors: s.Errors, Failed: s.Failed, Conflicts: s.Conflicts, NotApplicable: s.NotApplicable}
}

// ScriptRunSummary is on how many devices a script ended how.
type ScriptRunSummary struct {
	Succeeded Count `json:"successDeviceCount"`
	Errors    Count `json:"errorDeviceCount"`
}

// Overview is the summary in the form of other policies.
func (s ScriptRunSummary) Overview() DeviceStatusOverview {
	return DeviceStatusOverview{Succeeded: s.Succeeded, Errors: s.Errors, Failed: Count{Known: true}} // a script succeeds or is in error
}

// RemediationRunSummary is what the detection of a remediation found. What the remediation did about it counts devices a second time.
type RemediationRunSummary struct {
	NoIssue       Count `json:"noIssueDetectedDeviceCount"`
	Issue         Count `json:"issueDetectedDeviceCount"`
	Errors        Count `json:"detectionScriptErrorDeviceCount"`
	Pending       Count `json:"detectionScriptPendingDeviceCount"`
	NotApplicable Count `json:"detectionScriptNotApplicableDeviceCount"`
	LastRun       Time  `json:"lastScriptRunDateTime"`
}

// Overview is the summary in the form of other policies: failed is where an issue was found.
func (s RemediationRunSummary) Overview() DeviceStatusOverview {
	return DeviceStatusOverview{Succeeded: s.NoIssue, Failed: s.Issue, Errors: s.Errors, Pending: s.Pending, NotApplicable: s.NotApplicable, Updated: s.LastRun}
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

// Group is a group of the directory.
type Group struct {
	ID          string   `json:"id"`
	DisplayName string   `json:"displayName"`
	Types       []string `json:"groupTypes"` // DynamicMembership, Unified
}

// DirectoryObject is a member of a group. Of what the caller may not read Graph gives type and id, and null for the rest.
type DirectoryObject struct {
	Type              string `json:"@odata.type"`
	ID                string `json:"id"`
	DisplayName       string `json:"displayName"`
	UserPrincipalName string `json:"userPrincipalName"`
	AccountEnabled    *bool  `json:"accountEnabled"`
}
