package login

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// partnersPath is where Microsoft's admin centre asks a customer's Global Administrator about a partner's request. The real page is a program
// in the browser that finds the request by the fragment of the address; this one lists all that wait for the administrator's company, each
// under the id that the fragment names, so that the browser goes there.
const partnersPath = "/AdminPortal/Home"

// partnerRequest is a relationship that waits for the customer.
type partnerRequest struct {
	ID, Name, Anchor, Duration string
	Extends                    bool
	Roles                      []string
}

func (s *Server) partners(w http.ResponseWriter, r *http.Request) {
	u, t := s.administrator(r)
	if u == nil {
		s.page(w, http.StatusOK, "partners-signin", view{Title: "Microsoft 365 admin centre", Sub: "Sign in as a Global Administrator of your company.", Action: partnersPath})
		return
	}
	v := view{Title: "Partner relationships", Sub: t.DisplayName, Value: u.SignInName, Action: partnersPath}
	s.w.Change(func() {
		s.w.SettleRelationships(s.w.Clock.Now())
		for _, rel := range s.w.Relationships() {
			if rel.CustomerTenantID == t.ID && rel.Status == "approvalPending" {
				v.Requests = append(v.Requests, partnerRequest{ID: rel.ID, Name: rel.DisplayName, Anchor: "/partners/invitation/granularAdminRelationships/" + rel.ID, Duration: rel.Duration, Extends: rel.AutoExtend == "P180D", Roles: roleNames(rel.Roles)})
			}
		}
	})
	s.page(w, http.StatusOK, "partners", v)
}

// administrator is the first account of the browser that may decide for its company.
func (s *Server) administrator(r *http.Request) (found *world.User, at *world.Tenant) {
	b := s.sessionOf(r)
	if b == nil {
		return nil, nil
	}
	accounts := s.accounts(&flow{session: b.id})
	s.w.View(func() {
		for _, in := range accounts {
			home, ok := s.w.Tenant(in.tenantID)
			if !ok || home.Home {
				continue
			}
			if u := home.User(in.userID); u != nil && slices.Contains(home.RolesOf(u), "Global Administrator") {
				found, at = u, home
				return
			}
		}
	})
	return found, at
}

// postPartners takes a sign-in, or the answer to a request.
func (s *Server) postPartners(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		s.refusalPage(w, r, refuse(9002313, "the form cannot be read"))
		return
	}
	if r.PostForm.Has("loginfmt") {
		home, u, ok := s.account(strings.TrimSpace(r.PostForm.Get("loginfmt")))
		if !ok || !u.AccountEnabled || !samePassword(u, r.PostForm.Get("passwd")) {
			s.page(w, http.StatusOK, "partners-signin", view{Title: "Microsoft 365 admin centre", Problem: "Your account or password is incorrect.", Value: r.PostForm.Get("loginfmt"), Action: partnersPath})
			return
		}
		f := s.begin(w, r, &flow{})
		s.remember(f, u.SignInName, who{home.ID, u.ID})
		s.end(f)
		http.Redirect(w, r, partnersPath, http.StatusSeeOther)
		return
	}
	u, t := s.administrator(r)
	if u == nil {
		http.Redirect(w, r, partnersPath, http.StatusSeeOther)
		return
	}
	action := map[string]string{"approve": "approve", "refuse": "reject"}[r.PostForm.Get("decision")]
	done := false
	s.w.Change(func() {
		for _, rel := range s.w.Relationships() {
			if rel.ID == r.PostForm.Get("id") && rel.CustomerTenantID == t.ID {
				_, done = s.w.Ask(rel, action, s.w.Clock.Now())
			}
		}
	})
	v := view{Title: "The request was approved", Text: []string{"It takes a moment until the partner can work."}, Continue: partnersPath}
	switch {
	case !done:
		v.Title, v.Text = "Nothing was changed", []string{"The request does not wait for an answer any more."}
	case action == "reject":
		v.Title, v.Text = "The request was refused", []string{"The partner gets no access by it."}
	}
	s.page(w, http.StatusOK, "message", v)
}
