package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/webtest"
)

// TestStoryWithoutScript lives the whole story in a browser that runs no script: sign in, ask for consent, consent, see the customer arrive.
func TestStoryWithoutScript(t *testing.T) {
	t.Parallel() // with the others that wait most of the time
	s := start(t)
	c := s.with(world.ConsentNone)
	owner := s.visitor(t)
	d := owner.Get("/")
	if d.Heading() != "Sign in" {
		t.Fatalf("a visitor sees %q at %s", d.Heading(), d.URL)
	}
	d = owner.Follow(d, "Sign in at First Up Consultants")
	d = owner.AtMicrosoft(d, s.owner().SignInName, s.owner().Password, "accept")
	if d.Heading() != "Overview" || d.URL.Path != "/" {
		t.Fatalf("the owner lands at %s on %q", d.URL, d.Heading())
	}
	d = owner.Follow(owner.Get("/tenants"), c.DisplayName)
	if !strings.Contains(d.Text(), "Not connected") {
		t.Errorf("the page of a customer that was never asked does not say Not connected: %.400s", d.Text())
	}
	link := s.newLink(t, owner, c)

	customer := s.visitor(t).With("Accept-Language", "en")
	d = customer.Get(link)
	if want := "First Up Consultants asks to look after the devices of " + c.DisplayName; d.Status != http.StatusOK || d.Heading() != want {
		t.Fatalf("the link leads to %d %q, want %q", d.Status, d.Heading(), want)
	}
	if again := s.visitor(t).Get(link); again.Status != http.StatusOK {
		t.Errorf("a second look at the link: %d", again.Status)
	}
	d = customer.Send(d, d.Form("decision"), "decision", "continue")
	if !strings.HasPrefix(d.URL.String(), s.cloud.URLs().Login+"/"+c.ID+"/") {
		t.Fatalf("the page leads to %s, not to the tenant's authority", d.URL)
	}
	d = customer.AtMicrosoft(d, admin(c).SignInName, admin(c).Password, "accept")
	await(t, 20*time.Second, "the receipt says connected", func() bool {
		d = customer.Get(d.URL.String())
		return d.Heading() == c.DisplayName+" is connected"
	})
	if d := s.visitor(t).Get(link); d.Status != http.StatusGone || d.Heading() != "This link was used already" {
		t.Errorf("the used link answers %d %q", d.Status, d.Heading())
	}

	await(t, 30*time.Second, "the customer's devices arrive", func() bool {
		return webtest.JSON[webtest.List](owner, "/t/"+c.ID+"/devices").Count == int64(c.Devices)
	})
	for _, path := range []string{"/devices", "/apps", "/provisioning"} {
		var list webtest.List
		await(t, 20*time.Second, "rows at "+path, func() bool {
			list = webtest.JSON[webtest.List](owner, "/t/"+c.ID+path)
			return list.Count > 0 && list.AsOf != ""
		})
		first := rowLinks(owner.Get("/t/" + c.ID + path))[0]
		if d := owner.Get(first.URL.String()); d.Status != http.StatusOK || d.Heading() == "" {
			t.Errorf("the first row at %s, %q, leads to %d %q", path, first.Text, d.Status, d.Heading())
		}
	}

	s.approved(t, owner, c)
	d = owner.Get("/")
	d = owner.Send(d, d.FormTo("/signout"))
	if d := owner.Get("/devices"); d.Heading() != "Sign in" {
		t.Errorf("after signing out /devices shows %q", d.Heading())
	}
}

// approved asks the customer for GDAP roles, has its administrator approve where the request's link leads, and waits until the portal has read
// the relationship back as active.
func (s *site) approved(t *testing.T, staff *webtest.Visitor, c *world.Tenant) {
	t.Helper()
	page := staff.Get("/t/" + c.ID + "/relationships/new")
	made := staff.Send(page, page.FormTo("/t/"+c.ID+"/relationships/new"), "name", "Care by request")
	var link string
	for n := range made.All(webtest.Tag("input", "textarea")) {
		if v := webtest.Attr(n, "value"); strings.HasPrefix(v, s.cloud.URLs().Login+"/AdminPortal/Home#") {
			link = v
		}
	}
	if link == "" {
		t.Fatalf("no approval link after the request: %d %q %.500s", made.Status, made.Heading(), made.Text())
	}
	id := link[strings.LastIndex(link, "/")+1:]
	type relationship struct {
		Status string `json:"status"`
		Name   string `json:"name"`
	}
	if got := webtest.JSON[relationship](staff, "/relationships/"+id); got.Status != "approvalPending" || got.Name != "Care by request" {
		t.Fatalf("asked: %+v", got)
	}
	customer := s.visitor(t)
	d := customer.Get(strings.Split(link, "#")[0])
	d = customer.Send(d, d.Form("passwd"), "loginfmt", admin(c).SignInName, "passwd", admin(c).Password)
	if !strings.Contains(string(d.Body), `id="`+strings.Split(link, "#")[1]+`"`) || !strings.Contains(d.Text(), "Care by request") {
		t.Fatalf("the link leads to no request: %.500s", d.Text())
	}
	if d = customer.Post(s.cloud.URLs().Login+"/AdminPortal/Home", url.Values{"id": {id}, "decision": {"approve"}}); d.Heading() != "The request was approved" {
		t.Fatalf("approving: %d %q", d.Status, d.Heading())
	}
	await(t, 30*time.Second, "the relationship is read back as active", func() bool {
		if webtest.JSON[relationship](staff, "/relationships/"+id).Status == "active" {
			return true
		}
		_, err := s.portal.Sync.RequestNow(t.Context(), tenant.Everything(), graphsync.Relationships)
		return err != nil
	})
	if d := staff.Get("/relationships/" + id); !strings.Contains(d.Text(), "Active") {
		t.Errorf("the page of the relationship: %.400s", d.Text())
	}
}

// newLink makes a consent link on the customer's page and gives its address, as it is shown once.
func (s *site) newLink(t *testing.T, staff *webtest.Visitor, c *world.Tenant) string {
	t.Helper()
	page := staff.Get("/t/" + c.ID + "/consent")
	made := staff.Send(page, page.FormTo("/t/"+c.ID+"/consent"))
	var link string
	for n := range made.All(webtest.Tag("input", "textarea")) {
		if v := webtest.Attr(n, "value"); strings.HasPrefix(v, s.base+"/consent/") {
			link = v
		}
	}
	if link == "" {
		t.Fatalf("no link after the form was sent: %d %q %.500s", made.Status, made.Heading(), made.Text())
	}
	token := strings.TrimPrefix(link, s.base+"/consent/")
	if again := staff.Get("/t/" + c.ID + "/consent"); strings.Contains(string(again.Body), token) {
		t.Error("the link is shown a second time")
	}
	if strings.Contains(s.log.String(), token) {
		t.Error("the log holds the link")
	}
	return link
}

// TestConsentThatDoesNotCome are the ways in which a consent ends otherwise.
func TestConsentThatDoesNotCome(t *testing.T) {
	t.Parallel() // with the others that wait most of the time
	s := start(t)
	c := s.with(world.ConsentNone)
	owner, _ := s.signedIn(t, s.owner())
	state := func() string {
		return webtest.JSON[struct{ State string }](owner, "/t/"+c.ID+"/consent").State
	}
	open := func(t *testing.T, link string) (*webtest.Visitor, *webtest.Document) {
		t.Helper()
		v := s.visitor(t).With("Accept-Language", "en")
		d := v.Get(link)
		return v, v.Send(d, d.Form("decision"), "decision", "continue")
	}
	shows := func(t *testing.T, d *webtest.Document, status int, heading, part string) {
		t.Helper()
		if d.Status != status || d.Heading() != heading || !strings.Contains(d.Text(), part) {
			t.Errorf("%d %q at %s, want %d %q with %q: %.600s", d.Status, d.Heading(), d.URL.Path, status, heading, part, d.Text())
		}
	}

	t.Run("declined at Microsoft", func(t *testing.T) {
		v, d := open(t, s.newLink(t, owner, c))
		shows(t, v.AtMicrosoft(d, admin(c).SignInName, admin(c).Password, "cancel"), http.StatusOK, "You did not agree", "Nothing was granted")
		if got := state(); got != "declined" {
			t.Errorf("the customer is %s, want declined", got)
		}
	})
	t.Run("declined on our page", func(t *testing.T) {
		v := s.visitor(t).With("Accept-Language", "en")
		d := v.Get(s.newLink(t, owner, c))
		shows(t, v.Send(d, d.Form("decision"), "decision", "decline"), http.StatusOK, "You did not agree", "Nothing was granted")
	})
	t.Run("administrator of another company", func(t *testing.T) {
		v, d := open(t, s.newLink(t, owner, c))
		other := s.customer(0)
		d = v.AtMicrosoft(d, admin(other).SignInName, admin(other).Password, "accept")
		if strings.HasPrefix(d.URL.String(), s.base) {
			t.Fatalf("Microsoft let an administrator of %s into %s", other.DisplayName, c.DisplayName)
		}
		// Microsoft lets nobody pass who is not in the tenant. A return that names another tenant, as from `common`, is told apart by us.
		v, d = open(t, s.newLink(t, owner, c))
		back := s.base + "/auth/consent?admin_consent=True&tenant=" + other.ID + "&state=" + stateOf(d)
		shows(t, v.Get(back), http.StatusForbidden, "You were signed in at another company", other.ID)
	})
	t.Run("no administrator", func(t *testing.T) {
		v, d := open(t, s.newLink(t, owner, c))
		d = v.AtMicrosoft(d, employee(c).SignInName, employee(c).Password, "accept")
		if !strings.Contains(d.Text(), "AADSTS") && d.Heading() != "You may not decide this" {
			t.Errorf("an employee who consents sees %q at %s: %.300s", d.Heading(), d.URL, d.Text())
		}
	})
	t.Run("withdrawn link", func(t *testing.T) {
		link := s.newLink(t, owner, c)
		page := owner.Get("/t/" + c.ID + "/consent")
		var revoke *webtest.Form
		for _, f := range page.Forms() {
			if strings.HasSuffix(f.Action.Path, "/revoke") {
				revoke = &f
				break // the newest link stands first
			}
		}
		owner.Send(page, revoke)
		shows(t, s.visitor(t).Get(link), http.StatusGone, "This link was withdrawn", "")
	})
	t.Run("expired link", func(t *testing.T) {
		link := s.newLink(t, owner, c)
		if _, err := s.portal.Pool.Raw().Exec(t.Context(), `UPDATE consent_link SET created_at = created_at - interval '40 days', expires_at = now() - interval '1 minute' WHERE revoked_at IS NULL`); err != nil {
			t.Fatal(err)
		}
		shows(t, s.visitor(t).Get(link), http.StatusGone, "This link has ended", "")
	})
	t.Run("unknown link", func(t *testing.T) {
		for _, token := range []string{"x", strings.Repeat("A", 43), strings.Repeat("A", 4000), "%00", "a%2Fb"} {
			if d := s.visitor(t).Get("/consent/" + token); d.Status != http.StatusNotFound && d.Status != http.StatusGone && d.Status != http.StatusBadRequest || d.Heading() == "" {
				t.Errorf("/consent/%.20s answers %d %q", token, d.Status, d.Heading())
			}
		}
	})
	t.Run("return that nobody began", func(t *testing.T) {
		d := s.visitor(t).Get("/auth/consent?admin_consent=True&tenant=" + c.ID + "&state=" + strings.Repeat("x", 43))
		shows(t, d, http.StatusBadRequest, "We do not know this answer", "")
	})
	t.Run("HEAD and an abandoned POST use nothing up", func(t *testing.T) {
		link := s.newLink(t, owner, c)
		s.visitor(t).Do(http.MethodHead, link, nil)
		open(t, link)
		if d := s.visitor(t).Get(link); d.Status != http.StatusOK {
			t.Errorf("then the link answers %d %q", d.Status, d.Heading())
		}
	})
	if got := state(); got == "connected" || got == "partial" {
		t.Errorf("after all this the customer is %s", got)
	}
}

// stateOf finds the state of the consent that Microsoft's page was asked for, which the simulated pages keep in the flow.
func stateOf(d *webtest.Document) string {
	if state := d.URL.Query().Get("state"); state != "" {
		return state
	}
	for n := range d.All(webtest.Tag("input")) {
		if u, err := url.Parse(webtest.Attr(n, "value")); err == nil && u.Query().Get("state") != "" {
			return u.Query().Get("state")
		}
	}
	return ""
}

// rowLinks are the names in a list's table.
func rowLinks(d *webtest.Document) []webtest.Link {
	var found []webtest.Link
	for _, l := range d.Links() {
		if p := l.Node.Parent; p != nil && p.Data == "th" && webtest.Attr(p, "scope") == "row" {
			found = append(found, l)
		}
	}
	return found
}
