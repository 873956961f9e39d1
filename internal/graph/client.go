// Package graph speaks to Microsoft Graph: requests, paging, throttling, errors, and the wire types as Graph spells them.
//
// It stores nothing and knows no row of ours: features map the wire types themselves. Sign-in and tokens live in internal/entra.
package graph

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Tokens gives the portal's own access token for Graph in a tenant. Forget drops what is cached, so that the next one is fresh.
type Tokens interface {
	Token(ctx context.Context, tid tenant.ID) (string, error)
	Forget(tid tenant.ID)
}

// Options tune a Client; the zero value is right for the real service.
type Options struct {
	Transport http.RoundTripper // nil: one of its own
	UserAgent string            // empty: "Tenantry"
	Timeout   time.Duration     // of one call; 0: 20 seconds
	Backoff   time.Duration     // first wait where the service names none; 0: half a second
	PageBytes int64             // longest page taken; 0: 64 MiB
	Rest      time.Duration     // how long a tenant is left alone after failing again and again; 0: a minute
	Now       func() time.Time
	Unpaced   bool // a tenant is asked as fast as it answers: of a service that is not Microsoft's and limits nobody
}

// Client calls Graph for any tenant. It is safe for several goroutines; each tenant has its own limits, so none starves another.
type Client struct {
	base   *url.URL
	tokens Tokens
	http   *http.Client
	opts   Options

	app *rate.Limiter // of the whole application, over all tenants

	mu      sync.Mutex
	tenants map[tenant.ID]*pace
	sizes   map[sizeKey]size
}

type sizeKey struct {
	tid  tenant.ID
	path string
}

// New is a client for the Graph at a root such as https://graph.microsoft.com.
func New(root string, tokens Tokens, opts Options) (*Client, error) {
	base, err := url.Parse(strings.TrimSuffix(root, "/"))
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return nil, fmt.Errorf("root of Microsoft Graph %q is not a URL: %w", root, errs.Invalid)
	}
	if opts.UserAgent == "" {
		opts.UserAgent = "Tenantry"
	}
	if opts.Timeout == 0 {
		opts.Timeout = 20 * time.Second
	}
	if opts.Backoff == 0 {
		opts.Backoff = 500 * time.Millisecond
	}
	if opts.PageBytes == 0 {
		opts.PageBytes = 64 << 20
	}
	if opts.Rest == 0 {
		opts.Rest = time.Minute
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost, t.MaxConnsPerHost = 32, 64
		opts.Transport = t
	}
	return &Client{
		base: base, tokens: tokens, opts: opts,
		http: &http.Client{
			Transport: opts.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { // a token follows no redirect
				return http.ErrUseLastResponse
			},
		},
		app: rate.NewLimiter(appRate, appRate), tenants: map[tenant.ID]*pace{}, sizes: map[sizeKey]size{},
	}, nil
}

// call is one request, repeated as often as it takes.
type call struct {
	tid      tenant.ID
	token    string // delegated: given; empty: the portal's own
	method   string // empty: GET
	body     []byte // JSON
	url      *url.URL
	header   http.Header
	patience time.Duration // a question that a person asks: how long its answer may take; 0: none
	secret   bool          // see Change
	shrink   bool          // the caller can ask for smaller pages, so 503 and 504 are given back sooner

	requestID string
	clientID  string
	waiting   func(Page) error // told before each wait; may be nil
}

const (
	maxTries = 6
	maxWait  = 5 * time.Minute // a longer Retry-After ends the call: the schedule waits better than a worker
)

// do sends the call until it has an answer that repeating would not change, and gives its body.
func (c *Client) do(ctx context.Context, k *call) ([]byte, error) {
	p := c.newPace() // a person's own call is paced by the person
	if k.token == "" {
		p = c.pace(k.tid)
	}
	tries, err := p.allow(k.url.Path, c.opts.Now())
	if err != nil {
		return nil, err
	}
	body, err := c.repeat(ctx, p, k, tries)
	p.outcome(k.url.Path, err, c.opts.Now(), c.opts.Rest)
	return body, err
}

// repeat sends the call up to so many times.
func (c *Client) repeat(ctx context.Context, p *pace, k *call, tries int) ([]byte, error) {
	fresh := k.token != ""
	for try := 1; ; try++ {
		body, err := c.once(ctx, p, k)
		if err == nil {
			return body, nil
		}
		var e *Error
		if !errors.As(err, &e) {
			return nil, err
		}
		if e.Status == http.StatusUnauthorized && !fresh { // once: Intune says 401 for a missing permission too
			fresh = true
			c.tokens.Forget(k.tid)
			continue
		}
		if !e.transient() || try >= tries || k.shrink && try >= 2 && (e.Status == 503 || e.Status == 504) {
			return nil, err
		}
		if err := c.wait(ctx, k, e, try); err != nil {
			return nil, err
		}
	}
}

// wait obeys Retry-After; without one it backs off, each time twice as long, with jitter.
func (c *Client) wait(ctx context.Context, k *call, e *Error, try int) error {
	d := e.RetryAfter
	if d <= 0 {
		d = c.opts.Backoff << (try - 1)
		d = d/2 + time.Duration(rand.Int64N(int64(d)))
	}
	if end, ok := ctx.Deadline(); d > maxWait || ok && time.Until(end) < d { // waiting in vain would leave nothing to say but that it took too long
		return e
	}
	cost := Page{Retries: 1, RequestID: e.RequestID, ClientRequestID: e.ClientRequestID}
	if e.Kind == Throttled {
		cost.Throttled = d
	}
	if k.waiting != nil {
		if err := k.waiting(cost); err != nil {
			return err
		}
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// once sends the call one time.
func (c *Client) once(ctx context.Context, p *pace, k *call) ([]byte, error) {
	if k.token == "" && (c.changes(k) || k.patience > 0) { // the one place that sends: the portal's own token only reads, and asks nothing for a person
		return nil, fmt.Errorf("%s %s without a person: %w", k.method, k.url.Path, errs.Forbidden)
	}
	if err := c.inTurn(ctx, p, k.url.Path); err != nil {
		return nil, err
	}
	token := k.token
	if token == "" {
		t, err := c.tokens.Token(ctx, k.tid)
		if err != nil {
			return nil, noToken(err, k.url.Path)
		}
		token = t
	}
	limited, cancel := context.WithTimeout(ctx, cmp.Or(k.patience, c.opts.Timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(limited, k.verb(), k.url.String(), bytes.NewReader(k.body))
	if err != nil {
		return nil, fmt.Errorf("request to Graph: %w", err)
	}
	k.clientID = uuid.NewString()
	for name, v := range k.header {
		req.Header[name] = v
	}
	if k.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json;odata.metadata=minimal")
	req.Header.Set("User-Agent", c.opts.UserAgent)
	req.Header.Set("client-request-id", k.clientID)
	req.Header.Set("return-client-request-id", "true")
	req.Header.Set("Prefer", "include-unknown-enum-members")
	res, err := c.http.Do(req)
	if err != nil {
		return nil, c.noAnswer(ctx, err, k)
	}
	defer res.Body.Close()
	k.requestID = res.Header.Get("request-id")
	if c.changes(k) && res.StatusCode >= 200 && res.StatusCode < 300 {
		return c.readChanged(ctx, res, k)
	}
	if res.StatusCode != http.StatusOK {
		raw, _ := io.ReadAll(io.LimitReader(res.Body, 256<<10)) // what was read of a broken error still counts
		return nil, newError(res, raw, k, c.opts.Now())
	}
	return c.readBody(ctx, res, k)
}

func (c *Client) readBody(ctx context.Context, res *http.Response, k *call) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(res.Body, c.opts.PageBytes+1))
	if err != nil {
		return nil, c.noAnswer(ctx, err, k)
	}
	if int64(len(body)) > c.opts.PageBytes {
		return nil, bad(k, "the answer is longer than %d bytes", c.opts.PageBytes)
	}
	if n := len(body); n == 0 || strings.TrimRight(string(body[max(0, n-16):]), " \r\n\t") == "" || !closed(body) {
		e := bad(k, "the answer ends in the middle")
		e.cut = true
		return nil, e
	}
	return body, nil
}

// closed tells whether the text ends as a JSON object does: a cheap sign that nothing was cut off.
func closed(body []byte) bool {
	for i := len(body) - 1; i >= 0; i-- {
		switch body[i] {
		case ' ', '\r', '\n', '\t':
		default:
			return body[i] == '}'
		}
	}
	return false
}

// verb is the call's method.
func (k *call) verb() string { return cmp.Or(k.method, http.MethodGet) }

// noAnswer is what a broken connection, or a time that ran out, is to the caller.
func (c *Client) noAnswer(ctx context.Context, err error, k *call) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := &Error{Kind: Unavailable, Message: "no answer", ClientRequestID: k.clientID, RequestID: k.requestID, Method: k.verb(), Delegated: k.token != "", path: k.url.Path, cause: err}
	if errors.Is(err, context.DeadlineExceeded) {
		e.Kind, e.Message = Timeout, fmt.Sprintf("no answer within %s", cmp.Or(k.patience, c.opts.Timeout))
	}
	return e
}

// Address is the full address of a path, for bodies that point to another object.
func (c *Client) Address(version, path string) string { return c.resolve(version, path, nil).String() }

// resolve makes the URL of a path below a version. What stands in the path for a value is escaped already (url.PathEscape).
func (c *Client) resolve(version, path string, q url.Values) *url.URL {
	u := *c.base
	if version == "" {
		version = "v1.0"
	}
	u.RawPath = strings.TrimSuffix(u.EscapedPath(), "/") + "/" + version + "/" + strings.TrimPrefix(path, "/")
	if p, err := url.PathUnescape(u.RawPath); err == nil {
		u.Path = p
	}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "%24", "$") // Graph reads both; people and logs read this
	return &u
}
