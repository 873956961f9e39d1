package graph

import (
	"context"
	"fmt"

	"github.com/tenantry/tenantry/internal/tenant"
)

// GlobalAdministrator is the template id of the directory role, the same in every tenant (Microsoft Entra built-in roles).
const GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10"

// DirectoryRoleAssignment is a unifiedRoleAssignment; the id of a built-in role's definition is its template id. Principal is there where it
// was expanded.
type DirectoryRoleAssignment struct {
	ID               string           `json:"id"`
	PrincipalID      string           `json:"principalId"`
	RoleDefinitionID string           `json:"roleDefinitionId"`
	Scope            string           `json:"directoryScopeId"`
	Principal        *DirectoryObject `json:"principal"`
}

// DirectoryRoleDefinition is a unifiedRoleDefinition.
type DirectoryRoleDefinition struct {
	ID         string `json:"id"`
	TemplateID string `json:"templateId"`
	Name       string `json:"displayName"`
	BuiltIn    bool   `json:"isBuiltIn"`
}

// HoldsRole tells whether the account holds the directory role for the whole tenant, by an assignment of its own. Membership through a
// role-assignable group is not seen. Needs RoleManagement.Read.Directory; without it the error is of kind Permission.
func (c *Client) HoldsRole(ctx context.Context, tid tenant.ID, objectID, role string) (bool, error) {
	q := Query{Filter: "principalId eq '" + odata(objectID) + "'"}
	for a, err := range List[DirectoryRoleAssignment](ctx, c, tid, "roleManagement/directory/roleAssignments", q) {
		if err != nil {
			return false, fmt.Errorf("directory roles in %s: %w", tid, err)
		}
		if a.PrincipalID == objectID && a.RoleDefinitionID == role && a.Scope == "/" { // checked here too: filters can be ignored
			return true, nil
		}
	}
	return false, nil
}
