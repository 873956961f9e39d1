package guests

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// TestMany: several people at several customers. The grid says exactly what goes out, the job what became of it, and only what failed is
// tried again.
func TestMany(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam, northwind := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example"), f.Tenant(t, 3, "Northwind", "northwind.example")
	for upn, reach := range map[string]tenant.Staff{"g1@firstup.example": {Reach: tenant.ReachAll}, "g3@firstup.example": {Reach: tenant.ReachAll}, "g5@firstup.example": {Reach: tenant.ReachChosen, Tenants: []tenant.ID{fabrikam.ID}},
		"off@firstup.example": {Reach: tenant.ReachAll, Disabled: true}} {
		reach.UPN, reach.Role = upn, tenant.RoleTechnician
		if _, err := f.Tenants.CreateStaff(t.Context(), reach); err != nil {
			t.Fatal(err)
		}
	}
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute), sample("3", f.Now.AddDate(0, -1, 0)))
	change := &changer{refuse: map[string]error{"g5@firstup.example": errs.ShowNext(errs.Forbidden, "Microsoft does not let you do this.", "You need a role.")}}
	jobs := &guest.Runner{Log: slog.New(slog.DiscardHandler), Store: f.Guests(), Invite: change.Invite, Now: func() time.Time { return f.Now },
		Failed: func(context.Context, tenant.Person, int64, guest.Line, error) string {
			return "7e6cb5c1-0a4f-4d52-9a71-0d6a0e6a1c01"
		}}
	h := &Handler{Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants, Change: change, Jobs: jobs}
	mount := func(r page.Router) { h.MountPortal(r); h.Mount(r) }
	reach := tenant.Only(contoso.ID, fabrikam.ID, northwind.ID)
	all, few := f.Serve(t, technician, reach, mount), f.Serve(t, technician, tenant.Only(northwind.ID), mount)
	support := f.Serve(t, tenant.Person{Name: "Support", Role: tenant.RoleSupport}, reach, mount)
	all.SignIns = []page.SignIn{{Tenant: contoso, Until: f.Now.Add(time.Hour)}, {Tenant: fabrikam, Until: f.Now.Add(time.Hour)}, {Tenant: northwind, Until: f.Now.Add(-time.Hour)}}

	if got := all.Get("/guests/many").Body.String(); strings.Contains(got, "off@firstup.example") || !strings.Contains(got, "you are signed in") {
		t.Error("the form offers who is switched off, or does not say where one is signed in")
	}
	choice := url.Values{"who": {"g1@firstup.example", "g3@firstup.example", "g5@firstup.example"}, "customer": {contoso.ID.String(), fabrikam.ID.String(), northwind.ID.String()}, "language": {"de-DE"}}
	var g grid
	all.JSON("/guests/many/check?"+choice.Encode(), http.StatusOK, &g)
	var said []string
	for _, r := range g.Rows {
		line := r.Customer.Name + ": " + strings.Join(r.Invited, " ")
		for _, s := range r.Skipped {
			line += "; not " + s.Address + ", " + s.Why
		}
		said = append(said, strings.ReplaceAll(line, "@firstup.example", ""))
	}
	want := "Contoso: g1; not g3, is there, not yet proven by a sign-in; not g5, does not look after this customer\nFabrikam: g1 g3 g5\nNorthwind: ; not g1, you are not signed in there; not g3, you are not signed in there; not g5, does not look after this customer"
	if got := strings.Join(said, "\n"); got != want || g.Invitations != 4 || g.Rows[0].AsOf == nil || g.Rows[1].AsOf != nil {
		t.Errorf("%d invitations:\n%s\nwant\n%s", g.Invitations, got, want)
	}
	if got := all.Get("/guests/many/check?" + choice.Encode()).Body.String(); !strings.Contains(got, "Send 4 invitations") || !strings.Contains(got, "/signin?tenant="+northwind.ID.String()) || len(change.asked) > 0 {
		t.Error("the page does not show what it would do, or has done it")
	}
	for name, bad := range map[string]url.Values{"nobody": {"customer": choice["customer"]}, "nowhere": {"who": choice["who"]}, "a stranger": {"who": {"x@evil.example"}, "customer": choice["customer"]}, "who is switched off": {"who": {"off@firstup.example"}, "customer": choice["customer"]},
		"language": {"who": choice["who"], "customer": choice["customer"], "language": {"xx"}}} {
		if got := all.Get("/guests/many/check?" + bad.Encode()); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("check, %s: status %d, want 422", name, got.Code)
		}
		if got := all.Post("/guests/many", bad); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("send, %s: status %d, want 422", name, got.Code)
		}
	}
	for _, path := range []string{"/guests/many/check?" + choice.Encode(), "/guests/jobs/1", "/guests/jobs/x"} {
		if got := few.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("out of reach, %s: status %d", path, got.Code)
		}
	}
	for _, path := range []string{"/guests/many", "/guests/jobs/1/again"} {
		if got := support.Post(path, choice); got.Code != http.StatusForbidden {
			t.Errorf("support at %s: status %d", path, got.Code)
		}
	}
	if got := all.Get("/guests/jobs").Body.String(); !strings.Contains(got, "No job yet") {
		t.Error("no job, and the list does not say so")
	}

	at := all.Post("/guests/many", choice).Header().Get("Location")
	jobs.Wait()
	if !regexp.MustCompile(`^/guests/jobs/\d+$`).MatchString(at) {
		t.Fatalf("the job is at %q", at)
	}
	var v jobView
	all.JSON(at, http.StatusOK, &v)
	if v.Sent != 3 || v.Failed != 1 || v.Lines != 4 || v.Running || v.StateName != "1 not sent" || len(change.asked) != 4 {
		t.Errorf("the job: %+v, asked %v", v.jobRow, change.asked)
	}
	if got := all.Get(at).Body.String(); !strings.Contains(got, `href="`+fresh.FailureURL(fabrikam.ID, "7e6cb5c1-0a4f-4d52-9a71-0d6a0e6a1c01")+`"`) {
		t.Error("from what was not sent nothing leads to why")
	}
	if got := all.Get(at).Body.String(); !strings.Contains(got, "Microsoft does not let you do this. You need a role.") || !strings.Contains(got, "Try 1 invitation again") || strings.Contains(got, "every 2s") {
		t.Error("the page does not say what failed, or offers to send more than that, or renews itself for ever")
	}
	if got := support.Get(at).Body.String(); strings.Contains(got, "/again") || !strings.Contains(got, "A technician or an owner") {
		t.Error("support may try again")
	}
	change.asked, change.refuse = nil, nil
	if got := all.Post(at+"/again", nil); got.Code != http.StatusSeeOther {
		t.Errorf("again: status %d", got.Code)
	}
	jobs.Wait()
	if strings.Join(change.asked, ", ") != "g5@firstup.example de-DE" {
		t.Errorf("tried again: %v", change.asked)
	}
	for _, format := range []string{"", "?format=csv"} {
		if got := all.Get("/guests/jobs" + format).Body.String(); !strings.Contains(got, "4 invitations to 2 customers") {
			t.Errorf("the list%s lacks the job", format)
		}
	}
	if got := few.Get("/guests/jobs").Body.String(); strings.Contains(got, "invitations to") {
		t.Error("a job out of reach is listed")
	}
	for _, path := range []string{"/guests/jobs?sort=x", "/guests/jobs?after=x"} {
		if got := all.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("%s: status %d", path, got.Code)
		}
	}
}

func TestManyGolden(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	var contoso, fabrikam tenant.ID
	for id, text := range map[*tenant.ID]string{&contoso: "c0000000-0000-4000-8000-000000000002", &fabrikam: "c0000000-0000-4000-8000-000000000003"} {
		if err := id.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	evil := `<b>"x"</b>` + strings.Repeat(" long", 30)
	read := now.Add(-time.Hour)
	o := order{who: []string{"a@firstup.example"}, where: []string{contoso.String()}, language: "de-DE", message: evil, faults: page.Faults{"who": "Choose at least one person."}, signedIn: map[tenant.ID]bool{fabrikam: true},
		people:    []tenant.Staff{{UPN: "a@firstup.example", Name: evil}, {UPN: "b@firstup.example"}},
		customers: []tenant.Tenant{{ID: contoso, DisplayName: "Contoso", State: tenant.StateConnected}, {ID: fabrikam, DisplayName: evil, State: tenant.StateConnected}}}
	t.Run("choose", func(t *testing.T) { webtest.Golden(t, manyBody(o)) })
	t.Run("check", func(t *testing.T) {
		webtest.Golden(t, gridBody(grid{order: o, now: now, Invitations: 1, Rows: []gridRow{
			{Customer: page.TenantRef{ID: contoso, Name: "Contoso"}, SignedIn: true, Invited: []string{"a@firstup.example"}, Skipped: []skipped{{"b@firstup.example", "is there, account disabled"}}, AsOf: &read},
			{Customer: page.TenantRef{ID: fabrikam, Name: evil}, Skipped: []skipped{{"a@firstup.example", "you are not signed in there"}}},
		}}))
	})
	t.Run("job", func(t *testing.T) {
		j := guest.Job{ID: 7, MadeAt: read, MadeBy: evil, Language: "de-DE", Lines: 3, Waiting: 1, Sent: 1, Failed: 1, Customers: 2, AliveAt: now}
		v := jobView{jobRow: newJobRow(j, now), Language: j.Language, again: 1, Rows: []jobLine{
			{page.TenantRef{ID: contoso, Name: "Contoso"}, "a@firstup.example", "sent", "", read, ""}, {page.TenantRef{ID: contoso, Name: "Contoso"}, "b@firstup.example", "failed", evil, read, "/t/x/doctor/f"}, {page.TenantRef{ID: fabrikam, Name: evil}, "a@firstup.example", "waiting", "", read, ""},
		}}
		webtest.Golden(t, jobBody(v))
	})
}
