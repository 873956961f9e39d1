// Package partner is the simulated Partner Center REST API: the partner's customers. GDAP relationships are Microsoft Graph's.
package partner

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

type server struct {
	w      *world.World
	verify func(token, audience string) (world.Token, error)
}

// Handler serves Partner Center.
func Handler(w *world.World, verify func(token, audience string) (world.Token, error)) http.Handler {
	s := &server{w: w, verify: verify}
	r := chi.NewRouter()
	r.Get("/v1/customers", s.customers)
	r.Get("/v1/customers/{id}", s.customer)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, 404, "No such resource: "+r.URL.Path)
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusMethodNotAllowed, 405, "The method "+r.Method+" is not supported here.")
	})
	return wire.Handler(w, "partner", wire.BearerTenant, func(w http.ResponseWriter, _ *http.Request, status int) {
		refuse(w, status, 429, "Too many requests.")
	}, r)
}

// authorize lets agents of the partner in: people of the home tenant in AdminAgents, with their own token.
func (s *server) authorize(w http.ResponseWriter, r *http.Request) bool {
	token, err := s.verify(wire.Bearer(r), world.PartnerAudience)
	if err != nil || token.Expired || token.SessionRevoked {
		refuse(w, http.StatusUnauthorized, 900420, "The access token is missing, expired or not valid for this service.")
		return false
	}
	agent := false
	s.w.View(func() {
		for _, g := range s.w.Home().Groups {
			agent = agent || g.DisplayName == "AdminAgents" && slices.Contains(g.Members, token.ObjectID)
		}
	})
	if token.AppOnly || token.TenantID != s.w.Home().ID || !agent || !token.Can("user_impersonation") {
		refuse(w, http.StatusForbidden, 1000, "The caller is not an admin agent of the partner, or the token carries no user_impersonation.")
		return false
	}
	return true
}

type collection struct {
	Total      int        `json:"totalCount"`
	Items      []customer `json:"items"`
	Attributes attributes `json:"attributes"`
}

type attributes struct {
	ObjectType string `json:"objectType"`
}

type customer struct {
	ID           string     `json:"id"`
	CommerceID   string     `json:"commerceId"`
	Company      company    `json:"companyProfile"`
	Relationship string     `json:"relationshipToPartner"`
	Attributes   attributes `json:"attributes"`
}

type company struct {
	TenantID   string     `json:"tenantId"`
	Domain     string     `json:"domain"`
	Name       string     `json:"companyName"`
	Attributes attributes `json:"attributes"`
}

// list are the customers with a relationship that was ever approved.
func (s *server) list() []customer {
	out := []customer{}
	s.w.View(func() {
		for _, rel := range s.w.Relationships() {
			t, ok := s.w.Tenant(rel.CustomerTenantID)
			if !ok || rel.Activated.IsZero() || slices.ContainsFunc(out, func(c customer) bool { return c.ID == t.ID }) {
				continue
			}
			out = append(out, customer{
				ID: t.ID, CommerceID: world.GUID(s.w.Seed, "commerce", t.ID), Relationship: "reseller", Attributes: attributes{"Customer"},
				Company: company{TenantID: t.ID, Domain: t.InitialDomain(), Name: t.DisplayName, Attributes: attributes{"CustomerCompanyProfile"}},
			})
		}
	})
	return out
}

func (s *server) customers(w http.ResponseWriter, r *http.Request) {
	if !s.authorize(w, r) {
		return
	}
	found := s.list()
	send(w, http.StatusOK, collection{Total: len(found), Items: found, Attributes: attributes{"Collection"}})
}

func (s *server) customer(w http.ResponseWriter, r *http.Request) {
	if !s.authorize(w, r) {
		return
	}
	for _, c := range s.list() {
		if strings.EqualFold(c.ID, chi.URLParam(r, "id")) {
			send(w, http.StatusOK, c)
			return
		}
	}
	refuse(w, http.StatusNotFound, 2002, "The customer was not found.")
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func refuse(w http.ResponseWriter, status, code int, description string) {
	send(w, status, map[string]any{"code": code, "description": description, "data": []string{}, "source": "PartnerApiServiceCore"})
}
