package main

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
)

var (
	shots    = flag.String("shots", "", "directory to write the README's screenshots to; make screenshots")
	allShots = flag.Bool("all-shots", false, "with -shots: every page, wide, on a phone and in the dark")
)

// picture is one screenshot. Without who it is taken by somebody who is not signed in.
type picture struct {
	name, path    string
	who           *world.User
	width, height int64
	theme         string
	readme        bool
	before        string // script to run before it is taken
}

// TestScreenshots makes the pictures of the README from the demo's own world. It needs -shots.
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		t.Skip("no -shots")
	}
	s := startOn(t, pgtest.NewDSN(t), world.Options{})
	people := map[*world.User]*tab{}
	for _, p := range s.pictures(t) {
		if !p.readme && !*allShots {
			continue
		}
		b := people[p.who]
		if b == nil {
			b = s.tab(t)
			people[p.who] = b
			if p.who != nil {
				b.signIn(s, p.who)
			}
		}
		s.take(b, p)
	}
}

func (s *site) take(b *tab, p picture) {
	b.Helper()
	b.theme(p.theme)
	b.do(chromedp.EmulateViewport(p.width, p.height), chromedp.Navigate(s.base+p.path))
	if p.before != "" {
		b.eval("(" + p.before + `, "")`)
	}
	b.do(chromedp.Sleep(400 * time.Millisecond)) // what moves has come to rest
	take := chromedp.CaptureScreenshot()
	if !p.readme {
		take = chromedp.FullScreenshot(100)
	}
	png, err := chromedp.Run(b.ctx, take)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, p.name+".png"), png, 0o644); err != nil {
		b.Fatal(err)
	}
}

func (s *site) pictures(t *testing.T) []picture {
	v, _ := s.signedIn(t, s.owner())
	link, err := url.Parse(s.newLink(t, v, s.with(world.ConsentNone)))
	if err != nil {
		t.Fatal(err)
	}
	first := func(path string) string {
		links := rowLinks(v.Get(path))
		if len(links) == 0 {
			t.Fatalf("%s has no row", path)
		}
		return links[0].URL.RequestURI()
	}
	c, declined := "/t/"+s.customer(3).ID, "/t/"+s.with(world.ConsentDeclined).ID
	device, job := first(c+"/devices?compliance=noncompliant"), first("/provisioning")
	owner := s.owner()
	pictures := []picture{
		{name: "overview", path: "/", readme: true},
		{name: "devices", path: "/devices", theme: "dark", readme: true},
		{name: "device", path: device, readme: true},
		{name: "provisioning", path: "/provisioning", readme: true},
	}
	for name, path := range map[string]string{
		"doctor": s.ill(t, v), "overview": "/", "tenants": "/tenants", "add-customer": "/tenants/new", "customer": c, "customer-declined": declined, "devices": "/devices", "customer-devices": c + "/devices", "devices-none": "/devices?q=nothing",
		"devices-unread": declined + "/devices", "device": device, "device-hardware": device + "/hardware", "device-history": device + "/history", "apps": "/apps", "app": first(c + "/apps"), "provisioning": "/provisioning",
		"job": job, "log": job + "/log", "event": first(job + "/log"), "consent": c + "/consent", "consent-declined": declined + "/consent", "activity": "/activity", "search": "/search?q=a", "search-none": "/search?q=zzzzzz",
		"sync": "/sync", "runs": "/sync/runs", "staff": "/staff", "person": first("/staff"), "settings": "/settings", "reviews": "/reviews", "review": c + "/review", "permissions": "/settings/permissions", "installs": "/apps/installs", "problem": "/nowhere", "refused": "/devices?sort=password",
	} {
		pictures = append(pictures, picture{name: "all-" + name, path: path})
		pictures = append(pictures, picture{name: "all-" + name + "-phone", path: path, width: 390, height: 844})
		pictures = append(pictures, picture{name: "all-" + name + "-dark", path: path, theme: "dark"})
	}
	pictures = append(pictures,
		picture{name: "all-switcher", path: "/devices", before: `document.querySelector(".switcher").open = true`},
		picture{name: "all-palette", path: "/", before: `(document.querySelector("#palette").showModal(), document.querySelector("#palette input").value = "an", document.querySelector("#palette input").dispatchEvent(new Event("input")))`},
	)
	for i := range pictures {
		pictures[i].who = owner
	}
	pictures = append(pictures,
		picture{name: "consent", path: link.Path, readme: true},
		picture{name: "all-landing", path: link.Path}, picture{name: "all-landing-phone", path: link.Path + "?lang=el", width: 390, height: 844},
		picture{name: "all-landing-dark", path: link.Path, theme: "dark"}, picture{name: "all-link-unknown", path: "/consent/unknown"},
		picture{name: "all-signin", path: "/signin"}, picture{name: "all-signin-phone", path: "/signin", width: 390, height: 844}, picture{name: "all-signin-bad", path: "/signin?tenant=nobody.example", theme: "dark"},
		picture{name: "all-evidence", path: "/evidence", who: admin(s.customer(3))}, picture{name: "all-evidence-phone", path: "/evidence", who: admin(s.customer(3)), width: 390, height: 844},
		picture{name: "all-my-devices", path: "/me/devices", who: employee(s.customer(3))}, picture{name: "all-my-devices-phone", path: "/me/devices", who: employee(s.customer(3)), width: 390, height: 844},
	)
	for i, p := range pictures {
		if p.width == 0 {
			pictures[i].width, pictures[i].height = 1440, 900
		}
		if p.theme == "" {
			pictures[i].theme = "light"
		}
	}
	return pictures
}
