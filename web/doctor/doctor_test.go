package doctor

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

var (
	technician = tenant.Person{Name: "Technician", UPN: "technician@firstup.example", Role: tenant.RoleTechnician}
	support    = tenant.Person{Name: "Support", UPN: "support@firstup.example", Role: tenant.RoleSupport}
)

// idle is a puller that is never called: the tests start no worker, so what is asked for stays in the queue.
type idle struct{}

func (idle) Pull(context.Context, tenant.ID, *graphsync.Run) error { panic("no worker runs") }

// ill is a fleet in which Contoso's apps could not be read, with a hostile answer of Microsoft's.
func ill(t *testing.T) (f *webtest.Fleet, contoso, fabrikam tenant.Tenant) {
	t.Helper()
	f = webtest.NewFleet(t)
	var err error
	if f.Sync, err = graphsync.New(f.Pool, graphsync.Table().With(graphsync.Devices, idle{}).With(graphsync.Apps, idle{}), graphsync.Options{Now: func() time.Time { return f.Now }}); err != nil {
		t.Fatal(err)
	}
	contoso, fabrikam = f.Tenant(t, 1, "Contoso", "contoso.example"), f.Tenant(t, 2, "Fabrikam", "fabrikam.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-3*time.Minute), device.Device{ID: "d1", Name: "CTO-1"})
	f.FailRead(t, contoso.ID, graphsync.Apps, "permission", "A permission is missing.")
	f.FailRead(t, contoso.ID, graphsync.Policies, "internal", "The portal could not store what it read.")
	f.FailRead(t, fabrikam.ID, graphsync.Apps, "permission", "A permission is missing.")
	at := f.Now.Add(-50 * time.Minute)
	keep(t, f, contoso.ID, graphsync.Diagnosis{
		Layer: "scope", Verdict: "DeviceManagementApps.Read.All is not granted in this tenant.", Who: "customer", Remedy: "An administrator of the customer opens a new consent link.",
		Useless: "Another role for the person.", Confidence: "likely", Cause: "scope-missing", Permission: "DeviceManagementApps.Read.All", Proof: "A new read of the grants shows the permission.",
		Layers: []graphsync.Layer{
			{Layer: "network", State: "passed", Evidence: "Microsoft answered 403.", At: f.Now}, {Layer: "scope", State: "failed", Evidence: "DeviceManagementApps.Read.All is not granted.", At: at},
			{Layer: "licence", State: "unknown", Evidence: "The licences were not read."}, {Layer: "role", State: "unneeded", Evidence: "The program needs no role."},
		},
		Answer: &graphsync.Answer{Status: 403, Code: "Forbidden", Path: "/v1.0/deviceAppManagement/mobileApps", Text: `</pre><script>alert("x")</script>`},
	})
	return f, contoso, fabrikam
}

func keep(t *testing.T, f *webtest.Fleet, tid tenant.ID, d graphsync.Diagnosis) {
	t.Helper()
	body, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Pool.In(tid).Exec(t.Context(), `UPDATE sync_state SET diagnosis = $2 WHERE tenant_id = $1 AND dataset = 'apps'`, tid, string(body)); err != nil {
		t.Fatal(err)
	}
}

func TestDoctor(t *testing.T) {
	f, contoso, fabrikam := ill(t)
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Sync: f.Sync}).MountTenant)
	base := "/t/" + contoso.ID.String() + "/doctor/"

	b := c.Get(base + "apps").Body.String()
	for _, want := range []string{
		"DeviceManagementApps.Read.All is not granted in this tenant.", "What would not help: another role for the person.", "An administrator of the customer.", "Your company has not given us the permission DeviceManagementApps.Read.All.", `lang="en"`, "Deutsch",
		"Likely. It fits", "A new read of the grants shows the permission.", "never read", "50 min ago", "Microsoft answers", "&lt;/pre&gt;&lt;script&gt;", "403 Forbidden", `method="post"`,
	} {
		if !strings.Contains(b, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if b := c.Get(base + "apps?lang=de").Body.String(); !strings.Contains(b, `lang="de"`) || !strings.Contains(b, "Ihr Unternehmen hat uns die Berechtigung DeviceManagementApps.Read.All nicht gegeben.") {
		t.Error("the message is not in German")
	}
	if strings.Contains(b, "<script>alert") {
		t.Error("Microsoft's words are markup")
	}

	var v view
	c.JSON(base+"apps", http.StatusOK, &v)
	if v.Diagnosis == nil || len(v.Diagnosis.Layers) != 4 || v.Diagnosis.Answer.Status != 403 || v.State != "failed" || v.FailedAt == nil || v.AsOf != nil {
		t.Errorf("%+v", v)
	}
	for name, want := range map[string]string{"devices": "There is nothing to explain.", "policies": "What is behind it was not found out"} {
		if b := c.Get(base + name).Body.String(); !strings.Contains(b, want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
	for _, path := range []string{base + "nonsense", base + "autopilot", "/t/" + fabrikam.ID.String() + "/doctor/apps"} { // unknown, nothing known of it, out of reach
		for _, format := range []string{"", "?format=json"} {
			if w := c.Get(path + format); w.Code != http.StatusNotFound {
				t.Errorf("GET %s%s: %d", path, format, w.Code)
			}
		}
		if w := c.Post(path, url.Values{}); w.Code != http.StatusNotFound {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
}

// TestUnknown: what is not known is dashed, and never red.
func TestUnknown(t *testing.T) {
	f, contoso, _ := ill(t)
	keep(t, f, contoso.ID, graphsync.Diagnosis{Layer: "unknown", Verdict: "We do not know why Microsoft refused this.", Who: "unknown", Remedy: "Read the grants again.", Confidence: "unsure"})
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Sync: f.Sync}).MountTenant)
	b := c.Get("/t/" + contoso.ID.String() + "/doctor/apps").Body.String()
	if !strings.Contains(b, "We do not know why") || !strings.Contains(b, "Several causes look like this.") || strings.Contains(b, "banner bad") {
		t.Error(b)
	}
}

func TestTryAgain(t *testing.T) {
	f, contoso, _ := ill(t)
	path := "/t/" + contoso.ID.String() + "/doctor/apps"
	s := f.Serve(t, support, tenant.Only(contoso.ID), (&Handler{Sync: f.Sync}).MountTenant)
	if b := s.Get(path).Body.String(); !strings.Contains(b, "is not granted") || strings.Contains(b, "Try again") {
		t.Error("support staff see the page without its form")
	}
	if w := s.Post(path, url.Values{}); w.Code != http.StatusForbidden {
		t.Errorf("support: %d", w.Code)
	}
	if n := queued(t, f, contoso.ID); n != 0 {
		t.Errorf("%d reads were asked for", n)
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID), (&Handler{Sync: f.Sync}).MountTenant)
	if w := c.Post(path, url.Values{}); w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
		t.Errorf("%d to %s", w.Code, w.Header().Get("Location"))
	}
	if n := queued(t, f, contoso.ID); n != 1 {
		t.Errorf("%d reads were asked for", n)
	}
}

func queued(t *testing.T, f *webtest.Fleet, tid tenant.ID) (n int) {
	t.Helper()
	if err := f.Pool.Raw().QueryRow(t.Context(), `SELECT count(*) FROM river_job WHERE args->>'tenant_id' = $1 AND args->>'dataset' = 'apps'`, tid.String()).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
