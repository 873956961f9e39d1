package signin_test

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/keyset"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/gate"
	"github.com/tenantry/tenantry/web/me"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/signin"
	"github.com/tenantry/tenantry/web/staff"
	"github.com/tenantry/tenantry/web/static"
)

// site is a portal with the rooms around sign-in, and the simulated Entra that it signs people in at.
type site struct {
	t       *testing.T
	srv     *httptest.Server
	ms      *httptest.Server
	cloud   *cloudsim.Cloud
	pool    *postgres.Pool
	tenants *tenant.Store
	audit   *audit.Store
	signin  *signin.Handler
	mine    reader

	mu    sync.Mutex
	log   bytes.Buffer
	asked []string // paths asked of Microsoft
	block func(w http.ResponseWriter, r *http.Request) bool
	now   func() time.Time
}

func (s *site) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(b)
}

func (s *site) logged() string { s.mu.Lock(); defer s.mu.Unlock(); return s.log.String() }

// requests counts what was asked of Microsoft since the last call.
func (s *site) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

type reader func(ctx context.Context, tid tenant.ID) ([]me.Device, error)

func (f reader) MyDevices(ctx context.Context, tid tenant.ID) ([]me.Device, error) {
	return f(ctx, tid)
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, pool: pgtest.New(t), now: time.Now}
	var site http.Handler
	s.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { site.ServeHTTP(w, r) }))
	t.Cleanup(s.srv.Close)
	callback := s.srv.URL + "/auth/callback"
	var err error
	if s.cloud, err = cloudsim.New(cloudsim.Options{World: world.Options{Seed: 5, Tenants: 8, Devices: 80, RedirectURIs: []string{callback}}}); err != nil {
		t.Fatal(err)
	}
	s.ms = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		block := s.block
		s.mu.Unlock()
		if block == nil || !block(w, r) {
			s.cloud.Handler("login").ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.ms.Close)
	portal := s.build(callback)
	site = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") {
			static.Handler().ServeHTTP(w, r)
			return
		}
		portal.ServeHTTP(w, r)
	})
	return s
}

func (s *site) build(callback string) http.Handler {
	t, w := s.t, s.cloud.World
	log := slog.New(slog.NewJSONHandler(s, nil))
	client, err := entra.New(entra.Config{Host: s.ms.URL, ClientID: w.App.ClientID, Credential: entra.Secret(w.App.ClientSecret), RedirectURL: callback})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := keyset.LoadOrCreate(filepath.Join(t.TempDir(), "keyset.json"))
	if err != nil {
		t.Fatal(err)
	}
	home := parse(w.Home().ID)
	s.tenants = tenant.NewStore(s.pool, home, []string{s.owner().UserPrincipalName})
	s.audit = audit.NewStore(s.pool)
	for _, x := range w.Tenants()[:7] { // the last one is no customer
		if err := s.tenants.Upsert(t.Context(), tenant.Everything(), tenant.Tenant{ID: parse(x.ID), DisplayName: x.DisplayName, DefaultDomain: x.Domains[0], Domains: x.Domains}); err != nil {
			t.Fatal(err)
		}
	}
	sessions := session.New(s.pool, keys, signin.Renewer(client), session.Options{Now: func() time.Time { return s.now() }})
	problems := &page.Problems{Log: log}
	g := &gate.Gate{Sessions: sessions, Tenants: s.tenants, Problems: problems}
	s.signin = &signin.Handler{Entra: client, Sessions: sessions, Tenants: s.tenants, Problems: problems, Log: log, Audit: s.audit,
		Address: func(r *http.Request) string {
			if a := r.Header.Get("Test-Address"); a != "" {
				return a
			}
			return "192.0.2.1"
		}}
	r := chi.NewRouter()
	r.Use(middleware.WithRequestID, middleware.Log(log), middleware.Headers(false, s.ms.URL), middleware.Bounds(problems.Status))
	r.Use(http.NewCrossOriginProtection().Handler, g.Load)
	s.signin.Mount(r)
	(&me.Handler{Devices: reader(func(ctx context.Context, tid tenant.ID) ([]me.Device, error) { return s.mine(ctx, tid) })}).Mount(r, g)
	all := page.NewRouter(r, g.All, problems)
	(&staff.Handler{Tenants: s.tenants, Audit: s.audit}).Mount(all)
	all.Get("/", says("overview"))
	all.Get("/devices", says("fleet"))
	r.Get("/evidence", g.Own(says("evidence"), tenant.RoleCustomerAdmin))
	r.Route("/t/{tenant}", func(r chi.Router) {
		r.Use(gate.Canonical)
		one := page.NewRouter(r, g.Tenant, problems)
		one.Get("/devices", says("devices of one"))
		one.Post("/sync", tenant.MaySync, says("synced"))
	})
	r.NotFound(func(w http.ResponseWriter, r *http.Request) { problems.Show(w, r, errs.NotFound) })
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) { problems.Status(w, r, 405) })
	return r
}

func says(what string) page.Handler {
	return func(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
		_, err := io.WriteString(w, what+" for "+string(m.Person.Role)+" "+m.Tenant.ID.String()+" "+m.Person.UPN)
		return err
	}
}

func parse(s string) tenant.ID {
	id, err := tenant.ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// people of the world, by what they are for.

func (s *site) owner() *world.User {
	return s.someone(s.cloud.World.Home(), func(u *world.User) bool { return u.Has("Global Administrator") })
}
func (s *site) helper() *world.User {
	owner := s.owner()
	return s.someone(s.cloud.World.Home(), func(u *world.User) bool { return u.ID != owner.ID })
}
func (s *site) admin(t *world.Tenant) *world.User {
	return s.someone(t, func(u *world.User) bool { return u.Has("Global Administrator") })
}
func (s *site) user(t *world.Tenant) *world.User {
	return s.someone(t, func(u *world.User) bool { return len(u.Roles) == 0 })
}

func (s *site) someone(t *world.Tenant, is func(*world.User) bool) *world.User {
	s.t.Helper()
	for _, u := range t.Users {
		if !u.Guest() && u.AccountEnabled && u.Password != "" && is(u) {
			return u
		}
	}
	s.t.Fatalf("nobody fits in %s", t.DisplayName)
	return nil
}

// guest is a redeemed guest of a customer whose home is the partner.
func (s *site) guest() (*world.Tenant, *world.User) {
	for _, t := range s.cloud.World.Tenants()[1:7] {
		for _, u := range t.Users {
			if u.Guest() && u.ExternalUserState == "Accepted" && u.HomeTenantID == s.cloud.World.Home().ID && u.AccountEnabled {
				return t, u
			}
		}
	}
	s.t.Skip("the world has no guest of the partner")
	return nil, nil
}

// browser is a person's browser. It follows redirects within the portal and within Microsoft; from one to the other it goes too.
type browser struct {
	*site
	http *http.Client
}

type answer struct {
	status int
	body   string
	url    *url.URL
	header http.Header
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{site: s, http: &http.Client{Jar: jar}}
}

// still does not follow redirects.
func (b *browser) still() *browser {
	c := *b.http
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{site: b.site, http: &c}
}

func (b *browser) do(method, address string, form url.Values, headers ...string) answer {
	b.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.srv.URL + address
	}
	req, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.http.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res.StatusCode, html.UnescapeString(string(body)), res.Request.URL, res.Header}
}

func (b *browser) get(path string, headers ...string) answer {
	return b.do("GET", path, nil, headers...)
}

var (
	formForm  = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)">(.*?)</form>`)
	fieldForm = regexp.MustCompile(`name="(flow)" value="([^"]*)"`)
)

// fill sends Microsoft's form that has the field or button.
func (b *browser) fill(a answer, name, value string) answer {
	b.t.Helper()
	for _, m := range formForm.FindAllStringSubmatch(a.body, -1) {
		if !strings.Contains(m[2], `name="`+name+`"`) {
			continue
		}
		v := url.Values{name: {value}}
		for _, f := range fieldForm.FindAllStringSubmatch(m[2], -1) {
			v.Set(f[1], f[2])
		}
		to, err := a.url.Parse(m[1])
		if err != nil {
			b.t.Fatal(err)
		}
		return b.do("POST", to.String(), v)
	}
	b.t.Fatalf("no form with %q at %s: %d %.600s", name, a.url.Path, a.status, a.body)
	return answer{}
}

// signIn goes through Microsoft's pages from an address of the portal that leads there, and accepts what is asked.
func (b *browser) signIn(path string, u *world.User) answer {
	b.t.Helper()
	a := b.get(path)
	for range 4 {
		switch {
		case strings.HasPrefix(a.url.String(), b.srv.URL):
			return a
		case strings.Contains(a.body, `name="loginfmt"`):
			a = b.fill(a, "loginfmt", u.SignInName)
		case strings.Contains(a.body, `name="passwd"`):
			a = b.fill(a, "passwd", u.Password)
		case strings.Contains(a.body, `name="decision"`):
			a = b.fill(a, "decision", "accept")
		default:
			b.t.Fatalf("stuck at Microsoft: %s %d %.800s", a.url, a.status, a.body)
		}
	}
	return a
}

// authorize starts a sign-in and gives the address at Microsoft, without going there.
func (b *browser) authorize(path string) *url.URL {
	b.t.Helper()
	a := b.still().get(path)
	if a.status != 302 {
		b.t.Fatalf("%s: %d %.300s", path, a.status, a.body)
	}
	u, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		b.t.Fatal(err)
	}
	return u
}

func (a answer) heading() string {
	m := regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`).FindStringSubmatch(a.body)
	if m == nil {
		return ""
	}
	return m[1]
}
