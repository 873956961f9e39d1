package graph

import (
	"encoding/json"
	"io"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// LoginAt tells where the sign-in service is, for the links that guests redeem.
func LoginAt(url func() string) Option { return func(s *server) { s.login = url } }

// guestOperations bring people of other tenants in. Where Microsoft leaves it to a setting of the tenant who may invite, here only those
// may whose role says so.
func guestOperations() []operation {
	post := func(path string, allow permissions, roles []string, h func(*call) error) operation {
		return operation{method: http.MethodPost, path: path, versions: both, area: directory, allow: allow, roles: roles, handle: h}
	}
	return []operation{
		post("/invitations", same("User.Invite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"), []string{"Guest Inviter", "User Administrator"}, (*call).invite),
		post("/roleManagement/directory/roleAssignments", same("RoleManagement.ReadWrite.Directory"), []string{"Privileged Role Administrator"}, (*call).giveRole),
		{
			method: http.MethodDelete, path: "/roleManagement/directory/roleAssignments/{id}", versions: both, area: directory, allow: same("RoleManagement.ReadWrite.Directory"),
			roles: []string{"Privileged Role Administrator"}, handle: (*call).takeRole,
		},
	}
}

// invitation is what may be asked for.
type invitation struct {
	Address  string `json:"invitedUserEmailAddress"`
	Name     string `json:"invitedUserDisplayName"`
	Redirect string `json:"inviteRedirectUrl"`
	Type     string `json:"invitedUserType"`
	Send     bool   `json:"sendInvitationMessage"`
	Reset    bool   `json:"resetRedemption"`
	Message  struct {
		Language *string `json:"messageLanguage"`
		Body     *string `json:"customizedMessageBody"`
	} `json:"invitedUserMessageInfo"`
}

// bareName is a member's name without quotation marks, which Microsoft's reader of JSON takes and its own examples have.
var bareName = regexp.MustCompile(`([{,]\s*)([A-Za-z]\w*)(\s*:)`)

// content reads the request's body.
func (c *call) content(into any) error {
	raw, err := io.ReadAll(io.LimitReader(c.r.Body, 1<<20))
	if err == nil && !json.Valid(raw) {
		raw = bareName.ReplaceAll(raw, []byte(`$1"$2"$3`))
	}
	if err != nil || json.Unmarshal(raw, into) != nil {
		return badRequest("Unable to read JSON request payload.")
	}
	return nil
}

// invite makes a guest, or sends the invitation of one who is there again. An invitation is no object that could be read later.
func (c *call) invite() error {
	var b invitation
	if err := c.content(&b); err != nil {
		return err
	}
	at, err := mail.ParseAddress(b.Address)
	switch {
	case err != nil || at.Address != b.Address:
		return badRequest("The invited user email address is not valid.")
	case !strings.HasPrefix(b.Redirect, "https://") && !strings.HasPrefix(b.Redirect, "http://"):
		return badRequest("The inviteRedirectUrl is not valid.")
	case b.Type != "" && b.Type != "Guest":
		return denied() // members are for administrators of the company
	}
	if _, fault := c.s.world.Faults.Active("guestsRefused", c.t.ID); fault {
		return &refusal{status: http.StatusForbidden, code: "Unauthorized", message: "Guest invitations not allowed for your company. Contact your company administrator for more details."}
	}
	var guest *world.User
	member := ""
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		if u := t.UserBySignIn(b.Address); u != nil && !u.Guest() {
			member = u.ID
		}
		guest = c.s.world.Invite(t, b.Address, b.Name, c.now)
		if guest != nil {
			guest.InviteRedirectURL = b.Redirect
			if b.Reset && guest.ExternalUserState != "PendingAcceptance" {
				guest.ExternalUserState, guest.ExternalChanged = "PendingAcceptance", c.now
			}
			copied := *guest
			guest = &copied
		}
	})
	if guest == nil {
		return badRequest("The invited user already exists in the directory as object ID: " + member + ". They can use that account to sign in to shared apps and resources.")
	}
	status := guest.ExternalUserState
	if status == "Accepted" {
		status = "Completed"
	}
	nobody := object{{"emailAddress", object{{"name", nil}, {"address", nil}}}}
	err = c.entity(kinds["invitation"], "invitations", object{
		{"id", world.GUID(c.s.world.Seed, "invitation", c.t.ID, guest.ID, c.now.UnixNano())}, {"inviteRedeemUrl", c.s.world.RedeemURL(c.s.login(), c.t, guest.ID)},
		{"invitedUserDisplayName", guest.DisplayName}, {"invitedUserType", "Guest"}, {"invitedUserEmailAddress", b.Address}, {"sendInvitationMessage", b.Send}, {"resetRedemption", b.Reset},
		{"inviteRedirectUrl", b.Redirect}, {"status", status},
		{"invitedUserMessageInfo", object{{"messageLanguage", pointed(b.Message.Language)}, {"customizedMessageBody", pointed(b.Message.Body)}, {"ccRecipients", []object{nobody}}}},
		{"invitedUser", object{{"id", guest.ID}}},
	})
	c.status = http.StatusCreated
	return err
}

func pointed(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// giveRole assigns a directory role over the whole tenant.
func (c *call) giveRole() error {
	var b struct {
		Role      string `json:"roleDefinitionId"`
		Principal string `json:"principalId"`
		Scope     string `json:"directoryScopeId"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	i := slices.IndexFunc(roleNames, func(n string) bool { return strings.EqualFold(roleTemplate(n), b.Role) })
	if i < 0 || b.Scope != "/" {
		return badRequest("The roleDefinitionId or the directoryScopeId is not valid.")
	}
	name, err := roleNames[i], error(missing(b.Principal))
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		switch u := t.User(strings.ToLower(b.Principal)); {
		case u == nil || !c.finds(u):
		case u.Has(name):
			err = &refusal{status: http.StatusBadRequest, code: "Request_BadRequest", message: "A conflicting object with one or more of the specified property values is present in the directory."}
		default:
			u.Roles, err = append(slices.Clone(u.Roles), name), nil
		}
	})
	if err != nil {
		return err
	}
	const at = "roleManagement/directory/roleAssignments"
	o := c.roleAssignmentObject(strings.ToLower(b.Principal), name)
	return c.created("unifiedRoleAssignment", at, "/"+at+"/"+o.text("id"), o)
}

// takeRole ends an assignment over the whole tenant.
func (c *call) takeRole() error {
	err := error(missing(c.keys[0]))
	c.s.world.Change(func() {
		t, _ := c.s.world.Tenant(c.t.ID)
		for _, u := range t.Users {
			kept := slices.DeleteFunc(slices.Clone(u.Roles), func(name string) bool { return c.roleAssignmentObject(u.ID, name).text("id") == c.keys[0] })
			if len(kept) < len(u.Roles) {
				u.Roles, err = kept, nil
			}
		}
	})
	if err == nil {
		c.status = http.StatusNoContent
	}
	return err
}
