package graph_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// TestInvitationsAndRoles: permission and role are both asked for, an address is one guest however often it is invited, and a role is
// given once.
func TestInvitationsAndRoles(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso, home := s.customer(1), s.world.Home()
	admin := s.user(contoso, userWith(contoso, "Global Administrator"), "User.Invite.All", "RoleManagement.ReadWrite.Directory")
	reader := s.app(contoso)
	send := func(token, path, body string, want int) answer {
		t.Helper()
		a := s.do(http.MethodPost, token, s.server.URL+"/v1.0"+path, body, "Content-Type", "application/json")
		if a.status != want {
			t.Fatalf("POST %s %s: %d %s, want %d", path, body, a.status, a.text, want)
		}
		return a
	}
	address := home.Users[0].SignInName
	body := `{"invitedUserEmailAddress":"` + address + `","inviteRedirectUrl":"https://portal.example/","sendInvitationMessage":true,"invitedUserMessageInfo":{"messageLanguage":"de-DE"}}`
	for name, token := range map[string]string{
		"without the permission": s.user(contoso, userWith(contoso, "Global Administrator"), "User.Read.All"), "without the role": s.user(contoso, userWith(contoso, ""), "User.Invite.All"),
	} {
		if a := s.do(http.MethodPost, token, s.server.URL+"/v1.0/invitations", body); a.status != http.StatusForbidden || a.code() != "Authorization_RequestDenied" {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	for _, bad := range []string{`{`, `{"invitedUserEmailAddress":"x","inviteRedirectUrl":"https://x"}`, `{"invitedUserEmailAddress":"a@b.example"}`, strings.Replace(body, address, userWith(contoso, "").SignInName, 1)} {
		send(admin, "/invitations", bad, http.StatusBadRequest)
	}
	first := send(admin, "/invitations", body, http.StatusCreated)
	link, err := url.Parse(first.body["inviteRedeemUrl"].(string))
	id, _ := first.body["invitedUser"].(map[string]any)["id"].(string)
	if err != nil || link.Host != "login.microsoftonline.com" || !strings.Contains(link.Query().Get("rd"), "ticket="+s.world.InvitationTicket(id)) || first.body["status"] != "PendingAcceptance" {
		t.Errorf("the first invitation: %s", first.text)
	}
	if again := send(admin, "/invitations", body, http.StatusCreated); again.body["invitedUser"].(map[string]any)["id"] != id || again.body["inviteRedeemUrl"] != first.body["inviteRedeemUrl"] {
		t.Errorf("invited again: %s", again.text)
	}
	guests := func() (n int, state any) {
		for _, u := range s.all(reader, "/v1.0/users?$filter=userType eq 'Guest'&$select=id,externalUserState,mail") {
			if u["id"] == id {
				n, state = n+1, u["externalUserState"]
			}
		}
		return n, state
	}
	if n, state := guests(); n != 1 || state != "PendingAcceptance" {
		t.Errorf("%d guests with that address, %v", n, state)
	}
	s.world.Change(func() { contoso.User(id).ExternalUserState = "Accepted" })
	if a := send(admin, "/invitations", body, http.StatusCreated); a.body["status"] != "Completed" {
		t.Errorf("accepted already: %s", a.text)
	}
	send(admin, "/invitations", strings.Replace(body, `{`, `{"resetRedemption":true,`, 1), http.StatusCreated)
	if _, state := guests(); state != "PendingAcceptance" {
		t.Errorf("after a reset: %v", state)
	}
	stranger := send(admin, "/invitations", strings.Replace(body, address, "somebody@elsewhere.example", 1), http.StatusCreated)
	if stranger.body["invitedUser"].(map[string]any)["id"] == id {
		t.Errorf("another address, the same guest: %s", stranger.text)
	}

	const roles = "/roleManagement/directory/roleAssignments"
	give := `{"@odata.type":"#microsoft.graph.unifiedRoleAssignment","roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5","principalId":"` + id + `","directoryScopeId":"/"}`
	send(s.user(contoso, userWith(contoso, "Intune Administrator"), "RoleManagement.ReadWrite.Directory"), roles, give, http.StatusForbidden)
	send(admin, roles, strings.Replace(give, "3a2c62db", "00000000", 1), http.StatusBadRequest)
	send(admin, roles, strings.Replace(give, id, "00000000-0000-4000-8000-000000000000", 1), http.StatusNotFound)
	given := send(admin, roles, give, http.StatusCreated)
	send(admin, roles, give, http.StatusBadRequest)
	held := s.all(reader, "/v1.0"+roles+"?$filter=principalId eq '"+id+"'")
	if len(held) != 1 || held[0]["id"] != given.body["id"] {
		t.Errorf("held: %v, given: %s", held, given.text)
	}
}

// TestAccounts: a licence needs a country and a free seat, an account with a role of weight loses that first, and what is deleted is gone.
func TestAccounts(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso, home := s.customer(1), s.world.Home()
	all := []string{"User.Invite.All", "RoleManagement.ReadWrite.Directory", "User.ReadWrite.All", "LicenseAssignment.ReadWrite.All"}
	admin, reader := s.user(contoso, userWith(contoso, "Global Administrator"), all...), s.app(contoso)
	send := func(method, token, path, body string, want int) answer {
		t.Helper()
		a := s.do(method, token, s.server.URL+"/v1.0"+path, body, "Content-Type", "application/json")
		if a.status != want {
			t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.status, a.text, want)
		}
		return a
	}
	invite := `{"invitedUserEmailAddress":"` + home.Users[0].SignInName + `","inviteRedirectUrl":"https://portal.example/"}`
	s.world.Faults.Add(world.Fault{Kind: "guestsRefused", Tenant: contoso.ID})
	if a := send(http.MethodPost, admin, "/invitations", invite, http.StatusForbidden); a.code() != "Unauthorized" {
		t.Errorf("where guests are not wanted: %s", a.text)
	}
	s.world.Faults.Clear()
	s.world.Faults.Add(world.Fault{Kind: "accountDelay", Tenant: contoso.ID, Seconds: 60})
	id, _ := send(http.MethodPost, admin, "/invitations", invite, http.StatusCreated).body["invitedUser"].(map[string]any)["id"].(string)
	account := "/users/" + id
	send(http.MethodGet, reader, account, "", http.StatusNotFound) // made, and not found everywhere yet
	send(http.MethodDelete, admin, account, "", http.StatusNotFound)
	s.world.Change(func() { contoso.User(id).VisibleFrom = time.Time{} })
	s.world.Faults.Clear()

	const used = "/v1.0/users?$filter=userType eq 'Guest'&$select=id,signInActivity"
	if a := s.get(s.app(contoso, "User.Read.All"), used); a.status != http.StatusForbidden {
		t.Errorf("sign-ins without the permission: %d %s", a.status, a.text)
	}
	s.world.Change(func() { contoso.Premium = 0 })
	if a := s.get(s.app(contoso, "User.Read.All", "AuditLog.Read.All"), used); a.status != http.StatusForbidden || a.code() != "Authentication_RequestFromNonPremiumTenantOrB2CTenant" {
		t.Errorf("sign-ins without the licence: %d %s", a.status, a.text)
	}
	s.world.Change(func() { contoso.Premium, contoso.User(id).SignedIn = 1, contoso.Created })
	told := map[bool]int{}
	for _, u := range s.all(s.app(contoso, "User.Read.All", "AuditLog.Read.All"), used) {
		told[u["signInActivity"] != nil]++
	}
	if told[true] == 0 || told[false] == 0 {
		t.Errorf("sign-ins: %v", told)
	}

	sku := s.all(reader, "/v1.0/subscribedSkus")[0]
	give := `{"addLicenses":[{"skuId":"` + sku["skuId"].(string) + `","disabledPlans":[]}],"removeLicenses":[]}`
	send(http.MethodPost, admin, account+"/assignLicense", `{"addLicenses":[]}`, http.StatusBadRequest)
	if a := send(http.MethodPost, admin, account+"/assignLicense", give, http.StatusBadRequest); !strings.Contains(a.text, "usage location") {
		t.Errorf("without a country: %s", a.text)
	}
	send(http.MethodPatch, admin, account, `{"usageLocation":"Germany"}`, http.StatusBadRequest)
	send(http.MethodPatch, s.user(contoso, userWith(contoso, "Intune Administrator"), all...), account, `{"usageLocation":"DE"}`, http.StatusForbidden)
	send(http.MethodPatch, admin, account, `{"usageLocation":"DE"}`, http.StatusNoContent)
	s.world.Faults.Add(world.Fault{Kind: "seatsTaken", Tenant: contoso.ID})
	if a := send(http.MethodPost, admin, account+"/assignLicense", give, http.StatusBadRequest); !strings.Contains(a.text, "available licenses") {
		t.Errorf("without a seat: %s", a.text)
	}
	s.world.Faults.Clear()
	for range 2 { // given twice it is held once
		if a := send(http.MethodPost, admin, account+"/assignLicense", give, http.StatusOK); a.body["id"] != id {
			t.Errorf("given: %s", a.text)
		}
	}
	if now := s.all(reader, "/v1.0/subscribedSkus")[0]; now["consumedUnits"] != sku["consumedUnits"].(float64)+1 {
		t.Errorf("seats in use: %v before, %v after", sku["consumedUnits"], now["consumedUnits"])
	}

	const roles = "/roleManagement/directory/roleAssignments"
	role := send(http.MethodPost, admin, roles, `{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5","principalId":"`+id+`","directoryScopeId":"/"}`, http.StatusCreated).body["id"].(string)
	send(http.MethodDelete, admin, account, "", http.StatusForbidden)
	send(http.MethodDelete, admin, roles+"/"+role, "", http.StatusNoContent)
	send(http.MethodDelete, admin, roles+"/"+role, "", http.StatusNotFound)
	send(http.MethodDelete, s.user(contoso, userWith(contoso, "Global Administrator"), "User.Invite.All"), account, "", http.StatusForbidden)
	send(http.MethodDelete, admin, account, "", http.StatusNoContent)
	send(http.MethodGet, reader, account, "", http.StatusNotFound)
	if again := send(http.MethodPost, admin, "/invitations", invite, http.StatusCreated); again.body["invitedUser"].(map[string]any)["id"] == id {
		t.Errorf("invited again it is the account that was deleted: %s", again.text)
	}
}

// TestLeaving: a member is taken out of a group by who may, of one that holds roles with both permissions; sign-ins end for accounts of the
// tenant's own and not for guests; and who holds a role by a group cannot be deleted.
func TestLeaving(t *testing.T) {
	s := newSim(t, world.Options{})
	var customer *world.Tenant
	for _, tenant := range s.world.Tenants()[1:] {
		if tenant.Consent == world.ConsentFull && slices.ContainsFunc(tenant.Groups, func(g *world.Group) bool { return len(g.Roles) > 0 }) {
			customer = tenant
		}
	}
	if customer == nil {
		t.Fatal("no customer has a group that holds a role")
	}
	group := customer.Groups[slices.IndexFunc(customer.Groups, func(g *world.Group) bool { return len(g.Roles) > 0 })]
	guest := customer.User(group.Members[1])
	boss := userWith(customer, "Global Administrator")
	admin := s.user(customer, boss, "GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "User.RevokeSessions.All", "User.ReadWrite.All")
	send := func(method, token, path string, want int) answer {
		t.Helper()
		a := s.do(method, token, s.server.URL+"/v1.0"+path, "")
		if a.status != want {
			t.Fatalf("%s %s: %d %s, want %d", method, path, a.status, a.text, want)
		}
		return a
	}
	out := "/groups/" + group.ID + "/members/" + guest.ID + "/$ref"
	send(http.MethodDelete, admin, "/users/"+guest.ID, http.StatusForbidden)
	send(http.MethodDelete, s.user(customer, boss, "GroupMember.ReadWrite.All"), out, http.StatusForbidden)
	send(http.MethodDelete, s.user(customer, boss, "RoleManagement.ReadWrite.Directory"), out, http.StatusForbidden)
	send(http.MethodDelete, s.user(customer, userWith(customer, "Intune Administrator"), "GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory"), out, http.StatusForbidden)
	send(http.MethodDelete, admin, out, http.StatusNoContent)
	send(http.MethodDelete, admin, out, http.StatusNotFound)
	for _, m := range s.all(s.app(customer), "/v1.0/groups/"+group.ID+"/members?$select=id") {
		if m["id"] == guest.ID {
			t.Error("who was taken out is still a member")
		}
	}
	rule := s.all(s.app(customer), "/v1.0/groups?$filter=displayName eq 'All staff'")[0]["id"].(string)
	send(http.MethodDelete, admin, "/groups/"+rule+"/members/"+boss.ID+"/$ref", http.StatusForbidden)

	from := func(u *world.User) any {
		return send(http.MethodGet, s.app(customer), "/users/"+u.ID+"?$select=id,signInSessionsValidFromDateTime", http.StatusOK).body["signInSessionsValidFromDateTime"]
	}
	member := userWith(customer, "")
	before, theirs := from(member), from(guest)
	send(http.MethodPost, s.user(customer, member, "User.RevokeSessions.All"), "/users/"+guest.ID+"/revokeSignInSessions", http.StatusForbidden)
	for _, u := range []*world.User{member, guest} {
		if a := send(http.MethodPost, admin, "/users/"+u.ID+"/revokeSignInSessions", http.StatusOK); a.body["value"] != true {
			t.Errorf("answer: %s", a.text)
		}
	}
	if from(member) == before || from(guest) != theirs {
		t.Errorf("sessions count from %v (before %v), a guest's from %v (before %v)", from(member), before, from(guest), theirs)
	}
	send(http.MethodDelete, admin, "/users/"+guest.ID, http.StatusNoContent)
}
