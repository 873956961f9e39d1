package ui_test

import (
	"context"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// TestScript uses app.js as a person does. Each step is a page of its own.
func TestScript(t *testing.T) {
	ctx, base := chromium.Tab(t), serveGallery(t)
	complaints := listen(t, ctx)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	eval := func(js string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
		return got
	}
	open := func(path string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Navigate(base+path)); err != nil {
			t.Fatal(err)
		}
	}
	press := func(keys string) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.KeyEvent(keys)); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what, js, want string) {
		t.Helper()
		if got := eval(js); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	const settle = `new Promise(r => setTimeout(() => r("ok"), 600))`

	open("/devices")
	want("scripts run", `document.documentElement.className`, "js")
	press("/")
	want("slash opens the palette", `String(document.querySelector("#palette").open)`, "true")
	press("0482")
	eval(settle)
	want("the palette shows what /search found", `document.querySelector("#palette a.hit.active .hit-name").innerText.split("\n")[0]`, "NWT-LT-0482")
	const spoken = `(i => document.getElementById(i.getAttribute("aria-activedescendant"))?.querySelector(".hit-name").innerText.split("\n")[0] + ", " + document.querySelector("#palette [role=status]").textContent)(document.querySelector("#palette input"))`
	want("a screen reader is told what is chosen, and how much there is", spoken, "NWT-LT-0482, "+eval(`String(document.querySelectorAll("#palette a.hit").length)`)+" shown")
	press(kb.ArrowDown)
	want("and what is chosen then", spoken, "iPhone 15, "+eval(`String(document.querySelectorAll("#palette a.hit").length)`)+" shown")
	want("arrows walk the hits", `document.querySelector("#palette a.hit.active .hit-name").innerText.split("\n")[0]`, "iPhone 15")
	want("Enter right after another letter searches, and opens nothing that was found before", `(() => {
		const i = document.querySelector("#palette input");
		i.value += "7";
		i.dispatchEvent(new Event("input"));
		return String(i.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", cancelable: true}))) + document.querySelectorAll("#palette .active").length;
	})()`, "true0")
	press(kb.Escape)
	want("Esc closes it", `String(document.querySelector("#palette").open)`, "false")

	want("the bar counts", `document.querySelector("[data-count]").textContent`, "2 devices")
	eval(`(() => { const b = [...document.querySelectorAll("tbody .tick input")]; b[4].click(); b[9].dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, shiftKey: true})); return "" })()`)
	want("shift-click takes the range", `document.querySelector("[data-count]").textContent`, "8 devices")
	eval(`(document.querySelector("[data-all]").click(), "")`)
	want("all rows", `document.querySelector("[data-count]").textContent`, "22 devices")
	eval(`(document.querySelector("[data-clear]").click(), "")`)
	want("no bar without a choice", `getComputedStyle(document.querySelector(".bulkbar")).display`, "none")

	eval(`(document.querySelector(".switcher summary").click(), "")`)
	eval(settle)
	want("the switcher takes the focus", `document.activeElement.placeholder`, "Name, domain or tenant number")
	press("tail")
	want("it filters while typing", `[...document.querySelectorAll(".switch-item[data-find]")].filter(a => !a.hidden).map(a => a.children[1].textContent).join()`, "Tailspin Toys")
	press(kb.Escape)
	want("Esc closes it and keeps the focus there", `String(document.querySelector(".switcher").open) + document.activeElement.tagName`, "falseSUMMARY")

	eval(`(document.querySelector("[data-theme-form] button").click(), "")`)
	want("the theme changes at once", `document.documentElement.dataset.theme + getComputedStyle(document.querySelector(".sheet")).backgroundColor`, "darkrgb(31, 31, 31)")
	want("and offers the other one", `document.querySelector("[data-theme-form] button").value`, "light")

	eval(`(() => { const f = document.querySelector("[data-tidy]"); addEventListener("submit", e => { e.preventDefault(); window.sent = new URLSearchParams(new FormData(f)).toString() }); f.requestSubmit(); return "" })()`)
	want("a filter form sends only what is filled in", `window.sent`, "sort=checkin&compliance=noncompliant&compliance=inGracePeriod&os=Windows")

	open("/states")
	want("undo counts down", settle+`.then(async () => {
		const left = () => parseInt(/^, (\d) s$/.exec(document.querySelector("[data-left]").textContent)[1]), first = left();
		for (let i = 0; i < 50 && left() === first; i++) await new Promise(r => setTimeout(r, 100));
		return String(first <= 8 && left() < first);
	})`, "true")
	for _, c := range complaints() {
		t.Error("the browser complains: " + c)
	}
}

// listen collects what the browser refuses by the policy and the exceptions that scripts throw.
func listen(t *testing.T, ctx context.Context) func() []string {
	var mu sync.Mutex
	var list []string
	add := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, s)
	}
	err := chromedp.Listen(ctx, func(ev any) {
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			if ev.Entry.Source != "network" {
				add(string(ev.Entry.Source) + ": " + ev.Entry.Text)
			}
		case *runtime.EventExceptionThrown:
			add(ev.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return list
	}
}
