package login

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// tokenResponse is the answer of the token endpoint. App-only answers carry neither scope nor refresh token.
type tokenResponse struct {
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope,omitempty"`
	ExpiresIn    int    `json:"expires_in"`
	ExtExpiresIn int    `json:"ext_expires_in"`
	RefreshIn    int    `json:"refresh_in,omitempty"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	ClientInfo   string `json:"client_info,omitempty"`
}

// delegatedGrant is a person's token to be issued.
type delegatedGrant struct {
	tenant    *world.Tenant
	app       *world.App
	who       who
	want      scopes // of this token
	all       scopes // of the sign-in, for the refresh token
	nonce     string
	sid       string
	authTime  time.Time
	cae       bool
	refreshed bool
}

// delegated issues tokens for a person, where consent covers what is asked.
func (c grantCall) delegated(g delegatedGrant) (*tokenResponse, *refusal) {
	p, e := c.s.resolve(g.tenant, c.app, g.who)
	if e != nil {
		e.kind = "invalid_grant"
		return nil, e
	}
	resource := g.want.first().resource
	want := scopes{protocol: g.want.protocol, asks: g.want.asks[:min(1, len(g.want.asks))]}
	var held []string
	var lack []ask
	s := c.s
	s.w.View(func() {
		sp := s.principalOf(g.tenant, c.app)
		lack = s.missing(sp, c.app, p.objectID, want)
		if sp != nil {
			held = sp.Scopes(resource.AppID, p.objectID)
		}
	})
	if len(lack) > 0 || g.want.first().all && len(held) == 0 {
		return nil, refuse(65001, c.app.ClientID, c.app.DisplayName)
	}
	out, now := s.lifetime(g.cae), s.dated(g.tenant)
	out.AccessToken = s.accessToken(c.base, g, p, resource, held, c.by, now, out.ExpiresIn)
	out.Scope = granted(resource, held, g.want.protocol, g.want.uris)
	if g.want.has("openid") {
		out.IDToken = s.idToken(c.base, g, p, now)
	}
	if g.want.has("offline_access") || g.refreshed {
		out.RefreshToken = s.newRefreshToken(g)
	}
	if c.v.Get("client_info") == "1" {
		out.ClientInfo = encode(map[string]string{"uid": g.who.userID, "utid": g.who.tenantID})
	}
	return out, nil
}

// lifetime is random between 60 and 90 minutes; a client that understands claims challenges gets a day.
func (s *Server) lifetime(cae bool) *tokenResponse {
	n := 3600 + rand.IntN(1800)
	out := &tokenResponse{TokenType: "Bearer", ExpiresIn: n, ExtExpiresIn: n}
	if cae {
		out.ExpiresIn, out.ExtExpiresIn, out.RefreshIn = 86399, 86399, 43199
	}
	return out
}

// dated is the time that tokens are dated with: now, unless the clock of this tenant's service is skewed.
func (s *Server) dated(t *world.Tenant) time.Time {
	now := s.now()
	if f, ok := s.w.Faults.Active("clockSkew", t.ID); ok {
		skew := time.Hour
		if f.Seconds != 0 {
			skew = time.Duration(f.Seconds * float64(time.Second))
		}
		now = now.Add(skew)
	}
	return now
}

func (s *Server) newRefreshToken(g delegatedGrant) string {
	value := "1." + opaque(900)
	all := g.all
	if len(all.asks) == 0 {
		all.asks = g.want.asks
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.refresh { // any of them: nobody signs in that often but to fill our memory
		if len(s.refresh) < 10*mostKept {
			break
		}
		delete(s.refresh, key)
	}
	s.refresh[digestOf(value)] = &refreshToken{tenant: g.tenant, app: g.app, who: g.who, scopes: all, sid: g.sid, authTime: g.authTime, cae: g.cae, issued: s.now()}
	return value
}

func stsIssuer(tid string) string { return "https://sts.windows.net/" + tid + "/" }

// subject is the pairwise sub: one per app, person and tenant.
func subject(appID, tid, oid string) string {
	sum := sha256.Sum256([]byte(appID + "/" + tid + "/" + oid))
	return b64.EncodeToString(sum[:])
}

func (s *Server) idToken(base string, g delegatedGrant, p principal, now time.Time) string {
	c := map[string]any{
		"aud": g.app.ClientID, "iss": base + "/" + g.tenant.ID + "/v2.0", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(65 * time.Minute).Unix(),
		"sub": subject(g.app.ClientID, g.tenant.ID, p.objectID), "tid": g.tenant.ID, "uti": opaque(16), "rh": "1." + opaque(30), "ver": "2.0",
	}
	if g.nonce != "" {
		c["nonce"] = g.nonce
	}
	if g.want.has("profile") {
		c["oid"], c["name"], c["preferred_username"] = p.objectID, p.name, p.upn
	}
	if p.mail != "" && (g.want.has("email") || p.guest) {
		c["email"] = p.mail
	}
	if p.guest || p.delegate {
		c["idp"] = stsIssuer(g.who.tenantID)
	}
	s.optional(c, g, p)
	return s.keys.sign(g.tenant.ID, c, false, false)
}

// optional adds the claims that the app registration asks for.
func (s *Server) optional(c map[string]any, g delegatedGrant, p principal) {
	for _, name := range g.app.Claims {
		switch name {
		case "acct":
			c[name] = 0
			if p.userType == "Guest" {
				c[name] = 1
			}
		case "auth_time":
			c[name] = g.authTime.Unix()
		case "login_hint":
			c[name] = loginHint(p.who)
		case "sid":
			c[name] = g.sid
		case "wids":
			c[name] = p.wids
		}
	}
}

// accessToken is of version 1 for Microsoft's own resources, and of version 2 for the app's own API.
func (s *Server) accessToken(base string, g delegatedGrant, p principal, resource *world.Resource, held []string, by credential, now time.Time, lifetime int) string {
	scp := resourceScopes(held)
	if resource.AppID == world.GraphAppID {
		for _, name := range []string{"openid", "profile", "email"} {
			if slices.Contains(held, name) {
				scp = append(scp, name)
			}
		}
	}
	c := map[string]any{
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Duration(lifetime) * time.Second).Unix(), "tid": g.tenant.ID, "oid": p.objectID,
		"sub": subject(resource.AppID, g.tenant.ID, p.objectID), "name": p.name, "scp": strings.Join(scp, " "), "uti": opaque(16), "rh": "1." + opaque(30), "sid": g.sid,
	}
	if p.guest || p.delegate {
		c["idp"] = stsIssuer(g.who.tenantID)
	}
	if g.cae {
		c["xms_cc"] = []string{"cp1"}
	}
	if resource.AppID == g.app.ClientID {
		c["aud"], c["iss"], c["ver"], c["azp"], c["azpacr"], c["preferred_username"] = resource.AppID, base+"/"+g.tenant.ID+"/v2.0", "2.0", g.app.ClientID, string(by), p.upn
		return s.keys.sign(g.tenant.ID, c, false, false)
	}
	version1(c, g.tenant, g.app, resource, by)
	c["idtyp"], c["unique_name"], c["upn"], c["wids"], c["acct"], c["amr"] = "user", p.upn, p.upn, p.wids, 0, []string{"pwd"}
	if p.userType == "Guest" {
		c["acct"] = 1
	}
	return s.keys.sign(g.tenant.ID, c, true, resource.AppID == world.GraphAppID)
}

func version1(c map[string]any, t *world.Tenant, app *world.App, resource *world.Resource, by credential) {
	c["aud"], c["iss"], c["ver"], c["appid"], c["appidacr"] = resource.Audience, stsIssuer(t.ID), "1.0", app.ClientID, string(by)
	c["app_displayname"], c["tenant_region_scope"], c["aio"] = app.DisplayName, t.Region, opaque(24)
}

// appToken is an app-only token: it carries the application permissions that the tenant granted, and no roles member where there are none.
func (s *Server) appToken(t *world.Tenant, app *world.App, resource *world.Resource, by credential, cae bool) *tokenResponse {
	out, now := s.lifetime(cae), s.dated(t)
	var oid string
	var roles []string
	s.w.View(func() {
		sp := s.w.Principal(t, app)
		if sp == nil {
			return
		}
		oid = sp.ID
		if resource.AppID == world.GraphAppID {
			roles = slices.DeleteFunc(sp.RoleValues(), func(r string) bool { return s.replicating(t, sp.Roles[r]) })
		}
	})
	c := map[string]any{
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Duration(out.ExpiresIn) * time.Second).Unix(), "tid": t.ID, "oid": oid, "sub": oid,
		"idtyp": "app", "idp": stsIssuer(t.ID), "uti": opaque(16), "rh": "1." + opaque(30), "wids": []string{"0997a1d0-0d1d-4acb-b408-d5ca73121e90"},
	}
	if len(roles) > 0 {
		c["roles"] = roles
	}
	if cae {
		c["xms_cc"] = []string{"cp1"}
	}
	version1(c, t, app, resource, by)
	out.AccessToken = s.keys.sign(t.ID, c, true, resource.AppID == world.GraphAppID)
	return out
}

// AppToken is an app-only access token for Microsoft Graph in a tenant, for tests that start behind sign-in.
func (s *Server) AppToken(tenantID string) string {
	t, ok := s.w.Tenant(tenantID)
	if !ok {
		return ""
	}
	return s.appToken(t, &s.w.App, world.Resources[0], bySecret, false).AccessToken
}

// RefreshToken is a refresh token of the registration for a person at a tenant, for tests that start behind sign-in. It is empty where the
// person cannot sign in to the tenant.
func (s *Server) RefreshToken(tenantID, signInName, audience string, values ...string) string {
	t, ok := s.w.Tenant(tenantID)
	resource, known := s.w.Resource(audience)
	home, u, found := s.account(signInName)
	if !ok || !known || !found {
		return ""
	}
	g := delegatedGrant{tenant: t, app: &s.w.App, who: who{home.ID, u.ID}, sid: wire.NewID(), authTime: s.now()}
	if _, e := s.resolve(t, g.app, g.who); e != nil {
		return ""
	}
	g.want.asks = append(g.want.asks, ask{resource: resource, values: values})
	return s.newRefreshToken(g)
}

// UserToken is a delegated access token for an audience with exactly these scopes, for tests that start behind sign-in and consent.
// It is empty where the person cannot sign in to the tenant.
func (s *Server) UserToken(tenantID, signInName, audience string, values ...string) string {
	t, ok := s.w.Tenant(tenantID)
	resource, known := s.w.Resource(audience)
	home, u, found := s.account(signInName)
	if !ok || !known || !found {
		return ""
	}
	g := delegatedGrant{tenant: t, app: &s.w.App, who: who{home.ID, u.ID}, sid: wire.NewID(), authTime: s.now()}
	p, e := s.resolve(t, g.app, g.who)
	if e != nil {
		return ""
	}
	return s.accessToken("", g, p, resource, values, bySecret, s.now(), 3600)
}
