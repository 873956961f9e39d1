package graph

import "time"

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
	SignIns  SignInActivity `json:"signInActivity"`
}

// SignInActivity is when an account signed in last. It comes only where it is selected, with AuditLog.Read.All and Entra ID P1; the last that
// succeeded is told since December 2023 only, the others may be attempts that failed (Microsoft Graph, signInActivity).
type SignInActivity struct {
	Succeeded      Time `json:"lastSuccessfulSignInDateTime"`
	Interactive    Time `json:"lastSignInDateTime"`
	NonInteractive Time `json:"lastNonInteractiveSignInDateTime"`
}

// Last is the last use that is told; zero: none is.
func (a SignInActivity) Last() time.Time {
	if !a.Succeeded.IsZero() {
		return a.Succeeded.Time
	}
	if a.NonInteractive.After(a.Interactive.Time) {
		return a.NonInteractive.Time
	}
	return a.Interactive.Time
}

// AssignedPlan is a service plan that an account holds by its licences.
type AssignedPlan struct {
	ID     string `json:"servicePlanId"`
	Status string `json:"capabilityStatus"` // Enabled, Warning, Suspended, Deleted, LockedOut
}
