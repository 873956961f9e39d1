package chromium

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Look opens a page and holds it to what every page promises: axe finds nothing in either theme, nothing moves while it loads, and nothing
// scrolls sideways from 320 px on. Of a shell that axe has seen, the page keeps only the landmarks in the end.
func Look(t testing.TB, ctx context.Context, address string) {
	t.Helper()
	look(t, ctx, address, "light", "dark")
}

// LookIn is Look in one theme, for many pages that are made of the same components: every second one in each theme will do.
func LookIn(t testing.TB, ctx context.Context, address, theme string) {
	t.Helper()
	look(t, ctx, address, theme)
}

// look looks with every rule in the first theme, and for colours in the others.
func look(t testing.TB, ctx context.Context, address string, themes ...string) {
	t.Helper()
	err := steady(t, ctx, func(ctx context.Context) error {
		if err := measure(t, ctx, address, themes[0]); err != nil {
			return err
		}
		for i, theme := range themes {
			rules := "light"
			if i > 0 {
				rules = theme
			}
			if err := prefer(ctx, theme); err != nil {
				return err
			}
			found, err := AxeIn(ctx, rules)
			if err != nil {
				return err
			}
			for _, v := range found {
				t.Errorf("%s (%s): %s", address, theme, v)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// measure opens the page and does what a look does before axe.
func measure(t testing.TB, ctx context.Context, address, theme string) error {
	t.Helper()
	if err := prefer(ctx, theme); err != nil {
		return err
	}
	load := func() (moved string, err error) {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(address)); err != nil {
			return "", err
		}
		return LayoutShift(ctx)
	}
	moved, err := load()
	if err != nil {
		return err
	}
	if moved != "" {
		if err := stays(t, ctx, address, load); err != nil {
			return err
		}
	}
	for _, width := range []int64{320, 640, 1024, 1440} { // the last is where axe looks, and where the next page is opened
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			return err
		}
		over, err := NoSidewaysScroll(ctx)
		if err != nil {
			return err
		}
		if over != "" {
			t.Errorf("%s scrolls sideways at %d px: %s", address, width, over)
		}
	}
	twice, err := slim(ctx, theme)
	if len(twice) > 0 {
		t.Errorf("%s has elements of one id: %q", address, twice)
	}
	return err
}

// stays tells whether what moved in a page, the page moves itself. Text that is painted before Open Sans has come changes its face
// (font-display: swap) and moves as far as the faces differ. What moves in a page that never asks for it, the page moves itself, and each
// time: a busy machine may paint a line in two parts once.
func stays(t testing.TB, ctx context.Context, address string, load func() (moved string, err error)) error {
	t.Helper()
	again, err := ownFace(ctx)
	if err != nil {
		return err
	}
	moved := ""
	for range 3 {
		if moved, err = load(); err != nil || moved == "" {
			break
		}
	}
	if err == nil && moved != "" {
		t.Errorf("%s moves while it loads: %s", address, moved)
	}
	if err := errors.Join(err, again()); err != nil {
		return err
	}
	_, err = load()
	return err
}

// ownFace has the pages that follow written in a face of the machine, until what it returns is called.
func ownFace(ctx context.Context) (again func() error, err error) {
	script := page.AddScriptToEvaluateOnNewDocumentParams{Source: `new MutationObserver((_, watch) => {
		document.documentElement?.style.setProperty("--sans", "sans-serif", "important");
		watch.disconnect();
	}).observe(document, {childList: true})`}
	added, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, script)
	if err != nil {
		return nil, err
	}
	return func() error {
		ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second) // when the look was lost, too
		defer done()
		_, err := chromedp.Call(ctx, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(added))
		return err
	}, nil
}

// Prefer sets which theme the person's system prefers, and that it wants no motion: of colours that fade, axe would see one halfway.
func Prefer(t testing.TB, ctx context.Context, theme string) {
	t.Helper()
	if err := prefer(ctx, theme); err != nil {
		t.Fatal(err)
	}
}

func prefer(ctx context.Context, theme string) error {
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	return err
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
