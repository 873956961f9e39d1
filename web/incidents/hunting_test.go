package incidents

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/webtest"
)

// hunter is Microsoft with one result, which counts what it is asked.
type hunter struct {
	found  incident.Found
	refuse error
	asked  int
	after  chan struct{} // answers only once it is closed; nil: at once
}

func (h *hunter) Ask(context.Context, tenant.Person, string, tenant.ID, incident.Question) (incident.Found, error) {
	h.asked++
	return h.found, h.refuse
}

func rowsFound() incident.Found {
	return incident.Found{Columns: []incident.Column{{Name: "Timestamp", Type: "DateTime"}, {Name: "DeviceName", Type: "String"}, {Name: "AadDeviceId", Type: "String"}, {Name: "IsLocalAdmin", Type: "SByte"}}, Rows: [][]string{
		{"2026-11-20T05:06:07.1234567Z", "ctn-0014", strings.ToUpper(entraDevice), "1"}, {"", "=cmd|'/c calc'!A1", "", "0"},
	}}
}

func TestHunting(t *testing.T) {
	f := webtest.NewFleet(t)
	contoso := f.Tenant(t, 1, "Contoso", "contoso.example")
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), device.Device{ID: "d1", Name: "CTN-0014", EntraDeviceID: entraDevice})
	who := technician
	var err error
	if who.StaffID, err = f.Tenants.CreateStaff(t.Context(), tenant.Staff{UPN: who.UPN, Role: who.Role, Reach: tenant.ReachAll}); err != nil {
		t.Fatal(err)
	}
	m := &hunter{found: rowsFound()}
	mount := (&Handler{Incidents: f.Incidents, Devices: f.Devices, Tenants: f.Tenants, Sync: f.Sync, Hunter: m, Queries: incident.NewQueries(f.Pool)}).Mount
	one := f.Serve(t, who, tenant.Only(contoso.ID), mount)
	at := "/t/" + contoso.ID.String() + huntPath
	asks := func(more ...string) url.Values {
		v := url.Values{"text": {"AlertInfo\n| tke 1"}, "days": {"7"}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	support := f.Serve(t, tenant.Person{Role: tenant.RoleSupport}, tenant.Only(contoso.ID), mount)
	for _, code := range []int{support.Get(at).Code, support.Post(at, asks()).Code, support.Post(at+"/queries", asks("query_name", "x")).Code} {
		if code != http.StatusForbidden {
			t.Errorf("support: status %d", code)
		}
	}
	if got := one.Post(at, asks()); got.Code != http.StatusSeeOther || m.asked != 0 || !strings.HasPrefix(got.Header().Get("Location"), "/signin?tenant=") {
		t.Errorf("not signed in: status %d to %s", got.Code, got.Header().Get("Location"))
	}
	one.SignIns = []page.SignIn{{Tenant: contoso, As: "tech@contoso.example", Until: f.Now.Add(time.Hour)}}
	var kept huntTwin
	if one.JSON(at, http.StatusOK, &kept); kept.Query != "AlertInfo\n| tke 1" || kept.Days != 7 || kept.Result != nil {
		t.Errorf("after the sign-in: %+v", kept)
	}
	if got := one.Post(at, asks()).Body.String(); !strings.Contains(got, `href="/t/`+contoso.ID.String()+`/devices/d1"`) || !strings.Contains(got, "2026-11-20 05:06:07") || !strings.Contains(got, "2 rows.") {
		t.Error("the result lacks its rows, or the way to the device")
	}
	if got := one.Post(at, asks("format", "csv")); got.Header().Get("Content-Type") != "text/csv; charset=utf-8" || strings.Contains(got.Body.String(), ",=cmd") || strings.Count(got.Body.String(), "\n") != 3 {
		t.Errorf("CSV: %s", got.Body)
	}
	asked := m.asked
	for name, form := range map[string]url.Values{"empty": asks("text", " "), "too long": asks("text", strings.Repeat("x", incident.MostQuery+1)), "too far back": asks("days", "31"), "no days": asks("days", "x")} {
		if got := one.Post(at, form); got.Code != http.StatusUnprocessableEntity || m.asked != asked {
			t.Errorf("%s: status %d", name, got.Code)
		}
	}
	for name, tc := range map[string]struct {
		refuse error
		status int
		want   string
	}{
		"no consent": {errs.ShowNext(errs.Forbidden, "Contoso has not consented.", "Ask."), 403, "Contoso has not consented."},
		"the limit":  {errs.ShowNext(errs.Unavailable, "Its limit is used up.", "Run it again in 40 seconds."), 503, "in 40 seconds"},
		"signed out": {tenant.NotSignedIn(contoso.ID), 401, "Your query is kept."},
		"own fault":  {context.Canceled, 500, "Something went wrong"},
	} {
		m.refuse = tc.refuse
		if got := one.Post(at, asks()); got.Code != tc.status || !strings.Contains(got.Body.String(), tc.want) {
			t.Errorf("%s: status %d", name, got.Code)
		}
	}
	if got := one.Post(at+"/queries", asks("query_name", "Mine", "shared", "1", "do", "new")); got.Code != http.StatusSeeOther || got.Header().Get("Location") != at+"?query=1" {
		t.Fatalf("save: status %d to %s", got.Code, got.Header().Get("Location"))
	}
	for name, tc := range map[string]struct {
		form url.Values
		want int
	}{
		"changed": {asks("query_name", "Mine", "do", "change", "opened", "1"), 303}, "same name": {asks("query_name", "mINE", "do", "new"), 422}, "no name": {asks("do", "new"), 422},
		"no such": {asks("query_name", "x", "do", "change", "opened", "99"), 404}, "no id": {asks("query_name", "x", "do", "change"), 404},
	} {
		if got := one.Post(at+"/queries", tc.form); got.Code != tc.want {
			t.Errorf("%s: status %d, want %d", name, got.Code, tc.want)
		}
	}
	m.refuse = nil
	if got := one.Post(at, asks("opened", "1")).Body.String(); !strings.Contains(got, "Save changes") || !strings.Contains(got, at+"/queries/1/delete") {
		t.Error("a saved query that was run cannot be changed any more")
	}
	for path, want := range map[string]int{at + "?query=1": 200, at + "?query=2": 404, at + "?example=0": 200, at + "?example=99": 404, huntPath: 200} {
		if got := one.Get(path); got.Code != want {
			t.Errorf("GET %s: status %d, want %d", path, got.Code, want)
		}
	}
	if got := one.Post(at+"/queries/1/delete", nil); got.Code != http.StatusSeeOther {
		t.Errorf("delete: status %d", got.Code)
	}
	if got := one.Post(at+"/queries/1/delete", nil); got.Code != http.StatusNotFound {
		t.Errorf("delete again: status %d", got.Code)
	}
}

func TestGoldenHunting(t *testing.T) {
	now := time.Date(2026, 11, 21, 2, 51, 44, 0, time.UTC)
	m := tenant.Membership{Tenant: tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso"}, Scope: tenant.Only(webtest.ID(t, 1)), Person: technician}
	m.Person.StaffID = 7
	fresh := huntView{m: m, asked: incident.Question{Days: 30}, faults: page.Faults{}}
	busy := fresh
	busy.in, busy.asked.Query = &page.SignIn{As: "<tech>@contoso.example"}, "DeviceInfo\n| take 2"
	busy.saved = []incident.Query{{ID: 1, Staff: 7, Name: "Mine", Text: "x"}, {ID: 2, Name: "<b>", Description: strings.Repeat("long ", 50), Text: "x", Shared: true}}
	busy.opened = busy.saved[0]
	found := rowsFound()
	busy.result = &result{Columns: found.Columns, Rows: found.Rows, Count: 100_000, Full: true, Older: true, urls: map[string]string{entraDevice: "/t/x/devices/d1"}, now: now}
	wrong := busy
	wrong.saved, wrong.opened, wrong.result = nil, incident.Query{}, nil
	wrong.failed, wrong.unread = &ui.Banner{Kind: "bad", Title: "Microsoft could not run the query."}, &incident.Unread{Message: "Query could not be parsed at '<x>'", Line: 2, Column: 3}
	nothing := busy
	nothing.saved, nothing.opened, nothing.result = nil, incident.Query{}, &result{}
	for name, v := range map[string]huntView{"empty": fresh, "busy": busy, "wrong": wrong, "nothing": nothing} {
		t.Run(name, func(t *testing.T) { webtest.Golden(t, huntBody(v)) })
	}
}
