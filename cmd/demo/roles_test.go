package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/web/webtest"
)

// harmless are forms that everybody may send: they concern the person's own browser only.
var harmless = []string{"/signout", "/theme"}

// reviewing are the forms of a review: support's own work, which changes nothing at the customer.
var reviewing = regexp.MustCompile(`^/t/[^/]+/review/(findings|plan|sign)$`)

// keeping is what support saves of lists, for themselves only.
var keeping = regexp.MustCompile(`^/views(/columns|/[0-9]+/start)?$`)

// supportReviewsButCannotAct walks the portal as the owner to find every form there is, and as support, who finds none of them and is
// refused at each, but for those of a review and of what they keep for themselves.
func supportReviewsButCannotAct(t *testing.T, s *site) {
	acts := map[string]bool{}
	for _, d := range s.pages {
		for _, f := range d.Forms() {
			if f.Method == http.MethodPost && !slices.Contains(harmless, f.Action.Path) && !reviewing.MatchString(f.Action.Path) && !keeping.MatchString(f.Action.Path) {
				acts[f.Action.Path] = true
			}
		}
	}
	if len(acts) < 8 {
		t.Errorf("the owner's pages have only these forms: %v", acts)
	}

	support, landed := s.signedIn(t, s.support())
	if landed.Heading() != "Overview" {
		t.Errorf("support lands on %q", landed.Heading())
	}
	seen, reviews := map[string]bool{}, map[string]bool{}
	for _, d := range walk(t, support, 2, "/") {
		seen[shape(d.URL)] = true
		for _, f := range d.Forms() {
			if f.Method != http.MethodPost || slices.Contains(harmless, f.Action.Path) || keeping.MatchString(f.Action.Path) {
				continue
			}
			if m := reviewing.FindStringSubmatch(f.Action.Path); m != nil {
				reviews[m[1]] = true
				continue
			}
			for _, b := range f.Buttons {
				if !b.Disabled {
					t.Errorf("%s offers support %q (%s)", d.URL.Path, b.Text, f.Action.Path)
				}
			}
		}
	}
	if len(reviews) != 3 {
		t.Errorf("support may send these forms of a review: %v", reviews)
	}
	for _, path := range []string{"/?", "/tenants?", "/devices?", "/apps?", "/provisioning?", "/sync?", "/activity?", "/t/{}?", "/t/{}/devices?", "/t/{}/devices/{}?", "/t/{}/consent?"} {
		if !seen[path] {
			t.Errorf("support finds no link to %s", path)
		}
	}
	for path := range acts {
		for name, v := range map[string]*webtest.Visitor{"page": support, "JSON": support.With("Accept", "application/json")} {
			if d := v.Post(path, url.Values{}); d.Status != http.StatusForbidden {
				t.Errorf("support posts to %s (%s): %d %q", path, name, d.Status, d.Heading())
			}
		}
	}
}

// technicianSeesExactlyTheirTenants asks for the other customers' pages in each form in which they exist.
func technicianSeesExactlyTheirTenants(t *testing.T, s *site) {
	v, _ := s.signedIn(t, s.technician())
	var own, others []*world.Tenant
	for i, c := range s.cloud.World.Tenants()[1:] {
		if i < ofTechnician {
			own = append(own, c)
		} else {
			others = append(others, c)
		}
	}
	names := []string{}
	list := webtest.JSON[webtest.List](v, "/tenants")
	for _, r := range list.Rows {
		names = append(names, fmt.Sprint(r["name"]))
	}
	want := []string{}
	devices := int64(0)
	for _, c := range own {
		want = append(want, c.DisplayName)
		devices += int64(c.Devices)
	}
	slices.Sort(names)
	slices.Sort(want)
	if !slices.Equal(names, want) || list.Count != int64(len(want)) {
		t.Errorf("the technician sees %v (count %d), want %v", names, list.Count, want)
	}
	if got := webtest.JSON[webtest.List](v, "/devices").Count; got != devices {
		t.Errorf("the technician counts %d devices, want %d", got, devices)
	}
	for _, d := range walk(t, v, 2, "/") {
		for _, c := range others {
			if strings.Contains(string(d.Body), c.ID) || strings.Contains(d.Text(), c.DisplayName) {
				t.Errorf("%s shows %s", d.URL.RequestURI(), c.DisplayName)
			}
		}
	}

	// What the owner finds at the other customers, the technician does not.
	owner, _ := s.signedIn(t, s.owner())
	foreign := []string{"/t/" + strings.Repeat("0", 8) + "-0000-4000-8000-000000000000/devices", "/t/nobody/devices"}
	for _, c := range others {
		for _, rest := range []string{"", "/devices", "/apps", "/provisioning", "/consent", "/activity"} {
			foreign = append(foreign, "/t/"+c.ID+rest)
		}
		for _, path := range []string{"/devices", "/apps", "/provisioning"} {
			if links := rowLinks(owner.Get("/t/" + c.ID + path)); len(links) > 0 {
				foreign = append(foreign, links[0].URL.RequestURI())
				// the same thing, asked for under a tenant of one's own
				if i := strings.Index(links[0].URL.Path[3:], "/"); i > 0 {
					foreign = append(foreign, "/t/"+own[0].ID+links[0].URL.EscapedPath()[3+i:])
				}
			}
		}
	}
	for _, path := range foreign {
		html, twin := v.Get(path), v.With("Accept", "application/json").Get(path)
		if html.Status != http.StatusNotFound || html.Heading() == "" {
			t.Errorf("%s answers %d %q", path, html.Status, html.Heading())
		}
		if twin.Status != http.StatusNotFound || !strings.HasPrefix(twin.Header.Get("Content-Type"), "application/json") {
			t.Errorf("JSON of %s answers %d %s", path, twin.Status, twin.Header.Get("Content-Type"))
		}
		if strings.Count(path, "/") == 3 && !strings.HasSuffix(path, "/consent") {
			if d := v.Get(path + "?format=csv"); d.Status != http.StatusNotFound {
				t.Errorf("CSV of %s answers %d", path, d.Status)
			}
		}
	}
	for _, c := range others {
		for _, form := range []string{"/sync", "/consent", "/consent/read"} {
			if d := v.Post("/t/"+c.ID+form, url.Values{}); d.Status != http.StatusNotFound {
				t.Errorf("POST /t/%s%s answers %d", c.ID, form, d.Status)
			}
		}
		if got := webtest.JSON[map[string]any](v, "/search?q="+url.QueryEscape(c.Domains[0])); strings.Contains(fmt.Sprint(got), c.ID) {
			t.Errorf("the search for %s finds it", c.Domains[0])
		}
	}
	if d := v.Get("/staff"); d.Status != http.StatusForbidden {
		t.Errorf("the technician's /staff answers %d", d.Status)
	}
}

// customersSeeTheirOwn signs in an administrator and an employee of a customer, and somebody whose company the portal does not know.
func customersSeeTheirOwn(t *testing.T, s *site) {
	c, other := s.customer(0), s.customer(1)
	t.Run("administrator", func(t *testing.T) {
		v, landed := s.signedIn(t, admin(c))
		if landed.URL.Path != "/evidence" || !strings.Contains(landed.Text(), c.DisplayName) {
			t.Errorf("the administrator lands at %s: %.300s", landed.URL, landed.Text())
		}
		for _, d := range walk(t, v, 3, "/evidence") {
			if p := d.URL.Path; p != "/evidence" && p != "/evidence/withdraw" && p != "/me/devices" {
				t.Errorf("a link leads the administrator to %s", p)
			}
			if strings.Contains(string(d.Body), other.ID) || strings.Contains(d.Text(), other.DisplayName) {
				t.Errorf("%s shows %s", d.URL.Path, other.DisplayName)
			}
		}
		s.customerIsRefused(t, v, c)
	})
	t.Run("employee", func(t *testing.T) {
		v, landed := s.signedIn(t, employee(c))
		if landed.URL.Path != "/me/devices" || landed.Status != http.StatusOK {
			t.Errorf("the employee lands at %s, %d", landed.URL, landed.Status)
		}
		if d := v.Get("/evidence"); d.Status != http.StatusForbidden {
			t.Errorf("the employee's /evidence answers %d", d.Status)
		}
		s.customerIsRefused(t, v, c)
	})
	t.Run("stranger", func(t *testing.T) {
		u := employee(s.with(world.ConsentNone))
		v := s.visitor(t)
		d := v.AtMicrosoft(v.Get("/signin?tenant="+u.HomeTenantID), u.SignInName, u.Password, "accept")
		if d.Heading() == "" || d.Status >= 500 {
			t.Errorf("somebody of a company without consent sees %d %q at %s", d.Status, d.Heading(), d.URL)
		}
		if d := v.Get("/devices"); d.Status == http.StatusOK && d.Heading() != "Sign in" {
			t.Errorf("then /devices shows them %q", d.Heading())
		}
	})
	t.Run("accountant of the partner", func(t *testing.T) {
		u := titled(s.cloud.World, "Accountant")[0]
		v := s.visitor(t)
		v.AtMicrosoft(v.Get("/signin?tenant="+u.HomeTenantID), u.SignInName, u.Password, "accept")
		d := v.Get("/devices")
		if d.Status != http.StatusForbidden || d.Heading() == "" {
			t.Errorf("an employee of the partner who is no staff sees %d %q", d.Status, d.Heading())
		}
	})
}

func (s *site) customerIsRefused(t *testing.T, v *webtest.Visitor, own *world.Tenant) {
	t.Helper()
	for _, path := range []string{"/tenants", "/devices", "/apps", "/provisioning", "/sync", "/staff", "/settings", "/activity", "/search?q=a", "/t/" + own.ID, "/t/" + own.ID + "/devices", "/t/" + own.ID + "/consent"} {
		if d := v.Get(path); d.Status != http.StatusForbidden && d.Status != http.StatusNotFound || d.Heading() == "" {
			t.Errorf("%s answers a customer %d %q", path, d.Status, d.Heading())
		}
		if d := v.With("Accept", "application/json").Get(path); d.Status != http.StatusForbidden && d.Status != http.StatusNotFound {
			t.Errorf("JSON of %s answers a customer %d", path, d.Status)
		}
	}
	if d := v.Get("/t/" + s.customer(1).ID + "/devices"); d.Status != http.StatusNotFound {
		t.Errorf("another company's devices answer a customer %d", d.Status)
	}
}
