package chromium

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
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

// A shell is looked at whole where something of it is new, wherever its links lead.
func TestShellIsLookedAtOnce(t *testing.T) {
	ctx := Tab(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!doctype html><html lang="en"><title>Page</title><style>a { display: block; padding: 1em } .pale { color: #ccc }</style><body>`+r.URL.Query().Get("html")+`</body></html>`)
	}))
	defer srv.Close()
	rail := func(entries string) string {
		return `<nav class="rail" aria-label="Main"><ul>` + entries + `</ul></nav><main><h1>Page</h1><p id="p">Text</p></main>`
	}
	for _, tc := range []struct{ name, theme, html, left, found string }{
		{"new", "light", rail(`<li><a href="/a">A</a></li>`), "Page,Text,A", ""},
		{"known", "light", rail(`<li><a href="/b">B</a></li><li><a href="/c">Customers</a></li>`), "Page,Text", ""},
		{"known in the other theme", "dark", rail(`<li><a href="/b">B</a></li>`), "Page,Text,B", ""},
		{"marked", "light", rail(`<li><a href="/b">B</a></li><li><a href="/c" class="pale">Customers</a></li>`), "Page,Text,B,Customers", "color-contrast"},
		{"unnamed", "light", rail(`<li><a href="/b"></a></li>`), "Page,Text,", "link-name"},
		{"landmarks of one name", "light", rail(`<li><a href="/b">B</a></li>`) + `<nav aria-label="Main"><a href="/d">D</a></nav>`, "Page,Text,D", "landmark-unique"},
		{"one id", "light", rail(`<li><a href="/b">B</a></li>`) + `<div id="p"></div>`, "Page,Text", "p"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL+"?html="+url.QueryEscape(tc.html))); err != nil {
				t.Fatal(err)
			}
			found, err := slim(ctx, tc.theme)
			if err != nil {
				t.Fatal(err)
			}
			left, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("h1, p, a")].sort((a, b) => "H1PA".indexOf(a.tagName) - "H1PA".indexOf(b.tagName)).map(e => e.textContent).join()`))
			if err != nil || left != tc.left {
				t.Errorf("%q is left, want %q (%v)", left, tc.left, err)
			}
			violations, err := Axe(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range violations {
				found = append(found, v.ID)
			}
			if got := strings.Join(found, " "); got != tc.found {
				t.Errorf("found %q, want %q", got, tc.found)
			}
		})
	}
}

// A tab whose process ends is one that answers no more: a look begins anew, and everything else is told at once.
func TestProcessEnds(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, `<!doctype html><html lang="en"><title>Page</title><main><h1>Page</h1></main></html>`)
	}))
	defer srv.Close()
	ctx := Tab(t)
	crash := func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.Navigate(srv.URL)); err != nil {
			return err
		}
		chromedp.Do(ctx, chromedp.Navigate("chrome://crash")) // an error or none: it is over before the process is
		_, err := chromedp.Run(ctx, chromedp.Evaluate[string]("new Promise(() => {})", chromedp.EvalAwaitPromise))
		return err
	}

	looks := 0
	err := steady(t, ctx, func(ctx context.Context) error {
		if looks++; looks < 3 {
			return crash(ctx)
		}
		return measure(t, ctx, srv.URL, "light")
	})
	if err != nil || looks != 3 {
		t.Errorf("the look after two that were lost: %v, %d looks", err, looks)
	}
	if found, err := Axe(ctx); err != nil || len(found) > 0 {
		t.Errorf("axe in a tab that lost its process: %v %v", found, err)
	}
	err = steady(t, ctx, crash)
	if err == nil || !strings.Contains(err.Error(), "the process of the tab ended") {
		t.Errorf("lost each time: %v", err)
	}

	ours := struct{ *silent }{&silent{TB: t}}
	t.Run("outside a look", func(t *testing.T) {
		ours.TB = t
		ctx := Tab(ours)
		crash(ctx)
		<-ctx.Done()
		if cause := context.Cause(ctx); cause == nil || !strings.Contains(cause.Error(), "the process of the tab ended") {
			t.Errorf("the tab's context ends with %v", cause)
		}
	})
	if !strings.Contains(ours.said, "the process of the tab ended") {
		t.Errorf("the test is told %q", ours.said)
	}
}

// silent is a test that keeps its errors to itself.
type silent struct {
	testing.TB
	said string
}

func (s *silent) Errorf(format string, args ...any) { s.said += fmt.Sprintf(format, args...) }
