package login

import (
	"net/url"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// TestPartners: a customer's Global Administrator approves or refuses what a partner asks of that customer, and nobody else does.
func TestPartners(t *testing.T) {
	r := newRig(t)
	for _, id := range []string{"one", "two"} {
		r.w.Change(func() {
			r.w.AddRelationship(&world.Relationship{ID: id, DisplayName: "Care " + id, CustomerTenantID: r.none.ID, Status: "approvalPending", Duration: "P730D", AutoExtend: "P180D", Roles: []string{world.RoleTemplates["Intune Administrator"]}, Modified: r.w.Clock.Now()})
		})
	}
	status := func(id string) (found string) {
		r.w.View(func() {
			for _, rel := range r.w.Relationships() {
				if rel.ID == id {
					found = rel.Status
				}
			}
		})
		return found
	}
	as := func(tenant *world.Tenant, n int) *browser {
		b := r.browser()
		b.post(partnersPath, url.Values{"loginfmt": {tenant.Users[n].SignInName}, "passwd": {tenant.Users[n].Password}})
		return b
	}
	if a := r.browser().get(partnersPath); a.status != 200 || !strings.Contains(a.body, "Sign in as a Global Administrator") {
		t.Errorf("not signed in: %d %.200s", a.status, a.body)
	}
	if a := r.browser().post(partnersPath, url.Values{"loginfmt": {r.none.Users[0].SignInName}, "passwd": {"x"}}); !strings.Contains(a.body, "incorrect") {
		t.Error("a wrong password")
	}
	for name, b := range map[string]*browser{"another customer's administrator": as(r.contoso, 0), "no Global Administrator": as(r.none, 1), "the partner's own": as(r.home, 0)} {
		if a := b.get(partnersPath); strings.Contains(a.body, "Care one") {
			t.Errorf("%s sees the request", name)
		}
		b.post(partnersPath, url.Values{"id": {"one"}, "decision": {"approve"}})
	}
	if status("one") != "approvalPending" {
		t.Fatal("somebody else approved it")
	}
	admin := as(r.none, 0)
	if a := admin.get(partnersPath); !strings.Contains(a.body, `id="/partners/invitation/granularAdminRelationships/one"`) || !strings.Contains(a.body, "Care two") || !strings.Contains(a.body, "Intune Administrator") {
		t.Errorf("what waits: %.600s", a.body)
	}
	for _, tc := range []struct{ id, decision, title, want string }{
		{"one", "approve", "was approved", "approved"}, {"two", "refuse", "was refused", "terminated"}, {"two", "approve", "Nothing was changed", "terminated"}, {"x", "approve", "Nothing was changed", ""}, {"one", "x", "Nothing was changed", "approved"},
	} {
		a := admin.post(partnersPath, url.Values{"id": {tc.id}, "decision": {tc.decision}})
		if !strings.Contains(a.body, tc.title) || status(tc.id) != tc.want {
			t.Errorf("%s %s: %q, %.200s", tc.decision, tc.id, status(tc.id), a.body)
		}
	}
}
