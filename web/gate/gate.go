// Package gate stands before every page: it turns a session into a membership, or ends the request.
//
// It signs nobody in (web/signin does) and decides no rule of its own (internal/tenant does); it trusts no tenant of an address before the
// person's reach has it.
package gate

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/session"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// Gate knows sessions and who may see whom.
type Gate struct {
	Sessions *session.Sessions
	Tenants  *tenant.Store
	Problems *page.Problems
	Partner  string                                                                        // the partner's name, until the home tenant's own was read
	Standing func(ctx context.Context, role tenant.Role, reach tenant.Scope) page.Standing // numbers of the rail, and what concerns everybody; may be nil
	Starts   func(ctx context.Context, m tenant.Membership) map[string]int64               // views that lists of the rail start with; may be nil
	Changed  func(since time.Time) bool                                                    // see tenant.Shared
	Now      func() time.Time

	shared tenant.Shared[around]
}

// visitor is what the gate found out about a request, once.
type visitor struct {
	signedIn bool
	in       session.SignIn
	tenant.Resolved
	err error
}

type visitorKey struct{}

// Load reads the session of each request, finds out who it is, and puts what pages show around their content into the context. Everything
// that needs a person comes after it; files, health checks and metrics stay before it.
func (g *Gate) Load(next http.Handler) http.Handler {
	g.shared.Changed = g.Changed
	return g.Sessions.Load(func(w http.ResponseWriter, r *http.Request, err error) {
		g.Problems.Show(w, r, &unavailable{err})
	})(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := g.visit(r.Context())
		ctx := context.WithValue(r.Context(), visitorKey{}, v)
		ctx = page.WithChrome(ctx, g.chrome(r, v))
		r = r.WithContext(ctx)
		if to := home(v, r); to != "" {
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

// unavailable is a session store that does not answer.
type unavailable struct{ err error }

func (u *unavailable) Error() string   { return u.err.Error() }
func (u *unavailable) Unwrap() []error { return []error{errs.Unavailable, u.err} }

func (g *Gate) visit(ctx context.Context) visitor {
	if err := g.Sessions.Recheck(ctx); err != nil {
		return visitor{err: err}
	}
	in, ok := g.Sessions.Current(ctx)
	if !ok {
		return visitor{}
	}
	r, err := g.Tenants.Resolve(ctx, in.Identity())
	return visitor{signedIn: true, in: in, Resolved: r, err: err}
}

// home is where a customer's people land instead of the overview.
func home(v visitor, r *http.Request) string {
	if r.URL.Path != "/" || r.Method != http.MethodGet || !v.signedIn || v.err != nil {
		return ""
	}
	switch v.Person.Role {
	case tenant.RoleCustomerAdmin:
		return "/evidence"
	case tenant.RoleCustomerUser:
		return "/me/devices"
	}
	return ""
}

// known is the visitor if they may be here at all.
func (g *Gate) known(r *http.Request) (visitor, error) {
	v, ok := r.Context().Value(visitorKey{}).(visitor)
	switch {
	case !ok:
		return v, errs.Unauthorised // the route was mounted before the gate: nobody passes
	case v.err != nil:
		return v, v.err
	case !v.signedIn:
		return v, errs.Unauthorised
	case v.Person.Role == tenant.RoleStranger:
		return v, g.stranger(r.Context(), v)
	}
	return v, nil
}

// All is the page.Who of pages over all tenants of a staff member.
func (g *Gate) All(r *http.Request) (tenant.Membership, error) {
	v, err := g.known(r)
	if err != nil {
		return tenant.Membership{}, err
	}
	if !v.Person.Role.Staff() {
		return tenant.Membership{}, staffOnly(v.Person)
	}
	return tenant.Membership{Person: v.Person, Reach: v.Reach, Scope: v.Reach}, nil
}

// Tenant is the page.Who of pages below /t/{tenant}. A tenant that is malformed, unknown or out of reach is errs.NotFound, all alike.
func (g *Gate) Tenant(r *http.Request) (tenant.Membership, error) {
	v, err := g.known(r)
	if err != nil {
		return tenant.Membership{}, err
	}
	tid, err := tenant.ParseID(chi.URLParam(r, "tenant"))
	if err != nil || !v.Reach.Has(tid) {
		return tenant.Membership{}, errs.NotFound
	}
	if !v.Person.Role.Staff() {
		return tenant.Membership{}, staffOnly(v.Person)
	}
	t, err := g.Tenants.Get(r.Context(), tenant.Only(tid), tid)
	if err != nil {
		return tenant.Membership{}, err
	}
	return tenant.Membership{Person: v.Person, Reach: v.Reach, Scope: tenant.Only(tid), Tenant: t}, nil
}

func staffOnly(p tenant.Person) error {
	next := "Your own devices are at /me/devices."
	if p.Role == tenant.RoleCustomerAdmin {
		next = "What concerns your company is at /evidence, your own devices at /me/devices."
	}
	return errs.ShowNext(errs.Forbidden, "This page is for the partner's staff.", next)
}

// Own serves a page to people about their own tenant: customers, and staff about the home tenant. Roles narrow it; none means everyone who
// is no stranger. Others of the customer's people get 403, and staff too where roles do not name theirs.
func (g *Gate) Own(h page.Handler, roles ...tenant.Role) http.HandlerFunc {
	return g.Problems.Func(func(w http.ResponseWriter, r *http.Request) error {
		m, err := g.Self(r)
		if err != nil {
			return err
		}
		if len(roles) > 0 && !slices.Contains(roles, m.Person.Role) {
			return errs.ShowNext(errs.Forbidden, "This page is for another role than yours.", "Ask your administrator if you need it.")
		}
		return h(w, r, m)
	})
}

// Self is the page.Who of pages about the person's own tenant: whoever is no stranger, whatever their role.
func (g *Gate) Self(r *http.Request) (tenant.Membership, error) {
	v, err := g.known(r)
	if err != nil {
		return tenant.Membership{}, err
	}
	tid := v.Person.Tenant
	t, err := g.Tenants.Get(r.Context(), tenant.Only(tid), tid)
	if err != nil {
		return tenant.Membership{}, err
	}
	return tenant.Membership{Person: v.Person, Reach: tenant.Only(tid), Scope: tenant.Only(tid), Tenant: t}, nil
}

// Canonical leads addresses with a tenant's GUID in upper case to the one in lower case. Use it inside the route of /t/{tenant}.
func Canonical(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := chi.URLParam(r, "tenant")
		tid, err := tenant.ParseID(given)
		if err == nil && tid.String() != given && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			to := *r.URL
			to.Path, to.RawPath = strings.Replace(r.URL.Path, "/t/"+given, "/t/"+tid.String(), 1), ""
			http.Redirect(w, r, to.RequestURI(), http.StatusMovedPermanently)
			return
		}
		next.ServeHTTP(w, r)
	})
}
