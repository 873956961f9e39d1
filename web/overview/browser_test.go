package overview

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// open serves the client's pages to a browser, with the headers of the portal.
func open(t *testing.T, client http.Handler) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.Handle("/", client)
	srv := httptest.NewServer(middleware.Headers(false)(mux))
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestLook opens the pages that look over all customers in a browser: axe finds nothing in either theme, and nothing scrolls sideways.
func TestLook(t *testing.T) {
	t.Parallel()
	ctx := chromium.Tab(t)
	f, of, reach := lively(t)
	store := audit.NewStore(f.Pool)
	for _, action := range []string{"tenant.added", "consent.link.created", "consent.returned", "consent.read"} {
		if err := store.Append(t.Context(), of["Contoso"].ID, audit.Entry{Actor: "Technician (technician@firstup.example)", Action: action, Object: of["Contoso"].ID.String()}); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 90 {
		day := f.Now.AddDate(0, 0, -n)
		if n > 30 && n < 34 {
			continue
		}
		if _, err := f.Pool.In(of["Contoso"].ID).Exec(t.Context(), `
			INSERT INTO tenant_daily (tenant_id, dataset, key, day, value) VALUES ($1, 'devices', 'total', $2::timestamptz::date, 100), ($1, 'devices', 'compliance:compliant', $2::timestamptz::date, $3)
			ON CONFLICT (tenant_id, dataset, key, day) DO UPDATE SET value = excluded.value`, of["Contoso"].ID, day, 92-n/12); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 70 {
		f.Ran(t, of["Contoso"].ID, graphsync.Devices, int64(n), f.Now.Add(-time.Duration(n)*time.Minute), map[bool]string{true: "Microsoft answers 503 to large pages."}[n%9 == 0])
	}
	client := f.Serve(t, owner, reach, site(f))
	base, at := open(t, client), "/t/"+of["Contoso"].ID.String()
	for name, path := range map[string]string{
		"overview": "/", "tenants": "/tenants", "tenants-none": "/tenants?state=suspended", "new": "/tenants/new", "tenant": at + "/", "tenant-late": "/t/" + of["Fabrikam"].ID.String() + "/", "tenant-unread": "/t/" + of["Northwind"].ID.String() + "/",
		"tenant-withdrawn": "/t/" + of["Litware"].ID.String() + "/", "sync": "/sync?age=unread&age=late&state=failed", "sync-all": "/sync", "runs": "/sync/runs", "activity": "/activity", "activity-one": at + "/activity", "settings": "/settings", "permissions": "/settings/permissions",
	} {
		t.Run(name, func(t *testing.T) { chromium.Look(t, ctx, base+path) })
	}
}

// TestProgress watches a first read from a customer's page and from the sync page, under the portal's policy: rows count up without a
// reload, and the page stops asking when the read is complete.
func TestProgress(t *testing.T) {
	t.Parallel() // it waits most of the time
	ctx := chromium.Tab(t)
	f, of, reach := lively(t)
	asked := make(chan string, 1000)
	client := f.Serve(t, technician, reach, site(f))
	base := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("HX-Request") != "" {
			asked <- r.URL.Path
		}
		client.ServeHTTP(w, r)
	}))
	if err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && (e.Entry.Level == "error" || e.Entry.Source == "security") && e.Entry.URL != base+"/favicon.ico" {
			t.Errorf("the browser complains: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/t/" + of["Adatum"].ID.String(), "/sync?customer=" + of["Adatum"].ID.String()} {
		f.StartRead(t, of["Adatum"].ID, graphsync.Devices, 1111)
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(base+path)); err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`window.same = true`)); err != nil {
			t.Fatal(err)
		}
		sees(t, ctx, path, "1,111")
		f.StartRead(t, of["Adatum"].ID, graphsync.Devices, 2222)
		sees(t, ctx, path, "2,222")
		f.ReadDevices(t, of["Adatum"].ID, f.Now)
		sees(t, ctx, path, "Complete")
		if same, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`window.same === true`)); err != nil || !same {
			t.Errorf("%s: the page was loaded again (%v)", path, err)
		}
		time.Sleep(2500 * time.Millisecond) // a request under way may still come
		for len(asked) > 0 {
			<-asked
		}
		time.Sleep(4500 * time.Millisecond)
		if n := len(asked); n > 0 {
			t.Errorf("%s: asked %d times after the read was complete", path, n)
		}
	}
}

// sees waits until the page's main part shows the text.
func sees(t *testing.T, ctx context.Context, path, text string) {
	t.Helper()
	var main string
	for range 80 {
		var err error
		if main, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector("main").innerText`)); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(main, text) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s never shows %q:\n%s", path, text, main)
}
