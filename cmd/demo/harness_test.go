package main

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/cmd/internal/serve"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/config"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

// site is the demo as a test runs it: the simulated cloud and the portal in this process, on free ports, with a small world.
type site struct {
	t      testing.TB
	cloud  *cloudsim.Cloud
	portal *serve.Portal
	base   string // origin of the portal
	log    *safeBuffer
	stop   func() error // ends the portal; later calls do nothing

	pages []*webtest.Document // of TestOneDemo: what the owner finds, up to three pages of each shape
}

// safeBuffer takes the log of many goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// warnings are the last lines that are more than information.
func (b *safeBuffer) warnings() string {
	var lines []string
	for l := range strings.Lines(b.String()) {
		if !strings.Contains(l, `"level":"INFO"`) {
			lines = append(lines, l[:min(len(l), 400)])
		}
	}
	return strings.Join(lines[max(0, len(lines)-12):], "")
}

// small has customers of each kind: four that consented (the last of them without Intune), and one each that declined, withdrew, consented
// in part, and was never asked.
var small = world.Options{Seed: 7, Tenants: 8, Devices: 360}

// start runs everything on a database of the test's own and waits until the connected customers were read once.
func start(t testing.TB) *site {
	t.Helper()
	return startOn(t, pgtest.NewDSN(t), small)
}

func startOn(t testing.TB, dsn string, o world.Options) *site {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, base: "http://" + l.Addr().String(), log: &safeBuffer{}}
	o.RedirectURIs = []string{s.base + "/auth/callback", s.base + "/auth/consent"}
	if s.cloud, err = cloudsim.New(cloudsim.Options{World: o}); err != nil {
		t.Fatal(err)
	}
	if err := s.cloud.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	cfg, err := settings(s.cloud, s.base, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	cfg.DatabaseURL = config.Secret(dsn)
	s.run(cfg, l)
	s.awaitFirstReads()
	return s
}

// run serves until the test ends.
func (s *site) run(cfg config.Portal, l net.Listener) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	seed := (&demo{cloud: s.cloud}).seed
	o := serve.Options{
		Web: true, Workers: 8, Listener: l,
		Prepare: func(ctx context.Context, p *serve.Portal) error { s.portal = p; return seed(ctx, p) },
		Ready:   func(string) { close(ready) },
	}
	go func() { ended <- serve.Run(ctx, cfg, o, slog.New(slog.NewJSONHandler(s.log, nil))) }()
	s.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	s.t.Cleanup(func() {
		if err := s.stop(); err != nil {
			s.t.Errorf("the portal ended with: %v", err)
		}
		s.cloud.Close()
		if s.t.Failed() {
			s.t.Logf("the portal's warnings end:\n%s", s.log.warnings())
		}
	})
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		s.t.Fatalf("the portal does not start: %v", err)
	case <-time.After(60 * time.Second):
		s.t.Fatal("the portal did not start within a minute")
	}
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// awaitFirstReads waits until no read is outstanding at a customer that may be read.
func (s *site) awaitFirstReads() {
	s.t.Helper()
	s.t.Cleanup(func() {
		if s.t.Failed() {
			s.t.Logf("reads: %s", s.reads())
		}
	})
	await(s.t, 60*time.Second, "the first reads", func() bool {
		all, err := s.portal.Sync.FreshnessOfAll(s.t.Context(), tenant.Everything())
		if err != nil {
			s.t.Fatal(err)
		}
		for _, f := range all {
			if f.Running || f.Tenants == 0 {
				return false
			}
		}
		var open int
		err = s.portal.Pool.Raw().QueryRow(s.t.Context(), `
			SELECT count(*) FROM river_job WHERE kind = 'graphsync' AND state IN ('available', 'running', 'pending')`).Scan(&open)
		if err != nil {
			s.t.Fatal(err)
		}
		return open == 0
	})
}

// reads says how many reads stand how, by dataset.
func (s *site) reads() (standing string) {
	err := s.portal.Pool.Raw().QueryRow(context.Background(), `
		SELECT string_agg(format('%s %s %s', dataset, state, n), ', ' ORDER BY dataset, state)
		FROM   (SELECT dataset, state, count(*) AS n FROM sync_state GROUP BY dataset, state) AS x`).Scan(&standing)
	if err != nil {
		return err.Error() // such as that the database is down, in the test of that
	}
	return standing
}

// await asks again and again until it is so.
func await(t testing.TB, limit time.Duration, what string, so func() bool) {
	t.Helper()
	for until := time.Now().Add(limit); !so(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

// The people and customers of the world.

func (s *site) owner() *world.User      { return owner(s.cloud.World) }
func (s *site) technician() *world.User { return titled(s.cloud.World, "Technician")[0] } // of the first four customers
func (s *site) support() *world.User    { return titled(s.cloud.World, "Support")[0] }

// customer is the n-th one; the first is the largest.
func (s *site) customer(n int) *world.Tenant { return s.cloud.World.Tenants()[1+n] }

// with is the customer whose consent stands so.
func (s *site) with(c world.Consent) *world.Tenant {
	s.t.Helper()
	var found *world.Tenant
	s.cloud.World.View(func() {
		for _, t := range s.cloud.World.Tenants()[1:] {
			if t.Consent == c {
				found = t
			}
		}
	})
	if found == nil {
		s.t.Fatalf("no customer whose consent is %s", c)
	}
	return found
}

func admin(t *world.Tenant) *world.User { return t.Users[0] }

// employee is somebody of the customer without a directory role.
func employee(t *world.Tenant) *world.User {
	for _, u := range t.Users {
		if len(u.Roles) == 0 && u.AccountEnabled && !u.Guest() {
			return u
		}
	}
	return nil
}

// visitor is somebody without script and not signed in.
func (s *site) visitor(t testing.TB) *webtest.Visitor { return webtest.NewVisitor(t, s.base) }

// signedIn is somebody without script who signed in at their tenant's authority and stands on the page where that leads.
func (s *site) signedIn(t testing.TB, u *world.User) (*webtest.Visitor, *webtest.Document) {
	t.Helper()
	v := s.visitor(t)
	d := v.AtMicrosoft(v.Get("/signin?tenant="+u.HomeTenantID), u.SignInName, u.Password, "accept")
	if !strings.HasPrefix(d.URL.String(), s.base) || d.Status != http.StatusOK {
		t.Fatalf("%s signs in: %s, %d, %q: %.300s", u.SignInName, d.URL, d.Status, d.Heading(), d.Text())
	}
	return v, d
}
