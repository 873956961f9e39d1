package graphsync_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestAutopilotReadsTheCloud reads the registered machines, finds the devices that they became and back, then what Intune tells only of a
// single device.
func TestAutopilotReadsTheCloud(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	scope := tenant.Only(tid)
	var asked []string
	before := func(req *http.Request) {
		if strings.Contains(req.URL.Path, "windowsAutopilotDeviceIdentities") {
			asked = append(asked, req.URL.Query().Get("$select"))
		}
	}
	r.beforePage.Store(&before)
	for _, name := range []string{graphsync.Devices, graphsync.Autopilot} {
		if err := r.sync.ReadOnce(t.Context(), tid, name); err != nil {
			t.Fatal(err)
		}
	}
	if len(asked) == 0 || strings.Contains(asked[0], "productKey") || strings.Contains(asked[0], "Password") {
		t.Errorf("asked for %q", asked)
	}
	p, err := r.autopilot.List(t.Context(), scope, autopilot.Filter{Limit: 500})
	if err != nil || p.Count == 0 {
		t.Fatalf("%d machines, %v", p.Count, err)
	}
	linked, spare := 0, 0
	for _, i := range p.Rows {
		if i.State == "notContacted" && !i.ContactedAt.IsZero() || i.ProfileStatus == "unknown" {
			t.Errorf("%+v", i)
		}
		if i.ManagedDeviceID == "" {
			spare++
			continue
		}
		d, err := r.devices.OfHardware(t.Context(), tid, i.ManagedDeviceID, i.EntraDeviceID, i.Serial)
		if err != nil || d.ID != i.ManagedDeviceID {
			t.Fatalf("the device of %s: %q, %v", i.Serial, d.ID, err)
		}
		back, link, err := r.autopilot.OfDevice(t.Context(), tid, d.ID, d.EntraDeviceID, device.SerialOf(d))
		if err != nil || back.ID != i.ID || link != autopilot.ByManagedDevice {
			t.Fatalf("the machine of %s: %q by %q, %v", d.Name, back.ID, link, err)
		}
		linked++
	}
	if linked == 0 || spare == 0 {
		t.Errorf("%d machines became devices, %d lie in a store room; the cloud should have both", linked, spare)
	}
	if s := r.status(tid, graphsync.Autopilot); s.Rows != p.Count || s.LastCompleteAt.IsZero() {
		t.Errorf("the run: %+v", s)
	}

	live := &device.Live{Graph: r.graph, Kept: graphsync.NewLiveStore(r.pool, nil)}
	found, err := r.devices.List(t.Context(), scope, device.Filter{OS: []string{"Windows"}, Limit: 1})
	if err != nil || len(found.Rows) != 1 {
		t.Fatal(err)
	}
	id := found.Rows[0].ID
	l, err := live.Detail(t.Context(), tid, id)
	if err != nil || !l.Now || l.Trouble.Kind != "" || l.Value.Memory < 1<<30 || l.Value.EthernetMAC == "" || l.Value.Inventory.Build == "" {
		t.Errorf("a device alone: %+v, %v", l, err)
	}
	if kept, err := live.KeptDetail(t.Context(), tid, id); err != nil || time.Since(kept.ReadAt) > time.Minute || kept.Now || kept.Value.Memory != l.Value.Memory {
		t.Errorf("kept: %+v, %v", kept, err)
	}
	if l, err := live.Detail(t.Context(), tid, "00000000-0000-4000-8000-00000000dead"); err != nil || l.Known() || l.Trouble.Kind != "notfound" {
		t.Errorf("a device that is not there: %+v, %v", l, err)
	}
}

// TestAutopilotThatCannotBeRead keeps what was read before, and says why.
func TestAutopilotThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, w := r.customer(full)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Autopilot); err != nil {
		t.Fatal(err)
	}
	first := r.status(tid, graphsync.Autopilot)
	for _, tc := range []struct {
		fault world.Fault
		kind  string
	}{
		{world.Fault{Kind: "truncate"}, "badanswer"}, {world.Fault{Kind: "licenceMissing"}, "licence"},
	} {
		tc.fault.Tenant = w.ID
		r.cloud.World.Faults.Add(tc.fault)
		if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Autopilot); err != nil {
			t.Fatal(err)
		}
		r.cloud.World.Faults.Clear()
		s := r.status(tid, graphsync.Autopilot)
		if s.State != "failed" || s.Trouble.Kind != tc.kind || s.Trouble.Sentence == "" || !s.LastCompleteAt.Equal(first.LastCompleteAt) {
			t.Errorf("%s: %+v", tc.fault.Kind, s)
		}
	}
	if n, err := r.autopilot.Count(t.Context(), tenant.Only(tid), autopilot.Filter{}); err != nil || n == 0 || n != first.Rows {
		t.Errorf("%d machines are held, %d were read; %v", n, first.Rows, err)
	}
}
