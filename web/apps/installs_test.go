package apps

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// report stands for Microsoft: what its report says of an app's devices.
type report map[string]graphsync.LiveReading[app.DeviceInstalls]

func (r report) FailedInstalls(_ context.Context, _ tenant.ID, id string) (graphsync.LiveReading[app.DeviceInstalls], error) {
	return r[id], nil
}

func TestPoliciesOfAnApp(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadApps(t, contoso.ID, f.Now, nil, app.App{ID: "A1", Name: "Field Notes", Package: "com.Contoso.Notes", Platform: "iOS"})
	c := f.Serve(t, technician, tenant.Everything(), (&Handler{Apps: f.Apps, Groups: f.DirectoryGroups(), Sync: f.Sync, Policies: f.Policies()}).Mount)
	at := "/t/" + contoso.ID.String() + "/apps/A1"
	if body := c.Get(at).Body.String(); !strings.Contains(body, "Not read yet: app protection policies, app configurations") {
		t.Error("what was not read counts as none")
	}
	of := func(kind configuration.Kind, id, name, platform, app string) webtest.Policy {
		return webtest.Policy{Policy: configuration.Policy{Kind: kind, ID: id, Name: name}, Document: configuration.Document{Apps: []configuration.TargetApp{{ID: app, Platform: platform}}}}
	}
	f.ReadAppPolicies(t, contoso.ID, f.Now, configuration.AppProtection, of(configuration.AppProtection, "T_1", "Phones", "iOS", "com.contoso.notes"), of(configuration.AppProtection, "T_2", "Other", "iOS", "com.other"),
		of(configuration.AppProtection, "T_3", "Android", "Android", "com.contoso.notes"))
	f.ReadAppPolicies(t, contoso.ID, f.Now, configuration.AppConfiguration, of(configuration.AppConfiguration, "c1", "<b>Set-up", "", "a1"))
	f.ReadAppPolicies(t, fabrikam.ID, f.Now, configuration.AppProtection, of(configuration.AppProtection, "T_1", "Foreign", "iOS", "com.contoso.notes"))
	var v view
	c.JSON(at, http.StatusOK, &v)
	if len(v.Policies) != 2 || v.Policies[0].Name != "<b>Set-up" || v.Policies[1].URL != "/t/"+contoso.ID.String()+"/configuration/T_1" {
		t.Errorf("%+v", v.Policies)
	}
	if body := c.Get(at).Body.String(); strings.Contains(body, "Foreign") || strings.Contains(body, "Not read yet:") || !strings.Contains(body, "Policies for this app") {
		t.Error("the page of an app does not show its policies")
	}
}

func TestInstallations(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadApps(t, contoso.ID, f.Now, map[string][]app.Assignment{"a1": {{ID: "s1", Intent: "required", Target: "allDevices"}}}, app.App{ID: "a1", Name: "7-Zip"}, app.App{ID: "a2", Name: "Notes"}, app.App{ID: "a3", Name: "Alone"})
	f.ReadApps(t, fabrikam.ID, f.Now, nil, app.App{ID: "f1", Name: "Field notes"})
	f.ReadInstalls(t, contoso.ID, f.Now, app.Install{ID: "a1", Name: "7-Zip", Platform: "Windows", Installed: 40, Failed: 3, Pending: 1}, app.Install{ID: "a2", Name: "=Notes", Platform: "iOS", Installed: 5})
	asked := report{"a1": {ReadAt: f.Now, Now: true, Value: app.DeviceInstalls{Rows: []app.DeviceInstall{{DeviceID: "d1", DeviceName: "<b>KILN", ErrorCode: "0x87D1041C", State: "failed"}}, Read: 44}}}
	mount := (&Handler{Apps: f.Apps, Groups: f.DirectoryGroups(), Sync: f.Sync, FailedInstalls: asked}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(fabrikam.ID), mount)
	at := "/t/" + contoso.ID.String() + "/apps"

	var list struct {
		Rows  []installs
		Count int64
	}
	all.JSON("/apps/installs", http.StatusOK, &list)
	if list.Count != 2 || list.Rows[0].ID != "a1" || list.Rows[0].Failed != 3 || list.Rows[0].Devices != 44 {
		t.Errorf("the most failures first: %+v", list)
	}
	all.JSON("/apps/installs?failed=true", http.StatusOK, &list)
	if list.Count != 1 || len(list.Rows) != 1 {
		t.Errorf("failed only: %+v", list)
	}
	list.Count = 0 // of a tenant that was never read, the twin gives none
	one.JSON("/apps/installs", http.StatusOK, &list)
	if list.Count != 0 || len(list.Rows) != 0 {
		t.Errorf("who may see Fabrikam only: %+v", list)
	}
	if got := one.Get("/apps/installs").Body.String(); strings.Contains(got, "7-Zip") || !strings.Contains(got, "not") {
		t.Error("what was never read must say so")
	}
	if csv := all.Get("/apps/installs?format=csv").Body.String(); !strings.Contains(csv, "'=Notes") || strings.Count(csv, "\n") != 3 {
		t.Errorf("CSV:\n%s", csv)
	}
	for path, want := range map[string]int64{"/apps?failed=true": 1, "/apps?sort=-failed": 4, "/apps/catalogue?failed=true": 1, "/apps/catalogue?sort=-failed": 4} {
		var got struct {
			Rows []struct {
				Name   string
				Failed *int64
			}
			Count int64
		}
		if all.JSON(path, http.StatusOK, &got); got.Count != want || got.Rows[0].Name != "7-Zip" || got.Rows[0].Failed == nil || *got.Rows[0].Failed != 3 || want == 4 && got.Rows[3].Failed != nil {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if body := all.Get("/apps").Body.String(); !strings.Contains(body, "installations as of just now") || !strings.Contains(one.Get("/apps").Body.String(), "installations not read yet") {
		t.Error("the list of apps does not say how old its counts are")
	}
	if csv := all.Get("/apps?format=csv&sort=name").Body.String(); !strings.Contains(csv, ",3,40,") {
		t.Errorf("CSV lacks the counts:\n%s", csv)
	}
	var v view
	all.JSON(at+"/a1", http.StatusOK, &v)
	if v.Installs.Row == nil || v.Installs.Row.Failed != 3 || len(v.Installs.Failing) != 1 || v.Installs.Failing[0].URL != "/t/"+contoso.ID.String()+"/devices/d1" {
		t.Errorf("an app's page: %+v", v.Installs)
	}
	page := all.Get(at + "/a1").Body.String()
	if !strings.Contains(page, "3 devices failed") || !strings.Contains(page, "the detection rule does not find it") || strings.Contains(page, "<b>KILN") {
		t.Errorf("an app's page:\n%s", page)
	}
	if got := all.Get(at + "/a3").Body.String(); !strings.Contains(got, "assigned to nobody, so Intune reports no installations") {
		t.Error("an app without a row must say why")
	}
	if got := all.Get("/t/" + fabrikam.ID.String() + "/apps/f1").Body.String(); !strings.Contains(got, "Unknown: how installations went was not read yet.") {
		t.Error("what was not read is unknown")
	}
	for _, path := range []string{"/apps/installs?sort=secret", "/apps/installs?failed=perhaps", "/apps/installs?after=x", "/apps/installs?customer=x"} {
		if got := all.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
	if got := one.Get(at + "/installs"); got.Code != http.StatusNotFound {
		t.Errorf("a foreign tenant: %d", got.Code)
	}
}

func TestInstallErrors(t *testing.T) {
	for code, want := range map[string]string{"0x87d1041c": "It was installed, but the detection rule does not find it.", "0X80070643": "The installer itself failed.", "": "", "0x": "", "0x1": ""} {
		if got := installError(code); got != want {
			t.Errorf("%q = %q", code, got)
		}
	}
}

func TestHistoryOfInstallations(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadApps(t, contoso.ID, f.Now, map[string][]app.Assignment{"a1": {{ID: "s1", Intent: "required", Target: "allDevices"}}, "a2": {{ID: "s2", Intent: "required", Target: "allDevices"}}},
		app.App{ID: "a1", Name: "7-Zip"}, app.App{ID: "a2", Name: "Notes"})
	ago := func(days int) time.Time { return f.Now.AddDate(0, 0, -days) }
	notes := app.Install{ID: "a2", Name: "Notes", Installed: 5}
	f.ReadInstalls(t, fabrikam.ID, ago(9), app.Install{ID: "a1", Name: "7-Zip", Failed: 98765})
	f.ReadInstalls(t, contoso.ID, ago(9), app.Install{ID: "a1", Name: "7-Zip", Installed: 1200, Failed: 3}, notes)
	f.ReadInstalls(t, contoso.ID, ago(8), app.Install{ID: "a1", Name: "7-Zip", Installed: 1210, Failed: 3}, notes)
	f.ReadInstalls(t, contoso.ID, ago(4), app.Install{ID: "a1", Name: "7-Zip", Installed: 1196, Failed: 17, Pending: 2}, notes)
	f.ReadInstalls(t, contoso.ID, ago(3), app.Install{ID: "a1", Name: "7-Zip", Installed: 1197, Failed: 16, Pending: 2})
	f.ReadInstalls(t, contoso.ID, ago(0), app.Install{ID: "a1", Name: "7-Zip", Installed: 1213})
	kept := 400
	mount := (&Handler{Apps: f.Apps, Sync: f.Sync, Keeps: func(context.Context) (int, error) { return kept, nil }}).Mount
	c := f.Serve(t, technician, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/apps"

	days := func(path string) string {
		var v view
		c.JSON(path, http.StatusOK, &v)
		var got []string
		for _, d := range v.Installs.Days {
			switch {
			case d.Counts != nil:
				got = append(got, fmt.Sprintf("%d/%d", d.Counts.Installed, d.Counts.Failed))
			case d.Read:
				got = append(got, "none")
			default:
				got = append(got, "–")
			}
		}
		return strings.Join(got, " ")
	}
	if got, want := days(at+"/a1"), "1200/3 1210/3 – – – 1196/17 1197/16 – – 1213/0"; got != want {
		t.Errorf("days: %s, want %s", got, want)
	}
	if got, want := days(at+"/a2"), "5/0 5/0 – – – 5/0 none – – none"; got != want {
		t.Errorf("days of an app that left: %s, want %s", got, want)
	}
	kept = 4
	if got, want := days(at+"/a1"), "1196/17 1197/16 – – 1213/0"; got != want {
		t.Errorf("days where history is kept for less: %s, want %s", got, want)
	}
	kept = 400

	body := c.Get(at + "/a1").Body.String()
	for _, want := range []string{"Failed on 14 more devices", "Failed on 1 fewer device", "pending 0 → 2, installed 1,210 → 1,196, read ", "Failed on 16 fewer devices", "not read: 5 days", "0 devices had failed on", "1,213 devices had it installed on"} {
		if !strings.Contains(body, want) {
			t.Errorf("an app's page lacks %q", want)
		}
	}
	if got, want := strings.Count(body[strings.Index(body, `<ol class="timeline"`):], `<span class="at"><time`), 4; got != want {
		t.Errorf("%d entries of the timeline are dated, want %d", got, want)
	}
	if strings.Contains(body, "Installed on 10 more devices") || strings.Contains(body, "98,765") {
		t.Error("an app's page tells what no failure comes with, or what another tenant has")
	}
	body = c.Get(at + "/a2").Body.String()
	for _, want := range []string{"No longer in Intune’s report on installations", "Unknown: Intune’s report has no counts for this app. The reading of ", "before, it was installed on 5 devices", "no count"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of an app that left the report lacks %q", want)
		}
	}
	f.ReadInstalls(t, contoso.ID, f.Now.Add(time.Minute), app.Install{ID: "a1", Name: "7-Zip", Installed: 1213}, notes)
	if body = c.Get(at + "/a2").Body.String(); !strings.Contains(body, "Back in Intune’s report on installations") || strings.Contains(body, "Unknown: Intune’s report") {
		t.Error("an app that came back does not say so")
	}
	for path, want := range map[string]bool{at + "/installs": true, "/apps/installs": false} {
		if body := c.Get(path).Body.String(); !strings.Contains(body, "Apps that fail") || strings.Contains(body, "Failed and pending") != want {
			t.Errorf("%s: figures in one tenant and over all", path)
		}
	}
}
