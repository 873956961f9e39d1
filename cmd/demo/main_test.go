package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/localpg"
)

// screen is an output that a test may read while it is written.
type screen struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func dataDir(t *testing.T) string {
	t.Helper()
	if _, err := localpg.Binaries(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	dir, err := os.MkdirTemp("/tmp", "demo-test-") // t.TempDir cannot be entered by the user that Postgres runs as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDemo starts it twice on the same data, as people do, and stops it by its signal.
func TestDemo(t *testing.T) {
	dir := dataDir(t)
	for range 2 {
		ctx, cancel := context.WithCancel(t.Context())
		var out screen
		done := make(chan error, 1)
		env := map[string]string{"TENANTRY_LISTEN": "127.0.0.1:0", "TENANTRY_DATA_DIR": dir, "DATABASE_URL": "postgres://nobody@192.0.2.1/production"}
		go func() {
			done <- run(ctx, []string{"--tenants=6", "--devices=300", "--cloud-port=0"}, func(n string) string { return env[n] }, &out, &out)
		}()
		url := awaitURL(t, &out, done)
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/signin": 200, "/static/none": 404} {
			res, err := http.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("GET %s = %d, want %d", path, res.StatusCode, want)
			}
		}
		await(t, 10*time.Second, "who can sign in", func() bool { return strings.Contains(out.String(), "Ctrl-C") }) // it serves before it says so
		for _, want := range []string{"built", "owner", "technician of Contoso", "support", "customer administrator of Contoso", "not asked yet"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the screen does not say %q:\n%s", want, out.String())
			}
		}
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
		case <-time.After(15 * time.Second):
			t.Fatal("does not stop")
		}
	}
	if out, err := exec.Command("pgrep", "-f", dir).Output(); err == nil {
		t.Errorf("left running: %s", out)
	}
}

func awaitURL(t *testing.T, out *screen, done <-chan error) string {
	t.Helper()
	form := regexp.MustCompile(`(?m)^portal +(http://\S+)$`)
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if m := form.FindStringSubmatch(out.String()); m != nil {
			return m[1]
		}
		select {
		case err := <-done:
			t.Fatalf("ended: %v\n%s", err, out.String())
		default:
		}
	}
	t.Fatalf("did not say where it is:\n%s", out.String())
	return ""
}

func TestRefusals(t *testing.T) {
	var out screen
	for _, args := range [][]string{{"--tenants=0"}, {"--devices=-1"}, {"--nonsense"}, {"stray"}} {
		if err := run(t.Context(), args, func(string) string { return "" }, &out, &out); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
	env := func(n string) string { return map[string]string{"TENANTRY_LISTEN": "0.0.0.0:0"}[n] }
	if err := run(t.Context(), nil, env, &out, &out); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Errorf("listening to everyone: %v", err)
	}
}
