package device

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	gojson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

var now = time.Date(2026, 8, 8, 12, 0, 0, 0, time.UTC)

func wire(t testing.TB, body string) graph.ManagedDevice {
	t.Helper()
	var w graph.ManagedDevice
	if err := gojson.Unmarshal([]byte(body), &w, jsontext.AllowInvalidUTF8(true)); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestFromGraph(t *testing.T) {
	d := fromGraph(wire(t, `{"id":"d1","deviceName":"CON-LT-014","serialNumber":" 7QK2 ","azureADDeviceId":"00000000-0000-0000-0000-000000000000",
		"lastSyncDateTime":"0001-01-01T00:00:00Z","enrolledDateTime":"2026-02-11T08:14:02.1834521Z","complianceState":"","wiFiMacAddress":"3C21F4A09B77",
		"complianceGracePeriodExpirationDateTime":"9999-12-31T23:59:59Z","totalStorageSpaceInBytes":-5,"imei":"35\u0000x",
		"deviceActionResults":[{"@odata.type":"#microsoft.graph.resetPasscodeActionResult","actionName":"resetPasscode","actionState":"done","passcode":"hunter2","errorCode":3},
		{"actionName":"remoteLock","unlockPin":"123456"},{"actionName":"locateDevice","deviceLocation":{"longitude":7.5}}]}`), now)
	if d.Serial != "7QK2" || d.EntraDeviceID != "" || !d.LastSyncAt.IsZero() || d.CheckIn != CheckInNever || d.Compliance != "unknown" ||
		!d.GraceUntil.IsZero() || d.StorageTotal != 0 || d.IMEI != "35\uFFFDx" || d.EnrolledAt.Nanosecond() == 0 {
		t.Errorf("%+v", d)
	}
	if s := string(d.Actions); strings.Contains(s, "hunter2") || strings.Contains(s, "123456") || strings.Contains(s, "7.5") {
		t.Errorf("a secret was kept: %s", s)
	}
	if a := d.ActionResults(); len(a) != 3 || a[0].Name != "resetPasscode" || a[0].ErrorCode != 3 {
		t.Errorf("actions %+v", a)
	}
	if got := searchText(d); got != "con-lt-014\n7qk2\n35\uFFFDx\n3c21f4a09b77\n3c:21:f4:a0:9b:77" {
		t.Errorf("search text %q", got)
	}
}

// TestGUIDsAreKeptInOneCase holds Entra's id for a device comparable with what other readings and people say.
func TestGUIDsAreKeptInOneCase(t *testing.T) {
	d := fromGraph(wire(t, `{"id":"d1","azureADDeviceId":"E1B0C0DE-0000-4000-8000-000000000001"}`), now)
	if d.EntraDeviceID != "e1b0c0de-0000-4000-8000-000000000001" {
		t.Errorf("Entra device id %q", d.EntraDeviceID)
	}
}

func TestCheckInOf(t *testing.T) {
	day := 24 * time.Hour
	for age, want := range map[time.Duration]string{
		-time.Hour: CheckInToday, 0: CheckInToday, day - 1: CheckInToday, day: CheckIn7, 8*day - 1: CheckIn7, 8 * day: CheckIn30,
		31*day - 1: CheckIn30, 31 * day: CheckIn90, 91*day - 1: CheckIn90, 91 * day: CheckInOver90,
	} {
		if got := CheckInOf(now.Add(-age), now); got != want {
			t.Errorf("%s ago: %s, want %s", age, got, want)
		}
	}
	if CheckInOf(time.Time{}, now) != CheckInNever {
		t.Error("never")
	}
}

func TestPlaceholderSerials(t *testing.T) {
	for s, want := range map[string]bool{"": true, "0": true, "0000000": true, "To be filled by O.E.M.": true, "None": true, "7QK2LM3": false, "00012": false} {
		if placeholder(serialKey(s)) != want {
			t.Errorf("%q", s)
		}
	}
}

func FuzzFromGraph(f *testing.F) {
	f.Add([]byte(`{"id":"1","deviceName":"x","lastSyncDateTime":"2026-08-07T21:40:55Z","deviceActionResults":[{"actionName":"a","startDateTime":"9999-12-31T23:59:59Z"}]}`))
	f.Add([]byte(`{"id":"\u0000","userDisplayName":"\ud800","imei":null,"totalStorageSpaceInBytes":"9e99"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.ManagedDevice
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		d := fromGraph(w, now)
		if !json.Valid(d.Actions) {
			t.Errorf("actions %q", d.Actions)
		}
		for _, s := range []string{d.ID, d.Name, d.Serial, d.UPN, d.UserName, d.IMEI, string(d.Actions), searchText(d)} {
			if !postgres.Printable(s) || strings.Contains(s, `\u0000`) && s == string(d.Actions) && !strings.Contains(s, `\\u0000`) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
	})
}
