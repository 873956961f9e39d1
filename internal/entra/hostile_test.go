package entra

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/tenantry/tenantry/internal/tenant"
)

// The hostile provider plays Entra for one test and does one thing that Entra would not do. It shares no code with the client under test.

const (
	clientID = "6fbd5d4c-5f6e-4f39-9a5c-0d5b2a6c9e11"
	contoso  = "8c3f5cee-b3c9-4d78-9a01-0242ac120002"
	fabrikam = "1d9e0f4a-52a7-4a0e-8a53-6a3f5be0a7c4"
	annaOID  = "2b0c7d3e-90a1-4b7e-b1f2-3c4d5e6f7a8b"
)

// keys are made once: RSA keys are slow to make.
var testKeys = sync.OnceValue(func() map[string]*rsa.PrivateKey {
	keys := map[string]*rsa.PrivateKey{}
	for name, bits := range map[string]int{"one": 2048, "two": 2048, "evil": 2048, "short": 1024} {
		k, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			panic(err)
		}
		keys[name] = k
	}
	return keys
})

type fakeEntra struct {
	t     *testing.T
	srv   *httptest.Server
	now   time.Time
	nonce string

	mu        sync.Mutex
	seen      map[string]int // requests by path
	forms     []url.Values
	challenge string

	// What a test turns.
	document  func(doc map[string]any)
	documents http.HandlerFunc
	jwks      func() any
	keysURL   http.HandlerFunc
	claims    func(c map[string]any)
	payload   func(c map[string]any) string // the ID token's payload as raw text
	sign      func(payload string) string   // the ID token from its payload
	token     http.HandlerFunc
	answer    func(a map[string]any)
	noPKCE    bool
}

func newHostile(t *testing.T) (*fakeEntra, *Client) {
	t.Helper()
	p := &fakeEntra{t: t, now: time.Date(2026, 11, 21, 2, 0, 0, 0, time.UTC), seen: map[string]int{}}
	p.srv = httptest.NewServer(p)
	t.Cleanup(p.srv.Close)
	c, err := New(Config{Host: p.srv.URL, ClientID: clientID, Credential: Secret("s3cret-canary"), RedirectURL: "http://127.0.0.1/auth/callback",
		Now: func() time.Time { return p.now }})
	if err != nil {
		t.Fatal(err)
	}
	c.wait = func(ctx context.Context, d time.Duration) error { return ctx.Err() }
	return p, c
}

func id(t *testing.T, s string) tenant.ID {
	t.Helper()
	tid, err := tenant.ParseID(s)
	if err != nil {
		t.Fatal(err)
	}
	return tid
}

func (p *fakeEntra) issuer(tid string) string { return p.srv.URL + "/" + tid + "/v2.0" }

func (p *fakeEntra) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.seen[r.URL.Path]++
	p.mu.Unlock()
	tid, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch rest {
	case "v2.0/.well-known/openid-configuration":
		if p.documents != nil {
			p.documents(w, r)
			return
		}
		p.writeDocument(w, tid)
	case "discovery/v2.0/keys":
		if p.keysURL != nil {
			p.keysURL(w, r)
			return
		}
		write(w, 200, p.keySet(tid))
	case "oauth2/v2.0/token":
		r.ParseForm()
		p.mu.Lock()
		p.forms = append(p.forms, r.PostForm)
		p.mu.Unlock()
		if p.token != nil {
			p.token(w, r)
			return
		}
		p.writeToken(w, r, tid)
	default:
		http.NotFound(w, r)
	}
}

func (p *fakeEntra) writeDocument(w http.ResponseWriter, tid string) {
	if tid == "contoso.com" {
		tid = contoso
	}
	base := p.srv.URL + "/" + tid
	doc := map[string]any{"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "token_endpoint": base + "/oauth2/v2.0/token",
		"jwks_uri": base + "/discovery/v2.0/keys", "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo", "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"pairwise"}, "id_token_signing_alg_values_supported": []string{"RS256"}}
	if p.document != nil {
		p.document(doc)
	}
	write(w, 200, doc)
}

func (p *fakeEntra) keySet(tid string) any {
	if p.jwks != nil {
		return p.jwks()
	}
	return map[string]any{"keys": []any{p.jwk("one", "one", tid), p.jwk("two", "two", tid)}}
}

func (p *fakeEntra) jwk(kid, name, tid string) map[string]any {
	k := testKeys()[name]
	return map[string]any{"kty": "RSA", "use": "sig", "kid": kid, "x5t": kid, "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes()), "issuer": p.issuer(tid)}
}

func (p *fakeEntra) writeToken(w http.ResponseWriter, r *http.Request, tid string) {
	if sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier"))); !p.noPKCE && r.PostForm.Get("grant_type") == "authorization_code" && b64(sum[:]) != p.challenge {
		refuseWith(w, 501481, "invalid_grant")
		return
	}
	a := map[string]any{"token_type": "Bearer", "scope": "openid profile", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "opaque", "refresh_token": "rt-canary"}
	if strings.Contains(r.PostForm.Get("scope"), "openid") {
		a["id_token"] = p.idToken(tid)
	}
	if p.answer != nil {
		p.answer(a)
	}
	write(w, 200, a)
}

func (p *fakeEntra) idToken(tid string) string {
	now := p.now.Unix()
	c := map[string]any{"iss": p.issuer(tid), "tid": tid, "aud": clientID, "sub": "AAAAAAAAsub", "oid": annaOID, "ver": "2.0", "nonce": p.nonce,
		"iat": now, "nbf": now, "exp": now + 3900, "name": "Anna", "preferred_username": "anna@contoso.com"}
	if p.claims != nil {
		p.claims(c)
	}
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == absent })
	b, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	payload := string(b)
	if p.payload != nil {
		payload = p.payload(c)
	}
	if p.sign != nil {
		return p.sign(payload)
	}
	return signed("one", jose.RS256, map[string]any{"kid": "one"}, payload)
}

// absent removes a claim.
var absent = &struct{ _ int }{}

// signed makes a compact JWS with any header; it must not lean on a library that would refuse to.
func signed(key string, alg jose.SignatureAlgorithm, header map[string]any, payload string) string {
	h := map[string]any{"alg": string(alg), "typ": "JWT"}
	maps.Copy(h, header)
	opts := &jose.SignerOptions{}
	for k, v := range h {
		if k != "alg" {
			opts = opts.WithHeader(jose.HeaderKey(k), v)
		}
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: testKeys()[key]}, opts)
	if err != nil {
		panic(err)
	}
	j, err := s.Sign([]byte(payload))
	if err != nil {
		panic(err)
	}
	out, err := j.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return out
}

// unsigned puts any header before any signature.
func unsigned(header, payload string, signature []byte) string {
	return b64([]byte(header)) + "." + b64([]byte(payload)) + "." + b64(signature)
}

func hs256(key []byte, header, payload string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(b64([]byte(header)) + "." + b64([]byte(payload))))
	return unsigned(header, payload, m.Sum(nil))
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func refuseWith(w http.ResponseWriter, code int, oauth string) {
	status := 400
	if oauth == "invalid_client" {
		status = 401
	}
	write(w, status, map[string]any{"error": oauth, "error_description": fmt.Sprintf("AADSTS%d: <script>canary</script>\r\nTrace ID: x", code), "error_codes": []int{code},
		"timestamp": "2026-01-09 02:02:12Z", "trace_id": "0000aaaa-11bb-cccc-dd22-eeeeee333333", "correlation_id": "1111aaaa-11bb-cccc-dd22-eeeeee333333"})
}

// start begins a sign-in at the provider: it learns nonce and challenge as a real one would, from the authorize request.
func (p *fakeEntra) start(c *Client, tid tenant.ID) Tx {
	p.t.Helper()
	tx := NewTx(tid)
	u, err := url.Parse(authURL(p.t, c, tx))
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	p.nonce, p.challenge = q.Get("nonce"), q.Get("code_challenge")
	return tx
}

// asked counts the requests whose path ends so.
func (p *fakeEntra) asked(suffix string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, k := range p.seen {
		if strings.HasSuffix(path, suffix) {
			n += k
		}
	}
	return n
}

func authURL(t *testing.T, c *Client, tx Tx) string {
	t.Helper()
	to, err := c.AuthURL(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	return to
}
