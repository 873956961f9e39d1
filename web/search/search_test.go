package search

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/search"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/apps"
	webconfiguration "github.com/tenantry/tenantry/web/configuration"
	"github.com/tenantry/tenantry/web/devices"
	"github.com/tenantry/tenantry/web/groups"
	"github.com/tenantry/tenantry/web/guests"
	"github.com/tenantry/tenantry/web/page"
	webprovisioning "github.com/tenantry/tenantry/web/provisioning"
	"github.com/tenantry/tenantry/web/roles"
	"github.com/tenantry/tenantry/web/tenants"
	"github.com/tenantry/tenantry/web/webtest"
)

const deviceID = "6d1e0c4a-1111-4222-8333-00000000191b"

var technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}

func fleet(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant) {
	t.Helper()
	f = webtest.NewFleet(t)
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute),
		device.Device{ID: deviceID, Name: "CTO-LT-0482", Serial: "0F37B2P", OS: "Windows", Compliance: "noncompliant", UPN: "k.osei@contoso.example", UserName: "K. Osei"},
		device.Device{ID: "phone", Name: "iPhone", OS: "iOS", Compliance: "compliant", LastSyncAt: f.Now, IMEI: "359881204820116", MEID: "99000048", WiFiMAC: "3C21F4A09B0A", EntraDeviceID: "0e55aa01-2222-4222-8333-00000000abcd"})
	f.ReadDevices(t, fabrikam.ID, f.Now.Add(-26*time.Hour), device.Device{ID: "f1", Name: "FBK-10482", OS: "Windows", Compliance: "compliant", LastSyncAt: f.Now})
	f.ReadAutopilot(t, contoso.ID, f.Now, autopilot.Identity{ID: "ap1", Serial: "5CG7781XX", PurchaseOrder: "PO-3391", Model: "EliteBook"})
	f.ReadAutopilot(t, fabrikam.ID, f.Now, autopilot.Identity{ID: "ap2", Serial: "5CG7782XX"})
	f.ReadApps(t, contoso.ID, f.Now, nil, app.App{ID: "a1", Name: "0482 Viewer", Publisher: "Contoso"})
	f.ReadJobs(t, fabrikam.ID, f.Now, provisioning.Job{SPID: "sp", ID: "j", AppName: "Amazon 0482", Template: "awsSCIM", Code: "Active", Health: provisioning.Fine, SteadyFirstAt: f.Now})
	f.ReadIncidents(t, contoso.ID, f.Now, incident.Incident{ID: "77213", Title: "Credential theft", Status: "active", Severity: "high", CreatedAt: f.Now},
		incident.Incident{ID: "88001", Status: "active", Severity: "low", CreatedAt: f.Now, Alerts: []incident.Alert{{ID: "a", Entities: []incident.Entity{{Kind: "device", Name: "KIOSK-7"}}}}})
	f.ReadServices(t, contoso.ID, f.Now, []service.Reading{{Kind: service.NDES, Outcome: service.Read, ReadAt: f.Now}},
		service.Item{Kind: service.NDES, ID: "n", Name: "Certificates", Health: service.OK, Detail: map[string]string{"machineName": "TURNSTILE-2"}})
	yes := true
	f.ReadGuests(t, contoso.ID, f.Now, guest.Guest{ID: "9f3c2f0e-5a9d-4c7d-9a39-d6b2f0a1c000", Name: "Lena Brandt", Address: "lena@firstup.example", UPN: "lena_firstup.example#EXT#@contoso.onmicrosoft.example", Redeemed: &yes, RolesRead: true})
	f.ReadGuests(t, fabrikam.ID, f.Now.Add(-26*time.Hour), guest.Guest{ID: "f1", Name: "Lena Brandt", Address: "lena@firstup.example", Redeemed: &yes, RolesRead: true})
	return f, contoso, fabrikam
}

// TestGuests: a guest account is found by what it is known by, with the state that its list shows, and only within reach.
func TestGuests(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	both, one := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), site(f)), f.Serve(t, technician, tenant.Only(contoso.ID), site(f))
	for q, want := range map[string]string{"brandt": "2 name", "LENA@": "2 address", "lena_firstup": "1 upn", "9f3c2f0e-5a9d": "1 id"} {
		var v view
		both.JSON("/search?q="+url.QueryEscape(q), http.StatusOK, &v)
		if len(v.Groups) != 1 || v.Groups[0].Kind != "guests" || strconv.FormatInt(v.Groups[0].Count, 10)+" "+v.Groups[0].Hits[0].Field != want {
			t.Fatalf("search for %q: %+v, want %s", q, v.Groups, want)
		}
		var list struct{ Count int64 }
		if both.JSON(v.Groups[0].URL, http.StatusOK, &list); list.Count != v.Groups[0].Count {
			t.Errorf("%q: the group says %d, its list has %d", q, v.Groups[0].Count, list.Count)
		}
		for _, h := range v.Groups[0].Hits {
			if state := map[tenant.ID]string{contoso.ID: "Redeemed, no directory role", fabrikam.ID: "Was: redeemed, no directory role"}[h.Tenant.ID]; h.State != state || both.Get(h.URL).Code != http.StatusOK {
				t.Errorf("%q: %+v", q, h)
			}
		}
	}
	var v view
	if one.JSON("/search?q=brandt", http.StatusOK, &v); v.Groups[0].Count != 1 {
		t.Errorf("within reach of one customer: %+v", v.Groups)
	}
}

// site is the search together with the lists that its groups lead to.
func site(f *webtest.Fleet) func(page.Router) {
	return func(r page.Router) {
		(&Handler{Kinds: search.NewStore(f.Pool), Incidents: f.Incidents, Tenants: f.Tenants, Devices: f.Devices, Autopilot: f.Autopilot, Apps: f.Apps, Detected: f.DetectedApps, Policies: f.Policies(), Protection: f.Protection, Roles: f.Roles(), Provisioning: f.Provisioning, Services: f.Services, Guests: f.Guests(), Sync: f.Sync}).Mount(r)
		(&guests.Handler{Guests: f.Guests(), Sync: f.Sync, Tenants: f.Tenants}).Mount(r)
		(&roles.Handler{Roles: f.Roles(), Groups: f.DirectoryGroups(), Sync: f.Sync}).Mount(r)
		(&devices.Handler{Devices: f.Devices, Autopilot: f.Autopilot, Protection: f.Protection, Sync: f.Sync}).Mount(r)
		(&apps.Handler{Apps: f.Apps, Detected: f.DetectedApps, Groups: f.DirectoryGroups(), Sync: f.Sync}).Mount(r)
		(&webprovisioning.Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount(r)
		(&webconfiguration.Handler{Policies: f.Policies(), Sync: f.Sync, Groups: f.DirectoryGroups()}).Mount(r)
	}
}

// TestApostrophes: a name with Apple's apostrophe is found by the one of a keyboard, in the field where it stands, which is marked.
func TestApostrophes(t *testing.T) {
	f, contoso, _ := fleet(t)
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "d", Name: "Adam’s iPhone", Serial: "WLYYSLV55R", OS: "iOS", UserName: "Adam", UPN: "adam@contoso.example"})
	f.ReadApps(t, contoso.ID, f.Now, nil, app.App{ID: "a2", Name: "O’Reilly reader"}, app.App{ID: "a3", Name: "O.Reilly viewer"})
	c := f.Serve(t, technician, tenant.Only(contoso.ID), site(f))
	var apps view
	if c.JSON("/search?kind=apps&q=o%27reilly", http.StatusOK, &apps); len(apps.Groups) != 1 || apps.Groups[0].Count != 1 || apps.Groups[0].Hits[0].ID != "a2" {
		t.Errorf("apps: %+v", apps.Groups)
	}
	for _, q := range []string{"adam's", "Adam’s iPhone", `"adam's iphone"`} {
		var v view
		c.JSON("/search?kind=devices&q="+url.QueryEscape(q), http.StatusOK, &v)
		if len(v.Groups) != 1 || v.Groups[0].Count != 1 || v.Groups[0].Hits[0].Field != "name" {
			t.Fatalf("%q: %+v", q, v.Groups)
		}
		if body := c.Get("/search?kind=devices&q=" + url.QueryEscape(q)).Body.String(); !strings.Contains(body, ">Adam’s</") {
			t.Errorf("%q is not marked where it was found", q)
		}
	}
}

// TestNarrowed holds that a tag narrows every kind, and the lists that they lead to.
func TestNarrowed(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	h := &groups.Handler{Groups: tenantgroup.NewStore(f.Pool), Tenants: f.Tenants}
	if err := h.Groups.SetTags(t.Context(), contoso.ID, []string{"gold"}, true); err != nil {
		t.Fatal(err)
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), func(r page.Router) {
		site(f)(r)
		(&tenants.Handler{Tenants: f.Tenants, Sync: f.Sync}).Mount(r)
	}, h.Prepare)
	for _, q := range []string{"0482", "o", "contoso.example", "fabrikam.example"} {
		var gold view
		c.JSON("/search?tag=gold&q="+q, http.StatusOK, &gold)
		for _, g := range gold.Groups {
			for _, hit := range g.Hits {
				if !hit.Tenant.ID.IsZero() && hit.Tenant.ID != contoso.ID {
					t.Errorf("%q finds %s of %s, which has not the tag", q, hit.Name, hit.Tenant.Name)
				}
			}
			if g.URL == "" || strings.HasPrefix(g.URL, "/t/") || strings.HasPrefix(g.URL, "/search") { // people have no list but this page
				continue
			}
			var list struct{ Count int64 }
			c.JSON(g.URL, http.StatusOK, &list)
			if !strings.Contains(g.URL, "tag=gold") || list.Count != g.Count {
				t.Errorf("%q, %s: the group says %d, its list %s has %d", q, g.Kind, g.Count, g.URL, list.Count)
			}
		}
		if q == "0482" && len(gold.Groups) == 0 || q == "fabrikam.example" && strings.Contains(c.Get("/search?tag=gold&q="+q).Body.String(), "<h3>") {
			t.Errorf("%q: %d groups", q, len(gold.Groups))
		}
	}
	if body := c.Get("/search?tag=gold&q=zzzz").Body.String(); !strings.Contains(body, "Search without the filters") {
		t.Error("a narrowed search without a hit offers no search of all")
	}
}

func TestGroups(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), site(f))
	var v view
	c.JSON("/search?q=0482", http.StatusOK, &v)
	var kinds []string
	for _, g := range v.Groups {
		kinds = append(kinds, g.Kind)
		var list struct{ Count int64 }
		c.JSON(g.URL, http.StatusOK, &list)
		if list.Count != g.Count {
			t.Errorf("%s: the group says %d, its list has %d", g.Kind, g.Count, list.Count)
		}
	}
	if strings.Join(kinds, " ") != "devices apps provisioning" {
		t.Fatalf("groups %v", kinds)
	}
	fields := map[string]string{}
	for _, h := range v.Groups[0].Hits {
		fields[h.Name] = h.Field + ", " + h.State
		if got := c.Get(h.URL); got.Code != http.StatusOK {
			t.Errorf("hit %s leads to %s: status %d", h.Name, h.URL, got.Code)
		}
	}
	for name, want := range map[string]string{"CTO-LT-0482": "name, Noncompliant", "iPhone": "imei, Compliant", "FBK-10482": "name, Was compliant"} {
		if fields[name] != want {
			t.Errorf("%s: %q, want %q", name, fields[name], want)
		}
	}
	one := f.Serve(t, technician, tenant.Only(contoso.ID), site(f))
	if got := one.Get("/search?q=0482").Body.String(); strings.Contains(got, "FBK") || strings.Contains(got, "Amazon") || !strings.Contains(got, "CTO-LT-") {
		t.Error("the search of who may see Contoso only shows Fabrikam's things, or not its own")
	}
}

func TestFields(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), site(f))
	for q, want := range map[string]string{
		"0f37": "devices serial", "osei@": "devices user", "K. Osei": "devices user", "35988": "devices imei", "990000": "devices meid",
		"3c21f4": "devices mac", "3C:21:F4": "devices mac", "3C-21-F4-A0-9B-0A": "devices mac", "3c21.f4a0.9b0a": "devices mac", "35 988120 482011 6": "devices imei", "35-988120-482011-6": "devices imei",
		deviceID: "devices id", strings.ToUpper(deviceID): "devices id", "{" + deviceID + "}": "devices id", deviceID[:8]: "devices id", "0e55aa01": "devices entraId", "{0E55AA01-2222-4222-8333-00000000ABCD}": "devices entraId",
		"osei k.": "devices user", "0482 cto": "devices name", "contoso 0f37": "devices serial", "iphone 4820": "devices name", "contoso viewer": "apps name", "theft credential": "incidents title",
		"brandt lena": "guests name", "example contoso": "customers domain", "fabrikam amazon": "provisioning name",
		"fabrikam.ex": "customers domain", "Contos": "customers name", contoso.ID.String(): "customers tenant", strings.ToUpper(contoso.ID.String()): "customers tenant",
		"Amazon": "provisioning name", "awssc": "provisioning template", "turnstile": "services machine", "viewer": "apps name", "cg7781": "autopilot serial", "po-33": "autopilot order", "5c": "autopilot serial", "theft": "incidents title", "7721": "incidents id", "kiosk": "incidents device",
	} {
		var v view
		c.JSON("/search?q="+url.QueryEscape(q), http.StatusOK, &v)
		if len(v.Groups) == 0 || v.Groups[0].Kind+" "+v.Groups[0].Hits[0].Field != want {
			t.Errorf("search for %q: %+v, want %s first", q, v.Groups, want)
			continue
		}
		if g := v.Groups[0]; g.Kind == "devices" {
			var list struct{ Count int64 }
			if c.JSON(g.URL, http.StatusOK, &list); list.Count != g.Count {
				t.Errorf("search for %q finds %d devices, %s has %d", q, g.Count, g.URL, list.Count)
			}
		}
	}
	var v view
	if c.JSON("/search?q=kiosk", http.StatusOK, &v); v.Groups[0].Hits[0].Name != "Incident 88001" {
		t.Errorf("an incident without a title: %+v", v.Groups[0].Hits[0])
	}
	c.JSON("/search?q=ct", http.StatusOK, &v)
	if len(v.Groups) != 1 || v.Groups[0].Hits[0].Name != "CTO-LT-0482" {
		t.Errorf("two letters find by prefix: %+v", v.Groups)
	}
	if c.JSON("/search?q=fabrikam", http.StatusOK, &v); len(v.Groups) != 2 || v.Groups[1].Kind != "provisioning" || v.Groups[1].Hits[0].Field != "customer" {
		t.Errorf("a job is found by its customer: %+v", v.Groups)
	}
	one := f.Serve(t, technician, tenant.Only(fabrikam.ID), site(f))
	for _, q := range []string{deviceID, contoso.ID.String(), "cg7781", "theft"} {
		one.JSON("/search?q="+q, http.StatusOK, &v)
		if len(v.Groups) != 0 {
			t.Errorf("search for %s by who may not see Contoso: %+v", q, v.Groups)
		}
	}
}

func TestTooLittleAndTooMuch(t *testing.T) {
	f, _, _ := fleet(t)
	c := f.Serve(t, technician, tenant.Everything(), site(f))
	for q, want := range map[string]string{"": "Two characters are enough", "c": "Type at least two", "zq": "begins with", "zzzz%": "Nothing that you may see", "<script>alert(1)</script>": "Nothing that you may see"} {
		got := c.Get("/search?q=" + url.QueryEscape(q))
		if got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) || strings.Contains(got.Body.String(), "<script>alert") {
			t.Errorf("search for %q: status %d, want 200 with %q", q, got.Code, want)
		}
		var v view
		c.JSON("/search?q="+url.QueryEscape(q), http.StatusOK, &v)
		if v.Groups == nil || len(v.Groups) != 0 || v.Sentence == "" {
			t.Errorf("search for %q as JSON: %+v", q, v)
		}
	}
	for _, query := range []string{"q=%00", "q=%ff", "q=" + strings.Repeat("x", 201), "q=abc&format=csv", "q=abc&after=x"} {
		if got := c.Get("/search?" + query); got.Code != http.StatusBadRequest {
			t.Errorf("GET /search?%.30s: status %d, want 400", query, got.Code)
		}
	}
}

func TestGolden(t *testing.T) {
	tid, chrome := webtest.ID(t, 1), page.Chrome{Now: time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC), Count: 214}
	ask := func(q string) question { return question{q: q, chrome: chrome} }
	hostile := device.Device{Tenant: tid, TenantName: "<b>Contoso</b>", ID: "a/b?", Name: "<script>0482</script>", Serial: strings.Repeat("long", 60)}
	for name, v := range map[string]view{
		"nothing asked": {}, "one letter": {Query: "x"}, "none": {Query: "nothing"},
		"hits": {Query: "0482", Groups: []group{
			{Kind: "customers", Title: "Customers", One: "customer", Many: "customers", Count: 1, URL: "/tenants?q=0482", Hits: []hit{ask("0482").customer(tenant.Tenant{ID: tid, DisplayName: "0482 Ltd", State: tenant.StateConnected, StateReadAt: chrome.Now.Add(-time.Hour)})}},
			{Kind: "devices", Title: "Devices", One: "device", Many: "devices", Count: 12, URL: "/devices?q=0482", Hits: []hit{
				ask("0482").device(device.Device{Tenant: tid, TenantName: "Contoso", ID: "d1", Name: "iPhone", OS: "iOS", IMEI: "359881204820116", Compliance: "compliant"}, true),
				ask("0482").device(hostile, false),
			}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			v.chrome, v.Sentence = chrome, v.sentence()
			r := httptest.NewRequest(http.MethodGet, "/search?q="+url.QueryEscape(v.Query), nil)
			q, err := spec.Parse(r.URL)
			if err != nil {
				t.Fatal(err)
			}
			if v.box, err = page.Bar(r, spec, q); err != nil {
				t.Fatal(err)
			}
			webtest.Golden(t, searchBody(v))
		})
	}
}

func TestPoliciesAreFound(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	f.ReadPolicies(t, contoso.ID, f.Now, webtest.Policy{Policy: configuration.Policy{Kind: configuration.Compliance, ID: "p1", Name: "Zebra rules", Type: "windows10CompliancePolicy"}})
	f.ReadPolicies(t, fabrikam.ID, f.Now, webtest.Policy{Policy: configuration.Policy{Kind: configuration.Compliance, ID: "p2", Name: "Zebra too"}})
	f.ReadAppPolicies(t, contoso.ID, f.Now, configuration.AppProtection, webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "T_1", Name: "Zebra phones", Type: "iosManagedAppProtection"}})
	f.ReadAppPolicies(t, contoso.ID, f.Now, configuration.AppConfiguration, webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppConfiguration, ID: "A_1", Name: "Zebra mail", Type: "targetedManagedAppConfiguration"}})
	var v view
	c := f.Serve(t, technician, tenant.Only(contoso.ID), site(f))
	c.JSON("/search?q=zebra", http.StatusOK, &v)
	if len(v.Groups) != 3 || v.Groups[0].Kind != "policies" || v.Groups[0].Count != 1 || len(v.Groups[0].Hits) != 1 || v.Groups[0].Hits[0].URL != "/t/"+contoso.ID.String()+"/configuration/p1" {
		t.Errorf("%+v", v.Groups)
	}
	for _, g := range v.Groups {
		var list struct{ Count int64 }
		if c.JSON(g.URL, http.StatusOK, &list); list.Count != g.Count || g.Count != 1 {
			t.Errorf("%s: %d hits, %s has %d", g.Kind, g.Count, g.URL, list.Count)
		}
	}
}

// TestInventory: what stands beside devices, apps and policies is found by its name, by as many words as are typed, as its own list finds it.
func TestInventory(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	for _, at := range []tenant.Tenant{contoso, fabrikam} {
		f.ReadDetectedApps(t, at.ID, f.Now, detectedapp.Version{ID: "v1", Name: "Zebra Print", Publisher: "Quagga", Version: "1.0", Devices: 3}, detectedapp.Version{ID: "v2", Name: "Zebra Scan", Publisher: "Quagga", Version: "2.0", Devices: 1})
		f.ReadRoles(t, at.ID, f.Now, intunerole.Read{Roles: []intunerole.Role{{ID: "r1", Name: "Zebra keeper", Description: "Feeds them"}}})
		f.ReadCategories(t, at.ID, f.Now, device.Category{ID: "c1", Name: "Zebra phones"})
		f.ReadMalware(t, at.ID, f.Now, protection.Malware{ID: "m1", Name: "Trojan:Zebra", Severity: "severe", DetectedAt: f.Now})
		f.ReadPolicies(t, at.ID, f.Now, webtest.Policy{Policy: configuration.Policy{Kind: configuration.AssignmentFilter, ID: "f1", Name: "Only zebra"}}, webtest.Policy{Policy: configuration.Policy{Kind: configuration.ScopeTag, ID: "t1", Name: "Zebra tag"}})
		f.ReadTemplates(t, at.ID, f.Now, webtest.Policy{Policy: configuration.Policy{Kind: configuration.Notification, ID: "n1", Name: "Mail of zebra"}})
	}
	both, one := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), site(f)), f.Serve(t, technician, tenant.Only(contoso.ID), site(f))
	for q, want := range map[string]string{
		"zebra": "detectedApps filters scopeTags notifications categories roles malware", "keeper zebra": "roles", "feeds": "roles", "quagga": "detectedApps", "print quagga": "detectedApps", "phones ZEBRA": "categories",
		"trojan": "malware", "zebra only": "filters", "mail zebra": "notifications", "ze": "", "zebra unicorn": "", "100%": "",
	} {
		for _, c := range []*webtest.Client{both, one} {
			var v view
			c.JSON("/search?q="+url.QueryEscape(q), http.StatusOK, &v)
			var kinds []string
			for _, g := range v.Groups {
				kinds = append(kinds, g.Kind)
				var list struct{ Count int64 }
				if c.JSON(g.URL, http.StatusOK, &list); list.Count != g.Count || int(g.Count) != len(g.Hits) || c == one && g.Kind != "detectedApps" && g.Count != 1 {
					t.Errorf("%q: %s says %d and shows %d, its list has %d", q, g.Kind, g.Count, len(g.Hits), list.Count)
				}
				for _, h := range g.Hits {
					if got := c.Get(h.URL); got.Code != http.StatusOK || c == one && h.Tenant.ID == fabrikam.ID {
						t.Errorf("%q: %+v leads to status %d", q, h, got.Code)
					}
				}
			}
			if got := strings.Join(kinds, " "); got != want {
				t.Errorf("%q finds %q, want %q", q, got, want)
			}
		}
	}
	var v view
	both.JSON("/search?q=zebra&kind=detectedApps", http.StatusOK, &v)
	if g := v.Groups[0]; g.Count != 2 || g.Hits[0].Name != "Zebra Print" || g.Hits[0].State != "6 devices at 2 customers" || !g.Hits[0].Tenant.ID.IsZero() {
		t.Errorf("programs of two customers: %+v", v.Groups)
	}
	one.JSON("/search?q=zebra&kind=detectedApps", http.StatusOK, &v)
	if h := v.Groups[0].Hits[0]; h.State != "3 devices at 1 customer" {
		t.Errorf("programs of one customer: %+v", h)
	}
	if b := both.Get("/search?q=zebra").Body.String(); !strings.Contains(b, "All: 2 detected apps") || !strings.Contains(b, "Severity severe") {
		t.Error("the page shows no detected apps, or no malware")
	}
}

// TestGUIDs: an app, a policy and a service principal are found by their GUID or its beginning, each by who may see its customer.
func TestGUIDs(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	const id, policy, sp, appID = "0a1b2c3d-0001-4000-8000-00000000abcd", "0a1b2c3d-0002-4000-8000-00000000abcd", "0a1b2c3d-0003-4000-8000-00000000abcd", "0a1b2c3d-0004-4000-8000-00000000abcd"
	for _, c := range []tenant.Tenant{contoso, fabrikam} {
		f.ReadApps(t, c.ID, f.Now, nil, app.App{ID: id, Name: "Mail"})
		f.ReadAppPolicies(t, c.ID, f.Now, configuration.AppProtection, webtest.Policy{Policy: configuration.Policy{Kind: configuration.AppProtection, ID: "T_" + policy, Name: "Phones"}})
		f.ReadJobs(t, c.ID, f.Now, provisioning.Job{ID: "j", SPID: sp, AppID: appID, AppName: "Payroll"})
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), site(f))
	for _, tc := range []struct{ q, kinds, field string }{
		{id, "apps", "id"}, {strings.ToUpper(id), "apps", "id"}, {id[:14], "apps", "id"}, {policy, "appProtection", "id"}, {sp, "provisioning", "sp"}, {appID, "provisioning", "appId"},
		{"0a1b2c3d-", "apps appProtection provisioning", ""}, {"0a1b2c3d", "", ""}, {"abcd", "", ""},
	} {
		var v view
		c.JSON("/search?q="+tc.q, http.StatusOK, &v)
		var kinds []string
		for _, g := range v.Groups {
			kinds = append(kinds, g.Kind)
			if g.Count != 1 || len(g.Hits) != 1 || g.Hits[0].Tenant.ID != contoso.ID || tc.field != "" && g.Hits[0].Field != tc.field {
				t.Errorf("%q: %+v", tc.q, g)
			}
		}
		if got := strings.Join(kinds, " "); got != tc.kinds {
			t.Errorf("%q finds %q, want %q", tc.q, got, tc.kinds)
		}
	}
}

// TestPeople: a person is found once in each customer, by name or user principal name, and leads to exactly their devices.
func TestPeople(t *testing.T) {
	f, contoso, fabrikam := fleet(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), site(f))
	for _, q := range []string{"osei", "k.osei@contoso.example", "k."} {
		var v view
		c.JSON("/search?q="+q, http.StatusOK, &v)
		var people *group
		for i := range v.Groups {
			if v.Groups[i].Kind == "people" {
				people = &v.Groups[i]
			}
		}
		if people == nil || len(people.Hits) != 1 || people.Hits[0].Name != "K. Osei" || people.Hits[0].Tenant.Name != "Contoso" || people.Hits[0].State != "1 device" {
			t.Fatalf("%q: %+v", q, v.Groups)
		}
		var list struct {
			Count int64
			Rows  []struct{ Name string }
		}
		c.JSON(people.Hits[0].URL, http.StatusOK, &list)
		if list.Count != 1 || list.Rows[0].Name != "CTO-LT-0482" {
			t.Errorf("%q leads to %+v", q, list)
		}
	}
	var all view
	c.JSON("/search?q=example&kind=people", http.StatusOK, &all)
	if len(all.Groups) != 1 || all.Groups[0].Kind != "people" || all.Groups[0].Count != 1 || all.Groups[0].URL != "/search?q=example&kind=people" {
		t.Errorf("people alone: %+v", all.Groups)
	}
	if b := c.Get("/search?q=example&kind=people&kind=apps").Body.String(); !strings.Contains(b, "All: 1 person") || !strings.Contains(b, "Remove the filter Kind") || strings.Contains(b, "<h2>Customers") {
		t.Error("people and apps alone: their count is missing, or the filter, or other kinds are there")
	}
	if got := c.Get("/search?q=example&kind=persons"); got.Code != http.StatusBadRequest {
		t.Errorf("a kind that is none: status %d", got.Code)
	}
	if b := c.Get("/search?q=osei").Body.String(); !strings.Contains(b, "People") || !strings.Contains(b, "K. ") {
		t.Error("the page shows no people")
	}
	one := f.Serve(t, technician, tenant.Only(fabrikam.ID), site(f))
	if b := one.Get("/search?q=osei").Body.String(); strings.Contains(b, "k.osei@") {
		t.Error("a person of a customer out of reach is shown")
	}
}
