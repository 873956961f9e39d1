package login

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// authorizeRequest is what the app asked of /authorize.
type authorizeRequest struct {
	redirectURI string
	mode        string // query, fragment or form_post
	state       string
	scopes      scopes
	nonce       string
	challenge   string
	method      string // S256 or plain
	prompt      []string
	hint        string
	domainHint  string
	maxAge      time.Duration // negative: not asked
	cae         bool
}

func (q *authorizeRequest) wants(prompt string) bool { return slices.Contains(q.prompt, prompt) }

const longestQuery = 16 << 10

func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	a, e := s.authorityOf(r)
	if e == nil && len(r.URL.RawQuery) > longestQuery {
		e = refuse(90015)
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); e == nil && err != nil {
		e = refuse(9002313, "the parameters cannot be read")
	}
	var app *world.App
	if e == nil {
		app, e = s.client(r.Form)
	}
	if e != nil {
		s.refusalPage(w, r, e)
		return
	}
	q, e, onPage := s.parseAuthorize(r.Form, a, app)
	f := &flow{authority: a, app: app, req: q, tenant: a.tenant, base: base(r)}
	switch {
	case e != nil && onPage:
		s.refusalPage(w, r, e)
	case e != nil:
		s.respond(w, r, f, e.parameters(s.trail(w, r), base(r)))
	case a.id() == "consumers":
		s.refusalPage(w, r, refuse(500208))
	default:
		s.proceed(w, r, s.begin(w, r, f))
	}
}

// client is the registration that asks. It refuses what must never lead back to the app, because nobody knows yet whether it is the app.
func (s *Server) client(v url.Values) (*world.App, *refusal) {
	for name, values := range v {
		if len(values) > 1 {
			return nil, refuse(9002313, "the parameter '"+clip(name)+"' is repeated")
		}
	}
	if v.Get("client_id") == "" {
		return nil, refuse(900144, "client_id")
	}
	app, ok := s.w.AppByID(v.Get("client_id"))
	if !ok {
		return nil, refuse(700016, clip(v.Get("client_id")), s.w.Home().DisplayName)
	}
	to := v.Get("redirect_uri")
	if to == "" {
		return nil, refuse(500113)
	}
	if !s.registered(app, to) {
		return nil, refuse(50011, clip(to), app.ClientID)
	}
	return app, nil
}

// registered says whether a redirect URI is one of the app's: exactly, but for the port of http://localhost.
func (s *Server) registered(app *world.App, to string) bool {
	var registered []string
	s.w.View(func() { registered = slices.Clone(app.RedirectURIs) })
	u, err := url.Parse(to)
	if err != nil || u.Fragment != "" || u.User != nil || strings.ContainsAny(to, "!$'(),;#") {
		return false
	}
	for _, have := range registered {
		if have == to {
			return true
		}
		h, err := url.Parse(have)
		if err == nil && h.Hostname() == "localhost" && u.Hostname() == "localhost" && h.Scheme == u.Scheme && h.Path == u.Path && h.RawQuery == u.RawQuery {
			return true
		}
	}
	return false
}

// parseAuthorize reads the request. onPage says that the refusal is drawn here rather than sent back.
func (s *Server) parseAuthorize(v url.Values, a authority, app *world.App) (q *authorizeRequest, e *refusal, onPage bool) {
	q = &authorizeRequest{
		redirectURI: v.Get("redirect_uri"), mode: v.Get("response_mode"), state: v.Get("state"), nonce: v.Get("nonce"),
		challenge: v.Get("code_challenge"), method: v.Get("code_challenge_method"), prompt: strings.Fields(v.Get("prompt")),
		hint: s.hinted(v.Get("login_hint")), domainHint: strings.ToLower(v.Get("domain_hint")), maxAge: -1,
	}
	if q.mode == "" {
		q.mode = "query"
	}
	if !slices.Contains([]string{"query", "fragment", "form_post"}, q.mode) {
		return q, refuse(90023, "unknown response_mode '"+clip(q.mode)+"'"), true
	}
	switch kind := v.Get("response_type"); kind {
	case "code":
	case "":
		return q, refuse(900144, "response_type"), true
	default:
		return q, refuse(700054, clip(kind)), false
	}
	if strings.TrimSpace(v.Get("scope")) == "" {
		return q, refuse(900144, "scope"), true
	}
	name := a.segment
	if a.tenant != nil {
		name = a.tenant.DisplayName
	}
	if q.scopes, e = s.parseScopes(v.Get("scope"), name, app); e != nil {
		return q, e, e.code == 650053
	}
	if e := q.checkChallenge(v); e != nil {
		return q, e, false
	}
	for _, p := range q.prompt {
		if !slices.Contains([]string{"login", "none", "consent", "select_account"}, p) || p == "none" && len(q.prompt) > 1 {
			return q, refuse(90023, "unsupported prompt '"+clip(v.Get("prompt"))+"'"), false
		}
	}
	if age := v.Get("max_age"); age != "" {
		n, err := strconv.Atoi(age)
		if err != nil || n < 0 {
			return q, refuse(90023, "max_age is not a number of seconds"), false
		}
		q.maxAge = time.Duration(n) * time.Second
	}
	q.cae, e = declaresCAE(v.Get("claims"))
	return q, e, false
}

func (q *authorizeRequest) checkChallenge(v url.Values) *refusal {
	if q.challenge == "" {
		if q.method != "" {
			return refuse(501491)
		}
		return nil
	}
	if q.method == "" {
		q.method = "plain"
	}
	if n := len(q.challenge); n < 43 || n > 128 || q.method != "S256" && q.method != "plain" || v.Get("code_challenge_method") == "S256" && n != 43 {
		return refuse(501491)
	}
	return nil
}

// declaresCAE reads the claims parameter: whether the client says cp1, so that it understands claims challenges.
func declaresCAE(claims string) (bool, *refusal) {
	if claims == "" {
		return false, nil
	}
	var c struct {
		AccessToken struct {
			Capabilities struct {
				Values []string `json:"values"`
			} `json:"xms_cc"`
		} `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(claims), &c); err != nil {
		return false, refuse(9002313, "the claims parameter is not JSON of the expected form")
	}
	return slices.ContainsFunc(c.AccessToken.Capabilities.Values, func(v string) bool { return strings.EqualFold(v, "cp1") }), nil
}

// proceed takes a flow as far as it goes without asking the person anything, and then asks.
func (s *Server) proceed(w http.ResponseWriter, r *http.Request, f *flow) {
	if f.user == nil && !s.choose(w, r, f) {
		return
	}
	if f.redeem != nil {
		s.proceedRedeem(w, r, f)
		return
	}
	if f.authority.shared() {
		f.tenant, _ = s.w.Tenant(f.user.tenantID)
	}
	p, e := s.resolve(f.tenant, f.app, f.user.who)
	if e == nil && f.tenant.Suspended {
		e = refuse(5000224)
	}
	if e != nil {
		s.refuseFlow(w, r, f, e)
		return
	}
	if f.admin != nil {
		s.proceedAdmin(w, r, f, p)
		return
	}
	s.proceedSignIn(w, r, f, p)
}

// refuseFlow shows a refusal to the person, or sends it back where the app wanted nothing shown.
func (s *Server) refuseFlow(w http.ResponseWriter, r *http.Request, f *flow, e *refusal) {
	if f.req != nil && f.req.wants("none") {
		if e.kind != "login_required" && e.kind != "consent_required" && e.kind != "unauthorized_client" {
			e = e.withKind("interaction_required")
		}
		s.end(f)
		s.respond(w, r, f, e.parameters(s.trail(w, r), f.base))
		return
	}
	v := s.refusalView(w, r, e)
	v.Flow, v.Action = f.id, f.action("login")
	s.page(w, http.StatusBadRequest, "refusal", v)
}

// action is the address of a form of this flow.
func (f *flow) action(step string) string {
	return "/" + url.PathEscape(f.authority.segment) + "/" + step
}

// proceedSignIn asks for consent where it is missing, and otherwise sends the code back.
func (s *Server) proceedSignIn(w http.ResponseWriter, r *http.Request, f *flow, p principal) {
	var lack []ask
	var disabled, absent bool
	s.w.View(func() {
		sp := s.principalOf(f.tenant, f.app)
		absent = sp == nil
		disabled = sp != nil && !sp.AccountEnabled
		lack = s.missing(sp, f.app, p.objectID, f.req.scopes)
	})
	asksAgain := f.req.wants("consent") && !f.consented
	switch {
	case disabled:
		s.refuseFlow(w, r, f, refuse(7000112, f.app.ClientID, f.app.DisplayName))
	case len(lack) == 0 && !asksAgain:
		s.finish(w, r, f, p)
	case f.req.wants("none"):
		s.refuseFlow(w, r, f, refuse(65001, f.app.ClientID, f.app.DisplayName).withKind("interaction_required"))
	case absent && p.delegate:
		s.refuseFlow(w, r, f, refuse(90099, f.app.ClientID, f.app.DisplayName, f.tenant.DisplayName))
	default:
		if asksAgain && len(lack) == 0 {
			lack = f.req.scopes.everything(f.app)
		}
		s.askConsent(w, r, f, p, lack)
	}
}

// principalOf is a registration in a tenant, unless a fault says that it is gone. The caller holds View or Change.
func (s *Server) principalOf(t *world.Tenant, app *world.App) *world.ServicePrincipal {
	if _, gone := s.w.Faults.Active("consentRevoked", t.ID); gone {
		return nil
	}
	return s.w.Principal(t, app)
}

// finish issues the code.
func (s *Server) finish(w http.ResponseWriter, r *http.Request, f *flow, p principal) {
	s.end(f)
	c := &authCode{
		tenant: f.tenant, app: f.app, who: p.who, redirectURI: f.req.redirectURI, scopes: f.req.scopes, nonce: f.req.nonce, challenge: f.req.challenge,
		method: f.req.method, sid: f.user.sid, authTime: f.user.at, cae: f.req.cae, issued: s.now(),
	}
	code := "1." + opaque(420)
	s.mu.Lock()
	s.codes[digestOf(code)] = c
	s.mu.Unlock()
	s.respond(w, r, f, url.Values{"code": {code}, "session_state": {f.user.sid}})
}

// respond sends parameters back to the app in the response mode that it asked for. There is no iss among them, as Entra sends none.
func (s *Server) respond(w http.ResponseWriter, r *http.Request, f *flow, v url.Values) {
	if f.req.state != "" {
		v.Set("state", f.req.state)
	}
	if e := v.Get("error"); e != "" {
		wire.Note(w, e)
	}
	w.Header().Set("Cache-Control", "no-store, no-cache")
	switch f.req.mode {
	case "form_post":
		s.page(w, http.StatusOK, "post", view{Title: "Working...", Action: f.req.redirectURI, Fields: fieldsOf(v)})
	case "fragment":
		http.Redirect(w, r, withSlash(f.req.redirectURI)+"#"+v.Encode(), http.StatusFound)
	default:
		http.Redirect(w, r, addQuery(withSlash(f.req.redirectURI), v), http.StatusFound)
	}
}

// withSlash: a redirect URI without a path comes back with one.
func withSlash(to string) string {
	if u, err := url.Parse(to); err == nil && u.Path == "" {
		u.Path = "/"
		return u.String()
	}
	return to
}

func addQuery(to string, v url.Values) string {
	if strings.Contains(to, "?") {
		return to + "&" + v.Encode()
	}
	return to + "?" + v.Encode()
}
