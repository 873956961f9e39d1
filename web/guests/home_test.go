package guests

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// TestHome: in the partner's own tenant the room lists customers' people, each with its customer, and only these are invited there. Neither
// direction shows the other's accounts.
func TestHome(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.Home(t)
	home := f.Tenants.Home()
	person := func(n, address string, redeemed *bool, roles ...string) guest.Guest {
		g := sample(n, f.Now.AddDate(0, 0, -3))
		g.Address, g.Redeemed, g.Roles, g.Intune = address, redeemed, roles, nil
		return g
	}
	f.ReadGuests(t, home, f.Now.Add(-time.Minute), person("1", "anna@contoso.example", &yes), person("2", "bob@contoso.example", &no), person("3", "carla@fabrikam.example", &yes, gdap.GlobalAdministrator))
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute), sample("4", f.Now))
	change := &changer{}
	mount := (&Handler{Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants, Change: change}).Mount
	at := "/t/" + home.String() + "/guests"
	one, all, customer := f.Serve(t, technician, tenant.Only(home, contoso.ID, fabrikam.ID), mount), f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)

	var got twin
	one.JSON(at+"?sort=name", http.StatusOK, &got)
	var said []string
	for _, r := range got.Rows {
		said = append(said, r.Address+" of "+r.fromName()+": "+r.StateName)
	}
	if want := "anna@contoso.example of Contoso: Accepted, bob@contoso.example of Contoso: Invited, not redeemed, carla@fabrikam.example of Fabrikam: Holds a directory role of yours"; strings.Join(said, ", ") != want {
		t.Errorf("at home: %s\nwant %s", strings.Join(said, ", "), want)
	}
	for path, want := range map[string]int64{at + "?customer=" + contoso.ID.String(): 2, at + "?q=carla": 1} {
		if one.JSON(path, http.StatusOK, &got); got.Count != want {
			t.Errorf("GET %s: %d, want %d", path, got.Count, want)
		}
	}
	got = twin{}
	if all.JSON("/guests", http.StatusOK, &got); got.Count != 1 || got.Rows[0].From != nil {
		t.Errorf("over all customers: %+v", got)
	}
	if p := one.Get(at + "?customer=" + home.String()); p.Code != http.StatusNotFound {
		t.Errorf("of no customer: status %d", p.Code)
	}
	link := `href="` + at + `?customer=` + contoso.ID.String() + `"`
	if p := all.Get("/t/" + contoso.ID.String() + "/guests").Body.String(); !strings.Contains(p, link) {
		t.Error("a customer's guests do not lead to its people at home")
	}
	if p := customer.Get("/t/" + contoso.ID.String() + "/guests").Body.String(); strings.Contains(p, "at your tenant") {
		t.Error("who may not look into the home tenant is led there")
	}
	if p := one.Get(at + "/" + sample("3", f.Now).ID).Body.String(); strings.Contains(p, `name="role"`) || !strings.Contains(p, "/revoke") || strings.Contains(p, "not signed in") {
		t.Error("at home a role is offered, or nothing can be revoked")
	}

	if p := one.Get(at + "/invite?customer=" + contoso.ID.String()).Body.String(); !strings.Contains(p, "Address of the person") || strings.Contains(p, "Sign in there") {
		t.Error("the form does not ask for an address")
	}
	form := func(address string) url.Values {
		return url.Values{"who": {address}, "name": {"Dora"}, "mail": {"1"}, "language": {"de-DE"}}
	}
	for name, bad := range map[string]string{"no address": "dora", "nobody's": "dora@elsewhere.example", "who accepted": "anna@contoso.example", "two": "a@contoso.example, b@contoso.example"} {
		if p := one.Post(at+"/invite", form(bad)); p.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, want 422", name, p.Code)
		}
	}
	for _, ok := range []string{" Dora@Contoso.example ", "bob@contoso.example"} {
		if p := one.Post(at+"/invite", form(ok)); p.Code != http.StatusOK {
			t.Errorf("%s: status %d", ok, p.Code)
		}
	}
	if strings.Join(change.asked, ", ") != "dora@contoso.example de-DE, bob@contoso.example de-DE" {
		t.Errorf("asked %v", change.asked)
	}
}
