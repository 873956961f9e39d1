package consent_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/consent"
	"github.com/tenantry/tenantry/web/page"
)

const (
	contoso  = "3c4b5a69-7887-4655-8432-100000000001"
	attacker = "3c4b5a69-7887-4655-8432-100000000666"
)

var start = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)

// site is the pages on a real database, with Microsoft played by the test.
type site struct {
	t       *testing.T
	handler http.Handler
	service *domain.Service
	mu      sync.Mutex
	grants  domain.Grants
	fails   error
	now     time.Time
	role    tenant.Role

	mail     sender
	journal  journal
	nameless bool   // the home tenant was not read yet
	address  string // where requests come from
}

func (s *site) Discover(context.Context, string) (tenant.ID, error) { return tenant.ParseID(contoso) }
func (s *site) Forget(tenant.ID)                                    {}
func (s *site) AdminConsentURL(tid tenant.ID, clientID, redirect, state, scope string) string {
	return "https://login.example/" + tid.String() + "/v2.0/adminconsent?" + url.Values{"state": {state}, "scope": {scope}}.Encode()
}

func (s *site) ReadGrants(context.Context, tenant.ID, string) (domain.Grants, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.grants, s.fails
}

func (s *site) ReadOther(context.Context, tenant.ID, string, string) (domain.Grants, error) {
	return domain.Grants{}, errs.Unavailable
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, now: start, role: tenant.RoleTechnician, fails: errs.Unavailable}
	pool := pgtest.New(t)
	s.service = domain.NewService(domain.Deps{
		Store: domain.NewStore(pool), Authority: s, Reader: s, ReturnURL: "https://portal.example/auth/consent", Now: func() time.Time { return s.now },
		Journal: &s.journal,
		Program: func(context.Context) string {
			if s.nameless {
				return ""
			}
			return "Tenantry for First Up"
		},
	})
	tn, _, err := s.service.AddTenant(t.Context(), tenant.Person{}, "contoso.example")
	if err != nil {
		t.Fatal(err)
	}
	h := &consent.Handler{
		Entry: func(context.Context, tenant.ID, int64) (int64, string, error) { return 7, "5ca1ab1e", nil },
		Mail:  &s.mail, Log: slog.New(slog.DiscardHandler), Consent: s.service, Origin: "https://portal.example", LoginHost: "login.microsoftonline.com", Now: func() time.Time { return s.now },
		Address: func(*http.Request) string { return s.address },
		Partner: func(context.Context) consent.Partner {
			if s.nameless {
				return consent.Partner{}
			}
			return consent.Partner{Name: "First Up Consultants", Contact: partner.Contact{
				Address: "12 Harbour Street, Seattle", Phone: "+1 206 555 0142", Mail: "trust@firstup.example", PrivacyName: "Data <protection>", PrivacyMail: "privacy@firstup.example",
			}}
		},
	}
	p := &page.Problems{Log: slog.New(slog.DiscardHandler)}
	r := chi.NewRouter()
	h.MountPublic(r, p)
	r.Route("/t/{tenant}", func(r chi.Router) {
		h.Mount(page.NewRouter(r, func(r *http.Request) (tenant.Membership, error) {
			t, err := s.service.Store.Tenant(r.Context(), tn.ID)
			return tenant.Membership{Person: tenant.Person{Name: "Technician", UPN: "tech@firstup.example", Role: s.role}, Reach: tenant.Everything(), Scope: tenant.Only(tn.ID), Tenant: t}, err
		}, p))
	})
	s.handler = r
	return s
}

type answer struct {
	status int
	head   http.Header
	body   string
}

func (a answer) text() string { return html.UnescapeString(a.body) }

func (s *site) do(method, target, body string, head ...string) answer {
	s.t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(head); i += 2 {
		r.Header.Set(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Result().Body)
	return answer{w.Code, w.Result().Header, string(b)}
}

var linkForm = regexp.MustCompile(`https://portal\.example(/consent/[A-Za-z0-9_-]{43})`)

// link makes a link as staff do and gives its path.
func (s *site) link(fields string) string {
	s.t.Helper()
	a := s.do("POST", "/t/"+contoso+"/consent", fields)
	m := linkForm.FindStringSubmatch(a.body)
	if a.status != 200 || m == nil {
		s.t.Fatalf("new link: %d %s", a.status, a.body)
	}
	return m[1]
}

// leave goes to Microsoft and gives the state.
func (s *site) leave(path string) string {
	s.t.Helper()
	a := s.do("POST", path, "decision=continue&lang=en")
	to, err := url.Parse(a.head.Get("Location"))
	if a.status != http.StatusSeeOther || err != nil || !strings.Contains(to.Path, contoso) {
		s.t.Fatalf("leave: %d to %q", a.status, a.head.Get("Location"))
	}
	return to.Query().Get("state")
}

func (s *site) open(path string) {
	s.t.Helper()
	if a := s.do("GET", path, ""); a.status != 200 {
		s.t.Fatalf("the link does not open any more: %d", a.status)
	}
}

const devices = "features=devices&features=apps&language=de&days=7&contact=Ask+Kim"

func (s *site) grantAll() {
	features, _ := permission.ParseFeatures([]string{"devices", "apps"})
	a, d := permission.Plan(features)
	s.grants, s.fails = domain.Grants{Held: slices.Concat(a, d), ApplicationRead: true, DelegatedRead: true}, nil
}

func TestLandingPage(t *testing.T) {
	s := newSite(t)
	path := s.link(devices + "&features=device-actions&message=%3Cscript%3Ealert(1)%3C/script%3E")
	for lang, want := range map[string][]string{
		"en": {"First Up Consultants asks to look after the devices of contoso.example", "Saturday, 28 November 2026, 18:00 (UTC)", "The 6 names in Microsoft’s words", "The 1 name in Microsoft’s words", "Continue to Microsoft"},
		"fr": {"First Up Consultants demande", "samedi 28 novembre 2026 à 18:00 (UTC)", "Les 6 noms avec", "Je ne suis pas d’accord"},
		"de": {"kümmern", "Samstag, 28. November 2026, 18:00 Uhr (UTC)", "Die 6 Namen in", "Der 1 Name in"},
		"es": {"pide ocuparse", "sábado, 28 de noviembre de 2026, 18:00 (UTC)", "Los 6 nombres"},
		"nl": {"vraagt om", "zaterdag 28 november 2026, 18:00 uur (UTC)", "De 6 namen"},
		"el": {"ζητά να φροντίζει", "Σάββατο, 28 Νοεμβρίου 2026, 18:00 (UTC)", "Τα 6 ονόματα", "Το 1 όνομα"},
	} {
		for _, a := range []answer{s.do("GET", path, "", "Accept-Language", lang+"-XX,en;q=0.1"), s.do("GET", path+"?lang="+lang, "", "Accept-Language", "ja")} {
			if a.status != 200 || !strings.Contains(a.body, `<html lang="`+lang+`"`) {
				t.Errorf("%s: status %d, lang missing", lang, a.status)
			}
			for _, w := range append(want, contoso, "login.microsoftonline.com", "Tenantry for First Up", "Ask Kim", "DeviceManagementManagedDevices.Read.All", "Technician") {
				if !strings.Contains(a.text(), w) {
					t.Errorf("%s: no %q", lang, w)
				}
			}
		}
	}
	a := s.do("GET", path, "")
	if strings.Contains(a.body, "<script>alert") || !strings.Contains(a.text(), "<script>alert(1)</script>") {
		t.Error("the message is not escaped")
	}
	if strings.Count(a.body, "<h1") != 1 || a.head.Get("Referrer-Policy") != "no-referrer" || a.head.Get("Cache-Control") != "no-store" || !strings.Contains(a.head.Get("X-Robots-Tag"), "noindex") {
		t.Errorf("headers: %v", a.head)
	}
	if strings.Contains(a.text(), "tech@firstup.example") {
		t.Error("the staff's account name is shown to whoever has the link")
	}
	j := s.do("GET", path, "", "Accept", "application/json")
	var twin struct {
		TenantID    string   `json:"tenant_id"`
		Permissions []string `json:"permissions"`
	}
	if err := json.Unmarshal([]byte(j.body), &twin); err != nil || twin.TenantID != contoso || len(twin.Permissions) != 7 {
		t.Errorf("twin = %s, %v", j.body, err)
	}
}

// Ten ways in which mail scanners touch links. None may use the link up, and none may leave the customer with a dead page.
func TestMailScanners(t *testing.T) {
	for name, touch := range map[string]func(s *site, path string){
		"GET":              func(s *site, path string) { s.do("GET", path, "") },
		"HEAD":             func(s *site, path string) { s.do("HEAD", path, "") },
		"prefetch headers": func(s *site, path string) { s.do("GET", path, "", "Sec-Purpose", "prefetch", "Purpose", "prefetch") },
		"many GETs": func(s *site, path string) {
			for range 60 {
				s.do("GET", path, "")
			}
		},
		"parallel GETs":                  func(s *site, path string) { parallel(20, func() { s.do("GET", path, "") }) },
		"parameters added by a rewriter": func(s *site, path string) { s.do("GET", path+"?utm_source=x&data=05%7C01&sdata=abc%3D&reserved=0", "") },
		"POST without our form's fields": func(s *site, path string) { s.do("POST", path, "a=b") },
		"POST with an empty body":        func(s *site, path string) { s.do("POST", path, "") },
		"presses every button, follows nothing": func(s *site, path string) {
			s.do("POST", path, "decision=continue")
			s.do("POST", path, "decision=decline")
		},
		"lower case, and cut off": func(s *site, path string) {
			for _, broken := range []string{strings.ToLower(path), path[:len(path)-4], path + "="} {
				if a := s.do("GET", broken, ""); a.status != 404 || !strings.Contains(a.text(), "Copy the whole link") {
					s.t.Errorf("%s: %d does not say what to do", broken, a.status)
				}
			}
		},
		"Continue twice at once":               func(s *site, path string) { parallel(2, func() { s.do("POST", path, "decision=continue") }) },
		"OPTIONS, PUT, DELETE":                 func(s *site, path string) { s.do("OPTIONS", path, ""); s.do("PUT", path, ""); s.do("DELETE", path, "") },
		"fetches the return without an answer": func(s *site, path string) { s.do("GET", "/auth/consent", ""); s.do("HEAD", "/auth/consent", "") },
		"follows to Microsoft and never returns": func(s *site, path string) {
			for range 5 {
				s.leave(path)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			path := s.link(devices)
			touch(s, path)
			s.open(path)
			s.grantAll()
			if a := s.do("GET", "/auth/consent?admin_consent=True&tenant="+contoso+"&state="+s.leave(path), ""); a.status != http.StatusSeeOther {
				t.Errorf("after it, consent ends with %d", a.status)
			}
		})
	}
}

func parallel(n int, f func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(f)
	}
	wg.Wait()
}

func TestReturnConnects(t *testing.T) {
	s := newSite(t)
	path := s.link(devices)
	state := s.leave(path)
	s.grantAll()
	a := s.do("GET", "/auth/consent?admin_consent=True&tenant="+contoso+"&scope=x&state="+state, "")
	if a.status != http.StatusSeeOther || strings.Contains(a.head.Get("Location"), state) {
		t.Fatalf("return: %d to %q", a.status, a.head.Get("Location"))
	}
	shown := s.do("GET", a.head.Get("Location"), "", "Accept-Language", "el")
	if shown.status != 200 || !strings.Contains(shown.text(), "contoso.example is connected") || !strings.Contains(shown.body, `href="/evidence"`) {
		t.Errorf("receipt: %d %s", shown.status, shown.text())
	}
	for _, want := range []string{"DeviceManagementApps.Read.All (the program reads by itself)", "Saturday, 21 November 2026, 18:00 (UTC)", "does not tell us which administrator", "line 7", "5ca1ab1e", "tenantry audit verify"} {
		if !strings.Contains(shown.text(), want) {
			t.Errorf("the receipt has no %q", want)
		}
	}
	if again := s.do("GET", "/auth/consent?admin_consent=True&tenant="+contoso+"&state="+state, ""); again.status != http.StatusGone {
		t.Errorf("replay: %d", again.status)
	}
	if used := s.do("GET", path, ""); used.status != http.StatusGone || !strings.Contains(used.text(), "used already") {
		t.Errorf("used link: %d", used.status)
	}
	if used := s.do("POST", path, "decision=continue"); used.status != http.StatusGone {
		t.Errorf("used link, POST: %d", used.status)
	}
	staff := s.do("GET", "/t/"+contoso+"/consent", "", "Accept", "application/json")
	var v struct {
		State   string
		Granted []struct{ Name string }
		Missing []any
		Links   []struct{ State string }
	}
	if err := json.Unmarshal([]byte(staff.body), &v); err != nil || v.State != "connected" || len(v.Granted) != 6 || len(v.Missing) != 0 || v.Links[0].State != "used" {
		t.Errorf("staff page = %s, %v", staff.body, err)
	}
}

func TestOutcomesHaveOneNextStep(t *testing.T) {
	s := newSite(t)
	path := s.link(devices)
	ret := func(format string, args ...any) answer {
		a := s.do("GET", "/auth/consent?"+fmt.Sprintf(format, args...), "")
		if a.status == http.StatusSeeOther {
			a = s.do("GET", a.head.Get("Location"), "")
		}
		return a
	}
	for _, tc := range []struct {
		name   string
		answer func() answer
		status int
		says   string
	}{
		{"declined", func() answer { return ret("error=access_denied&state=%s", s.leave(path)) }, 200, "You did not agree"},
		{"error wins", func() answer {
			return ret("admin_consent=True&tenant=%s&error=consent_required&error_description=AADSTS65004&state=%s", contoso, s.leave(path))
		}, 200, "You did not agree"},
		{"wrong tenant", func() answer { return ret("admin_consent=True&tenant=%s&state=%s", attacker, s.leave(path)) }, 403, attacker},
		{"needs admin", func() answer { return ret("error=access_denied&error_description=AADSTS90094&state=%s", s.leave(path)) }, 403, "Global Administrator"},
		{"Microsoft's error", func() answer {
			return ret("error=server_error&error_description=%s&state=%s", url.QueryEscape("AADSTS90033: <img src=x onerror=alert(1)>\r\nSet-Cookie: a=b"), s.leave(path))
		}, 400, "(AADSTS90033)"},
		{"waiting", func() answer { return ret("admin_consent=True&tenant=%s&state=%s", contoso, s.leave(path)) }, 200, "Your answer has arrived"},
		{"unknown state", func() answer { return ret("admin_consent=True&tenant=%s&state=%s", contoso, strings.Repeat("A", 43)) }, 400, "We do not know this answer"},
		{"no parameters", func() answer { return ret("") }, 400, "We do not know this answer"},
		{"expired", func() answer {
			state := s.leave(path)
			s.now = s.now.Add(2 * time.Hour)
			return ret("admin_consent=True&tenant=%s&state=%s", contoso, state)
		}, 410, "That took too long"},
		{"declined on our page", func() answer {
			a := s.do("POST", path, "decision=decline&lang=fr")
			return s.do("GET", a.head.Get("Location"), "")
		}, 200, "Vous n’avez pas donné votre accord"},
	} {
		a := tc.answer()
		if a.status != tc.status || !strings.Contains(a.text(), tc.says) || strings.Count(a.body, "<h1") != 1 {
			t.Errorf("%s: %d, want %d with %q: %s", tc.name, a.status, tc.status, tc.says, a.text())
		}
		for _, never := range []string{"onerror", "Set-Cookie", "{partner}", "{customer}", "{until}", "{date}", "{code}", "**"} {
			if strings.Contains(a.text(), never) {
				t.Errorf("%s: shows %q", tc.name, never)
			}
		}
		if a.head.Get("Set-Cookie") != "" || a.head.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", tc.name, a.head)
		}
	}
	s.open(path)
}

func TestHostileReturnsAreRefusedBeforeAnythingIsLookedUp(t *testing.T) {
	s := newSite(t)
	s.grantAll()
	path := s.link(devices)
	state := s.leave(path)
	ok := "admin_consent=True&tenant=" + contoso + "&state=" + state
	for name, query := range map[string]string{
		"state twice": ok + "&state=" + state, "tenant twice": ok + "&tenant=" + attacker, "error twice": ok + "&error=a&error=b",
		"code": ok + "&code=0.AAA", "id_token": ok + "&id_token=e30", "access_token": ok + "&access_token=x", "iss": ok + "&iss=https://evil.example",
		"8 KB value": ok + "&scope=" + strings.Repeat("a", 8<<10), "64 KB": ok + "&x=" + strings.Repeat("a", 64<<10),
		"500 parameters": ok + strings.Repeat("&a=1", 500), "21 names": ok + many(21), "bad escape": ok + "&x=%zz", "semicolon": ok + ";x=1",
	} {
		if a := s.do("GET", "/auth/consent?"+query, ""); a.status != 400 {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := s.do("POST", "/auth/consent", ok); a.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", a.status)
	}
	if a := s.do("GET", "/auth/consent?"+ok, ""); a.status != http.StatusSeeOther {
		t.Errorf("the state was spent by a refused return: %d", a.status)
	}
	for _, bad := range []string{"x", strings.Repeat("A", 43), "%00", "..%2f"} {
		if a := s.do("GET", "/auth/consent/"+bad, ""); a.status != 404 {
			t.Errorf("receipt %q: %d", bad, a.status)
		}
	}
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "&p%d=1", i)
	}
	return b.String()
}

func TestDeadLinks(t *testing.T) {
	s := newSite(t)
	for _, token := range []string{"x", strings.Repeat("A", 43), strings.Repeat("a", 4000), "%2e%2e%2fadmin"} {
		for _, method := range []string{"GET", "POST"} {
			a := s.do(method, "/consent/"+token, "decision=continue", "Accept-Language", "nl")
			if a.status != 404 || !strings.Contains(a.body, `<html lang="nl"`) || strings.Count(a.body, "<h1") != 1 {
				t.Errorf("%s %.20q: %d", method, token, a.status)
			}
		}
	}
	path := s.link(devices)
	if a := s.do("POST", "/t/"+contoso+"/consent/links/1/revoke", ""); a.status != http.StatusSeeOther {
		t.Errorf("revoke: %d", a.status)
	}
	if a := s.do("GET", path, ""); a.status != 410 || !strings.Contains(a.text(), "This link was withdrawn") {
		t.Errorf("revoked: %d", a.status)
	}
	if a := s.do("POST", "/t/"+contoso+"/consent/links/1/revoke", ""); a.status != http.StatusConflict {
		t.Errorf("revoke twice: %d", a.status)
	}
	for _, id := range []string{"2", "x", "99999999999999999999"} {
		if a := s.do("POST", "/t/"+contoso+"/consent/links/"+id+"/revoke", ""); a.status != 404 {
			t.Errorf("revoke %s: %d", id, a.status)
		}
	}
	path = s.link(devices)
	s.now = s.now.Add(8 * 24 * time.Hour)
	if a := s.do("GET", path, "", "Accept-Language", "es"); a.status != 410 || !strings.Contains(a.text(), "Este enlace ha terminado") {
		t.Errorf("expired: %d", a.status)
	}
	if a := s.do("POST", s.link(devices), "decision=maybe"); a.status != 400 {
		t.Errorf("neither answer: %d", a.status)
	}
	if a := s.do("POST", s.link(devices), "x="+strings.Repeat("a", 1<<20)); a.status != 413 {
		t.Errorf("huge form: %d", a.status)
	}
}

func TestStaffPage(t *testing.T) {
	s := newSite(t)
	a := s.do("GET", "/t/"+contoso+"/consent", "")
	if a.status != 200 || !strings.Contains(a.text(), "Grants were never read completely") || !strings.Contains(a.body, `name="features"`) {
		t.Errorf("%d %s", a.status, a.text())
	}
	created := s.do("POST", "/t/"+contoso+"/consent", devices)
	if n := len(linkForm.FindAllString(created.body, -1)); created.status != 200 || n < 2 || !strings.Contains(created.text(), "bittet um Ihre Zustimmung") {
		t.Errorf("created: %d, link %d times", created.status, n)
	}
	token := linkForm.FindStringSubmatch(created.body)[1]
	if again := s.do("GET", "/t/"+contoso+"/consent", ""); strings.Contains(again.body, token[len("/consent/"):]) {
		t.Error("the link is shown twice")
	}
	for field, fault := range map[string]string{"language=tlh": "Choose one of the six languages.", "days=31": "between 1 and 30 days", "days=x": "between 1 and 30 days", "features=mail": "not known", "message=" + strings.Repeat("a", 501): "At most 500 characters."} {
		if a := s.do("POST", "/t/"+contoso+"/consent", field+"&contact=kept"); a.status != 422 || !strings.Contains(a.text(), fault) || !strings.Contains(a.body, `value="kept"`) {
			t.Errorf("%.20s: %d", field, a.status)
		}
	}
	s.grantAll()
	s.grants.Held = append(s.grants.Held[1:], permission.Permission{Resource: permission.Graph, Kind: permission.Application, Name: "Directory.ReadWrite.All"})
	if a := s.do("POST", "/t/"+contoso+"/consent/read", ""); a.status != http.StatusSeeOther {
		t.Errorf("read: %d", a.status)
	}
	a = s.do("GET", "/t/"+contoso+"/consent", "")
	for _, want := range []string{"Partly connected", "Directory.ReadWrite.All", "application, writes", "is granted", "was asked for and is missing"} {
		if !strings.Contains(a.text(), want) {
			t.Errorf("no %q", want)
		}
	}
	s.now, s.fails = s.now.Add(24*time.Hour), errs.Timeout
	s.do("POST", "/t/"+contoso+"/consent/read", "")
	a = s.do("GET", "/t/"+contoso+"/consent", "")
	if !strings.Contains(a.text(), "Not seen whole, 1 look. What changed meanwhile is not known.") || !strings.Contains(a.text(), "Microsoft did not answer in time.") {
		t.Error("the history fills a gap, or hides it")
	}
}

func TestSupportLooksOnly(t *testing.T) {
	s := newSite(t)
	s.link(devices)
	s.role = tenant.RoleSupport
	a := s.do("GET", "/t/"+contoso+"/consent", "")
	if a.status != 200 || strings.Contains(a.body, `action="/t/`) || strings.Contains(a.body, `name="features"`) {
		t.Errorf("support sees a form that acts: %d", a.status)
	}
	for _, path := range []string{"", "/links/1/revoke", "/read"} {
		if a := s.do("POST", "/t/"+contoso+"/consent"+path, devices); a.status != 403 {
			t.Errorf("POST %s: %d", path, a.status)
		}
	}
}

func TestNamesThatWereNotReadAreNotInvented(t *testing.T) {
	s := newSite(t)
	s.nameless = true
	path := s.link(devices)
	for _, lang := range permission.Languages {
		a := s.do("GET", path+"?lang="+string(lang), "")
		if a.status != 200 || !strings.Contains(a.text(), "portal.example") || strings.Contains(a.text(), "“”") || strings.Contains(a.text(), "«»") || strings.Contains(a.text(), "„“") {
			t.Errorf("%s: %d", lang, a.status)
		}
	}
}

// One address may try so many tokens a minute; others do not notice, and a form is no way around it.
func TestPublicPagesAreLimitedPerAddress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.address = "203.0.113.9"
	tried := 0
	for s.do("GET", "/consent/"+strings.Repeat("A", 43), "").status == http.StatusNotFound {
		if tried++; tried > 1000 {
			t.Fatal("a thousand guesses went through")
		}
	}
	for _, path := range []string{"/consent/" + strings.Repeat("B", 43), "/auth/consent?state=x", "/auth/consent/" + strings.Repeat("B", 43)} {
		if a := s.do("GET", path, ""); a.status != http.StatusTooManyRequests {
			t.Errorf("%s after %d guesses: %d", path, tried, a.status)
		}
	}
	if a := s.do("POST", "/consent/"+strings.Repeat("B", 43), "decision=yes"); a.status != http.StatusTooManyRequests {
		t.Errorf("a form: %d", a.status)
	}
	s.address = "198.51.100.7"
	if a := s.do("GET", "/consent/"+strings.Repeat("A", 43), ""); a.status != http.StatusNotFound {
		t.Errorf("another address: %d", a.status)
	}
}

// On paper each page says where and when it was read, and what tells it from another; on each stands whom to ask about one's data.
func TestPagesHaveAFoot(t *testing.T) {
	s := newSite(t)
	path := s.link(devices)
	var twin json.RawMessage
	if err := json.Unmarshal([]byte(s.do("GET", path+"?lang=de", "", "Accept", "application/json").body), &twin); err != nil {
		t.Fatal(err)
	}
	landing := s.do("GET", path+"?lang=de", "")
	s.grantAll()
	receipt := s.do("GET", s.do("GET", "/auth/consent?admin_consent=True&tenant="+contoso+"&state="+s.leave(path), "").head.Get("Location")+"?lang=de", "")
	for name, page := range map[string]struct {
		body  string
		wants []string
	}{
		"landing": {landing.body, []string{"https://portal.example" + path, fmt.Sprintf("%x", sha256.Sum256(append(twin, '\n')))}},
		"receipt": {receipt.body, []string{"https://portal.example/auth/consent/", "<dd>5ca1ab1e</dd>"}},
	} {
		for _, want := range append(page.wants, `<dl class="paper">`, "Gelesen am", "21. November 2026", `href="mailto:privacy@firstup.example"`, "Fragen zu Ihren Daten: Data &lt;protection&gt;, privacy@firstup.example") {
			if !strings.Contains(page.body, want) {
				t.Errorf("the %s has no %q", name, want)
			}
		}
	}
}
