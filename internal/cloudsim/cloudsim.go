// Package cloudsim is the simulated Microsoft cloud as one thing that starts and stops: Entra ID, Microsoft Graph, Microsoft
// Defender XDR and Partner Center over one world, each at its own address, and the endpoints under /_sim/ by which tests and demos
// steer it. What each host answers is in the packages below this one. None of them imports anything of the product, so that the
// two cannot share a mistake.
package cloudsim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/graph"
	"github.com/tenantry/tenantry/internal/cloudsim/login"
	"github.com/tenantry/tenantry/internal/cloudsim/partner"
	"github.com/tenantry/tenantry/internal/cloudsim/security"
	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// Options say what the world holds and where its hosts listen.
type Options struct {
	World world.Options

	// Addresses as host:port; empty means a free port of 127.0.0.1.
	Login, Graph, Security, Partner string

	// TLSDir makes every address speak https beside http. The development CA's certificate is written there as ca.pem.
	TLSDir string
}

// Cloud is a simulated Microsoft cloud.
type Cloud struct {
	World *world.World
	Login *login.Server

	options  Options
	handlers map[string]http.Handler
	tls      *tls.Config // nil: http only

	mu        sync.Mutex
	addresses map[string]string
	servers   []*http.Server
	splitters []*splitter
}

// hosts in the order in which they are started and printed.
var hosts = []string{"login", "graph", "security", "partner"}

// New builds the world and its hosts. Nothing listens yet.
func New(o Options) (*Cloud, error) {
	w := world.New(o.World)
	l := login.New(w)
	c := &Cloud{World: w, Login: l, options: o, addresses: map[string]string{}}
	c.handlers = map[string]http.Handler{
		"login": l, "graph": graph.Handler(w, l.Verify, graph.LoginAt(func() string { return c.URLs().Login })), "security": security.Handler(w, l.Verify, graph.Subjects(w), graph.Hunted(w)), "partner": partner.Handler(w, l.Verify),
	}
	c.handlers["login"] = c.steering(l)
	if o.TLSDir != "" {
		var err error
		if c.tls, err = developmentTLS(o.TLSDir); err != nil {
			return nil, fmt.Errorf("prepare https in %s: %w", o.TLSDir, err)
		}
	}
	return c, nil
}

// Handler is one host's handler (login, graph, security or partner), for tests that bring their own server.
func (c *Cloud) Handler(host string) http.Handler { return c.handlers[host] }

// Start listens on all addresses and serves until ctx ends or Close is called. It returns once everything listens.
func (c *Cloud) Start(ctx context.Context) error {
	asked := map[string]string{"login": c.options.Login, "graph": c.options.Graph, "security": c.options.Security, "partner": c.options.Partner}
	for _, host := range hosts {
		if err := c.listen(ctx, host, asked[host]); err != nil {
			return errors.Join(fmt.Errorf("listen for %s: %w", host, err), c.Close())
		}
	}
	context.AfterFunc(ctx, func() { _ = c.Close() })
	return nil
}

func (c *Cloud) listen(ctx context.Context, host, address string) error {
	if address == "" {
		address = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.addresses[host] = l.Addr().String()
	if c.tls == nil {
		c.serve(host, l)
		return nil
	}
	s := split(l, c.tls)
	c.splitters = append(c.splitters, s)
	c.serve(host, s.plain)
	c.serve(host, s.secure)
	return nil
}

// serve is called with mu held.
func (c *Cloud) serve(host string, l net.Listener) {
	s := &http.Server{Handler: c.handlers[host], ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10, ErrorLog: quiet}
	c.servers = append(c.servers, s)
	go func() { _ = s.Serve(l) }() // ends with ErrServerClosed
}

// Close stops all hosts at once.
func (c *Cloud) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all error
	for _, s := range c.splitters {
		all = errors.Join(all, s.Close())
	}
	for _, s := range c.servers {
		all = errors.Join(all, s.Close())
	}
	c.servers, c.splitters = nil, nil
	return all
}

// URLs are the addresses of the four hosts.
type URLs struct {
	Login    string `json:"login"`
	Graph    string `json:"graph"`
	Security string `json:"security"`
	Partner  string `json:"partner"`
}

// URLs are the hosts' http addresses once they listen.
func (c *Cloud) URLs() URLs { return c.urls("http") }

// SecureURLs are the same as https; they answer only where TLSDir was given.
func (c *Cloud) SecureURLs() URLs { return c.urls("https") }

func (c *Cloud) urls(scheme string) URLs {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := func(host string) string { return scheme + "://" + c.addresses[host] }
	return URLs{Login: at("login"), Graph: at("graph"), Security: at("security"), Partner: at("partner")}
}

// AddRedirectURI registers a redirect URI beside those of the world. Only loopback addresses are taken: nothing that this server
// signs shall be of use elsewhere.
func (c *Cloud) AddRedirectURI(uri string) error {
	if err := CheckRedirectURI(uri); err != nil {
		return err
	}
	c.World.Change(func() {
		for _, a := range c.World.Apps() {
			a.RedirectURIs = append(a.RedirectURIs, uri)
		}
	})
	return nil
}

// steering puts the endpoints under /_sim/ before the sign-in service.
func (c *Cloud) steering(next http.Handler) http.Handler {
	sim := c.simulator()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sim/") {
			sim.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
