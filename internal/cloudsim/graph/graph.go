// Package graph is the simulated Microsoft Graph: /v1.0 and /beta over the world's tenants, with the permission checks, query
// options, paging, refusals and faults of the real service. A family of operations is one file and a few lines in the table of
// operations. Large data (devices, apps, provisioning events) is computed from the seed when it is asked for.
//
// Tokens are issued and verified elsewhere (login); the state that people change lives in world.
package graph

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/hunting"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// Verifier checks a bearer token for an audience. An error means that the token is no good at all; a token that has run out or was
// revoked comes back with that said in it.
type Verifier func(token, audience string) (world.Token, error)

// Handler serves Microsoft Graph for w.
func Handler(w *world.World, verify func(token, audience string) (world.Token, error), options ...Option) http.Handler {
	s := &server{world: w, verify: verify, root: newTree(operations()), login: func() string { return "https://login.microsoftonline.com" }}
	for _, o := range options {
		o(s)
	}
	s.anchor, s.today = w.Anchor(), w.Clock.Now().Truncate(day)
	return s
}

type server struct {
	world  *world.World
	verify Verifier
	root   *node
	anchor time.Time
	today  time.Time // the day on which the service was started
	limits limiter
	hunts  hunting.Quota
	login  func() string // address of the sign-in service
}

// call is one request on its way through a handler.
type call struct {
	s         *server
	w         http.ResponseWriter
	r         *http.Request
	op        *operation
	t         *world.Tenant // a copy: handlers read it without a lock
	token     world.Token
	beta      bool
	keys      []string // values of the {…} segments
	path      string   // below the version
	q         query
	now       time.Time
	from      int       // first item of the page
	asOf      time.Time // moment of the first page of a listing that grows
	requestID string
	note      string
	status    int
	body      []byte
	fleetOnce *fleet
	tallies   map[*policySet]*tally
	reach     [platformCount][]int
}

// version is the path segment.
func (c *call) version() string {
	if c.beta {
		return "beta"
	}
	return "v1.0"
}

// base is the root of links: the request's own host and scheme. What a proxy claims in X-Forwarded-* is ignored.
func (c *call) base() string {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host + "/" + c.version()
}

// fleet is the tenant's computed devices and people.
func (c *call) fleet() *fleet {
	if c.fleetOnce == nil {
		c.fleetOnce = newFleet(c.s.world.Seed, c.t, c.s.anchor, c.now)
	}
	return c.fleetOnce
}

func (c *call) people() *roster { return c.fleet().people }

func (c *call) guid(k objectKind, index int) string {
	return newGUID(c.s.world.Seed, k, c.t.Index, index).String()
}

func (c *call) draw(k objectKind, index int) draw {
	return newDraw(c.s.world.Seed, k, c.t.Index, index)
}

var bodies = sync.Pool{New: func() any { b := make([]byte, 0, 64<<10); return &b }}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/blob/") {
		s.blob(w, r)
		return
	}
	pooled := bodies.Get().(*[]byte)
	c := &call{s: s, w: w, r: r, now: s.world.Clock.Now(), body: (*pooled)[:0], requestID: newRequestID()}
	defer func() {
		*pooled = c.body[:0]
		bodies.Put(pooled)
	}()
	defer func() { // runs before the body goes back, also when a fault aborts the connection
		s.world.Log.Add(world.Entry{
			Time: s.world.Clock.Real(), Host: "graph", Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Status: c.status,
			Tenant: c.token.TenantID, ClientRequestID: r.Header.Get("client-request-id"), Note: c.note,
		})
	}()
	if err := c.serve(); err != nil {
		c.refuse(err)
	}
	c.send()
}

// serve takes the steps of the real service in its order: version, token, path, application, faults, permission, licence, operation.
func (c *call) serve() error {
	version, rest, _ := strings.Cut(strings.TrimPrefix(c.r.URL.EscapedPath(), "/"), "/")
	if version != "v1.0" && version != "beta" {
		return &refusal{status: http.StatusBadRequest, code: "BadRequest", message: "Invalid version: " + version}
	}
	c.beta = version == "beta"
	c.path = c.r.URL.Path[len(version)+1:]
	if err := c.authenticate(); err != nil {
		return err
	}
	if err := c.route(rest); err != nil {
		return err
	}
	q, err := parseQuery(c.r.URL.RawQuery, c.op)
	if err != nil {
		return err
	}
	c.q = q
	if err := c.resume(); err != nil {
		return err
	}
	if err := c.identify(); err != nil {
		return err
	}
	if err := c.faults(); err != nil {
		return err
	}
	if err := c.authorize(); err != nil {
		return err
	}
	if err := c.licensed(); err != nil {
		return err
	}
	if err := c.s.limits.take(c); err != nil {
		return err
	}
	return c.op.handle(c)
}
