package devices

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// withLogs is Intune with the diagnostics of one device, and the address that it makes.
type withLogs struct {
	alone
	Acts
	logs   graphsync.LiveReading[[]device.Log]
	refuse error
}

func (s *withLogs) Logs(context.Context, tenant.ID, string) (graphsync.LiveReading[[]device.Log], error) {
	return s.logs, nil
}

func (s *withLogs) KeptLogs(context.Context, tenant.ID, string) (graphsync.LiveReading[[]device.Log], error) {
	return s.logs, nil
}

func (s *withLogs) LogAddress(_ context.Context, _ tenant.Person, _ deviceaction.Device, log, _ string) (string, error) {
	return "https://storage.example/" + log + "?sig=secret", s.refuse
}

func someLogs(now time.Time) graphsync.LiveReading[[]device.Log] {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	return graphsync.LiveReading[[]device.Log]{ReadAt: now, Now: true, Value: []device.Log{
		{ID: "t_d_1", State: "completed", By: "d.kranz@firstup.example", RequestedAt: ago(2 * time.Hour), ReceivedAt: ago(time.Hour), ExpiresAt: now.Add(27 * 24 * time.Hour), KB: 4711},
		{ID: "t_d_2", State: "pending", By: `<b>@"x`, RequestedAt: ago(3 * time.Hour), ExpiresAt: now.Add(27 * 24 * time.Hour)}, {ID: "t_d_3", State: "failed", RequestedAt: ago(4 * time.Hour)},
		{ID: "t_d_4", State: "completed", RequestedAt: ago(29 * 24 * time.Hour), ExpiresAt: ago(24 * time.Hour)}, {ID: "t_d_5", State: "quantum"},
	}}
}

// TestDiagnostics: listed as Microsoft tells them; what is ready leads on to Microsoft's storage by an address that only the answer's head has.
func TestDiagnostics(t *testing.T) {
	f, contoso, fabrikam, _ := twoTenants(t)
	s := &withLogs{alone: alone{}, logs: someLogs(f.Now)}
	mount := func(r page.Router) {
		(&Handler{Devices: f.Devices, Sync: f.Sync, Details: s}).Mount(r)
		(&Asker{Devices: f.Devices, Acts: s, Details: s}).Mount(r)
	}
	c, board := f.Serve(t, technician, tenant.Only(contoso.ID), mount), f.Serve(t, support, tenant.Everything(), mount)
	at := "/t/" + contoso.ID.String() + "/devices/d1/diagnostics"
	var v struct{ Diagnostics diagnostics }
	if c.JSON(at, http.StatusOK, &v); len(v.Diagnostics.List) != 5 || v.Diagnostics.List[3].StateName != "Expired" || v.Diagnostics.List[4].StateName != "Unknown" {
		t.Errorf("the list: %+v", v.Diagnostics)
	}
	if got := c.Get(at).Body.String(); strings.Count(got, `href="`+at+`/t_d_`) != 1 || !strings.Contains(got, at[:len(at)-len("diagnostics")]+"actions/diagnostics") {
		t.Error("not exactly what is ready can be downloaded, or no more can be collected")
	}
	if got := board.Get(at).Body.String(); strings.Contains(got, at+"/t_d_1") {
		t.Error("support is offered the download")
	}
	if got := c.Get(at + "/t_d_1"); got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header().Get("Location"), "/signin?tenant=") {
		t.Errorf("not signed in: %d to %s", got.Code, got.Header().Get("Location"))
	}
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: f.Now.Add(time.Hour)}}
	got := c.Get(at + "/t_d_1")
	for name, want := range map[string]string{"Location": "https://storage.example/t_d_1?sig=secret", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got.Header().Get(name) != want {
			t.Errorf("%s: %q", name, got.Header().Get(name))
		}
	}
	if got.Code != http.StatusSeeOther || got.Body.Len() != 0 {
		t.Errorf("the way on: %d %s", got.Code, got.Body)
	}
	for path, want := range map[string]int{at + "/t_d_2": 409, at + "/t_d_4": 409, at + "/none": 404, at + "/%00": 404, "/t/" + fabrikam.ID.String() + "/devices/f1/diagnostics/t_d_1": 404, "/devices/d1/diagnostics/t_d_1": 404} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	if got := board.Get(at + "/t_d_1"); got.Code != http.StatusForbidden {
		t.Errorf("support: %d", got.Code)
	}
	s.refuse = errs.Show(errs.Forbidden, "Microsoft does not let you do this.")
	if got := c.Get(at + "/t_d_1"); got.Code != http.StatusForbidden || got.Header().Get("Location") != "" || !strings.Contains(got.Body.String(), "does not let you") {
		t.Errorf("refused: %d", got.Code)
	}
}

func TestGoldenDiagnostics(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	pc := laptop("d1", "CTO-1", now.Add(-time.Hour))
	pc.Tenant = contoso.ID
	old := someLogs(now)
	old.Now, old.Trouble = false, graphsync.Trouble{Kind: "permission", Sentence: "The portal may not read this.", RequestID: "r-1", At: now}
	for name, l := range map[string]graphsync.LiveReading[[]device.Log]{"some": someLogs(now), "stale": old, "none": {ReadAt: now, Now: true}, "never": {}} {
		t.Run(name, func(t *testing.T) {
			webtest.Golden(t, diagnosticsState(newView(m, facts{device: pc, logs: l}, page.Chrome{Now: now})))
		})
	}
}
