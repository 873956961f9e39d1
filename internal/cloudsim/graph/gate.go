package graph

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// authenticate reads the bearer token. Everything wrong with it is a 401 with the same code.
func (c *call) authenticate() error {
	scheme, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || strings.TrimSpace(token) == "" {
		return badToken("Access token is empty.")
	}
	t, err := c.s.verify(strings.TrimSpace(token), world.GraphAudience)
	if err != nil {
		return badToken(tokenFault(err, token))
	}
	c.token = t
	switch {
	case t.Expired:
		return badToken("Lifetime validation failed, the token is expired.")
	case t.SessionRevoked && t.CAE:
		return challenge()
	}
	if _, ok := c.s.world.Faults.Active("tokenChallenge", t.TenantID); ok {
		return challenge()
	}
	return c.snapshot()
}

func tokenFault(err error, token string) string {
	text := strings.ToLower(err.Error())
	switch {
	case strings.Count(token, ".") != 2:
		return "IDX14100: JWT is not well formed, there are no dots (.)."
	case strings.Contains(text, "audience"):
		return "Access token validation failure. Invalid audience."
	case strings.Contains(text, "expired"):
		return "Lifetime validation failed, the token is expired."
	case strings.Contains(text, "signature") || strings.Contains(text, "key"):
		return "Invalid JWT access token: signature validation failed."
	}
	return "Access token validation failure."
}

const bearer = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`

func badToken(message string) *refusal {
	return &refusal{status: http.StatusUnauthorized, code: "InvalidAuthenticationToken", message: message, headers: map[string]string{"WWW-Authenticate": bearer}}
}

// challenge asks a client that understands it to sign the person in again.
func challenge() *refusal {
	claims := base64.StdEncoding.EncodeToString([]byte(`{"access_token":{"nbf":{"essential":true,"value":"` + "0" + `"}}}`))
	e := badToken("Continuous access evaluation resulted in challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp")
	e.headers["WWW-Authenticate"] = bearer + `, error="insufficient_claims", claims="` + claims + `"`
	return e
}

// snapshot copies the tenant, so that the rest of the request needs no lock.
func (c *call) snapshot() error {
	t, ok := c.s.world.Tenant(c.token.TenantID)
	if !ok {
		return badToken("Invalid tenant.")
	}
	c.s.world.View(func() {
		held := *t
		held.Domains = slices.Clone(t.Domains)
		held.SKUs = slices.Clone(t.SKUs)
		held.Taken, held.Provisioning, held.Handled, held.Triage = slices.Clone(t.Taken), maps.Clone(t.Provisioning), maps.Clone(t.Handled), maps.Clone(t.Triage)
		held.Users, held.Groups = nil, nil
		for _, u := range t.Users {
			if !c.finds(u) {
				continue
			}
			copied := *u
			copied.Roles, copied.Licences = slices.Clone(u.Roles), slices.Clone(u.Licences)
			held.Users = append(held.Users, &copied)
		}
		for _, g := range t.Groups {
			copied := *g
			copied.Members, copied.Inside, copied.Roles = slices.Clone(g.Members), slices.Clone(g.Inside), slices.Clone(g.Roles)
			held.Groups = append(held.Groups, &copied)
		}
		held.ServicePrincipals = map[string]*world.ServicePrincipal{}
		for id, sp := range t.ServicePrincipals {
			held.ServicePrincipals[id] = copyPrincipal(sp)
		}
		c.t = &held
	})
	return nil
}

func copyPrincipal(sp *world.ServicePrincipal) *world.ServicePrincipal {
	copied := *sp
	copied.Roles = maps.Clone(sp.Roles)
	copied.Grants = nil
	for _, g := range sp.Grants {
		grant := *g
		grant.Scopes = slices.Clone(g.Scopes)
		copied.Grants = append(copied.Grants, &grant)
	}
	return &copied
}

// identify looks the application, and the guest, up in the tenant: a token outlives the removal of either.
func (c *call) identify() error {
	gone := func(who string) error {
		return &refusal{
			status: http.StatusUnauthorized, code: "Authorization_IdentityNotFound",
			message: "The identity of the calling " + who + " could not be established.",
		}
	}
	sp := c.t.ServicePrincipals[c.token.AppID]
	_, revoked := c.s.world.Faults.Active("consentRevoked", c.t.ID)
	_, disabled := c.s.world.Faults.Active("appDisabled", c.t.ID)
	if c.token.AppID != "" && (sp == nil || !sp.AccountEnabled) || revoked || disabled {
		return gone("application")
	}
	if c.token.AppOnly || c.token.Delegate {
		return nil
	}
	u := c.t.User(c.token.ObjectID)
	_, deleted := c.s.world.Faults.Active("guestDeleted", c.t.ID)
	if u == nil && c.people().isNobody(c.token.ObjectID) || deleted && u != nil && u.Guest() {
		return gone("user")
	}
	return nil
}

func (r *roster) isNobody(id string) bool {
	_, found := r.find(id)
	return !found
}

// authorize checks the permission, then the person's role.
func (c *call) authorize() error {
	if c.op.self && c.token.AppOnly {
		return badRequest("/me request is only valid with delegated authentication flow.")
	}
	wanted := c.op.allow.delegated
	if c.token.AppOnly {
		wanted = c.op.allow.application
	}
	if (len(c.op.allow.delegated) > 0 || len(c.op.allow.application) > 0) && !c.token.Can(widened(wanted)...) {
		return c.unpermitted(wanted)
	}
	if c.token.AppOnly {
		return nil
	}
	if !c.inRole(c.op.roles) && !c.entitled(c.op.right) {
		return c.underprivileged()
	}
	if c.op.area == intune && !c.op.self {
		if err := c.inScope(); err != nil {
			return err
		}
	}
	if c.op.area == directory && !c.op.self && c.restrictedGuest() {
		return denied()
	}
	return nil
}

// inScope refuses what Intune's own roles do not reach, and changes that a second administrator has to agree to. An object outside the scope
// tags looks as if it were gone. For a change that waits, Microsoft names the header alone; status, code and text are not confirmed.
func (c *call) inScope() error {
	active := func(kind string) bool {
		_, on := c.s.world.Faults.Active(kind, c.t.ID)
		return on
	}
	switch {
	case active("intuneRoleMissing"):
		return c.roleless()
	case active("scopeTags") && len(c.keys) > 0:
		return c.missingDevice(c.keys[0])
	case active("approvalRequired") && c.op.page.most == 0 && c.op.method != http.MethodGet && c.r.Header.Get("x-msft-approval-code") == "":
		return &refusal{
			status: http.StatusForbidden, code: "Forbidden", message: c.intuneJSON("The request requires approval by another administrator.", ""),
			headers: map[string]string{"x-msft-approval-code": newRequestID()},
		}
	}
	return nil
}

// widened adds the write permission to each read permission: who may write may read.
func widened(names []string) []string {
	all := slices.Clone(names)
	for _, n := range names {
		if strings.Contains(n, ".Read.") {
			all = append(all, strings.Replace(n, ".Read.", ".ReadWrite.", 1))
		}
	}
	return all
}

func (c *call) unpermitted(wanted []string) error {
	switch c.op.area {
	case intune:
		return c.unscoped(widened(wanted))
	case synchronization:
		return &refusal{status: http.StatusUnauthorized, code: "UnknownError"} // the service says no more than this
	case auditLog:
		return &refusal{status: http.StatusForbidden, code: "Authorization_RequestDenied", message: "Calling principal does not have required MSGraph permissions " + strings.Join(wanted, ",")}
	}
	return denied()
}

func (c *call) underprivileged() error {
	switch c.op.area {
	case intune:
		return c.roleless()
	case synchronization:
		return &refusal{status: http.StatusUnauthorized, code: "UnknownError"}
	case auditLog:
		return &refusal{
			status: http.StatusForbidden, code: "Authentication_RequestFromUnsupportedUserRole",
			message: "User is not in the allowed roles",
		}
	case security: // the code that Microsoft gives is not confirmed; only a missing permission has the directory's
		return &refusal{status: http.StatusForbidden, code: "Forbidden", message: "The user is not authorized by a role in Microsoft Defender XDR."}
	}
	return denied()
}

// inRole says whether the caller holds one of the roles; a Global Administrator holds them all.
func (c *call) inRole(names []string) bool {
	if len(names) == 0 {
		return true
	}
	return slices.ContainsFunc(append([]string{"Global Administrator"}, names...), func(n string) bool {
		id, ok := world.RoleTemplates[n]
		return ok && slices.Contains(c.token.WIDs, id)
	})
}

// restrictedGuest says whether the caller is a guest without a role, who sees nothing of the directory but himself.
func (c *call) restrictedGuest() bool {
	u := c.t.User(c.token.ObjectID)
	return u != nil && u.Guest() && !slices.ContainsFunc(c.token.WIDs, func(id string) bool { return id != world.DefaultUserWID })
}

// licensed refuses Intune calls where the tenant has no Intune.
func (c *call) licensed() error {
	if c.op.area != intune || c.op.path == "/deviceManagement" {
		return nil
	}
	if _, fault := c.s.world.Faults.Active("licenceMissing", c.t.ID); fault || !c.t.Intune {
		return badRequest("Request not applicable to target tenant.")
	}
	return nil
}

var intuneReaders = []string{"Intune Administrator", "Global Reader"}
