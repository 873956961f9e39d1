package login

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const callback = "http://localhost:8080/auth/callback"

// rig is a sign-in service over TLS, with tenants by what they are for.
type rig struct {
	t       *testing.T
	w       *world.World
	s       *Server
	srv     *httptest.Server
	home    *world.Tenant
	contoso *world.Tenant // consented, GDAP active
	fabrikm *world.Tenant // consented, guests
	none    *world.Tenant // never consented
}

func newRig(t *testing.T) *rig {
	t.Helper()
	w := world.New(world.Options{Seed: 3})
	s := New(w)
	srv := httptest.NewTLSServer(s)
	t.Cleanup(srv.Close)
	ts := w.Tenants()
	return &rig{t: t, w: w, s: s, srv: srv, home: ts[0], contoso: ts[1], fabrikm: ts[2], none: ts[len(ts)-1]}
}

// browser keeps cookies and stops at redirects that leave the service.
type browser struct {
	*rig
	http *http.Client
}

type answer struct {
	status int
	body   string
	url    *url.URL
	to     *url.URL // where it was sent, outside the service
	header http.Header
}

func (r *rig) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	c := r.srv.Client()
	copied := *c
	copied.Jar = jar
	copied.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if req.URL.Host != strings.TrimPrefix(r.srv.URL, "https://") {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return &browser{rig: r, http: &copied}
}

func (b *browser) read(res *http.Response, err error) answer {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, body: html.UnescapeString(string(body)), url: res.Request.URL, header: res.Header}
	a.to, _ = res.Location()
	return a
}

func (b *browser) get(path string) answer { return b.read(b.http.Get(b.srv.URL + path)) }

func (b *browser) post(path string, v url.Values) answer {
	return b.read(b.http.PostForm(b.srv.URL+path, v))
}

var (
	formForm  = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)">(.*?)</form>`)
	fieldForm = regexp.MustCompile(`name="([^"]+)" value="([^"]*)"`)
)

// fill sends the form that has the field or button, as a person would.
func (b *browser) fill(a answer, name, value string) answer {
	b.t.Helper()
	for _, m := range formForm.FindAllStringSubmatch(a.body, -1) {
		if !strings.Contains(m[2], `name="`+name+`"`) {
			continue
		}
		v := url.Values{name: {value}}
		for _, f := range fieldForm.FindAllStringSubmatch(m[2], -1) {
			if f[1] == "flow" {
				v.Set(f[1], f[2])
			}
		}
		return b.post(m[1], v)
	}
	b.t.Fatalf("no form with %q on the page: %s", name, clip(a.body))
	return answer{}
}

// signIn types account and password into the pages.
func (b *browser) signIn(a answer, u *world.User) answer {
	b.t.Helper()
	if strings.Contains(a.body, `name="loginfmt"`) {
		a = b.fill(a, "loginfmt", u.SignInName)
	}
	return b.fill(a, "passwd", u.Password)
}

func (r *rig) authorizePath(t *world.Tenant, extra ...string) string {
	v := url.Values{
		"client_id": {r.w.App.ClientID}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid profile offline_access User.Read"}, "state": {"s1"}, "nonce": {"n1"},
	}
	for i := 0; i+1 < len(extra); i += 2 {
		v.Set(extra[i], extra[i+1])
		if extra[i+1] == "" {
			v.Del(extra[i])
		}
	}
	return "/" + t.ID + "/oauth2/v2.0/authorize?" + v.Encode()
}

// code signs a person in and returns the code.
func (r *rig) code(t *world.Tenant, u *world.User, extra ...string) string {
	r.t.Helper()
	b := r.browser()
	a := b.signIn(b.get(r.authorizePath(t, extra...)), u)
	if strings.Contains(a.body, "Permissions requested") {
		a = b.fill(a, "decision", "accept")
	}
	if a.to == nil || a.to.Query().Get("code") == "" {
		r.t.Fatalf("%s got no code: %d %v %s", u.SignInName, a.status, a.to, pageCode(a.body))
	}
	return a.to.Query().Get("code")
}

// redeem sends a request to a tenant's token endpoint with the app's secret; extra replaces or, where empty, removes parameters.
func (r *rig) token(tenant string, extra ...string) (int, map[string]any) {
	r.t.Helper()
	v := url.Values{"client_id": {r.w.App.ClientID}, "client_secret": {r.w.App.ClientSecret}}
	for i := 0; i+1 < len(extra); i += 2 {
		v.Set(extra[i], extra[i+1])
		if extra[i+1] == "" {
			v.Del(extra[i])
		}
	}
	res, err := r.srv.Client().PostForm(r.srv.URL+"/"+tenant+"/oauth2/v2.0/token", v)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	out := map[string]any{}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		r.t.Fatalf("token endpoint answered no JSON: %v", err)
	}
	return res.StatusCode, out
}

func claimsOf(t *testing.T, token any) map[string]any {
	t.Helper()
	text, _ := token.(string)
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		t.Fatalf("no JWT: %v", token)
	}
	out := map[string]any{}
	if err := decode(parts[1], &out); err != nil {
		t.Fatal(err)
	}
	return out
}

var codeForm = regexp.MustCompile(`AADSTS(\d+)`)

// pageCode is the first AADSTS number on a page.
func pageCode(body string) string {
	m := codeForm.FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

func find(t *testing.T, tn *world.Tenant, match func(*world.User) bool) *world.User {
	t.Helper()
	for _, u := range tn.Users {
		if match(u) {
			return u
		}
	}
	t.Fatalf("%s has no such user", tn.DisplayName)
	return nil
}

func admin(t *testing.T, tn *world.Tenant) *world.User {
	return find(t, tn, func(u *world.User) bool { return u.Has("Global Administrator") })
}

func plain(t *testing.T, tn *world.Tenant) *world.User {
	return find(t, tn, func(u *world.User) bool { return len(u.Roles) == 0 && u.AccountEnabled && !u.Guest() })
}

func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return b64.EncodeToString(sum[:])
}

// assertionFor is a client assertion signed with the app's certificate for an audience, valid between two times counted from now.
func assertionFor(t *testing.T, r *rig, audience string, from, until time.Duration) string {
	t.Helper()
	block, _ := pem.Decode([]byte(r.w.App.Certificate.PrivateKeyPEM))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(certificate(&r.w.App).Raw)
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("x5t#S256", b64.EncodeToString(sum[:]))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	payload, err := json.Marshal(map[string]any{"aud": audience, "iss": r.w.App.ClientID, "sub": r.w.App.ClientID, "jti": opaque(16), "nbf": now.Add(from).Unix(), "iat": now.Add(from).Unix(), "exp": now.Add(until).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	out, err := sig.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
