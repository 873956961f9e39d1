package main

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/localpg"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

// TestDatabaseDown stops the Postgres below a running portal and starts it again: pages say so with 503 and come back by themselves, and
// nobody is signed out by it.
func TestDatabaseDown(t *testing.T) {
	pgtest.NewDSN(t) // skips where there is no Postgres, as all tests do
	dir, err := localpg.DefaultDir("tenantry-test-down")
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, t.Name())
	t.Cleanup(func() { os.RemoveAll(dir) })
	o := localpg.Options{Dir: dir, Fast: true}
	pg, err := localpg.Start(t.Context(), o)
	if errors.Is(err, localpg.ErrNoBinaries) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pg.Stop() })
	s := startOn(t, pg.DSN("postgres"), small)
	v, _ := s.signedIn(t, s.owner())
	c := s.customer(0)

	if err := pg.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/devices", "/t/" + c.ID, "/t/" + c.ID + "/devices", "/consent/" + strings.Repeat("A", 43), "/evidence", "/me/devices"} {
		began := time.Now()
		d := v.Get(path)
		if d.Status != http.StatusServiceUnavailable || d.Heading() != "Not available at the moment" || d.Header.Get("Retry-After") == "" {
			t.Errorf("%s answers %d %q", path, d.Status, d.Heading())
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %s to say so", path, took)
		}
		if d := v.With("Accept", "application/json").Get(path); d.Status != http.StatusServiceUnavailable || !strings.HasPrefix(d.Header.Get("Content-Type"), "application/json") {
			t.Errorf("JSON of %s answers %d %s", path, d.Status, d.Header.Get("Content-Type"))
		}
	}
	if d := v.Post("/t/"+c.ID+"/sync", url.Values{}); d.Status != http.StatusServiceUnavailable {
		t.Errorf("a form answers %d", d.Status)
	}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		if d := s.visitor(t).Get(path); d.Status != want {
			t.Errorf("%s answers %d, want %d", path, d.Status, want)
		}
	}

	if pg, err = localpg.Start(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	await(t, 30*time.Second, "ready again", func() bool { return s.visitor(t).Get("/readyz").Status == http.StatusOK })
	if d := v.Get("/devices"); d.Status != http.StatusOK || d.Heading() == "Sign in" {
		t.Errorf("after the database is back /devices answers %d %q", d.Status, d.Heading())
	}
}
