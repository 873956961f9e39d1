package page_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
)

// secret stands for what errors hold and people must not see: SQL, addresses, tokens.
const secret = "pg://tenantry:canary@10.0.0.7"

// site is one route of every kind that ends in err, or in a panic where err is nil, behind the middleware of the portal.
func site(log *bytes.Buffer, role tenant.Role, err error) http.Handler {
	logger := slog.New(slog.NewJSONHandler(log, nil))
	problems := &page.Problems{Log: logger}
	r := chi.NewRouter()
	r.Use(middleware.WithRequestID)
	r.Use(middleware.Recover(logger, func(w http.ResponseWriter, r *http.Request) { problems.Show(w, r, errors.New("panic")) }))
	who := func(*http.Request) (tenant.Membership, error) {
		return tenant.Membership{Person: tenant.Person{Name: "Somebody", Role: role}, Reach: tenant.Everything(), Scope: tenant.Everything()}, nil
	}
	ends := func(http.ResponseWriter, *http.Request, tenant.Membership) error {
		if err == nil {
			panic(secret)
		}
		return err
	}
	router := page.NewRouter(r, who, problems)
	router.Get("/x", ends)
	router.GetFor("/owners", tenant.MaySettings, ends)
	router.Post("/x", tenant.MaySync, ends)
	return r
}

func ask(h http.Handler, method, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

type problem struct {
	Status              int
	Title, Detail, Next string
	RequestID           string `json:"request_id"`
}

func TestProblems(t *testing.T) {
	hidden := errors.New(secret)
	for name, tc := range map[string]struct {
		err    error
		status int
		says   string
	}{
		"not found":         {fmt.Errorf("get device: %w: %w", errs.NotFound, hidden), 404, "Nothing is here"},
		"gone":              {fmt.Errorf("%w: %w", errs.Gone, hidden), 410, "This is over"},
		"forbidden":         {fmt.Errorf("%w: %w", errs.Forbidden, hidden), 403, "You may not do this"},
		"too large":         {fmt.Errorf("%w: %w", errs.TooLarge, hidden), 413, "That is too large"},
		"too many":          {fmt.Errorf("%w: %w", errs.TooMany, hidden), 429, "Too many requests"},
		"conflict":          {fmt.Errorf("%w: %w", errs.Conflict, hidden), 409, "It changed meanwhile"},
		"invalid":           {fmt.Errorf("%w: %w", errs.Invalid, hidden), 400, "That cannot be used"},
		"timeout":           {fmt.Errorf("%w: %w", errs.Timeout, hidden), 504, "Microsoft took too long"},
		"bad gateway":       {fmt.Errorf("%w: %w", errs.BadGateway, hidden), 502, "Microsoft&#39;s answer cannot be used"},
		"unavailable":       {fmt.Errorf("%w: %w", errs.Unavailable, hidden), 503, "Not available at the moment"},
		"deadline":          {fmt.Errorf("%w: %w", context.DeadlineExceeded, hidden), 503, "That took too long"},
		"anything else":     {hidden, 500, "Something went wrong"},
		"panic":             {nil, 500, "Something went wrong"},
		"with a sentence":   {fmt.Errorf("%w: %w", errs.ShowNext(errs.Conflict, "Two of them.", "Take one."), hidden), 409, "Two of them."},
		"sentence, no kind": {errs.Show(hidden, secret), 500, "Something went wrong"},
		"hostile sentence":  {errs.Show(errs.Invalid, "<script>alert(1)</script>"), 400, "&lt;script&gt;alert(1)&lt;/script&gt;"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			h := site(&log, tenant.RoleOwner, tc.err)
			html := ask(h, "GET", "/x", "text/html")
			body := html.Body.String()
			if html.Code != tc.status || !strings.Contains(body, tc.says) || !strings.Contains(body, "<h1") {
				t.Errorf("page: status %d, want %d with a heading and %q", html.Code, tc.status, tc.says)
			}
			twin := ask(h, "GET", "/x", "application/json")
			var p problem
			if err := json.Unmarshal(twin.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if twin.Code != tc.status || p.Status != tc.status || p.Title == "" || p.Detail == "" || p.Next == "" || p.RequestID == "" || p.RequestID != twin.Header().Get("X-Request-Id") {
				t.Errorf("twin: status %d, want %d: %+v", twin.Code, tc.status, p)
			}
			if !strings.Contains(body, html.Header().Get("X-Request-Id")) {
				t.Error("the page lacks its request id")
			}
			for what, text := range map[string]string{"page": body, "twin": twin.Body.String()} {
				if strings.Contains(text, "canary") || strings.Contains(text, "goroutine") {
					t.Errorf("%s shows what only the log may hold", what)
				}
			}
			if logged := strings.Contains(log.String(), html.Header().Get("X-Request-Id")); logged != (tc.status >= 500) {
				t.Errorf("logged under its number: %v, status %d", logged, tc.status)
			}
			for _, w := range []*httptest.ResponseRecorder{html, twin} {
				if w.Header().Get("Vary") != "Accept" || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("Vary %q, Cache-Control %q", w.Header().Get("Vary"), w.Header().Get("Cache-Control"))
				}
			}
			if waits := html.Header().Get("Retry-After") != ""; waits != (tc.status == 429 || tc.status == 503) {
				t.Errorf("Retry-After %q with status %d", html.Header().Get("Retry-After"), tc.status)
			}
		})
	}
}

// TestBehind: whoever has no page of the doctor's learns on the problem page what stopped a sign-in, and others are led to theirs.
func TestBehind(t *testing.T) {
	p := &page.Problems{Log: slog.New(slog.DiscardHandler), Behind: func(*http.Request, error) *page.Behind {
		return &page.Behind{Layer: "Conditional access", Who: "<b>", Remedy: "An administrator decides.", Message: "</textarea>"}
	}}
	show := func() string {
		w := httptest.NewRecorder()
		p.Show(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/auth/callback", nil), errs.Show(errs.Forbidden, "A rule blocks this."))
		return w.Body.String()
	}
	if body := show(); !strings.Contains(body, "Conditional access") || !strings.Contains(body, "&lt;b&gt;") || !strings.Contains(body, "&lt;/textarea&gt;") || !strings.Contains(body, "Sign in again") {
		t.Errorf("%.2000s", body)
	}
	p.Explain = func(*http.Request, error, string) string { return "/doctor" }
	if body := show(); strings.Contains(body, "Conditional access") || !strings.Contains(body, `href="/doctor"`) {
		t.Errorf("with a page of its own: %.2000s", body)
	}
}

func TestNotSignedInIsLedToSignIn(t *testing.T) {
	var log bytes.Buffer
	h := site(&log, tenant.RoleOwner, errs.Unauthorised)
	w := ask(h, "GET", "/x?q=a%26b", "text/html")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin?return=%2Fx%3Fq%3Da%2526b" || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Vary") != "Accept" {
		t.Errorf("page: %d %v", w.Code, w.Header())
	}
	for _, tc := range [][3]string{{"GET", "/x", "application/json"}, {"GET", "/x?format=csv", "text/html"}, {"POST", "/x", "text/html"}} {
		if w := ask(h, tc[0], tc[1], tc[2]); w.Code != http.StatusUnauthorized {
			t.Errorf("%v: %d, want 401", tc, w.Code)
		}
	}
}

func TestRouterAsksForTheAbility(t *testing.T) {
	done := errs.Show(errs.Conflict, "The handler was reached.")
	for _, tc := range []struct {
		role         tenant.Role
		method, path string
		want         int
	}{
		{tenant.RoleSupport, "GET", "/x", 409}, {tenant.RoleSupport, "POST", "/x", 403}, {tenant.RoleTechnician, "POST", "/x", 409}, {tenant.RoleOwner, "POST", "/x", 409},
		{tenant.RoleTechnician, "GET", "/owners", 403}, {tenant.RoleTechnician, "HEAD", "/owners", 403}, {tenant.RoleOwner, "GET", "/owners", 409},
		{tenant.RoleCustomerAdmin, "GET", "/x", 403}, {tenant.RoleStranger, "POST", "/x", 403}, {tenant.RoleOwner, "PUT", "/x", 405},
	} {
		var log bytes.Buffer
		w := ask(site(&log, tc.role, done), tc.method, tc.path, "text/html")
		if w.Code != tc.want {
			t.Errorf("%s %s as %q: %d, want %d", tc.method, tc.path, tc.role, w.Code, tc.want)
		}
		if tc.want == 403 && strings.Contains(w.Body.String(), "The handler was reached.") {
			t.Errorf("%s %s as %q reached the handler", tc.method, tc.path, tc.role)
		}
	}
}

func TestNobodyIsThereAnyMore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var log bytes.Buffer
	w := httptest.NewRecorder()
	(&page.Problems{Log: slog.New(slog.NewJSONHandler(&log, nil))}).Show(w, httptest.NewRequestWithContext(ctx, "GET", "/x", nil), context.Canceled)
	if w.Body.Len() > 0 || log.Len() > 0 {
		t.Errorf("a reader who went away: %q, log %q", w.Body, &log)
	}
}

// Who lacks a sign-in at a customer's tenant is led to that one, and comes back to where they were.
func TestSignInElsewhereIsLedThere(t *testing.T) {
	const guid = "11111111-1111-4111-8111-111111111111"
	tid, err := tenant.ParseID(guid)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	h := site(&log, tenant.RoleOwner, fmt.Errorf("invite: %w", tenant.NeedSignIn(tid, "You are not signed in at this tenant.", "Sign in there first.")))
	w := ask(h, http.MethodGet, "/x?q=1", "text/html")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin?tenant="+guid+"&return=%2Fx%3Fq%3D1" {
		t.Errorf("GET = %d, %v", w.Code, w.Header())
	}
	r := httptest.NewRequest(http.MethodPost, "/x", nil)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Referer", "http://example.com/t/"+guid+"/guests?sort=name")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if body := w.Body.String(); w.Code != http.StatusUnauthorized || !strings.Contains(body, "/signin?tenant="+guid+"&amp;return=%2Ft%2F"+guid+"%2Fguests%3Fsort%3Dname") || !strings.Contains(body, "Sign in there first.") {
		t.Errorf("POST = %d, %s", w.Code, body)
	}
	r.Header.Set("Referer", "https://elsewhere.example/x")
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if strings.Contains(w.Body.String(), "elsewhere") || !strings.Contains(w.Body.String(), "return=%2Fx") {
		t.Errorf("a foreign page is not come back to: %s", w.Body)
	}
}
