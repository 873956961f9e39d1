package ui_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/web/static"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

func TestMain(m *testing.M) { chromium.Main(m) }

// serveGallery serves the gallery under the product's policy: no inline style or script. ?theme= chooses a theme.
func serveGallery(t *testing.T) string {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	for path, page := range gallery() {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'")
			html, err := templ.ToGoHTML(r.Context(), page)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			_, _ = w.Write([]byte(themed(string(html), r.URL.Query().Get("theme"))))
		})
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// themed sets the attribute that a shell with a theme prints.
func themed(page, theme string) string {
	if theme == "" {
		return page
	}
	const head = `<html lang="en"`
	i := len("<!doctype html>")
	return page[:i] + head + ` data-theme="` + theme + `"` + page[i+len(head):]
}

func TestGalleryIsAccessible(t *testing.T) {
	t.Parallel()
	ctx, base := chromium.Tab(t), serveGallery(t)
	for _, path := range slices.Sorted(maps.Keys(gallery())) {
		chromium.Look(t, ctx, base+path)
	}
}

func TestGalleryNeverScrollsSideways(t *testing.T) {
	t.Parallel()
	ctx, base := chromium.Tab(t), serveGallery(t)
	for _, path := range slices.Sorted(maps.Keys(gallery())) {
		if err := chromedp.Do(ctx, chromedp.Navigate(base+path)); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{390, 700, 800, 1280, 1920} { // between and beyond those of Look
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 800)); err != nil {
				t.Fatal(err)
			}
			over, err := chromium.NoSidewaysScroll(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if over != "" {
				t.Errorf("%s at %d px scrolls sideways by %s", path, width, over)
			}
		}
	}
}

// TestGalleryOpened looks at what floats: the switcher, a filter, the account, the menu and the palette.
func TestGalleryOpened(t *testing.T) {
	t.Parallel()
	ctx, base := chromium.Tab(t), serveGallery(t)
	for _, tc := range []struct {
		part, open string
		width      int64
	}{
		{".switcher", "open = true", 1440},
		{".switcher", "open = true", 320},
		{".filters details", "open = true", 1440},
		{".filters details", "open = true", 320},
		{"details:has(> .avatar)", "open = true", 320},
		{"details:has(> .top-link)", "open = true", 1440},
		{"details:has(> .top-link)", "open = true", 320},
		{".menu", "open = true", 320},
		{"#palette", "showModal()", 1440},
		{"#palette", "showModal()", 320},
	} {
		for _, theme := range []string{"light", "dark"} {
			if theme == "dark" && tc.width != 320 {
				continue // colours do not depend on the width
			}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(tc.width, 900), chromedp.Navigate(base+"/devices?theme="+theme)); err != nil {
				t.Fatal(err)
			}
			if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.querySelector("+strconv.Quote(tc.part)+")."+tc.open+`; const i = document.querySelector("#palette[open] input"); if (i) { i.value = "0482"; i.dispatchEvent(new Event("input")) } new Promise(r => setTimeout(() => r(true), 300))`, chromedp.EvalAwaitPromise)); err != nil {
				t.Fatal(err)
			}
			found, err := chromium.AxeOf(ctx, theme, tc.part)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range found {
				t.Errorf("%s %s %d: %s", tc.part, theme, tc.width, v)
			}
			over, err := chromium.NoSidewaysScroll(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if over != "" {
				t.Errorf("%s at %d px scrolls sideways by %s", tc.part, tc.width, over)
			}
		}
	}
}
