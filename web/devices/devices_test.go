package devices

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	support    = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}
)

// laptop is an ordinary device.
func laptop(id, name string, seen time.Time) device.Device {
	return device.Device{
		ID: id, Name: name, Serial: "SN-" + id, OS: "Windows", OSVersion: "10.0.26100.6899", Model: "Latitude 5450", Manufacturer: "Dell Inc.",
		Compliance: "compliant", Ownership: "company", UPN: name + "@contoso.example", LastSyncAt: seen, EnrolledAt: seen.AddDate(0, -3, 0), WiFiMAC: "3C21F4A09B0A",
		StorageTotal: 256_000_000_000, StorageFree: 117_000_000_000, Encrypted: true,
	}
}

type twin struct {
	Rows []struct {
		ID, Name, Serial, Compliance, Verdict string
		Late                                  bool
		Tenant                                struct{ ID, Name string }
	}
	Count int64
	Next  string
	AsOf  *time.Time `json:"as_of"`
}

// twoTenants is a fleet of Contoso (fresh) and Fabrikam (read two hours ago, so late), and the pages for someone who may see both.
func twoTenants(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant, both *webtest.Client) {
	t.Helper()
	f = webtest.NewFleet(t)
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), laptop("d1", "CTO-1", f.Now.Add(-time.Hour)), laptop("d2", "CTO-2", f.Now.AddDate(0, 0, -9)),
		device.Device{ID: "d3", Name: `=HYPERLINK("x")<script>`, OS: "iOS", Compliance: "noncompliant"})
	f.ReadDevices(t, fabrikam.ID, f.Now.Add(-2*time.Hour), laptop("f1", "FBK-1", f.Now.Add(-time.Hour)))
	return f, contoso, fabrikam, f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount)
}

func TestScope(t *testing.T) {
	f, contoso, fabrikam, both := twoTenants(t)
	one := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount)
	for _, path := range []string{
		"/t/" + fabrikam.ID.String() + "/devices", "/t/" + fabrikam.ID.String() + "/devices/f1", "/t/" + contoso.ID.String() + "/devices/f1",
		"/t/" + contoso.ID.String() + "/devices/f1/hardware", "/t/" + contoso.ID.String() + "/devices/f1/history", "/devices/d1", "/t/" + contoso.ID.String() + "/devices/nobody",
		"/t/" + contoso.ID.String() + "/devices/%00",
	} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
		if got := one.Get(path + "?format=csv"); got.Code != http.StatusNotFound {
			t.Errorf("GET %s as CSV: status %d, want 404", path, got.Code)
		}
	}
	var mine, all twin
	one.JSON("/devices", http.StatusOK, &mine)
	both.JSON("/devices", http.StatusOK, &all)
	if mine.Count != 3 || len(mine.Rows) != 3 || all.Count != 4 || len(all.Rows) != 4 {
		t.Errorf("one tenant: %d of %d, both: %d of %d; want 3 of 3 and 4 of 4", len(mine.Rows), mine.Count, len(all.Rows), all.Count)
	}
	for _, r := range mine.Rows {
		if r.Tenant.ID != contoso.ID.String() || r.Tenant.Name != "Contoso" {
			t.Errorf("row of %s in the list of who may see Contoso only", r.Tenant.Name)
		}
	}
	if got := one.Get("/devices?customer=" + fabrikam.ID.String()); got.Code != http.StatusOK || strings.Contains(got.Body.String(), "FBK-1") {
		t.Errorf("the filter by a customer that one may not see: status %d", got.Code)
	}
	if body := one.Get("/devices?format=csv").Body.String(); strings.Contains(body, "FBK-1") || !strings.Contains(body, "CTO-1") {
		t.Errorf("CSV of who may see Contoso only:\n%s", body)
	}
}

// TestNothingGreenFromLateReading follows Fabrikam's device, whose tenant was last read longer ago than promised.
func TestNothingGreenFromLateReading(t *testing.T) {
	_, _, fabrikam, c := twoTenants(t)
	var all twin
	c.JSON("/devices", http.StatusOK, &all)
	for _, r := range all.Rows {
		want := map[string]string{"CTO-1": "Compliant", "CTO-2": "Compliant", "FBK-1": "Was compliant"}[r.Name]
		if want != "" && r.Verdict != want {
			t.Errorf("%s: %q, want %q", r.Name, r.Verdict, want)
		}
	}
	if all.AsOf == nil {
		t.Fatal("no as_of")
	}
	page := c.Get("/t/" + fabrikam.ID.String() + "/devices/f1").Body.String()
	if !strings.Contains(page, "Was compliant") || strings.Contains(page, "shape s-ok") || !strings.Contains(page, "You see the state of 2 h ago") {
		t.Errorf("the page of a device read too long ago does not say so:\n%.3000s", page)
	}
	list := c.Get("/devices?format=csv").Body.String()
	if !strings.Contains(list, "Was compliant") {
		t.Errorf("CSV forgets that a reading is late:\n%s", list)
	}
}

func TestTwinsAgree(t *testing.T) {
	_, _, _, c := twoTenants(t)
	for _, query := range []string{"", "?sort=name", "?sort=-lastSync", "?sort=customer", "?compliance=compliant&sort=-name", "?q=cto&sort=serial", "?q=cto"} {
		var j twin
		c.JSON("/devices"+query, http.StatusOK, &j)
		html := c.Get("/devices" + query).Body.String()
		sep := "?"
		if query != "" {
			sep = "&"
		}
		records, err := csv.NewReader(strings.NewReader(c.Get("/devices" + query + sep + "format=csv").Body.String())).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(records)-1 != len(j.Rows) || int64(len(j.Rows)) != j.Count {
			t.Errorf("%s: %d rows as CSV, %d as JSON, count %d", query, len(records)-1, len(j.Rows), j.Count)
		}
		at := 0
		for i, r := range j.Rows {
			link := "/t/" + r.Tenant.ID + "/devices/" + r.ID
			place := strings.Index(html[at:], `href="`+link+`"`)
			if place < 0 {
				t.Fatalf("%s: row %d (%s) is not at its place in the page", query, i, r.Name)
			}
			at += place
			if query == "?q=cto" && i > 0 && strings.ToLower(j.Rows[i-1].Name) > strings.ToLower(r.Name) {
				t.Errorf("a search finds %s before %s: not by name", j.Rows[i-1].Name, r.Name)
			}
			if id := records[i+1][len(records[0])-2]; id != r.ID {
				t.Errorf("%s: row %d is %s as CSV, %s as JSON", query, i, id, r.ID)
			}
		}
	}
}

// TestExportsShowWhatListsShow: the store reads fewer columns for an export, but none that a row is made of.
func TestExportsShowWhatListsShow(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	full := laptop("d1", "CTO-1", f.Now.Add(-time.Hour))
	full.Compliance, full.GraceUntil, full.State, full.Category, full.IMEI = "inGracePeriod", f.Now.Add(time.Hour), "managed", "Kiosk", "356938035643809"
	full.Actions = json.RawMessage(`[{"name":"rebootNow","state":"done","started_at":"2025-11-20T08:00:00Z"}]`)
	f.ReadDevices(t, contoso.ID, f.Now, full, device.Device{ID: "d2", Name: "CTO-2", UserName: "Ada", OS: "iOS", Compliance: "unknown"}, device.Device{ID: "d3", Name: "CTO-3", Email: "ada@contoso.example"})
	scope, toRow := tenant.Only(contoso.ID), newRower(nil, f.Now)
	listed, err := f.Devices.List(t.Context(), scope, device.Filter{})
	if err != nil || len(listed.Rows) != 3 {
		t.Fatalf("%d rows, %v", len(listed.Rows), err)
	}
	i := 0
	if err := f.Devices.Each(t.Context(), scope, device.Filter{}, func(d device.Device) error {
		if exported, want := toRow(d), toRow(listed.Rows[i]); !reflect.DeepEqual(exported, want) {
			t.Errorf("exported %+v\nlisted   %+v", exported, want)
		}
		i++
		return nil
	}); err != nil || i != 3 {
		t.Errorf("%d rows, %v", i, err)
	}
}

// TestKeysAreExported: whatever a search finds a device by stands in its exports, which people join with other systems' lists, and in the JSON twin.
func TestKeysAreExported(t *testing.T) {
	f, contoso, _, c := twoTenants(t)
	d := device.Device{
		ID: "d9", Name: "CTO-9", Serial: "5CG69YP815", OS: "Windows", OSVersion: "10.0.26100.1742", Manufacturer: "HP", UPN: "adam@contoso.example", UserName: "Adam O’Hara",
		IMEI: "359881204820116", WiFiMAC: "3C21F4A09B0A", EntraDeviceID: "0e55aa01-2222-4222-8333-00000000abcd",
	}
	f.ReadDevices(t, contoso.ID, f.Now, d)
	for _, path := range []string{"/devices?q=CTO-9", "/devices?q=" + d.EntraDeviceID, "/devices?q=CTO-9&on=" + f.Now.Format(time.DateOnly)} {
		list, twin := c.Get(path+"&format=csv").Body.String(), json.RawMessage{}
		c.JSON(path, http.StatusOK, &twin)
		for what, key := range map[string]string{
			"name": d.Name, "serial": d.Serial, "sign-in name": d.UPN, "user's name": d.UserName, "IMEI": d.IMEI, "MAC": d.WiFiMAC, "Entra id": d.EntraDeviceID, "version": d.OSVersion, "manufacturer": d.Manufacturer,
		} {
			if !strings.Contains(list, key) || !strings.Contains(string(twin), key) {
				t.Errorf("%s: no %s in the CSV or the twin:\n%s\n%s", path, what, list, twin)
			}
		}
	}
	if body := c.Get("/devices?columns=name,entra,person,version,manufacturer").Body.String(); !strings.Contains(body, d.EntraDeviceID) || !strings.Contains(body, d.OSVersion) {
		t.Error("these columns cannot be chosen")
	}
}

// TestManagementStateIsChosen: the filter offers what the column says, and takes a state that Microsoft has added.
func TestManagementStateIsChosen(t *testing.T) {
	f, contoso, _, c := twoTenants(t)
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "a", Name: "A", State: "wipePending"}, device.Device{ID: "b", Name: "B", State: "managed"})
	body := c.Get("/devices?state=wipePending").Body.String()
	for what, is := range map[string]bool{
		"a choice": strings.Contains(body, `name="state" value="retireFailed"`), "its word as the token": strings.Contains(body, "<b>Wipe pending</b>"), "what to type": strings.Contains(body, "In full, such as"),
	} {
		if !is {
			t.Errorf("the filter lacks %s", what)
		}
	}
	for state, want := range map[string]int64{"wipePending": 1, "managed": 1, "frozen": 0} {
		var got twin
		if c.JSON("/devices?state="+state, http.StatusOK, &got); got.Count != want {
			t.Errorf("%s: %d devices, want %d", state, got.Count, want)
		}
	}
}

func TestCSVIsNeutral(t *testing.T) {
	_, _, _, c := twoTenants(t)
	got := c.Get("/devices?format=csv")
	if kind, where := got.Header().Get("Content-Type"), got.Header().Get("Content-Disposition"); !strings.HasPrefix(kind, "text/csv") || !strings.HasPrefix(where, "attachment") {
		t.Errorf("CSV comes as %q, %q", kind, where)
	}
	if !strings.Contains(got.Body.String(), `"'=HYPERLINK(""x"")<script>"`) {
		t.Errorf("a name that is a formula is not neutralised:\n%s", got.Body)
	}
}

func TestBadAddresses(t *testing.T) {
	_, contoso, _, c := twoTenants(t)
	for _, query := range []string{"sort=secret", "compliance=bogus", "checkin=x", "after=!!", "after=eyJzIjoibGFzdFN5bmMiLCJuIjoxLCJjIjoieCJ9", "columns=password", "customer=contoso", "encrypted=2", "format=xml", "q=%00"} {
		for _, path := range []string{"/devices", "/t/" + contoso.ID.String() + "/devices"} {
			if path != "/devices" && query == "customer=contoso" {
				continue // a list of one customer does not know the filter
			}
			if got := c.Get(path + "?" + query); got.Code != http.StatusBadRequest {
				t.Errorf("GET %s?%s: status %d, want 400", path, query, got.Code)
			}
		}
	}
}

func TestPaging(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	var all []device.Device
	for n := range 120 {
		d := laptop(fmt.Sprintf("d%03d", n), fmt.Sprintf("CTO-%03d", n), f.Now.Add(-time.Duration(n/7)*time.Hour))
		if n%40 == 0 {
			d.LastSyncAt = time.Time{} // never checked in
		}
		all = append(all, d)
	}
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), all...)
	c := f.Serve(t, technician, tenant.Everything(), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount)
	for _, start := range []string{"/devices", "/t/" + contoso.ID.String() + "/devices?sort=-name", "/devices?sort=customer"} {
		seen := map[string]bool{}
		for next := start; next != ""; {
			var p twin
			c.JSON(next, http.StatusOK, &p)
			if p.Count != 120 {
				t.Fatalf("%s: count %d, want 120", next, p.Count)
			}
			for _, r := range p.Rows {
				if seen[r.ID] {
					t.Fatalf("%s: %s comes twice", start, r.ID)
				}
				seen[r.ID] = true
			}
			if next = p.Next; next != "" && !strings.Contains(c.Get(next).Body.String(), "First page") {
				t.Errorf("%s: a later page has no way back", next)
			}
		}
		if len(seen) != 120 {
			t.Errorf("%s: %d devices over all pages, want 120", start, len(seen))
		}
	}
}

func TestEmptyStates(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount)
	list := "/t/" + contoso.ID.String() + "/devices"
	if got := c.Get(list + "?q=nothing").Body.String(); !strings.Contains(got, "Not read yet") || strings.Contains(got, "No device matches") {
		t.Errorf("a list that was never read claims that nothing matches")
	}
	f.FailRead(t, contoso.ID, graphsync.Devices, "licence", "Contoso has no Intune licence.")
	for _, query := range []string{"", "?q=nothing"} {
		if got := c.Get(list + query).Body.String(); !strings.Contains(got, "may not be read") || !strings.Contains(got, "Contoso has no Intune licence.") {
			t.Errorf("%q: a list that may not be read does not say which layer failed", query)
		}
	}
	f.ReadDevices(t, contoso.ID, f.Now.Add(-4*time.Minute))
	if got := c.Get(list).Body.String(); !strings.Contains(got, "The tenant was read completely 4 min ago and has no enrolled devices.") {
		t.Errorf("a tenant without devices does not say when that was read")
	}
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), laptop("d1", "CTO-1", f.Now))
	if got := c.Get(list + "?os=macOS").Body.String(); !strings.Contains(got, "No device matches") || !strings.Contains(got, "1 device was looked at") {
		t.Errorf("a filter that matches nothing does not say how many were looked at")
	}
}

func TestDevicePage(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	d := laptop("6d1e0c4a-1111-4222-8333-00000000191b", "CTO-1", f.Now.AddDate(0, 0, -8))
	f.ReadDevices(t, contoso.ID, f.Now.Add(-48*time.Hour), d)
	d.Compliance, d.Actions = "noncompliant", json.RawMessage(`[{"name":"rebootNow","state":"pending","started_at":"2026-11-21T00:51:44Z"}]`)
	twin := laptop("other", "CTO-1-OLD", f.Now.AddDate(0, -2, 0))
	twin.Serial = d.Serial
	elsewhere := laptop("elsewhere", "FBK-9", f.Now)
	elsewhere.Serial = d.Serial
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), d, twin)
	f.ReadDevices(t, fabrikam.ID, f.Now.Add(-3*time.Minute), elsewhere)
	mount := (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount
	path := "/t/" + contoso.ID.String() + "/devices/" + d.ID

	var v struct {
		ID, Name, Verdict string
		Changes           []change
		SameSerial        []elsewhereName `json:"same_serial"`
		Actions           []act
	}
	one := f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	one.JSON(path, http.StatusOK, &v)
	if v.ID != d.ID || v.Verdict != "Noncompliant" || len(v.Changes) == 0 || v.Changes[0].Field != "compliance" || v.Changes[0].New != "noncompliant" {
		t.Errorf("device page as JSON: %+v", v)
	}
	if len(v.SameSerial) != 1 || v.SameSerial[0].Name != "CTO-1-OLD" {
		t.Errorf("same serial, for one who may see Contoso only: %+v", v.SameSerial)
	}
	f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), mount).JSON(path, http.StatusOK, &v)
	if len(v.SameSerial) != 2 {
		t.Errorf("same serial, for one who may see both: %+v", v.SameSerial)
	}
	html := one.Get(path).Body.String()
	for _, want := range []string{"Why it is noncompliant", "so it is unknown here", "You sign in there before the first.", path + "/actions/sync", "Restart: pending 2 h", "Remote lock"} {
		if !strings.Contains(html, want) {
			t.Errorf("device page lacks %q", want)
		}
	}
	for tab, want := range map[string]string{"/hardware": "117 GB free of 256 GB", "/history": "First seen by the portal"} {
		if got := one.Get(path + tab); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("GET %s: status %d, want 200 with %q", tab, got.Code, want)
		}
	}
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), twin)
	if got := one.Get(path); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "no longer in Intune") {
		t.Errorf("a device that is gone: status %d, want 200 and said so", got.Code)
	}
}

type elsewhereName struct{ Name string }

// TestSupportMayOnlyLook holds that support gets no way to act: no form but those of the page's frame, and the reason in words.
func TestSupportMayOnlyLook(t *testing.T) {
	f, contoso, _, _ := twoTenants(t)
	c := f.Serve(t, support, tenant.Everything(), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount)
	html := c.Get("/t/" + contoso.ID.String() + "/devices/d1").Body.String()
	if !strings.Contains(html, "Your role may look, not act.") || strings.Contains(html, "/signin?tenant=") {
		t.Error("support is not told that its role may only look, or is led to sign in")
	}
	_, main, _ := strings.Cut(html, `<main`)
	main, _, _ = strings.Cut(main, `</main>`)
	if strings.Contains(main, `method="post"`) {
		t.Error("the page of a device has a form that posts for support")
	}
	if n := strings.Count(main, `aria-disabled="true"`); n != len(deviceaction.Kinds) {
		t.Errorf("%d actions are shown as not available, want %d", n, len(deviceaction.Kinds))
	}
}

func TestGoldenDevice(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.Devices, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-3 * time.Minute), Next: now.Add(12 * time.Minute)}
	day := func(d int) graphsync.DayValue {
		return graphsync.DayValue{Day: time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC), Value: 1}
	}
	full := laptop("6d1e0c4a-1111-4222-8333-00000000191b", "CTO-1", now.AddDate(0, 0, -8))
	full.Compliance, full.GraceUntil, full.FirstSeenAt = "inGracePeriod", now.Add(50*time.Hour), now.AddDate(0, -3, 0)
	hostile := device.Device{ID: `a/b?c=<script>"`, Name: `<script>alert("x")</script>`, Serial: `"><img src=x>`, UPN: "javascript:alert(1)", OS: "<b>", Compliance: "<i>", Model: strings.Repeat("very long model ", 40)}
	for name, k := range map[string]facts{
		"bare":    {device: device.Device{ID: "d1"}, read: read},
		"full":    {device: full, read: read, days: []graphsync.DayValue{day(10), day(14), day(15)}, changes: []device.Change{{At: now.Add(-time.Hour), Run: 7, Field: "compliance", Old: "compliant", New: "inGracePeriod"}}},
		"hostile": {device: hostile, read: read, changes: []device.Change{{At: now, Field: "<u>", Old: "<s>", New: ""}}},
		"gone":    {device: device.Device{ID: "d1", Name: "CTO-OLD", GoneAt: now.AddDate(0, 0, -2)}, read: read},
	} {
		k.device.Tenant, k.device.TenantName = contoso.ID, "Contoso"
		v := newView(m, k, page.Chrome{Now: now})
		for _, part := range []tab{tabSummary, tabHardware, tabHistory} {
			t.Run(name+strings.ReplaceAll(string(part), "/", "-"), func(t *testing.T) {
				v.tab = part
				webtest.Golden(t, deviceBody(v))
			})
		}
	}
}
