package devices

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	groups "github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// TestRightsAreToldBeforeSending: what was read of the customer's consent and of the person's roles there stands on the confirmation; what was not
// read is unknown, and nothing of it takes the form away.
func TestRightsAreToldBeforeSending(t *testing.T) {
	f, contoso, fabrikam, _ := twoTenants(t)
	f.Home(t)
	store := deviceaction.NewStore(f.Pool, audit.NewStore(f.Pool))
	h := &Asker{Devices: f.Devices, Actions: store, Rights: &Rights{Consent: consent.NewStore(f.Pool), Intune: f.Roles(), Directory: f.DirectoryRoles(), Sync: f.Sync, Home: f.Tenants.Home(), Relationships: f.Relationships(), Groups: f.DirectoryGroups()}}
	many := &Bulk{Devices: f.Devices, Actions: store, Windows: deviceaction.NewWindows(f.Pool, audit.NewStore(f.Pool)), Rights: h.Rights}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), func(r page.Router) { h.Mount(r); many.Mount(r) })
	bulk := func() string { return c.Get("/devices/actions?kind=restart&os=Windows").Body.String() }
	at := "/t/" + contoso.ID.String() + "/devices/d1/actions/"
	says := func(kind string, want ...string) {
		t.Helper()
		got := c.Get(at + kind)
		if got.Code != http.StatusOK {
			t.Fatalf("%s: %d", kind, got.Code)
		}
		for _, w := range want {
			no := strings.HasPrefix(w, "!")
			if strings.Contains(got.Body.String(), strings.TrimPrefix(w, "!")) == no {
				t.Errorf("%s: about %q", kind, w)
			}
		}
	}
	says("restart", "!for people who sign in", "!It is not known whether you may") // not signed in there, and nothing read
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Object: "me", Until: f.Now.Add(time.Hour)}}
	const form = `name="nonce"`
	says("restart", "It is not known whether you may", form)

	read := f.Now.Add(-3 * time.Minute)
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `INSERT INTO consent_reading (tenant_id, at, application_read, delegated_read, state, held, missing, surplus, personal) VALUES ($1, $2, true, true, 'connected', 1, 0, 0, 0)`, contoso.ID, read); err != nil {
		t.Fatal(err)
	}
	if _, yes, err := h.Rights.Consent.Lacks(t.Context(), fabrikam.ID, deviceaction.Privileged); err != nil || yes {
		t.Errorf("a customer whose grants were not read: lacks %v, %v", yes, err)
	}
	says("restart", "Contoso has not agreed to "+deviceaction.Privileged, "3 min ago", `href="/t/`+contoso.ID.String()+`/consent"`, form)
	if got := bulk(); !strings.Contains(got, "Not agreed to "+deviceaction.Privileged+" for people who sign in: Contoso.") || !strings.Contains(got, form) {
		t.Error("a bulk does not tell that the customer has not agreed")
	}
	if _, err := f.Pool.In(contoso.ID).Exec(t.Context(), `INSERT INTO consent_grant (tenant_id, kind, resource, name, standing, first_seen, last_seen) VALUES ($1, 'delegated', 'graph', $2, 'granted', $3, $3)`, contoso.ID, deviceaction.Privileged, read); err != nil {
		t.Fatal(err)
	}
	says("restart", "!has not agreed to", form)
	if got := bulk(); strings.Contains(got, "Not agreed to") {
		t.Error("a bulk tells that a customer has not agreed which has")
	}
	says("notes", "has not agreed to "+deviceaction.ReadWrite, form)

	f.ReadRoles(t, contoso.ID, read, intunerole.Read{
		Roles:       []intunerole.Role{{ID: "r1", Name: "First line", Allowed: []string{"Microsoft.Intune_RemoteTasks_RebootNow"}}},
		Assignments: []intunerole.Assignment{{ID: "a1", RoleID: "r1", Name: "Desk", Members: []string{"g1"}}},
	})
	f.ReadDirectoryRoles(t, contoso.ID, read)
	f.ReadDirectoryRoles(t, fabrikam.ID, read, directoryrole.Assignment{ID: "f", Role: gdap.IntuneAdministrator, Principal: "me", Type: "user", Scope: "/"})
	says("restart", "It is not known whether you may", form)
	f.ReadGroups(t, contoso.ID, read, groups.Read{Groups: []groups.Group{{ID: "g1", Name: "Desk", MembersRead: true}}, Members: map[string][]groups.Member{"g1": {{ID: "me", Type: "user", Direct: true}}}})
	says("restart", "You may do this as First line, where the role covers this device, as of 3 min ago.", form)
	says("sync", "No role that lets you do this was found for d.kranz@firstup.example at Contoso, as of 3 min ago.", form)

	own := technician // signed in there with the account of the partner's own tenant
	own.Tenant, own.ObjectID = f.Tenants.Home(), "me"
	c = f.Serve(t, own, tenant.Only(contoso.ID), func(r page.Router) { h.Mount(r); many.Mount(r) })
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Object: "me", Until: f.Now.Add(time.Hour)}}
	says("sync", "Roles by GDAP, or switched on since, are not among what was read", form)
	ends := f.Now.AddDate(0, 1, 0)
	relationship := func(customer tenant.ID, id, group string, ends time.Time, role string) gdap.Relationship {
		return gdap.Relationship{ID: id, Name: id, Customer: customer, Status: gdap.Active, EndsAt: ends, Roles: []string{role}, Assignments: []gdap.Assignment{{ID: "a", Group: group, Status: "active", Roles: []string{role}}}}
	}
	others := []gdap.Relationship{relationship(fabrikam.ID, "theirs", "g1", ends, gdap.IntuneAdministrator), relationship(contoso.ID, "over", "g1", f.Now, gdap.GlobalAdministrator), relationship(contoso.ID, "reader", "g1", ends, "f2ef992c-3afb-46b9-b7cf-a126ee74c451")}
	f.ReadRelationships(t, read, append(others, relationship(contoso.ID, "care", "g2", ends, gdap.IntuneAdministrator))...)
	f.Read(t, f.Tenants.Home(), graphsync.PartnerGroups, read)
	in := map[string][]groups.Member{"g1": {{ID: "me", Type: "user"}}, "g2": {{ID: "somebody", Type: "user"}}}
	f.ReadGroups(t, f.Tenants.Home(), read, groups.Read{Groups: []groups.Group{{ID: "g1", Name: "All", MembersRead: true}, {ID: "g2", Name: "Desk"}}, Members: map[string][]groups.Member{"g1": in["g1"]}})
	says("sync", "Roles by GDAP, or switched on since, are not among what was read", form)
	f.ReadGroups(t, f.Tenants.Home(), read, groups.Read{Groups: []groups.Group{{ID: "g1", Name: "All", MembersRead: true}, {ID: "g2", Name: "Desk", MembersRead: true}}, Members: in})
	says("sync", "No role that lets you do this, by GDAP neither, was found for d.kranz@firstup.example at Contoso, as of 3 min ago.", form)
	in["g2"] = append(in["g2"], groups.Member{ID: "me", Type: "user"})
	f.ReadGroups(t, f.Tenants.Home(), read, groups.Read{Groups: []groups.Group{{ID: "g1", Name: "All", MembersRead: true}, {ID: "g2", Name: "Desk", MembersRead: true}}, Members: in})
	says("sync", "You may do this as Intune Administrator by GDAP, as of 3 min ago.", form)
	c.SignIns[0].Object = "another" // a guest account has none of it
	says("sync", "!Administrator by GDAP", form)
	c.SignIns[0].Object = "me"

	f.ReadDirectoryRoles(t, contoso.ID, read, directoryrole.Assignment{ID: "1", Role: gdap.IntuneAdministrator, Principal: "me", Type: "user", Scope: "/"})
	says("sync", "You may do this as Intune Administrator, as of 3 min ago.", form)
}
