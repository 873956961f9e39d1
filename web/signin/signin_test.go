package signin_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/me"
	"github.com/tenantry/tenantry/web/signin"
)

func TestOwnerSignsInAndOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	if a := b.get("/devices?q=x"); a.url.Path != "/signin" || a.url.Query().Get("return") != "/devices?q=x" || !strings.Contains(a.body, "Sign in at "+s.cloud.World.Home().DisplayName) {
		t.Fatalf("signed out: %s %d", a.url, a.status)
	}
	a := b.signIn("/signin?tenant="+s.cloud.World.Home().ID+"&return="+url.QueryEscape("/devices?q=x"), s.owner())
	if a.status != 200 || a.url.RequestURI() != "/devices?q=x" || !strings.HasPrefix(a.body, "fleet for owner") {
		t.Fatalf("after sign-in: %s %d %.200s", a.url, a.status, a.body)
	}
	if a := b.get("/signin"); !strings.Contains(a.body, s.owner().UserPrincipalName) || !strings.Contains(a.body, "left") {
		t.Error("the sign-in page does not show who is signed in, and for how long")
	}
	if a := b.get("/signout"); a.status != 405 {
		t.Errorf("GET /signout: %d", a.status)
	}
	if a := b.do("POST", "/signout", url.Values{}, "Origin", "https://evil.test"); a.status != 403 {
		t.Errorf("30 POST /signout from elsewhere: %d", a.status)
	}
	if a := b.get("/devices"); !strings.HasPrefix(a.body, "fleet") {
		t.Fatal("30 somebody else's form signed the person out")
	}
	stolen := b.http.Jar.Cookies(mustURL(s.srv.URL))
	if a := b.do("POST", "/signout", url.Values{}); a.url.Path != "/signin" || a.status != 200 {
		t.Errorf("POST /signout: %s %d", a.url, a.status)
	}
	b.http.Jar.SetCookies(mustURL(s.srv.URL), stolen)
	if a := b.get("/devices"); a.url.Path != "/signin" {
		t.Error("the session lives on after sign-out")
	}
	records, err := s.audit.List(t.Context(), parse(s.cloud.World.Home().ID), audit.Filter{Limit: 10})
	if err != nil || len(records) == 0 {
		t.Errorf("nothing on record: %v, %v", records, err)
	}
	for _, secret := range []string{"code=", "state=", "refresh", s.cloud.World.App.ClientSecret, stolen[0].Value} {
		if strings.Contains(s.logged(), secret) {
			t.Errorf("26 the log holds %q", secret)
		}
	}
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

// 1, 2, 3, 4, 5, 23, 33: whatever is wrong with the answer is found before Microsoft is asked anything.
func TestHostileCallbacks(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	home, other := s.cloud.World.Home().ID, s.cloud.World.Tenants()[1].ID
	for _, tc := range []struct {
		name  string
		query func(state string) string
	}{
		{"3 state missing", func(string) string { return "code=x" }},
		{"3 state empty", func(string) string { return "code=x&state=" }},
		{"3 state unknown", func(string) string { return "code=x&state=" + strings.Repeat("A", 43) }},
		{"3 state of other form", func(st string) string { return "code=x&state=" + st[:42] + "%2B" }},
		{"3 state twice", func(st string) string { return "code=x&state=" + st + "&state=" + st }},
		{"3 state twice, the other first", func(st string) string { return "code=x&state=" + strings.Repeat("A", 43) + "&state=" + st }},
		{"23 state of 8 KB", func(string) string { return "code=x&state=" + strings.Repeat("A", 7<<10) }},
		{"23 code twice", func(st string) string { return "code=x&code=y&state=" + st }},
		{"23 code of 64 KB", func(st string) string { return "code=" + strings.Repeat("x", 64<<10) + "&state=" + st }},
		{"23 500 parameters", func(st string) string {
			q := "code=x&state=" + st
			for i := range 500 {
				q += fmt.Sprintf("&p%d=1", i)
			}
			return q
		}},
		{"23 damaged escape", func(st string) string { return "code=%zz&state=" + st }},
		{"code missing", func(st string) string { return "state=" + st }},
		{"code empty", func(st string) string { return "code=&state=" + st }},
		{"code with a line break", func(st string) string { return "code=a%0d%0ab&state=" + st }},
		{"33 code and error", func(st string) string { return "code=x&error=access_denied&state=" + st }},
		{"33 ID token in the query", func(st string) string { return "code=x&id_token=y&state=" + st }},
		{"33 access token in the query", func(st string) string { return "code=x&access_token=y&state=" + st }},
		{"1 iss of another tenant", func(st string) string {
			return "code=x&state=" + st + "&iss=" + url.QueryEscape(s.ms.URL+"/"+other+"/v2.0")
		}},
		{"1 iss of another host", func(st string) string {
			return "code=x&state=" + st + "&iss=" + url.QueryEscape("https://evil.test/"+home+"/v2.0")
		}},
		{"1 iss is the template", func(st string) string {
			return "code=x&state=" + st + "&iss=" + url.QueryEscape(s.ms.URL+"/{tenantid}/v2.0")
		}},
		{"1 iss empty", func(st string) string { return "code=x&iss=&state=" + st }},
		{"1 iss twice", func(st string) string {
			i := url.QueryEscape(s.ms.URL + "/" + home + "/v2.0")
			return "code=x&state=" + st + "&iss=" + i + "&iss=" + i
		}},
		{"1 iss in capitals", func(st string) string {
			return "code=x&state=" + st + "&iss=" + url.QueryEscape(s.ms.URL+"/"+strings.ToUpper(home)+"/v2.0")
		}},
		{"declined", func(st string) string {
			return "error=access_denied&error_description=AADSTS65004%3a+%3Cscript%3Ecanary&state=" + st
		}},
		{"27 text that is code", func(st string) string {
			return "error=%22%3E%3Cimg+src%3Dx%3Ecanary&error_description=%3Cscript%3Ecanary%1b%5b31m%0d%0a&state=" + st
		}},
	} {
		b := s.browser()
		state := b.authorize("/signin?tenant=" + home).Query().Get("state")
		s.requests()
		a := b.still().get("/auth/callback?" + tc.query(state))
		if a.status < 400 || a.status > 499 {
			t.Errorf("%s: %d", tc.name, a.status)
		}
		if asked := s.requests(); len(asked) > 0 {
			t.Errorf("%s: Microsoft was asked %v", tc.name, asked)
		}
		if strings.Contains(a.body, "canary") || strings.Contains(s.logged(), "canary") || a.heading() == "" {
			t.Errorf("%s: the page or the log repeats the input, or has no heading: %.300s", tc.name, a.body)
		}
		if a := b.get("/devices"); a.url.Path != "/signin" {
			t.Errorf("%s: somebody is signed in", tc.name)
		}
		// Spent, where the callback carried the state at all and could be read.
		if strings.Contains(tc.query(state), "state="+state) && !strings.Contains(tc.name, "damaged") && !strings.Contains(tc.name, "64 KB") && !strings.Contains(tc.name, "the other first") {
			if a := b.still().get("/auth/callback?code=x&state=" + state); a.status != 400 || len(s.requests()) > 0 {
				t.Errorf("%s: the state is good for a second try (%d)", tc.name, a.status)
			}
		}
	}
	b := s.browser()
	if a := b.do("POST", "/auth/callback", url.Values{"code": {"x"}, "state": {"y"}}); a.status != 405 {
		t.Errorf("33 POST: %d", a.status)
	}
	// A refusal names what an administrator finds it by, whether it came in the address or from the token endpoint.
	state := b.authorize("/signin?tenant=" + home).Query().Get("state")
	said := "AADSTS53003: canary\r\nTrace ID: canary\r\nCorrelation ID: 0b9c22d4-5c0b-43a6-92b6-7d8a4ad3a1f0\r\nTimestamp: 2026-11-21 02:51:44Z"
	a := b.still().get("/auth/callback?error=access_denied&state=" + state + "&error_description=" + url.QueryEscape(said))
	if a.status != 403 || !strings.Contains(a.body, "AADSTS53003, correlation id 0b9c22d4-5c0b-43a6-92b6-7d8a4ad3a1f0, 21 Nov 2026 02:51:44 UTC.") || strings.Contains(a.body, "canary") {
		t.Errorf("refused in the address: %d %.2000s", a.status, a.body)
	}
	back := b.stopped("/signin?tenant="+home, s.owner().SignInName, s.owner().Password)
	s.cloud.World.Faults.Add(world.Fault{Kind: "entraRefuses", Code: 53003})
	if a := b.still().get(back.RequestURI()); a.status != 403 || !strings.Contains(a.body, "Conditional Access") || !strings.Contains(a.body, "AADSTS53003, correlation id ") {
		t.Errorf("refused at the token endpoint: %d %.2000s", a.status, a.body)
	}
}

func TestAnotherBrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	home := s.cloud.World.Home().ID
	victim, attacker := s.browser(), s.browser()
	at := attacker.authorize("/signin?tenant=" + home)
	attacker.authorize("/signin?tenant=" + home)
	victim.authorize("/signin?tenant=" + home)
	s.requests()
	// 3 login CSRF: the attacker's own state in the victim's browser.
	if a := victim.still().get("/auth/callback?code=x&state=" + at.Query().Get("state")); a.status != 400 || len(s.requests()) != 0 {
		t.Errorf("another browser's state: %d", a.status)
	}
	if a := s.browser().still().get("/auth/callback?code=x&state=" + attacker.authorize("/signin?tenant="+home).Query().Get("state")); a.status != 400 {
		t.Errorf("no cookie: %d", a.status)
	}
}

// 2: a code that was given to another sign-in is refused by Microsoft for its PKCE, and nobody is signed in.
func TestInjectedCode(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	home := s.cloud.World.Home().ID
	victim, attacker := s.browser(), s.browser()
	// The victim's browser stops where Microsoft sends it back: the code was not redeemed.
	back := victim.stopped("/signin?tenant="+home, s.owner().SignInName, s.owner().Password)
	mine := attacker.authorize("/signin?tenant=" + home)
	a := attacker.still().get("/auth/callback?code=" + url.QueryEscape(back.Query().Get("code")) + "&state=" + mine.Query().Get("state"))
	if a.status != 400 {
		t.Errorf("%d %.300s", a.status, a.body)
	}
	if a := attacker.get("/devices"); a.url.Path != "/signin" {
		t.Error("the attacker is signed in as the victim")
	}
}

// stopped goes through Microsoft's pages and stops at the return.
func (b *browser) stopped(path, name, password string) *url.URL {
	b.t.Helper()
	var back *url.URL
	c := *b.http
	c.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/auth/callback" {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	x := &browser{site: b.site, http: &c}
	a := x.get(path)
	if strings.Contains(a.body, `name="loginfmt"`) {
		a = x.fill(a, "loginfmt", name)
	}
	if strings.Contains(a.body, `name="passwd"`) {
		a = x.fill(a, "passwd", password)
	}
	if back == nil && strings.Contains(a.body, `name="decision"`) {
		x.fill(a, "decision", "accept")
	}
	if back == nil {
		b.t.Fatalf("Microsoft did not send the browser back: %s %.400s", a.url, a.body)
	}
	return back
}

// 4: the same answer twice signs in once.
func TestReplay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	back := b.stopped("/signin?tenant="+s.cloud.World.Home().ID, s.owner().SignInName, s.owner().Password)
	if a := b.still().get(back.RequestURI()); a.status != 303 || a.header.Get("Location") != "/" || a.header.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(a.header.Get("Cache-Control"), "no-store") {
		t.Fatalf("%d %v", a.status, a.header)
	}
	s.requests()
	if a := b.still().get(back.RequestURI()); a.status != 400 || len(s.requests()) != 0 {
		t.Errorf("the second time: %d", a.status)
	}
}

// When Microsoft is broken the page says so; nobody is signed in and nothing is a fault of the portal's.
func TestMicrosoftIsDown(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		block  func(w http.ResponseWriter, r *http.Request) bool
		status int
	}{
		"500 at the token endpoint":      {fails("/token", 500, "<html>canary"), 502},
		"503 at the token endpoint":      {fails("/token", 503, ""), 503},
		"504 at the token endpoint":      {fails("/token", 504, ""), 504},
		"nonsense at the token endpoint": {fails("/token", 200, "{canary"), 502},
		"redirect at the token endpoint": {fails("/token", 302, ""), 502},
		"keys are gone":                  {fails("/keys", 404, "canary"), 502},
		"reset": {func(w http.ResponseWriter, r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, "/token") && abort()
		}, 503},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			b := s.browser()
			back := b.stopped("/signin?tenant="+s.cloud.World.Home().ID, s.owner().SignInName, s.owner().Password)
			s.mu.Lock()
			s.block = tc.block
			s.mu.Unlock()
			a := b.still().get(back.RequestURI())
			if a.status != tc.status || a.heading() == "" || strings.Contains(a.body, "canary") || strings.Contains(s.logged(), "canary") {
				t.Errorf("%d, want %d: %.300s", a.status, tc.status, a.body)
			}
			if a := b.still().get("/devices"); a.status != 303 {
				t.Error("somebody is signed in")
			}
		})
	}
}

func fails(suffix string, status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasSuffix(r.URL.Path, suffix) {
			return false
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		w.Write([]byte(body))
		return true
	}
}

func abort() bool { panic(http.ErrAbortHandler) }

// 9, 32: what is no tenant is refused, and no request leaves for a path outside the tenant segment.
func TestTenantParameter(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	customer := s.cloud.World.Tenants()[1]
	for _, in := range []string{"", "common", "organizations", "consumers", "9188040d-6c67-4c5b-b112-36a304b66dad", "../x", "..%2f", "contoso.com/../x", "a@b", "127.0.0.1", "http://evil.test",
		"evil.test/x", "evil.test?x", "evil.test#x", "{tenantid}", "a\r\nb.com", "<script>.com", strings.Repeat("a", 300), "ｃommon", "nobody-has-this.example", "00000000-0000-0000-0000-000000000001"} {
		s.requests()
		a := b.still().get("/signin?tenant=" + url.QueryEscape(in))
		if a.status < 400 || a.status > 499 || a.heading() == "" {
			t.Errorf("tenant=%q: %d", in, a.status)
		}
		if strings.Contains(a.body, "<script>.com") && !strings.Contains(a.body, `value="<script>.com"`) {
			t.Errorf("tenant=%q comes back as markup", in)
		}
		for _, path := range s.requests() {
			if seg := strings.Split(path, "/"); len(seg) != 5 || seg[1] != in || !strings.HasSuffix(path, "/v2.0/.well-known/openid-configuration") {
				t.Errorf("tenant=%q: asked %s", in, path)
			}
		}
	}
	if a := b.still().get("/signin?tenant=a.example&tenant=b.example"); a.status != 400 {
		t.Errorf("tenant twice: %d", a.status)
	}
	if a := b.still().get("/signin?tenant=nobody.example", "Accept", "application/json"); a.status != 404 || !strings.Contains(a.body, `"status":404`) {
		t.Errorf("for scripts: %d %s", a.status, a.body)
	}
	for _, in := range []string{customer.ID, strings.ToUpper(customer.ID), customer.Domains[0], strings.ToUpper(customer.Domains[0]), s.cloud.World.Tenants()[7].Domains[0]} {
		u := b.authorize("/signin?tenant=" + url.QueryEscape(in))
		want := customer.ID
		if in == s.cloud.World.Tenants()[7].Domains[0] {
			want = s.cloud.World.Tenants()[7].ID
		}
		if !strings.HasPrefix(u.String(), s.ms.URL+"/"+want+"/oauth2/v2.0/authorize?") {
			t.Errorf("tenant=%q leads to %s", in, u)
		}
		q := u.Query()
		if q.Get("code_challenge_method") != "S256" || q.Get("response_mode") != "query" || q.Get("redirect_uri") != s.srv.URL+"/auth/callback" || strings.Contains(q.Get("scope"), "Write") {
			t.Errorf("authorize request: %v", q)
		}
	}
	if u := b.authorize("/signin?tenant=" + customer.ID + "&with=devices"); !strings.Contains(u.Query().Get("scope"), me.Scope) {
		t.Errorf("with=devices asks for %s", u.Query().Get("scope"))
	}
	if u := b.authorize("/signin?tenant=" + customer.ID + "&with=Directory.ReadWrite.All"); strings.Contains(u.Query().Get("scope"), "Directory") {
		t.Error("an address may ask for any permission")
	}
}

// 20: one comes back to this portal only.
func TestReturn(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/devices": "/devices", "/devices?q=a%20b&sort=name": "/devices?q=a%20b&sort=name", "/t/x/devices/1": "/t/x/devices/1", "": "/", "/": "/",
		"//evil": "/", `/\evil`: "/", `\\evil`: "/", "https://evil": "/", "javascript:alert(1)": "/", "/%2f%2fevil": "/", "/%2fevil": "/", "/%5cevil": "/", "/x%0d%0aSet-Cookie": "/",
		"/x\r\nSet-Cookie: a": "/", "/auth/callback?code=x": "/", "/signout": "/", "/signin?tenant=evil.com": "/", "/a/../auth/callback": "/", "/" + strings.Repeat("x", 8<<10): "/",
		"///evil": "/", "/\tevil": "/", "evil": "/", "/x#frag": "/x", "/ü": "/%C3%BC", "/.//evil": "/.//evil",
	} {
		if got := signin.LocalPath(in); got != want {
			t.Errorf("return=%q leads to %q, want %q", in, got, want)
		}
	}
}

func FuzzReturn(f *testing.F) {
	for _, s := range []string{"/a", "//a", `/\a`, "/%2f/a", "/a?b#c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := signin.LocalPath(s)
		u, err := url.Parse(got)
		if err != nil || got == "" || got[0] != '/' || u.Host != "" || u.Scheme != "" || len(got) > 1 && (got[1] == '/' || got[1] == '\\') || strings.ContainsAny(got, "\r\n\t\\") {
			t.Errorf("return=%q leads to %q", s, got)
		}
	})
}

func TestCustomers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.mine = func(context.Context, tenant.ID) ([]me.Device, error) {
		return []me.Device{{ID: "d1", Name: "DESK-1", OS: "Windows", Compliance: "compliant", LastSyncAt: time.Now()}}, nil
	}
	customer := s.cloud.World.Tenants()[1]
	admin, user := s.browser(), s.browser()
	if a := admin.signIn("/signin?tenant="+customer.ID, s.admin(customer)); a.url.Path != "/evidence" || !strings.HasPrefix(a.body, "evidence for customer-administrator "+customer.ID) {
		t.Errorf("administrator lands at %s %d %.200s", a.url, a.status, a.body)
	}
	if a := user.signIn("/signin?tenant="+customer.Domains[0], s.user(customer)); a.url.Path != "/me/devices" || a.status != 200 || !strings.Contains(a.body, "DESK-1") || !strings.Contains(a.body, "read live from Microsoft") {
		t.Errorf("user lands at %s %d %.2000s", a.url, a.status, a.body)
	}
	foreign := s.cloud.World.Tenants()[2].ID
	for _, b := range []*browser{admin, user} {
		for path, want := range map[string]int{"/devices": 403, "/staff": 403, "/t/" + customer.ID + "/devices": 403, "/t/" + foreign + "/devices": 404, "/t/nonsense/devices": 404, "/me/devices": 200} {
			if a := b.still().get(path); a.status != want {
				t.Errorf("%s: %d, want %d", path, a.status, want)
			}
		}
	}
	if a := user.still().get("/evidence"); a.status != 403 {
		t.Errorf("/evidence as user: %d", a.status)
	}
	if a := user.get("/me/devices", "Accept", "application/json"); a.status != 200 || !strings.Contains(a.body, `"count":1`) || !strings.Contains(a.body, `"name":"DESK-1"`) {
		t.Errorf("twin: %d %s", a.status, a.body)
	}
	if a := user.get("/me/devices?format=csv"); a.status != 200 || !strings.Contains(a.body, "DESK-1") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
		t.Errorf("CSV: %d %s", a.status, a.body)
	}
	for _, tc := range []struct {
		err    error
		status int
		says   string
		json   int
	}{
		{me.ErrNotLicensed, 200, "no Microsoft Intune licence", 403},
		{fmt.Errorf("graph: %w", me.ErrNotPermitted), 200, "Sign in and allow it", 403},
		{errs.Show(errs.Timeout, "Microsoft Graph did not answer in time."), 504, "did not answer", 504},
	} {
		s.mine = func(context.Context, tenant.ID) ([]me.Device, error) { return nil, tc.err }
		if a := user.get("/me/devices"); a.status != tc.status || !strings.Contains(a.body, tc.says) {
			t.Errorf("%v: %d", tc.err, a.status)
		}
		if a := user.get("/me/devices", "Accept", "application/json"); a.status != tc.json {
			t.Errorf("%v for scripts: %d", tc.err, a.status)
		}
	}
	s.mine = func(context.Context, tenant.ID) ([]me.Device, error) { return nil, nil }
	if a := user.get("/me/devices"); !strings.Contains(a.body, "You have no managed device") {
		t.Error("none")
	}
}

// 17, 19 and the people whom nobody gave a role: a page that says why, and nothing else.
func TestStrangers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	last := s.cloud.World.Tenants()[7]
	nobody := s.browser()
	a := nobody.signIn("/signin?tenant="+s.cloud.World.Home().ID, s.helper())
	if a.status != 403 || !strings.Contains(a.body, "has given it a role") || !strings.Contains(a.body, "Ask an owner") {
		t.Errorf("of the home tenant: %d %.500s", a.status, a.body)
	}
	for _, path := range []string{"/devices", "/staff", "/me/devices", "/evidence", "/t/" + last.ID + "/devices"} {
		if a := nobody.still().get(path); a.status != 403 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := nobody.still().get("/devices", "Accept", "application/json"); a.status != 403 || !strings.Contains(a.body, "detail") {
		t.Errorf("for scripts: %d", a.status)
	}
	unknown := s.browser()
	if a := unknown.signIn("/signin?tenant="+last.ID, s.admin(last)); a.status != 403 || !strings.Contains(a.body, "no customer") {
		t.Errorf("of an unknown tenant: %d %.300s", a.status, a.body)
	}
	if _, err := s.tenants.Get(t.Context(), tenant.Everything(), parse(last.ID)); !errors.Is(err, errs.NotFound) {
		t.Error("19 a sign-in made a tenant known")
	}
	if a := unknown.do("POST", "/signout", url.Values{}); a.status != 200 {
		t.Errorf("a stranger cannot sign out: %d", a.status)
	}
	customer, guest := s.guest()
	b := s.browser()
	if a := b.signIn("/signin?tenant="+customer.ID, guest); a.status != 403 || !strings.Contains(a.body, "is a guest of this customer") {
		t.Errorf("17 guest: %d %.300s", a.status, a.body)
	}
}

// 36 and the gate: staff see exactly their tenants.
func TestStaffSeeTheirTenants(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ts := s.cloud.World.Tenants()
	helper := s.helper()
	id, err := s.tenants.CreateStaff(t.Context(), tenant.Staff{UPN: helper.UserPrincipalName, Role: tenant.RoleTechnician, Reach: tenant.ReachChosen, Tenants: []tenant.ID{parse(ts[1].ID)}})
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	if a := b.signIn("/signin?tenant="+ts[0].ID, helper); !strings.HasPrefix(a.body, "overview for technician") {
		t.Fatalf("%d %.300s", a.status, a.body)
	}
	check := func(path string, want int) {
		t.Helper()
		if a := b.still().get(path); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	check("/t/"+ts[1].ID+"/devices", 200)
	check("/t/"+ts[2].ID+"/devices", 404)
	check("/t/"+ts[7].ID+"/devices", 404)
	check("/t/00000000-0000-0000-0000-000000000000/devices", 404)
	check("/t/nonsense/devices", 404)
	check("/staff", 403)
	check("/staff/1", 403)
	check("/staff?format=csv", 403)
	if a := b.still().get("/t/" + strings.ToUpper(ts[1].ID) + "/devices?q=A"); a.status != 301 || a.header.Get("Location") != "/t/"+ts[1].ID+"/devices?q=A" {
		t.Errorf("capitals: %d %s", a.status, a.header.Get("Location"))
	}
	if a := b.do("POST", "/t/"+ts[1].ID+"/sync", url.Values{}); a.status != 200 {
		t.Errorf("technician acts: %d", a.status)
	}
	st, _ := s.tenants.GetStaff(t.Context(), tenant.Everything(), id)
	st.Role = tenant.RoleSupport
	if err := s.tenants.UpdateStaff(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	if a := b.do("POST", "/t/"+ts[1].ID+"/sync", url.Values{}); a.status != 403 {
		t.Errorf("35 support acts: %d", a.status)
	}
	st.Disabled = true
	if err := s.tenants.UpdateStaff(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	check("/t/"+ts[1].ID+"/devices", 403)
	signedOut := s.browser()
	if a := signedOut.still().get("/t/"+ts[1].ID+"/devices", "Accept", "application/json"); a.status != 401 {
		t.Errorf("JSON signed out: %d", a.status)
	}
	if a := signedOut.still().get("/devices?format=csv"); a.status != 401 {
		t.Errorf("CSV signed out: %d", a.status)
	}
	if a := signedOut.still().do("POST", "/t/"+ts[1].ID+"/sync", url.Values{}); a.status != 401 {
		t.Errorf("POST signed out: %d", a.status)
	}
	if a := signedOut.still().get("/t/" + ts[7].ID + "/devices"); a.status != 303 {
		t.Errorf("signed out, unknown tenant: %d", a.status)
	}
}

// Work inside a customer: the guest's sign-in stands beside the person's own.
func TestSignInBesideOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	customer, guest := s.guest()
	var home *string
	for _, u := range s.cloud.World.Home().Users {
		if u.SignInName == guest.SignInName {
			home = &u.UserPrincipalName
			if _, err := s.tenants.CreateStaff(t.Context(), tenant.Staff{UPN: u.UserPrincipalName, Role: tenant.RoleTechnician, Reach: tenant.ReachAll}); err != nil && !errors.Is(err, errs.Conflict) {
				t.Fatal(err)
			}
			b := s.browser()
			b.signIn("/signin?tenant="+s.cloud.World.Home().ID, u)
			a := b.signIn("/signin?tenant="+customer.ID+"&return=/devices", guest)
			if !strings.HasPrefix(a.body, "fleet for ") || !strings.HasSuffix(a.body, u.UserPrincipalName) {
				t.Fatalf("%d %.300s", a.status, a.body)
			}
			if a := b.get("/signin"); !strings.Contains(a.body, customer.DisplayName) || !strings.Contains(a.body, ", guest") {
				t.Error("the open sign-in is not shown")
			}
			// A customer's own account is another person: it takes the browser over, and nothing of the technician stays.
			a = b.signIn("/signin?tenant="+customer.ID+"&prompt=select_account", s.admin(customer))
			if a.url.Path != "/evidence" {
				t.Errorf("%s %d %.300s", a.url, a.status, a.body)
			}
			if a := b.still().get("/devices"); a.status != 403 {
				t.Errorf("the technician's rights stayed: %d", a.status)
			}
			break
		}
	}
	if home == nil {
		t.Skip("the guest's home account is not in the world")
	}
}

// TestProveAnew: the way to a fresh proof of who one is leads past an open session at Microsoft, and back.
func TestProveAnew(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	home := s.cloud.World.Home().ID
	b.signIn("/signin?tenant="+home, s.owner())
	if to := b.authorize("/signin?tenant=" + home + "&prompt=login&return=/staff").Query(); to.Get("prompt") != "login" || to.Get("max_age") != "0" || to.Get("login_hint") == "" {
		t.Errorf("asked for: %v", to)
	}
	if a := b.get("/signin?tenant=" + home + "&prompt=login&return=/staff"); a.url.Path == "/staff" {
		t.Error("Microsoft did not ask again")
	}
	if a := b.signIn("/signin?tenant="+home+"&prompt=login&return=/staff", s.owner()); a.status != 200 || a.url.Path != "/staff" {
		t.Errorf("back at %s: %d", a.url, a.status)
	}
}

func TestStaffPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	b.signIn("/signin?tenant="+s.cloud.World.Home().ID, s.owner())
	customer := s.cloud.World.Tenants()[1].ID
	a := b.get("/staff")
	if a.status != 200 || !strings.Contains(a.body, strings.ToLower(s.owner().UserPrincipalName)) {
		t.Fatalf("/staff: %d", a.status)
	}
	for name, form := range map[string]url.Values{
		"no UPN":            {"role": {"support"}, "reach": {"all"}},
		"no role":           {"upn": {"x@firstup.example"}, "reach": {"all"}},
		"no reach":          {"upn": {"x@firstup.example"}, "role": {"support"}},
		"malformed tenant":  {"upn": {"x@firstup.example"}, "role": {"support"}, "reach": {"chosen"}, "tenant": {"x"}},
		"unknown tenant":    {"upn": {"x@firstup.example"}, "role": {"support"}, "reach": {"chosen"}, "tenant": {s.cloud.World.Tenants()[7].ID}},
		"somebody who is":   {"upn": {s.owner().UserPrincipalName}, "role": {"support"}, "reach": {"all"}},
		"markup for a name": {"upn": {"<script>@x.y"}, "role": {"support"}, "reach": {"all"}},
	} {
		if a := b.do("POST", "/staff/new", form); a.status != 422 || !strings.Contains(a.body, "error") || strings.Contains(a.body, `><script>@`) {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	a = b.still().do("POST", "/staff/new", url.Values{"upn": {" New@FirstUp.example "}, "role": {"technician"}, "reach": {"chosen"}, "tenant": {customer}})
	at := a.header.Get("Location")
	if a.status != 303 || !strings.HasPrefix(at, "/staff/") {
		t.Fatalf("create: %d %s", a.status, a.body)
	}
	if a := b.get(at); a.status != 200 || !strings.Contains(a.body, "new@firstup.example") {
		t.Errorf("edit: %d", a.status)
	}
	var twin struct {
		Count int64 `json:"count"`
		Rows  []struct {
			UPN, Role, Reach string
			Tenants          []string
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(b.get("/staff?role=technician", "Accept", "application/json").body), &twin); err != nil || twin.Count != 1 || twin.Rows[0].UPN != "new@firstup.example" || !slices.Equal(twin.Rows[0].Tenants, []string{customer}) {
		t.Errorf("twin: %+v, %v", twin, err)
	}
	if a := b.get("/staff?format=csv"); !strings.Contains(a.body, "new@firstup.example") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
		t.Errorf("CSV: %s", a.body)
	}
	for _, bad := range []string{"/staff?sort=password", "/staff?role=king", "/staff?after=x", "/staff?format=xml"} {
		if a := b.get(bad); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
	for _, none := range []string{"/staff/0", "/staff/x", "/staff/999999", "/staff/99999999999999999999"} {
		if a := b.get(none); a.status != 404 {
			t.Errorf("%s: %d", none, a.status)
		}
	}
	if a := b.still().do("POST", at, url.Values{"role": {"support"}, "reach": {"all_but"}, "tenant": {customer}, "disabled": {"1"}}); a.status != 303 {
		t.Errorf("update: %d", a.status)
	}
	if a := b.still().do("POST", at+"/delete", url.Values{}); a.status != 303 {
		t.Errorf("delete: %d", a.status)
	}
	if a := b.still().do("POST", at+"/delete", url.Values{}); a.status != 404 {
		t.Errorf("delete again: %d", a.status)
	}
	self := "/staff/1"
	if a := b.do("POST", self, url.Values{"role": {"support"}, "reach": {"all"}}); a.status != 422 || !strings.Contains(a.body, "last owner") {
		t.Errorf("demote the last owner: %d", a.status)
	}
	if a := b.do("POST", self+"/delete", url.Values{}); a.status != 409 {
		t.Errorf("delete the last owner: %d", a.status)
	}
}

// 24: one address is limited, and the others do not notice.
func TestLimitsArePerAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser().still()
	home := s.cloud.World.Home().ID
	limited := false
	for range 200 {
		if a := b.get("/signin?tenant=" + home); a.status == 429 {
			limited = true
			break
		}
	}
	if !limited {
		t.Error("200 starts in a row went through")
	}
	if a := b.get("/signin?tenant="+home, "Test-Address", "198.51.100.7"); a.status != 302 {
		t.Errorf("another address: %d", a.status)
	}
}

func TestPageAndTheme(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser()
	a := b.get("/signin", "Accept-Language", "de-CH, en;q=0.5")
	if a.status != 200 || !strings.Contains(a.body, `<html lang="de"`) || a.heading() != "Sign in" {
		t.Errorf("%d %.300s", a.status, a.body)
	}
	if a := b.do("HEAD", "/signin", nil); a.status != 200 {
		t.Errorf("HEAD: %d", a.status)
	}
	if a := b.do("POST", "/theme", url.Values{"theme": {"dark"}, "return": {"//evil.test"}}); a.url.Host != mustURL(s.srv.URL).Host {
		t.Errorf("theme leads to %s", a.url)
	}
	if a := b.get("/signin"); !strings.Contains(a.body, `data-theme="dark"`) {
		t.Error("the theme is not kept")
	}
	if a := b.do("POST", "/theme", url.Values{"theme": {"<script>"}}); a.status != 400 {
		t.Errorf("a theme that is none: %d", a.status)
	}
	b.do("GET", "/", nil, "Cookie", "tenantry=garbage; tenantry-signin=garbage; tenantry-theme=x")
	if a := b.get("/signin", "Cookie", "tenantry="+strings.Repeat("x", 3000)); a.status != 200 {
		t.Errorf("a broken cookie: %d", a.status)
	}
}
