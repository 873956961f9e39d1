package configuration

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// statuses stands for Microsoft: what it says of the devices of a policy, by what is asked for. Nothing else may be asked.
type statuses map[string]graphsync.LiveReading[configuration.DeviceStatuses]

func (s statuses) FailedDevices(_ context.Context, _ tenant.ID, object string) (graphsync.LiveReading[configuration.DeviceStatuses], error) {
	l, ok := s[object]
	if !ok {
		panic("asked for the devices of " + object)
	}
	return l, nil
}

func TestFailedDevices(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	counted := func(kind configuration.Kind, id string, s configuration.Status) webtest.Policy {
		p := policy(id, "Policy "+id, `{}`, configuration.Assignment{ID: "a", Target: "allDevices"})
		p.Kind, p.Status = kind, &s
		return p
	}
	f.ReadPolicies(t, contoso.ID, f.Now.Add(-time.Hour),
		counted(configuration.Compliance, "named", configuration.Status{Succeeded: 40, Failed: 2, Errors: 1, Conflicts: 1}),
		counted(configuration.Compliance, "fine", configuration.Status{Succeeded: 40}),
		counted(configuration.Device, "many", configuration.Status{Succeeded: 4000, Failed: 1}),
		counted(configuration.Device, "passed", configuration.Status{Succeeded: 4, Failed: 1}),
		counted(configuration.Device, "refused", configuration.Status{Succeeded: 4, Conflicts: 1}),
		counted(configuration.Remediation, "other", configuration.Status{Succeeded: 4, Failed: 1}))
	asked := statuses{
		"compliance/named": {ReadAt: f.Now, Now: true, Value: configuration.DeviceStatuses{Read: 44, Rows: []configuration.DeviceStatus{
			{Device: "<b>KILN & co", User: "ada@contoso.example", Model: "Surface", State: "nonCompliant", ReportedAt: f.Now.Add(-2 * time.Hour)}, {State: "nonCompliant"},
			{Device: "LOOM", State: "error"}, {Device: strings.Repeat("x", maxQuery+1), State: "conflict"}, {Device: "PRISM", State: "somethingNew"}}}},
		"deviceConfiguration/many":    {ReadAt: f.Now, Now: true, Value: configuration.DeviceStatuses{Read: 2000, Cut: true}},
		"deviceConfiguration/passed":  {ReadAt: f.Now, Now: true, Value: configuration.DeviceStatuses{Read: 5}},
		"deviceConfiguration/refused": {Trouble: graphsync.Trouble{Kind: "forbidden", Sentence: "Microsoft refused to list them.", At: f.Now}},
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Policies: f.Policies(), Sync: f.Sync, Groups: f.DirectoryGroups(), FailedDevices: asked}).Mount)
	at := "/t/" + contoso.ID.String() + "/configuration/"

	var v view
	c.JSON(at+"named", http.StatusOK, &v)
	if v.Failing == nil || len(v.Failing.Rows) != 5 || v.Failing.Read != 44 || v.Failing.ReadAt == nil {
		t.Fatalf("devices on which it failed: %+v", v.Failing)
	}
	for i, want := range []string{"/t/" + contoso.ID.String() + "/devices?q=%3Cb%3EKILN+%26+co", "", "/t/" + contoso.ID.String() + "/devices?q=LOOM", "", "/t/" + contoso.ID.String() + "/devices?q=PRISM"} {
		if got := v.Failing.Rows[i].URL; got != want {
			t.Errorf("row %d leads to %q, want %q", i, got, want)
		}
	}
	for id, want := range map[string][]string{
		"named":   {"Devices where it failed", "&lt;b&gt;KILN &amp; co", "Device without a name", "In error", "Conflict", "Unknown: somethingNew", "ada@contoso.example", "at most every 10 minutes"},
		"many":    {"It failed on none of the devices that were read.", "more devices than the 2,000 that are read here"},
		"passed":  {"Intune lists no device on which it failed now."},
		"refused": {"Devices where it failed", "Microsoft refused to list them."},
		"other":   {"The portal does not read which devices these are for policies of this kind."},
	} {
		body := c.Get(at + id).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("the page of %q lacks %q", id, text)
			}
		}
	}
	if body := c.Get(at + "refused").Body.String(); strings.Contains(body, "on none") || strings.Contains(body, "no device on which") {
		t.Error("what Microsoft refused to list counts as none")
	}
	if body := c.Get(at + "fine").Body.String(); strings.Contains(body, "Devices where it failed") {
		t.Error("a policy that failed nowhere has a section of where it failed")
	}
}
