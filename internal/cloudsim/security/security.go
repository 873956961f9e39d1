// Package security is the simulated Microsoft Defender XDR API (api.security.microsoft.com): incidents with their alerts, as that
// older API words them, changes of them, and hunting. Graph's own /security family is in package graph.
package security

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/cloudsim/defender"
	"github.com/tenantry/tenantry/internal/cloudsim/hunting"
	"github.com/tenantry/tenantry/internal/cloudsim/wire"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

type server struct {
	w       *world.World
	verify  func(token, audience string) (world.Token, error)
	subject func(*world.Tenant, defender.Alert) defender.Subject
	hunted  func(*world.Tenant) map[string]func() hunting.Table
	hunts   hunting.Quota
}

// Handler serves the Defender XDR API. Subject tells what an alert is about, hunted what queries go through.
func Handler(w *world.World, verify func(token, audience string) (world.Token, error), subject func(*world.Tenant, defender.Alert) defender.Subject, hunted func(*world.Tenant) map[string]func() hunting.Table) http.Handler {
	s := &server{w: w, verify: verify, subject: subject, hunted: hunted}
	r := chi.NewRouter()
	r.Get("/api/incidents", s.list)
	r.Get("/api/incidents/{id}", s.get)
	r.Patch("/api/incidents/{id}", s.change)
	r.Post("/api/advancedhunting/run", s.hunt)
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

// The permissions of the older API.
var (
	reading = []string{"Incident.Read", "Incident.ReadWrite", "Incident.Read.All", "Incident.ReadWrite.All"}
	writing = []string{"Incident.ReadWrite", "Incident.ReadWrite.All"}
)

// authorize returns the tenant whose incidents the caller may see; without a Defender role there are none to see.
func (s *server) authorize(w http.ResponseWriter, r *http.Request, permissions []string) (token world.Token, t *world.Tenant, ok bool) {
	token, err := s.verify(wire.Bearer(r), world.SecurityAudience)
	if err != nil || token.Expired || token.SessionRevoked {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		refuse(w, http.StatusUnauthorized, "Unauthorized", "The access token is missing, expired or not valid for this service.")
		return token, nil, false
	}
	if !token.Can(permissions...) {
		refuse(w, http.StatusForbidden, "Forbidden", "Missing application roles or scopes. API required roles or scopes: "+strings.Join(permissions, ", ")+".")
		return token, nil, false
	}
	t, _ = s.w.Tenant(token.TenantID)
	if !t.Defender {
		refuse(w, http.StatusForbidden, "Forbidden", "The tenant is not onboarded to Microsoft Defender XDR.")
		return token, nil, false
	}
	return token, t, true
}

// The directory roles that see incidents, and those that change them.
var (
	readers = []string{"Global Administrator", "Security Administrator", "Security Reader", "Global Reader"}
	writers = readers[:2]
)

func holds(token world.Token, roles []string) bool {
	return token.AppOnly || slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(token.WIDs, world.RoleTemplates[r]) })
}

// seen are the incidents that the caller may see.
func (s *server) seen(token world.Token, t *world.Tenant) (all []incident) {
	if !holds(token, readers) {
		return nil
	}
	s.w.View(func() {
		for _, in := range defender.Incidents(s.w.Seed, t, s.w.Clock.Now()) {
			all = append(all, s.newIncident(t, in))
		}
	})
	return all
}

func (s *server) find(token world.Token, t *world.Tenant, id string) (incident, bool) {
	all := s.seen(token, t)
	i := slices.IndexFunc(all, func(i incident) bool { return strconv.Itoa(i.ID) == id })
	if i < 0 {
		return incident{}, false
	}
	return all[i], true
}

const mostPerPage = 100

func (s *server) list(w http.ResponseWriter, r *http.Request) {
	token, t, ok := s.authorize(w, r, reading)
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
	for _, i := range s.seen(token, t) {
		if keep(i) {
			found = append(found, i)
		}
	}
	found = found[min(skip, len(found)):]
	send(w, http.StatusOK, map[string]any{"@odata.context": world.SecurityAudience + "/api/$metadata#Incidents", "value": found[:min(top, len(found))]})
}

func (s *server) get(w http.ResponseWriter, r *http.Request) {
	token, t, ok := s.authorize(w, r, reading)
	if !ok {
		return
	}
	if i, ok := s.find(token, t, chi.URLParam(r, "id")); ok {
		send(w, http.StatusOK, i)
		return
	}
	refuse(w, http.StatusNotFound, "ResourceNotFound", "Incident not found.")
}

func (s *server) change(w http.ResponseWriter, r *http.Request) {
	token, t, ok := s.authorize(w, r, writing)
	if !ok {
		return
	}
	id := chi.URLParam(r, "id")
	in, found := s.find(token, t, id)
	var p patch
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	var fields map[string]any
	if err == nil {
		fields, err = p.fields()
	}
	switch {
	case !found:
		refuse(w, http.StatusNotFound, "ResourceNotFound", "Incident not found.")
		return
	case !holds(token, writers):
		refuse(w, http.StatusForbidden, "Forbidden", "The user is not authorized by a role.")
		return
	case err != nil || in.RedirectID != nil:
		refuse(w, http.StatusBadRequest, "BadRequest", "The incident was merged, or the body is not valid.")
		return
	}
	var comments []string
	if p.Comment != "" {
		comments = append(comments, p.Comment)
	}
	by := token.UPN
	if token.AppOnly {
		by = token.AppID
	}
	s.w.Change(func() { defender.Write(t, id, fields, comments, by, s.w.Clock.Now()) })
	in, _ = s.find(token, t, id)
	send(w, http.StatusOK, in)
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

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	send(w, status, map[string]any{"error": map[string]string{"code": code, "message": message, "target": wire.NewID()}})
}
