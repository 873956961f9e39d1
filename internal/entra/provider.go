package entra

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

const (
	documentLife = 24 * time.Hour // Microsoft's advice, and the document's own Cache-Control
	maxProviders = 1000
)

// document is what we read of a discovery document. The userinfo endpoint is on another host by design and is not used.
type document struct {
	Issuer        string `json:"issuer"`
	Authorization string `json:"authorization_endpoint"`
	Token         string `json:"token_endpoint"`
	Keys          string `json:"jwks_uri"`
}

// provider is one tenant's authority, with keys of its own: two tenants may publish different keys under the same kid.
type provider struct {
	keys   *keySet
	loaded time.Time
	used   atomic.Int64
}

// provider gives the tenant's authority from the cache, or reads its document. A document that cannot be renewed is kept.
func (c *Client) provider(ctx context.Context, tid tenant.ID) (*provider, error) {
	c.mu.Lock()
	p, ok := c.providers[tid]
	c.mu.Unlock()
	now := c.now()
	if ok {
		p.used.Store(now.UnixNano())
		if now.Sub(p.loaded) < documentLife {
			return p, nil
		}
	}
	flight := c.flight.DoChan("provider "+tid.String(), func() (any, error) {
		return c.newProvider(context.WithoutCancel(ctx), tid)
	})
	select {
	case res := <-flight:
		switch {
		case res.Err == nil:
			return res.Val.(*provider), nil
		case ok:
			return p, nil
		}
		return nil, res.Err
	case <-ctx.Done():
		return nil, noAnswer(ctx.Err())
	}
}

func (c *Client) newProvider(ctx context.Context, tid tenant.ID) (*provider, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	doc, err := c.document(ctx, tid.String())
	if err != nil {
		return nil, err
	}
	if doc.Issuer != c.issuer(tid) {
		return nil, nonsense(http.StatusOK, "the discovery document names another issuer")
	}
	p := &provider{keys: newKeySet(c, doc.Keys, c.issuer(tid)), loaded: c.now()}
	p.used.Store(p.loaded.UnixNano())
	c.mu.Lock()
	defer c.mu.Unlock()
	if old, ok := c.providers[tid]; ok {
		p.keys.inherit(old.keys) // a renewed document does not reset the limit on key requests
	} else if len(c.providers) >= maxProviders {
		c.evict()
	}
	c.providers[tid] = p
	return p, nil
}

// evict drops the provider that was not used for the longest time.
func (c *Client) evict() {
	var oldest tenant.ID
	least := int64(0)
	for tid, p := range c.providers {
		if used := p.used.Load(); oldest.IsZero() || used < least {
			oldest, least = tid, used
		}
	}
	delete(c.providers, oldest)
}

// document reads and checks the discovery document of a path segment, which is a GUID or a checked domain.
func (c *Client) document(ctx context.Context, segment string) (document, error) {
	res, body, err := c.get(ctx, c.host+"/"+segment+"/v2.0/.well-known/openid-configuration", maxDocument)
	if err != nil {
		return document{}, err
	}
	if res.StatusCode != http.StatusOK {
		return document{}, answerError(res, body, c.now())
	}
	var doc document
	if err := json.Unmarshal(body, &doc); err != nil {
		return document{}, nonsense(res.StatusCode, "the discovery document is not JSON")
	}
	for _, u := range []string{doc.Authorization, doc.Token, doc.Keys} {
		if !c.ours(u) {
			return document{}, nonsense(res.StatusCode, "the discovery document names an endpoint on another host")
		}
	}
	return doc, nil
}

// ours tells whether an address is on the authority's own origin, with nothing smuggled in.
func (c *Client) ours(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.User == nil && u.Fragment == "" && u.Opaque == "" && u.Scheme+"://"+u.Host == c.host
}

// finding is what a domain or GUID led to.
type finding struct {
	tid   tenant.ID
	err   error
	until time.Time
}

const (
	maxFindings = 4096
	missLife    = 5 * time.Minute
)

// lookupLimit bounds one discovery: somebody is waiting in front of a form.
const lookupLimit = 8 * time.Second

// Discover finds the tenant of a verified domain, or confirms a GUID, by the public discovery document. The input is checked before anything
// is asked. What it finds is a way to a sign-in, never a proof that somebody belongs there.
func (c *Client) Discover(ctx context.Context, domainOrGUID string) (tenant.ID, error) {
	segment, err := segmentOf(domainOrGUID)
	if err != nil {
		return tenant.ID{}, err
	}
	c.mu.Lock()
	f, ok := c.found[segment]
	c.mu.Unlock()
	if ok && c.now().Before(f.until) {
		return f.tid, f.err
	}
	flight := c.flight.DoChan("discover "+segment, func() (any, error) {
		return c.discover(context.WithoutCancel(ctx), segment)
	})
	select {
	case res := <-flight:
		if res.Err != nil {
			return tenant.ID{}, res.Err
		}
		return res.Val.(tenant.ID), nil
	case <-ctx.Done():
		return tenant.ID{}, noAnswer(ctx.Err())
	}
}

func (c *Client) discover(ctx context.Context, segment string) (tenant.ID, error) {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	tid, err := c.lookUp(ctx, segment)
	now := c.now()
	switch {
	case err == nil:
		c.remember(segment, finding{tid: tid, until: now.Add(documentLife)})
	case errors.Is(err, errs.NotFound) || errors.Is(err, errs.Invalid):
		c.remember(segment, finding{err: err, until: now.Add(missLife)})
	}
	return tid, err
}

func (c *Client) lookUp(ctx context.Context, segment string) (tenant.ID, error) {
	doc, err := c.document(ctx, segment)
	if e := (*Error)(nil); errors.As(err, &e) && !e.Transient() {
		return tenant.ID{}, errs.ShowNext(errs.NotFound, "No Microsoft tenant has this domain or number.", "Check the spelling, or ask the customer which domain they sign in with.")
	}
	if err != nil {
		return tenant.ID{}, err
	}
	guid, ok := strings.CutPrefix(doc.Issuer, c.host+"/")
	guid, tail := strings.CutSuffix(guid, "/v2.0")
	tid, err := tenant.ParseID(guid)
	if !ok || !tail || err != nil || tid.String() != guid {
		return tenant.ID{}, nonsense(http.StatusOK, "the discovery document names an issuer that is no tenant's")
	}
	if segment != guid && guidLike.MatchString(segment) {
		return tenant.ID{}, nonsense(http.StatusOK, "the discovery document is another tenant's")
	}
	if guid == consumers {
		return tenant.ID{}, errs.ShowNext(errs.Invalid, "This domain belongs to personal Microsoft accounts, not to a company.", "Type the domain of the company's work accounts.")
	}
	return tid, nil
}

func (c *Client) remember(segment string, f finding) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.found) >= maxFindings {
		clear(c.found) // a flood of made-up domains costs the cache, not the memory
	}
	c.found[segment] = f
}

// consumers is the tenant of all personal Microsoft accounts.
const consumers = "9188040d-6c67-4c5b-b112-36a304b66dad"

var (
	guidLike  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	labelForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	allDigits = regexp.MustCompile(`^[0-9]+$`)
)
