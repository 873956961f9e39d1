package access

import (
	"net/url"

	"github.com/tenantry/tenantry/web/page"
)

// DirectoryRoleHistory words who got and who lost a directory role. That of a guest leads to the guest, any other to who holds the role now.
var DirectoryRoleHistory = page.History{
	Labels: map[string]string{"gone": "Directory role"}, Own: true,
	Said: func(_, gone string) string {
		if gone == "false" {
			return "held"
		}
		return "not held"
	},
	Where: func(role, guest string) string {
		if guest != "" {
			return "/guests/" + url.PathEscape(guest)
		}
		return "/roles/directory?role=" + url.QueryEscape(role)
	},
}
