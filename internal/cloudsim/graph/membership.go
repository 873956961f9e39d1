package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// leavingOperations take somebody's ways in away: out of a group, and out of every sign-in.
func leavingOperations() []operation {
	return []operation{
		{
			method: http.MethodDelete, path: "/groups/{id}/members/{member}/$ref", versions: both, area: directory,
			allow: same("GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"), handle: (*call).leaveGroup,
			roles: []string{"User Administrator", "Intune Administrator", "Privileged Role Administrator"},
		},
		{
			method: http.MethodPost, path: "/users/{id}/revokeSignInSessions", versions: both, area: directory,
			allow: same("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All"), handle: (*call).revokeSessions,
			roles: []string{"User Administrator", "Helpdesk Administrator"},
		},
	}
}

// leaveGroup takes a member out. A group that is assignable to roles takes RoleManagement.ReadWrite.Directory too and, of people, Privileged
// Role Administrator; one with a rule is changed by nobody. How Microsoft refuses the latter is not confirmed.
func (c *call) leaveGroup() error {
	i, ok := c.group(c.keys[0])
	if !ok {
		return missing(c.keys[0])
	}
	if i >= len(c.t.Groups) {
		return denied() // the computed ones follow a rule or a share of the people
	}
	if len(c.t.Groups[i].Roles) > 0 && (!c.token.Can("RoleManagement.ReadWrite.Directory") || !c.token.AppOnly && !c.inRole([]string{"Privileged Role Administrator"})) {
		return denied()
	}
	err := error(missing(c.keys[1]))
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		g := t.Groups[i]
		is := func(id string) bool { return strings.EqualFold(id, c.keys[1]) }
		if slices.ContainsFunc(g.Members, is) || slices.ContainsFunc(g.Inside, is) {
			g.Members, g.Inside = slices.DeleteFunc(slices.Clone(g.Members), is), slices.DeleteFunc(slices.Clone(g.Inside), is)
			c.status, err = http.StatusNoContent, nil
		}
	})
	return err
}

// revokeSessions ends every sign-in of an account of the tenant's own. A guest signs in at home, so that nothing ends here, and the answer is
// the same. Whoever holds a directory role is for the role that manages all administrators.
func (c *call) revokeSessions() error {
	err := c.account(func(t *world.Tenant, u *world.User) error {
		if sensitive(t, u) && !c.inRole([]string{"Global Administrator"}) {
			return denied()
		}
		if !u.Guest() {
			u.SessionsValidFrom = c.now
		}
		return nil
	})
	if err == nil {
		c.status, c.body = http.StatusOK, append(c.open("Edm.Boolean"), `,"value":true}`...)
	}
	return err
}
