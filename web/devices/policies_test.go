package devices

import (
	"context"
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

// cloud stands for Microsoft: what it says of a device, by the device's id. What was asked for is kept.
type cloud map[string]graphsync.LiveReading[device.PolicyStates]

func (c cloud) PolicyStates(_ context.Context, _ tenant.ID, id string) (graphsync.LiveReading[device.PolicyStates], error) {
	l, ok := c[id]
	if ok {
		c["kept "+id] = l
	}
	return l, nil
}

func (c cloud) KeptPolicyStates(_ context.Context, _ tenant.ID, id string) (graphsync.LiveReading[device.PolicyStates], error) {
	return c["kept "+id], nil
}

func fails(setting string) device.PolicyStates {
	return device.PolicyStates{Compliance: []device.PolicyState{{ID: "p1", Name: "Windows baseline", State: "nonCompliant", Settings: []device.SettingState{
		{Setting: "Windows10CompliancePolicy." + setting, Name: setting, State: "nonCompliant", ErrorCode: 2016281112, Error: "Remediation failed"},
		{Setting: "Windows10CompliancePolicy.Firewall", Name: "Firewall", State: "compliant"},
	}}}}
}

func TestWhyIsReadLive(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), device.Device{ID: "d1", Name: "CTO-1", Compliance: "noncompliant"}, device.Device{ID: "d2", Name: "CTO-2", Compliance: "noncompliant"})
	f.ReadDevices(t, fabrikam.ID, f.Now.Add(-3*time.Minute), device.Device{ID: "f1", Name: "FBK-1", Compliance: "noncompliant"})
	asked := cloud{
		"d1": {Value: fails("BitLocker"), ReadAt: f.Now, Now: true},
		"d2": {Trouble: graphsync.Trouble{Kind: "permission", Sentence: "The portal may not read this.", RequestID: "r-1", At: f.Now}},
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Devices: f.Devices, Sync: f.Sync, Policies: asked}).Mount)
	base := "/t/" + contoso.ID.String() + "/devices/"

	var v struct{ Policies policies }
	c.JSON(base+"d1", http.StatusOK, &v)
	if v.Policies.ReadAt != nil || v.Policies.Failing != 0 {
		t.Errorf("before anybody asked: %+v", v.Policies)
	}
	if got := c.Get(base + "d1").Body.String(); !strings.Contains(got, "it is unknown here") || !strings.Contains(got, base+"d1/policies") {
		t.Error("the summary does not say that the settings are unknown, or not where they are read")
	}
	c.JSON(base+"d1/policies", http.StatusOK, &v)
	if v.Policies.ReadAt == nil || v.Policies.Failing != 1 || v.Policies.Compliance[0].Settings[0].StateName != "Noncompliant" {
		t.Errorf("the live reading: %+v", v.Policies)
	}
	if got := c.Get(base + "d1").Body.String(); !strings.Contains(got, "BitLocker") || !strings.Contains(got, "Remediation failed") || strings.Contains(got, "unknown here") {
		t.Error("the summary does not show what the look before it read")
	}
	c.JSON(base+"d2/policies", http.StatusOK, &v)
	if v.Policies.Trouble == nil || v.Policies.Trouble.Kind != "permission" {
		t.Errorf("refused: %+v", v.Policies)
	}
	if got := c.Get(base + "d2/policies").Body.String(); !strings.Contains(got, "The portal may not read this.") || strings.Contains(got, "names no") || strings.Contains(got, "shape s-ok\"") && strings.Contains(got, "Compliance policies</h2><p>Intune") {
		t.Error("what could not be read must read as unknown, with the reason")
	}
	for _, path := range []string{"/t/" + fabrikam.ID.String() + "/devices/f1/policies", base + "f1/policies", "/devices/d1/policies", base + "%00/policies"} {
		if got := c.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		c.JSON(path, http.StatusNotFound, nil)
	}
}

func TestGoldenPolicies(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	hostile := fails("<script>x</script>")
	hostile.Configuration = []device.PolicyState{{Name: "", State: "quantum", User: "<b>", Settings: []device.SettingState{{Name: strings.Repeat("long ", 200), State: "conflict", Value: "<i>"}}}}
	for name, states := range map[string]graphsync.LiveReading[device.PolicyStates]{
		"never":   {},
		"none":    {ReadAt: now, Now: true},
		"fails":   {ReadAt: now.Add(-3 * time.Minute), Value: fails("BitLocker")},
		"hostile": {ReadAt: now, Now: true, Value: hostile},
		"stale":   {ReadAt: now.Add(-26 * time.Hour), Value: fails("BitLocker"), Trouble: graphsync.Trouble{Kind: "timeout", Sentence: "Microsoft Graph did not answer in time.", At: now}},
	} {
		t.Run(name, func(t *testing.T) {
			k := facts{device: device.Device{Tenant: contoso.ID, TenantName: "Contoso", ID: "d1", Name: "CTO-1", Compliance: "noncompliant"}, states: states}
			v := newView(m, k, page.Chrome{Now: now})
			v.tab = tabPolicies
			webtest.Golden(t, policyStates(v))
		})
	}
}
