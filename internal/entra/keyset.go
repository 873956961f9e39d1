package entra

import (
	"context"
	"crypto/rsa"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/time/rate"
)

const (
	keysFresh   = time.Hour        // then they are read again at the next sign-in: an emergency roll may remove a key at once
	keysLife    = 24 * time.Hour   // how long the last good set serves while it cannot be read again
	missingLife = 60 * time.Second // a kid that was just looked for in vain is not looked for again
)

// keySet holds one tenant's signing keys. go-oidc's own RemoteKeySet asks again for each token with an unknown kid or a bad signature; this
// one asks at most once in five minutes, two in a row at most, so that bad tokens cannot make it a weapon against Microsoft or against us.
type keySet struct {
	client *Client
	url    string
	issuer string

	mu      sync.Mutex
	keys    map[string]*rsa.PublicKey
	loaded  time.Time
	missing map[string]time.Time
	first   *rate.Limiter // while no keys were ever read
	later   *rate.Limiter
}

func newKeySet(c *Client, address, issuer string) *keySet {
	return &keySet{client: c, url: address, issuer: issuer, missing: map[string]time.Time{},
		first: rate.NewLimiter(rate.Every(5*time.Second), 3), later: rate.NewLimiter(rate.Every(5*time.Minute), 2)}
}

// inherit takes over keys and limits of the set that this one replaces.
func (k *keySet) inherit(old *keySet) {
	old.mu.Lock()
	defer old.mu.Unlock()
	k.keys, k.loaded, k.missing, k.first, k.later = old.keys, old.loaded, old.missing, old.first, old.later
}

// VerifySignature implements oidc.KeySet. It has checked the header's form before it uses a key, and takes no key from the token.
func (k *keySet) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(jwt, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(jws.Signatures) != 1 {
		return nil, refuse("malformed")
	}
	key, err := k.key(ctx, jws.Signatures[0].Protected.KeyID)
	if err != nil {
		return nil, err
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return nil, refuse("signature")
	}
	return payload, nil
}

// key finds the key of a kid. Without a kid only a set of one key can be meant.
func (k *keySet) key(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.client.now()
	key := k.pick(kid)
	age := now.Sub(k.loaded)
	if key != nil && age < keysFresh {
		return key, nil
	}
	if key == nil && now.Before(k.missing[kid]) {
		return nil, refuse("kid")
	}
	limiter := k.later
	if k.loaded.IsZero() {
		limiter = k.first
	}
	if limiter.AllowN(now, 1) {
		if err := k.refresh(ctx, now); err != nil && (key == nil || age > keysLife) {
			return nil, err
		}
		key = k.pick(kid)
	} else if k.loaded.IsZero() {
		return nil, nonsense(0, "the tenant's keys could not be read a moment ago")
	}
	if key == nil {
		k.miss(kid, now)
		return nil, refuse("kid")
	}
	return key, nil
}

func (k *keySet) pick(kid string) *rsa.PublicKey {
	if kid == "" && len(k.keys) == 1 {
		for _, key := range k.keys {
			return key
		}
	}
	return k.keys[kid]
}

func (k *keySet) miss(kid string, now time.Time) {
	if len(k.missing) >= 256 {
		clear(k.missing)
	}
	k.missing[kid] = now.Add(missingLife)
}

func (k *keySet) refresh(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, lookupLimit)
	defer cancel()
	res, body, err := k.client.get(ctx, k.url, maxKeys)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return answerError(res, body, now)
	}
	keys, err := readKeys(body, k.issuer)
	if err != nil {
		return nonsense(res.StatusCode, err.Error())
	}
	k.keys, k.loaded = keys, now
	clear(k.missing)
	return nil
}

// readKeys takes the keys that may verify this tenant's tokens: RSA of 2048 bits or more, for signing, issued for this tenant. A kid that
// names two different keys names none.
func readKeys(body []byte, issuer string) (map[string]*rsa.PublicKey, error) {
	var wire struct {
		Keys []jsontext.Value `json:"keys"`
	}
	if err := json.Unmarshal(body, &wire); err != nil || len(wire.Keys) > 1000 {
		return nil, errors.New("the key document is not a list of keys")
	}
	keys, twice := map[string]*rsa.PublicKey{}, map[string]bool{}
	for _, raw := range wire.Keys {
		kid, key := readKey(raw, issuer)
		if key == nil {
			continue
		}
		if other, ok := keys[kid]; ok && !other.Equal(key) {
			twice[kid] = true
		}
		keys[kid] = key
	}
	for kid := range twice {
		delete(keys, kid)
	}
	if len(keys) == 0 {
		return nil, errors.New("the key document holds no key that may sign")
	}
	return keys, nil
}

func readKey(raw jsontext.Value, issuer string) (string, *rsa.PublicKey) {
	var own struct {
		Kty    string `json:"kty"`
		Use    string `json:"use"`
		Alg    string `json:"alg"`
		Issuer string `json:"issuer"`
		// Entra's keys carry a certificate too; the modulus is enough, and a malformed certificate is not to cost us the key.
		Kid string `json:"kid"`
		N   string `json:"n"`
		E   string `json:"e"`
	}
	if json.Unmarshal(raw, &own) != nil || own.Kty != "RSA" || own.Use != "" && own.Use != "sig" || own.Alg != "" && own.Alg != "RS256" ||
		own.Issuer != "" && own.Issuer != issuer {
		return "", nil
	}
	plain, err := json.Marshal(map[string]string{"kty": "RSA", "n": own.N, "e": own.E})
	if err != nil {
		return "", nil
	}
	var jwk jose.JSONWebKey
	if jwk.UnmarshalJSON(plain) != nil {
		return "", nil
	}
	key, ok := jwk.Key.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 || key.N.BitLen() > 16384 || key.E < 65537 || key.E%2 == 0 {
		return "", nil
	}
	return own.Kid, key
}
