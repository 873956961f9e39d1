package evidence_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest"
)

// The page of a tenant that was read and of one that never was: axe finds nothing, and nothing scrolls sideways at 320 px.
func TestEvidenceInABrowser(t *testing.T) {
	ctx := webtest.Browser(t)
	s, contoso, fabrikam := newSite(t)
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.Handle("/", s)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for _, tid := range []tenant.ID{contoso, fabrikam} {
		s.as = tenant.Person{Tenant: tid, Name: "Administrator", UPN: "admin@contoso.example", Role: tenant.RoleCustomerAdmin}
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{1440, 320} {
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(server.URL+"/evidence")); err != nil {
					t.Fatal(err)
				}
				if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.dataset.theme = "`+theme+`"`)); err != nil {
					t.Fatal(err)
				}
				if err := chromedp.Do(ctx, chromedp.Sleep(250*time.Millisecond)); err != nil { // colours fade for 120 ms
					t.Fatal(err)
				}
				found, err := webtest.AxeIn(ctx, theme)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range found {
					t.Errorf("%s, %d: %s", theme, width, v)
				}
				if over, err := webtest.NoSidewaysScroll(ctx); err != nil || over != "" {
					t.Errorf("%d: %s, %v", width, over, err)
				}
			}
		}
	}
}
