// Package login is the simulated Microsoft Entra ID on the wire: discovery, signing keys, sign-in and consent pages, tokens and
// sign-out, for every tenant of a world. It answers as the real service does, and refuses what it refuses. What tenants and
// people there are is package world's business; Microsoft Graph and its kin live in their own packages and ask Verify.
package login

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// Server is the sign-in service of one world.
type Server struct {
	w   *world.World
	now func() time.Time // tokens follow real time, not the world's clock
	mux http.Handler

	keys *keyRing

	mu       sync.Mutex // guards all below
	sessions map[string]*session
	flows    map[string]*flow
	codes    map[digest]*authCode
	refresh  map[digest]*refreshToken
}

// digest stands for a code or refresh token, whose value is long and nobody's but the client's.
type digest [sha256.Size]byte

func digestOf(value string) digest { return sha256.Sum256([]byte(value)) }

// Verifier is what a resource server asks about an access token.
type Verifier interface {
	Verify(token, audience string) (world.Token, error)
}

// New makes the sign-in service of a world.
func New(w *world.World) *Server {
	s := &Server{
		w: w, now: w.Clock.Real, keys: newKeyRing(),
		sessions: map[string]*session{}, flows: map[string]*flow{}, codes: map[digest]*authCode{}, refresh: map[digest]*refreshToken{},
	}
	s.mux = wire.Handler(w, "login", s.tenantOf, s.throttled, s.routes())
	return s
}

// ServeHTTP answers at the login address.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) routes() http.Handler {
	r := chi.NewRouter()
	r.Get("/", s.front)
	r.Get("/{tenant}/discovery/instance", s.instance)
	r.Get("/{tenant}/v2.0/.well-known/openid-configuration", s.discovery)
	r.Get("/{tenant}/.well-known/openid-configuration", s.discoveryV1)
	r.Get("/{tenant}/discovery/v2.0/keys", s.jwks)
	r.Get("/{tenant}/discovery/keys", s.jwks)
	r.Get("/{tenant}/oauth2/v2.0/authorize", s.authorize)
	r.Post("/{tenant}/oauth2/v2.0/authorize", s.authorize)
	r.HandleFunc("/{tenant}/oauth2/v2.0/token", s.token)
	r.Get("/{tenant}/oauth2/v2.0/logout", s.logout)
	r.Post("/{tenant}/oauth2/v2.0/logout", s.logout)
	r.Get("/{tenant}/adminconsent", s.adminConsentV1)
	r.Get("/{tenant}/v2.0/adminconsent", s.adminConsentV2)
	r.Post("/{tenant}/login", s.postLogin)
	r.Post("/{tenant}/consent", s.postConsent)
	r.Get("/redeem", s.redeem)
	r.Get(partnersPath, s.partners)
	r.Post(partnersPath, s.postPartners)
	r.NotFound(s.notFound)
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		s.page(w, http.StatusMethodNotAllowed, "message", view{Title: "Method not allowed", Text: []string{"This address does not take " + r.Method + "."}})
	})
	return r
}

func (s *Server) notFound(w http.ResponseWriter, _ *http.Request) {
	s.page(w, http.StatusNotFound, "message", view{Title: "404 - File or directory not found", Text: []string{"There is nothing at this address of the sign-in service."}})
}

// tenantOf is the GUID of the tenant that a request's path names, or empty.
func (s *Server) tenantOf(r *http.Request) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if t, ok := s.w.Tenant(segment); ok {
		return t.ID
	}
	return ""
}

// throttled is the answer of the throttle fault.
func (s *Server) throttled(w http.ResponseWriter, r *http.Request, status int) {
	s.jsonError(w, r, refuse(90055).withStatus(status))
}

// base is the address that the client uses, so that one server serves http and https alike.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
