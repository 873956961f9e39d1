package devices

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// orders keeps what was ordered.
type orders struct {
	kind    string
	devices []string
	as      map[tenant.ID]string
	ask     deviceaction.Ask
	says    deviceaction.Decision
}

func (o *orders) Preview(context.Context, tenant.Person, deviceaction.Ask, []deviceaction.Device) (deviceaction.Decision, error) {
	return o.says, nil
}

func (o *orders) Order(_ context.Context, _ tenant.Person, ask deviceaction.Ask, set []deviceaction.Device, as map[tenant.ID]string) (int64, error) {
	o.kind, o.devices, o.as, o.ask = ask.Kind.Name, nil, as, ask
	for _, d := range set {
		o.devices = append(o.devices, d.ID)
	}
	slices.Sort(o.devices)
	return 7, nil
}

// TestBulk: devices are ticked or all that match, counted by customer, frozen, and ordered unless they changed.
func TestBulk(t *testing.T) {
	f, contoso, fabrikam, _ := twoTenants(t)
	o, log := &orders{}, audit.NewStore(f.Pool)
	store, windows := deviceaction.NewStore(f.Pool, log), deviceaction.NewWindows(f.Pool, log)
	mount := func(r page.Router) {
		(&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount(r)
		(&Bulk{Devices: f.Devices, Actions: store, Windows: windows, Orders: o}).Mount(r)
	}
	c := f.Serve(t, technician, tenant.Only(contoso.ID, fabrikam.ID), mount)
	board := f.Serve(t, support, tenant.Only(contoso.ID), mount)
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: f.Now.Add(time.Hour)}}
	if got := c.Get("/devices?pick=true").Body.String(); !strings.Contains(got, `value="`+contoso.ID.String()+`/d1"`) || !strings.Contains(got, `action="/devices/actions"`) {
		t.Error("devices cannot be ticked")
	}
	if got := board.Get("/devices?pick=true").Body.String(); strings.Contains(got, `action="/devices/actions"`) || strings.Contains(got, "Choose devices") {
		t.Error("support can tick devices")
	}
	tick := func(kind string, ids ...string) url.Values { return url.Values{"kind": {kind}, "id": ids} }
	one, two, phone, theirs := contoso.ID.String()+"/d1", contoso.ID.String()+"/d2", contoso.ID.String()+"/d3", fabrikam.ID.String()+"/f1"
	for _, path := range []string{"/devices/actions", "/devices/actions/order"} {
		if got := board.Post(path, tick("sync", one)); got.Code != http.StatusForbidden {
			t.Errorf("support posts to %s: %d", path, got.Code)
		}
		for name, form := range map[string]url.Values{"nothing": tick("sync"), "a single one’s": tick("locate", one), "too many": tick("sync", slices.Repeat([]string{one}, 401)...)} {
			if name == "too many" {
				for i := range form["id"] {
					form["id"][i] += strings.Repeat("x", i)[:i%50] + string(rune('a'+i%26)) + strings.Repeat("y", i/50)
				}
			}
			if got := c.Post(path, form); got.Code != http.StatusBadRequest && got.Code != http.StatusUnprocessableEntity {
				t.Errorf("%s to %s: %d", name, path, got.Code)
			}
		}
		if got := c.Post(path, tick("sync", "c0000000-0000-4000-8000-0000000000ff/d1")); got.Code != http.StatusNotFound {
			t.Errorf("a device of another tenant to %s: %d", path, got.Code)
		}
	}
	shown := c.Post("/devices/actions", tick("restart", one, two, phone, theirs))
	html := shown.Body.String()
	for _, want := range []string{"Restart: 2 devices?", "No: left out until you sign in", "The device is not supervised.", "Restart 2 devices", `name="was" value="` + contoso.ID.String() + ` 2"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the confirmation lacks %q", want)
		}
	}
	if got := c.Post("/devices/actions", tick("restart", one, strings.ToUpper(contoso.ID.String())+"/d1")).Body.String(); !strings.Contains(got, "Restart: 1 device?") {
		t.Error("a device that is named twice counts twice")
	}
	form := url.Values{"kind": {"restart"}, "id": {one, two}, "nonce": {nonceOf(t, html)}, "set": {between(html, `name="set" value="`)}, "was": {contoso.ID.String() + " 2"}}
	if got := c.Post("/devices/actions/order", form); got.Code != http.StatusSeeOther || got.Header().Get("Location") != "/actions/jobs/7" || strings.Join(o.devices, " ") != "d1 d2" || o.as[contoso.ID] != "d.kranz@firstup.example" {
		t.Errorf("ordered %+v, %d", o, got.Code)
	}
	o.devices = nil
	f.ReadDevices(t, contoso.ID, f.Now.Add(-time.Minute), laptop("d1", "CTO-1", f.Now.Add(-time.Hour)))
	if got := c.Post("/devices/actions/order", form); got.Code != http.StatusConflict || !strings.Contains(got.Body.String(), "Contoso: 2 devices then, 1 now.") || o.devices != nil {
		t.Errorf("a set that changed: %d, ordered %v", got.Code, o.devices)
	}
	o.says = deviceaction.Decision{Waits: true, Sentence: "A second person must approve this.", Why: []string{"This would make 2 devices."}, Measures: []deviceaction.Measure{{Label: "Contoso: this customer, within an hour", Used: 1, This: 1, Limit: 1}}}
	again := tick("wipe", one)
	html = c.Post("/devices/actions", again).Body.String()
	for _, want := range []string{"Wipe: 1 device?", "Blast radius", "A second person must approve this.", "Ask to wipe 1 device", "SN-d1", "Type the number of devices to confirm", "Nothing, factory state", "Contoso has no maintenance window."} {
		if !strings.Contains(html, want) {
			t.Errorf("the confirmation of a wipe lacks %q", want)
		}
	}
	wipe := func(more ...string) url.Values {
		v := url.Values{"kind": {"wipe"}, "id": {one}, "nonce": {nonceOf(t, html)}, "set": {between(html, `name="set" value="`)}, "reason": {"End of lease"}, "typed": {"1"}, "keep": {"enrolment"}, "plan": {"remove"}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	posts := func(form url.Values, status int, words string) {
		t.Helper()
		if got := c.Post("/devices/actions/order", form); got.Code != status || !strings.Contains(got.Body.String(), words) || o.devices != nil {
			t.Errorf("%v: %d without %q, ordered %v", form, got.Code, words, o.devices)
		}
	}
	posts(wipe("typed", "2"), http.StatusUnprocessableEntity, "Type the number of devices, 1.")
	posts(wipe("reason", " "), http.StatusUnprocessableEntity, "Say why.")
	posts(wipe("when", "windows"), http.StatusUnprocessableEntity, "Contoso has no maintenance window.")
	waits := o.says
	o.says = deviceaction.Decision{SignInAt: contoso.ID, Sentence: "Yours is older.", Next: "Sign in again."}
	posts(wipe(), http.StatusUnauthorized, url.QueryEscape("/devices/actions?id="+url.QueryEscape(one)+"&keep=enrolment&kind=wipe&plan=remove&reason=End+of+lease"))
	o.says = deviceaction.Decision{Sentence: "Destructive acts are stopped."}
	posts(wipe(), http.StatusConflict, "Destructive acts are stopped.")
	o.says = waits
	window := func(opens time.Time) {
		t.Helper()
		at := opens.UTC()
		w := deviceaction.Window{Days: []time.Weekday{at.Weekday()}, Opens: at.Hour()*60 + at.Minute(), Closes: (at.Hour()*60 + at.Minute() + 60) % 1440, Zone: "UTC"}
		if err := windows.Set(t.Context(), contoso.ID, w, technician, "q", f.Now); err != nil {
			t.Fatal(err)
		}
	}
	window(f.Now.Add(13 * time.Hour))
	posts(wipe("when", "windows"), http.StatusUnprocessableEntity, "Contoso’s opens more than 12 hours from now.")
	window(f.Now.Add(2 * time.Hour))
	if got := c.Post("/devices/actions/order", wipe("when", "windows")); got.Code != http.StatusSeeOther || o.kind != "wipe" || o.ask.Options.Label != "enrollment kept on Windows" || !o.ask.Windows || o.ask.Reason != "End of lease" {
		t.Errorf("asked for: %d, %+v", got.Code, o.ask)
	}
	for path, want := range map[string]int{"/devices/actions?kind=wipe&id=" + url.QueryEscape(one): 200, "/devices/actions?kind=wipe&id=x": 404, "/devices/actions?kind=wipe&job=7": 404, "/devices/actions?kind=wipe&job=x": 404, "/devices/actions?kind=locate&id=" + url.QueryEscape(one): 400, "/devices/actions?id=" + url.QueryEscape(one): 400} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
	}
	if got := c.Get("/devices/actions?os=Linux"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "No device matches.") || strings.Contains(got.Body.String(), "kind=scan") {
		t.Errorf("none to act on: %d %.3000s", got.Code, got.Body)
	}
	if got := c.Get("/devices/actions?sort=password"); got.Code != http.StatusBadRequest {
		t.Errorf("an unknown order: %d", got.Code)
	}
	if got := c.Get("/devices/actions?os=Windows"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "kind=scan&amp;os=Windows") || !strings.Contains(got.Body.String(), "2 devices match.") {
		t.Errorf("all that match, without a choice: %d", got.Code)
	}
	if got := c.Get("/devices/actions?os=Windows&kind=scan").Body.String(); !strings.Contains(got, "Defender scan: 1 device?") {
		t.Error("all that match are not found")
	}
	if got := c.Get("/devices/actions?kind=scan&sort=password"); got.Code != http.StatusBadRequest {
		t.Errorf("a bad filter: %d", got.Code)
	}
}

func between(html, before string) string {
	_, rest, _ := strings.Cut(html, before)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestGoldenBulk(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: `<b>"Contoso"`, DefaultDomain: "contoso.example", Mark: -1}
	c := page.Chrome{Now: now, SignIns: []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: now.Add(time.Hour)}}}
	pc, theirs := laptop("d1", "CTO-1", now), laptop("f1", "FBK-1", now)
	pc.Tenant, pc.TenantName, theirs.Tenant, theirs.TenantName = contoso.ID, contoso.DisplayName, webtest.ID(t, 2), "Fabrikam"
	phone := device.Device{Tenant: contoso.ID, TenantName: contoso.DisplayName, ID: "p", Name: "<i>", OS: "iOS"}
	older := pc
	older.ID, older.Name, older.LastSyncAt = "d0", "CTO-0", now.AddDate(0, -3, 0)
	m := tenant.Membership{Person: technician}
	windows := map[tenant.ID]deviceaction.Window{contoso.ID: {Days: []time.Weekday{time.Saturday}, Opens: 22 * 60, Closes: 240, Zone: "UTC"}}
	says := &deviceaction.Decision{Waits: true, Sentence: "A second person must approve this.", Why: []string{"<i>"}, Measures: []deviceaction.Measure{{Label: "<b>: within an hour", Used: 2, This: 2, Limit: 2}, {Label: "Everybody", Used: 2, This: 2, Limit: 20}}}
	for name, x := range map[string]struct {
		kind  string
		found []device.Device
		brake *deviceaction.Decision
	}{"twice": {"retire", []device.Device{older, pc}, says}, "some": {"scan", []device.Device{pc, theirs, phone}, nil}, "none": {"scan", []device.Device{phone}, nil}, "wipe": {"wipe", []device.Device{pc, phone}, says}} {
		k, _ := deviceaction.KindOf(x.kind)
		v := bulkView{m: m, now: now, set: newSet(k, c, x.found, nil, windows), form: url.Values{"reason": {"<u>"}}, nonce: "n", brake: x.brake, faults: page.Faults{}}
		for i := range v.set.parts {
			v.set.parts[i].lacks = name == "wipe"
		}
		t.Run(name, func(t *testing.T) { webtest.Golden(t, bulkBody(v)) })
	}
}
