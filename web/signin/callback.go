package signin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// Limits of what Microsoft sends back. Codes are 500 to 1,500 characters; nothing legitimate comes near these.
const (
	maxCallback = 16 << 10
	maxCode     = 8 << 10
	maxParams   = 20
)

var stateForm = regexp.MustCompile(`^[A-Za-z0-9_-]{` + strconv.Itoa(entra.StateLength) + `}$`)

const again = "Start the sign-in again."

func bad(sentence string) error { return errs.ShowNext(errs.Invalid, sentence, again) }

// callback takes what Microsoft sent back. The state is spent first, whatever else is wrong; the code is redeemed last, when nothing is.
func (h *Handler) callback(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds a code
	tx, code, err := h.answer(r)
	if err != nil {
		return h.log(r, tx.Tenant, err)
	}
	id, tokens, err := h.Entra.Exchange(r.Context(), entra.Tx{Tenant: tx.Tenant, State: tx.State, Nonce: tx.Nonce, Verifier: tx.Verifier, Scopes: tx.Scopes}, code)
	if err != nil {
		return h.log(r, tx.Tenant, entra.Words(err))
	}
	if err := h.establish(r.Context(), id, tokens); err != nil {
		return err
	}
	h.Log.InfoContext(r.Context(), "signed in", "request_id", middleware.RequestID(r.Context()), "tenant_id", id.Tenant.String(), "user_id", id.ObjectID)
	w.Header().Set("Cache-Control", "no-store")
	return page.SeeOther(w, r, tx.Return)
}

// log notes why nobody was signed in: codes, checks and ids, never values.
func (h *Handler) log(r *http.Request, tid tenant.ID, err error) error {
	h.Log.WarnContext(r.Context(), "sign-in refused", "request_id", middleware.RequestID(r.Context()), "tenant_id", tid.String(), "err", err)
	return &page.At{Tenant: tid, Err: err}
}

// answer checks the callback's parameters against the transaction that they belong to. Nothing here asks Microsoft anything.
func (h *Handler) answer(r *http.Request) (session.Transaction, string, error) {
	if len(r.URL.RawQuery) > maxCallback {
		return session.Transaction{}, "", errs.ShowNext(errs.TooLarge, "The answer is larger than any that Microsoft gives.", again)
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return session.Transaction{}, "", bad("The answer could not be read.")
	}
	states := q["state"]
	if len(states) == 0 || !stateForm.MatchString(states[0]) {
		return session.Transaction{}, "", bad("The answer belongs to no sign-in that was started here.")
	}
	tx, err := h.Sessions.Spend(r.Context(), states[0], h.binding(r))
	if err != nil {
		return tx, "", err
	}
	if err := h.checkAnswer(q, tx); err != nil {
		return tx, "", err
	}
	return tx, q.Get("code"), nil
}

func (h *Handler) checkAnswer(q url.Values, tx session.Transaction) error {
	if len(q) > maxParams {
		return bad("The answer holds more than Microsoft sends.")
	}
	for _, values := range q {
		if len(values) > 1 {
			return bad("The answer says the same thing twice.")
		}
	}
	for _, name := range []string{"id_token", "access_token", "token", "refresh_token", "response"} {
		if q.Has(name) {
			return bad("The answer holds a token, which was not asked for here.")
		}
	}
	// Entra sends no iss (RFC 9207); one that comes all the same must be that of the tenant where the sign-in was started.
	if q.Has("iss") && q.Get("iss") != h.Entra.Host()+"/"+tx.Tenant.String()+"/v2.0" {
		return bad("The answer comes from another tenant than the one where the sign-in was started.")
	}
	switch code := q.Get("code"); {
	case q.Has("code") && q.Has("error"):
		return bad("The answer holds both a result and an error.")
	case q.Has("error"):
		return entra.WordsFor(q.Get("error"), q.Get("error_description"))
	case code == "" || len(code) > maxCode || strings.ContainsFunc(code, func(c rune) bool { return c <= ' ' || c > '~' }):
		return bad("The answer holds no code that can be used.")
	}
	return nil
}

// establish makes the session. A staff member's sign-in at a customer, as guest or as partner, stands beside their own; any other account is
// another person and starts a session of its own.
func (h *Handler) establish(ctx context.Context, id entra.Identity, tokens entra.Tokens) error {
	now := h.Now()
	in := session.SignIn{Tenant: id.Tenant, ObjectID: id.ObjectID, Subject: id.Subject, Name: id.Name, UPN: id.PreferredUsername,
		Guest: id.Guest, Admin: id.GlobalAdmin(), LoginHint: id.LoginHint, AuthTime: id.AuthTime, At: now, Until: now.Add(h.Life)}
	if id.DirectoryRoles == nil && h.IsAdmin != nil && !id.Guest {
		if admin, err := h.IsAdmin(ctx, id.Tenant, id.ObjectID); err == nil {
			in.Admin = admin
		} else {
			h.Log.WarnContext(ctx, "directory role not read", "tenant_id", id.Tenant.String(), "err", err)
		}
	}
	if err := h.Tenants.Admit(ctx, in.Identity()); err != nil {
		return err
	}
	if err := h.record(ctx, in); err != nil {
		return err
	}
	beside, err := h.beside(ctx, in)
	if err != nil {
		return err
	}
	if beside {
		return h.Sessions.Add(ctx, in, tokens.Refresh)
	}
	return h.Sessions.Replace(ctx, in, tokens.Refresh)
}

// record notes the sign-in where the tenant's people can see it. A tenant that the portal does not know has no chain.
func (h *Handler) record(ctx context.Context, in session.SignIn) error {
	if h.Audit == nil {
		return nil
	}
	if _, err := h.Tenants.Get(ctx, tenant.Only(in.Tenant), in.Tenant); err != nil {
		return nil
	}
	e := audit.By(tenant.Person{Tenant: in.Tenant, ObjectID: in.ObjectID, Name: in.Name, UPN: in.UPN})
	e.Action, e.RequestID, e.Detail = "signin", middleware.RequestID(ctx), map[string]any{"guest": in.Guest}
	return h.Audit.Append(ctx, in.Tenant, e)
}

func (h *Handler) beside(ctx context.Context, in session.SignIn) (bool, error) {
	own, ok := h.Sessions.Current(ctx)
	if !ok || own.Tenant != h.Tenants.Home() || in.Tenant == own.Tenant || !in.Guest {
		return false, nil
	}
	r, err := h.Tenants.Resolve(ctx, own.Identity())
	return err == nil && r.Person.Role.Staff(), err
}

// Renewer lets sessions renew tokens at Entra.
func Renewer(c *entra.Client) session.Renew {
	return func(ctx context.Context, in session.SignIn, refresh string, scopes ...string) (session.Renewed, error) {
		t, err := c.Refresh(ctx, entra.Subject{Tenant: in.Tenant, ObjectID: in.ObjectID, Subject: in.Subject}, refresh, scopes...)
		if err != nil {
			return session.Renewed{}, renewError(err)
		}
		return session.Renewed{Access: t.Access.Value, Expires: t.Access.Expires, Refresh: t.Refresh}, nil
	}
}

// renewError tells the end of a sign-in from a permission or a condition that is merely missing: AADSTS65001 and the like are invalid_grant
// too, and end nothing.
func renewError(err error) error {
	var e *entra.Error
	var r *entra.Refusal
	if errors.As(err, &r) || errors.As(err, &e) && e.GrantEnded() {
		return &ended{err}
	}
	return entra.Words(err)
}

type ended struct{ err error }

func (e *ended) Error() string   { return e.err.Error() }
func (e *ended) Unwrap() []error { return []error{session.ErrEnded, e.err} }
