package services

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

var shots = flag.String("shots", "", "directory to write screenshots to")

// TestLook opens each page of the room in a browser: axe finds nothing in either theme, and nothing scrolls sideways from 320 px on.
func TestLook(t *testing.T) {
	ctx := webtest.Browser(t)
	f := newFixture(t)
	owner := technician
	owner.Role = tenant.RoleOwner
	client := f.Serve(t, owner, tenant.Only(f.contoso.ID, f.fabrikam.ID), f.mount)
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", client)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	at := "/t/" + f.contoso.ID.String()
	for name, path := range map[string]string{
		"services": "/services?state=ended&state=soon&ends=ended&ends=90", "services-one": at + "/services", "readings": "/services/readings", "readings-one": at + "/services/readings", "service": at + "/services/applePushCertificate/applePushCertificate", "lead-times": "/services/lead-times", "calendar": "/services/calendar",
	} {
		for _, look := range []struct {
			theme string
			width int64
		}{{"light", 1440}, {"dark", 1440}, {"light", 320}} {
			client.Theme = look.theme
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate(srv.URL+path)); err != nil {
				t.Fatal(err)
			}
			found, err := webtest.Axe(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range found {
				t.Errorf("%s %s %d: %s", name, look.theme, look.width, v)
			}
			over, err := webtest.NoSidewaysScroll(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if over != "" {
				t.Errorf("%s at %d px scrolls sideways by %s", name, look.width, over)
			}
			if *shots != "" {
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(*shots, name+"-"+look.theme+"-"+strconv.FormatInt(look.width, 10)+".png"), png, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
