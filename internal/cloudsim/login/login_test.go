package login

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const verifier = "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmn"

func TestDiscovery(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	for _, tc := range []struct{ segment, issuer string }{
		{r.contoso.ID, r.srv.URL + "/" + r.contoso.ID + "/v2.0"},
		{strings.ToUpper(r.contoso.ID), r.srv.URL + "/" + r.contoso.ID + "/v2.0"},
		{"Contoso.com", r.srv.URL + "/" + r.contoso.ID + "/v2.0"},
		{"common", r.srv.URL + "/{tenantid}/v2.0"},
		{"organizations", r.srv.URL + "/{tenantid}/v2.0"},
		{"consumers", r.srv.URL + "/" + consumersID + "/v2.0"},
	} {
		a := b.get("/" + tc.segment + "/v2.0/.well-known/openid-configuration")
		var doc map[string]any
		if err := json.Unmarshal([]byte(a.body), &doc); err != nil || doc["issuer"] != tc.issuer {
			t.Errorf("%s: issuer %v, want %s (%v)", tc.segment, doc["issuer"], tc.issuer, err)
		}
		for _, absent := range []string{"code_challenge_methods_supported", "authorization_response_iss_parameter_supported", "grant_types_supported"} {
			if _, ok := doc[absent]; ok {
				t.Errorf("%s: the document has %s, which Entra's has not", tc.segment, absent)
			}
		}
	}
	for segment, want := range map[string]string{
		"11111111-2222-4333-8444-555555555555": "invalid_tenant", "nowhere.example": "invalid_tenant", "not a domain": "invalid_request", "127.0.0.1": "invalid_request",
	} {
		a := b.get("/" + url.PathEscape(segment) + "/v2.0/.well-known/openid-configuration")
		var e errorBody
		if err := json.Unmarshal([]byte(a.body), &e); err != nil || a.status != 400 || e.Error != want || len(e.Codes) != 1 || e.TraceID == "" || e.CorrelationID == "" || !strings.HasSuffix(e.Timestamp, "Z") {
			t.Errorf("%s: %d %+v, want %s", segment, a.status, e, want)
		}
	}
	if a := b.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x"); !strings.Contains(a.body, strings.TrimPrefix(r.srv.URL, "https://")) {
		t.Error("instance discovery does not name this host")
	}
}

func TestKeysAreEntrasAndRoll(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	kids := func() []string {
		var doc struct{ Keys []map[string]any }
		a := b.get("/" + r.contoso.ID + "/discovery/v2.0/keys")
		if err := json.Unmarshal([]byte(a.body), &doc); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, k := range doc.Keys {
			if _, ok := k["alg"]; ok {
				t.Error("a key has alg; Entra's have not")
			}
			if k["issuer"] != r.srv.URL+"/"+r.contoso.ID+"/v2.0" || k["kid"] != k["x5t"] {
				t.Errorf("key %v: issuer or thumbprint wrong", k["kid"])
			}
			out = append(out, k["kid"].(string))
		}
		return out
	}
	before := kids()
	old := r.s.AppToken(r.contoso.ID)
	r.s.Rotate(r.contoso.ID)
	after := kids()
	if len(before) < 2 || len(after) < 2 || slices.Equal(before, after) {
		t.Fatalf("keys before %v and after %v", before, after)
	}
	var h header
	if err := decode(strings.Split(r.s.AppToken(r.contoso.ID), ".")[0], &h); err != nil || slices.Contains(before, h.KeyID) || !slices.Contains(after, h.KeyID) {
		t.Errorf("a token after the rollover is signed by %s (%v)", h.KeyID, err)
	}
	if _, err := r.s.Verify(old, world.GraphAudience); err != nil {
		t.Errorf("a token from before the rollover is refused: %v", err)
	}
}

func TestSignInAndTokens(t *testing.T) {
	r := newRig(t)
	u := plain(t, r.contoso)
	code := r.code(r.contoso, u, "code_challenge", s256(verifier), "code_challenge_method", "S256", "scope", "openid profile email offline_access https://graph.microsoft.com/User.Read")
	status, out := r.token(r.contoso.ID, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier, "client_info", "1")
	if status != 200 {
		t.Fatalf("token: %d %v", status, out)
	}
	id := claimsOf(t, out["id_token"])
	for claim, want := range map[string]any{
		"iss": r.srv.URL + "/" + r.contoso.ID + "/v2.0", "aud": r.w.App.ClientID, "tid": r.contoso.ID, "oid": u.ID, "nonce": "n1", "preferred_username": u.UserPrincipalName,
		"name": u.DisplayName, "ver": "2.0", "email": u.Mail, "acct": float64(0), "idp": nil, "azp": nil,
	} {
		if id[claim] != want {
			t.Errorf("ID token %s = %v, want %v", claim, id[claim], want)
		}
	}
	at := claimsOf(t, out["access_token"])
	for claim, want := range map[string]any{
		"iss": "https://sts.windows.net/" + r.contoso.ID + "/", "aud": "https://graph.microsoft.com", "ver": "1.0", "appid": r.w.App.ClientID, "idtyp": "user", "oid": u.ID, "tid": r.contoso.ID,
	} {
		if at[claim] != want {
			t.Errorf("access token %s = %v, want %v", claim, at[claim], want)
		}
	}
	life, _ := out["expires_in"].(float64)
	if at, ok := id["auth_time"].(float64); !ok || at > id["iat"].(float64) || at < id["iat"].(float64)-60 {
		t.Errorf("auth_time = %v", id["auth_time"])
	}
	if life < 3600 || life > 5399 || !strings.Contains(out["scope"].(string), "https://graph.microsoft.com/User.Read") || out["client_info"] == nil {
		t.Errorf("expires_in %v, scope %v, client_info %v", life, out["scope"], out["client_info"])
	}
	tok, err := r.s.Verify(out["access_token"].(string), world.GraphAudience)
	if err != nil || tok.AppOnly || tok.ObjectID != u.ID || !tok.Can("User.Read") || tok.Can("Mail.Read") || tok.Expired || tok.SessionRevoked {
		t.Errorf("Verify = %+v, %v", tok, err)
	}
	if _, err := r.s.Verify(out["access_token"].(string), world.SecurityAudience); err == nil {
		t.Error("a Graph token passed for Defender")
	}
	status, again := r.token(r.contoso.ID, "grant_type", "refresh_token", "refresh_token", out["refresh_token"].(string), "scope", "openid profile offline_access User.Read")
	if status != 200 || again["refresh_token"] == out["refresh_token"] || claimsOf(t, again["id_token"])["sub"] != id["sub"] {
		t.Errorf("refresh: %d %v", status, again["error_description"])
	}
	status, out = r.token(r.contoso.ID, "grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", verifier)
	if status != 400 || out["error_codes"].([]any)[0] != float64(54005) {
		t.Errorf("second use of a code: %d %v", status, out)
	}
}

func TestRefusalsAtAuthorize(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct {
		name string
		path string
		want string // AADSTS on a page
		back string // error at the redirect URI
	}{
		{"unknown tenant", strings.Replace(r.authorizePath(r.contoso), r.contoso.ID, "11111111-2222-4333-8444-555555555555", 1), "90002", ""},
		{"not a tenant", strings.Replace(r.authorizePath(r.contoso), r.contoso.ID, "x", 1), "900023", ""},
		{"unknown client", r.authorizePath(r.contoso, "client_id", "11111111-2222-4333-8444-555555555555"), "700016", ""},
		{"no client", r.authorizePath(r.contoso, "client_id", ""), "900144", ""},
		{"foreign redirect URI", r.authorizePath(r.contoso, "redirect_uri", "https://evil.example/auth/callback"), "50011", ""},
		{"other case in the path", r.authorizePath(r.contoso, "redirect_uri", "http://localhost:8080/Auth/callback"), "50011", ""},
		{"longer path", r.authorizePath(r.contoso, "redirect_uri", callback+"/x"), "50011", ""},
		{"no redirect URI", r.authorizePath(r.contoso, "redirect_uri", ""), "500113", ""},
		{"no response type", r.authorizePath(r.contoso, "response_type", ""), "900144", ""},
		{"no scope", r.authorizePath(r.contoso, "scope", ""), "900144", ""},
		{"unknown scope", r.authorizePath(r.contoso, "scope", "openid No.Such"), "650053", ""},
		{"personal accounts", strings.Replace(r.authorizePath(r.contoso), r.contoso.ID, "consumers", 1), "500208", ""},
		{"repeated parameter", r.authorizePath(r.contoso) + "&state=s2", "9002313", ""},
		{"response type not enabled", r.authorizePath(r.contoso, "response_type", "code id_token"), "", "unsupported_response_type"},
		{".default with a scope", r.authorizePath(r.contoso, "scope", "openid User.Read https://graph.microsoft.com/.default"), "", "invalid_scope"},
		{"unknown resource", r.authorizePath(r.contoso, "scope", "https://nowhere.example/x"), "", "invalid_resource"},
		{"short challenge", r.authorizePath(r.contoso, "code_challenge", "abc", "code_challenge_method", "S256"), "", "invalid_request"},
		{"unknown prompt", r.authorizePath(r.contoso, "prompt", "maybe"), "", "invalid_request"},
		{"silent without a session", r.authorizePath(r.contoso, "prompt", "none"), "", "login_required"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := r.browser().get(tc.path)
			if tc.back != "" {
				if a.to == nil || a.to.Query().Get("error") != tc.back || a.to.Query().Get("state") != "s1" || !strings.HasPrefix(a.to.Query().Get("error_description"), "AADSTS") {
					t.Errorf("%d to %v, want %s", a.status, a.to, tc.back)
				}
				return
			}
			if a.to != nil || a.status != 400 || pageCode(a.body) != tc.want {
				t.Errorf("%d AADSTS%s, want a page with AADSTS%s", a.status, pageCode(a.body), tc.want)
			}
			for _, words := range []string{"Request Id", "Correlation Id", "Timestamp"} {
				if !strings.Contains(a.body, words) {
					t.Errorf("the page lacks its %s", words)
				}
			}
		})
	}
}

func TestWhoMaySignInWhere(t *testing.T) {
	r := newRig(t)
	technician := func(n int) *world.User { return r.home.Users[n] } // 1 and 2 through GDAP, 3 and 4 as guests
	for _, tc := range []struct {
		name   string
		tenant *world.Tenant
		user   *world.User
		want   string // AADSTS, or "" where it succeeds
	}{
		{"member", r.contoso, plain(t, r.contoso), ""},
		{"stranger", r.contoso, plain(t, r.fabrikm), "50020"},
		{"redeemed guest", r.fabrikm, technician(3), ""},
		{"guest who has not accepted", r.contoso, technician(4), "50014"},
		{"agent through GDAP", r.contoso, technician(1), ""},
		{"agent without a relationship there", r.fabrikm, technician(1), "50020"},
		{"customer's guest at the partner", r.home, r.contoso.Users[0], ""},
		{"disabled", r.contoso, find(t, r.contoso, func(u *world.User) bool { return !u.AccountEnabled }), "50057"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := r.browser()
			a := b.signIn(b.get(r.authorizePath(tc.tenant)), tc.user)
			if got := pageCode(a.body); got != tc.want || (a.to != nil) != (tc.want == "") {
				t.Errorf("AADSTS%s to %v, want %q", got, a.to, tc.want)
			}
		})
	}
	t.Run("wrong password and unknown account", func(t *testing.T) {
		b := r.browser()
		a := b.fill(b.get(r.authorizePath(r.contoso)), "loginfmt", "nobody@contoso.com")
		if pageCode(a.body) != "50034" {
			t.Errorf("unknown account: AADSTS%s", pageCode(a.body))
		}
		a = b.fill(b.fill(a, "loginfmt", plain(t, r.contoso).SignInName), "passwd", "wrong")
		if pageCode(a.body) != "50126" {
			t.Errorf("wrong password: AADSTS%s", pageCode(a.body))
		}
	})
}

func TestGuestAndAgentTokens(t *testing.T) {
	r := newRig(t)
	for _, tc := range []struct {
		name     string
		tenant   *world.Tenant
		user     *world.User
		acct     float64
		delegate bool
	}{
		{"guest", r.fabrikm, r.home.Users[3], 1, false},
		{"agent", r.contoso, r.home.Users[1], 0, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, out := r.token(tc.tenant.ID, "grant_type", "authorization_code", "code", r.code(tc.tenant, tc.user), "redirect_uri", callback)
			id := claimsOf(t, out["id_token"])
			if id["tid"] != tc.tenant.ID || id["idp"] != "https://sts.windows.net/"+r.home.ID+"/" || id["acct"] != tc.acct || id["preferred_username"] != tc.user.SignInName {
				t.Errorf("ID token = %v", id)
			}
			if same := id["oid"] == tc.user.ID; same != tc.delegate {
				t.Errorf("oid is the home oid: %v", same)
			}
			tok, err := r.s.Verify(out["access_token"].(string), world.GraphAudience)
			if err != nil || tok.Delegate != tc.delegate || tok.HomeTenantID != r.home.ID || !slices.Contains(tok.WIDs, world.RoleTemplates["Intune Administrator"]) {
				t.Errorf("Verify = %+v, %v", tok, err)
			}
		})
	}
}

func TestSilentSignIn(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	u := plain(t, r.contoso)
	b.signIn(b.get(r.authorizePath(r.contoso)), u)
	if a := b.get(r.authorizePath(r.contoso, "prompt", "none")); a.to == nil || a.to.Query().Get("code") == "" || a.to.Query().Get("session_state") == "" || a.to.Query().Has("iss") {
		t.Errorf("prompt=none with a session: %v", a.to)
	}
	if a := b.get(r.authorizePath(r.contoso)); a.to == nil {
		t.Error("the second sign-in asks again")
	}
	for _, extra := range [][]string{{"prompt", "login"}, {"prompt", "select_account"}, {"max_age", "0", "prompt", "login"}, {"login_hint", admin(t, r.contoso).SignInName}} {
		if a := b.get(r.authorizePath(r.contoso, extra...)); a.to != nil {
			t.Errorf("%v: signed in without asking", extra)
		}
	}
	if a := b.get(r.authorizePath(r.fabrikm)); pageCode(a.body) != "50020" {
		t.Errorf("the session's account in another tenant: AADSTS%s", pageCode(a.body))
	}
	if a := b.get(r.authorizePath(r.fabrikm, "prompt", "none")); a.to == nil || a.to.Query().Get("error") != "interaction_required" {
		t.Errorf("the same silently: %v", a.to)
	}
	if a := b.get("/" + r.contoso.ID + "/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape(callback)); a.to == nil || a.to.String() != callback {
		t.Errorf("sign-out went to %v", a.to)
	}
	if a := b.get(r.authorizePath(r.contoso, "prompt", "none")); a.to == nil || a.to.Query().Get("error") != "login_required" {
		t.Errorf("after sign-out: %v", a.to)
	}
	if a := b.get("/" + r.contoso.ID + "/oauth2/v2.0/logout?post_logout_redirect_uri=" + url.QueryEscape("https://evil.example/")); a.to != nil {
		t.Errorf("sign-out followed an unregistered address to %v", a.to)
	}
}

func TestResponseModes(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	if a := b.signIn(b.get(r.authorizePath(r.contoso, "response_mode", "fragment")), plain(t, r.contoso)); a.to == nil || !strings.Contains(a.to.Fragment, "code=") || a.to.RawQuery != "" {
		t.Errorf("fragment: %v", a.to)
	}
	a := b.get(r.authorizePath(r.contoso, "response_mode", "form_post", "state", `"><script>`))
	if a.to != nil || a.status != 200 || !strings.Contains(a.body, `action="`+callback+`"`) || !strings.Contains(a.body, `name="code"`) {
		t.Errorf("form_post: %d %s", a.status, a.body)
	}
	res, err := b.http.Get(r.srv.URL + r.authorizePath(r.contoso, "response_mode", "form_post", "state", `"><script>alert(1)`))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw := make([]byte, 64<<10)
	n, _ := res.Body.Read(raw)
	if strings.Contains(string(raw[:n]), "<script>alert") {
		t.Error("state is printed as HTML")
	}
}

func TestChallengeAndVerifierComeInPairs(t *testing.T) {
	r := newRig(t)
	u := plain(t, r.contoso)
	for _, tc := range []struct {
		name      string
		authorize []string
		verifier  string
		want      float64 // AADSTS; 0 succeeds
	}{
		{"S256", []string{"code_challenge", s256(verifier), "code_challenge_method", "S256"}, verifier, 0},
		{"plain", []string{"code_challenge", verifier}, verifier, 0},
		{"neither", nil, "", 0},
		{"wrong verifier", []string{"code_challenge", s256(verifier), "code_challenge_method", "S256"}, verifier + "x", 501481},
		{"no verifier", []string{"code_challenge", s256(verifier), "code_challenge_method", "S256"}, "", 501481},
		{"no challenge", nil, verifier, 50147},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, out := r.token(r.contoso.ID, "grant_type", "authorization_code", "code", r.code(r.contoso, u, tc.authorize...), "redirect_uri", callback, "code_verifier", tc.verifier)
			if tc.want == 0 && out["access_token"] == nil || tc.want != 0 && (out["error"] != "invalid_grant" || out["error_codes"].([]any)[0] != tc.want) {
				t.Errorf("%v", out)
			}
		})
	}
}

func TestRefusalsAtToken(t *testing.T) {
	r := newRig(t)
	u := plain(t, r.contoso)
	cc := func(extra ...string) []string {
		return append([]string{"grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default"}, extra...)
	}
	for _, tc := range []struct {
		name   string
		tenant string
		send   []string
		status int
		kind   string
		code   float64
	}{
		{"unknown tenant", "nowhere.example", cc(), 400, "invalid_request", 90002},
		{"tenant without the app", r.none.ID, cc(), 400, "unauthorized_client", 700016},
		{"wrong secret", r.contoso.ID, cc("client_secret", "wrong"), 401, "invalid_client", 7000215},
		{"no secret", r.contoso.ID, []string{"grant_type", "refresh_token", "refresh_token", "x", "client_secret", ""}, 401, "invalid_client", 7000218},
		{"unknown client", r.contoso.ID, cc("client_id", "11111111-2222-4333-8444-555555555555"), 400, "unauthorized_client", 700016},
		{"no grant type", r.contoso.ID, cc("grant_type", ""), 400, "invalid_request", 900144},
		{"unknown grant type", r.contoso.ID, cc("grant_type", "password"), 400, "unsupported_grant_type", 70003},
		{"app-only at common", "common", cc(), 400, "invalid_request", 9001023},
		{"app-only with a scope", r.contoso.ID, cc("scope", "https://graph.microsoft.com/User.Read"), 400, "invalid_scope", 1002012},
		{"app-only for two resources", r.contoso.ID, cc("scope", "https://graph.microsoft.com/.default https://api.security.microsoft.com/.default"), 400, "invalid_request", 28000},
		{"forged code", r.contoso.ID, []string{"grant_type", "authorization_code", "code", "x", "redirect_uri", callback}, 400, "invalid_grant", 9002313},
		{"code of another tenant", r.fabrikm.ID, []string{"grant_type", "authorization_code", "code", r.code(r.contoso, u), "redirect_uri", callback}, 400, "invalid_grant", 700005},
		{"code with another redirect URI", r.contoso.ID, []string{"grant_type", "authorization_code", "code", r.code(r.contoso, u), "redirect_uri", callback + "2"}, 400, "invalid_grant", 50011},
		{"scope without consent", r.contoso.ID, []string{"grant_type", "authorization_code", "code", r.code(r.contoso, u), "redirect_uri", callback, "scope", "Group.Read.All"}, 400, "invalid_grant", 65001},
		{"forged refresh token", r.contoso.ID, []string{"grant_type", "refresh_token", "refresh_token", "x"}, 400, "invalid_grant", 70000},
		{"forged assertion", r.contoso.ID, []string{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", "a.b.c", "scope", "User.Read", "requested_token_use", "on_behalf_of"}, 400, "invalid_grant", 50013},
		{"Graph token as assertion", r.contoso.ID, []string{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", r.s.UserToken(r.contoso.ID, u.SignInName, world.GraphAudience, "User.Read"), "scope", "User.Read", "requested_token_use", "on_behalf_of"}, 400, "invalid_grant", 500131},
		{"forged client assertion", r.contoso.ID, cc("client_secret", "", "client_assertion", "a.b.c", "client_assertion_type", assertionType), 401, "invalid_client", 50013},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, out := r.token(tc.tenant, tc.send...)
			codes, _ := out["error_codes"].([]any)
			if status != tc.status || out["error"] != tc.kind || len(codes) != 1 || codes[0] != tc.code {
				t.Errorf("%d %v %v, want %d %s %v", status, out["error"], codes, tc.status, tc.kind, tc.code)
			}
			text, _ := out["error_description"].(string)
			if strings.Contains(text, "%!") || strings.Contains(text, "%s") {
				t.Errorf("unfinished text: %s", text)
			}
		})
	}
	res, err := r.srv.Client().Get(r.srv.URL + "/" + r.contoso.ID + "/oauth2/v2.0/token")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 400 {
		t.Errorf("GET on the token endpoint: %d", res.StatusCode)
	}
}

func TestAppOnlyTokensCarryWhatWasConsented(t *testing.T) {
	r := newRig(t)
	for _, tn := range r.w.Tenants() {
		status, out := r.token(tn.ID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default")
		if tn.Consent == world.ConsentNone || tn.Consent == world.ConsentDeclined || tn.Consent == world.ConsentWithdrawn {
			if status == 200 {
				t.Errorf("%s (%s) got a token", tn.DisplayName, tn.Consent)
			}
			continue
		}
		tok, err := r.s.Verify(out["access_token"].(string), world.GraphAudience)
		if err != nil || !tok.AppOnly || !slices.Equal(tok.Roles, r.w.PartnerApp(tn).RoleValues()) {
			t.Errorf("%s: %+v, %v", tn.DisplayName, tok, err)
		}
		if out["scope"] != nil || out["refresh_token"] != nil || out["id_token"] != nil {
			t.Errorf("%s: an app-only answer has %v", tn.DisplayName, out)
		}
	}
	req, err := http.NewRequest("POST", r.srv.URL+"/"+r.contoso.ID+"/oauth2/v2.0/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}, "scope": {"https://graph.microsoft.com/.default"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(url.QueryEscape(r.w.App.ClientID), url.QueryEscape(r.w.App.ClientSecret))
	res, err := r.srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 {
		t.Errorf("Basic authentication: %d", res.StatusCode)
	}
}

func TestFaultsAtLogin(t *testing.T) {
	r := newRig(t)
	cc := []string{"grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default"}
	r.w.Faults.Add(world.Fault{Kind: "throttle", Tenant: r.contoso.ID, Path: "token", RetryAfter: 7, Count: 1})
	if status, out := r.token(r.fabrikm.ID, cc...); status != 200 {
		t.Errorf("another tenant was throttled: %d %v", status, out)
	}
	if status, out := r.token(r.contoso.ID, cc...); status != 429 || out["error_codes"].([]any)[0] != float64(90055) {
		t.Errorf("throttle: %d %v", status, out)
	}
	if status, _ := r.token(r.contoso.ID, cc...); status != 200 {
		t.Errorf("a fault of count 1 hit twice: %d", status)
	}
	r.w.Faults.Add(world.Fault{Kind: "consentRevoked", Tenant: r.contoso.ID})
	if status, out := r.token(r.contoso.ID, cc...); status != 400 || out["error"] != "unauthorized_client" {
		t.Errorf("consentRevoked: %d %v", status, out)
	}
	r.w.Faults.Clear()
	for kind, broken := range map[string]bool{"reset": true, "truncate": true, "unavailable": false} {
		r.w.Faults.Clear()
		r.w.Faults.Add(world.Fault{Kind: kind}) // for good, since the client tries again after a reset
		res, err := r.srv.Client().Get(r.srv.URL + "/" + r.contoso.ID + "/v2.0/.well-known/openid-configuration")
		if err == nil {
			err = json.NewDecoder(res.Body).Decode(&map[string]any{})
			res.Body.Close()
		}
		if err == nil || !broken && (res == nil || res.StatusCode != 503) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	r.w.Faults.Clear()
	r.w.Faults.Add(world.Fault{Kind: "clockSkew", Tenant: r.contoso.ID})
	if iat := claimsOf(t, r.s.AppToken(r.contoso.ID))["iat"].(float64); time.Until(time.Unix(int64(iat), 0)) < 50*time.Minute {
		t.Error("a skewed clock dates tokens as before")
	}
	r.w.Faults.Clear()
	token := r.s.AppToken(r.contoso.ID)
	r.w.Faults.Add(world.Fault{Kind: "tokenExpired", Count: 1})
	if tok, err := r.s.Verify(token, world.GraphAudience); err != nil || !tok.Expired {
		t.Errorf("tokenExpired: %+v %v", tok, err)
	}
	if tok, err := r.s.Verify(token, world.GraphAudience); err != nil || tok.Expired {
		t.Errorf("tokenExpired of count 1, second time: %+v %v", tok, err)
	}
}

func TestRevokedSessions(t *testing.T) {
	r := newRig(t)
	u := plain(t, r.contoso)
	_, out := r.token(r.contoso.ID, "grant_type", "authorization_code", "code", r.code(r.contoso, u), "redirect_uri", callback)
	r.w.Change(func() { u.SessionsValidFrom = time.Now() })
	if tok, err := r.s.Verify(out["access_token"].(string), world.GraphAudience); err != nil || !tok.SessionRevoked {
		t.Errorf("Verify after revocation: %+v %v", tok, err)
	}
	if _, again := r.token(r.contoso.ID, "grant_type", "refresh_token", "refresh_token", out["refresh_token"].(string)); again["error"] != "invalid_grant" || again["error_codes"].([]any)[0] != float64(50173) {
		t.Errorf("refresh after revocation: %v", again)
	}
}

func TestNothingButRefusalsSaysAADSTS(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	for _, path := range []string{"/", "/nowhere/at/all", r.authorizePath(r.contoso), "/" + r.contoso.ID + "/oauth2/v2.0/logout", "/" + r.contoso.ID + "/adminconsent?client_id=" + r.w.App.ClientID} {
		if a := b.get(path); strings.Contains(a.body, "AADSTS") {
			t.Errorf("%s says AADSTS%s", path, pageCode(a.body))
		}
	}
}
