package graph

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// accountOperations change an account: where it is used, its licences, and that it is there. Only named people can be changed.
func accountOperations() []operation {
	op := func(method, path string, allow permissions, h func(*call) error, roles ...string) operation {
		return operation{method: method, path: path, versions: both, area: directory, allow: allow, roles: roles, handle: h}
	}
	users := same("User.ReadWrite.All")
	return []operation{
		op(http.MethodDelete, "/users/{id}", users, (*call).deleteUser, "User Administrator"),
		op(http.MethodPatch, "/users/{id}", users, (*call).updateUser, "User Administrator", "License Administrator"),
		op(http.MethodPost, "/users/{id}/assignLicense", same("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"), (*call).assignLicence, "License Administrator", "User Administrator"),
	}
}

// finds tells whether the directory finds an account yet: a new one takes a while to be known everywhere.
func (c *call) finds(u *world.User) bool { return !c.now.Before(u.VisibleFrom) }

// account runs f on the account of the path while nobody else looks.
func (c *call) account(f func(t *world.Tenant, u *world.User) error) error {
	err := error(missing(c.keys[0]))
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		u := t.User(strings.ToLower(c.keys[0]))
		if u == nil {
			u = t.UserBySignIn(c.keys[0])
		}
		if u != nil && c.finds(u) {
			err = f(t, u)
		}
	})
	return err
}

// lesser are the directory roles whose holders a User Administrator may still delete. For the others it takes Directory.AccessAsUser.All and a
// higher role (Microsoft Graph, user resource, "Who can perform sensitive actions").
var lesser = []string{"Directory Readers", "Guest Inviter", "Helpdesk Administrator", "Reports Reader", "User Administrator"}

// sensitive tells an account that holds such a role, itself or by a group that is assignable to roles.
func sensitive(t *world.Tenant, u *world.User) bool {
	above := func(r string) bool { return !slices.Contains(lesser, r) }
	return slices.ContainsFunc(u.Roles, above) || slices.ContainsFunc(t.Groups, func(g *world.Group) bool { return len(g.Roles) > 0 && slices.Contains(g.Members, u.ID) })
}

func (c *call) deleteUser() error {
	return c.account(func(t *world.Tenant, u *world.User) error {
		if sensitive(t, u) && !c.token.Can("Directory.AccessAsUser.All") {
			return denied()
		}
		t.Remove(u.ID)
		c.status = http.StatusNoContent
		return nil
	})
}

var twoLetters = regexp.MustCompile(`^[A-Z]{2}$`)

// updateUser takes usageLocation, and nothing else.
func (c *call) updateUser() error {
	var b map[string]any
	if err := c.content(&b); err != nil {
		return err
	}
	country, ok := b["usageLocation"].(string)
	if !ok || len(b) != 1 {
		return badRequest("The simulated service changes nothing but usageLocation.")
	}
	if !twoLetters.MatchString(country) {
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "Invalid value specified for property 'usageLocation' of resource 'User'."}
	}
	return c.account(func(_ *world.Tenant, u *world.User) error {
		u.UsageLocation = country
		c.status = http.StatusNoContent
		return nil
	})
}

// assignLicence gives and takes licences, as far as there are seats.
func (c *call) assignLicence() error {
	var b struct {
		Add *[]struct {
			SKU string `json:"skuId"`
		} `json:"addLicenses"`
		Remove *[]string `json:"removeLicenses"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	if b.Add == nil || b.Remove == nil {
		return badRequest("The addLicenses and removeLicenses parameters are required.")
	}
	bad := func(message string) error {
		return &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: message}
	}
	err := c.account(func(t *world.Tenant, u *world.User) error {
		held := slices.Clone(u.Licences)
		for _, id := range *b.Remove {
			held = slices.DeleteFunc(held, func(part string) bool { return strings.EqualFold(skuID(part), id) })
		}
		for _, add := range *b.Add {
			i := slices.IndexFunc(t.SKUs, func(part string) bool { return strings.EqualFold(skuID(part), add.SKU) })
			switch {
			case i < 0:
				return bad("License " + add.SKU + " does not correspond to a valid company License.")
			case slices.Contains(held, t.SKUs[i]):
				continue
			case u.UsageLocation == "":
				return bad("License assignment cannot be done for user with invalid usage location.")
			}
			if units := c.units(i); units.enabled <= units.used {
				return bad("Subscription with SKU " + add.SKU + " does not have any available licenses.")
			}
			held = append(held, t.SKUs[i])
		}
		u.Licences = held
		return nil
	})
	if err != nil {
		return err
	}
	if err := c.snapshot(); err != nil { // the answer is the account as it is now
		return err
	}
	c.fleetOnce = nil
	return c.getUser()
}
