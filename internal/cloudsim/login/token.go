package login

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// authCode is an authorization code: ten minutes, one use, bound to tenant, redirect URI and challenge.
type authCode struct {
	tenant      *world.Tenant
	app         *world.App
	who         who
	redirectURI string
	scopes      scopes
	nonce       string
	challenge   string
	method      string
	sid         string
	authTime    time.Time
	cae         bool
	issued      time.Time
	used        bool
}

// refreshToken serves every resource that its user consented to.
type refreshToken struct {
	tenant   *world.Tenant
	app      *world.App
	who      who
	scopes   scopes
	sid      string
	authTime time.Time
	cae      bool
	issued   time.Time
}

const (
	codeAge    = 10 * time.Minute
	refreshAge = 90 * 24 * time.Hour
	mostBody   = 256 << 10
)

// token is the token endpoint.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		s.jsonError(w, r, refuse(900561, r.Method))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, mostBody)
	if err := r.ParseForm(); err != nil {
		s.jsonError(w, r, refuse(9002313, "the body cannot be read as a form"))
		return
	}
	g, e := s.grant(w, r)
	if e != nil {
		s.jsonError(w, r, e)
		return
	}
	w.Header().Set("x-ms-request-id", wire.NewID())
	w.Header().Set("x-ms-clitelem", "1,0,0,,")
	s.json(w, http.StatusOK, g)
}

// grant checks what every grant has in common, in Entra's order: the tenant, the client there, its credential, then the grant.
func (s *Server) grant(w http.ResponseWriter, r *http.Request) (*tokenResponse, *refusal) {
	a, e := s.authorityOf(r)
	if e != nil {
		return nil, e
	}
	v := r.PostForm
	for name, values := range v {
		if len(values) > 1 {
			return nil, refuse(9002313, "the parameter '"+clip(name)+"' is repeated")
		}
	}
	if e := basicAuth(r, v); e != nil {
		return nil, e
	}
	for _, name := range []string{"grant_type", "client_id"} {
		if v.Get(name) == "" {
			return nil, refuse(900144, name)
		}
	}
	wire.Note(w, v.Get("grant_type"))
	if a.shared() && (a.id() != "organizations" || v.Get("grant_type") == "client_credentials") && v.Get("grant_type") != "authorization_code" && v.Get("grant_type") != "refresh_token" {
		return nil, refuse(9001023)
	}
	app, e := s.checkApp(a, v.Get("client_id"))
	if e != nil {
		return nil, e
	}
	by, e := s.authenticate(r, a, app, v)
	if e != nil {
		return nil, e
	}
	if f, ok := s.w.Faults.Active("entraRefuses", a.id()); ok {
		known := world.Refusals[f.Code]
		return nil, &refusal{code: f.Code, kind: known.Error, sub: known.Suberror, text: known.Text, claims: known.Claims, status: http.StatusBadRequest}
	}
	cae, e := declaresCAE(v.Get("claims"))
	if e != nil {
		return nil, e
	}
	c := grantCall{s: s, a: a, app: app, v: v, base: base(r), by: by, cae: cae}
	switch v.Get("grant_type") {
	case "authorization_code":
		return c.byCode()
	case "refresh_token":
		return c.byRefreshToken()
	case "client_credentials":
		return c.appOnly()
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		return c.onBehalfOf()
	}
	return nil, refuse(70003, clip(v.Get("grant_type")))
}

// checkApp is the client. It refuses one that the tenant does not know, or has disabled.
func (s *Server) checkApp(a authority, clientID string) (*world.App, *refusal) {
	name := a.segment
	if a.tenant != nil {
		name = a.tenant.DisplayName
	}
	unknown := refuse(700016, clip(clientID), name)
	app, ok := s.w.AppByID(clientID)
	if !ok {
		return nil, unknown
	}
	if a.tenant == nil {
		return app, nil
	}
	if a.tenant.Suspended {
		return nil, refuse(5000224)
	}
	var e *refusal
	_, disabled := s.w.Faults.Active("appDisabled", a.tenant.ID)
	s.w.View(func() {
		sp := s.principalOf(a.tenant, app)
		switch {
		case sp == nil || s.replicating(a.tenant, sp.Created):
			e = unknown
		case !sp.AccountEnabled || disabled:
			e = refuse(7000112, app.ClientID, app.DisplayName)
		}
	})
	return app, e
}

// replicating says whether something granted at that time has not reached the token endpoint yet (the consentDelay fault).
func (s *Server) replicating(t *world.Tenant, granted time.Time) bool {
	f, ok := s.w.Faults.Active("consentDelay", t.ID)
	return ok && s.now().Before(granted.Add(f.Delay()))
}

// grantCall is one request to the token endpoint whose client is known.
type grantCall struct {
	s    *Server
	a    authority
	app  *world.App
	v    url.Values
	base string
	by   credential
	cae  bool
}

func (c grantCall) tenantName() string {
	if c.a.tenant != nil {
		return c.a.tenant.DisplayName
	}
	return c.a.segment
}

// scope reads the scope parameter; a token is for one resource only.
func (c grantCall) scope() (scopes, *refusal) {
	q, e := c.s.parseScopes(c.v.Get("scope"), c.tenantName(), c.app)
	if e == nil && len(q.asks) > 1 {
		e = refuse(28000, clip(c.v.Get("scope")))
	}
	if e != nil && e.code == 650053 {
		e = refuse(70011, clip(c.v.Get("scope")))
	}
	return q, e
}

func (c grantCall) byCode() (*tokenResponse, *refusal) {
	for _, name := range []string{"code", "redirect_uri"} {
		if c.v.Get(name) == "" {
			return nil, refuse(900144, name)
		}
	}
	want, e := c.scope()
	if e != nil {
		return nil, e
	}
	code, e := c.take(c.v.Get("code"))
	if e != nil {
		return nil, e
	}
	if c.v.Get("redirect_uri") != code.redirectURI {
		return nil, refuse(50011, clip(c.v.Get("redirect_uri")), c.app.ClientID).withKind("invalid_grant")
	}
	if e := code.checkVerifier(c.v.Get("code_verifier")); e != nil {
		return nil, e
	}
	want.protocol = append(want.protocol, slices.DeleteFunc(slices.Clone(code.scopes.protocol), want.has)...)
	if len(want.asks) == 0 {
		want.asks, want.uris = code.scopes.asks, want.uris || code.scopes.uris
	}
	return c.delegated(delegatedGrant{
		tenant: code.tenant, app: c.app, who: code.who, want: want, all: code.scopes, nonce: code.nonce, sid: code.sid, authTime: code.authTime, cae: c.cae || code.cae,
	})
}

// take spends a code. It is spent even when the rest of the request is refused, as the real service does.
func (c grantCall) take(value string) (*authCode, *refusal) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	code := c.s.codes[digestOf(value)]
	switch {
	case code == nil:
		return nil, refuse(9002313, "the authorization code is malformed").withKind("invalid_grant")
	case c.a.tenant != nil && c.a.tenant != code.tenant:
		return nil, refuse(700005)
	case code.app != c.app: // a code is its client's alone
		return nil, refuse(70000) // which number Entra gives is not confirmed
	case code.used:
		return nil, refuse(54005)
	case c.s.now().Sub(code.issued) > codeAge:
		return nil, refuse(70008)
	}
	code.used = true
	return code, nil
}

func (code *authCode) checkVerifier(verifier string) *refusal {
	if code.challenge == "" {
		if verifier != "" {
			return refuse(50147)
		}
		return nil
	}
	if n := len(verifier); n < 43 || n > 128 {
		return refuse(501481)
	}
	if code.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = b64.EncodeToString(sum[:])
	}
	if subtle.ConstantTimeCompare([]byte(verifier), []byte(code.challenge)) != 1 {
		return refuse(501481)
	}
	return nil
}

func (c grantCall) byRefreshToken() (*tokenResponse, *refusal) {
	if c.v.Get("refresh_token") == "" {
		return nil, refuse(900144, "refresh_token")
	}
	want, e := c.scope()
	if e != nil {
		return nil, e
	}
	c.s.mu.Lock()
	rt := c.s.refresh[digestOf(c.v.Get("refresh_token"))]
	c.s.mu.Unlock()
	if rt == nil || rt.app != c.app { // a refresh token is its client's alone
		return nil, refuse(70000)
	}
	if f, expired := c.s.w.Faults.Active("tokenExpired", rt.tenant.ID); expired && f.Count == 0 || c.s.now().Sub(rt.issued) > refreshAge {
		return nil, refuse(700082, date(rt.issued))
	}
	if c.s.revoked(rt) {
		return nil, refuse(50173)
	}
	if c.v.Get("scope") == "" {
		want = rt.scopes
	} else if len(want.asks) == 0 {
		want.asks = rt.scopes.asks
	}
	t := rt.tenant
	if c.a.tenant != nil { // a refresh token serves its user in other tenants too, where the user is a guest or a partner's agent
		t = c.a.tenant
	}
	return c.delegated(delegatedGrant{tenant: t, app: c.app, who: rt.who, want: want, all: rt.scopes, sid: rt.sid, authTime: rt.authTime, cae: c.cae || rt.cae, refreshed: true})
}

// revoked says whether the user's sessions were revoked after the token was issued.
func (s *Server) revoked(rt *refreshToken) bool {
	if _, ok := s.w.Faults.Active("sessionRevoked", rt.tenant.ID); ok {
		return true
	}
	revoked := false
	s.w.View(func() {
		for _, at := range []struct{ tenant, user string }{{rt.who.tenantID, rt.who.userID}} {
			if t, ok := s.w.Tenant(at.tenant); ok {
				if u := t.User(at.user); u != nil && rt.authTime.Before(u.SessionsValidFrom) {
					revoked = true
				}
			}
		}
		if p, e := s.resolveLocked(rt.tenant, rt.app, rt.who); e == nil && rt.authTime.Before(p.user.SessionsValidFrom) {
			revoked = true
		}
	})
	return revoked
}

func (c grantCall) appOnly() (*tokenResponse, *refusal) {
	raw := strings.TrimSpace(c.v.Get("scope"))
	if raw == "" {
		return nil, refuse(900144, "scope")
	}
	want, e := c.scope()
	switch {
	case e != nil && e.code == 70011:
		return nil, refuse(1002012, clip(raw))
	case e != nil:
		return nil, e
	case len(want.asks) != 1 || !want.asks[0].all: // protocol scopes beside it are ignored; MSAL for Go sends them
		return nil, refuse(1002012, clip(raw))
	}
	return c.s.appToken(c.a.tenant, c.app, want.asks[0].resource, c.by, c.cae), nil
}

func (c grantCall) onBehalfOf() (*tokenResponse, *refusal) {
	for _, name := range []string{"assertion", "scope"} {
		if c.v.Get(name) == "" {
			return nil, refuse(900144, name)
		}
	}
	if c.v.Get("requested_token_use") != "on_behalf_of" {
		return nil, refuse(900144, "requested_token_use")
	}
	if c.a.tenant == nil {
		return nil, refuse(9001023)
	}
	claims, err := c.s.keys.open(c.v.Get("assertion"))
	if err != nil {
		return nil, refuse(50013)
	}
	text := func(name string) string { v, _ := claims[name].(string); return v }
	exp, _ := claims["exp"].(float64)
	switch {
	case text("aud") != c.app.ClientID && text("aud") != c.app.OwnResource().Audience:
		return nil, refuse(500131, clip(text("aud")), c.app.ClientID)
	case text("ver") != "2.0" || text("scp") == "" || text("tid") != c.a.tenant.ID:
		return nil, refuse(50013)
	case float64(c.s.now().Unix()) > exp:
		return nil, refuse(500133)
	}
	want, e := c.scope()
	if e != nil {
		return nil, e
	}
	id, ok := c.s.whoIs(c.a.tenant, text("oid"))
	if !ok {
		return nil, refuse(500341, text("oid"), c.tenantName())
	}
	return c.delegated(delegatedGrant{tenant: c.a.tenant, app: c.app, who: id, want: want, all: want, sid: text("sid"), authTime: c.s.now(), cae: c.cae})
}

// whoIs finds the account behind an object id in a tenant.
func (s *Server) whoIs(t *world.Tenant, oid string) (id who, ok bool) {
	s.w.View(func() {
		u := t.User(oid)
		if u == nil { // through GDAP the object id is that of the home tenant
			if agent := s.w.Home().User(oid); agent != nil {
				id, ok = who{s.w.Home().ID, agent.ID}, true
			}
			return
		}
		if !u.Guest() {
			id, ok = who{t.ID, u.ID}, true
			return
		}
		if home, found := s.w.Tenant(u.HomeTenantID); found {
			if account := home.UserBySignIn(u.SignInName); account != nil {
				id, ok = who{home.ID, account.ID}, true
			}
		}
	})
	return id, ok
}
