package graphsync_test

import (
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/protection"
	"github.com/tenantry/tenantry/internal/tenant"
)

// TestLiveSectionsReadTheCloud asks the simulated cloud what nobody reads by a schedule, and tells what a refusal leaves.
func TestLiveSectionsReadTheCloud(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	for _, name := range []string{graphsync.Devices, graphsync.DetectedApps} {
		if err := r.sync.ReadOnce(t.Context(), tid, name); err != nil {
			t.Fatal(err)
		}
	}
	kept := graphsync.NewLiveStore(r.pool, nil)
	scope := tenant.Only(tid)

	found, err := r.devices.List(t.Context(), scope, device.Filter{Compliance: []string{"noncompliant"}, Limit: 5})
	if err != nil || len(found.Rows) == 0 {
		t.Fatalf("no noncompliant device: %v", err)
	}
	states := &device.Live{Graph: r.graph, Kept: kept}
	failing := 0
	for _, d := range found.Rows {
		l, err := states.PolicyStates(t.Context(), tid, d.ID)
		if err != nil || !l.Now || l.Trouble.Kind != "" {
			t.Fatalf("policies of %s: %+v, %v", d.Name, l, err)
		}
		for _, p := range l.Value.Compliance {
			for _, s := range p.Settings {
				if device.Failing(s.State) {
					failing++
				}
			}
		}
		if again, err := states.KeptPolicyStates(t.Context(), tid, d.ID); err != nil || !again.Known() || len(again.Value.Compliance) != len(l.Value.Compliance) {
			t.Errorf("kept: %+v, %v", again, err)
		}
	}
	if failing == 0 {
		t.Error("no noncompliant device has a setting that fails")
	}
	if l, err := states.PolicyStates(t.Context(), tid, "00000000-0000-4000-8000-00000000dead"); err != nil || l.Known() || l.Trouble.Kind != "notfound" || l.Trouble.Sentence == "" {
		t.Errorf("a device that is not there: %+v, %v", l, err)
	}

	versions, err := r.detected.Versions(t.Context(), scope, detectedapp.Filter{Sort: "devices", Desc: true, Limit: 1})
	if err != nil || len(versions.Rows) != 1 {
		t.Fatal(err)
	}
	v := versions.Rows[0]
	having, err := (&detectedapp.Live{Graph: r.graph, Kept: kept}).DevicesOf(t.Context(), tid, v.ID)
	if err != nil || having.Trouble.Kind != "" || !having.Value.Cut && int64(len(having.Value.Devices)) != v.Devices || time.Since(having.ReadAt) > time.Minute {
		t.Errorf("%s is on %d devices, read %d: %+v, %v", v.Name, v.Devices, len(having.Value.Devices), having.Trouble, err)
	}

	for _, name := range []string{graphsync.DeviceProtection, graphsync.Malware} {
		if err := r.sync.ReadOnce(t.Context(), tid, name); err != nil {
			t.Fatal(err)
		}
	}
	protected := &protection.Live{Graph: r.graph, Kept: kept}
	listed, err := r.protection.Malware(t.Context(), scope, protection.MalwareFilter{})
	if err != nil || len(listed.Rows) < 2 {
		t.Fatalf("malware: %+v, %v", listed, err)
	}
	on := map[string]map[string]protection.Detection{} // by device and malware
	for _, m := range listed.Rows {
		l, err := protected.DevicesOf(t.Context(), tid, m.ID)
		if err != nil || !l.Now || l.Trouble.Kind != "" || len(l.Value.Devices) == 0 {
			t.Fatalf("devices with %s: %+v, %v", m.Name, l, err)
		}
		for _, d := range l.Value.Devices {
			if on[d.ID] == nil {
				on[d.ID] = map[string]protection.Detection{}
			}
			if on[d.ID][m.ID] = d.Detection; d.ChangedAt.After(m.DetectedAt) || d.Count == 0 {
				t.Errorf("%s on %s: %+v, last detected %s", m.Name, d.Name, d.Detection, m.DetectedAt)
			}
		}
	}
	for id, of := range on {
		p, err := r.protection.Get(t.Context(), tid, id)
		if err != nil || p.ActiveMalware == nil || p.RemediatedMalware == nil || *p.ActiveMalware+*p.RemediatedMalware != int64(len(of)) {
			t.Errorf("device %s has %d of %+v, %v", id, len(of), p, err)
		}
		l, err := protected.MalwareOf(t.Context(), tid, id)
		if err != nil || len(l.Value) != len(of) {
			t.Fatalf("malware of %s: %+v, %v", p.Name, l, err)
		}
		for _, m := range l.Value {
			if of[m.ID] != m.Detection || m.Name == "" || m.Severity == "unknown" {
				t.Errorf("on %s: %+v, by the malware's own list %+v", p.Name, m, of[m.ID])
			}
		}
	}
	if l, err := protected.DevicesOf(t.Context(), tid, "a/../b?$top=1"); err != nil || l.Known() || l.Trouble.Kind != "notfound" {
		t.Errorf("malware that is none: %+v, %v", l, err)
	}

	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.AppInstalls); err != nil {
		t.Fatal(err)
	}
	if st := r.status(tid, graphsync.AppInstalls); st.State != "ok" {
		t.Fatalf("installations: %+v", st)
	}
	apps, err := r.apps.Installs(t.Context(), scope, app.InstallFilter{Desc: true, Limit: 1})
	if err != nil || len(apps.Rows) != 1 || apps.Rows[0].Failed == 0 || apps.Rows[0].Name == "" {
		t.Fatalf("no app failed anywhere: %+v, %v", apps, err)
	}
	worst := apps.Rows[0]
	failed, err := (&app.InstallLive{Graph: r.graph, Kept: kept}).FailedInstalls(t.Context(), tid, worst.ID)
	if err != nil || failed.Trouble.Kind != "" || int64(len(failed.Value.Rows)) != worst.Failed || int64(failed.Value.Read) != worst.Devices() {
		t.Errorf("%s failed on %d of %d devices, read %d of %d: %+v, %v", worst.Name, worst.Failed, worst.Devices(), len(failed.Value.Rows), failed.Value.Read, failed.Trouble, err)
	}
	if l, err := (&app.InstallLive{Graph: r.graph, Kept: kept}).FailedInstalls(t.Context(), tid, "x' or 'a' eq 'a"); err != nil || l.Known() || l.Trouble.Kind == "" {
		t.Errorf("an id that is none: %+v, %v", l, err)
	}
}

// TestDevicesThatAPolicyFailedOn: those that are named are as many as Intune counts, for both kinds that have such a list.
func TestDevicesThatAPolicyFailedOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, small, graphsync.Options{})
	tid, _ := r.customer(full)
	if err := r.sync.ReadOnce(t.Context(), tid, graphsync.Policies); err != nil {
		t.Fatal(err)
	}
	live := &configuration.Live{Graph: r.graph, Kept: graphsync.NewLiveStore(r.pool, nil)}
	for _, kind := range []configuration.Kind{configuration.Device, configuration.Compliance} {
		found, err := r.policies.List(t.Context(), tenant.Only(tid), configuration.Filter{Kind: []configuration.Kind{kind}, Limit: 500})
		if err != nil {
			t.Fatal(err)
		}
		failed := int64(0)
		for _, p := range found.Rows {
			if p.Status == nil {
				t.Fatalf("%s has no count of devices", p.Name)
			}
			want := p.Status.Failed + p.Status.Errors + p.Status.Conflicts
			l, err := live.FailedDevices(t.Context(), tid, configuration.StatusObject(kind, p.ID))
			if err != nil || !l.Now || l.Trouble.Kind != "" || l.Value.Cut || int64(len(l.Value.Rows)) != want {
				t.Fatalf("%s failed on %d devices: %+v, %v", p.Name, want, l, err)
			}
			for i, d := range l.Value.Rows {
				if d.Device == "" || d.ReportedAt.IsZero() || i > 0 && l.Value.Rows[i-1].State == "conflict" && d.State != "conflict" {
					t.Errorf("%s, device %d: %+v", p.Name, i, d)
				}
			}
			failed += want
		}
		if failed == 0 {
			t.Errorf("no policy of kind %s failed anywhere", kind)
		}
		if l, err := live.FailedDevices(t.Context(), tid, configuration.StatusObject(kind, "a/../b?$top=1")); err != nil || l.Known() || l.Trouble.Kind != "notfound" {
			t.Errorf("a policy that is none: %+v, %v", l, err)
		}
	}
}
