package devices

import (
	"context"
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// alone stands for Microsoft: what it says of a device asked for alone, by the device's id. What was asked for is kept.
type alone map[string]graphsync.LiveReading[device.Detail]

func (a alone) Detail(_ context.Context, _ tenant.ID, id string) (graphsync.LiveReading[device.Detail], error) {
	a["kept "+id] = a[id]
	return a[id], nil
}

func (a alone) KeptDetail(_ context.Context, _ tenant.ID, id string) (graphsync.LiveReading[device.Detail], error) {
	return a["kept "+id], nil
}

func (a alone) Logs(context.Context, tenant.ID, string) (l graphsync.LiveReading[[]device.Log], err error) {
	return l, nil
}

func (a alone) KeptLogs(context.Context, tenant.ID, string) (l graphsync.LiveReading[[]device.Log], err error) {
	return l, nil
}

func TestHardwareAndRemoteActionsAreReadLive(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	listed := json.RawMessage(`[{"name":"rebootNow","state":"pending","started_at":"2026-11-21T00:51:44Z"}]`)
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), device.Device{ID: "d1", Name: "CTO-1", OS: "Windows", Actions: listed}, device.Device{ID: "d2", Name: "CTO-2"})
	f.ReadDevices(t, fabrikam.ID, f.Now.Add(-3*time.Minute), device.Device{ID: "f1", Name: "FBK-1"})
	started := time.Date(2026, 11, 21, 0, 51, 44, 0, time.UTC)
	asked := alone{
		"d1": {ReadAt: f.Now, Now: true, Value: device.Detail{Memory: 16 << 30, EthernetMAC: "001122334455", Inventory: device.Inventory{TPM: "INTC 7.2"}, Actions: []device.Action{
			{Name: "factoryReset", State: "failed", StartedAt: started.Add(-time.Hour), UpdatedAt: started.Add(-time.Minute), ErrorCode: -2016281112}, {Name: "rebootNow", State: "done", StartedAt: started, UpdatedAt: started.Add(time.Hour)}}}},
		"d2": {Trouble: graphsync.Trouble{Kind: "permission", Sentence: "The portal may not read this.", RequestID: "r-1", At: f.Now}},
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Devices: f.Devices, Sync: f.Sync, Details: asked}).Mount)
	base := "/t/" + contoso.ID.String() + "/devices/"

	var v struct {
		Single     single
		Results    []result `json:"action_results"`
		LastAction string   `json:"last_action"`
	}
	c.JSON(base+"d1", http.StatusOK, &v)
	if v.Single.ReadAt != nil || len(v.Results) != 1 || v.LastAction != "Restart: pending 2 h" {
		t.Errorf("before anybody looked: %+v", v)
	}
	if got := c.Get(base + "d1").Body.String(); !strings.Contains(got, base+"d1/remote-actions") || !strings.Contains(got, "Intune may leave some out of it") {
		t.Error("the summary does not say where its results come from, or not where more are read")
	}
	c.JSON(base+"d1/remote-actions", http.StatusOK, &v)
	if v.Single.ReadAt == nil || len(v.Results) != 2 || v.Results[0].Name != "rebootNow" || v.Results[0].State != "done" || v.Results[1].ErrorCode != -2016281112 || v.LastAction != "Restart: done" {
		t.Errorf("the live reading: %+v", v)
	}
	if got := c.Get(base + "d1").Body.String(); strings.Contains(got, "Restart: pending") || !strings.Contains(got, "-2016281112") {
		t.Error("the summary does not show what the look before it read")
	}
	for path, want := range map[string]string{"d1/hardware": "16 GB", "d2/hardware": "Not collected: The portal may not read this.", "d2/remote-actions": "is unknown: The portal may not read this."} {
		if got := c.Get(base + path); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
			t.Errorf("GET %s: status %d, want %q", path, got.Code, want)
		}
	}
	for _, path := range []string{"/t/" + fabrikam.ID.String() + "/devices/f1/remote-actions", base + "f1/remote-actions", "/devices/d1/remote-actions"} {
		if got := c.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		c.JSON(path, http.StatusNotFound, nil)
	}
	f.ReadDevices(t, contoso.ID, f.Now, device.Device{ID: "d2", Name: "CTO-2"})
	asked["d1"] = graphsync.LiveReading[device.Detail]{Trouble: graphsync.Trouble{Kind: "notfound", Sentence: "asked for what is gone"}}
	if got := c.Get(base + "d1/hardware").Body.String(); strings.Contains(got, "asked for what is gone") || !strings.Contains(got, "16 GB") {
		t.Error("a device that is gone is not asked for, and keeps what was read")
	}
}

func TestMergedTakesTheNewer(t *testing.T) {
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	list := []device.Action{{Name: "a", State: "done", UpdatedAt: at.Add(2 * time.Hour)}, {Name: "b", State: "pending", StartedAt: at}, {Name: "c", State: "none"}}
	single := []device.Action{{Name: "a", State: "pending", StartedAt: at}, {Name: "b", State: "done", StartedAt: at, UpdatedAt: at.Add(3 * time.Hour)}}
	got := ""
	for _, a := range merged(list, single) {
		got += a.Name + ":" + a.State + " "
	}
	if got != "b:done a:done c:none " {
		t.Errorf("merged: %s", got)
	}
}

func TestMemory(t *testing.T) {
	for n, want := range map[int64]string{0: "", -1: "", 512 << 20: "512 MB", 16 << 30: "16 GB", 8_487_464_960: "8 GB", math.MaxInt64: "8,589,934,592 GB"} {
		if got := memory(n); got != want {
			t.Errorf("memory(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestGoldenSingle(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	for name, l := range map[string]graphsync.LiveReading[device.Detail]{
		"none": {ReadAt: now, Now: true},
		"full": {ReadAt: now.Add(-30 * time.Second), Value: device.Detail{Memory: 16 << 30, Notes: "Spare in room 4", Architecture: "x64", Actions: []device.Action{{Name: "rotateBitLockerKeys", State: "failed", StartedAt: now.Add(-time.Hour), UpdatedAt: now, ErrorCode: 5}}}},
		"hostile": {ReadAt: now, Now: true, Value: device.Detail{Notes: strings.Repeat("<script>x</script>", 30), EthernetMAC: "<b>", Inventory: device.Inventory{BIOS: strings.Repeat("long", 99)},
			Actions: []device.Action{{Name: "<i>", State: "<u>"}, {Name: "", State: ""}}}},
		"stale": {ReadAt: now.Add(-26 * time.Hour), Value: device.Detail{Memory: 8 << 30}, Trouble: graphsync.Trouble{Kind: "timeout", Sentence: "Microsoft Graph did not answer in time.", RequestID: "r-1", At: now}},
	} {
		for _, part := range []tab{tabHardware, tabResults} {
			t.Run(name+strings.ReplaceAll(string(part), "/", "-"), func(t *testing.T) {
				v := newView(m, facts{device: device.Device{Tenant: contoso.ID, TenantName: "Contoso", ID: "d1", Name: "CTO-1"}, alone: l}, page.Chrome{Now: now})
				v.tab = part
				if part == tabHardware {
					webtest.Golden(t, hardware(v))
					return
				}
				webtest.Golden(t, remoteActions(v))
			})
		}
	}
}
