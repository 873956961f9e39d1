package consent_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// Every page of the room in a real browser: axe finds nothing, in both themes, and nothing scrolls sideways at 320 px.
func TestPagesInABrowser(t *testing.T) {
	ctx := chromium.Tab(t)
	s := newSite(t)
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.Handle("/", s.handler)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)

	path := s.link(devices + "&features=configuration&features=services&features=device-actions&features=my-devices")
	dead := "/consent/x"
	declined := s.do("POST", path, "decision=decline&lang=de").head.Get("Location")
	s.grantAll()
	if a := s.do("POST", "/t/"+contoso+"/consent/read", ""); a.status != http.StatusSeeOther {
		t.Fatal(a.status)
	}
	for name, target := range map[string]string{
		"landing": path, "landing-el": path + "?lang=el", "dead": dead, "declined": declined, "staff": "/t/" + contoso + "/consent",
	} {
		t.Run(name, func(t *testing.T) { chromium.Look(t, ctx, server.URL+target) })
	}
}
