package consent_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest"
)

// Every page of the room in a real browser: axe finds nothing, in both themes, and nothing scrolls sideways at 320 px.
// With SHOTS=dir it also keeps pictures.
func TestPagesInABrowser(t *testing.T) {
	ctx := webtest.Browser(t)
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
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{1440, 320} {
				err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+target))
				if err == nil {
					_, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.dataset.theme = "`+theme+`"`))
				}
				if err != nil {
					t.Fatal(err)
				}
				if dir := os.Getenv("SHOTS"); dir != "" {
					shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
					if err != nil {
						t.Fatal(err)
					}
					os.WriteFile(fmt.Sprintf("%s/%s-%s-%d.png", dir, name, theme, width), shot, 0o644)
				}
				if err := chromedp.Do(ctx, chromedp.Sleep(250*time.Millisecond)); err != nil { // colours fade for 120 ms
					t.Fatal(err)
				}
				found, err := webtest.AxeIn(ctx, theme)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range found {
					t.Errorf("%s, %s, %d: %s", name, theme, width, v)
				}
				if over, err := webtest.NoSidewaysScroll(ctx); err != nil || over != "" {
					t.Errorf("%s, %d: %s, %v", name, width, over, err)
				}
			}
		}
	}
}
