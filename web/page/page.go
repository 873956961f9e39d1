// Package page is what every page room is written with: the handler type that cannot be reached without a membership, rendering,
// the negotiation between HTML, its JSON twin and CSV, reading lists and forms from a request, and the one table that turns a kind of
// failure into a status and a problem page.
//
// It knows no feature: what a list shows is the page room's.
package page

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Handler answers a request of someone whose membership is known. Errors go up; Router shows them.
type Handler func(w http.ResponseWriter, r *http.Request, m tenant.Membership) error

// Router is where page rooms mount their handlers.
type Router interface {
	// Get serves GET and HEAD to everyone who may view.
	Get(pattern string, h Handler)
	// GetFor serves GET and HEAD to those with the ability; others get 403.
	GetFor(pattern string, may tenant.Ability, h Handler)
	// Post serves POST to those with the ability; others get 403.
	Post(pattern string, may tenant.Ability, h Handler)
}

// Who finds the membership of a request, or an error that ends it: errs.Unauthorised leads to sign-in.
type Who func(r *http.Request) (tenant.Membership, error)

// Prepare looks at a GET before its page does: it may fill in the state of a list, or narrow the scope of the membership. It must never
// widen it.
type Prepare func(r *http.Request, m tenant.Membership) (*http.Request, tenant.Membership, error)

// NewRouter puts who, and for GET what prepares a request, before every handler that is mounted on r.
func NewRouter(r chi.Router, who Who, p *Problems, prepare ...Prepare) Router {
	return router{r, who, p, prepare}
}

type router struct {
	chi      chi.Router
	who      Who
	problems *Problems
	prepare  []Prepare
}

func (rt router) Get(pattern string, h Handler) { rt.GetFor(pattern, tenant.MayView, h) }

func (rt router) GetFor(pattern string, may tenant.Ability, h Handler) {
	f := rt.serve(may, h)
	rt.chi.Get(pattern, f)
	rt.chi.Head(pattern, f)
}

func (rt router) Post(pattern string, may tenant.Ability, h Handler) {
	rt.chi.Post(pattern, rt.serve(may, h))
}

func (rt router) serve(may tenant.Ability, h Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m, err := rt.who(r)
		if err == nil && !m.May(may) {
			err = notAllowed(m, may)
		}
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			for _, prepare := range rt.prepare {
				if err == nil {
					r, m, err = prepare(r, m)
				}
			}
		}
		if err == nil {
			err = h(w, r, m)
		}
		if err != nil {
			rt.problems.Show(w, r, err)
		}
	}
}

// notAllowed says who may, so that the person knows whom to ask.
func notAllowed(m tenant.Membership, may tenant.Ability) error {
	next := "Ask an owner of the portal if you need this."
	if may == tenant.MayAct || may == tenant.MaySync || may == tenant.MayConsent || may == tenant.MayShare {
		next = "A technician or an owner can do it."
	}
	return errs.ShowNext(errs.Forbidden, "Your role may look at this, but not do it.", next)
}

// Func answers a request that needs no membership: sign-in, consent links.
func (p *Problems) Func(h func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.Show(w, r, err)
		}
	}
}
