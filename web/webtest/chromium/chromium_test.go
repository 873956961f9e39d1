package chromium

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Where nothing can be found, a look says nothing either; these pages have something to find.
func TestFinds(t *testing.T) {
	page := ""
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, page)
	}))
	defer srv.Close()
	ctx := Tab(t)
	open := func(body string) {
		t.Helper()
		page = `<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1>` + body + `</main></html>`
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(640, 900), chromedp.Navigate(srv.URL)); err != nil {
			t.Fatal(err)
		}
	}

	open(`<p>Calm</p>`)
	if moved, err := LayoutShift(ctx); err != nil || moved != "" {
		t.Errorf("a calm page moves: %s %v", moved, err)
	}
	if over, err := NoSidewaysScroll(ctx); err != nil || over != "" {
		t.Errorf("a calm page scrolls: %s %v", over, err)
	}
	if found, err := Axe(ctx); err != nil || len(found) > 0 {
		t.Errorf("a calm page is not accessible: %v %v", found, err)
	}

	open(`<div id="late"></div><p style="height:20em">Pushed</p><script>addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame(() => { late.style.height = "300px"; })))</script>`)
	for range 50 {
		moved, err := LayoutShift(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(moved, "Pushed") {
			open(`<p style="width:2000px;color:#ccc">Wide and pale</p>`)
			if over, err := NoSidewaysScroll(ctx); err != nil || !strings.Contains(over, "P.") {
				t.Errorf("a wide page: %q %v", over, err)
			}
			if found, err := AxeIn(ctx, "dark"); err != nil || len(found) != 1 || found[0].ID != "color-contrast" {
				t.Errorf("a pale page: %v %v", found, err)
			}
			return
		}
	}
	t.Error("what moved was not seen")
}
