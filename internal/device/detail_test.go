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

func TestDetailKeepsNoSecret(t *testing.T) {
	var w graph.DeviceDetail
	if err := gojson.Unmarshal([]byte(`{"id":"d","ethernetMacAddress":"001122334455","iccid":null,"udid":"","notes":"Spare\u0000","physicalMemoryInBytes":17179869184,
		"processorArchitecture":"x64","chassisType":"unknownFutureValue","joinType":"quantumJoined","activationLockBypassCode":"hunter2",
		"hardwareInformation":{"operatingSystemEdition":"Enterprise","tpmManufacturer":"INTC","tpmVersion":"7.2","batteryHealthPercentage":-1,"isSharedDevice":false},
		"deviceActionResults":[
			{"@odata.type":"#microsoft.graph.resetPasscodeActionResult","actionName":"resetPasscode","actionState":"done","startDateTime":"2026-11-01T08:00:00Z","lastUpdatedDateTime":"0001-01-01T00:00:00Z","errorCode":0,"passcode":"934712"},
			{"@odata.type":"#microsoft.graph.remoteLockActionResult","actionName":"remoteLock","actionState":"quantum","unlockPin":"551973","startDateTime":null},
			{"@odata.type":"#microsoft.graph.locateDeviceActionResult","actionName":"locateDevice","actionState":"failed","errorCode":"-2016","deviceLocation":{"latitude":52.3701,"longitude":4.8902}}]}`), &w); err != nil {
		t.Fatal(err)
	}
	d := detail(w)
	if d.EthernetMAC != "001122334455" || d.Memory != 1<<34 || d.Notes != "Spare\uFFFD" || d.Chassis != "" || d.JoinType != "quantumJoined" || d.Inventory.TPM != "INTC 7.2" || d.Inventory.BatteryHealth != 0 {
		t.Errorf("%+v", d)
	}
	if len(d.Actions) != 3 || !d.Actions[0].StartedAt.Equal(time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)) || !d.Actions[0].UpdatedAt.IsZero() || d.Actions[1].State != "quantum" || d.Actions[2].ErrorCode != -2016 {
		t.Errorf("actions: %+v", d.Actions)
	}
	body, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"934712", "551973", "52.37", "hunter2"} {
		if strings.Contains(string(body), secret) {
			t.Errorf("%s would be kept: %s", secret, body)
		}
	}
}

func FuzzDetail(f *testing.F) {
	f.Add([]byte(`{"id":"\u0000","notes":"\ud800","physicalMemoryInBytes":-1e400,"hardwareInformation":{"tpmVersion":"\u0000"},"deviceActionResults":[{"actionName":"\ud800","startDateTime":"9999-99-99"},{}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var w graph.DeviceDetail
		if gojson.Unmarshal(body, &w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)) != nil {
			return
		}
		d := detail(w)
		i := d.Inventory
		texts := []string{d.EthernetMAC, d.ICCID, d.UDID, d.Notes, d.Architecture, d.Chassis, d.JoinType, i.Edition, i.Language, i.Build, i.Product, i.BIOS, i.TPM, i.TPMSpec, i.Cellular, i.ESIM, i.DomainName, i.IPv4, i.CredentialGuard, i.VBS}
		for _, a := range d.Actions {
			texts = append(texts, a.Name, a.State)
		}
		for _, s := range texts {
			if !postgres.Printable(s) {
				t.Errorf("Postgres cannot hold %q", s)
			}
		}
		if _, err := json.Marshal(d); err != nil || d.Memory < 0 || i.BatteryHealth < 0 || len(d.Actions) > maxActions {
			t.Errorf("%+v, %v", d, err)
		}
	})
}
