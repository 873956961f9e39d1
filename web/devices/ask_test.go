package devices

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/webtest"
)

// microsoft is a Graph that answers everything alike, and the sign-in of the person there.
type microsoft struct {
	client   *graph.Client
	status   int
	approval string // code of an approval that it asks for
	sent     []string
	bodies   []string
	ended    bool // the sign-in
}

func newMicrosoft(t *testing.T) *microsoft {
	ms := &microsoft{status: http.StatusNoContent}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ms.sent = append(ms.sent, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/v1.0/deviceManagement/managedDevices"))
		w.Header().Set("request-id", "5b1f0000-0000-4000-8000-00000000c204")
		if r.Method != http.MethodGet {
			body, _ := io.ReadAll(r.Body)
			ms.bodies = append(ms.bodies, string(body))
		}
		if ms.approval != "" {
			w.Header().Set("x-msft-approval-code", ms.approval)
		}
		w.WriteHeader(ms.status)
		if ms.status >= http.StatusBadRequest && len(ms.bodies) > 0 { // which quotes what it was sent
			json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": "Refused", "message": ms.bodies[len(ms.bodies)-1]}})
		}
	}))
	t.Cleanup(server.Close)
	var err error
	if ms.client, err = graph.New(server.URL, ms, graph.Options{}); err != nil {
		t.Fatal(err)
	}
	return ms
}

func (ms *microsoft) Token(context.Context, tenant.ID) (string, error) { return "of the portal", nil }
func (ms *microsoft) Forget(tenant.ID)                                 {}

func (ms *microsoft) As(_ context.Context, tid tenant.ID, _ ...string) (graph.Person, error) {
	if ms.ended {
		return graph.Person{}, tenant.NeedSignIn(tid, "Microsoft has ended your sign-in at this tenant.", "Sign in there again.")
	}
	return ms.client.As(tid, "of the person"), nil
}

// TestAsk: an action is confirmed on a page of its own, sent once, and followed; what cannot be sent is said there and nothing is.
func TestAsk(t *testing.T) {
	f, contoso, fabrikam, _ := twoTenants(t)
	ms := newMicrosoft(t)
	store := deviceaction.NewStore(f.Pool, audit.NewStore(f.Pool))
	mount := func(r page.Router) {
		(&Handler{Devices: f.Devices, Sync: f.Sync, Policies: cloud{}, Actions: store}).Mount(r)
		acts := &deviceaction.Acts{Who: ms, Graph: ms.client, Store: store, Now: func() time.Time { return f.Now }}
		(&Asker{Devices: f.Devices, Actions: store, Acts: acts, Explain: func(_ *http.Request, _ error, back string) string { return "/explained?" + back }}).Mount(r)
	}
	who := technician
	who.Tenant, who.ObjectID = contoso.ID, "aaaaaaaa-0000-4000-8000-00000000000a"
	c, board := f.Serve(t, who, tenant.Only(contoso.ID), mount), f.Serve(t, support, tenant.Everything(), mount)
	one := "/t/" + contoso.ID.String() + "/devices/d1"
	at := one + "/actions/"

	got := c.Get(at + "restart?reason=Slow").Body.String()
	if back := url.QueryEscape(at + "restart?reason=Slow"); !strings.Contains(got, "You are not signed in at Contoso") || !strings.Contains(got, back) || strings.Contains(got, `method="post" action="/t/`) {
		t.Error("who is not signed in there is not led there and back to the same confirmation")
	}
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: f.Now.Add(time.Hour)}}
	form := func(more ...string) url.Values {
		v := url.Values{"nonce": {nonceOf(t, c.Get(at+"update-signatures").Body.String())}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	posts := func(path string, form url.Values, status int, words ...string) string {
		t.Helper()
		got := c.Post(path, form)
		if got.Code != status {
			t.Errorf("POST %s: %d, want %d", path, got.Code, status)
		}
		for _, w := range words {
			if !strings.Contains(got.Body.String(), w) {
				t.Errorf("POST %s lacks %q", path, w)
			}
		}
		return got.Header().Get("Location")
	}
	got = c.Get(at + "restart").Body.String()
	for _, want := range []string{"Restart this device?", "SN-d1", "Contoso’s own log will show it as done by d.kranz@firstup.example", "Company; used by CTO-1@contoso.example"} {
		if !strings.Contains(got, want) {
			t.Errorf("the confirmation lacks %q", want)
		}
	}
	for path, want := range map[string]int{
		at + "dance": 404, one + "x/actions/restart": 404, "/devices/d1/actions/restart": 404, "/t/" + fabrikam.ID.String() + "/devices/f1/actions/restart": 404,
		"/t/" + contoso.ID.String() + "/devices/f1/actions/restart": 404, at + "%00": 404,
	} {
		if got := c.Get(path); got.Code != want {
			t.Errorf("GET %s: %d, want %d", path, got.Code, want)
		}
		posts(path, form(), want)
	}
	for _, k := range deviceaction.Kinds {
		if get, post := board.Get(at+k.Name), board.Post(at+k.Name, form()); get.Code != http.StatusForbidden || post.Code != http.StatusForbidden {
			t.Errorf("support at %s: %d, %d", k.Name, get.Code, post.Code)
		}
	}
	posts(at+"lock", form(), http.StatusConflict, "Windows does not support this.")
	posts(at+"rename", form("name", "much-too-long-for-windows"), http.StatusUnprocessableEntity, "at most 15 characters")
	posts(at+"rename", form("name", "12345"), http.StatusUnprocessableEntity, "not digits alone")
	posts(at+"owner", form("owner", "nobody"), http.StatusUnprocessableEntity, "Choose one.")
	posts(at+"notify", form(), http.StatusConflict, "Windows does not support this.")
	posts(at+"client", form("client", "wakeUpClient"), http.StatusConflict, "beside Intune")
	posts(at+"restart", url.Values{}, http.StatusUnprocessableEntity, "Send it once more")
	posts(at+"restart", form("reason", strings.Repeat("é", 201)), http.StatusUnprocessableEntity, "at most 200 characters")
	ms.ended = true
	posts(at+"restart", form("reason", "Slow"), http.StatusUnauthorized, "Microsoft has ended your sign-in", url.QueryEscape(at+"restart?reason=Slow"))
	ms.ended = false
	if n := len(ms.sent); n != 0 {
		t.Fatalf("sent %v before anything could be", ms.sent)
	}

	f1 := form("reason", "Slow, ticket 48213")
	first := posts(at+"restart", f1, http.StatusSeeOther)
	if again := posts(at+"restart", f1, http.StatusSeeOther); again != first || len(ms.sent) != 1 || ms.sent[0] != "POST /d1/rebootNow" {
		t.Errorf("the same form leads to %s and %s, sent %v", first, again, ms.sent)
	}
	posts(at+"restart", form(), http.StatusConflict, "under way on this device already", first)
	got = c.Get(one).Body.String()
	for _, want := range []string{"Asked for here", "Waits for the device", "asked for Restart", "Slow, ticket 48213", "Asked for already; it is under way.", `hx-trigger="every 10s"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the device's page lacks %q", want)
		}
	}
	ms.status = http.StatusForbidden
	posts(at+"sync", form(), http.StatusForbidden, "Microsoft does not let you do this.", "SyncDevice", `href="/explained?`+at+`sync"`)
	ms.status = http.StatusServiceUnavailable
	posts(at+"notes", form("notes", "Lent"), http.StatusSeeOther)
	posts(at+"scan", form("scan", "full"), http.StatusSeeOther)
	of, err := store.Of(t.Context(), deviceaction.Device{Tenant: contoso.ID, Serial: "SN-d1"}, 10)
	if err != nil || len(of) != 4 || of[0].State != deviceaction.Unknown || !of[0].Options.Full || of[2].State != deviceaction.Failed {
		t.Errorf("kept: %+v, %v", of, err)
	}
}

// brakes answers as it is told.
type brakes struct{ says deviceaction.Decision }

func (b *brakes) Preview(context.Context, tenant.Person, deviceaction.Order) (deviceaction.Decision, error) {
	return b.says, nil
}

func (b *brakes) Ask(context.Context, tenant.Person, deviceaction.Order, string) (deviceaction.Decision, error) {
	d := b.says
	d.Spend = func(context.Context, deviceaction.Action) error { return nil }
	return d, nil
}

func (b *brakes) GiveBack(context.Context, deviceaction.Action, bool) error { return nil }

func (b *brakes) Over(context.Context, []int64) (map[int64]string, error) { return nil, nil }

func (b *brakes) Withdraw(context.Context, tenant.Person, int64, string) error { return nil }

// TestAskToWipe: the serial is typed, the budget shown, and what a second person must approve is asked and not sent.
func TestAskToWipe(t *testing.T) {
	f, contoso, _, _ := twoTenants(t)
	ms, b := newMicrosoft(t), &brakes{says: deviceaction.Decision{Granted: true, Sentence: "This is within what you may do alone.", Measures: []deviceaction.Measure{{Label: "One person in an hour", Used: 1, This: 1, Limit: 5}}}}
	store := deviceaction.NewStore(f.Pool, audit.NewStore(f.Pool))
	acts := &deviceaction.Acts{Who: ms, Graph: ms.client, Store: store, Brake: b, Now: func() time.Time { return f.Now }}
	who := technician
	who.Tenant, who.ObjectID = contoso.ID, "aaaaaaaa-0000-4000-8000-00000000000a"
	c := f.Serve(t, who, tenant.Only(contoso.ID), (&Asker{Devices: f.Devices, Actions: store, Acts: acts}).Mount)
	c.SignIns = []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: f.Now.Add(time.Hour)}}
	at := func(device, kind string) string {
		return "/t/" + contoso.ID.String() + "/devices/" + device + "/actions/" + kind
	}
	posts := func(path, typed, reason string, status int, words ...string) {
		t.Helper()
		got := c.Post(path, url.Values{"nonce": {nonceOf(t, c.Get(at("d2", "sync")).Body.String())}, "typed": {typed}, "reason": {reason}})
		if got.Code != status {
			t.Errorf("%s with %q: %d, want %d", path, typed, got.Code, status)
		}
		for _, w := range words {
			if !strings.Contains(got.Body.String(), w) {
				t.Errorf("%s with %q lacks %q", path, typed, w)
			}
		}
	}
	if got := c.Get(at("d1", "wipe")).Body.String(); !strings.Contains(got, "Blast radius") || !strings.Contains(got, "2 of 5") || !strings.Contains(got, "Nothing, factory state") || !strings.Contains(got, "Type the serial number to confirm") {
		t.Error("the confirmation of a wipe lacks the budget, its options or the serial")
	}
	posts(at("d1", "wipe"), "SN-d", "Stolen", http.StatusUnprocessableEntity, "One character is missing: it has 5, you typed 4.")
	posts(at("d1", "wipe"), "SN-d1-and-more", "Stolen", http.StatusUnprocessableEntity, "It has 5 characters, you typed 14.")
	posts(at("d1", "wipe"), "SN-d2", "Stolen", http.StatusUnprocessableEntity, "It differs from character 5 on.")
	posts(at("d1", "wipe"), "SN-d1", "", http.StatusUnprocessableEntity, "Say why.")
	b.says.SignInAt, b.says.Granted = contoso.ID, false
	posts(at("d1", "wipe"), "SN-d1", "Stolen", http.StatusUnauthorized, "Sign in again")
	b.says = deviceaction.Decision{Sentence: "Destructive acts are stopped."}
	posts(at("d1", "wipe"), "SN-d1", "Stolen", http.StatusConflict, "Destructive acts are stopped.")
	if len(ms.sent) != 0 {
		t.Fatalf("sent %v before anything could be", ms.sent)
	}
	b.says = deviceaction.Decision{Waits: true, ID: 3, Sentence: "A second person must approve this.", Measures: []deviceaction.Measure{{Label: "One customer in an hour", Used: 2, This: 1, Limit: 2}}, Why: []string{"This would make 3 devices."}}
	if got := c.Get(at("d1", "retire")).Body.String(); !strings.Contains(got, "Ask to retire 1 device") || !strings.Contains(got, "Second person approves") {
		t.Error("the confirmation does not say that a second person must approve")
	}
	posts(at("d1", "retire"), "SN-d1", "Stolen", http.StatusSeeOther)
	if len(ms.sent) != 0 {
		t.Errorf("sent %v before anybody approved", ms.sent)
	}
	b.says = deviceaction.Decision{Granted: true, ID: 4}
	posts(at("d1", "wipe"), "SN-d1", "Stolen, ticket 48213", http.StatusSeeOther)
	if len(ms.sent) != 1 || ms.sent[0] != "POST /d1/wipe" || strings.Contains(ms.bodies[0], "persistEsimDataPlan") {
		t.Errorf("sent %v %v", ms.sent, ms.bodies)
	}
	if got := c.Get(at("d3", "wipe")).Body.String(); !strings.Contains(got, "eSIM data plan") || strings.Contains(got, "factory state") {
		t.Error("the confirmation of a phone's wipe lacks its data plan, or offers what only Windows keeps")
	}
	posts(at("d3", "wipe"), "d3", "Stolen", http.StatusSeeOther)
	if len(ms.bodies) != 2 || !strings.Contains(ms.bodies[1], `"persistEsimDataPlan":true`) {
		t.Errorf("sent %v", ms.bodies)
	}
}

func nonceOf(t *testing.T, html string) string {
	t.Helper()
	m := regexp.MustCompile(`name="nonce" value="([^"]+)"`).FindStringSubmatch(html)
	if m == nil {
		t.Fatal("the page has no form to send")
	}
	return m[1]
}

func TestGoldenAsk(t *testing.T) {
	contoso := tenant.Tenant{ID: webtest.ID(t, 1), DisplayName: "Contoso", DefaultDomain: "contoso.example", Mark: -1}
	m := tenant.Membership{Person: technician, Scope: tenant.Only(contoso.ID), Tenant: contoso}
	c := page.Chrome{Now: now, SignIns: []page.SignIn{{Tenant: contoso, As: "d.kranz@firstup.example", Until: now.Add(time.Hour)}}}
	phone := device.Device{Tenant: contoso.ID, ID: "p1", Name: `<script>"x"</script>`, OS: "iOS", Supervised: true, Ownership: "company", LastSyncAt: now.AddDate(0, 0, -40)}
	pc := laptop("d1", "CTO-1", now.Add(-time.Hour))
	pc.Tenant, pc.Category = contoso.ID, "Office"
	hub := pc
	hub.Model, hub.UPN = "Surface Hub 2S", ""
	for name, v := range map[string]askView{
		"restart":   {device: pc},
		"lost-mode": {device: phone, faults: page.Faults{"message": "Enter a message or a phone number, so that who finds the device can call.", "reason": "Write at most 200 characters."}},
		"category":  {device: pc, categories: []device.Category{{ID: "c1", Name: "Office"}, {ID: "c2", Name: "<b>"}}},
		"notify":    {device: phone, faults: page.Faults{"title": "Enter a title of at most 50 characters."}}, "lost-sound": {device: phone}, "client": {device: pc, faults: page.Faults{"client": "Choose one."}},
		"refused": {device: pc, not: "Windows does not support this."},
		"hub":     {device: hub, faults: page.Faults{"email": "Enter the address of the account, such as boardroom@contoso.com.", "secret": "Enter it once more: it is kept nowhere."}},
		"hub-in":  {device: hub, signIn: "/signin"},
	} {
		v.m, v.chrome, v.form, v.nonce, v.as = m, c, url.Values{}, "n", "d.kranz@firstup.example"
		v.kind, _ = deviceaction.KindOf(map[string]string{"restart": "restart", "lost-mode": "lost-mode-on", "category": "category", "refused": "lock", "notify": "notify", "lost-sound": "lost-sound", "client": "client", "hub": "hub-account", "hub-in": "hub-account"}[name])
		t.Run(name, func(t *testing.T) { webtest.Golden(t, askBody(v)) })
	}
}
