package entra_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/internal/cloudsim"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

const graph = "https://graph.microsoft.com"

// The simulated Entra shares no code with the client: what works here works by what Microsoft documents, not by one mistake made twice.
func simulated(t *testing.T, cred func(a world.App) entra.Credential) (*world.World, *entra.Client, string) {
	t.Helper()
	cloud, err := cloudsim.New(cloudsim.Options{World: world.Options{Seed: 7, Tenants: 8, Devices: 80}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(cloud.Handler("login"))
	t.Cleanup(srv.Close)
	c, err := entra.New(entra.Config{Host: srv.URL, ClientID: cloud.World.App.ClientID, Credential: cred(cloud.World.App), RedirectURL: "http://localhost/auth/callback"})
	if err != nil {
		t.Fatal(err)
	}
	return cloud.World, c, srv.URL
}

func bySecret(a world.App) entra.Credential { return entra.Secret(a.ClientSecret) }

func of(t *testing.T, x *world.Tenant) tenant.ID {
	t.Helper()
	id, err := tenant.ParseID(x.ID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAppTokensOfTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	for name, cred := range map[string]func(world.App) entra.Credential{
		"secret": bySecret,
		"certificate": func(a world.App) entra.Credential {
			c, err := entra.CertificatePEM([]byte(a.Certificate.CertificatePEM + a.Certificate.PrivateKeyPEM))
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, c, _ := simulated(t, cred)
			ts := w.Tenants()
			tok, err := c.AppToken(t.Context(), of(t, ts[1]), graph)
			if err != nil || !slices.Contains(tok.Roles, "DeviceManagementManagedDevices.Read.All") {
				t.Errorf("consented: %v, %v", tok, err)
			}
			_, err = c.AppToken(t.Context(), of(t, ts[len(ts)-1]), graph)
			var e *entra.Error
			if !errors.As(err, &e) || !e.NoPrincipal() || e.CorrelationID == "" {
				t.Errorf("never consented: %v", err)
			}
			w.Faults.Add(world.Fault{Kind: "consentRevoked", Tenant: ts[1].ID})
			if _, err := c.AppToken(t.Context(), of(t, ts[1]), graph); err != nil {
				t.Errorf("a kept token is to serve: %v", err)
			}
			c.Forget(of(t, ts[1]))
			if _, err := c.AppToken(t.Context(), of(t, ts[1]), graph); !errors.As(err, &e) || !e.NoPrincipal() {
				t.Errorf("withdrawn: %v", err)
			}
		})
	}
}

func TestWrongSecretAtTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	w, c, _ := simulated(t, func(world.App) entra.Credential { return entra.Secret("wrong-canary") })
	_, err := c.AppToken(t.Context(), of(t, w.Tenants()[1]), graph)
	var e *entra.Error
	if !errors.As(err, &e) || !e.OurFault() || !errors.Is(err, errs.Forbidden) || strings.Contains(err.Error(), "canary") {
		t.Errorf("error = %v", err)
	}
	if sentence, _, ok := errs.Sentence(entra.Words(err)); !ok || !strings.Contains(sentence, "secret") {
		t.Errorf("in words: %q", sentence)
	}
}

func TestDiscoverInTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	w, c, _ := simulated(t, bySecret)
	x := w.Tenants()[3]
	for _, in := range []string{x.Domains[0], x.Domains[len(x.Domains)-1], x.ID, strings.ToUpper(x.ID)} {
		if got, err := c.Discover(t.Context(), in); err != nil || got != of(t, x) {
			t.Errorf("Discover(%q) = %v, %v", in, got, err)
		}
	}
	if _, err := c.Discover(t.Context(), "nobody.example"); !errors.Is(err, errs.NotFound) {
		t.Errorf("unknown: %v", err)
	}
}

// A whole sign-in, renewed for another resource, and with the faults that a running cloud has.
func TestSignInAtTheSimulatedCloud(t *testing.T) {
	t.Parallel()
	w, c, host := simulated(t, bySecret)
	x := w.Tenants()[1]
	var u *world.User
	for _, candidate := range x.Users {
		if candidate.Has("Global Administrator") && candidate.AccountEnabled && !candidate.Guest() {
			u = candidate
		}
	}
	tx := entra.NewTx(of(t, x))
	to, err := c.AuthURL(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	code := codeFor(t, to, host, u)
	who, tokens, err := c.Exchange(t.Context(), tx, code)
	if err != nil {
		t.Fatal(err)
	}
	if who.Tenant != of(t, x) || who.ObjectID != u.ID || who.Guest || !who.GlobalAdmin() || tokens.Refresh == "" || who.LoginHint == "" {
		t.Errorf("identity = %+v", who)
	}
	var e *entra.Error
	if _, _, err := c.Exchange(t.Context(), tx, code); !errors.As(err, &e) || e.Code != 54005 {
		t.Errorf("the code a second time: %v", err)
	}
	self := entra.Subject{Tenant: who.Tenant, ObjectID: who.ObjectID, Subject: who.Subject}
	renewed, err := c.Refresh(t.Context(), self, tokens.Refresh)
	if err != nil || renewed.Access.Value == "" {
		t.Fatalf("Refresh: %v", err)
	}
	w.Faults.Add(world.Fault{Kind: "keyRollover", Tenant: x.ID})
	if _, err := c.Refresh(t.Context(), self, renewed.Refresh); err != nil {
		t.Errorf("after a key rollover: %v", err)
	}
	w.Faults.Add(world.Fault{Kind: "clockSkew", Tenant: x.ID, Seconds: 3600})
	if _, err := c.Refresh(t.Context(), self, renewed.Refresh); err == nil {
		t.Error("a token from an hour ahead was believed")
	} else if sentence, _, _ := errs.Sentence(entra.Words(err)); !strings.Contains(sentence, "clock") {
		t.Errorf("the clock is not named: %q (%v)", sentence, err)
	}
	w.Faults.Clear()
	w.Faults.Add(world.Fault{Kind: "sessionRevoked", Tenant: x.ID})
	if _, err := c.Refresh(t.Context(), self, renewed.Refresh); !errors.As(err, &e) || !e.GrantEnded() {
		t.Errorf("revoked: %v", err)
	}
}

// codeFor types account and password into the simulator's pages and takes the code from the address that it sends the browser to.
func codeFor(t *testing.T, address, host string, u *world.User) string {
	t.Helper()
	var back *url.URL
	jar := newJar(t)
	browser := &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/auth/callback" {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	res, err := browser.Get(address)
	for range 4 {
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if back != nil {
			return back.Query().Get("code")
		}
		page := string(body)
		action, form := formOf(t, page)
		switch {
		case strings.Contains(page, `name="passwd"`):
			form.Set("passwd", u.Password)
		case strings.Contains(page, `name="loginfmt"`):
			form.Set("loginfmt", u.SignInName)
		default:
			form.Set("decision", "accept")
		}
		res, err = browser.PostForm(host+action, form)
	}
	if back == nil {
		t.Fatal("the simulator did not send the browser back")
	}
	return back.Query().Get("code")
}
