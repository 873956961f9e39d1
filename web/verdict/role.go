package verdict

import (
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
)

// DirectoryRole is what a role is called: by us where it is built in, else by the customer.
func DirectoryRole(x directoryrole.Holding) string {
	if n := gdap.RoleName(x.Role); n != x.Role || x.RoleName == "" {
		return n
	}
	return x.RoleName
}

// DirectoryRoleOver is the same, with that it is over a part of the directory only.
func DirectoryRoleOver(x directoryrole.Holding) string {
	n := DirectoryRole(x)
	if x.Scope != directoryrole.Everywhere {
		n += " over a part"
	}
	return n
}
