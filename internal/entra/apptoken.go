package entra

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Token is an access token for one resource in one tenant.
type Token struct {
	Value    string
	Expires  time.Time
	IssuedAt time.Time
	Roles    []string // application permissions in the token, as a diagnosis; nil: none, or not readable
	Scopes   []string // delegated permissions, as the answer named them
}

// String hides the value.
func (t Token) String() string {
	return "token REDACTED, expires " + t.Expires.UTC().Format(time.RFC3339)
}

// GoString hides the value.
func (t Token) GoString() string { return t.String() }

// LogValue hides the value.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// renewBefore is how long before its end a cached token is replaced, so that a call never starts with one that ends on the way.
const renewBefore = 5 * time.Minute

type appTokenKey struct {
	tid      tenant.ID
	clientID string // of the registration
	resource string
}

type appTokenEntry struct {
	token Token
	err   error     // a refusal with a time to wait
	until time.Time // when the entry ends
}

// AppToken is the portal's own token in the tenant for a resource such as "https://graph.microsoft.com". It is kept until five minutes before
// its end; callers at the same time share one request. A tenant that asked to be left alone is left alone.
func (c *Client) AppToken(ctx context.Context, tid tenant.ID, resource string) (Token, error) {
	clientID, err := c.clientID(ctx, tid)
	if err != nil {
		return Token{}, err
	}
	key := appTokenKey{tid, clientID, strings.TrimSuffix(resource, "/")}
	c.mu.Lock()
	entry, ok := c.appTokens[key]
	generation := c.forgotten[tid]
	c.mu.Unlock()
	if ok && c.now().Before(entry.until) {
		return entry.token, entry.err
	}
	// The request outlives the one caller that happened to start it; each caller still obeys its own context.
	flight := c.flight.DoChan(key.resource+" "+key.clientID+" "+tid.String()+" "+time.Duration(generation).String(), func() (any, error) {
		return c.newAppToken(context.WithoutCancel(ctx), key, generation)
	})
	select {
	case res := <-flight:
		if res.Err != nil {
			return Token{}, res.Err
		}
		return res.Val.(Token), nil
	case <-ctx.Done():
		return Token{}, noAnswer(ctx.Err())
	}
}

func (c *Client) newAppToken(ctx context.Context, key appTokenKey, generation int64) (Token, error) {
	as, err := c.registered(ctx, key.clientID)
	if err != nil {
		return Token{}, err
	}
	a, err := c.redeem(ctx, as, key.tid, url.Values{"grant_type": {"client_credentials"}, "scope": {key.resource + "/.default"}})
	now := c.now()
	entry := appTokenEntry{err: err}
	if err == nil {
		entry.token = newToken(a, now)
		entry.until = entry.token.Expires.Add(-renewBefore)
	} else if e := (*Error)(nil); errors.As(err, &e) && e.RetryAfter > 0 {
		entry.until = now.Add(e.RetryAfter)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forgotten[key.tid] == generation && now.Before(entry.until) {
		c.appTokens[key] = entry
	}
	return entry.token, err
}

// Forget drops what is kept for the tenant, its tokens and by which registration it knows the portal. Call it after consent changed and before grants are read back: a token carries the permissions of
// the moment it was issued.
func (c *Client) Forget(tid tenant.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgotten[tid]++
	delete(c.known, tid)
	for key := range c.appTokens {
		if key.tid == tid {
			delete(c.appTokens, key)
		}
	}
}

func newToken(a answer, now time.Time) Token {
	t := Token{Value: a.AccessToken, IssuedAt: now, Expires: now.Add(time.Duration(a.ExpiresIn) * time.Second), Scopes: strings.Fields(a.Scope)}
	t.Roles = rolesOf(a.AccessToken)
	return t
}

// rolesOf peeks into an access token that came straight from the token endpoint. Access tokens are opaque to clients, so this is a diagnosis
// ("which permissions did this token carry?") and never a proof.
func rolesOf(accessToken string) []string {
	parts := strings.Split(accessToken, ".")
	if len(parts) != 3 {
		return nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	var claims struct {
		Roles []string `json:"roles"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return nil
	}
	return claims.Roles
}
