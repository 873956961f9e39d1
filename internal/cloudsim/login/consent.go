package login

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// askConsent shows what the app asks of a person, or that an administrator must decide.
func (s *Server) askConsent(w http.ResponseWriter, r *http.Request, f *flow, p principal, lack []ask) {
	admin := p.mayGrantScopes()
	if needsAdmin(lack) && !admin {
		s.refuseFlow(w, r, f, refuse(90094, f.tenant.DisplayName, f.app.DisplayName))
		return
	}
	v := view{
		Title: "Permissions requested", Sub: f.app.DisplayName, Flow: f.id, Action: f.action("consent"), Value: f.user.name, Org: admin && !p.delegate,
		Text: []string{"This app would like to:"},
	}
	v.Permissions = describe(lack, f.req.scopes.protocol)
	s.page(w, http.StatusOK, "consent", v)
}

// describe words what is asked, without doubles.
func describe(asks []ask, protocol []string) []string {
	var out []string
	add := func(words string) {
		if words != "" && !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	for _, a := range asks {
		for _, v := range a.values {
			p, _ := a.resource.Permission(v)
			add(p.DisplayName)
		}
	}
	for _, name := range protocol {
		add(world.GraphPermissions[name].DisplayName)
	}
	return out
}

// postConsent takes the answer of a consent page.
func (s *Server) postConsent(w http.ResponseWriter, r *http.Request) {
	s.withFlow(w, r, func(f *flow) { s.decide(w, r, f) })
}

func (s *Server) decide(w http.ResponseWriter, r *http.Request, f *flow) {
	accepted := r.PostForm.Get("decision") == "accept"
	switch {
	case f.user == nil:
		s.refusalPage(w, r, refuse(50089))
	case f.admin != nil:
		s.decideAdmin(w, r, f, accepted)
	case f.redeem != nil:
		s.decideRedeem(w, r, f, accepted)
	case !accepted:
		s.end(f)
		v := refuse(65004).parameters(s.trail(w, r), f.base)
		v.Set("error_subcode", "cancel")
		s.respond(w, r, f, v)
	default:
		s.acceptScopes(w, r, f, r.PostForm.Get("org") != "")
	}
}

// acceptScopes records a person's consent, for everyone where an administrator said so.
func (s *Server) acceptScopes(w http.ResponseWriter, r *http.Request, f *flow, everyone bool) {
	p, e := s.resolve(f.tenant, f.app, f.user.who)
	if e != nil {
		s.refuseFlow(w, r, f, e)
		return
	}
	lack := f.req.scopes.everything(f.app)
	if needsAdmin(lack) && !p.mayGrantScopes() {
		var held bool // what is held already needs nobody
		s.w.View(func() { held = !needsAdmin(s.missing(s.principalOf(f.tenant, f.app), f.app, p.objectID, f.req.scopes)) })
		if !held {
			s.refuseFlow(w, r, f, refuse(90094, f.tenant.DisplayName, f.app.DisplayName))
			return
		}
	}
	principalID := p.objectID
	if everyone && p.mayGrantScopes() && !p.delegate {
		principalID = ""
	}
	s.w.Change(func() {
		now := s.now()
		s.w.GrantScopes(f.tenant, f.app, world.GraphAppID, principalID, s.basics(f.req.scopes), now)
		for _, a := range lack {
			s.w.GrantScopes(f.tenant, f.app, a.resource.AppID, principalID, a.values, now)
		}
	})
	f.consented = true
	s.proceed(w, r, f)
}

// basics are the protocol scopes that come with any consent.
func (s *Server) basics(q scopes) []string {
	return append([]string{"openid", "profile", "offline_access"}, slices.DeleteFunc(slices.Clone(q.protocol), func(p string) bool { return p != "email" })...)
}

// adminRequest is an administrator's consent on its way.
type adminRequest struct {
	v2          bool
	redirectURI string // may be empty in version 1
	state       string
	scopes      scopes // version 2
}

// static says whether the request is for everything in the registration, application permissions included.
func (q *adminRequest) static() bool {
	return !q.v2 || slices.ContainsFunc(q.scopes.asks, func(a ask) bool { return a.all })
}

func (s *Server) adminConsentV1(w http.ResponseWriter, r *http.Request) { s.adminConsent(w, r, false) }
func (s *Server) adminConsentV2(w http.ResponseWriter, r *http.Request) { s.adminConsent(w, r, true) }

func (s *Server) adminConsent(w http.ResponseWriter, r *http.Request, v2 bool) {
	a, e := s.authorityOf(r)
	v := r.URL.Query()
	q := &adminRequest{v2: v2, redirectURI: v.Get("redirect_uri"), state: v.Get("state")}
	var app *world.App
	if e == nil {
		app, e = s.checkAdminRequest(a, v, q)
	}
	if e != nil {
		s.refusalPage(w, r, e)
		return
	}
	s.proceed(w, r, s.begin(w, r, &flow{authority: a, app: app, tenant: a.tenant, admin: q}))
}

func (s *Server) checkAdminRequest(a authority, v url.Values, q *adminRequest) (*world.App, *refusal) {
	if q.redirectURI == "" && !q.v2 { // the bare enterprise link; it ends on a page of ours
		v = url.Values{"client_id": v["client_id"], "redirect_uri": {callbackOf(s.w)}}
	}
	app, e := s.client(v)
	if e != nil {
		return nil, e
	}
	if a.id() == "consumers" || a.id() == "common" && q.v2 {
		return nil, refuse(90124)
	}
	if !q.v2 {
		return app, nil
	}
	if strings.TrimSpace(v.Get("scope")) == "" {
		return nil, refuse(900144, "scope")
	}
	q.scopes, e = s.parseScopes(v.Get("scope"), a.segment, app)
	return app, e
}

// callbackOf is the first redirect URI registered.
func callbackOf(w *world.World) (uri string) {
	w.View(func() { uri = w.App.RedirectURIs[0] })
	return uri
}

// proceedAdmin shows an administrator what the app asks of the whole tenant. Nobody else gets past here, and nothing goes back to
// the app: whoever was sent the wrong link shall be able to pass it on.
func (s *Server) proceedAdmin(w http.ResponseWriter, r *http.Request, f *flow, p principal) {
	if !s.mayConsent(f, p) {
		s.refuseFlow(w, r, f, refuse(90094, f.tenant.DisplayName, f.app.DisplayName))
		return
	}
	v := view{
		Title: "Permissions requested", Sub: f.app.DisplayName, Flow: f.id, Action: f.action("consent"), Value: f.user.name,
		Text: []string{"Review for your organization: " + f.tenant.DisplayName + ".", "This app would like to:"},
		Foot: "If you accept, this app will get access to the specified resources for all users in your organization. No one else will be prompted to review these permissions.",
	}
	v.Permissions = describe(f.admin.scopes.asks, f.admin.scopes.protocol)
	if f.admin.static() {
		v.Permissions = staticList(f.app)
	}
	s.page(w, http.StatusOK, "consent", v)
}

func (s *Server) mayConsent(f *flow, p principal) bool {
	if f.admin.static() && len(f.app.RequiredRoles) > 0 {
		return p.mayGrantRoles()
	}
	return p.mayGrantScopes()
}

func staticList(app *world.App) []string {
	asks := []ask{{resource: world.Resources[0], values: append(slices.Clone(app.RequiredRoles), resourceScopes(app.RequiredScope)...)}}
	return describe(asks, []string{"openid", "offline_access"})
}

func (s *Server) decideAdmin(w http.ResponseWriter, r *http.Request, f *flow, accepted bool) {
	s.end(f)
	if !accepted {
		s.w.Change(func() {
			if s.w.Principal(f.tenant, f.app) == nil {
				f.tenant.Consent = world.ConsentDeclined
			}
		})
		s.answerAdmin(w, r, f, s.declined(w, r, f))
		return
	}
	p, e := s.resolve(f.tenant, f.app, f.user.who)
	if e == nil && !s.mayConsent(f, p) {
		e = refuse(90094, f.tenant.DisplayName, f.app.DisplayName)
	}
	if e != nil {
		s.refusalPage(w, r, e)
		return
	}
	s.w.Change(func() { s.grantAdmin(f) })
	v := url.Values{"admin_consent": {"True"}, "tenant": {f.tenant.ID}}
	if f.admin.v2 {
		v.Set("scope", s.grantedScope(f))
	}
	s.answerAdmin(w, r, f, v)
}

// grantAdmin records tenant-wide consent: what was granted tenant-wide before and is not asked now goes. The caller holds Change.
func (s *Server) grantAdmin(f *flow) {
	now := s.now()
	if f.admin.static() {
		s.w.GrantAll(f.tenant, f.app, now)
		return
	}
	if len(f.admin.scopes.protocol) > 0 && f.admin.scopes.on(world.GraphAppID).resource == nil {
		s.w.GrantScopes(f.tenant, f.app, world.GraphAppID, "", f.admin.scopes.protocol, now)
	}
	for _, a := range f.admin.scopes.asks {
		values := a.values
		if a.resource.AppID == world.GraphAppID {
			values = append(s.basics(f.admin.scopes), values...)
		}
		s.w.ReplaceScopes(f.tenant, f.app, a.resource.AppID, values, now)
	}
}

func (s *Server) grantedScope(f *flow) string {
	if f.admin.static() {
		return world.GraphAudience + "/.default"
	}
	var out []string
	for _, a := range f.admin.scopes.asks {
		for _, v := range a.values {
			out = append(out, a.resource.Audience+"/"+v)
		}
	}
	return strings.Join(append(out, f.admin.scopes.protocol...), " ")
}

// declined words an administrator's refusal: version 2 says admin_consent=True all the same.
func (s *Server) declined(w http.ResponseWriter, r *http.Request, f *flow) url.Values {
	if !f.admin.v2 {
		return url.Values{"error": {"permission_denied"}, "error_description": {"The admin canceled the request"}}
	}
	v := refuse(65004).withKind("consent_required").parameters(s.trail(w, r), f.base)
	v.Set("admin_consent", "True")
	v.Set("error_subcode", "cancel")
	return v
}

func (s *Server) answerAdmin(w http.ResponseWriter, r *http.Request, f *flow, v url.Values) {
	if f.admin.redirectURI == "" {
		s.page(w, http.StatusOK, "message", view{Title: "You can close this page", Text: []string{"Your answer has been recorded for " + f.tenant.DisplayName + "."}})
		return
	}
	if f.admin.state != "" {
		v.Set("state", f.admin.state)
	}
	http.Redirect(w, r, addQuery(withSlash(f.admin.redirectURI), v), http.StatusFound)
}
