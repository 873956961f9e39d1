package webtest

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// Serve is a room's pages over all tenants and below /t/{tenant}, for one person with that reach, as the gate would let them in.
func (f *Fleet) Serve(t testing.TB, who tenant.Person, reach tenant.Scope, mount func(page.Router), prepare ...page.Prepare) *Client {
	t.Helper()
	root, problems := chi.NewRouter(), &page.Problems{Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	mount(page.NewRouter(root, func(*http.Request) (tenant.Membership, error) {
		return tenant.Membership{Person: who, Reach: reach, Scope: reach}, nil
	}, problems, prepare...))
	root.Route("/t/{tenant}", func(r chi.Router) {
		mount(page.NewRouter(r, func(req *http.Request) (tenant.Membership, error) {
			id, err := tenant.ParseID(chi.URLParam(req, "tenant"))
			if err != nil || !reach.Has(id) {
				return tenant.Membership{}, errs.NotFound
			}
			one, err := f.Tenants.Get(req.Context(), tenant.Only(id), id)
			return tenant.Membership{Person: who, Reach: reach, Scope: tenant.Only(id), Tenant: one}, err
		}, problems, prepare...))
	})
	return &Client{t: t, fleet: f, who: who, reach: reach, site: root}
}

// Client asks a site in memory. It is a handler too, so that a browser can look at the same.
type Client struct {
	Theme string       // of the pages; "" follows the browser
	Said  []page.Flash // what POSTs left for the next page

	SignIns []page.SignIn // open at customers' own authorities

	t     testing.TB
	fleet *Fleet
	who   tenant.Person
	reach tenant.Scope
	site  http.Handler
}

// ServeHTTP answers with what the gate would put around each page.
func (c *Client) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	chrome := page.Chrome{Person: &c.who, Reach: c.reach, Count: len(c.reach.IDs), Now: c.fleet.Now, Partner: "First Up Consultants", Theme: c.Theme, SignIns: c.SignIns}
	chrome.Say = func(_ context.Context, f page.Flash) error {
		c.Said = append(c.Said, f)
		return nil
	}
	c.site.ServeHTTP(w, r.WithContext(page.WithChrome(r.Context(), chrome)))
}

// Get asks for HTML.
func (c *Client) Get(path string) *httptest.ResponseRecorder { return c.do(path, "text/html") }

// JSON asks for the twin and decodes it; the status must be the one given.
func (c *Client) JSON(path string, status int, into any) {
	c.t.Helper()
	got := c.do(path, "application/json")
	if got.Code != status {
		c.t.Fatalf("GET %s as JSON: status %d, want %d: %.300s", path, got.Code, status, got.Body)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(got.Body.Bytes(), into); err != nil {
		c.t.Fatalf("GET %s as JSON: %v: %.300s", path, err, got.Body)
	}
}

// Post sends a form.
func (c *Client) Post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func (c *Client) do(path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}
