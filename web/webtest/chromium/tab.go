package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// open is how long a tab may be open. Without an end, a test whose browser stopped answering would wait until all tests of its package are
// ended, and say nothing.
const open = 6 * time.Minute

// looking is how long one look at one page may take.
const looking = time.Minute

// Tab is a browser of the test's own: a tab of the test binary's Chromium, with cookies of its own. Without Chromium, and with -short,
// the test is skipped; where CI=true a missing one fails it. The context ends when the tab's process ends before its time, as chromedp waits
// for the answers of one that is no more.
func Tab(t testing.TB) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: no browser")
	}
	browser, err := shared.enter()
	if errors.Is(err, errNoChromium) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shared.leave)
	tab, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	// Every page of the tab finds axe there, as sending and compiling it for each page took longer than what it does.
	if _, err := chromedp.Call(tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe}); err != nil {
		t.Fatalf("load axe: %v", err)
	}
	ctx, lose := context.WithCancelCause(tab)
	ctx, done := context.WithTimeoutCause(ctx, open, fmt.Errorf("the tab was open for %v", open))
	t.Cleanup(func() {
		if cause := context.Cause(ctx); cause != nil {
			t.Errorf("the browser: %v", cause)
		}
		done()
		lose(nil)
	})
	w := &watch{lose: lose}
	if err := chromedp.Listen(tab, func(ev any) {
		if _, ok := ev.(*inspector.EventTargetCrashed); ok {
			w.crashed()
		}
	}); err != nil {
		t.Fatal(err)
	}
	return context.WithValue(ctx, watchKey{}, w)
}

type watchKey struct{}

// watch tells whoever uses the tab that its process ended.
type watch struct {
	mu   sync.Mutex
	lose func(cause error)
}

func (w *watch) crashed() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose(errors.New("the process of the tab ended"))
}

// use has lose called instead of what was, which it returns.
func (w *watch) use(lose func(cause error)) (before func(cause error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before, w.lose = w.lose, lose
	return before
}

// steady does a look, and does it again where the browser was lost in between, not the page at fault: a machine that runs short of memory
// ends the processes of tabs first, and a page asked for anew gets a new one. A page that loses its browser three times is an error.
func steady(t testing.TB, ctx context.Context, look func(ctx context.Context) error) error {
	t.Helper()
	for attempt := 1; ; attempt++ {
		lost, err := once(ctx, func(ctx context.Context) error {
			if attempt > 1 { // a tab without a process answers to nothing else
				if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
					return err
				}
			}
			return look(ctx)
		})
		if lost == nil || attempt == 3 || ctx.Err() != nil {
			return errors.Join(err, lost)
		}
		t.Logf("The browser: %v; looking again.", lost)
	}
}

// once does a look and tells whether the browser was lost meanwhile.
func once(ctx context.Context, look func(ctx context.Context) error) (lost, err error) {
	ctx, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	ctx, done := context.WithTimeoutCause(ctx, looking, fmt.Errorf("no answer for %v", looking))
	defer done()
	w := ctx.Value(watchKey{}).(*watch)
	before := w.use(lose)
	defer func() { w.use(before) }()
	if err = look(ctx); err != nil {
		select { // the page may end before the news that its process did
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return context.Cause(ctx), err
}
