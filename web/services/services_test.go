package services

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

const objectID = "aaaaaaaa-0000-4000-8000-000000000001"

var technician = tenant.Person{ObjectID: objectID, Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

type twin struct {
	Rows []struct {
		ID, Name, Kind, State string
		StateName             string `json:"state_name"`
		Sure                  bool
		DaysLeft              *int `json:"days_left"`
		Tenant                struct{ ID, Name string }
		URL                   string
	}
	Count int64
	AsOf  *time.Time `json:"as_of"`
}

func read(at time.Time, failed ...service.Kind) []service.Reading {
	var all []service.Reading
	for _, k := range service.Kinds() {
		all = append(all, service.Reading{Kind: k, Outcome: service.Read, TriedAt: at, ReadAt: at})
	}
	for _, k := range failed {
		all = append(all, service.Reading{Kind: k, Outcome: service.Failed, TriedAt: at, Trouble: "permission", Sentence: "A permission is not granted."})
	}
	return all
}

type fixture struct {
	*webtest.Fleet
	contoso, fabrikam tenant.Tenant
	h                 *Handler
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Fleet: webtest.NewFleet(t)}
	f.contoso, f.fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam, Inc.", "fabrikam.example")
	at := f.Now.Add(-3 * time.Minute)
	f.ReadServices(t, f.contoso.ID, at, read(at),
		service.Item{Kind: service.ApplePush, ID: "applePushCertificate", Name: "com.apple.mgmt.1", State: "present", Health: service.OK, ExpiresAt: f.Now.Add(12 * 24 * time.Hour), Detail: map[string]string{"appleIdentifier": "it@contoso.example"}},
		service.Item{Kind: service.VPPToken, ID: "v/1?", Name: "@evil", State: "valid", Health: service.OK, ExpiresAt: f.Now.Add(-36 * time.Hour), Detail: map[string]string{"appleId": "anna@contoso.example"}},
		service.Item{Kind: service.VPPToken, ID: "v2", Name: "Later", State: "valid", Health: service.OK, ExpiresAt: f.Now.Add(100 * 24 * time.Hour)},
		service.Item{Kind: service.Terms, ID: "t1", Name: "House rules", Health: service.None})
	f.ReadServices(t, f.fabrikam.ID, at, read(at), service.Item{Kind: service.NDES, ID: "n1", Name: "ndes.fabrikam.example", State: "inactive", Health: service.Bad, LastContactAt: f.Now.AddDate(0, -1, 0)},
		service.Item{Kind: service.CloudCA, ID: "ca", Name: "Fabrikam Root", State: "active", Health: service.OK, ExpiresAt: f.Now.Add(60 * 24 * time.Hour)})
	f.ReadServices(t, f.fabrikam.ID, at, []service.Reading{{Kind: service.CloudCA, Outcome: service.Failed, TriedAt: f.Now, Trouble: "permission", Sentence: "A permission is not granted."}})
	f.h = &Handler{Services: f.Services, Sync: f.Sync, Tenants: f.Tenants, Audit: audit.NewStore(f.Pool), Origin: "https://portal.example", Now: func() time.Time { return f.Now }}
	return f
}

func (f *fixture) mount(r page.Router) { f.h.Mount(r); f.h.MountPortal(r) }

func TestLists(t *testing.T) {
	f := newFixture(t)
	one, everybody := f.Serve(t, technician, tenant.Only(f.contoso.ID), f.mount), f.Serve(t, technician, tenant.Everything(), f.mount)

	var all, mine twin
	everybody.JSON("/services", http.StatusOK, &all)
	one.JSON("/services", http.StatusOK, &mine)
	if all.Count != 6 || mine.Count != 4 || all.AsOf == nil || all.Rows[0].Name != "@evil" || all.Rows[1].Kind != "applePushCertificate" {
		t.Fatalf("counts %d, %d, %+v", all.Count, mine.Count, all.Rows)
	}
	if r := all.Rows[0]; r.State != "ended" || r.StateName != "Ended" || *r.DaysLeft != -1 || !r.Sure {
		t.Errorf("an ended token: %+v, %d days", r, *r.DaysLeft)
	}
	if r := all.Rows[1]; r.State != "soon" || *r.DaysLeft != 12 || r.Name != "Apple MDM push certificate" {
		t.Errorf("a certificate that ends soon: %+v", r)
	}
	for _, r := range all.Rows {
		if r.ID == "ca" && (r.Sure || r.StateName != "Was: ends soon") {
			t.Errorf("an authority whose kind was refused the last time: %+v", r)
		}
	}
	for query, want := range map[string]int64{
		"ends=ended": 1, "ends=30": 1, "ends=7": 0, "ends=90": 2, "ends=ended&ends=30": 2, "kind=vppToken": 2, "state=bad": 1, "state=soon": 2, "q=ANNA%40contoso": 1, "gone=true": 0, "customer=" + f.fabrikam.ID.String(): 2,
	} {
		var got twin
		everybody.JSON("/services?"+query, http.StatusOK, &got)
		if got.Count != want {
			t.Errorf("%s: %d rows, want %d", query, got.Count, want)
		}
	}
	if csv := one.Get("/services?format=csv").Body.String(); strings.Contains(csv, "ndes") || !strings.Contains(csv, "'@evil") || !strings.Contains(csv, ",-1,") {
		t.Errorf("CSV of who may see Contoso only:\n%s", csv)
	}
	for _, query := range []string{"sort=secret", "kind=x", "state=fine", "ends=1", "after=x", "customer=x"} {
		if got := everybody.Get("/services?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET /services?%s: status %d, want 400", query, got.Code)
		}
	}
	for _, path := range []string{
		"/t/" + f.fabrikam.ID.String() + "/services", "/t/" + f.fabrikam.ID.String() + "/services/ndesConnector/n1", "/t/" + f.contoso.ID.String() + "/services/ndesConnector/n1",
		"/t/" + f.contoso.ID.String() + "/services/nothing/v2", "/t/" + f.contoso.ID.String() + "/services/vppToken/%00", "/services/vppToken/v2",
	} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	html := everybody.Get("/services").Body.String()
	for _, want := range []string{"not read: 1 kind", "Telecom expense management", "/services/calendar", "/services?state=ended"} {
		if !strings.Contains(html, want) {
			t.Errorf("the board does not say %q", want)
		}
	}
	for _, row := range all.Rows {
		if got := everybody.Get(row.URL); got.Code != http.StatusOK {
			t.Errorf("GET %s: status %d", row.URL, got.Code)
		}
	}
	var kinds readingsView
	everybody.JSON("/services/readings", http.StatusOK, &kinds)
	if len(kinds.Kinds) != len(service.Kinds()) || *kinds.Kinds[3].Failed != 1 || everybody.Get("/services/readings").Code != http.StatusOK {
		t.Errorf("readings over all: %+v", kinds)
	}
	one.JSON("/t/"+f.contoso.ID.String()+"/services/readings", http.StatusOK, &kinds)
	if kinds.Kinds[2].State != "Read" || kinds.Kinds[2].Items != 2 {
		t.Errorf("readings of one: %+v", kinds.Kinds[2])
	}
	if got := one.Get("/t/" + f.fabrikam.ID.String() + "/services/readings"); got.Code != http.StatusNotFound {
		t.Errorf("readings of a foreign tenant: status %d", got.Code)
	}
	got := f.Serve(t, technician, tenant.Everything(), f.mount).Get("/t/" + f.fabrikam.ID.String() + "/services/readings").Body.String()
	if !strings.Contains(got, "DeviceManagementCloudCA.Read.All") || !strings.Contains(got, "Not permitted") {
		t.Error("the tenant's page does not say which permission is missing")
	}
}

// TestWithoutAClock: the site hands its rooms no clock, and whoever subscribes has no session that could go wrong instead.
func TestWithoutAClock(t *testing.T) {
	f := newFixture(t)
	f.h.Now = nil
	r := chi.NewRouter()
	f.h.MountPublic(r, &page.Problems{Log: slog.New(slog.DiscardHandler)})
	for _, path := range []string{"/services/calendar.ics", "/services/calendar.ics?token=" + strings.Repeat("a", 43)} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, w.Code)
		}
	}
	who := technician
	who.Tenant = f.Tenants.Home()
	if w := post(t, f.Serve(t, who, tenant.Everything(), f.mount), "/services/calendar", nil); w.Code != http.StatusOK {
		t.Errorf("a new address: status %d", w.Code)
	}
}

func post(t *testing.T, c http.Handler, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func TestLeadTimes(t *testing.T) {
	f := newFixture(t)
	person := func(role tenant.Role) *webtest.Client {
		p := technician
		p.Role = role
		return f.Serve(t, p, tenant.Everything(), f.mount)
	}
	good := url.Values{"applePushCertificate": {"10"}, "appleEnrollmentToken": {"30"}, "vppToken": {"14"}, "cloudCertificationAuthority": {"30"}, "delegatedAdminRelationship": {"90"}, "deviceManagementPartner": {"20"}}
	for _, role := range []tenant.Role{tenant.RoleTechnician, tenant.RoleSupport} {
		if got := post(t, person(role), "/services/lead-times", good); got.Code != http.StatusForbidden {
			t.Errorf("%s sets lead times: status %d, want 403", role, got.Code)
		}
		if got := person(role).Get("/services/lead-times").Body.String(); strings.Contains(got, "<input") && strings.Contains(got, `name="vppToken"`) {
			t.Errorf("%s has a form that acts", role)
		}
	}
	owner := person(tenant.RoleOwner)
	for _, bad := range []string{"0", "366", "x", "", "1e1", "-3"} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set("vppToken", bad)
		if got := post(t, owner, "/services/lead-times", form); got.Code != http.StatusUnprocessableEntity || !strings.Contains(got.Body.String(), "from 1 to 365") {
			t.Errorf("%q days: status %d", bad, got.Code)
		}
	}
	if got := post(t, owner, "/services/lead-times", good); got.Code != http.StatusSeeOther {
		t.Fatalf("set: status %d: %s", got.Code, got.Body)
	}
	var v struct {
		Lead []leadRow `json:"lead_times"`
	}
	owner.JSON("/services/lead-times", http.StatusOK, &v)
	if len(v.Lead) != 6 || v.Lead[0].Days != 10 || v.Lead[0].Default != 30 {
		t.Errorf("%+v", v)
	}
	var soon twin
	owner.JSON("/services?state=soon", http.StatusOK, &soon)
	if soon.Count != 0 {
		t.Errorf("with shorter lead times %d end soon, want 0", soon.Count)
	}
}

var address = regexp.MustCompile(`https://portal\.example(/services/calendar\.ics\?token=[A-Za-z0-9_-]{43})`)

func TestCalendarFeed(t *testing.T) {
	f := newFixture(t)
	who := technician
	who.Tenant = f.Tenants.Home()
	if _, err := f.Pool.In(who.Tenant).Exec(t.Context(), `INSERT INTO tenant (tenant_id, display_name, home) VALUES ($1, 'First Up', true)`, who.Tenant); err != nil {
		t.Fatal(err)
	}
	staff, err := f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: who.UPN, Role: tenant.RoleTechnician, Reach: tenant.ReachChosen, Tenants: []tenant.ID{f.contoso.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Tenants.Admit(t.Context(), tenant.Identity{Tenant: who.Tenant, ObjectID: objectID, UPN: who.UPN, Name: who.Name}); err != nil {
		t.Fatal(err)
	}
	portal := f.Serve(t, who, tenant.Only(f.contoso.ID), f.mount)
	support := who
	support.Role = tenant.RoleSupport
	if got := post(t, f.Serve(t, support, tenant.Everything(), f.mount), "/services/calendar", nil); got.Code != http.StatusForbidden {
		t.Errorf("support makes an address: status %d, want 403", got.Code)
	}
	public := chi.NewRouter()
	f.h.MountPublic(public, &page.Problems{})
	feed := func(to string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		public.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, to, nil))
		return w
	}
	made := post(t, portal, "/services/calendar", nil)
	found := address.FindStringSubmatch(made.Body.String())
	if made.Code != http.StatusOK || found == nil {
		t.Fatalf("make: status %d, %s", made.Code, made.Body)
	}
	if again := portal.Get("/services/calendar").Body.String(); strings.Contains(again, strings.TrimPrefix(found[1], "/services/calendar.ics?token=")) {
		t.Error("the address is shown a second time")
	}
	got := feed(found[1])
	if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("feed: status %d, %s", got.Code, got.Header())
	}
	events := parse(t, got.Body.String())
	if len(events) != 3 || strings.Contains(got.Body.String(), "Fabrikam") {
		t.Errorf("%d entries of Contoso alone, want 3:\n%s", len(events), got.Body)
	}
	for _, private := range []string{"contoso.example", "evil", "anna"} {
		if strings.Contains(got.Body.String(), private) {
			t.Errorf("the feed holds %q", private)
		}
	}
	st, err := f.Tenants.GetStaff(t.Context(), tenant.Everything(), staff)
	if err != nil {
		t.Fatal(err)
	}
	st.Tenants = []tenant.ID{f.fabrikam.ID}
	if err := f.Tenants.UpdateStaff(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	if now := parse(t, feed(found[1]).Body.String()); len(now) != 1 || now[0]["SUMMARY"] != "Cloud PKI authority ends: Fabrikam, Inc." || !strings.Contains(now[0]["DESCRIPTION"], "It may have been renewed since.") {
		t.Errorf("after the reach changed: %v", now)
	}
	st.Disabled = true
	if err := f.Tenants.UpdateStaff(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	if got := feed(found[1]); got.Code != http.StatusNotFound {
		t.Errorf("of a disabled person: status %d, want 404", got.Code)
	}
	st.Disabled = false
	if err := f.Tenants.UpdateStaff(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	if got := post(t, portal, "/services/calendar/revoke", nil); got.Code != http.StatusSeeOther {
		t.Errorf("revoke: status %d", got.Code)
	}
	for _, to := range []string{found[1], "/services/calendar.ics", "/services/calendar.ics?token=x", "/services/calendar.ics?token=%00"} {
		if got := feed(to); got.Code != http.StatusNotFound {
			t.Errorf("GET %s after revocation: status %d, want 404", to, got.Code)
		}
	}
}

// TestPartnerSolution explains what a partner's product may do at Intune, and says of a role that it does not know that it does not.
func TestPartnerSolution(t *testing.T) {
	f := newFixture(t)
	at := f.Now.Add(-time.Minute)
	f.ReadServices(t, f.contoso.ID, at, []service.Reading{{Kind: service.PartnerSolution, Outcome: service.Read, TriedAt: at, ReadAt: at}},
		service.Item{Kind: service.PartnerSolution, ID: "a1", Name: "Lookout for Work", Health: service.None, Detail: map[string]string{"appRoleId": "a5438881-186a-48f0-bc41-a93ae8a195fe", "principalType": "ServicePrincipal"}},
		service.Item{Kind: service.PartnerSolution, ID: "a2", Name: "Something new", Health: service.None, Detail: map[string]string{"appRoleId": "00000000-186a-48f0-bc41-a93ae8a195fe"}})
	c := f.Serve(t, technician, tenant.Only(f.contoso.ID), f.mount)
	list := c.Get("/t/" + f.contoso.ID.String() + "/services?kind=partnerSolution").Body.String()
	if !strings.Contains(list, "Lookout for Work") || !strings.Contains(list, "Mobile threat defence") || !strings.Contains(list, "Unknown role") {
		t.Error("the list does not say what the solutions are")
	}
	for id, want := range map[string][]string{"a1": {"update_device_health", "Sends how threatened a device is to Intune, which compliance then goes by.", "Partner solution"}, "a2": {"Microsoft’s list of these roles does not have this one."}} {
		body := c.Get("/t/" + f.contoso.ID.String() + "/services/partnerSolution/" + id).Body.String()
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s does not say %q", id, w)
			}
		}
	}
}
