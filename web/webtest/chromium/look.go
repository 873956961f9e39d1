package chromium

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Look opens a page and holds it to what every page promises: axe finds nothing in either theme, and nothing scrolls sideways from 320 px
// on.
func Look(t testing.TB, ctx context.Context, address string) {
	t.Helper()
	Prefer(t, ctx, "light")
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	accessible(t, ctx, address, "light")
	for _, width := range []int64{1440, 1024, 640, 320} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		if over, err := NoSidewaysScroll(ctx); err != nil || over != "" {
			t.Errorf("%s scrolls sideways at %d px: %s %v", address, width, over, err)
		}
	}
	Prefer(t, ctx, "dark")
	accessible(t, ctx, address, "dark")
}

func accessible(t testing.TB, ctx context.Context, address, theme string) {
	t.Helper()
	found, err := AxeIn(ctx, theme)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range found {
		t.Errorf("%s (%s): %s", address, theme, v)
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
