package overview

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/activity"
	"github.com/tenantry/tenantry/web/apps"
	"github.com/tenantry/tenantry/web/devices"
	"github.com/tenantry/tenantry/web/groups"
	"github.com/tenantry/tenantry/web/page"
	webprovisioning "github.com/tenantry/tenantry/web/provisioning"
	"github.com/tenantry/tenantry/web/settings"
	"github.com/tenantry/tenantry/web/sync"
	"github.com/tenantry/tenantry/web/tenants"
	"github.com/tenantry/tenantry/web/webtest"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	support    = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}
	owner      = tenant.Person{Name: "Owner", UPN: "owner@firstup.example", Role: tenant.RoleOwner}
)

// site is the overview with the lists that its numbers lead to, and the first page of each customer.
func site(f *webtest.Fleet) func(page.Router) {
	mounted := 0
	customers := &tenants.Handler{Tenants: f.Tenants, Sync: f.Sync, Audit: audit.NewStore(f.Pool)}
	return func(r page.Router) {
		if mounted++; mounted == 1 {
			(&Handler{Tenants: f.Tenants, Sync: f.Sync, Provisioning: f.Provisioning, Brake: brake.NewStore(f.Pool, nil, f.Tenants.Home())}).Mount(r)
			customers.Mount(r)
			(&sync.Handler{Sync: f.Sync, Tenants: f.Tenants}).Mount(r)
			(&settings.Handler{Groups: []settings.Group{{Title: "App registration", Items: []settings.Item{{Label: "Home tenant", Value: webtest.HomeID, Name: "AZURE_TENANT_ID", Copy: true}, {Label: "Credential", Value: "Certificate", Name: "AZURE_CLIENT_CERTIFICATE_PATH"}}}}}).Mount(r)
		} else {
			customers.MountTenant(r)
		}
		(&activity.Handler{Audit: audit.NewStore(f.Pool), Tenants: f.Tenants}).Mount(r)
		(&devices.Handler{Devices: f.Devices, Sync: f.Sync}).Mount(r)
		(&apps.Handler{Apps: f.Apps, Groups: f.DirectoryGroups(), Sync: f.Sync}).Mount(r)
		(&webprovisioning.Handler{Provisioning: f.Provisioning, Sync: f.Sync}).Mount(r)
	}
}

// lively is a fleet in which everything that the overview knows happens: the tenants by name, and whose reach is all but the last.
func lively(t *testing.T) (f *webtest.Fleet, of map[string]tenant.Tenant, reach tenant.Scope) {
	t.Helper()
	f, of = webtest.NewFleet(t), map[string]tenant.Tenant{}
	names := []string{"Contoso", "Fabrikam", "Northwind", "Adatum", "Litware", "Tailspin", "Wingtip", "Proseware", "Foreign"}
	var ids []tenant.ID
	for i, name := range names {
		of[name] = f.Tenant(t, i+1, name, strings.ToLower(name)+".example")
		ids = append(ids, of[name].ID)
	}
	mixed := func(prefix string, n int) (out []device.Device) {
		for i := range n {
			id := prefix + strconv.Itoa(i)
			d := device.Device{ID: id, Name: strings.ToUpper(id), OS: []string{"Windows", "iOS", "macOS", ""}[i%4], Compliance: device.ComplianceStates[i%len(device.ComplianceStates)]}
			if i%5 > 0 {
				d.LastSyncAt = f.Now.Add(-time.Duration(i*i) * 24 * time.Hour)
			}
			out = append(out, d)
		}
		return out
	}
	job := func(sp string, since time.Duration) provisioning.Job {
		return provisioning.Job{SPID: sp, AppName: "Salesforce", AppID: "a-" + sp, ID: "j-" + sp, Code: "Quarantine", Health: provisioning.Quarantined, Schedule: "Active",
			Quarantine: provisioning.Quarantine{Reason: "EncounteredQuarantineException", SeriesSince: f.Now.Add(-since), Message: "The target answered 401 to the credential check."}}
	}
	for name, at := range map[string]time.Duration{"Contoso": 3 * time.Minute, "Fabrikam": 2 * time.Hour, "Litware": 30 * time.Hour, "Foreign": time.Minute} {
		f.ReadDevices(t, of[name].ID, f.Now.Add(-at), mixed(strings.ToLower(name), 12)...)
	}
	f.ReadJobs(t, of["Contoso"].ID, f.Now.Add(-time.Minute), job("sp1", 80*time.Hour), provisioning.Job{SPID: "sp2", ID: "slack", AppName: "Slack", Code: "Active", Health: provisioning.Fine, Schedule: "Active"})
	f.ReadJobs(t, of["Fabrikam"].ID, f.Now.Add(-time.Minute), job("sp3", 90*time.Hour))
	f.ReadJobs(t, of["Foreign"].ID, f.Now.Add(-time.Minute), job("sp4", time.Hour))
	for _, name := range []string{"Northwind", "Adatum", "Foreign"} {
		f.FailRead(t, of[name].ID, graphsync.Devices, "licence", name+" has no Intune licence.")
	}
	f.FailRead(t, of["Northwind"].ID, graphsync.Organization, "unavailable", "Microsoft answers 503.")
	f.FailRead(t, of["Northwind"].ID, graphsync.Apps, "unavailable", "Microsoft answers 503.")
	f.Put(t, of["Litware"].ID, tenant.StateWithdrawn, f.Now.Add(-20*time.Hour))
	f.Put(t, of["Tailspin"].ID, tenant.StateInvited, f.Now.Add(-5*time.Hour))
	f.Put(t, of["Wingtip"].ID, tenant.StateInvited, f.Now.Add(-9*time.Hour))
	f.Put(t, of["Proseware"].ID, tenant.StateDeclined, f.Now.Add(-time.Hour))
	f.Put(t, of["Foreign"].ID, tenant.StateDeclined, f.Now.Add(-time.Hour))
	if _, err := f.Pool.In(of["Litware"].ID).Exec(t.Context(), `UPDATE sync_state SET stopped = true WHERE tenant_id = $1`, of["Litware"].ID); err != nil {
		t.Fatal(err)
	}
	return f, of, tenant.Only(ids[:len(ids)-1]...)
}

type twin struct {
	Customers int
	States    map[string]int `json:"customers_by_state"`
	Devices   map[string]int64
	Attention []struct {
		Kind, Text, Detail, URL string
		Tenants                 []string
		Since                   *time.Time
	} `json:"needs_a_person"`
	Datasets []struct {
		Dataset             string
		Fresh, Late, Unread int
	}
	Furthest []struct {
		Name      string
		Devices   *int64
		Compliant *float64
	} `json:"furthest_from_target"`
}

func read(t *testing.T, c *webtest.Client, path string) *webtest.Document {
	t.Helper()
	w := c.Get(path)
	root, err := html.Parse(w.Body)
	if err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d %v", path, w.Code, err)
	}
	return &webtest.Document{Status: w.Code, URL: &url.URL{Path: path}, Root: root}
}

func TestAttention(t *testing.T) {
	f, of, reach := lively(t)
	c := f.Serve(t, technician, reach, site(f))
	var v twin
	c.JSON("/", http.StatusOK, &v)
	var got []string
	for _, a := range v.Attention {
		var who []string
		for name, x := range of {
			if slices.Contains(a.Tenants, x.ID.String()) {
				who = append(who, name)
			}
		}
		slices.Sort(who)
		got = append(got, a.Kind+": "+a.Text+" ("+strings.Join(who, ", ")+") "+f.Now.Sub(*a.Since).String())
	}
	want := []string{ // what blocks now, what declined or drifted, what is unknown, what waits; the oldest first
		"quarantine: Provisioning is in quarantine: Salesforce (Contoso, Fabrikam) 90h0m0s",
		"withdrawn: Consent was withdrawn (Litware) 20h0m0s",
		"declined: Consent was declined (Proseware) 1h0m0s",
		"not-read: Not read, as a licence is missing (Adatum, Northwind) 0s",
		"not-read: Not read: apps and assignments and 1 more (Northwind) 0s",
		"invited: A consent link is open (Tailspin, Wingtip) 9h0m0s",
	}
	slices.Sort(got[3:5]) // both began at the same time
	slices.Sort(want[3:5])
	if !slices.Equal(got, want) {
		t.Errorf("needs a person:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, a := range v.Attention {
		if w := c.Get(a.URL); w.Code != http.StatusOK && !strings.HasSuffix(a.URL, "/consent") { // that room is another
			t.Errorf("%q leads to %s, which answers %d", a.Text, a.URL, w.Code)
		}
		var list struct{ Rows []map[string]any }
		if !strings.HasPrefix(a.URL, "/sync") {
			continue
		}
		c.JSON(a.URL, http.StatusOK, &list)
		for _, r := range list.Rows {
			if !slices.Contains(a.Tenants, r["tenant_id"].(string)) {
				t.Errorf("%q leads to a list with %v", a.Text, r["tenant_name"])
			}
		}
	}
}

// TestDaysOfAll: the days of all customers are whole only where all were read who had been before.
func TestDaysOfAll(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "c", Name: "C", Compliance: "compliant"})
	f.ReadDevices(t, fabrikam.ID, f.Now, device.Device{ID: "f", Name: "F", Compliance: "noncompliant"})
	today := f.Now.UTC().Truncate(24 * time.Hour)
	for _, x := range []struct {
		of  tenant.Tenant
		ago int
	}{{contoso, 3}, {fabrikam, 3}, {contoso, 1}} {
		if _, err := f.Pool.In(x.of.ID).Exec(t.Context(), `INSERT INTO tenant_daily (tenant_id, dataset, key, day, value) SELECT $1, 'devices', k, $2, 5 FROM unnest(ARRAY['total', 'compliance:compliant']) k`, x.of.ID, today.AddDate(0, 0, -x.ago)); err != nil {
			t.Fatal(err)
		}
	}
	c := f.Serve(t, technician, tenant.Everything(), site(f))
	var v struct {
		Days []struct {
			Day    string
			Counts map[string]int64
			Read   int  `json:"customers_read"`
			Due    *int `json:"customers"`
		} `json:"devices_by_day"`
	}
	c.JSON("/", http.StatusOK, &v)
	if d := v.Days; len(d) != 4 || d[0].Counts["total"] != 10 || d[0].Read != 2 || d[1].Counts != nil || d[1].Due != nil || d[2].Counts != nil || d[2].Read != 1 || *d[2].Due != 2 || d[3].Counts["total"] != 2 || d[3].Counts["compliance:compliant"] != 1 {
		t.Errorf("%+v", d)
	}
	if text := read(t, c, "/").Text(); !strings.Contains(text, "not all read: 2 days") || !strings.Contains(text, "1 of 2 customers read") {
		t.Error("the page does not tell the day on which one of two was read")
	}
}

// TestAttentionIsBounded holds that a page shows the first few lines and all of them when asked.
func TestAttentionIsBounded(t *testing.T) {
	v := view{now: time.Now()}
	for i := range 11 {
		v.Attention = append(v.Attention, attention{Text: "Something " + strconv.Itoa(i), Tenants: []string{"x", "y"}})
	}
	if l := v.attentionList(); len(l.Items) != shownAttention || l.More.Text != "Show all 11" || l.More.URL != "/?needs=all" {
		t.Errorf("%d lines, more: %+v", len(l.Items), l.More)
	}
	v.all = true
	if l := v.attentionList(); len(l.Items) != 11 || l.More.URL != "" {
		t.Errorf("all: %d lines, more: %+v", len(l.Items), l.More)
	}
}

var number = regexp.MustCompile(`^[\d,]+`)

// TestNumbersAreDoors follows every link that begins with a number: the list behind it has exactly that count.
func TestNumbersAreDoors(t *testing.T) {
	f, of, reach := lively(t)
	c := f.Serve(t, technician, reach, site(f))
	for _, path := range []string{"/", "/t/" + of["Contoso"].ID.String(), "/t/" + of["Fabrikam"].ID.String(), "/t/" + of["Litware"].ID.String(), "/tenants"} {
		followed := 0
		for _, l := range read(t, c, path).Links() {
			text := number.FindString(l.Text)
			if text == "" || l.Rel != "" {
				continue
			}
			want, _ := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
			var list struct{ Count int64 }
			c.JSON(l.URL.RequestURI(), http.StatusOK, &list)
			if list.Count != want {
				t.Errorf("%s: %q leads to %s, which has %d", path, l.Text, l.URL.RequestURI(), list.Count)
			}
			followed++
		}
		if min := map[string]int{"/": 25, "/tenants": 3}[path]; followed < min {
			t.Errorf("%s has only %d numbers that lead somewhere", path, followed)
		}
	}
}

func TestNothingGreenUnread(t *testing.T) {
	f, of, reach := lively(t)
	c := f.Serve(t, technician, reach, site(f))
	var v twin
	c.JSON("/", http.StatusOK, &v)
	var furthest []string
	for _, x := range v.Furthest {
		text := x.Name + " unknown"
		if x.Compliant != nil {
			text = x.Name + " " + strconv.FormatInt(*x.Devices, 10)
		} else if x.Devices != nil {
			t.Errorf("%s was never read and has %d devices", x.Name, *x.Devices)
		}
		furthest = append(furthest, text)
	}
	if got := strings.Join(furthest, ", "); !strings.HasPrefix(got, "Adatum unknown, Northwind unknown, ") || len(furthest) != 5 {
		t.Errorf("furthest from target: %s; want the unknown first", got)
	}
	for _, d := range v.Datasets {
		want := map[string][3]int{graphsync.Devices: {1, 2, 2}, graphsync.ProvisioningJobs: {2, 0, 0}}[d.Dataset]
		if got := [3]int{d.Fresh, d.Late, d.Unread}; want != [3]int{} && got != want {
			t.Errorf("%s: fresh, late, unread %v, want %v", d.Dataset, got, want)
		}
	}
	body := c.Get("/").Body.String()
	for _, want := range []string{"Compliant, some readings late", "was 8.3%", "2 late", "2 not read", "Customers not read"} {
		if !strings.Contains(body, want) {
			t.Errorf("the overview lacks %q", want)
		}
	}
	// Who may see only customers that nobody has read sees no figure at all.
	body = f.Serve(t, technician, tenant.Only(of["Northwind"].ID), site(f)).Get("/").Body.String()
	if strings.Contains(body, "s-ok") || !strings.Contains(body, "may not be read") || !strings.Contains(body, "Northwind has no Intune licence.") {
		t.Error("a fleet that was never read shows something green, or not why")
	}
}

func TestScope(t *testing.T) {
	f, of, reach := lively(t)
	for name, who := range map[string]tenant.Person{"technician": technician, "support": support} {
		c := f.Serve(t, who, reach, site(f))
		w := c.Get("/")
		if strings.Contains(w.Body.String(), "Foreign") || strings.Contains(w.Body.String(), of["Foreign"].ID.String()) {
			t.Errorf("%s sees a customer out of reach", name)
		}
		var v twin
		c.JSON("/", http.StatusOK, &v)
		if v.Customers != 8 || v.Devices["total"] != 36 {
			t.Errorf("%s: %d customers, %d devices; want 8 and 36", name, v.Customers, v.Devices["total"])
		}
	}
	c := f.Serve(t, support, reach, site(f))
	if _, main, _ := strings.Cut(c.Get("/").Body.String(), "<main"); strings.Contains(main, `method="post"`) {
		t.Error("the overview has a form that acts for support")
	}
	if w := c.Post("/sync", nil); w.Code != http.StatusForbidden {
		t.Errorf("POST /sync as support: %d, want 403", w.Code)
	}
	var v struct {
		Attention json.RawMessage `json:"needs_a_person"`
		Furthest  json.RawMessage `json:"furthest_from_target"`
	}
	empty := f.Serve(t, technician, tenant.Only(), site(f))
	empty.JSON("/", http.StatusOK, &v)
	if string(v.Attention) != "[]" || string(v.Furthest) != "[]" {
		t.Errorf("without customers: %s %s, want empty lists", v.Attention, v.Furthest)
	}
	if body := empty.Get("/").Body.String(); !strings.Contains(body, "Nothing waits for a person.") || !strings.Contains(body, "No customer is connected") {
		t.Error("without customers the overview does not say so")
	}
}

// TestNarrowed holds that a tag narrows the whole page, and each list that its numbers lead to with it.
func TestNarrowed(t *testing.T) {
	f, of, reach := lively(t)
	h := &groups.Handler{Groups: tenantgroup.NewStore(f.Pool), Tenants: f.Tenants}
	for _, name := range []string{"Contoso", "Tailspin", "Foreign"} {
		if err := h.Groups.SetTags(t.Context(), of[name].ID, []string{"gold"}, true); err != nil {
			t.Fatal(err)
		}
	}
	c := f.Serve(t, technician, reach, site(f), h.Prepare)
	var all, gold twin
	c.JSON("/", http.StatusOK, &all)
	c.JSON("/?tag=gold", http.StatusOK, &gold)
	if gold.Customers != 2 || gold.Devices["total"] != 12 || all.Customers != 8 || all.Devices["total"] != 36 {
		t.Errorf("%d of %d customers, %d of %d devices; want 2 of 8 and 12 of 36", gold.Customers, all.Customers, gold.Devices["total"], all.Devices["total"])
	}
	body := c.Get("/?tag=gold").Body.String()
	for _, want := range []string{"Contoso", "/devices?tag=gold", "/tenants?sort=compliant&amp;tag=gold", `<input type="hidden" name="tag" value="gold"`, "Read these now"} {
		if !strings.Contains(body, want) {
			t.Errorf("the narrowed page lacks %s", want)
		}
	}
	if _, main, _ := strings.Cut(body, "<main"); strings.Contains(main, "Fabrikam") {
		t.Error("the narrowed page names a customer without the tag")
	}
	if body := c.Get("/?tag=silver").Body.String(); strings.Contains(body, "No customer is connected") || !strings.Contains(body, "None of the customers that you chose by group or tag is connected") {
		t.Error("a page narrowed to nobody does not say so")
	}
	for path, status := range map[string]int{"/?group=99": 400, "/?group=x": 400, "/?tag=%00": 400, "/?format=csv": 400, "/?format=csv&tag=gold": 400, "/?tag=&group=": 200} {
		if got := c.Get(path).Code; got != status {
			t.Errorf("GET %s: %d, want %d", path, got, status)
		}
	}
}

func TestGolden(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	name := func(n int, s string) tenant.Tenant {
		return tenant.Tenant{ID: webtest.ID(t, n), DisplayName: s, DefaultDomain: "contoso.example", Mark: -1}
	}
	contoso, hostile := name(1, "Contoso"), name(2, `<script>alert("x")</script>`)
	third, devices := 0.333, int64(3)
	read := graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Partial, Tenants: 3, Read: 2, Fresh: 1, Late: 1, Unread: 1, AsOf: now.Add(-2 * time.Hour), Newest: now.Add(-time.Minute)}
	for what, v := range map[string]view{
		"none": {States: map[string]int{}},
		"one": {
			Customers: 1, States: map[string]int{"connected": 1}, Devices: map[string]int64{"total": 3, "compliance:compliant": 1, "compliance:noncompliant": 2, "checkin:today": 3, "os:Windows": 3}, m: tenant.Membership{Person: technician},
			fresh: graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-time.Minute)}, jobs: 1, jobsRead: true,
			Datasets: []dataset{{Name: "devices", Label: "Managed devices", Fresh: 1, Oldest: ago(time.Minute), target: time.Hour}}, days: graphsync.Days{Of: map[string]map[time.Time]int64{
				"total": {now.AddDate(0, 0, -1).Truncate(24 * time.Hour): 3, now.Truncate(24 * time.Hour): 3}, "compliance:compliant": {now.AddDate(0, 0, -1).Truncate(24 * time.Hour): 1, now.Truncate(24 * time.Hour): 1},
			}},
			Furthest: []customer{{ID: contoso.ID.String(), Name: "Contoso", Devices: &devices, Compliant: &third, tenant: contoso}},
		},
		"hostile": {
			Customers: 3, States: map[string]int{"connected": 3}, Devices: map[string]int64{"total": 2, "compliance:compliant": 1, "compliance:unknown": 1, "checkin:never": 2, `os:<b>`: 1, "os:": 1}, fresh: read, jobs: 2, ill: 2, jobsRead: true,
			Attention: []attention{
				{Kind: "quarantine", Text: "Provisioning is in quarantine: <i>x</i>", Detail: `"><img src=x>`, Since: ago(30 * time.Second), URL: "/provisioning?q=%3Ci%3E", Tenants: []string{"a", "b"}, tenantsURL: "/tenants?state=partial", action: "Show jobs"},
				{Kind: "partial", Text: strings.Repeat("long ", 60), Since: ago(90 * time.Hour), URL: "/t/x/consent", tenant: &hostile, Tenants: []string{"a"}, action: "Show difference"},
			},
			Datasets: []dataset{{Name: "devices", Label: "<u>devices</u>", Fresh: 1, Late: 1, Unread: 1, Oldest: ago(2 * time.Hour), target: time.Hour}, {Name: "apps", Label: "Apps", Unread: 3, target: time.Hour}},
			Furthest: []customer{{ID: hostile.ID.String(), Name: hostile.Name(), tenant: hostile}, {ID: contoso.ID.String(), Name: strings.Repeat("Contoso ", 30), Devices: &devices, Compliant: &third, tenant: contoso, stale: true}},
		},
	} {
		t.Run(what, func(t *testing.T) {
			v.now = now
			webtest.Golden(t, body(v))
		})
	}
}
