package graph_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// noon is the machine's time in tests, so that what the clock moves is the same in each run.
var noon = time.Date(2026, 8, 12, 12, 0, 0, 0, time.UTC)

// sim is a Graph over a small world, with a verifier that knows the tokens made here.
type sim struct {
	t      testing.TB
	world  *world.World
	server *httptest.Server
	mu     sync.Mutex
	tokens map[string]world.Token
}

func newSim(t testing.TB, o world.Options, options ...graph.Option) *sim {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return noon }
	}
	s := &sim{t: t, world: world.New(o), tokens: map[string]world.Token{}}
	s.server = httptest.NewServer(graph.Handler(s.world, s.verify, options...))
	t.Cleanup(s.server.Close)
	return s
}

func (s *sim) verify(token, audience string) (world.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tokens[token]
	if !ok || audience != world.GraphAudience {
		return world.Token{}, errors.New("signature is not valid")
	}
	return t, nil
}

func (s *sim) keep(t world.Token) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := "h." + strings.Repeat("x", len(s.tokens)+1) + ".s"
	s.tokens[name] = t
	return name
}

// customer is the i-th customer, from 1; 0 is the home tenant.
func (s *sim) customer(i int) *world.Tenant { return s.world.Tenants()[i] }

// app is a token without a user; with no roles named it has all that the app asks for.
func (s *sim) app(t *world.Tenant, roles ...string) string {
	if len(roles) == 0 { // what tests of other families read beside what the portal asks for
		roles = append(slices.Clone(s.world.App.RequiredRoles), "AuditLog.Read.All", "Directory.Read.All", "GroupMember.Read.All", "LicenseAssignment.Read.All")
	}
	return s.keep(world.Token{TenantID: t.ID, AppID: s.world.App.ClientID, AppOnly: true, Roles: roles, ObjectID: s.world.ServicePrincipalID(t, s.world.App.ClientID)})
}

// user is a token of a person.
func (s *sim) user(t *world.Tenant, u *world.User, scopes ...string) string {
	token := world.Token{TenantID: t.ID, AppID: s.world.App.ClientID, ObjectID: u.ID, HomeTenantID: u.HomeTenantID, UPN: u.UserPrincipalName, Scopes: scopes, WIDs: []string{world.DefaultUserWID}}
	for _, r := range u.Roles {
		token.WIDs = append(token.WIDs, world.RoleTemplates[r])
	}
	return s.keep(token)
}

func userWith(t *world.Tenant, role string) *world.User {
	for _, u := range t.Users {
		if !u.Guest() && (role == "" && len(u.Roles) == 0 || role != "" && u.Has(role)) {
			return u
		}
	}
	return nil
}

type answer struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (a answer) items() []map[string]any {
	list, _ := a.body["value"].([]any)
	out := make([]map[string]any, 0, len(list))
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}

func (a answer) link() string { l, _ := a.body["@odata.nextLink"].(string); return l }

func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	c, _ := e["code"].(string)
	return c
}

func (a answer) message() string {
	e, _ := a.body["error"].(map[string]any)
	m, _ := e["message"].(string)
	return m
}

// get asks for a path below the host, or for a whole address; headers come in pairs.
func (s *sim) get(token, address string, headers ...string) answer {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.server.URL + address
	}
	return s.do(http.MethodGet, token, address, "", headers...)
}

func (s *sim) do(method, token, address, body string, headers ...string) answer {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, strings.ReplaceAll(address, " ", "%20"), strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, text: string(raw)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(raw, &a.body); err != nil {
			s.t.Fatalf("GET %s: %v in %.300s", address, err, raw)
		}
	}
	return a
}

// all follows the nextLinks.
func (s *sim) all(token, path string, headers ...string) []map[string]any {
	s.t.Helper()
	var items []map[string]any
	for next := path; next != ""; {
		a := s.get(token, next, headers...)
		if a.status != http.StatusOK {
			s.t.Fatalf("GET %s: %d %s", next, a.status, a.text)
		}
		items = append(items, a.items()...)
		next = a.link()
	}
	return items
}
