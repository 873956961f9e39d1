package login

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// session is one browser's sign-ins; it is what makes the second sign-in silent.
type session struct {
	id       string
	accounts []*signedIn // oldest first
	touched  time.Time
}

// signedIn is an account that gave its password in this browser.
type signedIn struct {
	who
	name string // sign-in name
	sid  string // GUID, the sid claim and session_state
	at   time.Time
}

// flow is a sign-in or consent on its way through the pages.
type flow struct {
	mu        sync.Mutex // one form at a time
	id        string
	session   string
	base      string
	authority authority
	app       *world.App // the client that asks
	started   time.Time
	req       *authorizeRequest // sign-in
	admin     *adminRequest     // administrator's consent
	redeem    *redeemRequest    // guest's redemption
	typed     string            // account typed, password awaited
	user      *signedIn         // account chosen
	tenant    *world.Tenant     // where the account signs in
	consented bool              // the person accepted in this flow
}

const (
	sessionAge = 24 * time.Hour
	flowAge    = 20 * time.Minute
	mostKept   = 20000 // sessions and flows; beyond that the oldest go
)

func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "ESTSAUTHS"
	}
	return "ESTSAUTH"
}

// sessionOf is the browser's session, or nil.
func (s *Server) sessionOf(r *http.Request) *session {
	c, err := r.Cookie(cookieName(r))
	if err != nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.sessions[c.Value]
	if found == nil || s.now().Sub(found.touched) > sessionAge {
		return nil
	}
	return found
}

// begin makes a flow, and a session where the browser has none.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, f *flow) *flow {
	found := s.sessionOf(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweep()
	if found == nil {
		found = &session{id: opaque(24)}
		s.sessions[found.id] = found
		http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: found.id, Path: "/", HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	}
	found.touched = s.now()
	f.id, f.session, f.base, f.started = opaque(24), found.id, base(r), s.now()
	s.flows[f.id] = f
	return f
}

// sweep forgets what is too old, and everything where somebody opens flows without end. The caller holds mu.
func (s *Server) sweep() {
	if len(s.flows)+len(s.sessions)+len(s.codes) < 1000 {
		return
	}
	now := s.now()
	for id, f := range s.flows {
		if now.Sub(f.started) > flowAge || len(s.flows) > mostKept {
			delete(s.flows, id)
		}
	}
	for id, b := range s.sessions {
		if now.Sub(b.touched) > sessionAge || len(s.sessions) > mostKept {
			delete(s.sessions, id)
		}
	}
	for id, c := range s.codes {
		if now.Sub(c.issued) > time.Hour {
			delete(s.codes, id)
		}
	}
}

// flowOf is the flow that a form belongs to; the browser must be the one that began it.
func (s *Server) flowOf(r *http.Request) (*flow, *refusal) {
	b := s.sessionOf(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.flows[r.PostFormValue("flow")]
	if f == nil || s.now().Sub(f.started) > flowAge {
		return nil, refuse(50089)
	}
	if b == nil || b.id != f.session {
		return nil, refuse(9002313, "the session cookie of the browser is missing; cookies must be allowed")
	}
	return f, nil
}

// withFlow runs next for the flow that a posted form belongs to; two posts of one form wait for each other, and the second finds
// the flow over where the first ended it.
func (s *Server) withFlow(w http.ResponseWriter, r *http.Request, next func(*flow)) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		s.refusalPage(w, r, refuse(9002313, "the form cannot be read"))
		return
	}
	f, e := s.flowOf(r)
	if e == nil {
		f.mu.Lock()
		defer f.mu.Unlock()
		_, e = s.flowOf(r)
	}
	if e != nil {
		s.refusalPage(w, r, e)
		return
	}
	next(f)
}

func (s *Server) end(f *flow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.flows, f.id)
}

// remember adds an account to the browser's session, or renews it there.
func (s *Server) remember(f *flow, name string, id who) *signedIn {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := &signedIn{who: id, name: name, sid: wire.NewID(), at: s.now()}
	b := s.sessions[f.session]
	if b == nil {
		return in
	}
	for i, old := range b.accounts {
		if old.who == id {
			in.sid = old.sid
			b.accounts[i] = in
			return in
		}
	}
	b.accounts = append(b.accounts, in)
	return in
}

// accounts are those signed in in the flow's browser whose sessions were not revoked since.
func (s *Server) accounts(f *flow) []*signedIn {
	s.mu.Lock()
	var all []*signedIn
	if b := s.sessions[f.session]; b != nil {
		all = append(all, b.accounts...)
	}
	s.mu.Unlock()
	kept := all[:0]
	s.w.View(func() {
		for _, in := range all {
			if home, ok := s.w.Tenant(in.tenantID); ok {
				if u := home.User(in.userID); u != nil && !in.at.Before(u.SessionsValidFrom) {
					kept = append(kept, in)
				}
			}
		}
	})
	return kept
}

// logout ends the browser's session at Entra and sends it back where that is registered; otherwise it stays on our page.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if _, e := s.authorityOf(r); e != nil {
		s.refusalPage(w, r, e)
		return
	}
	var frames []string
	if b := s.sessionOf(r); b != nil {
		s.mu.Lock()
		for _, in := range b.accounts {
			if s.w.App.LogoutURL != "" {
				frames = append(frames, s.w.App.LogoutURL+"?sid="+in.sid)
			}
		}
		delete(s.sessions, b.id)
		s.mu.Unlock()
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Path: "/", MaxAge: -1, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode})
	back := r.FormValue("post_logout_redirect_uri")
	if s.returns(back) && len(frames) == 0 {
		http.Redirect(w, r, withState(back, r.FormValue("state")), http.StatusFound)
		return
	}
	v := view{Title: "You signed out of your account", Text: []string{"It's a good idea to close all browser windows."}, Frames: frames}
	if s.returns(back) {
		v.Continue = withState(back, r.FormValue("state"))
	}
	s.page(w, http.StatusOK, "message", v)
}

// returns says whether one of the partner's registrations lists the address: a sign-out names no client.
func (s *Server) returns(back string) bool {
	return back != "" && slices.ContainsFunc(s.w.Apps(), func(a *world.App) bool { return s.registered(a, back) })
}

func withState(to, state string) string {
	if state == "" {
		return to
	}
	u, err := url.Parse(to)
	if err != nil {
		return to
	}
	q := u.Query()
	q.Set("state", state)
	u.RawQuery = q.Encode()
	return u.String()
}
