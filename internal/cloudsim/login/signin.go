package login

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// choose settles which account a flow is for: silently from the browser's session where the request allows it, otherwise by asking.
// It says false where it has answered the request.
func (s *Server) choose(w http.ResponseWriter, r *http.Request, f *flow) bool {
	accounts := s.accounts(f)
	if f.req == nil { // consent and redemption let the person pick
		s.askAccount(w, f, accounts, "", "")
		return false
	}
	q := f.req
	if q.maxAge >= 0 {
		accounts = slices.DeleteFunc(accounts, func(in *signedIn) bool { return s.now().Sub(in.at) > q.maxAge })
	}
	fits := slices.DeleteFunc(slices.Clone(accounts), func(in *signedIn) bool { return !q.fits(in) })
	switch {
	case q.wants("none") && len(fits) == 0:
		s.refuseFlow(w, r, f, refuse(50058))
	case q.wants("none") && len(fits) > 1:
		s.refuseFlow(w, r, f, refuse(16000))
	case q.wants("select_account"):
		s.askAccount(w, f, accounts, q.hint, "")
	case len(fits) == 1 && !q.wants("login"):
		f.user = fits[0]
		return true
	case q.hint != "":
		s.takeAccount(w, f, q.hint)
	case q.wants("login"):
		s.askAccount(w, f, nil, "", "")
	default:
		s.askAccount(w, f, accounts, "", "")
	}
	return false
}

// fits says whether an account of the session is one that the request hints at.
func (q *authorizeRequest) fits(in *signedIn) bool {
	switch {
	case q.hint != "":
		return strings.EqualFold(q.hint, in.name)
	case q.domainHint == "" || q.domainHint == "organizations":
		return true
	}
	return strings.HasSuffix(strings.ToLower(in.name), "@"+q.domainHint) || q.domainHint == in.tenantID
}

// hinted reads a login_hint: a sign-in name, or the opaque claim that our own ID tokens carry.
func (s *Server) hinted(hint string) string {
	raw, err := b64.DecodeString(strings.TrimPrefix(hint, "O."))
	if !strings.HasPrefix(hint, "O.") || err != nil {
		return hint
	}
	tid, oid, _ := strings.Cut(string(raw), "/")
	name := ""
	if t, ok := s.w.Tenant(tid); ok {
		s.w.View(func() {
			if u := t.User(oid); u != nil {
				name = u.SignInName
			}
		})
	}
	return name
}

func loginHint(id who) string { return "O." + b64.EncodeToString([]byte(id.tenantID+"/"+id.userID)) }

// askAccount shows the accounts of the session and a field for another.
func (s *Server) askAccount(w http.ResponseWriter, f *flow, accounts []*signedIn, typed, problem string) {
	v := view{Title: "Sign in", Flow: f.id, Action: f.action("login"), Value: typed, Problem: problem, Sub: s.purpose(f)}
	for _, in := range accounts {
		v.Accounts = append(v.Accounts, in.name)
	}
	if len(accounts) > 0 {
		v.Title = "Pick an account"
	}
	s.page(w, http.StatusOK, "account", v)
}

// purpose says what the sign-in is for.
func (s *Server) purpose(f *flow) string {
	where := "your organization"
	if f.authority.tenant != nil {
		where = f.authority.tenant.DisplayName
	}
	switch {
	case f.admin != nil:
		return "to review the permissions that " + f.app.DisplayName + " asks of " + where
	case f.redeem != nil:
		return "to accept the invitation to " + where
	}
	return "to continue to " + f.app.DisplayName + " in " + where
}

// takeAccount goes on from a typed account to its password.
func (s *Server) takeAccount(w http.ResponseWriter, f *flow, name string) {
	name = strings.TrimSpace(name)
	_, u, ok := s.account(name)
	if !ok {
		problem := "Enter a valid email address or user principal name."
		if strings.Contains(name, "@") {
			e := refuse(50034, clip(name), s.directoryName(f))
			problem = "We couldn't find an account with that username. " + e.Error()
		}
		s.askAccount(w, f, nil, name, problem)
		return
	}
	s.setTyped(f, u.SignInName)
	s.askPassword(w, f, "")
}

func (s *Server) setTyped(f *flow, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.typed = name
}

func (s *Server) directoryName(f *flow) string {
	if f.authority.tenant != nil {
		return f.authority.tenant.DisplayName
	}
	return f.authority.segment
}

func (s *Server) askPassword(w http.ResponseWriter, f *flow, problem string) {
	s.page(w, http.StatusOK, "password", view{Title: "Enter password", Flow: f.id, Action: f.action("login"), Value: f.typed, Problem: problem, Sub: s.purpose(f)})
}

// postLogin takes the forms of the sign-in pages.
func (s *Server) postLogin(w http.ResponseWriter, r *http.Request) {
	s.withFlow(w, r, func(f *flow) { s.signIn(w, r, f) })
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request, f *flow) {
	switch {
	case r.PostForm.Has("switch"):
		f.user = nil
		s.askAccount(w, f, s.accounts(f), "", "")
	case r.PostForm.Get("account") != "":
		s.pick(w, r, f, r.PostForm.Get("account"))
	case r.PostForm.Get("passwd") != "":
		if name := r.PostForm.Get("loginfmt"); name != "" {
			s.setTyped(f, strings.TrimSpace(name))
		}
		s.checkPassword(w, r, f, r.PostForm.Get("passwd"))
	case f.typed != "" && !r.PostForm.Has("loginfmt"):
		s.askPassword(w, f, "Please enter your password.")
	default:
		s.takeAccount(w, f, r.PostForm.Get("loginfmt"))
	}
}

// pick goes on with an account that is signed in already.
func (s *Server) pick(w http.ResponseWriter, r *http.Request, f *flow, name string) {
	for _, in := range s.accounts(f) {
		if strings.EqualFold(in.name, name) {
			f.user = in
			s.proceed(w, r, f)
			return
		}
	}
	s.takeAccount(w, f, name)
}

func (s *Server) checkPassword(w http.ResponseWriter, r *http.Request, f *flow, password string) {
	home, u, ok := s.account(f.typed)
	if !ok || !samePassword(u, password) {
		s.askPassword(w, f, "Your account or password is incorrect. "+refuse(50126).Error())
		return
	}
	if !u.AccountEnabled {
		s.refuseFlow(w, r, f, refuse(50057))
		return
	}
	f.user = s.remember(f, u.SignInName, who{home.ID, u.ID})
	s.proceed(w, r, f)
}

func samePassword(u world.User, given string) bool {
	return subtle.ConstantTimeCompare([]byte(u.Password), []byte(given)) == 1
}
