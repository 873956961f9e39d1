package login

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

var b64 = base64.RawURLEncoding

// signingKey is one RSA key with the certificate it is published in.
type signingKey struct {
	kid  string // base64url SHA-1 thumbprint of the certificate
	x5c  string
	priv *rsa.PrivateKey
}

func newSigningKey() *signingKey {
	priv, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(fmt.Sprintf("make a signing key: %v", err)) // no entropy: nothing here can go on
	}
	now := time.Now()
	t := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "accounts.accesscontrol.windows.net"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(5, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &priv.PublicKey, priv)
	if err != nil {
		panic(fmt.Sprintf("make a signing certificate: %v", err))
	}
	sum := sha1.Sum(der)
	return &signingKey{kid: b64.EncodeToString(sum[:]), x5c: base64.StdEncoding.EncodeToString(der), priv: priv}
}

// firstKeys are made once a process: all tenants share them, as in the real service, and so do all servers of a test binary.
var firstKeys = sync.OnceValue(func() []*signingKey { return []*signingKey{newSigningKey(), newSigningKey()} })

// keyRing holds the keys of all tenants. A rollover gives one tenant, or all, a new signing key.
type keyRing struct {
	mu     sync.RWMutex
	all    []*signingKey            // signing first
	tenant map[string][]*signingKey // tenants that rolled over on their own
}

func newKeyRing() *keyRing { return &keyRing{all: firstKeys(), tenant: map[string][]*signingKey{}} }

func (k *keyRing) of(tid string) []*signingKey {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if own, ok := k.tenant[tid]; ok {
		return own
	}
	return k.all
}

// rotate puts a new key in front: it signs at once, and the oldest of more than two is no longer published.
func (k *keyRing) rotate(tid string) {
	fresh := newSigningKey()
	k.mu.Lock()
	defer k.mu.Unlock()
	if tid == "" {
		k.all = append([]*signingKey{fresh}, k.all[0])
		k.tenant = map[string][]*signingKey{}
		return
	}
	old := k.all
	if own, ok := k.tenant[tid]; ok {
		old = own
	}
	k.tenant[tid] = []*signingKey{fresh, old[0]}
}

func (k *keyRing) find(tid, kid string) *signingKey {
	for _, key := range k.of(tid) {
		if key.kid == kid {
			return key
		}
	}
	return nil
}

type jwk struct {
	KeyType string   `json:"kty"`
	Use     string   `json:"use"`
	KeyID   string   `json:"kid"`
	X5T     string   `json:"x5t"`
	N       string   `json:"n"`
	E       string   `json:"e"`
	X5C     []string `json:"x5c"`
	Cloud   string   `json:"cloud_instance_name"`
	Issuer  string   `json:"issuer"`
}

// published are the keys as Entra publishes them: without alg, with the issuer that each may sign for. The one that signs does not stand first.
func (k *keyRing) published(tid, issuer string) []jwk {
	keys := k.of(tid)
	out := make([]jwk, 0, len(keys))
	for i := len(keys) - 1; i >= 0; i-- {
		key := keys[i]
		out = append(out, jwk{
			KeyType: "RSA", Use: "sig", KeyID: key.kid, X5T: key.kid, N: b64.EncodeToString(key.priv.N.Bytes()), E: "AQAB",
			X5C: []string{key.x5c}, Cloud: "microsoftonline.com", Issuer: issuer,
		})
	}
	return out
}

type header struct {
	Type  string `json:"typ"`
	Nonce string `json:"nonce,omitempty"`
	Alg   string `json:"alg"`
	X5T   string `json:"x5t,omitempty"`
	KeyID string `json:"kid"`
}

// sign makes a JWT. Tokens of version 1 carry x5t, and for Microsoft Graph a nonce: it is hashed before signing, so that nobody
// but Graph can check the signature.
func (k *keyRing) sign(tid string, claims map[string]any, v1, forGraph bool) string {
	key := k.of(tid)[0]
	h := header{Type: "JWT", Alg: "RS256", KeyID: key.kid}
	if v1 {
		h.X5T = key.kid
	}
	if forGraph {
		h.Nonce = opaque(32)
	}
	payload := encode(claims)
	shown := encode(h)
	signed := shown
	if h.Nonce != "" {
		h.Nonce = hashedNonce(h.Nonce)
		signed = encode(h)
	}
	sum := sha256.Sum256([]byte(signed + "." + payload))
	sig, err := rsa.SignPKCS1v15(nil, key.priv, crypto.SHA256, sum[:])
	if err != nil {
		panic(fmt.Sprintf("sign a token: %v", err)) // a valid key and a hash of the right size
	}
	return shown + "." + payload + "." + b64.EncodeToString(sig)
}

func hashedNonce(nonce string) string {
	sum := sha256.Sum256([]byte(nonce))
	return b64.EncodeToString(sum[:])
}

func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode a token: %v", err)) // maps of strings and numbers
	}
	return b64.EncodeToString(b)
}

var errToken = errors.New("the token is malformed or its signature is not valid")

// open checks a token's signature and returns its claims. It looks at nothing else.
func (k *keyRing) open(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errToken
	}
	var h header
	claims := map[string]any{}
	if decode(parts[0], &h) != nil || decode(parts[1], &claims) != nil || h.Alg != "RS256" {
		return nil, errToken
	}
	tid, _ := claims["tid"].(string)
	key := k.find(tid, h.KeyID)
	sig, err := b64.DecodeString(parts[2])
	if key == nil || err != nil {
		return nil, errToken
	}
	signed := parts[0]
	if h.Nonce != "" {
		h.Nonce = hashedNonce(h.Nonce)
		signed = encode(h)
	}
	sum := sha256.Sum256([]byte(signed + "." + parts[1]))
	if rsa.VerifyPKCS1v15(&key.priv.PublicKey, crypto.SHA256, sum[:], sig) != nil {
		return nil, errToken
	}
	return claims, nil
}

func decode(part string, v any) error {
	b, err := b64.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// opaque is a random string of n bytes in base64url.
func opaque(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b64.EncodeToString(b)
}
