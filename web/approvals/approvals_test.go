package approvals

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// rig is the room with its people: each has a session of their own, with a fresh sign-in everywhere.
type rig struct {
	*webtest.Fleet
	brake    *brake.Store
	sessions map[*webtest.Client]*brake.Session
	contoso  tenant.Tenant
	fabrikam tenant.Tenant
}

func newRig(t *testing.T) *rig {
	f := webtest.NewFleet(t)
	r := &rig{Fleet: f, sessions: map[*webtest.Client]*brake.Session{}, contoso: f.Tenant(t, 1, "Contoso", "contoso.example"), fabrikam: f.Tenant(t, 2, "Fabrikam", "fabrikam.example")}
	r.brake = brake.NewStore(f.Pool, audit.NewStore(f.Pool), f.Tenants.Home())
	return r
}

func (r *rig) fresh(name string) brake.Session {
	now := time.Now()
	return brake.Session{ID: name, Since: now.Add(-time.Hour), SignedIn: map[tenant.ID]time.Time{r.Tenants.Home(): now, r.contoso.ID: now, r.fabrikam.ID: now}}
}

func (r *rig) person(n string, role tenant.Role) tenant.Person {
	return tenant.Person{Tenant: r.Tenants.Home(), ObjectID: "00000000-0000-4000-8000-0000000000" + n, Name: "Person " + n, UPN: n + "@firstup.example", Role: role}
}

func (r *rig) client(t *testing.T, n string, role tenant.Role, reach tenant.Scope) *webtest.Client {
	in := r.fresh("session of " + n)
	h := &Handler{Brake: r.brake, Session: func(context.Context) brake.Session { return in }, Home: r.Tenants.Home()}
	c := r.Serve(t, r.person(n, role), reach, h.Mount)
	r.sessions[c] = &in
	return c
}

// ask has somebody ask to wipe devices.
func (r *rig) ask(t *testing.T, n string, targets ...brake.Target) brake.Answer {
	t.Helper()
	set, err := brake.Freeze(brake.Wipe, "Keep the enrollment", targets)
	if err != nil {
		t.Fatal(err)
	}
	a, err := r.brake.Ask(t.Context(), brake.Request{Person: r.person(n, tenant.RoleTechnician), Session: r.fresh("session of " + n), Set: set, Reason: "Stolen, <b>ticket</b> 48213", Nonce: brake.NewNonce()}, "")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func targets(tid tenant.ID, n int) (out []brake.Target) {
	for i := range n {
		out = append(out, brake.Target{Tenant: tid, Hardware: fmt.Sprintf("SER-%03d", i), DeviceID: fmt.Sprintf("d%d", i), Name: fmt.Sprintf("PC-%03d", i), Owner: "j.mora@contoso.example"})
	}
	return out
}

func TestApprovals(t *testing.T) {
	r := newRig(t)
	both := tenant.Only(r.contoso.ID, r.fabrikam.ID)
	anna, ben := r.client(t, "a1", tenant.RoleTechnician, both), r.client(t, "b2", tenant.RoleTechnician, both)
	few, support := r.client(t, "c3", tenant.RoleTechnician, tenant.Only(r.contoso.ID)), r.client(t, "d4", tenant.RoleSupport, both)
	if got := ben.Get("/approvals").Body.String(); !strings.Contains(got, "No request yet") {
		t.Error("nothing was asked, and the list does not say so")
	}
	r.ask(t, "a1", targets(r.contoso.ID, 1)...) // granted at once
	one := r.ask(t, "a1", brake.Target{Tenant: r.contoso.ID, Hardware: "SER-X", DeviceID: "dx", Name: "PC-X"})
	many := r.ask(t, "a1", append(targets(r.contoso.ID, 8), targets(r.fabrikam.ID, 6)...)...)
	if one.Outcome != brake.NeedsSecond || many.Outcome != brake.CoolingOff {
		t.Fatalf("one: %+v\nmany: %+v", one, many)
	}

	var list struct {
		Rows  []row
		Count int
	}
	for query, want := range map[string]int{"": 3, "?state=waiting": 1, "?state=cooling": 1, "?state=granted": 1, "?kind=retire": 0, "?customer=" + r.fabrikam.ID.String(): 1, "?sort=devices": 3} {
		ben.JSON("/approvals"+query, http.StatusOK, &list)
		if len(list.Rows) != want || list.Count != want {
			t.Errorf("%s: %d rows, count %d, want %d", query, len(list.Rows), list.Count, want)
		}
	}
	few.JSON("/approvals", http.StatusOK, &list)
	if len(list.Rows) != 2 {
		t.Errorf("whoever looks after one of the customers sees %d requests", len(list.Rows))
	}
	for _, path := range []string{many.Path(), many.Path() + "/devices", "/approvals/999", "/approvals/x"} {
		if got := few.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("out of reach, %s: status %d", path, got.Code)
		}
	}
	for _, path := range []string{"/approvals?sort=x", "/approvals?state=x", "/approvals?after=x"} {
		if got := ben.Get(path); got.Code != http.StatusBadRequest && got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", path, got.Code)
		}
	}
	if got := ben.Get(many.Path() + "/devices?format=csv").Body.String(); strings.Count(got, "SER-") != 14 {
		t.Errorf("the frozen set as CSV:\n%s", got)
	}

	page := ben.Get(one.Path()).Body.String()
	for _, part := range []string{"SER-X", "Keep the enrollment", "&lt;b&gt;ticket", "Type the device’s serial number", "Contoso within", "Lapses at", "/refuse"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	var v view
	ben.JSON(one.Path(), http.StatusOK, &v)
	if !v.MayDecide || v.Hash == "" || len(v.First) != 1 || v.First[0].Serial != "SER-X" {
		t.Errorf("the twin: %+v", v)
	}
	for who, c := range map[string]*webtest.Client{"who asked": anna, "support": support} {
		if got := c.Get(one.Path()).Body.String(); strings.Contains(got, "/approve") {
			t.Errorf("%s may approve", who)
		}
	}
	right := url.Values{"typed": {"SER-X"}, "reason": {"Called them"}}
	if got := anna.Post(one.Path()+"/approve", right); got.Code != http.StatusForbidden {
		t.Errorf("who asked approves: %d", got.Code)
	}
	for _, act := range []string{"approve", "refuse", "withdraw"} {
		if got := support.Post(one.Path()+"/"+act, right); got.Code != http.StatusForbidden {
			t.Errorf("support, %s: %d", act, got.Code)
		}
	}
	for name, bad := range map[string]url.Values{"a wrong serial": {"typed": {"SER-Y"}, "reason": {"x"}}, "no serial": {"reason": {"x"}}, "no reason": {"typed": {"SER-X"}}} {
		if got := ben.Post(one.Path()+"/approve", bad); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	delete(r.sessions[ben].SignedIn, r.Tenants.Home())
	if got := ben.Get(one.Path()).Body.String(); !strings.Contains(got, "prompt=login") || strings.Contains(got, "/approve\"") {
		t.Error("without a fresh sign-in the page does not lead to one")
	}
	if got := ben.Post(one.Path()+"/approve", right); got.Code != http.StatusUnauthorized || !strings.Contains(got.Body.String(), "prompt=login") {
		t.Errorf("without a fresh sign-in: %d", got.Code)
	}
	r.sessions[ben].SignedIn[r.Tenants.Home()] = time.Now()
	if got := ben.Post(many.Path()+"/approve", url.Values{"typed": {"14"}, "reason": {"x"}}); got.Code != http.StatusConflict {
		t.Errorf("while it cools off: %d", got.Code)
	}
	if got := ben.Post(one.Path()+"/approve", right); got.Code != http.StatusSeeOther {
		t.Errorf("approved: %d %.200s", got.Code, got.Body)
	}
	if got := ben.Post(many.Path()+"/refuse", url.Values{"reason": {"Not stolen"}}); got.Code != http.StatusSeeOther {
		t.Errorf("refused: %d", got.Code)
	}
	if got := anna.Get(many.Path()).Body.String(); !strings.Contains(got, "Not stolen") {
		t.Error("who asked does not read why it was refused")
	}
	if got := anna.Post(one.Path()+"/withdraw", url.Values{}); got.Code != http.StatusSeeOther {
		t.Errorf("withdrawn: %d", got.Code)
	}
}

func TestStop(t *testing.T) {
	r := newRig(t)
	ben, mia := r.client(t, "b2", tenant.RoleTechnician, tenant.Everything()), r.client(t, "e5", tenant.RoleOwner, tenant.Everything())
	support := r.client(t, "d4", tenant.RoleSupport, tenant.Everything())
	why := url.Values{"reason": {"Strange <i>wipes</i>"}}
	if got := support.Post("/approvals/stop", why); got.Code != http.StatusForbidden {
		t.Errorf("support stops: %d", got.Code)
	}
	if got := support.Get("/approvals/stop").Body.String(); strings.Contains(got, "Stop everything") {
		t.Error("support is offered the stop")
	}
	if got := ben.Post("/approvals/stop", url.Values{}); got.Code != http.StatusUnprocessableEntity {
		t.Errorf("without a reason: %d", got.Code)
	}
	if got := ben.Post("/approvals/stop", why); got.Code != http.StatusSeeOther {
		t.Fatalf("stop: %d", got.Code)
	}
	stop, _, err := r.brake.Standing(t.Context(), tenant.Everything())
	if b := Banner(stop); err != nil || b == nil || !strings.Contains(b.Text, "Strange") || Banner(brake.Stop{}) != nil {
		t.Errorf("the banner of every page: %+v, %v", b, err)
	}
	if got := ben.Get("/approvals/stop").Body.String(); strings.Contains(got, "/approvals/release") || !strings.Contains(got, "Strange &lt;i&gt;") {
		t.Error("a technician is offered the release, or does not read why")
	}
	if got := ben.Post("/approvals/release", why); got.Code != http.StatusForbidden {
		t.Errorf("a technician releases: %d", got.Code)
	}
	delete(r.sessions[mia].SignedIn, r.Tenants.Home())
	if got := mia.Get("/approvals/stop").Body.String(); !strings.Contains(got, "prompt=login") {
		t.Error("the owner is not led to a fresh sign-in")
	}
	r.sessions[mia].SignedIn[r.Tenants.Home()] = time.Now()
	if got := mia.Post("/approvals/release", url.Values{"reason": {"Looked at"}}); got.Code != http.StatusSeeOther {
		t.Errorf("release: %d", got.Code)
	}
}

// form is the limits as their form sends them.
func form(l brake.Limits, change ...string) url.Values {
	f := url.Values{}
	for _, n := range brake.Numbers {
		f.Set(n.Name, fmt.Sprint(*n.Of(&l)))
	}
	for k, v := range texts(l) {
		f.Set(k, v)
	}
	for _, d := range l.Days {
		f.Add("days", weekdays[d])
	}
	for i := 0; i < len(change); i += 2 {
		f.Set(change[i], change[i+1])
	}
	return f
}

func TestLimits(t *testing.T) {
	r := newRig(t)
	mia, otto := r.client(t, "e5", tenant.RoleOwner, tenant.Everything()), r.client(t, "f6", tenant.RoleOwner, tenant.Everything())
	ben := r.client(t, "b2", tenant.RoleTechnician, tenant.Everything())
	if got := ben.Get("/settings/brake"); got.Code != http.StatusForbidden {
		t.Errorf("a technician: %d", got.Code)
	}
	for name, bad := range map[string][]string{"above the bound": {"person_hour", "101"}, "no number": {"share", "x"}, "no zone": {"zone", "Mars/Olympus"}, "no address": {"contact1", "nobody"}, "hours": {"from", "22"}} {
		if got := mia.Post("/settings/brake", form(brake.Defaults(), bad...)); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "aria-invalid") {
			t.Errorf("%s: %d", name, got.Code)
		}
	}
	if got := mia.Post("/settings/brake", form(brake.Defaults(), "person_hour", "3", "contact1", "one@firstup.example")); got.Code != http.StatusSeeOther {
		t.Fatalf("tightened: %d", got.Code)
	}
	var v limitsView
	mia.JSON("/settings/brake", http.StatusOK, &v)
	if v.Limits.PersonHour != 3 || v.Asked != nil {
		t.Errorf("tightened: %+v", v)
	}
	if got := mia.Post("/settings/brake", form(v.Limits, "person_hour", "50")); got.Code != http.StatusSeeOther {
		t.Fatalf("loosened: %d", got.Code)
	}
	otto.JSON("/settings/brake", http.StatusOK, &v)
	if v.Limits.PersonHour != 3 || v.Asked == nil || v.Asked.To.PersonHour != 50 {
		t.Fatalf("loosened at once: %+v", v)
	}
	if got := mia.Get("/settings/brake").Body.String(); strings.Contains(got, "/settings/brake/approve") || !strings.Contains(got, "/settings/brake/drop") {
		t.Error("who asked is offered to approve, or cannot drop")
	}
	asked := url.Values{"asked": {v.Asked.At.Format(time.RFC3339Nano)}}
	if got := mia.Post("/settings/brake/approve", asked); got.Code != http.StatusForbidden {
		t.Errorf("who asked approves: %d", got.Code)
	}
	if got := otto.Get("/settings/brake").Body.String(); !strings.Contains(got, "/settings/brake/approve") {
		t.Error("the second owner is not offered to approve")
	}
	if got := otto.Post("/settings/brake/approve", asked); got.Code != http.StatusSeeOther {
		t.Errorf("the second owner approves: %d %.300s", got.Code, got.Body)
	}
	mia.JSON("/settings/brake", http.StatusOK, &v)
	if v.Limits.PersonHour != 50 {
		t.Errorf("approved: %+v", v)
	}
}

func TestShowPage(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	tid := webtest.ID(t, 1)
	a := brake.Approval{ID: 7, Kind: brake.Wipe, Devices: 1, Customers: 1, By: "R. Ives (r.ives@firstup.example)", Reason: "Reported stolen", Standing: brake.StandsWaiting, First: "NWT-LT-0482", Customer: "Northwind Traders", CustomerID: tid, AskedAt: now.Add(-12 * time.Minute), LiveUntil: now.Add(48 * time.Minute)}
	hostile := strings.Repeat("<script>x</script>", 6)
	for name, change := range map[string]func(a *brake.Approval, v *view){
		"one": func(_ *brake.Approval, v *view) {
			v.Measures = []brake.Measure{{Name: "person_hour", Label: "One person, within an hour", Used: 1, This: 1, Limit: 5}, {Name: "customer_hour", Label: "This customer, within an hour", Customer: "<b>Northwind</b>", Used: 2, This: 1, Limit: 2}, {Name: "share", Label: "Share of this customer’s devices, within a day", Customer: "Northwind", This: 1, Limit: 1}}
		},
		"own": func(_ *brake.Approval, v *view) {
			v.own, v.MayDecide, v.Hindrance = true, false, "You asked for this yourself."
		},
		"hostile": func(a *brake.Approval, v *view) {
			a.By, a.Reason, a.First, v.Terms = hostile, hostile, hostile, hostile
		},
		"cooling": func(a *brake.Approval, v *view) {
			a.Standing, a.Devices, a.Customers, a.CoolUntil, a.LiveUntil = brake.StandsCooling, 60, 2, now.Add(30*time.Minute), now.Add(90*time.Minute)
			v.Shares, v.CoolUntil, v.MayDecide, v.Hindrance = append(v.Shares, share{page.TenantRef{ID: webtest.ID(t, 2), Name: "Contoso"}, 59}), page.Moment(a.CoolUntil), false, "It cools off."
		},
		"lapsed": func(a *brake.Approval, v *view) { a.Standing, v.MayDecide = brake.StandsLapsed, false },
	} {
		t.Run(name, func(t *testing.T) {
			a := a
			l := newLine(brake.Line{Target: brake.Target{Tenant: tid, Hardware: "0F37B2P2401482", DeviceID: "d1", Name: "NWT-LT-0482", Owner: "j.mora@northwindtraders.com", LastSyncAt: now.AddDate(0, 0, -8)}, Customer: "Northwind Traders", State: "reserved"}, now)
			v := view{Why: []string{"This would make 3 devices at Northwind Traders within an hour; 2 may be acted on without a second person."}, SessionSince: page.Moment(now.Add(-time.Hour)), SignedInAt: page.Moment(now.Add(-15 * time.Minute)), Hash: strings.Repeat("0f", 32),
				Shares: []share{{l.Customer, 1}}, First: []line{l}, MayDecide: true, DevicesURL: "/approvals/7/devices", faults: page.Faults{}}
			change(&a, &v)
			v.row = newRow(a, now)
			webtest.Golden(t, showBody(v))
		})
	}
}
