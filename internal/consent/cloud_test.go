package consent_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/postgres/pgtest"
	"github.com/tenantry/tenantry/internal/tenant"
)

// tokens lets the Graph client use the portal's own app-only tokens.
type tokens struct{ entra *entra.Client }

func (t tokens) Token(ctx context.Context, tid tenant.ID) (string, error) {
	token, err := t.entra.AppToken(ctx, tid, "https://graph.microsoft.com")
	return token.Value, err
}

func (t tokens) Forget(tid tenant.ID) { t.entra.Forget(tid) }

// product is the service as the product wires it, against the simulated cloud.
func product(t *testing.T) (*consent.Service, *cloudsim.Cloud, func() time.Time, *time.Duration) {
	t.Helper()
	var ahead time.Duration
	now := func() time.Time { return time.Now().Add(ahead) }
	cloud, err := cloudsim.New(cloudsim.Options{World: world.Options{Seed: 5, Tenants: 6, Devices: 60}})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ec, err := entra.New(entra.Config{Host: cloud.URLs().Login, ClientID: cloud.World.App.ClientID, Credential: entra.Secret(cloud.World.App.ClientSecret), RedirectURL: "http://localhost/auth/callback"})
	if err != nil {
		t.Fatal(err)
	}
	gc, err := graph.New(cloud.URLs().Graph, tokens{ec}, graph.Options{Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	pool := pgtest.New(t)
	return consent.NewService(consent.Deps{
		Store: consent.NewStore(pool), Authority: ec, Reader: consent.GraphReader{Graph: gc, AppID: cloud.World.App.ClientID},
		Journal: consent.AuditJournal{Audit: audit.NewStore(pool)}, ReturnURL: "http://localhost/auth/consent", Now: now,
	}), cloud, now, &ahead
}

func unconsented(t *testing.T, c *cloudsim.Cloud) *world.Tenant {
	t.Helper()
	i := slices.IndexFunc(c.World.Tenants(), func(tn *world.Tenant) bool { return !tn.Home && tn.Consent == world.ConsentNone })
	if i < 0 {
		t.Fatal("the world has no tenant without consent")
	}
	return c.World.Tenants()[i]
}

// person answers Microsoft's pages until they lead back to the portal.
type person struct {
	t    *testing.T
	http *http.Client
}

var (
	formForm  = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)">(.*?)</form>`)
	fieldForm = regexp.MustCompile(`name="([^"]+)" value="([^"]*)"`)
)

func newPerson(t *testing.T) person {
	jar, _ := cookiejar.New(nil)
	return person{t, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/auth/consent" {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// answer opens the address and fills in the answers in order; it gives the parameters with which Microsoft sends the person back.
func (p person) answer(address string, answers ...[2]string) consent.Params {
	p.t.Helper()
	res, err := p.http.Get(address)
	for _, a := range answers {
		if err != nil {
			p.t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		base, text := res.Request.URL, html.UnescapeString(string(body))
		sent := false
		for _, m := range formForm.FindAllStringSubmatch(text, -1) {
			if sent || !strings.Contains(m[2], `name="`+a[0]+`"`) {
				continue
			}
			v := url.Values{a[0]: {a[1]}}
			for _, f := range fieldForm.FindAllStringSubmatch(m[2], -1) {
				if f[1] == "flow" {
					v.Set(f[1], f[2])
				}
			}
			to, _ := base.Parse(m[1])
			res, err = p.http.PostForm(to.String(), v)
			sent = true
		}
		if !sent {
			p.t.Fatalf("no form with %q: %.600s", a[0], text)
		}
	}
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		body, _ := io.ReadAll(res.Body)
		p.t.Fatalf("not sent back: %d %.600s", res.StatusCode, body)
	}
	q := to.Query()
	return consent.Params{State: q.Get("state"), Tenant: q.Get("tenant"), AdminConsent: q.Get("admin_consent"), Error: q.Get("error"), Description: q.Get("error_description")}
}

func administrator(t *testing.T, tn *world.Tenant) *world.User {
	t.Helper()
	for _, u := range tn.Users {
		if slices.Contains(u.Roles, "Global Administrator") && u.HomeTenantID == tn.ID {
			return u
		}
	}
	t.Fatalf("%s has no administrator", tn.DisplayName)
	return nil
}

// The whole way, with the product's own clients: link, Microsoft's pages, return, grants read back, withdrawal seen.
func TestConsentAgainstTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	s, cloud, _, ahead := product(t)
	customer := unconsented(t, cloud)
	admin := administrator(t, customer)
	tn, _, err := s.AddTenant(t.Context(), who, customer.Domains[0])
	if err != nil || tn.ID.String() != customer.ID {
		t.Fatalf("AddTenant = %+v, %v", tn, err)
	}
	_, token, err := s.CreateLink(t.Context(), who, tn.ID, consent.Order{Features: permission.Suggested(), Language: permission.English})
	if err != nil {
		t.Fatal(err)
	}
	begin := func() string {
		to, err := s.Begin(t.Context(), token, permission.English)
		if err != nil {
			t.Fatal(err)
		}
		return to
	}
	signIn := [][2]string{{"loginfmt", admin.SignInName}, {"passwd", admin.Password}}

	if o := back(t, s, newPerson(t).answer(begin(), append(signIn, [2]string{"decision", "cancel"})...)); o.Result != consent.Declined {
		t.Fatalf("cancelled at Microsoft: %+v", o)
	}
	o := back(t, s, newPerson(t).answer(begin(), append(signIn, [2]string{"decision", "accept"})...))
	for i := 0; o.Result == consent.Waiting && i < 8; i++ {
		*ahead += 11 * time.Minute
		s.RunDue(t.Context())
		if o, err = s.OutcomeOf(t.Context(), o.Receipt); err != nil {
			t.Fatal(err)
		}
	}
	if o.Result != consent.Connected {
		v, _ := s.View(t.Context(), tn.ID)
		t.Fatalf("accepted at Microsoft: %s; %+v; %+v", o.Result, v.LastAny, v.Open)
	}
	for _, f := range o.Features {
		if !f.Works {
			t.Errorf("%s: %s", f.Feature, f.Because())
		}
	}
	if got := state(t, s, tn.ID); got != tenant.StateConnected {
		t.Errorf("state = %s", got)
	}

	res, err := http.Post(cloud.URLs().Login+"/_sim/faults", "application/json", strings.NewReader(`{"fault":"consentRevoked","tenant":"`+customer.ID+`"}`))
	if err != nil || res.StatusCode/100 != 2 {
		t.Fatal(res, err)
	}
	res.Body.Close()
	if _, err := s.Reread(t.Context(), tn.ID); err != nil {
		t.Fatal(err)
	}
	if got := state(t, s, tn.ID); got != tenant.StateWithdrawn {
		v, _ := s.View(t.Context(), tn.ID)
		t.Errorf("state after withdrawal = %s; %+v", got, v.LastAny)
	}
}

// What is asked for by name comes on a page of its own: between the two the link still works, and the customer may stop there.
func TestConsentInTwoSteps(t *testing.T) {
	t.Parallel()
	s, cloud, _, ahead := product(t)
	customer := unconsented(t, cloud)
	admin := administrator(t, customer)
	tn, _, err := s.AddTenant(t.Context(), who, customer.Domains[0])
	if err != nil {
		t.Fatal(err)
	}
	features, err := permission.ParseFeatures([]string{"devices", "guest-changes"})
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := s.CreateLink(t.Context(), who, tn.ID, consent.Order{Features: features, Language: permission.English})
	if err != nil {
		t.Fatal(err)
	}
	settled := func(o consent.Outcome, want consent.Result) consent.Outcome {
		t.Helper()
		for i := 0; o.Result != want && i < 8; i++ {
			*ahead += 11 * time.Minute
			s.RunDue(t.Context())
			if o, err = s.OutcomeOf(t.Context(), o.Receipt); err != nil {
				t.Fatal(err)
			}
		}
		if o.Result != want {
			v, _ := s.View(t.Context(), tn.ID)
			t.Fatalf("%s, want %s; %+v; %+v", o.Result, want, v.LastAny, v.Open)
		}
		return o
	}
	answers := [][2]string{{"loginfmt", admin.SignInName}, {"passwd", admin.Password}, {"decision", "accept"}}
	to, err := s.Begin(t.Context(), token, permission.English)
	if err != nil || !strings.Contains(to, "scope="+url.QueryEscape("https://graph.microsoft.com/.default")) {
		t.Fatalf("first page: %s, %v", to, err)
	}
	first := back(t, s, newPerson(t).answer(to, answers...))
	receipt := first.Receipt
	first = settled(first, consent.Partial)
	if first, err = s.OutcomeOf(t.Context(), receipt); err != nil || !first.More || first.Link.State(time.Now()) != consent.LinkOpen {
		t.Fatalf("after the first page: more %t, link %s, %v", first.More, first.Link.State(time.Now()), err)
	}
	to, err = s.GoOn(t.Context(), receipt)
	if err != nil || strings.Contains(to, "default") || !strings.Contains(to, "User.Invite.All") || !strings.Contains(to, "RoleManagement.ReadWrite.Directory") || strings.Contains(to, "Synchronization") {
		t.Fatalf("second page: %s, %v", to, err)
	}
	second := settled(back(t, s, newPerson(t).answer(to, answers...)), consent.Connected)
	if l, _, err := s.Open(t.Context(), token); err != nil || l.State(time.Now()) != consent.LinkUsed || second.More {
		t.Errorf("after the second page: %s, %v", l.State(time.Now()), err)
	}
	if _, err := s.GoOn(t.Context(), receipt); err == nil {
		t.Error("a link that was used leads on")
	}
	if _, err := s.GoOn(t.Context(), "nonsense"); err == nil {
		t.Error("nonsense leads on")
	}
}

// Tenants that the world has consented, partly consented and never consented read as just that.
func TestReadingTheSimulatedWorld(t *testing.T) {
	t.Parallel()
	s, cloud, _, _ := product(t)
	seen := map[tenant.State]int{}
	for _, tn := range cloud.World.Tenants() {
		if tn.Home {
			continue
		}
		added, _, err := s.AddTenant(t.Context(), who, tn.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Reread(t.Context(), added.ID); err != nil {
			t.Fatal(err)
		}
		got := state(t, s, added.ID)
		seen[got]++
		want := map[world.Consent]tenant.State{world.ConsentFull: tenant.StateConnected, world.ConsentPartly: tenant.StatePartial, world.ConsentNone: tenant.StateUnconsented}[tn.Consent]
		if want != "" && got != want {
			v, _ := s.View(t.Context(), added.ID)
			t.Errorf("%s (%v): %s, want %s; %+v", tn.DisplayName, tn.Consent, got, want, v.LastAny)
		}
	}
	if seen[tenant.StateConnected] == 0 || seen[tenant.StatePartial] == 0 || seen[tenant.StateUnconsented] == 0 {
		t.Errorf("states = %v", seen)
	}
}
