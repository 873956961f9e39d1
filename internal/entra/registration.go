package entra

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
)

// Registration is an app registration of the partner's with what proves that the portal is it.
type Registration struct {
	ClientID   string     // application (client) id, a GUID
	Credential Credential // nil: it proves itself as the first registration does, by the same certificate or workload
}

// Registrations are the partner's registrations beside the first one: each asks customers for less than it does. A tenant knows the portal by
// one of them.
type Registrations interface {
	// Of is the client id by which the tenant knows the portal; "" is the first registration's.
	Of(ctx context.Context, tid tenant.ID) (clientID string, err error)
	// Registration is one of them by its client id, or errs.NotFound.
	Registration(ctx context.Context, clientID string) (Registration, error)
}

type speakingAs struct{}

// As makes the calls of a context speak as one registration ("" is the first), whatever the tenant knows the portal by: so a consent that has
// just been given to another one is read before anything relies on it.
func As(ctx context.Context, clientID string) context.Context {
	return context.WithValue(ctx, speakingAs{}, clientID)
}

// registration is what to speak as at the tenant.
func (c *Client) registration(ctx context.Context, tid tenant.ID) (Registration, error) {
	clientID, err := c.clientID(ctx, tid)
	if err != nil {
		return Registration{}, err
	}
	return c.registered(ctx, clientID)
}

// clientID is that of the registration to speak as at the tenant.
func (c *Client) clientID(ctx context.Context, tid tenant.ID) (id string, err error) {
	told := false
	if c.others != nil {
		if id, told = ctx.Value(speakingAs{}).(string); !told {
			id, err = c.knownTo(ctx, tid)
		}
	}
	return cmp.Or(id, c.main.ClientID), err
}

// registered is a registration with its credential, which is read and opened for this.
func (c *Client) registered(ctx context.Context, clientID string) (Registration, error) {
	if clientID == c.main.ClientID {
		return c.main, nil
	}
	r, err := c.others.Registration(ctx, clientID)
	if err != nil {
		return Registration{}, fmt.Errorf("registration %s: %w", clientID, err)
	}
	return c.withCredential(r), nil
}

// knownLife is how long it is remembered by which registration a tenant knows the portal. Every call to a resource asks for that; another
// process may have seen the tenant change it.
const knownLife = 10 * time.Second

type knownEntry struct {
	clientID string
	until    time.Time
}

// knownTo is by which registration the tenant knows the portal. Forget forgets it, too.
func (c *Client) knownTo(ctx context.Context, tid tenant.ID) (string, error) {
	c.mu.Lock()
	entry, ok := c.known[tid]
	generation := c.forgotten[tid]
	c.mu.Unlock()
	if ok && c.now().Before(entry.until) {
		return entry.clientID, nil
	}
	clientID, err := c.others.Of(ctx, tid)
	if err != nil {
		return "", fmt.Errorf("registration that %s knows: %w", tid, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.forgotten[tid] == generation {
		c.known[tid] = knownEntry{clientID, c.now().Add(knownLife)}
	}
	return clientID, nil
}

func (c *Client) withCredential(r Registration) Registration {
	if r.Credential == nil {
		r.Credential = c.main.Credential
	}
	return r
}

// Prove asks for a token of a registration's own in the tenant, and throws it away: it succeeds where the tenant knows the registration and
// Entra takes the credential.
func (c *Client) Prove(ctx context.Context, tid tenant.ID, as Registration, resource string) error {
	_, err := c.redeem(ctx, c.withCredential(as), tid, url.Values{"grant_type": {"client_credentials"}, "scope": {strings.TrimSuffix(resource, "/") + "/.default"}})
	return err
}

// SameRedirect compares a registered redirect URI with one in use as Entra does: exactly, but for the port of http://localhost.
func SameRedirect(have, want string) bool {
	if have == want {
		return true
	}
	h, err1 := url.Parse(have)
	w, err2 := url.Parse(want)
	return err1 == nil && err2 == nil && h.Scheme == "http" && w.Scheme == "http" && h.Hostname() == "localhost" && w.Hostname() == "localhost" && h.Path == w.Path
}
