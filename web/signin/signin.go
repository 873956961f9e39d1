// Package signin is the way in and out: the sign-in page, the way to a tenant's authority, the return from Microsoft, and signing out.
//
// What a token must look like is internal/entra's, what a session is internal/session's, and what a person may do internal/tenant's.
package signin

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/entra"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/gate"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// Handler serves sign-in. It is mounted behind gate.Load and outside the page router: whoever comes here has no membership yet.
type Handler struct {
	Entra    *entra.Client
	Sessions *session.Sessions
	Tenants  *tenant.Store
	Problems *page.Problems
	Partner  string // the partner's name, until the home tenant's own was read
	Log      *slog.Logger
	Now      func() time.Time
	// Address is where a request comes from, for limits; nil: the connection's own address. See middleware.Behind.
	Address func(r *http.Request) string
	// IsAdmin asks the tenant whether the person is a Global Administrator, where the token does not say; nil: then nobody is.
	IsAdmin func(ctx context.Context, tid tenant.ID, objectID string) (bool, error)
	// Audit records sign-ins in the chain of the tenant where they happened, if the portal knows it; nil: nowhere.
	Audit *audit.Store
	// Life is how long a sign-in counts; zero: 8 hours. The session's own limits may end it before.
	Life time.Duration
}

// Limits per address and minute. They bound what one address can make the portal ask Microsoft and store; nobody else notices.
const (
	startsAMinute    = 120
	callbacksAMinute = 120
	lookupsAMinute   = 40
)

// Mount adds the routes.
func (h *Handler) Mount(r chi.Router) {
	if h.Now == nil {
		h.Now = time.Now
	}
	if h.Life == 0 {
		h.Life = 8 * time.Hour
	}
	tooMany := func(w http.ResponseWriter, r *http.Request) { h.Problems.Show(w, r, errs.TooMany) }
	start, back := middleware.PerAddress(startsAMinute, h.Address, tooMany), middleware.PerAddress(callbacksAMinute, h.Address, tooMany)
	lookups := middleware.Limiter(lookupsAMinute, h.Address, tooMany)
	r.With(start).Get("/signin", h.Problems.Func(func(w http.ResponseWriter, r *http.Request) error { return h.signin(w, r, lookups) }))
	r.Head("/signin", h.Problems.Func(func(w http.ResponseWriter, r *http.Request) error { return h.page(w, r, form{}) }))
	r.With(back).Get("/auth/callback", h.Problems.Func(h.callback))
	r.Post("/signout", h.Problems.Func(h.signout))
	r.Post("/theme", h.Problems.Func(h.theme))
}

// signin shows the page, or with a tenant leads to that tenant's authority.
func (h *Handler) signin(w http.ResponseWriter, r *http.Request, lookups *httprate.RateLimiter) error {
	q, err := query(r, "tenant", "return", "with", "prompt")
	if err != nil {
		return err
	}
	f := form{tenant: q.Get("tenant"), back: LocalPath(q.Get("return"))}
	if !q.Has("tenant") {
		return h.page(w, r, f)
	}
	tid, err := h.find(w, r, f.tenant, lookups)
	if err != nil {
		return h.refused(w, r, f, err)
	}
	return h.leave(w, r, tid, f.back, q.Get("with"), q.Get("prompt"))
}

// find makes a tenant of what was typed or linked: one that the portal knows without asking anybody, any other by Microsoft's public
// discovery, so that the browser is never sent to an authority that does not exist.
func (h *Handler) find(w http.ResponseWriter, r *http.Request, given string, lookups *httprate.RateLimiter) (tenant.ID, error) {
	ctx := r.Context()
	if tid, err := tenant.ParseID(given); err == nil {
		if _, err := h.Tenants.Get(ctx, tenant.Only(tid), tid); err == nil {
			return tid, nil
		}
		if tid == h.Tenants.Home() {
			return tid, nil
		}
	} else if domainForm.MatchString(given) {
		if t, err := h.Tenants.ByDomain(ctx, tenant.Everything(), given); err == nil {
			return t.ID, nil
		}
	}
	if lookups.OnLimit(w, r, middleware.LimitKey(r, h.Address)) {
		return tenant.ID{}, errs.TooMany
	}
	tid, err := h.Entra.Discover(ctx, given)
	if err != nil {
		return tenant.ID{}, entra.Words(err)
	}
	return tid, nil
}

var domainForm = regexp.MustCompile(`^[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}$`)

// extras are delegated permissions that a page may want beyond the sign-in itself, by the name of what they are for. An address cannot ask
// for any other.
var extras = map[string][]string{
	"devices": {"https://graph.microsoft.com/DeviceManagementManagedDevices.Read.All"},
}

// leave starts a transaction and sends the browser to the tenant's authority.
func (h *Handler) leave(w http.ResponseWriter, r *http.Request, tid tenant.ID, back, with, prompt string) error {
	tx := entra.NewTx(tid)
	tx.Scopes = extras[with]
	switch prompt {
	case "select_account":
		tx.Prompt = prompt
	case "login":
		// Both, as Microsoft documents only prompt. What comes of it is told by the token's auth_time; whoever needs a fresh one looks there.
		tx.Prompt, tx.MaxAge = prompt, "0"
	}
	if in, ok := h.Sessions.At(r.Context(), tid); ok && tx.Prompt != "select_account" {
		tx.LoginHint = in.LoginHint
	}
	binding := h.bind(w, r)
	err := h.Sessions.Start(r.Context(), session.Transaction{Tenant: tid, State: tx.State, Nonce: tx.Nonce, Verifier: tx.Verifier, Scopes: tx.Scopes, Return: back}, binding)
	if err != nil {
		return err
	}
	to, err := h.Entra.AuthURL(r.Context(), tx)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusFound)
	return nil
}

// bindingCookie ties transactions to the browser that started them. It is no session: it opens nothing.
func (h *Handler) bindingCookie() string { return session.CookieName(h.Sessions.Secure()) + "-signin" }

var bindingForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// bind gives the browser's binding, the one it has or a new one; several sign-ins may be under way at once.
func (h *Handler) bind(w http.ResponseWriter, r *http.Request) string {
	value := h.binding(r)
	if value == "" {
		b := make([]byte, 32)
		rand.Read(b)
		value = base64.RawURLEncoding.EncodeToString(b)
	}
	h.setBinding(w, value, 15*60)
	return value
}

func (h *Handler) binding(r *http.Request) string {
	c, err := r.Cookie(h.bindingCookie())
	if err != nil || !bindingForm.MatchString(c.Value) {
		return ""
	}
	return c.Value
}

func (h *Handler) setBinding(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: h.bindingCookie(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: h.Sessions.Secure(), SameSite: http.SameSiteLaxMode})
}

// signout ends the session on the server. Forms of other sites are refused before they get here, as for every POST of the portal.
func (h *Handler) signout(w http.ResponseWriter, r *http.Request) error {
	if err := h.Sessions.End(r.Context()); err != nil {
		return err
	}
	h.setBinding(w, "", -1)
	w.Header().Set("Cache-Control", "no-store")
	return page.SeeOther(w, r, "/signin?signed-out=1")
}

// theme keeps the browser's choice of light or dark.
func (h *Handler) theme(w http.ResponseWriter, r *http.Request) error {
	f, err := page.Form(w, r)
	if err != nil {
		return err
	}
	choice := f.Get("theme")
	if choice != "light" && choice != "dark" && choice != "" {
		return errs.Show(errs.Invalid, "The theme is light or dark.")
	}
	c := &http.Cookie{Name: gate.ThemeCookie, Value: choice, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, Secure: h.Sessions.Secure(), SameSite: http.SameSiteLaxMode}
	if choice == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return page.SeeOther(w, r, LocalPath(f.Get("return")))
}
