// Package chromium lets tests look at pages in a real browser, with axe.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// Main runs a package's tests with one Chromium for all of them: func TestMain(m *testing.M) { chromium.Main(m) }. Without it, Chromium ends
// with the last test that uses it and starts again for the next one.
func Main(m *testing.M) {
	shared.keep = true
	code := m.Run()
	shared.end()
	os.Exit(code)
}

var errNoChromium = errors.New("no Chromium is on this machine: install the package chromium to run the tests in a browser")

var shared process

// process is the test binary's one browser process. It must be ended in time: what it leaves behind otherwise fills the temporary directory.
type process struct {
	mu   sync.Mutex
	keep bool
	used int
	ctx  context.Context
	stop func()
}

func (c *process) enter() (context.Context, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx == nil {
		if err := c.start(); err != nil {
			return nil, err
		}
	}
	c.used++
	return c.ctx, nil
}

func (c *process) leave() {
	c.mu.Lock()
	c.used--
	idle := c.used == 0 && !c.keep
	c.mu.Unlock()
	if idle {
		c.end()
	}
}

func (c *process) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx != nil {
		c.stop()
		c.ctx = nil
	}
}

func (c *process) start() error {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return errNoChromium
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true),
		// A tab keeps its process from page to page, and with it the compiled axe; otherwise each page gets a new one, which took half of loading.
		chromedp.Flag("disable-features", "Translate,BlinkGenPropertyTrees,BackForwardCache,RenderDocument"), chromedp.Flag("js-flags", "--no-flush-bytecode"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return fmt.Errorf("start %s: %w", path, err)
	}
	c.ctx, c.stop = ctx, func() {
		cancel()
		stop()
	}
	return nil
}
