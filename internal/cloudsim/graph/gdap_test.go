package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const gdapRoot = "/v1.0/tenantRelationships/delegatedAdminRelationships"

// TestRelationshipsOfThePartner walks a relationship through its life: made, sent, approved, given to a group, taken back, ended.
func TestRelationshipsOfThePartner(t *testing.T) {
	s := newSim(t, world.Options{})
	home := s.world.Home()
	reader := s.app(home, "DelegatedAdminRelationship.Read.All")
	agent := s.user(home, home.Users[1], "DelegatedAdminRelationship.ReadWrite.All")
	send := func(method, path, body string, want int, headers ...string) answer {
		t.Helper()
		a := s.do(method, agent, s.server.URL+path, body, append(headers, "Content-Type", "application/json")...)
		if a.status != want {
			t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.status, a.text, want)
		}
		return a
	}
	seeded := s.all(reader, gdapRoot+"?$top=2")
	if len(seeded) < 6 || seeded[0]["status"] != "active" || seeded[0]["@odata.etag"] == nil {
		t.Fatalf("%d relationships, first %v", len(seeded), seeded[0])
	}
	if a := s.get(reader, gdapRoot+"?$top=301"); a.status != 400 {
		t.Errorf("a page of 301: %d", a.status)
	}
	for name, bad := range map[string]string{
		"no role":           `{"displayName":"A","duration":"P90D"}`,
		"too long":          `{"displayName":"A","duration":"P731D","accessDetails":{"unifiedRoles":[{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5"}]}}`,
		"long name":         `{"displayName":"` + strings.Repeat("x", 51) + `","duration":"P90D","accessDetails":{"unifiedRoles":[{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5"}]}}`,
		"extends the whole": `{"displayName":"A","duration":"P90D","autoExtendDuration":"P180D","accessDetails":{"unifiedRoles":[{"roleDefinitionId":"62e90394-69f5-4237-9190-012177145e10"}]}}`,
	} {
		if a := s.do(http.MethodPost, agent, s.server.URL+gdapRoot, bad); a.status != 400 {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	body := `{"displayName":"Care","duration":"P90D","autoExtendDuration":"P180D","customer":{"tenantId":"` + s.customer(2).ID + `"},"accessDetails":{"unifiedRoles":[{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5"}]}}`
	made := send(http.MethodPost, gdapRoot, body, 201)
	at := gdapRoot + "/" + made.body["id"].(string)
	if made.body["status"] != "created" || made.header.Get("Location") != s.server.URL+at || made.body["endDateTime"] != nil {
		t.Errorf("made: %s, at %s", made.text, made.header.Get("Location"))
	}
	send(http.MethodPost, gdapRoot, body, 409)                                                            // the name is taken
	send(http.MethodPatch, at, `{"duration":"P30D"}`, 400)                                                // without If-Match
	send(http.MethodPatch, at, `{"duration":"P30D"}`, 412, "If-Match", `W/"old"`)                         // of another version
	send(http.MethodPatch, at, `{"duration":"P30D"}`, 200, "If-Match", made.body["@odata.etag"].(string)) // the one just read
	group := `{"accessContainer":{"accessContainerId":"` + home.Groups[1].ID + `","accessContainerType":"securityGroup"},"accessDetails":{"unifiedRoles":[{"roleDefinitionId":"3a2c62db-5318-420d-8d74-23affee5d9d5"}]}}`
	send(http.MethodPost, at+"/accessAssignments", group, 409) // not active yet
	if q := send(http.MethodPost, at+"/requests", `{"action":"lockForApproval"}`, 201); q.body["action"] != "lockForApproval" {
		t.Errorf("request: %s", q.text)
	}
	send(http.MethodPost, at+"/requests", `{"action":"lockForApproval"}`, 409)
	s.world.Change(func() {
		for _, r := range s.world.Relationships() {
			if r.DisplayName == "Care" {
				s.world.Ask(r, "approve", s.world.Clock.Now())
			}
		}
	})
	s.world.Clock.Advance(time.Minute)
	active := s.get(reader, at)
	if active.body["status"] != "active" || active.body["endDateTime"] == nil {
		t.Fatalf("approved a minute ago: %s", active.text)
	}
	given := send(http.MethodPost, at+"/accessAssignments", group, 201)
	send(http.MethodPost, at+"/accessAssignments", group, 409)
	s.world.Clock.Advance(time.Minute)
	assigned := s.get(reader, at+"/accessAssignments/"+given.body["id"].(string))
	if given.body["status"] != "pending" || assigned.body["status"] != "active" {
		t.Errorf("assigned: %s, then %s", given.text, assigned.text)
	}
	send(http.MethodDelete, at+"/accessAssignments/"+given.body["id"].(string), "", 204, "If-Match", assigned.body["@odata.etag"].(string))
	s.world.Clock.Advance(time.Minute)
	if n := len(s.all(reader, at+"/accessAssignments")); n != 0 {
		t.Errorf("%d assignments after the removal", n)
	}
	s.world.Clock.Advance(31 * 24 * time.Hour)
	if rolled := s.get(reader, at); rolled.body["status"] != "active" || rolled.body["endDateTime"].(string) <= s.world.Clock.Now().Format(time.RFC3339) {
		t.Errorf("a month later it must have been extended: %s", rolled.text)
	}
	send(http.MethodPost, at+"/requests", `{"action":"terminate"}`, 201)
	s.world.Clock.Advance(time.Minute)
	if ended := s.get(reader, at); ended.body["status"] != "terminated" {
		t.Errorf("ended: %s", ended.text)
	}
}

func TestOnlyThePartnerSeesRelationships(t *testing.T) {
	s := newSim(t, world.Options{})
	home := s.world.Home()
	for who, token := range map[string]string{
		"a customer's token":     s.app(s.customer(1), "DelegatedAdminRelationship.Read.All"),
		"without the permission": s.app(home, "User.Read.All"),
		"staff who are no agent": s.user(home, home.Users[5], "DelegatedAdminRelationship.Read.All"),
	} {
		if a := s.get(token, gdapRoot); a.status != 403 {
			t.Errorf("%s: %d", who, a.status)
		}
	}
	reader := s.app(home, "DelegatedAdminRelationship.Read.All", "GroupMember.Read.All", "User.Read.All", "Directory.Read.All")
	customers := s.all(reader, "/v1.0/tenantRelationships/delegatedAdminCustomers")
	if len(customers) < 5 || len(s.all(reader, "/v1.0/tenantRelationships/delegatedAdminCustomers/"+customers[0]["tenantId"].(string)+"/serviceManagementDetails")) == 0 {
		t.Errorf("customers %v", customers)
	}
	if n := len(s.all(reader, "/v1.0/contracts")); n != len(s.world.Tenants())-1 {
		t.Errorf("%d contracts", n)
	}
	group := "/v1.0/groups/" + home.Groups[1].ID
	if direct, all := len(s.all(reader, group+"/members")), len(s.all(reader, group+"/transitiveMembers")); direct != 3 || all != 4 {
		t.Errorf("two people and a group with one inside: %d direct, %d in all", direct, all)
	}
	s.world.Change(func() { delete(home.ServicePrincipals, world.DelegatedAdministration) })
	if a := s.get(reader, gdapRoot); a.status != 403 {
		t.Errorf("without Microsoft's service principal: %d", a.status)
	}
}
