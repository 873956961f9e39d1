package guests

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// changer takes down what it is asked for, and refuses whom it is told to.
type changer struct {
	asked  []string
	refuse map[string]error // by address
	seats  []guest.Seats
}

func (c *changer) Invite(_ context.Context, _ tenant.Person, _ string, _ tenant.ID, in guest.Invitation) (guest.Receipt, error) {
	c.asked = append(c.asked, in.Address+" "+in.Language)
	if err := c.refuse[in.Address]; err != nil {
		return guest.Receipt{}, err
	}
	return guest.Receipt{Link: "https://login.example/redeem?" + in.Address}, nil
}

func (c *changer) GiveRole(_ context.Context, _ tenant.Person, _ string, g guest.Guest, role string) error {
	c.asked = append(c.asked, g.Address+" "+role)
	return nil
}

func (c *changer) Revoke(_ context.Context, _ tenant.Person, _ string, g guest.Guest, groups []guest.RoleGroup) error {
	for _, in := range groups {
		c.asked = append(c.asked, "first out of "+in.Name)
	}
	c.asked = append(c.asked, "delete "+g.Address)
	return c.refuse[g.Address]
}

func (c *changer) LeaveGroup(_ context.Context, _ tenant.Person, _ string, g guest.Guest, in guest.RoleGroup) (string, error) {
	c.asked = append(c.asked, g.Address+" out of "+in.Name)
	return "Microsoft did it.", c.refuse[g.Address]
}

func (c *changer) Seats(context.Context, tenant.ID) ([]guest.Seats, error) { return c.seats, nil }

func (c *changer) GiveLicence(_ context.Context, _ tenant.Person, _ string, g guest.Guest, sku, country string) (bool, error) {
	c.asked = append(c.asked, g.Address+" "+sku+" "+country)
	return true, c.refuse[g.Address]
}

func TestChanges(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	for _, upn := range []string{"g1@firstup.example", "g2@firstup.example", "g3@firstup.example"} {
		if _, err := f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: upn, Role: tenant.RoleTechnician, Reach: tenant.ReachAll}); err != nil {
			t.Fatal(err)
		}
	}
	accepted := sample("3", f.Now)
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute), accepted)
	change := &changer{refuse: map[string]error{}}
	mount := (&Handler{Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants, Change: change, DirectoryRoles: f.DirectoryRoles(), Groups: f.DirectoryGroups(), Explain: func(_ *http.Request, _ error, back string) string { return "/explained?" + back }}).Mount
	one := f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	support := f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, tenant.Only(contoso.ID), mount)
	at := "/t/" + contoso.ID.String() + "/guests"
	form := func(who ...string) url.Values { return url.Values{"who": who, "mail": {"1"}, "language": {"de-DE"}} }

	for _, path := range []string{at + "/invite", at + "/" + accepted.ID} {
		if got := one.Get(path).Body.String(); !strings.Contains(got, "You are not signed in at Contoso") || strings.Contains(got, `method="post" action="/t/`) {
			t.Errorf("%s offers what cannot be sent", path)
		}
	}
	one.SignIns = []page.SignIn{{Tenant: contoso, As: "g3@firstup.example", Until: f.Now.Add(time.Hour)}}
	if got := one.Get(at + "/invite").Body.String(); !strings.Contains(got, "g1@firstup.example") || !strings.Contains(got, "Has a guest account already") {
		t.Error("the form does not offer staff, or not say who is a guest already")
	}
	for _, path := range []string{"/invite", "/" + accepted.ID + "/role", "/" + accepted.ID + "/revoke", "/" + accepted.ID + "/licence"} {
		if got := support.Post(at+path, form("g1@firstup.example")); got.Code != http.StatusForbidden {
			t.Errorf("support at %s: status %d, want 403", path, got.Code)
		}
	}
	for name, bad := range map[string]url.Values{"nobody": form(), "a stranger": form("x@evil.example"), "who accepted": form("g3@firstup.example"), "language": {"who": {"g1@firstup.example"}, "language": {"xx"}},
		"too long": {"who": {"g1@firstup.example"}, "language": {"de-DE"}, "message": {strings.Repeat("é", 501)}}} {
		if got := one.Post(at+"/invite", bad); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, want 422", name, got.Code)
		}
	}
	if got := one.Post("/guests/invite", form("g1@firstup.example")); got.Code != http.StatusNotFound || len(change.asked) != 0 {
		t.Errorf("over all customers: status %d, asked %v", got.Code, change.asked)
	}

	change.refuse["g2@firstup.example"] = errs.ShowNext(errs.Forbidden, "Microsoft refuses this.", "You need a role.")
	got := one.Post(at+"/invite", form("g2@firstup.example", "g1@firstup.example", "g1@firstup.example"))
	text := got.Body.String()
	if want := "g1@firstup.example de-DE, g2@firstup.example de-DE"; got.Code != http.StatusOK || strings.Join(change.asked, ", ") != want {
		t.Errorf("status %d, asked %v, want %s", got.Code, change.asked, want)
	}
	if !strings.Contains(text, "https://login.example/redeem?g1@firstup.example") || !strings.Contains(text, "Microsoft refuses this. You need a role.") || !strings.Contains(text, `name="who" value="g2@firstup.example"`) || strings.Contains(text, `name="who" value="g1@firstup.example"`) {
		t.Error("one was invited and one not, and the page does not say so, or would invite both again")
	}
	if strings.Count(text, `href="/explained?`+at+`/invite"`) != 1 {
		t.Error("from the one that was refused nothing leads to why")
	}
	if got := one.Post(at+"/invite", form("g2@firstup.example")); got.Code != http.StatusForbidden {
		t.Errorf("what is refused at once: status %d, want 403", got.Code)
	}
	change.refuse["g2@firstup.example"] = tenant.NeedSignIn(contoso.ID, "Your sign-in has ended.", "Sign in again.")
	if got := one.Post(at+"/invite", form("g2@firstup.example")); !strings.Contains(got.Body.String(), "/signin?tenant="+contoso.ID.String()) {
		t.Error("who is not signed in there is not led there")
	}
	change.refuse["g1@firstup.example"] = errors.New("a mistake of ours")
	if got := one.Post(at+"/invite", form("g1@firstup.example")); got.Code != http.StatusInternalServerError {
		t.Errorf("our own mistake: status %d", got.Code)
	}

	change.asked = nil
	if page := one.Get(at + "/" + accepted.ID).Body.String(); !strings.Contains(page, `action="`+at+"/"+accepted.ID+`/role"`) || strings.Contains(page, gdap.GlobalAdministrator) || strings.Contains(page, `value="`+gdap.IntuneAdministrator+`"`) {
		t.Error("the page offers a role that is held, or Global Administrator, or none")
	}
	if got := one.Post(at+"/"+accepted.ID+"/role", url.Values{"role": {"f2ef992c-3afb-46b9-b7cf-a126ee74c451"}}); got.Code != http.StatusSeeOther || strings.Join(change.asked, ", ") != "g3@firstup.example f2ef992c-3afb-46b9-b7cf-a126ee74c451" || len(one.Said) != 1 {
		t.Errorf("a role: status %d, asked %v", got.Code, change.asked)
	}
	if got := one.Post(at+"/x/role", url.Values{"role": {"y"}}); got.Code != http.StatusNotFound {
		t.Errorf("a role for nobody: status %d", got.Code)
	}
	if got := support.Get(at + "/" + accepted.ID).Body.String(); strings.Contains(got, "<select") || !strings.Contains(got, "A technician or an owner") {
		t.Error("support is offered a role to give")
	}

	change.asked, change.refuse, one.Said = nil, map[string]error{}, nil
	unlicensed := sample("4", f.Now)
	unlicensed.Intune = &no
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute), accepted, unlicensed)
	licence := at + "/" + unlicensed.ID + "/licence"
	if got := one.Get(licence).Body.String(); !strings.Contains(got, "has no licence with Intune") || strings.Contains(got, `name="sku"`) {
		t.Error("where there is no licence one is offered")
	}
	change.seats = []guest.Seats{{SKU: "e3", Name: "SPE_E3", Enabled: 5, Used: 5}}
	if got := one.Get(licence).Body.String(); !strings.Contains(got, "5 of 5 seats in use") || strings.Contains(got, `name="sku"`) {
		t.Error("where no seat is free one is offered")
	}
	change.seats = append(change.seats, guest.Seats{SKU: "e5", Name: "SPE_E5", Enabled: 9, Used: 7})
	if got := one.Get(licence).Body.String(); !strings.Contains(got, "2 of 9 seats free") || !strings.Contains(got, "No seat is free.") {
		t.Error("the free seats are not offered")
	}
	for name, bad := range map[string]url.Values{"no licence": {"country": {"DE"}}, "a country by name": {"sku": {"e5"}, "country": {"Germany"}}} {
		if got := one.Post(licence, bad); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, want 422", name, got.Code)
		}
	}
	if got := one.Post(licence, url.Values{"sku": {"e5"}, "country": {"de"}}); got.Code != http.StatusSeeOther || strings.Join(change.asked, ", ") != "g4@firstup.example e5 DE" {
		t.Errorf("a licence: status %d, asked %v", got.Code, change.asked)
	}
	if got := one.Get(at + "/" + accepted.ID + "/licence").Body.String(); strings.Contains(got, `name="sku"`) {
		t.Error("who has a licence is offered another")
	}
	if got := support.Get(licence); got.Code != http.StatusForbidden {
		t.Errorf("support at a licence: status %d", got.Code)
	}

	f.ReadDirectoryRoles(t, contoso.ID, f.Now, directoryrole.Assignment{ID: "1", Role: "f2ef992c-3afb-46b9-b7cf-a126ee74c451", Principal: "g7", Type: "group", Name: "Night shift", Scope: "/"})
	f.ReadGroups(t, contoso.ID, f.Now, group.Read{Groups: []group.Group{{ID: "g7", Name: "Night shift", MembersRead: true}}, Members: map[string][]group.Member{"g7": {{ID: accepted.ID, Type: "user", Direct: true}}}})
	change.asked, one.Said = nil, nil
	leave := at + "/" + accepted.ID + "/groups/g7"
	if got := one.Get(at + "/" + accepted.ID).Body.String(); !strings.Contains(got, `href="`+leave+`"`) {
		t.Error("the page does not lead out of the group that gives a role")
	}
	if got := one.Get(leave).Body.String(); !strings.Contains(got, "loses Global Reader") || !strings.Contains(got, `action="`+leave+`"`) {
		t.Error("the page does not say what is lost, or has no button")
	}
	if got := one.Post(leave, nil); got.Code != http.StatusSeeOther || strings.Join(change.asked, ", ") != "g3@firstup.example out of Night shift" || len(one.Said) != 1 {
		t.Errorf("out of a group: status %d, asked %v", got.Code, change.asked)
	}
	for c, want := range map[*webtest.Client]int{one: http.StatusNotFound, support: http.StatusForbidden} {
		if a, b := c.Get(at+"/"+accepted.ID+"/groups/g8"), c.Post(at+"/"+accepted.ID+"/groups/g8", nil); a.Code != want || b.Code != want {
			t.Errorf("another group: status %d and %d, want %d", a.Code, b.Code, want)
		}
	}
	f.ReadGroups(t, contoso.ID, f.Now, group.Read{Groups: []group.Group{{ID: "g7", Name: "Night shift", MembersRead: true, Dynamic: true}}, Members: map[string][]group.Member{"g7": {{ID: accepted.ID, Type: "user", Direct: true}}}})
	if got := one.Get(leave).Body.String(); strings.Contains(got, `action="`+leave+`"`) || !strings.Contains(got, "A rule of Contoso says") {
		t.Error("a group with a rule can be left")
	}
	change.asked = nil
	revoke := at + "/" + accepted.ID + "/revoke"
	if got := one.Get(revoke).Body.String(); !strings.Contains(got, "loses Intune Administrator, which is taken away first") || !strings.Contains(got, "It holds Global Reader by the group “Night shift”, whose members a rule chooses") || !strings.Contains(got, "loses its Intune licence") || !strings.Contains(got, `action="`+revoke+`"`) {
		t.Error("the page does not say what is lost, or has no button")
	}
	change.refuse[accepted.Address] = errs.ShowNext(errs.Conflict, "It is gone.", "Read the guests again.")
	if got := one.Post(revoke, nil); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Read the guests again.") {
		t.Errorf("deleted meanwhile: status %d", got.Code)
	}
	delete(change.refuse, accepted.Address)
	if got := one.Post(revoke, nil); got.Code != http.StatusSeeOther || strings.Join(change.asked, ", ") != "first out of Night shift, delete g3@firstup.example, first out of Night shift, delete g3@firstup.example" {
		t.Errorf("deleted: status %d, asked %v", got.Code, change.asked)
	}
	if err := f.Guests().Revoked(t.Context(), contoso.ID, accepted.ID, "technician@firstup.example", f.Now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{at, at + "/" + accepted.ID} {
		if got := one.Get(path).Body.String(); !strings.Contains(got, "Deleted, still listed") {
			t.Errorf("%s does not say that the account was deleted", path)
		}
	}
	if got := one.Get(revoke).Body.String(); strings.Contains(got, `action="`+revoke+`"`) || !strings.Contains(got, "was deleted here by technician@firstup.example") {
		t.Error("what was deleted can be deleted again")
	}
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute), unlicensed)
	if got := one.Get(at + "/" + accepted.ID).Body.String(); !strings.Contains(got, "Deleted by technician@firstup.example") {
		t.Error("who deleted it is not kept")
	}
}
