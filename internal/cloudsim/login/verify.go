package login

import (
	"fmt"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// Verify checks an access token for an audience. An error means that the token is no good at all: malformed, forged, for another
// audience or of an unknown tenant. One that has run out, or whose session was revoked, comes back with that said in it.
func (s *Server) Verify(token, audience string) (world.Token, error) {
	c, err := s.keys.open(token)
	if err != nil {
		return world.Token{}, err
	}
	text := func(name string) string { v, _ := c[name].(string); return v }
	if got := strings.TrimSuffix(text("aud"), "/"); got != strings.TrimSuffix(audience, "/") {
		return world.Token{}, fmt.Errorf("the token has the audience %s, not %s", got, audience)
	}
	t, ok := s.w.Tenant(text("tid"))
	if !ok || text("iss") != stsIssuer(t.ID) {
		return world.Token{}, fmt.Errorf("the token's issuer %q is not its tenant's", text("iss"))
	}
	when := func(name string) time.Time { n, _ := c[name].(float64); return time.Unix(int64(n), 0).UTC() }
	out := world.Token{
		TenantID: t.ID, ObjectID: text("oid"), AppID: text("appid"), AppOnly: text("idtyp") == "app", HomeTenantID: t.ID,
		UPN: text("upn"), DisplayName: text("name"), Roles: list(c["roles"]), Scopes: strings.Fields(text("scp")), WIDs: list(c["wids"]),
		CAE: len(list(c["xms_cc"])) > 0, Issued: when("iat"), Expires: when("exp"),
	}
	if idp := text("idp"); idp != "" {
		out.HomeTenantID = strings.TrimSuffix(strings.TrimPrefix(idp, "https://sts.windows.net/"), "/")
	}
	out.Expired = s.now().After(out.Expires)
	if _, fault := s.w.Faults.TakeOn("", "tokenExpired", t.ID, "", 0); fault {
		out.Expired = true
	}
	if !out.AppOnly {
		s.session(t, &out)
	}
	return out, nil
}

// session looks whether the person acts through GDAP, and whether the sessions were revoked since.
func (s *Server) session(t *world.Tenant, out *world.Token) {
	_, out.SessionRevoked = s.w.Faults.Active("sessionRevoked", t.ID)
	s.w.View(func() {
		u := t.User(out.ObjectID)
		if u == nil && out.HomeTenantID == s.w.Home().ID {
			u = s.w.Home().User(out.ObjectID)
			out.Delegate = u != nil
			out.WIDs = append(s.w.DelegatedRoles(out.ObjectID, t.ID, s.now()), world.DefaultUserWID) // a relationship may be over before the token is
		}
		if _, roleless := s.w.Faults.Active("directoryRoleMissing", t.ID); roleless {
			out.WIDs = []string{world.DefaultUserWID}
		}
		// A token of the very second of the revocation may be from before it.
		if u != nil && !u.SessionsValidFrom.IsZero() && !out.Issued.After(u.SessionsValidFrom) {
			out.SessionRevoked = true
		}
	})
}

func list(v any) []string {
	values, _ := v.([]any)
	out := make([]string, 0, len(values))
	for _, e := range values {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Rotate puts a new signing key in use at once, for one tenant or, with an empty id, for all.
func (s *Server) Rotate(tenantID string) { s.keys.rotate(tenantID) }
