package devices

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

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
}

func (o *orders) Order(_ context.Context, _ tenant.Person, ask deviceaction.Ask, set []deviceaction.Device, as map[tenant.ID]string) (int64, error) {
	o.kind, o.devices, o.as = ask.Kind.Name, nil, as
	for _, d := range set {
		o.devices = append(o.devices, d.ID)
	}
	slices.Sort(o.devices)
	return 7, nil
}

// TestBulk: devices are ticked or all that match, counted by customer, frozen, and ordered unless they changed.
func TestBulk(t *testing.T) {
	f, contoso, fabrikam, _ := twoTenants(t)
	o := &orders{}
	mount := func(r page.Router) {
		(&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}}).Mount(r)
		(&Bulk{Devices: f.Devices, Orders: o}).Mount(r)
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
		for name, form := range map[string]url.Values{"nothing": tick("sync"), "a wipe": tick("wipe", one), "too many": tick("sync", slices.Repeat([]string{one}, 401)...)} {
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
	for _, want := range []string{"Restart: 2 devices?", "Left out until you sign in there", "The device is not supervised.", "Restart 2 devices", `name="was" value="` + contoso.ID.String() + ` 2"`} {
		if !strings.Contains(html, want) {
			t.Errorf("the confirmation lacks %q", want)
		}
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
	if got := c.Get("/devices/actions?os=Windows"); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), "kind=scan&amp;os=Windows") {
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
	m := tenant.Membership{Person: technician}
	for name, found := range map[string][]device.Device{"some": {pc, theirs, phone}, "none": {phone}} {
		v, err := newBulk(m, c, url.Values{"kind": {"scan"}, "reason": {"<u>"}}, found)
		if err != nil {
			t.Fatal(err)
		}
		v.nonce = "n"
		t.Run(name, func(t *testing.T) { webtest.Golden(t, bulkBody(v)) })
	}
}
