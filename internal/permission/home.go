package permission

import "slices"

// HomeUse is a permission that the portal uses at the partner's own tenant alone. No customer is ever asked for it, so no feature has it.
type HomeUse struct {
	Permission
	For string // what for, as a sentence for staff
}

var homeUses = []HomeUse{
	{Permission{Graph, Application, "DelegatedAdminRelationship.Read.All"}, "Reads the partner's GDAP relationships, their roles and their ends."},
	{Permission{Graph, Application, "Directory.Read.All"}, "Reads the partner's contracts, which name its customers."},
	{Permission{Graph, Delegated, "DelegatedAdminRelationship.ReadWrite.All"}, "Requests GDAP relationships, and changes or ends them."},
	{Permission{Graph, Delegated, "User.RevokeSessions.All"}, "Ends the sign-ins of somebody who leaves the partner."},
}

// HomeUses are what the portal uses at the partner's own tenant alone.
func HomeUses() []HomeUse { return slices.Clone(homeUses) }

// homeScopes explain them. Ids: Microsoft Graph permissions reference.
var homeScopes = []Scope{
	{
		Name: "DelegatedAdminRelationship.Read.All", Setting: "Read Delegated Admin relationships with customers",
		DelegatedID: "0c0064ea-477b-4130-82a5-4c2cc4ff68aa", ApplicationID: "f6e9e124-4586-492f-adc0-c6f96e4823fd",
		Opens: []string{"GDAP relationships with customers", "Their roles and the partner's groups that have them"}, Closed: []string{"Anything at a customer", "Any change"},
	},
	{
		Name: "DelegatedAdminRelationship.ReadWrite.All", Setting: "Manage Delegated Admin relationships with customers",
		DelegatedID: "885f682f-a990-4bad-a642-36736a74b0c7", ApplicationID: "cc13eba4-8cd8-44c6-b4d4-f93237adce58",
		Opens: []string{"All that the read scope opens", "Request, change and end relationships", "Give groups of the partner roles in them"}, Closed: []string{"Approving a request, which only the customer can", "Anything at a customer"},
	},
	{
		Name: "Directory.Read.All", Setting: "Read directory data",
		DelegatedID: "06da0dbc-49e2-44d2-8312-53f166ab848a", ApplicationID: "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
		Opens: []string{"The partner's contracts", "All of the partner's own directory"}, Closed: []string{"The directory of a customer", "Any change"},
	},
	{
		Name: "User.RevokeSessions.All", Setting: "Revoke all sign-in sessions for a user",
		DelegatedID: "fc30e98b-8810-4501-81f5-c20a3196387b", ApplicationID: "77f3a031-c388-4f99-b373-dc68676a979e",
		Opens: []string{"End the sign-ins of the partner's own people"}, Closed: []string{"Sign-ins of guests, which end at their own tenant", "Any other change of an account"},
	},
}
