package graph_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const devicesPath = "/v1.0/deviceManagement/managedDevices"

func TestDevicesComePageByPageEachOnce(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	token := s.app(contoso)
	seen := map[string]bool{}
	for _, d := range s.all(token, devicesPath+"?$top=137&$select=id,deviceName") {
		id, _ := d["id"].(string)
		if seen[id] {
			t.Fatalf("device %s comes twice", id)
		}
		seen[id] = true
		if len(d) != 2 {
			t.Fatalf("$select=id,deviceName gave %v", d)
		}
	}
	if len(seen) != contoso.Devices {
		t.Errorf("%d devices, want %d", len(seen), contoso.Devices)
	}
}

func TestNextLinkIsBuiltFromTheRequest(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	a := s.get(token, devicesPath+"?$top=2", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "https")
	if want := s.server.URL + devicesPath + "?$top=2&$skiptoken="; !strings.HasPrefix(a.link(), want) {
		t.Errorf("nextLink = %q, want it to start with %q", a.link(), want)
	}
	other := s.get(s.app(s.customer(2)), a.link())
	if other.status != http.StatusBadRequest {
		t.Errorf("another tenant's page token: %d, want 400", other.status)
	}
	if s.get(token, devicesPath+"?$skiptoken=x").status != http.StatusBadRequest {
		t.Error("a made-up page token was taken")
	}
}

func TestFilterOnDevices(t *testing.T) {
	s := newSim(t, world.Options{Devices: 1500})
	contoso := s.customer(1)
	token := s.app(contoso)
	everything := contoso.Devices
	for _, tc := range []struct {
		filter string
		check  func(d map[string]any) bool // nil: the filter is ignored
	}{
		{"complianceState eq 'noncompliant'", func(d map[string]any) bool { return d["complianceState"] == "noncompliant" }},
		{"complianceState eq 'noncompliant' or complianceState eq 'error'", func(d map[string]any) bool {
			return d["complianceState"] == "noncompliant" || d["complianceState"] == "error"
		}},
		{"operatingSystem eq 'Windows' and contains(deviceName,'-LT-')", func(d map[string]any) bool {
			return d["operatingSystem"] == "Windows" && strings.Contains(d["deviceName"].(string), "-LT-")
		}},
		{"lastSyncDateTime lt 2026-07-01T00:00:00Z", func(d map[string]any) bool { return d["lastSyncDateTime"].(string) < "2026-07-01" }},
		{"isEncrypted eq false", nil},
		{"startswith(deviceName,'CTS')", nil},
		{"complianceState eq 'compliant' or operatingSystem eq 'Windows'", nil},
		{"nonsense eq 1", nil},
	} {
		got := s.all(token, devicesPath+"?$top=500&$filter="+tc.filter)
		if tc.check == nil {
			if len(got) != everything {
				t.Errorf("%s: %d devices, want all %d, because Intune ignores it", tc.filter, len(got), everything)
			}
			continue
		}
		if len(got) == 0 || len(got) == everything {
			t.Errorf("%s: %d of %d devices", tc.filter, len(got), everything)
		}
		for _, d := range got {
			if !tc.check(d) {
				t.Errorf("%s: gave %v %v %v", tc.filter, d["deviceName"], d["complianceState"], d["lastSyncDateTime"])
				break
			}
		}
	}
	if a := s.get(token, devicesPath+"?$filter=deviceName eq"); a.status != http.StatusBadRequest || !strings.Contains(a.message(), "Invalid filter clause") {
		t.Errorf("a broken filter: %d %s", a.status, a.text)
	}
}

func TestSelectOnDevices(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	a := s.get(token, devicesPath+"?$select=id,nickname")
	if a.status != http.StatusBadRequest || !strings.Contains(a.message(), "Could not find a property named 'nickname' on type 'microsoft.graph.managedDevice'") {
		t.Errorf("unknown $select: %d %s", a.status, a.text)
	}
	if a := s.get(token, devicesPath+"?$select=id,joinType"); a.status != http.StatusBadRequest {
		t.Errorf("a beta property in v1.0: %d, want 400", a.status)
	}
	if a := s.get(token, "/beta/deviceManagement/managedDevices?$select=id,joinType&$top=1"); a.status != http.StatusOK || a.items()[0]["joinType"] == nil {
		t.Errorf("a beta property in beta: %d %.200s", a.status, a.text)
	}
	if a := s.get(token, devicesPath+"?$select=id&$top=1"); !strings.HasSuffix(a.body["@odata.context"].(string), "/v1.0/$metadata#deviceManagement/managedDevices(id)") {
		t.Errorf("context = %v", a.body["@odata.context"])
	}
}

func TestSomePropertiesNeedASingleReadWithSelect(t *testing.T) {
	s := newSim(t, world.Options{})
	token := s.app(s.customer(1))
	for _, d := range s.get(token, devicesPath+"?$top=40&$select=id,physicalMemoryInBytes,ethernetMacAddress,operatingSystem").items() {
		if d["physicalMemoryInBytes"] != 0.0 || d["ethernetMacAddress"] != nil {
			t.Fatalf("a list gives %v", d)
		}
		id := d["id"].(string)
		if a := s.get(token, devicesPath+"/"+id); a.body["physicalMemoryInBytes"] != 0.0 || a.body["udid"] != nil {
			t.Fatalf("a plain read gives memory %v", a.body["physicalMemoryInBytes"])
		}
		a := s.get(token, devicesPath+"('"+id+"')?$select=id,physicalMemoryInBytes,ethernetMacAddress")
		if a.body["physicalMemoryInBytes"].(float64) < 1<<32 {
			t.Fatalf("a selecting read gives %v", a.body)
		}
		if d["operatingSystem"] == "Windows" && len(a.body["ethernetMacAddress"].(string)) != 12 {
			t.Errorf("Windows: wired address %v", a.body["ethernetMacAddress"])
		}
	}
	if a := s.get(token, devicesPath+"/00000000-0000-4000-8000-000000000001"); a.status != http.StatusNotFound {
		t.Errorf("unknown device: %d, want 404", a.status)
	}
}

func TestFleetIsLively(t *testing.T) {
	s := newSim(t, world.Options{})
	for i, tenant := range s.world.Tenants()[1:] {
		if !tenant.Intune || tenant.Devices < 30 || s.world.PartnerApp(tenant) == nil {
			continue
		}
		seen := map[string]map[string]int{}
		serials := map[string]int{}
		for _, d := range s.all(s.app(tenant), devicesPath+"?$top=999") {
			for _, f := range []string{"operatingSystem", "complianceState", "managedDeviceOwnerType", "model", "userId", "deviceName"} {
				if seen[f] == nil {
					seen[f] = map[string]int{}
				}
				seen[f][d[f].(string)]++
			}
			serials[d["serialNumber"].(string)]++
			if at := d["lastSyncDateTime"].(string); at > "2026-08-12T12:00:00Z" || at < d["enrolledDateTime"].(string) && at != "0001-01-01T00:00:00Z" {
				t.Errorf("%s: checked in %s, enrolled %s", d["deviceName"], at, d["enrolledDateTime"])
			}
		}
		if len(seen["operatingSystem"]) < 4 || len(seen["complianceState"]) != 7 || len(seen["model"]) < 10 || seen["userId"][""] == 0 {
			t.Errorf("tenant %d (%s, %d devices): %v %v", i+1, tenant.DisplayName, tenant.Devices, seen["operatingSystem"], seen["complianceState"])
		}
		if tenant.Health.Odd > 0 && seen["deviceName"][`<script>alert("x")</script>`] == 0 {
			t.Errorf("%s has no oddly named device", tenant.DisplayName)
		}
		doubles := 0
		for serial, n := range serials {
			if n > 1 && len(serial) > 5 {
				doubles++
			}
		}
		if (doubles > 0) != (tenant.Health.Duplicate > 0) {
			t.Errorf("%s: %d serials twice, share %v", tenant.DisplayName, doubles, tenant.Health.Duplicate)
		}
	}
}

func TestFleetDependsOnSeedAndClockOnly(t *testing.T) {
	s := newSim(t, world.Options{})
	again := newSim(t, world.Options{})
	path := devicesPath + "?$top=300"
	first := s.get(s.app(s.customer(3)), path)
	second := again.get(again.app(again.customer(3)), path)
	same := strings.ReplaceAll(second.text, again.server.URL, s.server.URL)
	if first.text != same {
		t.Error("the same seed and time gave two fleets")
	}
	s.world.Clock.Advance(3 * time.Minute)
	before, after := byID(first.items()), s.get(s.app(s.customer(3)), path).items()
	moved := 0
	for _, d := range after {
		old := before[d["id"].(string)]
		if old["serialNumber"] != d["serialNumber"] || old["enrolledDateTime"] != d["enrolledDateTime"] {
			t.Fatalf("time changed the device itself: %v to %v", old, d)
		}
		if d["lastSyncDateTime"] != old["lastSyncDateTime"] {
			moved++
		}
	}
	if moved == 0 || moved > len(after)/10 {
		t.Errorf("%d of %d devices checked in within three minutes", moved, len(after))
	}
	other := newSim(t, world.Options{Seed: 2})
	if other.get(other.app(other.customer(3)), path).text == first.text {
		t.Error("another seed gave the same fleet")
	}
}

func byID(items []map[string]any) map[string]map[string]any {
	m := map[string]map[string]any{}
	for _, it := range items {
		m[it["id"].(string)] = it
	}
	return m
}

func TestPeopleSeeTheirOwnDevices(t *testing.T) {
	s := newSim(t, world.Options{})
	contoso := s.customer(1)
	u := userWith(contoso, "")
	token := s.user(contoso, u, "DeviceManagementManagedDevices.Read.All", "User.Read")
	mine := s.all(token, "/v1.0/me/managedDevices")
	if len(mine) == 0 {
		t.Fatal("no device")
	}
	for _, d := range mine {
		if d["userPrincipalName"] != u.UserPrincipalName {
			t.Errorf("device of %v", d["userPrincipalName"])
		}
	}
	byApp := s.all(s.app(contoso), "/v1.0/users/"+u.ID+"/managedDevices")
	whole := s.all(s.app(contoso), devicesPath+"?$filter=userPrincipalName eq '"+u.UserPrincipalName+"'")
	if len(byApp) != len(mine) || len(whole) != len(mine) {
		t.Errorf("%d devices for me, %d by user, %d by filter", len(mine), len(byApp), len(whole))
	}
	if a := s.get(s.app(contoso), "/v1.0/me/managedDevices"); a.status != http.StatusBadRequest {
		t.Errorf("/me without a user: %d %s", a.status, a.text)
	}
}

// BenchmarkDevicePage measures whole pages of 1,000 devices through the handler, without the network.
func BenchmarkDevicePage(b *testing.B) {
	w := world.New(world.Options{Tenants: 1, Devices: 1_000_000})
	tenant := w.Tenants()[1]
	h := graph.Handler(w, func(string, string) (world.Token, error) {
		return world.Token{TenantID: tenant.ID, AppID: w.App.ClientID, AppOnly: true, Roles: w.App.RequiredRoles}, nil
	})
	r := httptest.NewRequest(http.MethodGet, devicesPath+"?$top=1000", nil)
	r.Header.Set("Authorization", "Bearer h.x.s")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		sink := &discard{header: http.Header{}}
		h.ServeHTTP(sink, r)
		if sink.status != http.StatusOK || sink.n < 1_000_000 {
			b.Fatalf("%d, %d bytes", sink.status, sink.n)
		}
		n += 1000
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "devices/s")
}

type discard struct {
	header http.Header
	status int
	n      int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(b []byte) (int, error) { d.n += len(b); return len(b), nil }
