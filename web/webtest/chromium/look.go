package chromium

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Look opens a page and holds it to what every page promises: axe finds nothing in either theme, nothing moves while it loads, and nothing
// scrolls sideways from 320 px on. Of a shell that axe has seen, the page keeps only the landmarks in the end.
func Look(t testing.TB, ctx context.Context, address string) {
	t.Helper()
	open(t, ctx, address, "light")
	for _, theme := range []string{"light", "dark"} {
		Prefer(t, ctx, theme)
		found, err := AxeIn(ctx, theme)
		accessible(t, address, theme, found, err)
	}
}

// LookIn is Look in one theme, for many pages that are made of the same components: every second one in each theme will do.
func LookIn(t testing.TB, ctx context.Context, address, theme string) {
	t.Helper()
	open(t, ctx, address, theme)
	found, err := Axe(ctx)
	accessible(t, address, theme, found, err)
}

// open does what Look does before axe.
func open(t testing.TB, ctx context.Context, address, theme string) {
	t.Helper()
	Prefer(t, ctx, theme)
	load := func() (moved string) {
		t.Helper()
		err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(address))
		if err == nil {
			moved, err = LayoutShift(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		return moved
	}
	if load() != "" {
		// Text that is painted before Open Sans has come changes its face (font-display: swap) and moves as far as the faces differ. What moves
		// in a page that never asks for it, the page moves itself, and each time: a busy machine may paint a line in two parts once.
		again, moved := ownFace(t, ctx), ""
		for range 3 {
			if moved = load(); moved == "" {
				break
			}
		}
		if moved != "" {
			t.Errorf("%s moves while it loads: %s", address, moved)
		}
		again()
		load()
	}
	for _, width := range []int64{320, 640, 1024, 1440} { // the last is where axe looks, and where the next page is opened
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		if over, err := NoSidewaysScroll(ctx); err != nil || over != "" {
			t.Errorf("%s scrolls sideways at %d px: %s %v", address, width, over, err)
		}
	}
	twice, err := slim(ctx, theme)
	if err != nil {
		t.Fatal(err)
	}
	if len(twice) > 0 {
		t.Errorf("%s has elements of one id: %q", address, twice)
	}
}

func accessible(t testing.TB, address, theme string, found []Violation, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Errorf("%s (%s): %s", address, theme, v)
	}
}

// ownFace has the pages that follow written in a face of the machine, until what it returns is called.
func ownFace(t testing.TB, ctx context.Context) (again func()) {
	t.Helper()
	script := page.AddScriptToEvaluateOnNewDocumentParams{Source: `new MutationObserver((_, watch) => {
		document.documentElement?.style.setProperty("--sans", "sans-serif", "important");
		watch.disconnect();
	}).observe(document, {childList: true})`}
	added, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, script)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if _, err := chromedp.Call(ctx, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(added)); err != nil {
			t.Fatal(err)
		}
	}
}

// Prefer sets which theme the person's system prefers, and that it wants no motion: of colours that fade, axe would see one halfway.
func Prefer(t testing.TB, ctx context.Context, theme string) {
	t.Helper()
	prefer := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, prefer); err != nil {
		t.Fatal(err)
	}
}

// LayoutShift tells what moved since the page was opened without anybody's doing, and by how much, where that is a hundredth or more: the
// cumulative layout shift of https://web.dev/articles/cls, to which a tenth is good. Below that are the buttons at the end of a line, which
// on a busy machine are painted one after the other as they come.
func LayoutShift(ctx context.Context) (string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[string](`new Promise(done => {
		const shifts = [];
		new PerformanceObserver(l => shifts.push(...l.getEntries())).observe({type: "layout-shift", buffered: true});
		requestAnimationFrame(() => setTimeout(() => {
			const ours = shifts.filter(s => !s.hadRecentInput);
			if (ours.reduce((sum, s) => sum + s.value, 0) < 0.01) return done("");
			done(ours.map(s => s.value.toFixed(4) + ": " + s.sources.map(o => o.node?.outerHTML?.slice(0, 80) ?? "text").join(", ")).join("; "));
		}));
	})`, chromedp.EvalAwaitPromise))
}
