package login

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// These tests let Microsoft's own library for Go judge the sign-in service: it reads discovery, builds its own requests and checks
// what it gets.

func (r *rig) msal(t *testing.T, authority string, cred confidential.Credential) confidential.Client {
	t.Helper()
	c, err := confidential.New(r.srv.URL+"/"+authority, r.w.App.ClientID, cred, confidential.WithInstanceDiscovery(false), confidential.WithClientCapabilities([]string{"cp1"}), confidential.WithHTTPClient(r.srv.Client()))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func secret(t *testing.T, value string) confidential.Credential {
	t.Helper()
	cred, err := confidential.NewCredFromSecret(value)
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

func (r *rig) certificate(t *testing.T) confidential.Credential {
	t.Helper()
	certs, key, err := confidential.CertFromPEM([]byte(r.w.App.Certificate.CertificatePEM+r.w.App.Certificate.PrivateKeyPEM), "")
	if err != nil {
		t.Fatal(err)
	}
	cred, err := confidential.NewCredFromCert(certs, key)
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

func TestMSALAppOnly(t *testing.T) {
	r := newRig(t)
	for name, cred := range map[string]confidential.Credential{"secret": secret(t, r.w.App.ClientSecret), "certificate": r.certificate(t)} {
		for _, authority := range []string{r.contoso.ID, "contoso.com"} {
			res, err := r.msal(t, authority, cred).AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"})
			if err != nil {
				t.Errorf("%s at %s: %v", name, authority, err)
				continue
			}
			if tok, err := r.s.Verify(res.AccessToken, world.GraphAudience); err != nil || !tok.AppOnly || !slices.Equal(tok.Roles, r.w.App.RequiredRoles) {
				t.Errorf("%s at %s: %+v, %v", name, authority, tok, err)
			}
		}
	}
	if _, err := r.msal(t, r.contoso.ID, secret(t, "wrong")).AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"}); err == nil || !strings.Contains(err.Error(), "invalid_client") {
		t.Errorf("wrong secret: %v", err)
	}
	if _, err := r.msal(t, r.none.ID, secret(t, r.w.App.ClientSecret)).AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"}); err == nil || !strings.Contains(err.Error(), "unauthorized_client") {
		t.Errorf("tenant without the app: %v", err)
	}
}

// msalSignIn lets the library build the request, a person answer the pages, and the library redeem the code.
func (r *rig) msalSignIn(t *testing.T, c confidential.Client, u *world.User, scopes []string) confidential.AuthResult {
	t.Helper()
	ctx := context.Background()
	to, err := c.AuthCodeURL(ctx, r.w.App.ClientID, callback, scopes)
	if err != nil {
		t.Fatal(err)
	}
	b := r.browser()
	challenge := "&code_challenge=" + s256(verifier) + "&code_challenge_method=S256"
	a := b.signIn(b.get(strings.TrimPrefix(to, r.srv.URL)+challenge), u)
	if strings.Contains(a.body, "Permissions requested") {
		a = b.fill(a, "decision", "accept")
	}
	if a.to == nil {
		t.Fatalf("no redirect: AADSTS%s", pageCode(a.body))
	}
	res, err := c.AcquireTokenByAuthCode(ctx, a.to.Query().Get("code"), callback, scopes, confidential.WithChallenge(verifier))
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestMSALSignInRefreshAndOnBehalfOf(t *testing.T) {
	r := newRig(t)
	ctx := context.Background()
	u := plain(t, r.contoso)
	r.w.Change(func() {
		r.w.GrantScopes(r.contoso, &r.w.App, world.SecurityAppID, "", []string{"Incident.Read"}, r.contoso.Created)
	})
	for name, cred := range map[string]confidential.Credential{"secret": secret(t, r.w.App.ClientSecret), "certificate": r.certificate(t)} {
		t.Run(name, func(t *testing.T) {
			c := r.msal(t, r.contoso.ID, cred)
			res := r.msalSignIn(t, c, u, []string{"https://graph.microsoft.com/User.Read"})
			if res.Account.HomeAccountID != u.ID+"."+r.contoso.ID || res.IDToken.TenantID != r.contoso.ID || res.IDToken.Oid != u.ID || len(res.DeclinedScopes) > 0 {
				t.Errorf("account %+v, declined %v", res.Account, res.DeclinedScopes)
			}
			cached, err := c.AcquireTokenSilent(ctx, []string{"https://graph.microsoft.com/User.Read"}, confidential.WithSilentAccount(res.Account))
			if err != nil || cached.AccessToken != res.AccessToken {
				t.Errorf("from the cache: %v", err)
			}
			// Another resource is not in the cache: the library redeems its refresh token.
			fresh, err := c.AcquireTokenSilent(ctx, []string{world.SecurityAudience + "/Incident.Read"}, confidential.WithSilentAccount(res.Account))
			if err != nil {
				t.Fatalf("refresh: %v", err)
			}
			if tok, err := r.s.Verify(fresh.AccessToken, world.SecurityAudience); err != nil || !tok.Can("Incident.Read") || !tok.CAE || fresh.AccessToken == res.AccessToken {
				t.Errorf("refreshed: %+v, %v", tok, err)
			}
			own := r.msalSignIn(t, r.msal(t, r.contoso.ID, cred), u, []string{r.w.App.APIScope})
			obo, err := r.msal(t, r.contoso.ID, cred).AcquireTokenOnBehalfOf(ctx, own.AccessToken, []string{"https://graph.microsoft.com/User.Read"})
			if err != nil {
				t.Fatalf("on behalf of: %v", err)
			}
			if tok, err := r.s.Verify(obo.AccessToken, world.GraphAudience); err != nil || tok.AppOnly || tok.ObjectID != u.ID {
				t.Errorf("on behalf of: %+v, %v", tok, err)
			}
		})
	}
}

func TestMSALGuest(t *testing.T) {
	r := newRig(t)
	technician := r.home.Users[3]
	res := r.msalSignIn(t, r.msal(t, r.fabrikm.ID, secret(t, r.w.App.ClientSecret)), technician, []string{"https://graph.microsoft.com/User.Read"})
	if res.IDToken.TenantID != r.fabrikm.ID || res.IDToken.Oid == technician.ID || res.Account.HomeAccountID != technician.ID+"."+r.home.ID {
		t.Errorf("guest: %+v %+v", res.IDToken, res.Account)
	}
}

func TestClientAssertionIsChecked(t *testing.T) {
	r := newRig(t)
	other := world.New(world.Options{Seed: 99}) // another certificate
	certs, key, err := confidential.CertFromPEM([]byte(other.App.Certificate.CertificatePEM+other.App.Certificate.PrivateKeyPEM), "")
	if err != nil {
		t.Fatal(err)
	}
	cred, err := confidential.NewCredFromCert(certs, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.msal(t, r.contoso.ID, cred).AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"}); err == nil || !strings.Contains(err.Error(), "700027") {
		t.Errorf("foreign certificate: %v", err)
	}
	r2 := newRig(t) // an assertion for another server's token endpoint
	var stolen string
	aad := confidential.NewCredFromAssertionCallback(func(_ context.Context, o confidential.AssertionRequestOptions) (string, error) { return stolen, nil })
	stolen = assertionFor(t, r, r2.srv.URL+"/"+r.contoso.ID+"/oauth2/v2.0/token", 0, time.Minute)
	if _, err := r.msal(t, r.contoso.ID, aad).AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"}); err == nil || !strings.Contains(err.Error(), "700023") {
		t.Errorf("foreign audience: %v", err)
	}
	stolen = assertionFor(t, r, r.srv.URL+"/"+r.contoso.ID+"/oauth2/v2.0/token", 0, time.Minute)
	if _, err := r.msal(t, r.contoso.ID, aad).AcquireTokenByCredential(context.Background(), []string{"https://graph.microsoft.com/.default"}); err != nil {
		t.Errorf("own audience: %v", err)
	}
}

func TestClientAssertionsGetFiveMinutes(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct {
		from, until time.Duration
		ok          bool
	}{
		{0, time.Minute, true},
		{-10 * time.Minute, -4 * time.Minute, true},
		{4 * time.Minute, 10 * time.Minute, true},
		{-10 * time.Minute, -6 * time.Minute, false},
		{6 * time.Minute, 10 * time.Minute, false},
	} {
		status, out := r.token(r.contoso.ID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default", "client_secret", "",
			"client_assertion_type", assertionType, "client_assertion", assertionFor(t, r, r.srv.URL+"/"+r.contoso.ID+"/oauth2/v2.0/token", tc.from, tc.until))
		if (status == 200) != tc.ok || !tc.ok && out["error_codes"].([]any)[0] != float64(700024) {
			t.Errorf("valid from %v until %v: %d %v", tc.from, tc.until, status, out)
		}
	}
}
