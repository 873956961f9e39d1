package signin_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/me"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// The pages of sign-in, staff and one's own devices in a real browser: axe finds nothing, in both themes, and nothing scrolls sideways at
// 320 px. With SHOTS=dir it also keeps pictures.
func TestPagesInABrowser(t *testing.T) {
	ctx := chromium.Tab(t)
	s := newSite(t)
	s.mine = func(context.Context, tenant.ID) ([]me.Device, error) {
		return []me.Device{{ID: "d1", Name: "DESK-1", Model: "Latitude", Serial: "5CG0", OS: "Windows", OSVersion: "10.0.26100", Compliance: "compliant", LastSyncAt: time.Now()}}, nil
	}
	owner := s.browser()
	owner.signIn("/signin?tenant="+s.cloud.World.Home().ID, s.owner())
	stranger := s.browser()
	stranger.signIn("/signin?tenant="+s.cloud.World.Home().ID, s.helper())
	near := strings.Replace(s.cloud.World.Tenants()[1].Domains[0], ".", "x.", 1)
	if err := chromedp.Do(ctx, chromedp.Navigate(s.srv.URL+"/signin")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []struct {
		name, path string
		as         *browser
	}{
		{"signin", "/signin", s.browser()},
		{"signin-fault", "/signin?tenant=nobody-has-this.example", s.browser()},
		{"signin-guess", "/signin?tenant=" + near, owner},
		{"signed-out", "/signin?signed-out=1", s.browser()},
		{"stranger", "/", stranger},
		{"staff", "/staff", owner},
		{"staff-new", "/staff/new", owner},
		{"staff-one", "/staff/1", owner},
		{"me", "/me/devices", owner},
	} {
		t.Run(p.name, func(t *testing.T) {
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.cookie = %q", cookie(p.as)))); err != nil {
				t.Fatal(err)
			}
			chromium.Look(t, ctx, s.srv.URL+p.path)
		})
	}
}

// cookie gives Chromium the session of one browser, or none.
func cookie(b *browser) string {
	for _, c := range b.http.Jar.Cookies(mustURL(b.srv.URL)) {
		if c.Name == "tenantry" {
			return "tenantry=" + c.Value + "; path=/"
		}
	}
	return "tenantry=; path=/; max-age=0"
}
