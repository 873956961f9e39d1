// Package security is the simulated Microsoft Defender XDR API (api.security.microsoft.com): incidents with their alerts, as that
// older API words them. Graph's own /security family is in package graph.
package security

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

type server struct {
	w      *world.World
	verify func(token, audience string) (world.Token, error)
}

// Handler serves the Defender XDR API.
func Handler(w *world.World, verify func(token, audience string) (world.Token, error)) http.Handler {
	s := &server{w: w, verify: verify}
	r := chi.NewRouter()
	r.Get("/api/incidents", s.list)
	r.Get("/api/incidents/{id}", s.get)
	r.NotFound(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "NotFound", "No such resource: "+r.URL.Path)
	})
	r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "The method "+r.Method+" is not supported here.")
	})
	return wire.Handler(w, "security", wire.BearerTenant, func(w http.ResponseWriter, _ *http.Request, status int) {
		refuse(w, status, "TooManyRequests", "API calls quota exceeded.")
	}, r)
}

// authorize returns the tenant whose incidents the caller may see; without a Defender role there are none to see.
func (s *server) authorize(w http.ResponseWriter, r *http.Request) (t *world.Tenant, sees, ok bool) {
	token, err := s.verify(wire.Bearer(r), world.SecurityAudience)
	if err != nil || token.Expired || token.SessionRevoked {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		refuse(w, http.StatusUnauthorized, "Unauthorized", "The access token is missing, expired or not valid for this service.")
		return nil, false, false
	}
	if !token.Can("Incident.Read", "Incident.ReadWrite", "Incident.Read.All", "Incident.ReadWrite.All") {
		refuse(w, http.StatusForbidden, "Forbidden", "Missing application roles or scopes. API required roles: Incident.Read.All, Incident.ReadWrite.All; scopes: Incident.Read, Incident.ReadWrite.")
		return nil, false, false
	}
	t, _ = s.w.Tenant(token.TenantID)
	if !t.Defender {
		refuse(w, http.StatusForbidden, "Forbidden", "The tenant is not onboarded to Microsoft Defender XDR.")
		return nil, false, false
	}
	return t, token.AppOnly || mayRead(token.WIDs), true
}

func mayRead(wids []string) bool {
	for _, role := range []string{"Global Administrator", "Security Administrator", "Security Reader", "Global Reader"} {
		if slices.Contains(wids, world.RoleTemplates[role]) {
			return true
		}
	}
	return false
}

const mostPerPage = 100

func (s *server) list(w http.ResponseWriter, r *http.Request) {
	t, sees, ok := s.authorize(w, r)
	if !ok {
		return
	}
	q := r.URL.Query()
	top, err1 := number(q.Get("$top"), mostPerPage)
	skip, err2 := number(q.Get("$skip"), 0)
	keep, known := filter(q.Get("$filter"))
	if err1 != nil || err2 != nil || top > mostPerPage || !known {
		refuse(w, http.StatusBadRequest, "BadRequest", "$top (at most 100), $skip or $filter is not valid.")
		return
	}
	found := []incident{}
	if sees {
		for _, i := range incidents(s.w, t) {
			if keep(i) {
				found = append(found, i)
			}
		}
	}
	found = found[min(skip, len(found)):]
	send(w, http.StatusOK, map[string]any{"@odata.context": world.SecurityAudience + "/api/$metadata#Incidents", "value": found[:min(top, len(found))]})
}

func (s *server) get(w http.ResponseWriter, r *http.Request) {
	t, sees, ok := s.authorize(w, r)
	if !ok {
		return
	}
	for _, i := range incidents(s.w, t) {
		if sees && strconv.Itoa(i.ID) == chi.URLParam(r, "id") {
			send(w, http.StatusOK, i)
			return
		}
	}
	refuse(w, http.StatusNotFound, "ResourceNotFound", "Incident not found.")
}

func number(s string, usual int) (int, error) {
	if s == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(s)
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return n, err
}

// filter understands status eq '…' and assignedTo eq '…'; false for anything else.
func filter(expr string) (func(incident) bool, bool) {
	if expr == "" {
		return func(incident) bool { return true }, true
	}
	field, value, ok := strings.Cut(expr, " eq ")
	value = strings.Trim(strings.TrimSpace(value), "'")
	switch strings.ToLower(strings.TrimSpace(field)) {
	case "status":
		return func(i incident) bool { return strings.EqualFold(i.Status, value) }, ok
	case "assignedto":
		return func(i incident) bool { return i.AssignedTo != nil && strings.EqualFold(*i.AssignedTo, value) }, ok
	}
	return nil, false
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	send(w, status, map[string]any{"error": map[string]string{"code": code, "message": message, "target": wire.NewID()}})
}
