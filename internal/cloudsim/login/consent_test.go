package login

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

func (r *rig) consentPath(t *world.Tenant, v2 bool, extra ...string) string {
	v := url.Values{"client_id": {r.w.App.ClientID}, "redirect_uri": {"http://localhost:8080/auth/consent"}, "state": {"c1"}}
	path := "/" + t.ID + "/adminconsent?"
	if v2 {
		v.Set("scope", "https://graph.microsoft.com/.default")
		path = "/" + t.ID + "/v2.0/adminconsent?"
	}
	for i := 0; i+1 < len(extra); i += 2 {
		v.Set(extra[i], extra[i+1])
	}
	return path + v.Encode()
}

func TestAdminConsent(t *testing.T) {
	for _, v2 := range []bool{false, true} {
		r := newRig(t)
		b := r.browser()
		page := b.signIn(b.get(r.consentPath(r.none, v2)), admin(t, r.none))
		for _, words := range []string{r.none.DisplayName, "Read Microsoft Intune devices", "Accept", "Cancel"} {
			if !strings.Contains(page.body, words) {
				t.Errorf("the consent page lacks %q", words)
			}
		}
		if r.w.PartnerApp(r.none) != nil {
			t.Fatal("looking at the page installed the app")
		}
		a := b.fill(page, "decision", "accept")
		if a.to == nil {
			t.Fatalf("accepted, but got %d %s", a.status, pageCode(a.body))
		}
		q := a.to.Query()
		if q.Get("admin_consent") != "True" || q.Get("tenant") != r.none.ID || q.Get("state") != "c1" || q.Has("error") || q.Has("scope") != v2 {
			t.Errorf("v2 %v: %v", v2, a.to)
		}
		if status, out := r.token(r.none.ID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default"); status != 200 || !slices.Equal(list(claimsOf(t, out["access_token"])["roles"]), r.w.App.RequiredRoles) {
			t.Errorf("app-only after consent: %d %v", status, out)
		}
		if again := b.fill(page, "decision", "accept"); pageCode(again.body) != "50089" {
			t.Errorf("the form worked twice: %v", again.to)
		}
	}
}

// The registrations of one partner are strangers to each other: each has its own principal, grants, codes and tokens.
func TestNarrowRegistration(t *testing.T) {
	r := newRig(t)
	narrow := r.w.Narrow[0]
	b := r.browser()
	path := strings.Replace(r.consentPath(r.none, true), r.w.App.ClientID, narrow.ClientID, 1)
	page := b.signIn(b.get(path), admin(t, r.none))
	if !strings.Contains(page.body, narrow.DisplayName) || strings.Contains(page.body, "Read Microsoft Intune apps") {
		t.Errorf("the page of the narrow registration: %.2000s", page.body)
	}
	if a := b.fill(page, "decision", "accept"); a.to == nil || a.to.Query().Get("admin_consent") != "True" {
		t.Fatalf("accepted, but got %d", a.status)
	}
	if r.w.PartnerApp(r.none) != nil || r.w.Principal(r.none, narrow) == nil {
		t.Error("the consent went to the other registration")
	}
	ask := func(app *world.App, secret string) (int, map[string]any) {
		return r.token(r.none.ID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default", "client_id", app.ClientID, "client_secret", secret)
	}
	if status, out := ask(narrow, narrow.ClientSecret); status != 200 || !slices.Equal(list(claimsOf(t, out["access_token"])["roles"]), narrow.RequiredRoles) || claimsOf(t, out["access_token"])["appid"] != narrow.ClientID {
		t.Errorf("app-only: %d %v", status, out)
	}
	if status, _ := ask(narrow, r.w.App.ClientSecret); status != 401 {
		t.Errorf("with the other one's secret: %d", status)
	}
	if status, _ := ask(&r.w.App, r.w.App.ClientSecret); status == 200 {
		t.Error("the registration that the tenant does not know got a token")
	}
}

func TestAdminConsentDeclined(t *testing.T) {
	r := newRig(t)
	for _, v2 := range []bool{false, true} {
		b := r.browser()
		a := b.fill(b.signIn(b.get(r.consentPath(r.none, v2)), admin(t, r.none)), "decision", "cancel")
		q := a.to.Query()
		want, confirmed := "permission_denied", ""
		if v2 {
			want, confirmed = "consent_required", "True" // it stands in refusals too
		}
		if q.Get("error") != want || q.Get("admin_consent") != confirmed || q.Get("state") != "c1" {
			t.Errorf("v2 %v: %v", v2, a.to)
		}
	}
	if r.w.PartnerApp(r.none) != nil || r.none.Consent != world.ConsentDeclined {
		t.Errorf("after declining: %v, %s", r.w.PartnerApp(r.none), r.none.Consent)
	}
}

func TestWhoMayConsentForEveryone(t *testing.T) {
	r := newRig(t)
	role := func(name string) *world.User {
		return find(t, r.none, func(u *world.User) bool { return u.Has(name) })
	}
	named := []string{"scope", "https://graph.microsoft.com/Group.Read.All"}
	for _, tc := range []struct {
		name  string
		user  *world.User
		extra []string
		want  string
	}{
		{"role-less user", plain(t, r.none), nil, "90094"},
		{"Application Administrator, application permissions", role("Application Administrator"), nil, "90094"},
		{"Application Administrator, delegated only", role("Application Administrator"), named, ""},
		{"Privileged Role Administrator", role("Privileged Role Administrator"), nil, ""},
		{"administrator of another tenant", admin(t, r.contoso), nil, "50020"},
		{"Intune Administrator", role("Intune Administrator"), named, "90094"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := r.browser()
			a := b.signIn(b.get(r.consentPath(r.none, true, tc.extra...)), tc.user)
			if a.to != nil || pageCode(a.body) != tc.want {
				t.Errorf("AADSTS%s to %v, want %q", pageCode(a.body), a.to, tc.want)
			}
		})
	}
}

func TestRefusalsAtAdminConsent(t *testing.T) {
	r := newRig(t)
	b := r.browser()
	for _, tc := range []struct{ name, path, want string }{
		{"foreign redirect URI", r.consentPath(r.none, true, "redirect_uri", "https://evil.example/"), "50011"},
		{"unknown client", r.consentPath(r.none, true, "client_id", "x"), "700016"},
		{"no scope", r.consentPath(r.none, true, "scope", " "), "900144"},
		{"version 2 at common", strings.Replace(r.consentPath(r.none, true), r.none.ID, "common", 1), "90124"},
		{"unknown tenant", strings.Replace(r.consentPath(r.none, true), r.none.ID, "nowhere.example", 1), "90002"},
	} {
		if a := b.get(tc.path); pageCode(a.body) != tc.want || a.to != nil {
			t.Errorf("%s: AADSTS%s to %v, want %s", tc.name, pageCode(a.body), a.to, tc.want)
		}
	}
}

func TestNamedConsentReplacesWhatWasNamedBefore(t *testing.T) {
	r := newRig(t)
	for _, scope := range []string{"https://graph.microsoft.com/Group.Read.All https://api.security.microsoft.com/Incident.Read", "https://graph.microsoft.com/User.Read.All"} {
		b := r.browser()
		if a := b.fill(b.signIn(b.get(r.consentPath(r.contoso, true, "scope", scope)), admin(t, r.contoso)), "decision", "accept"); a.to == nil || a.to.Query().Get("admin_consent") != "True" {
			t.Fatalf("%s: %v", scope, a.to)
		}
	}
	sp := r.w.PartnerApp(r.contoso)
	if got := sp.Scopes(world.GraphAppID, ""); slices.Contains(got, "Group.Read.All") || !slices.Contains(got, "User.Read.All") {
		t.Errorf("Graph scopes = %v", got)
	}
	if got := sp.Scopes(world.SecurityAppID, ""); !slices.Equal(got, []string{"Incident.Read"}) {
		t.Errorf("Defender scopes = %v", got)
	}
	if len(sp.Roles) != len(r.w.App.RequiredRoles) {
		t.Error("naming delegated scopes took application permissions away")
	}
}

func TestConsentAtSignIn(t *testing.T) {
	r := newRig(t)
	user, boss := plain(t, r.none), admin(t, r.none)

	b := r.browser()
	page := b.signIn(b.get(r.authorizePath(r.none)), user)
	if a := b.fill(page, "decision", "cancel"); a.to == nil || a.to.Query().Get("error") != "access_denied" || !strings.Contains(a.to.Query().Get("error_description"), "AADSTS65004") {
		t.Errorf("cancel: %v", a.to)
	}
	if r.w.PartnerApp(r.none) != nil {
		t.Fatal("cancelling installed the app")
	}
	r.code(r.none, user) // accepts for itself, which installs the app
	sp := r.w.PartnerApp(r.none)
	if sp == nil || !slices.Contains(sp.Scopes(world.GraphAppID, user.ID), "User.Read") || len(sp.Scopes(world.GraphAppID, boss.ID)) != 0 {
		t.Fatalf("a user's own consent reached others, or nobody: %+v", sp)
	}
	if status, out := r.token(r.none.ID, "grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default"); status != 200 || claimsOf(t, out["access_token"])["roles"] != nil {
		t.Errorf("app-only without application permissions: %d, want a token without roles", status)
	}
	wide := []string{"scope", "openid profile DeviceManagementManagedDevices.PrivilegedOperations.All"}
	b = r.browser()
	if a := b.signIn(b.get(r.authorizePath(r.none, wide...)), user); pageCode(a.body) != "90094" {
		t.Errorf("a user asked for an administrator's scope: AADSTS%s", pageCode(a.body))
	}
	b = r.browser()
	page = b.signIn(b.get(r.authorizePath(r.none, wide...)), boss)
	if a := b.fill(page, "decision", "accept"); a.to == nil || a.to.Query().Get("code") == "" {
		t.Errorf("an administrator's own consent: %v", a.to)
	}
	if slices.Contains(sp.Scopes(world.GraphAppID, user.ID), "DeviceManagementManagedDevices.PrivilegedOperations.All") {
		t.Error("an administrator consented for all without ticking the box")
	}
}

func TestSecondResourceByRefreshToken(t *testing.T) {
	r := newRig(t)
	boss := admin(t, r.contoso)
	code := r.code(r.contoso, boss, "scope", "openid profile offline_access https://graph.microsoft.com/User.Read https://api.security.microsoft.com/Incident.Read")
	_, out := r.token(r.contoso.ID, "grant_type", "authorization_code", "code", code, "redirect_uri", callback)
	if aud := claimsOf(t, out["access_token"])["aud"]; aud != world.GraphAudience {
		t.Errorf("the code's token is for %v, want the first resource", aud)
	}
	status, second := r.token(r.contoso.ID, "grant_type", "refresh_token", "refresh_token", out["refresh_token"].(string), "scope", "https://api.security.microsoft.com/.default")
	if status != 200 {
		t.Fatalf("second resource: %v", second)
	}
	if tok, err := r.s.Verify(second["access_token"].(string), world.SecurityAudience); err != nil || !tok.Can("Incident.Read") {
		t.Errorf("Verify = %+v, %v", tok, err)
	}
	if _, third := r.token(r.contoso.ID, "grant_type", "refresh_token", "refresh_token", out["refresh_token"].(string), "scope", "https://graph.microsoft.com/Group.Read.All"); third["suberror"] != "consent_required" {
		t.Errorf("scope without consent: %v", third)
	}
}

func TestConsentTakesTime(t *testing.T) {
	r := newRig(t)
	r.w.Faults.Add(world.Fault{Kind: "consentDelay", Tenant: r.none.ID, Seconds: 3600})
	r.w.Change(func() { r.w.GrantAll(r.none, &r.w.App, time.Now()) })
	cc := []string{"grant_type", "client_credentials", "scope", "https://graph.microsoft.com/.default"}
	if _, out := r.token(r.none.ID, cc...); out["error"] != "unauthorized_client" {
		t.Errorf("before it has spread: %v", out)
	}
	r.w.Faults.Clear()
	if status, _ := r.token(r.none.ID, cc...); status != 200 {
		t.Errorf("afterwards: %d", status)
	}
}

func TestGuestRedeems(t *testing.T) {
	r := newRig(t)
	technician := r.home.Users[4]
	guest := find(t, r.contoso, func(u *world.User) bool { return u.SignInName == technician.SignInName })
	link := r.w.RedeemURL("", r.contoso, guest.ID)
	b := r.browser()
	if a := b.signIn(b.get(link), r.home.Users[3]); pageCode(a.body) != "16000" {
		t.Errorf("somebody else redeems: AADSTS%s", pageCode(a.body))
	}
	b = r.browser()
	if a := b.fill(b.signIn(b.get(link), technician), "decision", "accept"); a.status != 200 || guest.ExternalUserState != "Accepted" {
		t.Errorf("redeeming: %d %s", a.status, guest.ExternalUserState)
	}
	r.code(r.contoso, technician)
	if a := b.get(strings.Replace(link, "ticket%3D", "ticket%3Dx", 1)); pageCode(a.body) == "" {
		t.Error("a forged ticket passed")
	}
}
