package access

import (
	"net/url"
	"slices"

	"github.com/tenantry/tenantry/web/page"
)

// DirectoryRoleHistory words who got and who lost a directory role. Of the customer's own people only those who could wipe are shown by name.
var DirectoryRoleHistory = page.History{
	Labels: map[string]string{"gone": "Directory role"}, Own: true,
	Said: func(_, gone string) string {
		if gone == "false" {
			return "held"
		}
		return "not held"
	},
	Where: func(role, guest string) string {
		switch {
		case guest != "":
			return "/guests/" + url.PathEscape(guest)
		case slices.Contains(wiping, role):
			return "/access?who=wipe"
		}
		return ""
	},
}
