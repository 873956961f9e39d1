package guests

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	yes, no    = true, false
)

type twin struct {
	Rows  []row
	Count int64
}

func sample(n string, invited time.Time) guest.Guest {
	return guest.Guest{ID: "00000000-0000-4000-8000-00000000000" + n, Name: "Guest " + n, UPN: "g" + n + "_firstup.example#EXT#@contoso.onmicrosoft.example", Address: "g" + n + "@firstup.example", Redeemed: &yes,
		RedeemedAt: invited.AddDate(0, 0, 1), Enabled: &yes, Roles: []string{gdap.IntuneAdministrator}, RolesRead: true, Intune: &yes, InvitedAt: invited}
}

func TestPages(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	mount := (&Handler{Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants}).Mount
	one, all := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, technician, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/guests"

	if got := one.Get(at).Body.String(); !strings.Contains(got, "Not read yet") || strings.Contains(got, "No guest account") {
		t.Error("what was not read seems to be none")
	}
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute))
	if got := one.Get(at).Body.String(); !strings.Contains(got, "No guest accounts at Contoso") {
		t.Error("none was read, and the page does not say so")
	}
	waiting := sample("1", f.Now.AddDate(0, 0, -20))
	waiting.Redeemed = &no
	unread := sample("2", f.Now)
	unread.Roles, unread.RolesRead = nil, false
	evil := sample("3", f.Now)
	evil.Name = "=cmd|'/c calc'!A1"
	f.ReadGuests(t, contoso.ID, f.Now.Add(-time.Minute), waiting, unread, evil)
	f.ReadGuests(t, fabrikam.ID, f.Now.Add(-time.Minute), sample("3", f.Now))
	if _, err := f.Pool.In(fabrikam.ID).Exec(t.Context(), `INSERT INTO person (tenant_id, object_id, subject, last_seen_at) VALUES ($1, $2, 's', $3)`, fabrikam.ID, evil.ID, f.Now.Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int64{at: 3, "/guests": 3, at + "?standing=invited": 1, at + "?waiting=true": 1, at + "?idle=true": 0, at + "?standing=unknown&standing=licence": 2, at + "?role=" + gdap.GlobalAdministrator: 0, at + "?q=G2@": 1, at + "?gone=true": 0} {
		var got twin
		one.JSON(path, http.StatusOK, &got)
		if got.Count != want || int64(len(got.Rows)) != want {
			t.Errorf("GET %s: %d rows, count %d, want %d", path, len(got.Rows), got.Count, want)
		}
		if p := one.Get(path); p.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", path, p.Code)
		}
	}
	var got twin
	all.JSON("/guests", http.StatusOK, &got)
	var said []string
	for _, r := range got.Rows {
		said = append(said, r.Tenant.Name+": "+r.StateName)
	}
	if want := "Contoso: Unknown: roles could not be read, Contoso: Not redeemed for 20 days, Contoso: Not yet proven by a sign-in, Fabrikam: Proven by a sign-in"; strings.Join(said, ", ") != want {
		t.Errorf("all: %q, want %q", strings.Join(said, ", "), want)
	}
	if csv := one.Get(at + "?format=csv").Body.String(); strings.Count(csv, "\n") != 4 || strings.Contains(csv, "\n=cmd") || strings.Contains(csv, ",=cmd") {
		t.Errorf("CSV: %s", csv)
	}
	if p := one.Get(at + "/" + waiting.ID); p.Code != http.StatusOK || !strings.Contains(p.Body.String(), "Not accepted yet") {
		t.Errorf("a guest: status %d", p.Code)
	}
	for _, path := range []string{at + "/x", at + "/%00", "/t/" + fabrikam.ID.String() + "/guests/" + evil.ID} {
		if p := one.Get(path); p.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, p.Code)
		}
	}
	for _, path := range []string{at + "?standing=x", at + "?sort=x", at + "?after=x", at + "?role=x"} {
		if p := one.Get(path); p.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, p.Code)
		}
	}
	f.FailRead(t, fabrikam.ID, graphsync.Guests, "permission", "A permission is not granted.")
	f.Now = f.Now.Add(24 * time.Hour)
	all.JSON("/guests?customer="+fabrikam.ID.String(), http.StatusOK, &got)
	if got.Rows[0].StateName != "Was: proven by a sign-in" || !got.Rows[0].Late {
		t.Errorf("a day later: %+v", got.Rows[0])
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	var tid tenant.ID
	if err := tid.UnmarshalText([]byte("c0000000-0000-4000-8000-000000000002")); err != nil {
		t.Fatal(err)
	}
	m := tenant.Membership{Scope: tenant.Only(tid), Tenant: tenant.Tenant{ID: tid, DisplayName: "Contoso"}}
	read := graphsync.Freshness{Dataset: graphsync.Guests, Tenants: 1, Read: 1, Fresh: 1, State: graphsync.Complete, AsOf: now.Add(-time.Hour)}
	x := sample("1", now.AddDate(0, -5, 0))
	x.Tenant, x.Standing, x.SignedInAt, x.FirstSeenAt = tid, guest.Proven, now.AddDate(0, -4, 0), now.AddDate(0, -5, 0)
	t.Run("idle", func(t *testing.T) {
		v := newView(m, x, []guest.Change{{At: now.AddDate(0, -4, -1), Field: "roles", Old: "{}", New: "{" + gdap.IntuneAdministrator + ",x}"}, {At: now.AddDate(0, -4, -2), Field: "gone", Old: "true", New: "false"},
			{At: now.AddDate(0, -4, -3), Field: "gone", Old: "false", New: "true"}, {At: now.AddDate(0, -5, 0), Field: "redeemed", Old: "", New: "true"}}, read, now)
		m.Person = technician
		v.next = newNext(m, x, page.Chrome{Now: now, SignIns: []page.SignIn{{Tenant: m.Tenant, Until: now.Add(time.Hour)}}}, v.URL)
		webtest.Golden(t, guestBody(v))
	})
	t.Run("revoke", func(t *testing.T) {
		webtest.Golden(t, revokeBody(confirmView{m: m, guest: x, next: next{revoke: true}, groups: []guest.RoleGroup{{ID: "g", Name: "<i>", Roles: []string{"Intune Administrator"}}, {Name: "By rule", Dynamic: true, Roles: []string{"Global Reader"}}}}))
	})
	t.Run("leave", func(t *testing.T) {
		webtest.Golden(t, leaveBody(groupView{confirmView{m: m, guest: x, next: next{revoke: true}}, guest.RoleGroup{ID: "g/7", Name: `<b>"Night" & shift</b>`, Roles: []string{"Intune Administrator", "<i>"}}}))
	})
	t.Run("licence", func(t *testing.T) {
		v := licenceView{confirmView: confirmView{m: m, guest: x, next: next{licence: true}}, country: "DE", seats: []guest.Seats{{SKU: "e3", Name: "SPE_E3", Enabled: 5, Used: 5}, {SKU: "e5", Name: `<SPE_E5>`, Enabled: 1200, Used: 7}}}
		webtest.Golden(t, licenceBody(v))
	})
	x.Name, x.Standing, x.Redeemed, x.Roles, x.RolesRead, x.Intune, x.SignedInAt = `<b>"Guest" & more</b>`+strings.Repeat(" very long", 20), guest.Unknown, nil, nil, false, nil, time.Time{}
	t.Run("hostile", func(t *testing.T) { webtest.Golden(t, guestBody(newView(m, x, nil, read, now))) })
	t.Run("revoke hostile", func(t *testing.T) {
		webtest.Golden(t, revokeBody(confirmView{m: m, guest: x, next: next{reason: "You are not signed in.", signIn: "/signin"}}))
	})
	t.Run("invited", func(t *testing.T) {
		v := inviteView{m: m, form: inviteForm{mail: true, language: "de-DE", message: x.Name}}
		webtest.Golden(t, invitedBody(v, []line{
			{Address: "g1@firstup.example", Link: `https://login.example/redeem?"><script>`, State: ui.State{Shape: ui.ShapeOK, Text: "Invited"}},
			{Address: x.Name, Trouble: x.Name, State: ui.State{Shape: ui.ShapeBad, Text: "Not invited"}},
		}, "The guest accounts are being read now."))
	})
}

// TestNothingLateIsSolid: a stage that was read too long ago is not shown as reached, nor is one that was not read.
func TestNothingLateIsSolid(t *testing.T) {
	now := time.Now()
	x := sample("1", now)
	x.Standing = guest.Licence
	for name, tc := range map[string]struct {
		read graphsync.Freshness
		want ui.Shape
	}{
		"in time": {graphsync.Freshness{Read: 1}, ui.ShapeOK}, "late": {graphsync.Freshness{Read: 1, Late: 1}, ui.ShapeStale}, "never": {graphsync.Freshness{}, ui.ShapeStale},
	} {
		items := newView(tenant.Membership{}, x, nil, tc.read, now).door().Items
		for _, st := range items[:4] {
			if st.Shape != tc.want {
				t.Errorf("%s: %s is %s, want %s", name, st.Name, st.Shape, tc.want)
			}
		}
		if items[4].Shape != ui.ShapeTodo {
			t.Errorf("%s: no sign-in is %s", name, items[4].Shape)
		}
	}
}
