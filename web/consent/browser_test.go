package consent_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
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
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{1440, 320} {
				var shot []byte
				err := chromedp.Do(ctx,
					emulation.SetDeviceMetricsOverride(width, 900, 1, false),
					emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
					chromedp.Navigate(server.URL+target), chromedp.FullScreenshot(&shot, 90),
				)
				if err != nil {
					t.Fatal(err)
				}
				if dir := os.Getenv("SHOTS"); dir != "" && (scheme == "light" || width == 1440) {
					os.WriteFile(dir+"/"+name+"-"+scheme+"-"+map[int64]string{1440: "1440", 320: "320"}[width]+".jpg", shot, 0o644)
				}
				found, err := webtest.Axe(ctx)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range found {
					t.Errorf("%s, %s, %d: %s", name, scheme, width, v)
				}
				if over, err := webtest.NoSidewaysScroll(ctx); err != nil || over != "" {
					t.Errorf("%s, %d: %s, %v", name, width, over, err)
				}
			}
		}
	}
}
