package graph

// GuestAccount is a user object of somebody from another directory, as $select gives it (v1.0). externalUserState and
// externalUserStateChangeDateTime come only when they are selected.
type GuestAccount struct {
	ID       string         `json:"id"`
	Name     string         `json:"displayName"`
	UPN      string         `json:"userPrincipalName"`
	Mail     string         `json:"mail"`
	Type     string         `json:"userType"`
	State    string         `json:"externalUserState"`
	StateAt  Time           `json:"externalUserStateChangeDateTime"`
	Enabled  *bool          `json:"accountEnabled"`
	Created  Time           `json:"createdDateTime"`
	Assigned []AssignedPlan `json:"assignedPlans"` // null where it was not told
}

// AssignedPlan is a service plan that an account holds by its licences.
type AssignedPlan struct {
	ID     string `json:"servicePlanId"`
	Status string `json:"capabilityStatus"` // Enabled, Warning, Suspended, Deleted, LockedOut
}
