package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

type result struct {
	out, log string
	err      error
}

func (r result) all() string {
	if r.err == nil {
		return r.out + r.log
	}
	return r.out + r.log + r.err.Error()
}

func tenantry(t *testing.T, env map[string]string, args ...string) result {
	t.Helper()
	var out, log bytes.Buffer
	err := run(t.Context(), args, func(n string) string { return env[n] }, &out, &log)
	return result{out.String(), log.String(), err}
}

// cloud is a simulated Microsoft, and the settings that fit it.
func cloud(t *testing.T, redirects ...string) map[string]string {
	t.Helper()
	c, err := cloudsim.New(cloudsim.Options{World: world.Options{Tenants: 3, Devices: 30, RedirectURIs: redirects}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	u := c.URLs()
	return map[string]string{
		"AZURE_TENANT_ID": c.World.Home().ID, "AZURE_CLIENT_ID": c.World.App.ClientID, "AZURE_CLIENT_SECRET": c.World.App.ClientSecret,
		"AZURE_AUTHORITY_HOST": u.Login, "TENANTRY_GRAPH_URL": u.Graph, "TENANTRY_DATA_DIR": t.TempDir(), "TENANTRY_URL": "http://localhost:8080",
	}
}

func with(env map[string]string, pairs ...string) map[string]string {
	env = maps.Clone(env)
	for i := 0; i < len(pairs); i += 2 {
		env[pairs[i]] = pairs[i+1]
	}
	return env
}

func TestHelpNamesVariables(t *testing.T) {
	r := tenantry(t, nil, "serve", "--help")
	if r.err != nil || !strings.Contains(strings.Join(strings.Fields(r.out), " "), "($AZURE_TENANT_ID)") || strings.Contains(r.out, "--azure-client-secret") {
		t.Errorf("%v\n%s", r.err, r.out)
	}
	if r := tenantry(t, nil); r.err != nil || !strings.Contains(r.out, "doctor") {
		t.Errorf("without arguments: %v\n%s", r.err, r.out)
	}
	if r := tenantry(t, nil, "nonsense"); r.err == nil {
		t.Error("an unknown command was taken")
	}
}

func TestServeSaysAllWrongSettings(t *testing.T) {
	r := tenantry(t, map[string]string{"TENANTRY_CLOUD": "mars", "AZURE_CLIENT_ID": "x"}, "serve", "--listen", "nowhere")
	for _, want := range []string{"5 settings are wrong", "TENANTRY_CLOUD", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_CERTIFICATE_PATH", "TENANTRY_LISTEN"} {
		if r.err == nil || !strings.Contains(r.err.Error(), want) {
			t.Errorf("%q is not in: %v", want, r.err)
		}
	}
}

func TestServeAnswersAndStops(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	env := with(cloud(t), "DATABASE_URL", pgtest.NewDSN(t), "TENANTRY_LISTEN", address)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan error, 1)
	var log lines
	go func() {
		done <- run(ctx, []string{"serve", "--workers=2"}, func(n string) string { return env[n] }, io.Discard, &log)
	}()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		res, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(end) {
			t.Fatalf("not ready: %v\n%s", err, log.String())
		}
	}
	stop()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("%v\n%s", err, log.String())
		}
	case <-time.After(20 * time.Second):
		t.Fatal("does not stop")
	}
	if s := log.String(); !strings.Contains(s, `"msg":"serving"`) || strings.Contains(s, env["AZURE_CLIENT_SECRET"]) {
		t.Errorf("log:\n%s", s)
	}
}

// lines is a log that is read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestServeOnATakenPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	env := map[string]string{"AZURE_TENANT_ID": "11111111-1111-4111-8111-111111111111", "AZURE_CLIENT_ID": "22222222-2222-4222-8222-222222222222", "AZURE_CLIENT_SECRET": "s"}
	if r := tenantry(t, env, "serve", "--listen", l.Addr().String()); r.err == nil || !strings.Contains(r.err.Error(), "TENANTRY_LISTEN") {
		t.Errorf("error = %v", r.err)
	}
}

func TestMigrate(t *testing.T) {
	env := map[string]string{"DATABASE_URL": pgtest.NewDSN(t)}
	if r := tenantry(t, env, "migrate"); r.err != nil || !strings.Contains(r.out, "0 migrations applied") {
		t.Errorf("%s", r.all())
	}
	r := tenantry(t, map[string]string{"DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/d"}, "migrate")
	if r.err == nil || strings.Contains(r.all(), "hunter2") {
		t.Errorf("without a server: %s", r.all())
	}
}

func TestAuditVerify(t *testing.T) {
	p, err := postgres.Open(t.Context(), pgtest.NewDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	contoso, err := tenant.ParseID("11111111-1111-4111-8111-111111111111")
	if err != nil {
		t.Fatal(err)
	}
	s := audit.NewStore(p)
	for _, object := range []string{"one", "two"} {
		if err := s.Append(t.Context(), contoso, audit.Entry{Actor: "Tenantry", Action: "test", Object: object}); err != nil {
			t.Fatal(err)
		}
	}
	var export bytes.Buffer
	if err := s.Export(t.Context(), contoso, &export); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	write := func(b []byte) {
		t.Helper()
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(export.Bytes())
	if r := tenantry(t, nil, "audit", "verify", file); r.err != nil || !strings.Contains(r.out, "Records  2") {
		t.Errorf("%s", r.all())
	}
	write(bytes.Replace(export.Bytes(), []byte("two"), []byte("2"), 1))
	if r := tenantry(t, nil, "audit", "verify", file); !errors.Is(r.err, audit.ErrBroken) || !strings.Contains(r.err.Error(), "line 3") {
		t.Errorf("%s", r.all())
	}
	if r := tenantry(t, nil, "audit", "verify", file+".none"); r.err == nil {
		t.Error("a missing file was taken")
	}
}

func TestKeysRotate(t *testing.T) {
	env := map[string]string{"TENANTRY_DATA_DIR": t.TempDir()}
	for _, want := range []string{"1 older", "2 older"} {
		if r := tenantry(t, env, "keys", "rotate"); r.err != nil || !strings.Contains(r.out, want) {
			t.Errorf("want %q: %s", want, r.all())
		}
	}
}

func TestDoctor(t *testing.T) {
	fine := with(cloud(t), "DATABASE_URL", pgtest.NewDSN(t))
	for _, tc := range []struct {
		name string
		env  map[string]string
		want []string // each must be in the answer
		bad  bool
	}{
		{"all is well", fine, []string{"ok       Settings", "ok       Database", "ok       Migrations", "ok       Keyset", "ok       Sign-in service", "ok       Credential",
			"ok       Application permissions", "ok       Read-only", "ok       Multi-tenant", "ok       Redirect URIs", "ok       Claims of sign-ins", "ok       Credential's end"}, false},
		{"wrong secret", with(fine, "AZURE_CLIENT_SECRET", "wrong"), []string{"not ok   Credential: the client secret is wrong (AADSTS7000215)", "unknown  Registration"}, true},
		{"wrong application", with(fine, "AZURE_CLIENT_ID", "99999999-9999-4999-8999-999999999999"), []string{"not ok   Credential", "AADSTS700016"}, true},
		{"unknown tenant", with(fine, "AZURE_TENANT_ID", "99999999-9999-4999-8999-999999999999"), []string{"not ok   Sign-in service: there is no tenant"}, true},
		{"another origin", with(fine, "TENANTRY_URL", "https://portal.example.com"), []string{"not ok   Redirect URIs: not registered: https://portal.example.com/auth/callback"}, true},
		{"nothing answers", with(fine, "AZURE_AUTHORITY_HOST", "http://127.0.0.1:1"), []string{"not ok   Sign-in service: does not answer"}, true},
		{"no database", with(fine, "DATABASE_URL", "postgres://u:hunter2@127.0.0.1:1/d"), []string{"not ok   Database"}, true},
		{"wrong settings", with(fine, "TENANTRY_CLOUD", "mars", "AZURE_CLIENT_ID", ""), []string{"not ok   Setting AZURE_CLIENT_ID", "not ok   Setting TENANTRY_CLOUD", "ok       Database", "unknown  App registration"}, true},
		{"Graph does not answer", with(fine, "TENANTRY_GRAPH_URL", "http://127.0.0.1:1"), []string{"ok       Credential", "unknown  Multi-tenant", "unknown  Redirect URIs"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := tenantry(t, tc.env, "doctor")
			if (r.err != nil) != tc.bad {
				t.Errorf("error = %v", r.err)
			}
			for _, want := range tc.want {
				if !strings.Contains(r.out, want) {
					t.Errorf("does not say %q:\n%s", want, r.out)
				}
			}
			if s := r.all(); strings.Contains(s, fine["AZURE_CLIENT_SECRET"]) || strings.Contains(s, "hunter2") {
				t.Errorf("tells a secret:\n%s", s)
			}
		})
	}
}
