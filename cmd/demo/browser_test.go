package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/web/webtest/chromium"
)

// tab is a person's browser, and what it complained about.
type tab struct {
	*testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string // console errors, uncaught exceptions, breaches of the content security policy
}

func (s *site) tab(t *testing.T) *tab {
	t.Helper()
	b := &tab{T: t, ctx: chromium.Tab(t)}
	err := chromedp.Listen(b.ctx, func(ev any) {
		switch ev := ev.(type) {
		case *log.EventEntryAdded:
			if (ev.Entry.Level == "error" || ev.Entry.Source == "security") && !strings.HasSuffix(ev.Entry.URL, "/favicon.ico") { // of Microsoft's pages
				b.complain("%s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL)
			}
		case *runtime.EventExceptionThrown:
			b.complain("exception: %s", ev.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			if ev.Type == "error" || ev.Type == "assert" {
				said := make([]string, len(ev.Args))
				for i, a := range ev.Args {
					said[i] = cmp.Or(string(a.Value), a.Description)
				}
				// htmx tells of requests that leaving the page cut off, too. What failed otherwise is in the browser's own log, above.
				if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "TypeError: Failed to fetch") }) {
					b.complain("console: %q", said)
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, log.Enable, cdp.Empty{}); err != nil { // chromedp itself enables runtime
		t.Fatal(err)
	}
	return b
}

func (b *tab) complain(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, fmt.Sprintf(format, args...))
}

// takeComplaints empties the list.
func (b *tab) takeComplaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.complaints
	b.complaints = nil
	return out
}

// do runs actions, or fails the test with the page where they stuck.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.Fatalf("%v at %s: %.300q", err, b.at(), b.eval(`document.body.innerText`))
	}
}

func (b *tab) eval(js string) string {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 15*time.Second)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+js+")"))
	if err != nil {
		b.Fatalf("%s: %v", js, err)
	}
	return got
}

func (b *tab) at() *url.URL {
	u, err := url.Parse(b.eval("location.href"))
	if err != nil {
		b.Fatal(err)
	}
	return u
}

func (b *tab) heading() string { return b.eval(`document.querySelector("h1")?.innerText ?? ""`) }

func (b *tab) open(address string) { b.Helper(); b.do(chromedp.Navigate(address)) }

// click clicks the link or button that a person knows by that text, and waits for the page that follows.
func (b *tab) click(text string) {
	b.Helper()
	find := `[...document.querySelectorAll("a[href], button, summary")].find(e => e.checkVisibility() && e.innerText.trim() === ` + strconv.Quote(text) + `)`
	await(b, 5*time.Second, "something to click that says "+text+" at "+b.at().Path, func() bool { return b.eval(`!!`+find) == "true" })
	b.leave(func() { b.eval(`(` + find + `.click(), "")`) })
}

// leave does something that leads to another page, and waits until that is there.
func (b *tab) leave(act func()) {
	b.Helper()
	b.eval(`(window.stillHere = true, "")`)
	act()
	await(b, 10*time.Second, "the next page", func() bool {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		defer cancel()
		ready, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.stillHere && document.readyState === "complete"`))
		return err == nil && ready // between two pages there is nowhere to evaluate
	})
}

// send types into the field and presses Enter.
func (b *tab) send(css, text string) {
	b.Helper()
	field := chromedp.CSS(css)
	b.do(chromedp.WaitVisible(field), chromedp.SetValue(field, text))
	b.leave(func() { b.do(chromedp.SendKeys(field, "\r")) })
}

// atMicrosoft goes through Microsoft's pages as a person would.
func (b *tab) atMicrosoft(u *world.User, portal, decision string) {
	b.Helper()
	for range 6 {
		has := func(css string) bool { return b.eval(`!!document.querySelector(`+strconv.Quote(css)+`)`) == "true" }
		switch {
		case strings.HasPrefix(b.at().String(), portal+"/"):
			return
		case has(`#loginfmt`):
			b.send(`#loginfmt`, u.SignInName)
		case has(`#passwd`):
			b.send(`#passwd`, u.Password)
		case has(`button[value="` + decision + `"]`):
			b.leave(func() { b.eval(`(document.querySelector('button[value="` + decision + `"]').click(), "")`) })
		default:
			b.Fatalf("stuck at Microsoft: %s %.300q", b.at(), b.eval(`document.body.innerText`))
		}
	}
	b.Fatalf("Microsoft's pages do not end: %s", b.at())
}

func (b *tab) signIn(s *site, u *world.User) {
	b.Helper()
	b.open(s.base + "/signin?tenant=" + u.HomeTenantID)
	b.atMicrosoft(u, s.base, "accept")
}

// theme sets what the person's system prefers.
func (b *tab) theme(name string) { chromium.Prefer(b, b.ctx, name) }

// small looks at the page as it is on a small phone in the dark: axe finds nothing, and nothing scrolls sideways.
func (b *tab) small() {
	b.Helper()
	b.theme("dark")
	b.do(chromedp.EmulateViewport(320, 900))
	found, err := chromium.Axe(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	over, err := chromium.NoSidewaysScroll(b.ctx)
	if err != nil {
		b.Fatal(err)
	}
	if len(found) > 0 || over != "" {
		b.Errorf("%s in the dark at 320 px: %v %s", b.at().Path, found, over)
	}
	b.do(chromedp.EmulateViewport(1440, 900))
}

// TestStoryInABrowser is the story as two people live it: the owner of the partner, and the administrator of a customer.
func TestStoryInABrowser(t *testing.T) {
	t.Parallel() // with the others that wait most of the time
	s := start(t)
	c := s.with(world.ConsentNone)
	owner, customer := s.tab(t), s.tab(t)

	owner.open(s.base + "/")
	owner.click("Sign in at First Up Consultants")
	owner.atMicrosoft(s.owner(), s.base, "accept")
	if got := owner.heading(); got != "Overview" {
		t.Fatalf("the owner lands on %q at %s", got, owner.at())
	}
	owner.open(s.base + "/tenants")
	owner.click(c.DisplayName)
	owner.open(s.base + "/t/" + c.ID + "/consent")
	owner.click("Create link")
	link := owner.eval(`document.querySelector("#consent-link").value`)
	if !strings.HasPrefix(link, s.base+"/consent/") {
		t.Fatalf("the new link is %q", link)
	}

	owner.open(s.base + "/t/" + c.ID) // and waits there

	customer.open(link)
	if got := customer.heading(); !strings.Contains(got, c.DisplayName) {
		t.Errorf("the customer's page is headed %q", got)
	}
	customer.small()
	customer.click("Continue to Microsoft")
	if got := customer.at(); !strings.HasPrefix(got.String(), s.cloud.URLs().Login+"/"+c.ID+"/") {
		t.Fatalf("the customer is led to %s", got)
	}
	customer.atMicrosoft(admin(c), s.base, "accept")
	await(t, 30*time.Second, "the customer reads that they are connected", func() bool {
		return strings.HasSuffix(customer.heading(), "is connected") // the page looks again by itself
	})
	customer.small()

	await(t, 30*time.Second, "the owner sees the customer's devices on its page, without a reload", func() bool {
		return strings.Contains(owner.eval(`document.querySelector("main").innerText`), strconv.Itoa(c.Devices))
	})
	for path, css := range map[string]string{"/devices": "tbody th a", "/apps": "tbody th a", "/provisioning": "tbody th a"} {
		await(t, 20*time.Second, "rows at "+path, func() bool {
			owner.open(s.base + "/t/" + c.ID + path)
			return owner.eval(`document.querySelectorAll(`+strconv.Quote(css)+`).length`) != "0"
		})
		name := owner.eval(`document.querySelector(` + strconv.Quote(css) + `).innerText`)
		owner.leave(func() { owner.eval(`(document.querySelector(` + strconv.Quote(css) + `).click(), "")`) })
		if got := owner.heading(); !strings.Contains(got, name) {
			t.Errorf("%q leads to a page headed %q", name, got)
		}
	}
	customer.signIn(s, admin(c))
	customer.open(s.base + "/evidence")
	customer.small()
	customer.click("Take everything back…")
	customer.small()
	customer.do(chromedp.Click(chromedp.CSS(`input[name="data"][value="delete"]`)), chromedp.SetValue(chromedp.CSS(`#f-name`), c.DisplayName))
	customer.click("Take everything back")
	if got := customer.at().Path; !strings.HasPrefix(got, "/withdrawal/") {
		t.Errorf("taking everything back leads to %s", got)
	}
	customer.small()
	for who, b := range map[string]*tab{"owner": owner, "customer": customer} {
		for _, c := range b.takeComplaints() {
			t.Errorf("the %s's browser complains: %s", who, c)
		}
	}
}

// everyPageInABrowser opens one page of each shape, as the owner, as customers and signed out: axe finds nothing, in the light theme and the
// dark one by turns, nothing scrolls sideways at any width, the console stays empty, and no page is heavy. The rooms look in both themes.
func everyPageInABrowser(t *testing.T, s *site) {
	c := s.customer(1)
	t.Run("owner", func(t *testing.T) {
		paths := []string{"/", "/t/" + c.ID, "/t/" + c.ID + "/devices", "/t/" + s.with(world.ConsentNone).ID, "/t/" + s.with(world.ConsentNone).ID + "/devices", "/search?q=a", "/search?q=nothing-of-that-kind",
			"/devices?q=nothing-of-that-kind", "/nowhere", "/tenants/new", "/staff/new"}
		seen := map[string]bool{}
		for _, d := range s.pages {
			if len(d.Body) > 100_000 {
				t.Errorf("%s weighs %d bytes", d.URL.RequestURI(), len(d.Body))
			}
			// Of a page that stands both over all customers and in one, one is looked at: they differ in a column and the name above.
			if key := strings.TrimPrefix(shape(d.URL), "/t/{}"); !seen[key] && d.Status == 200 && len(d.URL.Query()) == 0 {
				seen[key] = true
				paths = append(paths, d.URL.Path)
			}
		}
		slices.Sort(paths)
		paths = slices.Compact(paths)
		for n := range 2 { // two tabs, for two processors
			t.Run(strconv.Itoa(n), func(t *testing.T) {
				t.Parallel()
				b := s.tab(t)
				b.signIn(s, s.owner())
				var mine []string
				for i := n; i < len(paths); i += 2 {
					mine = append(mine, paths[i])
				}
				s.inspect(t, b, mine)
			})
		}
	})
	t.Run("customer", func(t *testing.T) {
		b := s.tab(t)
		b.signIn(s, admin(c))
		s.inspect(t, b, []string{"/evidence", "/me/devices", "/devices"})
	})
	t.Run("nobody", func(t *testing.T) {
		owner, _ := s.signedIn(t, s.owner())
		link := strings.TrimPrefix(s.newLink(t, owner, s.with(world.ConsentNone)), s.base)
		s.inspect(t, s.tab(t), []string{"/signin", link, link + "?lang=el", "/consent/unknown", "/auth/callback?error=access_denied&state=x", "/signin?tenant=nobody.example"})
	})
}

func (s *site) inspect(t *testing.T, b *tab, paths []string) {
	b.takeComplaints()
	for i, path := range paths {
		chromium.LookIn(t, b.ctx, s.base+path, []string{"light", "dark"}[i%2])
		for _, c := range b.takeComplaints() {
			// A page that answers with a problem is itself reported by the browser.
			if !strings.Contains(c, "Failed to load resource: the server responded with a status of 4") || !strings.Contains(c, s.base+strings.SplitN(path, "?", 2)[0]) {
				t.Errorf("%s: the browser complains: %s", path, c)
			}
		}
	}
}
