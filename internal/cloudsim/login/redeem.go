package login

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// redeemRequest is a guest's acceptance of an invitation on its way.
type redeemRequest struct {
	guestID string
	back    string // inviteRedirectUrl
}

// redeem takes an invitation's link: rd holds the address of the invitation service with tenant, user and ticket.
func (s *Server) redeem(w http.ResponseWriter, r *http.Request) {
	v := r.URL.Query()
	if rd, err := url.Parse(v.Get("rd")); err == nil && rd.RawQuery != "" {
		v = rd.Query()
	}
	t, ok := s.w.Tenant(v.Get("tenant"))
	if !ok {
		s.refusalPage(w, r, refuse(90002, clip(v.Get("tenant"))))
		return
	}
	var q *redeemRequest
	s.w.View(func() {
		if g := t.User(v.Get("user")); g != nil && g.Guest() && v.Get("ticket") == s.w.InvitationTicket(g.ID) {
			q = &redeemRequest{guestID: g.ID, back: g.InviteRedirectURL}
		}
	})
	if q == nil {
		s.refusalPage(w, r, refuse(9002313, "the invitation is not valid, or it was withdrawn"))
		return
	}
	s.proceed(w, r, s.begin(w, r, &flow{authority: authority{tenant: t, segment: t.ID}, tenant: t, redeem: q}))
}

func (s *Server) proceedRedeem(w http.ResponseWriter, r *http.Request, f *flow) {
	if !s.invited(f) {
		s.refuseFlow(w, r, f, refuse(16000))
		return
	}
	s.page(w, http.StatusOK, "consent", view{
		Title: "Review permissions", Sub: f.tenant.DisplayName, Flow: f.id, Action: f.action("consent"), Value: f.user.name,
		Text:        []string{"This resource is not shared by Microsoft. The organization " + f.tenant.DisplayName + " would like to:"},
		Permissions: []string{"Receive your profile data: your name, email address and photo", "Collect and log your activity", "Use your profile data and activity data"},
	})
}

// invited says whether the account signed in is the one that the invitation was made for.
func (s *Server) invited(f *flow) bool {
	ok := false
	s.w.View(func() {
		g := f.tenant.User(f.redeem.guestID)
		ok = g != nil && g.HomeTenantID == f.user.tenantID && strings.EqualFold(g.SignInName, f.user.name)
	})
	return ok
}

func (s *Server) decideRedeem(w http.ResponseWriter, r *http.Request, f *flow, accepted bool) {
	s.end(f)
	if !accepted || !s.invited(f) {
		s.page(w, http.StatusOK, "message", view{Title: "Invitation not accepted", Text: []string{"Nothing was changed. The link can be used again."}})
		return
	}
	s.w.Change(func() { acceptInvitation(f.tenant, f.redeem.guestID, s) })
	if to, err := url.Parse(f.redeem.back); err == nil && (to.Scheme == "http" || to.Scheme == "https") {
		http.Redirect(w, r, to.String(), http.StatusFound)
		return
	}
	s.page(w, http.StatusOK, "message", view{Title: "You are a guest now", Text: []string{"You can sign in to " + f.tenant.DisplayName + " with your own account."}})
}

func acceptInvitation(t *world.Tenant, guestID string, s *Server) {
	if g := t.User(guestID); g != nil {
		g.ExternalUserState, g.ExternalChanged, g.SignedIn = "Accepted", s.now(), s.now()
	}
}
