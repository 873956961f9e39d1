// Package entra speaks to Microsoft Entra ID: it finds a tenant by its domain, signs people in at exactly one tenant's authority, renews
// their tokens, and gets the portal's own app-only tokens.
//
// The authority is always the configured host and a tenant's GUID, never "common", and never a URL that a document or a token names. A token
// is believed only after the checks in idtoken.go. Sessions, stored tokens and pages live elsewhere; this package holds nothing but caches.
package entra

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/tenantry/tenantry/internal/tenant"
)

// callLimit bounds every call to Microsoft, with all its retries.
const callLimit = 20 * time.Second

// Config says which cloud, which application and which credential.
type Config struct {
	Host          string // authority host with scheme, "https://login.microsoftonline.com"; http only on loopback
	ClientID      string // application (client) id of the registration, a GUID
	Credential    Credential
	Registrations Registrations    // nil: there is but the one
	RedirectURL   string           // where sign-ins return to
	HTTP          *http.Client     // its Transport is used; redirects and time limits are ours. nil: a client of our own
	Now           func() time.Time // nil: time.Now
}

// Client is the portal's relation to one Entra cloud. It is safe for concurrent use.
type Client struct {
	host        string
	main        Registration
	others      Registrations
	redirectURL string
	http        *http.Client
	now         func() time.Time
	wait        waiter

	flight    singleflight.Group
	mu        sync.Mutex
	providers map[tenant.ID]*provider
	found     map[string]finding
	known     map[tenant.ID]knownEntry
	appTokens map[appTokenKey]appTokenEntry
	forgotten map[tenant.ID]int64 // generation of a tenant's tokens; Forget raises it
}

// New checks the configuration and makes a Client. It asks Microsoft nothing yet.
func New(c Config) (*Client, error) {
	host, err := checkHost(c.Host)
	if err != nil {
		return nil, err
	}
	if c.ClientID == "" {
		return nil, errors.New("entra: no client id")
	}
	if c.Credential == nil {
		return nil, errors.New("entra: no credential")
	}
	now := c.Now
	if now == nil {
		now = time.Now
	}
	return &Client{
		host: host, main: Registration{c.ClientID, c.Credential}, others: c.Registrations, redirectURL: c.RedirectURL,
		http: ownClient(c.HTTP), now: now, wait: sleep,
		providers: map[tenant.ID]*provider{},
		found:     map[string]finding{},
		known:     map[tenant.ID]knownEntry{},
		appTokens: map[appTokenKey]appTokenEntry{},
		forgotten: map[tenant.ID]int64{},
	}, nil
}

// Host is the authority host with its scheme.
func (c *Client) Host() string { return c.host }

// ownClient borrows the transport, and follows no redirect: a token endpoint that redirects is not the one we know.
func ownClient(given *http.Client) *http.Client {
	own := &http.Client{
		Timeout:       callLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if given != nil && given.Transport != nil {
		own.Transport = given.Transport
		return own
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 16
	t.ResponseHeaderTimeout = callLimit
	own.Transport = t
	return own
}

func checkHost(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("entra: authority host %q: want a URL such as https://login.microsoftonline.com", s)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", fmt.Errorf("entra: authority host %q: plain http is for loopback only", s)
	}
	return u.Scheme + "://" + u.Host, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// issuer is the only iss that a token of this tenant may carry.
func (c *Client) issuer(tid tenant.ID) string { return c.host + "/" + tid.String() + "/v2.0" }

// tokenURL and authorizeURL come from a template, not from a document: a secret goes nowhere that a document says.
func (c *Client) tokenURL(tid tenant.ID) string {
	return c.host + "/" + tid.String() + "/oauth2/v2.0/token"
}

func (c *Client) authorizeURL(tid tenant.ID) string {
	return c.host + "/" + tid.String() + "/oauth2/v2.0/authorize"
}

// AdminConsentURL leads an administrator of the tenant to Microsoft's consent page for a registration; "" is the first one. The scope "https://graph.microsoft.com/.default" asks for
// all that the registration lists, application permissions included. What comes back proves nothing: read the grants.
func (c *Client) AdminConsentURL(tid tenant.ID, clientID, redirect, state, scope string) string {
	if clientID == "" {
		clientID = c.main.ClientID
	}
	q := url.Values{"client_id": {clientID}, "redirect_uri": {redirect}, "state": {state}, "scope": {scope}}
	return c.host + "/" + tid.String() + "/v2.0/adminconsent?" + q.Encode()
}
