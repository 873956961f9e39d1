package login

import (
	"slices"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// who is an account, by its home.
type who struct{ tenantID, userID string }

// principal is an account as a tenant sees it.
type principal struct {
	who
	objectID string // in the tenant; the home object id through GDAP
	upn      string // at home
	name     string
	mail     string
	guest    bool // has a guest object
	delegate bool // acts through GDAP
	userType string
	wids     []string
	roles    []string // display names of directory roles in the tenant
	user     *world.User
}

const guestWID = "10dae51f-b6af-4016-8d66-8c2a99b929b3"

// account looks a sign-in name up in its home tenant.
func (s *Server) account(name string) (home *world.Tenant, u world.User, ok bool) {
	s.w.View(func() {
		t, found := s.w.Account(name)
		if home = t; found != nil {
			u, ok = *found, true
		}
	})
	return home, u, ok
}

// resolve finds an account in a tenant: as a member, a redeemed guest, or through GDAP.
func (s *Server) resolve(t *world.Tenant, app *world.App, id who) (p principal, e *refusal) {
	s.w.View(func() { p, e = s.resolveLocked(t, app, id) })
	return p, e
}

func (s *Server) resolveLocked(t *world.Tenant, app *world.App, id who) (principal, *refusal) {
	home, ok := s.w.Tenant(id.tenantID)
	if !ok {
		return principal{}, refuse(50034, id.userID, t.DisplayName)
	}
	account := home.User(id.userID)
	if account == nil {
		return principal{}, refuse(500341, id.userID, home.DisplayName)
	}
	if !account.AccountEnabled {
		return principal{}, refuse(50057)
	}
	p := principal{who: id, objectID: account.ID, upn: account.UserPrincipalName, name: account.DisplayName, mail: account.Mail, userType: "Member", user: account}
	if home == t {
		p.roles = t.RolesOf(account)
		p.wids = append(templates(p.roles), world.DefaultUserWID)
		return p, nil
	}
	if g := s.guestOf(t, home, account); g != nil {
		return s.guestPrincipal(p, g, t)
	}
	if home.Home {
		if wids := s.w.DelegatedRoles(account.ID, t.ID, s.now()); len(wids) > 0 {
			p.delegate, p.wids, p.roles = true, wids, roleNames(wids)
			return p, nil
		}
	}
	return principal{}, refuse(50020, account.UserPrincipalName, home.ID, t.DisplayName, app.ClientID, app.DisplayName)
}

func (s *Server) guestOf(t, home *world.Tenant, account *world.User) *world.User {
	if _, deleted := s.w.Faults.Active("guestDeleted", t.ID); deleted {
		return nil
	}
	i := slices.IndexFunc(t.Users, func(u *world.User) bool {
		return u.Guest() && u.HomeTenantID == home.ID && u.SignInName == account.SignInName
	})
	if i < 0 {
		return nil
	}
	return t.Users[i]
}

func (s *Server) guestPrincipal(p principal, g *world.User, t *world.Tenant) (principal, *refusal) {
	_, unredeemed := s.w.Faults.Active("guestUnredeemed", t.ID)
	switch {
	case g.ExternalUserState != "Accepted" || unredeemed:
		return principal{}, refuse(50014, p.upn, t.DisplayName)
	case !g.AccountEnabled:
		return principal{}, refuse(50057)
	}
	p.objectID, p.name, p.guest, p.userType, p.user = g.ID, g.DisplayName, true, g.UserType, g
	p.roles = t.RolesOf(g)
	p.wids = append(templates(p.roles), guestWID)
	return p, nil
}

func templates(roles []string) []string {
	ids := make([]string, 0, len(roles)+1)
	for _, r := range roles {
		if id, ok := world.RoleTemplates[r]; ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func roleNames(wids []string) []string {
	var names []string
	for name, id := range world.RoleTemplates {
		if slices.Contains(wids, id) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (p principal) is(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(p.roles, r) })
}

// mayGrantRoles: only these may consent to application permissions of Microsoft Graph.
func (p principal) mayGrantRoles() bool {
	return p.is("Global Administrator", "Privileged Role Administrator")
}

// mayGrantScopes: these may consent to any delegated permission, for themselves or for everyone.
func (p principal) mayGrantScopes() bool {
	return p.mayGrantRoles() || p.is("Application Administrator", "Cloud Application Administrator")
}
