package apps

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// cloud stands for Microsoft: what it knows of the devices of a version.
type cloud map[string]graphsync.LiveReading[detectedapp.Devices]

func (c cloud) DevicesOf(_ context.Context, _ tenant.ID, id string) (graphsync.LiveReading[detectedapp.Devices], error) {
	return c[id], nil
}

func TestDetectedApps(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso, fabrikam := f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	chrome := func(id, version string, devices int64) detectedapp.Version {
		return detectedapp.Version{ID: id, Name: "Google Chrome", Publisher: "Google LLC", Version: version, Platform: "windows", Devices: devices}
	}
	at := f.Now.Add(-3 * time.Hour)
	f.ReadDetectedApps(t, contoso.ID, at, chrome("c9", "9.5", 2), chrome("c141", "141.0", 30), detectedapp.Version{ID: "e", Name: "=evil", Version: "1", Platform: "visionOS"})
	f.ReadDetectedApps(t, fabrikam.ID, at, chrome("f141", "141.0", 5))
	asked := cloud{
		"c141": {Value: detectedapp.Devices{Devices: []detectedapp.Device{{ID: "d1", Name: "KILN-LT-014", OS: "Windows"}}}, ReadAt: f.Now, Now: true},
		"c9":   {Trouble: graphsync.Trouble{Kind: "permission", Sentence: "The portal may not read this.", RequestID: "r-1"}},
	}
	mount := (&Handler{Apps: f.Apps, Groups: f.DirectoryGroups(), Sync: f.Sync, Detected: f.DetectedApps, DetectedDevices: asked}).Mount
	all, one := f.Serve(t, technician, tenant.Everything(), mount), f.Serve(t, technician, tenant.Only(contoso.ID), mount)
	key := detectedapp.KeyOf("Google Chrome", "Google LLC")
	at1, at2 := "/t/"+contoso.ID.String()+"/apps/detected", "/t/"+fabrikam.ID.String()+"/apps/detected"

	var list struct {
		Rows  []program
		Count int64
		AsOf  *time.Time `json:"as_of"`
	}
	all.JSON("/apps/detected?sort=-devices", http.StatusOK, &list)
	if list.Count != 2 || list.AsOf == nil || list.Rows[0].Devices != 37 || list.Rows[0].Versions != 2 || list.Rows[0].Tenants != 2 || list.Rows[0].URL != "/apps/detected/"+key {
		t.Errorf("over all tenants: %+v", list)
	}
	one.JSON("/apps/detected?sort=-devices&spread=true", http.StatusOK, &list)
	if list.Count != 1 || list.Rows[0].Devices != 32 || list.Rows[0].Tenants != 1 {
		t.Errorf("who may see Contoso only: %+v", list)
	}
	var versions struct {
		Rows  []installed
		Count int64
	}
	all.JSON("/apps/detected/"+key, http.StatusOK, &versions)
	if versions.Count != 3 || versions.Rows[0].Version != "9.5" {
		t.Errorf("versions: %+v", versions)
	}
	all.JSON("/apps/detected/"+key+"?version=141.0&customer="+fabrikam.ID.String(), http.StatusOK, &versions)
	if versions.Count != 1 || versions.Rows[0].ID != "f141" {
		t.Errorf("versions of one customer: %+v", versions)
	}
	if got := one.Get("/apps/detected/" + key).Body.String(); !strings.Contains(got, "No version came or went") {
		t.Error("the page of a program does not say that nothing changed")
	}
	f.ReadDetectedApps(t, fabrikam.ID, f.Now, chrome("f142", "142.0<b>", 1), chrome("f141", "141.0", 4))
	if got := all.Get("/apps/detected/" + key).Body.String(); !strings.Contains(got, "142.0&lt;b&gt; appeared, on 1 device") || !strings.Contains(got, "Between the readings of") {
		t.Error("the timeline of a program does not show the version that appeared")
	}
	if got := one.Get("/apps/detected/" + key).Body.String(); strings.Contains(got, "142.0") {
		t.Error("the timeline shows another customer's version")
	}
	f.ReadDetectedApps(t, fabrikam.ID, f.Now, chrome("f141", "141.0", 5))
	if csv := one.Get("/apps/detected?format=csv").Body.String(); !strings.Contains(csv, "'=evil") || strings.Count(csv, "\n") != 3 {
		t.Errorf("CSV:\n%s", csv)
	}
	if csv := one.Get("/apps/detected/" + key + "?format=csv").Body.String(); strings.Contains(csv, "Fabrikam") || !strings.Contains(csv, "9.5") {
		t.Errorf("CSV of versions:\n%s", csv)
	}
	var v versionView
	one.JSON(at1+"/"+key+"/c141", http.StatusOK, &v)
	if len(v.Having) != 1 || v.DevicesAsOf == nil || v.Having[0].URL != "/t/"+contoso.ID.String()+"/devices/d1" {
		t.Errorf("devices of a version: %+v", v)
	}
	one.JSON(at1+"/"+key+"/c9", http.StatusOK, &v)
	if v.Trouble == nil || v.Trouble.Kind != "permission" {
		t.Errorf("devices that may not be read: %+v", v)
	}
	if got := one.Get(at1 + "/" + key + "/c9").Body.String(); !strings.Contains(got, "may not read this") || strings.Contains(got, "names no device") {
		t.Error("what is unknown must not read like none")
	}
	for _, path := range []string{at2, at2 + "/" + key, at2 + "/" + key + "/f141", at1 + "/" + key + "/f141", at1 + "/" + key + "/%00", at1 + "/ffff", "/apps/detected/ffff", "/apps/detected/" + key + "/c141", at1 + "/ffff/c141"} {
		if got := one.Get(path); got.Code != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got.Code)
		}
		one.JSON(path, http.StatusNotFound, nil)
	}
	for _, path := range []string{"/apps/detected?sort=secret", "/apps/detected?platform=BeOS", "/apps/detected?after=x", "/apps/detected/" + key + "?after=x", "/apps/detected/" + key + "?sort=publisher", "/apps/detected?customer=x"} {
		if got := one.Get(path); got.Code != http.StatusBadRequest {
			t.Errorf("GET %s: status %d, want 400", path, got.Code)
		}
	}
}

func TestGoldenVersion(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	read := graphsync.Freshness{Dataset: graphsync.DetectedApps, State: graphsync.Complete, Tenants: 1, Read: 1, Fresh: 1, AsOf: now.Add(-3 * time.Hour)}
	hostile := detectedapp.Device{ID: "d/1?", Name: "<script>x</script>", OS: "<b>"}
	for name, devices := range map[string]graphsync.LiveReading[detectedapp.Devices]{
		"none":    {ReadAt: now, Now: true},
		"one":     {ReadAt: now.Add(-5 * time.Minute), Value: detectedapp.Devices{Devices: []detectedapp.Device{hostile}, Cut: true}},
		"unknown": {Trouble: graphsync.Trouble{Kind: "timeout", Sentence: "Microsoft Graph did not answer in time.", At: now, RequestID: "r-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			of := detectedapp.Version{Tenant: contoso.ID, TenantName: "Contoso", ID: "a/1?", Key: "k", Name: "<i>Tool", Version: "1.0", Platform: "windows", Devices: 3, Size: 1_640_000, FirstSeenAt: now.AddDate(0, -1, 0)}
			webtest.Golden(t, versionBody(newVersionView(m, of, devices, read, now)))
		})
	}
}
