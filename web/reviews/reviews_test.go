package reviews

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

func handler(f *webtest.Fleet) *Handler {
	return &Handler{Reviews: review.NewStore(f.Pool, audit.NewStore(f.Pool), func() time.Time { return f.Now }), Tenants: f.Tenants, Sync: f.Sync, Services: f.Services, Provisioning: f.Provisioning, Guests: f.Guests(),
		Consent: consent.NewService(consent.Deps{Store: consent.NewStore(f.Pool)}), Partner: func(context.Context) string { return "First Up Consultants" }}
}

func person(role tenant.Role) tenant.Person {
	return tenant.Person{Tenant: mustID(webtest.HomeID), ObjectID: "33333333-3333-4333-8333-333333333333", Name: "Somebody", UPN: "somebody@firstup.example", Role: role}
}

func mustID(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

func TestReview(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-5*time.Minute), device.Device{ID: "d1", Name: "A", OS: "Windows", Compliance: "noncompliant", LastSyncAt: f.Now}, device.Device{ID: "d2", Name: "B", OS: "Windows", Compliance: "compliant", LastSyncAt: f.Now.AddDate(0, -6, 0)})
	f.ReadJobs(t, contoso.ID, f.Now.Add(-5*time.Minute), provisioning.Job{SPID: "sp1", ID: "j1", AppName: "Slack <b>", Health: provisioning.Quarantined, Code: "Quarantine"})
	f.FailRead(t, contoso.ID, graphsync.Apps, "permission", "The portal may not read this.")
	f.ReadGuests(t, contoso.ID, f.Now.Add(-5*time.Minute),
		guest.Guest{ID: "g1", Name: "Anna", Address: "anna@firstup.example", Redeemed: ptr(false), Enabled: ptr(true), InvitedAt: f.Now.AddDate(0, -1, 0), RolesRead: true},
		guest.Guest{ID: "g2", Name: "Ben", Address: "ben@firstup.example", Redeemed: ptr(true), Enabled: ptr(true), InvitedAt: f.Now.AddDate(0, -1, 0), Intune: ptr(false), RolesRead: true, Roles: []string{"3a2c62db-5318-420d-8d74-23affee5d9d5"}})
	for _, s := range []tenant.Staff{
		{UPN: "adele.vance@firstup.example", Name: "Adele Vance", Role: tenant.RoleTechnician, Reach: tenant.ReachAll},
		{UPN: "alex.wilber@firstup.example", Name: "Alex Wilber", Role: tenant.RoleTechnician, Reach: tenant.ReachChosen, Tenants: []tenant.ID{fabrikam.ID}},
		{UPN: "megan.bowen@firstup.example", Name: "Megan Bowen", Role: tenant.RoleSupport, Reach: tenant.ReachAll},
	} {
		if _, err := f.Tenants.CreateStaff(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	h := handler(f)
	mount := func(r page.Router) { h.Mount(r); h.MountTenant(r) }
	support := f.Serve(t, person(tenant.RoleSupport), tenant.Only(contoso.ID), mount)
	base := "/t/" + contoso.ID.String() + "/review"

	var v view
	support.JSON(base, http.StatusOK, &v)
	kinds := map[string]int64{}
	for _, x := range v.Findings {
		kinds[x.Kind] = max(1, x.Count)
		if x.Text == "" || x.URL == "" || x.Key == "" {
			t.Errorf("not said in full: %+v", x)
		}
	}
	if kinds[kindNoncompliant] != 1 || kinds[kindSilent] != 1 || kinds[kindQuarantine] != 1 || kinds[kindNotRedeemed] != 1 || kinds[kindUnproven] != 1 || kinds[kindIdle] != 0 || kinds[kindUnread] == 0 || kinds[kindGrantsUnread] != 1 || v.Open != len(v.Findings) || v.Findings[0].Severity != review.Bad {
		t.Errorf("findings: %v, %d open of %d, first %+v", kinds, v.Open, len(v.Findings), v.Findings[0])
	}
	send := func(path string, want int, form url.Values) {
		t.Helper()
		if w := support.Post(path, form); w.Code != want {
			t.Errorf("POST %s %v: %d, want %d: %.300s", path, form, w.Code, want, w.Body)
		}
	}
	until := f.Now.AddDate(0, 0, 20).Format(time.DateOnly)
	send(base+"/findings", 303, url.Values{"act": {"accept"}, "finding": {kindNoncompliant}, "until": {until}, "why": {"Replaced in autumn"}})
	send(base+"/findings", 303, url.Values{"act": {"hand"}, "finding": {"job:sp1/j1"}, "holder": {"adele.vance@firstup.example"}})
	for _, not := range []string{"alex.wilber@firstup.example", "megan.bowen@firstup.example", "Adele Vance", ""} {
		send(base+"/findings", 422, url.Values{"act": {"hand"}, "finding": {kindSilent}, "holder": {not}})
	}
	send(base+"/findings", 303, url.Values{"act": {"note"}, "finding": {"job:sp1/j1"}, "note": {"Asked <i>them</i>"}})
	send(base+"/findings", 422, url.Values{"act": {"accept"}, "finding": {kindSilent}, "until": {"soon"}, "why": {"x"}})
	send(base+"/findings", 422, url.Values{"act": {"accept"}, "finding": {kindSilent}, "until": {until}, "why": {""}})
	send(base+"/findings", 400, url.Values{"act": {"wipe"}, "finding": {kindSilent}})
	send(base+"/plan", 303, url.Values{"next": {f.Now.AddDate(0, 0, -1).Format(time.DateOnly)}, "holder": {"Somebody"}})
	send("/t/"+fabrikam.ID.String()+"/review/plan", 404, url.Values{"next": {until}})
	support.JSON(base, http.StatusOK, &v)
	if x := v.find(kindNoncompliant); x.Mark == nil || x.Mark.State != review.Accepted || v.Open != len(v.Findings)-1 || len(v.find("job:sp1/j1").Notes) != 1 {
		t.Errorf("after deciding: %+v, open %d of %d", x, v.Open, len(v.Findings))
	}
	html := support.Get(base + "?finding=" + url.QueryEscape("job:sp1/j1")).Body.String()
	if strings.Contains(html, "<i>them</i>") || strings.Contains(html, "Slack <b>") || !strings.Contains(html, "Handed to Adele Vance") || !strings.Contains(html, "Overdue since") || !strings.Contains(html, "Open it again") {
		t.Errorf("page:\n%s", html)
	}
	if !strings.Contains(html, `value="adele.vance@firstup.example" selected`) || strings.Contains(html, "alex.wilber") || strings.Contains(html, "megan.bowen") {
		t.Errorf("whom to hand it to:\n%s", html)
	}
	// A finding that vanished while somebody decided about it: the page says so, and nothing is changed.
	var before, after int
	count := func(n *int) {
		t.Helper()
		if err := f.Pool.In(contoso.ID).QueryRow(t.Context(), `SELECT (SELECT count(*) FROM review_mark WHERE tenant_id = $1) + (SELECT count(*) FROM review_note WHERE tenant_id = $1) + (SELECT count(*) FROM audit WHERE tenant_id = $1)`, contoso.ID).Scan(n); err != nil {
			t.Fatal(err)
		}
	}
	count(&before)
	for act, form := range map[string]url.Values{"accept": {"until": {until}, "why": {"x"}}, "hand": {"holder": {"adele.vance@firstup.example"}}, "note": {"note": {"x"}}, "reopen": {}} {
		form.Set("act", act)
		form.Set("finding", "job:gone/gone")
		send(base+"/findings", 409, form)
	}
	if count(&after); after != before {
		t.Errorf("%d things were written", after-before)
	}
	if b := support.Post(base+"/findings", url.Values{"act": {"note"}, "finding": {"job:gone/gone"}, "note": {"x"}}).Body.String(); !strings.Contains(b, "not there any more, so nothing was changed") || !strings.Contains(b, `href="`+base+`?finding=`) {
		t.Errorf("the page does not say what happened:\n%.400s", b)
	}
	send(base+"/findings", 303, url.Values{"act": {"note"}, "finding": {""}, "note": {"Of the whole review"}})
	if gone := support.Get(base + "?finding=none").Body.String(); !strings.Contains(gone, "not there any more") || !strings.Contains(gone, `href="`+base+`?finding=`) {
		t.Error("from a finding that is gone nothing leads on")
	}
	var list struct {
		Rows  []row
		Count int
	}
	support.JSON("/reviews?state=overdue", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].State != "overdue" || list.Rows[0].Handed != 1 {
		t.Errorf("reviews: %+v", list)
	}

	send(base+"/sign", 303, url.Values{"last": {"0"}, "language": {"de"}, "next": {until}, "holder": {"Somebody"}})
	send(base+"/sign", 409, url.Values{"last": {"0"}, "language": {"de"}})
	send(base+"/sign", 422, url.Values{"last": {"1"}, "language": {"xx"}})
	var r reportView
	support.JSON(base+"/reports/1", http.StatusOK, &r)
	if r.Language != "de" || len(r.Hash) != 64 || len(r.Snapshot.Findings) != len(v.Findings) || *r.Snapshot.Devices != 2 {
		t.Errorf("report: %+v", r)
	}
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "d1", Name: "A", Compliance: "compliant", LastSyncAt: f.Now})
	html = support.Get(base + "/reports/1").Body.String()
	for _, want := range []string{`lang="de"`, "Überprüfung von Contoso", "1 Gerät hält die Regeln nicht ein.", "Hingenommen bis " + until, "Das Kopieren von Konten nach Slack &lt;b&gt; steht.", "Wir kümmern uns darum: Adele Vance", r.Hash} {
		if !strings.Contains(html, want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	support.JSON("/reviews?state=planned", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].Last == nil {
		t.Errorf("after signing off: %+v", list)
	}
	for path, want := range map[string]int{base + "/reports/2": 404, base + "/reports/x": 404, base + "?finding=none": 400, "/reviews?sort=x": 400, "/reviews?after=x": 400, "/reviews?state=x": 400, "/t/" + fabrikam.ID.String() + "/review": 404, "/reviews?format=csv": 200} {
		if w := support.Get(path); w.Code != want {
			t.Errorf("GET %s: %d, want %d", path, w.Code, want)
		}
	}
	customer := f.Serve(t, person(tenant.RoleCustomerAdmin), tenant.Only(contoso.ID), mount)
	if w := customer.Post(base+"/sign", url.Values{"last": {"1"}, "language": {"de"}}); w.Code != http.StatusForbidden {
		t.Errorf("a customer signs off: %d", w.Code)
	}
}

func TestStates(t *testing.T) {
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	on := func(days int) review.Plan {
		return review.Plan{NextOn: now.Truncate(24*time.Hour).AddDate(0, 0, days)}
	}
	for _, tc := range []struct {
		s    review.Standing
		want string
	}{
		{review.Standing{}, "never"}, {review.Standing{Number: 1}, "none"}, {review.Standing{Plan: on(-1)}, "overdue"}, {review.Standing{Plan: on(0)}, "due"}, {review.Standing{Plan: on(6)}, "due"}, {review.Standing{Plan: on(7), Number: 2}, "planned"},
	} {
		if got := stateOf(tc.s, now); got != tc.want {
			t.Errorf("%+v: %s, want %s", tc.s, got, tc.want)
		}
	}
}

// Every kind is worded in all six languages, with all that it has to say, and so is the report.
func TestWordsAreWhole(t *testing.T) {
	for _, l := range permission.Languages {
		if len(kindWords[l]) != len(kindWords[permission.English]) || inLang[l].title == "" || inLang[l].checkText == "" || languageNames[l] == "" {
			t.Errorf("%s is not whole", l)
		}
		for kind, en := range kindWords[permission.English] {
			p := kindWords[l][kind]
			for _, place := range []string{"{n}", "{what}"} {
				if strings.Contains(en.one, place) != strings.Contains(p.one, place) || strings.Contains(en.other, place) != strings.Contains(p.other, place) {
					t.Errorf("%s %s: %+v", l, kind, p)
				}
			}
			if p.one == "" || (p.other == "") != (en.other == "") {
				t.Errorf("%s %s is not worded: %+v", l, kind, p)
			}
		}
		for _, place := range []struct{ text, has string }{{inLang[l].title, "{customer}"}, {inLang[l].lead, "{date}"}, {inLang[l].accepted, "{why}"}, {inLang[l].handed, "{holder}"}, {inLang[l].checkText, "{hash}"}, {inLang[l].signed, "{by}"}} {
			if !strings.Contains(place.text, place.has) {
				t.Errorf("%s: %q lacks %s", l, place.text, place.has)
			}
		}
	}
}

func ptr[T any](v T) *T { return &v }
