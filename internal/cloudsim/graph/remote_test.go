package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// desk is somebody who acts on devices of the first customer.
type desk struct {
	*sim
	t     *testing.T
	admin string
}

const (
	actScope  = "DeviceManagementManagedDevices.PrivilegedOperations.All"
	editScope = "DeviceManagementManagedDevices.ReadWrite.All"
)

func newDesk(t *testing.T) *desk {
	k := &desk{t: t}
	k.sim = newSim(t, world.Options{})
	c := k.customer(1)
	k.admin = k.user(c, userWith(c, "Intune Administrator"), actScope, editScope, "DeviceManagementApps.Read.All")
	return k
}

func (k *desk) send(method, path, body string, want int) answer {
	k.t.Helper()
	a := k.do(method, k.admin, k.server.URL+path, body, "Content-Type", "application/json")
	if a.status != want {
		k.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, a.status, a.text, want)
	}
	return a
}

// device finds one that fits, of the first customer.
func (k *desk) device(fits func(v map[string]any) bool) (id string, v map[string]any) {
	k.t.Helper()
	for next := "/beta/deviceManagement/managedDevices?$top=100"; next != ""; {
		page := k.get(k.admin, next)
		for _, v := range page.items() {
			if fits(v) {
				return v["id"].(string), v
			}
		}
		next = page.link()
	}
	k.t.Fatal("no device fits")
	return "", nil
}

func (k *desk) age(v map[string]any) time.Duration {
	at, err := time.Parse(time.RFC3339Nano, v["lastSyncDateTime"].(string))
	if err != nil {
		k.t.Fatal(err)
	}
	return k.world.Clock.Now().Sub(at)
}

// result is how an action stands at the device.
func (k *desk) result(id, name string) map[string]any {
	k.t.Helper()
	v := k.send(http.MethodGet, devicePath(id), "", http.StatusOK).body
	for _, r := range v["deviceActionResults"].([]any) {
		if r := r.(map[string]any); r["actionName"] == name {
			return r
		}
	}
	k.t.Fatalf("no result of %s: %v", name, v["deviceActionResults"])
	return nil
}

func devicePath(id string) string { return "/beta/deviceManagement/managedDevices/" + id }

// TestRemoteActionsProgress: an action is queued, heard of by a device that is awake, carried out, and told; a device that has stopped never
// hears of it.
func TestRemoteActionsProgress(t *testing.T) {
	k := newDesk(t)
	on := func(os string) func(map[string]any) bool {
		return func(v map[string]any) bool { return v["operatingSystem"] == os && k.age(v) < 12*time.Hour }
	}
	pc, _ := k.device(on("Windows"))
	if a := k.send(http.MethodPost, devicePath(pc)+"/windowsDefenderScan", `{"quickScan":false}`, http.StatusNoContent); a.text != "" {
		t.Errorf("an action answers with %q", a.text)
	}
	if r := k.result(pc, "windowsDefenderScan"); r["actionState"] != "pending" || r["scanType"] != "quick" && r["scanType"] != nil {
		t.Errorf("just sent: %v", r)
	}
	k.world.Clock.Advance(2 * time.Hour)
	if r := k.result(pc, "windowsDefenderScan"); r["actionState"] != "done" || r["scanType"] != "full" {
		t.Errorf("after two hours: %v", r)
	}
	stopped, _ := k.device(func(v map[string]any) bool { return v["operatingSystem"] == "Windows" && k.age(v) > 40*24*time.Hour })
	k.send(http.MethodPost, devicePath(stopped)+"/rebootNow", "", http.StatusNoContent)
	k.world.Clock.Advance(92 * 24 * time.Hour)
	if r := k.result(stopped, "rebootNow"); r["actionState"] != "pending" {
		t.Errorf("a device that stopped: %v", r)
	}
	phone, _ := k.device(func(v map[string]any) bool { return v["operatingSystem"] == "iOS" && v["isSupervised"] == false })
	k.send(http.MethodPost, devicePath(phone)+"/windowsDefenderScan", `{"quickScan":true}`, http.StatusBadRequest)
	k.send(http.MethodPost, devicePath(phone)+"/enableLostMode", `{"message":"Please call us"}`, http.StatusNoContent)
	k.send(http.MethodPost, strings.Replace(devicePath(phone), "beta", "v1.0", 1)+"/enableLostMode", `{"message":"x"}`, http.StatusBadRequest)
	k.send(http.MethodPost, devicePath(phone)+"/playLostModeSound", `{"durationInMinutes":"2"}`, http.StatusNoContent)
	k.send(http.MethodPost, devicePath(phone)+"/playLostModeSound", `{}`, http.StatusBadRequest)
	k.send(http.MethodPost, devicePath(pc)+"/playLostModeSound", `{"durationInMinutes":"2"}`, http.StatusBadRequest)
	k.send(http.MethodPost, devicePath(pc)+"/triggerConfigurationManagerAction", `{"configurationManagerAction":{"action":"dance"}}`, http.StatusBadRequest)
	k.send(http.MethodPost, devicePath(phone)+"/revokeAppleVppLicenses", "", http.StatusNoContent)
	hub, about := k.device(func(v map[string]any) bool { return v["deviceType"] == "surfaceHub" })
	const account = `{"updateWindowsDeviceAccountActionParameter":{"deviceAccount":{"password":"c4nary"},"deviceAccountEmail":"boardroom@contoso.example"}}`
	for id, want := range map[string]int{hub: http.StatusNoContent, pc: http.StatusNoContent, phone: http.StatusBadRequest} {
		k.send(http.MethodPost, devicePath(id)+"/updateWindowsDeviceAccount", account, want)
		k.send(http.MethodPost, devicePath(id)+"/updateWindowsDeviceAccount", strings.Replace(account, "c4nary", "", 1), http.StatusBadRequest)
	}
	if about["operatingSystem"] != "Windows" || about["model"] != "Surface Hub 2S" || about["userPrincipalName"] != "" || about["skuFamily"] != "Team" {
		t.Errorf("a Surface Hub: %v", about)
	}
	results := func() int {
		return len(k.send(http.MethodGet, devicePath(phone), "", http.StatusOK).body["deviceActionResults"].([]any))
	}
	before := results()
	k.send(http.MethodPost, devicePath(phone)+"/sendCustomNotificationToCompanyPortal", `{"notificationTitle":"Closed","notificationBody":"Snow"}`, http.StatusNoContent)
	k.send(http.MethodPost, devicePath(phone)+"/sendCustomNotificationToCompanyPortal", `{"notificationTitle":"Closed"}`, http.StatusBadRequest)
	if n := results(); n != before {
		t.Errorf("a notification leaves %d results, there were %d", n, before)
	}
	k.send(http.MethodPost, devicePath("00000000-0000-4000-8000-000000000000")+"/rebootNow", "", http.StatusNotFound)
	k.world.Clock.Advance(time.Minute)
	k.world.Faults.Add(world.Fault{Kind: "actionsFail"})
	k.send(http.MethodPost, devicePath(pc)+"/rebootNow", "", http.StatusNoContent)
	k.world.Clock.Advance(time.Hour)
	if r := k.result(pc, "rebootNow"); r["actionState"] != "failed" {
		t.Errorf("a device that fails: %v", r)
	}
	for id, want := range map[string]string{hub: "done", pc: "notSupported"} {
		if r := k.result(id, "updateWindowsDeviceAccount"); r["actionState"] != want {
			t.Errorf("the account of a Surface Hub, at %s: %v, want %s", id, r, want)
		}
	}
	if r := k.result(phone, "playLostModeSound"); r["actionState"] != "notSupported" { // lost mode is not for what is not supervised
		t.Errorf("a sound without lost mode: %v", r)
	}
	if r := k.result(phone, "revokeAppleVppLicenses"); r["failedLicensesCount"] == nil {
		t.Errorf("licences taken back: %v", r)
	}
	log := k.get(k.admin, "/v1.0/deviceManagement/auditEvents?$top=3").items()
	if len(log) == 0 || log[0]["activityType"] != "rebootNow ManagedDevice" || log[0]["actor"].(map[string]any)["userPrincipalName"] != userWith(k.customer(1), "Intune Administrator").UserPrincipalName {
		t.Errorf("the audit log begins with %v", log[0])
	}
}

// TestWipedDevicesLeaveAndReturn: a wiped record is gone, and a machine that enrols by itself comes back as another one with its serial number.
func TestWipedDevicesLeaveAndReturn(t *testing.T) {
	k := newDesk(t)
	pc, was := k.device(func(v map[string]any) bool {
		return v["operatingSystem"] == "Windows" && v["autopilotEnrolled"] == true && k.age(v) < 12*time.Hour
	})
	before := len(k.all(k.admin, devicesPath))
	k.send(http.MethodPost, devicePath(pc)+"/rebootNow", "", http.StatusNoContent)
	k.send(http.MethodPost, devicePath(pc)+"/wipe", `{"keepEnrollmentData":false,"keepUserData":false}`, http.StatusNoContent)
	if v := k.send(http.MethodGet, devicePath(pc), "", http.StatusOK).body; v["managementState"] != "wipePending" {
		t.Errorf("just sent: %v", v["managementState"])
	}
	k.world.Clock.Advance(15 * time.Minute)
	k.send(http.MethodGet, devicePath(pc), "", http.StatusNotFound)
	k.send(http.MethodPost, devicePath(pc)+"/wipe", `{}`, http.StatusNotFound)
	if n := len(k.all(k.admin, devicesPath)); n != before-1 {
		t.Errorf("%d devices, want %d", n, before-1)
	}
	k.world.Clock.Advance(time.Hour)
	back, v := k.device(func(v map[string]any) bool { return v["serialNumber"] == was["serialNumber"] && v["id"] != pc })
	if v["deviceName"] != was["deviceName"] || v["managementState"] != "managed" || len(v["deviceActionResults"].([]any)) != 0 {
		t.Errorf("it came back as %v", v)
	}
	k.send(http.MethodGet, devicePath(pc), "", http.StatusNotFound)
	k.send(http.MethodDelete, devicePath(back), "", http.StatusNoContent)
	k.send(http.MethodGet, devicePath(back), "", http.StatusNotFound)

	mac, _ := k.device(func(v map[string]any) bool { return v["operatingSystem"] == "macOS" })
	k.send(http.MethodPost, devicePath(mac)+"/wipe", `{}`, http.StatusBadRequest)
	k.send(http.MethodPatch, devicePath(mac), `{"managedDeviceName":"Reception Mac","managedDeviceOwnerType":"personal","notes":"Lent"}`, http.StatusOK)
	category := k.all(k.admin, "/v1.0/deviceManagement/deviceCategories")[1]
	k.send(http.MethodPut, devicePath(mac)+"/deviceCategory/$ref", `{"@odata.id":"https://graph.microsoft.com/beta/deviceManagement/deviceCategories/`+category["id"].(string)+`"}`, http.StatusNoContent)
	k.send(http.MethodPut, devicePath(mac)+"/deviceCategory/$ref", `{"@odata.id":""}`, http.StatusNotFound)
	got := k.send(http.MethodGet, devicePath(mac)+"?$select=managedDeviceName,notes,managedDeviceOwnerType,deviceCategoryDisplayName", "", http.StatusOK).body
	if got["managedDeviceName"] != "Reception Mac" || got["notes"] != "Lent" || got["managedDeviceOwnerType"] != "personal" || got["deviceCategoryDisplayName"] != category["displayName"] {
		t.Errorf("after the changes: %v", got)
	}
}

// TestDiagnostics: asked for as a person, pending until the device has uploaded them, fetched without a token by an address that ends, and
// failed where the device does not hear of it within a day.
func TestDiagnostics(t *testing.T) {
	k := newDesk(t)
	own := func(stopped bool) func(v map[string]any) bool {
		return func(v map[string]any) bool {
			return v["operatingSystem"] == "Windows" && v["managedDeviceOwnerType"] == "company" && (k.age(v) > 40*24*time.Hour) == stopped && (stopped || k.age(v) < 12*time.Hour)
		}
	}
	last := func(id string) map[string]any {
		list := k.all(k.admin, devicePath(id)+"/logCollectionRequests")
		return list[len(list)-1]
	}
	pc, _ := k.device(own(false))
	off, _ := k.device(own(true))
	const body = `{"templateType":{"templateType":"predefined"}}`
	made := k.send(http.MethodPost, devicePath(pc)+"/createDeviceLogCollectionRequest", body, http.StatusOK).body
	k.send(http.MethodPost, devicePath(off)+"/createDeviceLogCollectionRequest", body, http.StatusOK)
	k.send(http.MethodPost, devicePath(pc)+"/createDeviceLogCollectionRequest", `{}`, http.StatusBadRequest)
	phone, _ := k.device(func(v map[string]any) bool { return v["operatingSystem"] == "iOS" })
	k.send(http.MethodPost, devicePath(phone)+"/createDeviceLogCollectionRequest", body, http.StatusBadRequest)
	at := devicePath(pc) + "/logCollectionRequests/" + made["id"].(string) + "/createDownloadUrl"
	if made["status"] != "pending" || last(pc)["id"] != made["id"] {
		t.Errorf("just asked for: %v", made)
	}
	k.send(http.MethodPost, at, "", http.StatusNotFound)
	k.world.Clock.Advance(25 * time.Hour)
	if got := last(pc); got["status"] != "completed" || got["sizeInKB"] == 0.0 || got["receivedDateTimeUTC"] == nil {
		t.Errorf("a day later: %v", got)
	}
	if got := last(off); got["status"] != "failed" {
		t.Errorf("a device that stopped: %v", got)
	}
	where := k.send(http.MethodPost, at, "", http.StatusOK).body["value"].(string)
	for address, want := range map[string]int{where: http.StatusOK, where + "x": http.StatusForbidden, strings.Replace(where, "/blob/", "/blob/0", 1): http.StatusForbidden} {
		if got := k.do(http.MethodGet, "", address, ""); got.status != want {
			t.Errorf("GET %s: %d, want %d", address, got.status, want)
		}
	}
	k.world.Clock.Advance(2 * time.Hour)
	if got := k.do(http.MethodGet, "", where, ""); got.status != http.StatusForbidden {
		t.Errorf("an address that has ended: %d", got.status)
	}
	k.world.Clock.Advance(28 * 24 * time.Hour)
	k.send(http.MethodPost, at, "", http.StatusNotFound)
}

// TestRemoteActionsNeedScopeAndRole: the permission, and a directory role or an Intune role that has the remote task.
func TestRemoteActionsNeedScopeAndRole(t *testing.T) {
	k := newDesk(t)
	c := k.customer(1)
	pc, _ := k.device(func(v map[string]any) bool { return v["operatingSystem"] == "Windows" })
	ask := func(token, path string) int { return k.do(http.MethodPost, token, k.server.URL+path, "").status }
	admin := userWith(c, "Intune Administrator")
	as := func(u world.User, roles ...string) *world.User { u.Roles = roles; return &u }
	for who, tc := range map[string]struct {
		token string
		want  int
	}{
		"scope missing":       {k.user(c, admin, "DeviceManagementManagedDevices.Read.All"), http.StatusForbidden},
		"app":                 {k.app(c), http.StatusForbidden},
		"reader":              {k.user(c, as(*admin, "Global Reader"), actScope), http.StatusUnauthorized},
		"administrator":       {k.user(c, admin, actScope), http.StatusNoContent},
		"group of help desk":  {k.user(c, as(*c.Users[0]), actScope), http.StatusNoContent},
		"nobody in the group": {k.user(c, userWith(c, ""), actScope), http.StatusUnauthorized},
	} {
		if got := ask(tc.token, devicePath(pc)+"/syncDevice"); got != tc.want {
			t.Errorf("%s: %d, want %d", who, got, tc.want)
		}
	}
	if got := ask(k.user(c, admin, actScope), devicePath(pc)+"/requestRemoteAssistance"); got != http.StatusForbidden {
		t.Errorf("remote assistance without the permission to write: %d", got)
	}
}
