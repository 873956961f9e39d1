package entra

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/tenantry/tenantry/internal/errs"
)

// hostile is one thing that a provider does and that must end the sign-in. The names carry the number of the threat in the list of hostile
// inputs that the portal is built against.
type hostile struct {
	name  string
	turn  func(p *fakeEntra)
	check string // the check that refuses; "": an answer that is refused as a whole
}

func claim(name string, value any) func(*fakeEntra) {
	return func(p *fakeEntra) { p.claims = func(c map[string]any) { c[name] = value } }
}

func header(h map[string]any) func(*fakeEntra) {
	return func(p *fakeEntra) {
		p.sign = func(payload string) string { return signed("one", jose.RS256, h, payload) }
	}
}

func TestHostileTokens(t *testing.T) {
	host := func(p *fakeEntra) string { return p.srv.URL }
	iss := func(f func(p *fakeEntra) string) func(*fakeEntra) {
		return func(p *fakeEntra) { p.claims = func(c map[string]any) { c["iss"] = f(p) } }
	}
	for _, tc := range []hostile{
		{"2 injected code, provider ignores PKCE", func(p *fakeEntra) { p.noPKCE = true; p.nonce = "victims-nonce" }, "nonce"},
		{"6 nonce absent", claim("nonce", absent), "nonce"},
		{"6 nonce empty", claim("nonce", ""), "nonce"},
		{"6 nonce other", claim("nonce", "other"), "nonce"},
		{"6 nonce array", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["nonce"] = []any{c["nonce"]} } }, ""},
		{"6 nonce other case", func(p *fakeEntra) {
			p.claims = func(c map[string]any) { c["nonce"] = strings.ToUpper(c["nonce"].(string)) }
		}, "nonce"},
		{"7 token of another tenant, shared key", func(p *fakeEntra) {
			p.claims = func(c map[string]any) { c["iss"], c["tid"] = p.issuer(fabrikam), fabrikam }
		}, "iss"},
		{"8 tid of another tenant", claim("tid", fabrikam), "tid"},
		{"8 tid missing", claim("tid", absent), "tid"},
		{"8 tid upper case", claim("tid", strings.ToUpper(contoso)), "tid"},
		{"8 tid no GUID", claim("tid", "contoso.com"), "tid"},
		{"8 tid null", claim("tid", nil), "tid"},
		{"8 ver 1.0", claim("ver", "1.0"), "ver"},
		{"8 ver missing", claim("ver", absent), "ver"},
		{"8 oid missing", claim("oid", absent), "oid"},
		{"8 oid no GUID", claim("oid", "anna"), "oid"},
		{"8 oid upper case", claim("oid", strings.ToUpper(annaOID)), "oid"},
		{"9 template literally", iss(func(p *fakeEntra) string { return host(p) + "/{tenantid}/v2.0" }), "iss"},
		{"9 common", iss(func(p *fakeEntra) string { return host(p) + "/common/v2.0" }), "iss"},
		{"9 organizations", iss(func(p *fakeEntra) string { return host(p) + "/organizations/v2.0" }), "iss"},
		{"9 trailing slash", iss(func(p *fakeEntra) string { return p.issuer(contoso) + "/" }), "iss"},
		{"9 other scheme", iss(func(p *fakeEntra) string { return strings.Replace(p.issuer(contoso), "http:", "https:", 1) }), "iss"},
		{"9 host suffix", iss(func(p *fakeEntra) string { return host(p) + ".evil.test/" + contoso + "/v2.0" }), "iss"},
		{"9 userinfo", iss(func(p *fakeEntra) string {
			return strings.Replace(host(p), "://", "://x@", 1) + "/" + contoso + "/v2.0"
		}), "iss"},
		{"9 v1 issuer", iss(func(*fakeEntra) string { return "https://sts.windows.net/" + contoso + "/" }), "iss"},
		{"9 upper-case GUID", iss(func(p *fakeEntra) string { return host(p) + "/" + strings.ToUpper(contoso) + "/v2.0" }), "iss"},
		{"9 percent-encoded GUID", iss(func(p *fakeEntra) string { return host(p) + "/%38" + contoso[1:] + "/v2.0" }), "iss"},
		{"9 look-alike digit", iss(func(p *fakeEntra) string { return host(p) + "/８" + contoso[1:] + "/v2.0" }), "iss"},
		{"9 personal accounts", iss(func(p *fakeEntra) string { return p.issuer(consumers) }), "iss"},
		{"9 iss missing", claim("iss", absent), "iss"},
		{"10 another application", claim("aud", fabrikam), "aud"},
		{"10 two audiences", claim("aud", []string{clientID, fabrikam}), "aud"},
		{"10 the same audience twice", claim("aud", []string{clientID, clientID}), "aud"},
		{"10 application URI", claim("aud", "api://"+clientID), "aud"},
		{"10 aud missing", claim("aud", absent), "aud"},
		{"10 foreign azp", claim("azp", fabrikam), "azp"},
		{"10 azp no text", claim("azp", 7), "azp"},
		{"11 alg none", func(p *fakeEntra) {
			p.sign = func(s string) string { return unsigned(`{"alg":"none","typ":"JWT"}`, s, nil) }
		}, "alg"},
		{"11 alg None", func(p *fakeEntra) { p.sign = func(s string) string { return unsigned(`{"alg":"None"}`, s, nil) } }, "alg"},
		{"11 alg nOnE", func(p *fakeEntra) { p.sign = func(s string) string { return unsigned(`{"alg":"nOnE"}`, s, nil) } }, "alg"},
		{"11 RS256 with empty signature", func(p *fakeEntra) {
			p.sign = func(s string) string { return unsigned(`{"alg":"RS256","kid":"one"}`, s, nil) }
		}, ""},
		{"11 HS256 with the public key", func(p *fakeEntra) {
			p.sign = func(s string) string { return hs256(publicPEM(), `{"alg":"HS256","kid":"one"}`, s) }
		}, "alg"},
		{"11 HS256 with the client secret", func(p *fakeEntra) {
			p.sign = func(s string) string { return hs256([]byte("s3cret-canary"), `{"alg":"HS256"}`, s) }
		}, "alg"},
		{"11 PS256", func(p *fakeEntra) {
			p.sign = func(s string) string { return signed("one", jose.PS256, map[string]any{"kid": "one"}, s) }
		}, "alg"},
		{"11 RS384", func(p *fakeEntra) {
			p.sign = func(s string) string { return signed("one", jose.RS384, map[string]any{"kid": "one"}, s) }
		}, "alg"},
		{"11 RS512", func(p *fakeEntra) {
			p.sign = func(s string) string { return signed("one", jose.RS512, map[string]any{"kid": "one"}, s) }
		}, "alg"},
		{"11 ES256", otherKey(jose.ES256), "alg"},
		{"11 EdDSA", otherKey(jose.EdDSA), "alg"},
		{"11 JWS JSON with two signatures", func(p *fakeEntra) {
			p.sign = func(s string) string {
				return `{"payload":"` + b64([]byte(s)) + `","signatures":[{"protected":"e30","signature":""},{"protected":"e30","signature":""}]}`
			}
		}, "malformed"},
		{"11 five parts", func(p *fakeEntra) { p.sign = func(string) string { return "a.b.c.d.e" } }, "malformed"},
		{"11 crit and b64", header(map[string]any{"kid": "one", "crit": []string{"b64"}, "b64": true}), "header crit"},
		{"11 jku", header(map[string]any{"kid": "one", "jku": "https://evil.test/keys"}), "header jku"},
		{"11 x5u", header(map[string]any{"kid": "one", "x5u": "https://evil.test/cert"}), "header x5u"},
		{"11 jwk of the attacker", func(p *fakeEntra) {
			p.sign = func(s string) string {
				return signed("evil", jose.RS256, map[string]any{"kid": "evil", "jwk": p.jwk("evil", "evil", contoso)}, s)
			}
		}, "header jwk"},
		{"11 x5c", header(map[string]any{"kid": "one", "x5c": []string{"MIIB"}}), "header x5c"},
		{"11 alg twice in the header", func(p *fakeEntra) {
			p.sign = func(s string) string { return unsigned(`{"alg":"RS256","alg":"none","kid":"one"}`, s, nil) }
		}, "header"},
		{"12 unknown kid", func(p *fakeEntra) {
			p.sign = func(s string) string { return signed("evil", jose.RS256, map[string]any{"kid": "evil"}, s) }
		}, "kid"},
		{"12 kid missing with several keys", func(p *fakeEntra) {
			p.sign = func(s string) string { return signed("one", jose.RS256, nil, s) }
		}, "kid"},
		{"12 kid of two different keys", func(p *fakeEntra) {
			p.jwks = func() any {
				return map[string]any{"keys": []any{p.jwk("one", "one", contoso), p.jwk("one", "evil", contoso), p.jwk("two", "two", contoso)}}
			}
		}, "kid"},
		{"12 key of another tenant", func(p *fakeEntra) {
			p.jwks = func() any {
				return map[string]any{"keys": []any{p.jwk("one", "one", fabrikam), p.jwk("two", "two", contoso)}}
			}
		}, "kid"},
		{"12 key of the template issuer", func(p *fakeEntra) {
			p.jwks = keyWith(p, "issuer", p.srv.URL+"/{tenantid}/v2.0")
		}, "kid"},
		{"12 key for encryption", func(p *fakeEntra) { p.jwks = keyWith(p, "use", "enc") }, "kid"},
		{"12 key for another alg", func(p *fakeEntra) { p.jwks = keyWith(p, "alg", "PS256") }, "kid"},
		{"12 exponent 1", func(p *fakeEntra) { p.jwks = keyWith(p, "e", "AQ") }, "kid"},
		{"12 1024 bits", func(p *fakeEntra) {
			p.jwks = func() any {
				return map[string]any{"keys": []any{p.jwk("short", "short", contoso), p.jwk("two", "two", contoso)}}
			}
			p.sign = func(s string) string { return signed("short", jose.RS256, map[string]any{"kid": "short"}, s) }
		}, "kid"},
		{"12 right kid, wrong key", func(p *fakeEntra) {
			p.sign = func(s string) string { return signed("evil", jose.RS256, map[string]any{"kid": "one"}, s) }
		}, "signature"},
		{"14 expired a second ago", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["exp"] = p.now.Unix() - 1 } }, "exp"},
		{"14 exp missing", claim("exp", absent), "exp"},
		{"14 exp text", claim("exp", "4102444800"), "exp"},
		{"14 exp float", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["exp"] = float64(p.now.Unix()) + 600.5 } }, "exp"},
		{"14 exp beyond time", claim("exp", 1e300), "exp"},
		{"14 exp negative", claim("exp", -5), "exp"},
		{"14 nbf ten minutes ahead", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["nbf"] = p.now.Unix() + 600 } }, "nbf"},
		{"14 auth_time ten minutes ahead", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["auth_time"] = p.now.Unix() + 600 } }, "auth_time"},
		{"14 auth_time text", claim("auth_time", "1700000000"), "auth_time"},
		{"38 auth_time in other letters", claim("Auth_Time", 1700000000), "claim names"},
		{"14 iat ten minutes ahead", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["iat"] = p.now.Unix() + 600 } }, "iat"},
		{"14 iat a day old", func(p *fakeEntra) { p.claims = func(c map[string]any) { c["iat"] = p.now.Unix() - 86400 } }, "iat"},
		{"14 iat missing", claim("iat", absent), "iat"},
		{"38 tid twice", func(p *fakeEntra) {
			p.payload = func(c map[string]any) string {
				return strings.Replace(text(c), `"tid":`, `"tid":"`+fabrikam+`","tid":`, 1)
			}
		}, "claims are not one JSON object"},
		{"38 TID beside tid", claim("TID", fabrikam), "claim names"},
		{"38 Nonce beside nonce", claim("Nonce", "x"), ""},
		{"38 OID instead of oid", func(p *fakeEntra) {
			p.claims = func(c map[string]any) { c["OID"] = c["oid"]; delete(c, "oid") }
		}, "claim names"},
		{"38 tid an object", claim("tid", map[string]any{"a": 1}), "tid"},
		{"38 sub a number", claim("sub", 7), ""},
		{"38 sub with a null byte", claim("sub", "a\x00b"), "sub"},
		{"38 invalid UTF-8", func(p *fakeEntra) {
			p.payload = func(c map[string]any) string { return strings.Replace(text(c), "Anna", "\xff\xfe", 1) }
		}, ""},
		{"38 payload no object", func(p *fakeEntra) { p.payload = func(map[string]any) string { return `[1]` } }, ""},
		{"38 deep nesting", func(p *fakeEntra) {
			p.payload = func(c map[string]any) string {
				return strings.Replace(text(c), `"name":"Anna"`, `"name":`+strings.Repeat("[", 20000)+strings.Repeat("]", 20000), 1)
			}
		}, ""},
		{"38 a megabyte", claim("name", strings.Repeat("x", 1<<20)), ""},
		{"oidcc-client-test-missing-sub", claim("sub", absent), "sub"},
		{"oidcc-client-test-missing-sub, empty", claim("sub", ""), "sub"},
		{"oidcc-client-test-invalid-iss", claim("iss", "https://evil.test"), "iss"},
		{"oidcc-client-test-invalid-aud", claim("aud", "other"), "aud"},
		{"oidcc-client-test-missing-aud", claim("aud", absent), "aud"},
		{"oidcc-client-test-missing-iat", claim("iat", absent), "iat"},
		{"oidcc-client-test-nonce-invalid", claim("nonce", "invalid"), "nonce"},
		{"oidcc-client-test-invalid-sig-rs256", func(p *fakeEntra) {
			p.sign = func(s string) string {
				jwt := signed("one", jose.RS256, map[string]any{"kid": "one"}, s)
				return jwt[:len(jwt)-6] + "AAAAAA"
			}
		}, "signature"},
		{"oidcc-client-test-idtoken-sig-none", func(p *fakeEntra) {
			p.sign = func(s string) string { return unsigned(`{"alg":"none"}`, s, nil) }
		}, "alg"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, c := newHostile(t)
			tx := p.start(c, id(t, contoso))
			tc.turn(p)
			who, tokens, err := c.Exchange(t.Context(), tx, "code-canary")
			if err == nil {
				t.Fatalf("signed in as %+v", who)
			}
			if who.ObjectID != "" || tokens.Refresh != "" {
				t.Error("a refused sign-in still gave an identity or tokens")
			}
			var r *Refusal
			var e *Error
			switch {
			case errors.As(err, &r) && tc.check != "" && r.Check != tc.check:
				t.Errorf("refused by %q, want %q", r.Check, tc.check)
			case tc.check != "" && !errors.As(err, &r):
				t.Errorf("error = %v, want a refusal by %q", err, tc.check)
			case !errors.As(err, &r) && !errors.As(err, &e):
				t.Errorf("error = %v, neither a refusal nor Entra's", err)
			}
			quiet(t, err)
		})
	}
}

func otherKey(alg jose.SignatureAlgorithm) func(*fakeEntra) {
	return func(p *fakeEntra) {
		p.sign = func(payload string) string {
			var key any
			if alg == jose.ES256 {
				key, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			} else {
				_, key, _ = ed25519.GenerateKey(rand.Reader)
			}
			s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "one"))
			if err != nil {
				panic(err)
			}
			j, _ := s.Sign([]byte(payload))
			out, _ := j.CompactSerialize()
			return out
		}
	}
}

func keyWith(p *fakeEntra, name string, value any) func() any {
	return func() any {
		k := p.jwk("one", "one", contoso)
		k[name] = value
		return map[string]any{"keys": []any{k, p.jwk("two", "two", contoso)}}
	}
}

func publicPEM() []byte {
	b, _ := x509.MarshalPKIXPublicKey(&testKeys()["one"].PublicKey)
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: b})
}

func text(c map[string]any) string { b, _ := json.Marshal(c); return string(b) }

// quiet fails where an error quotes a secret or the provider's text.
func quiet(t *testing.T, err error) {
	t.Helper()
	for _, canary := range []string{"canary", "<script", "eyJ"} {
		if strings.Contains(err.Error(), canary) || strings.Contains(Words(err).Error(), canary) {
			t.Errorf("the error holds %q: %v", canary, err)
		}
	}
}

func TestHostileDocuments(t *testing.T) {
	for _, tc := range []struct {
		name string
		turn func(p *fakeEntra)
		kind error
	}{
		{"31 token endpoint elsewhere", endpoint("token_endpoint", "https://evil.test/token"), errs.BadGateway},
		{"31 keys elsewhere", endpoint("jwks_uri", "https://evil.test/keys"), errs.BadGateway},
		{"31 authorize elsewhere", endpoint("authorization_endpoint", "https://evil.test/authorize"), errs.BadGateway},
		{"31 keys on another port of loopback", endpoint("jwks_uri", "http://127.0.0.1:1/keys"), errs.BadGateway},
		{"31 userinfo in the address", func(p *fakeEntra) {
			p.document = func(d map[string]any) { d["jwks_uri"] = strings.Replace(d["jwks_uri"].(string), "://", "://x@", 1) }
		}, errs.BadGateway},
		{"31 other scheme", func(p *fakeEntra) {
			p.document = func(d map[string]any) { d["jwks_uri"] = strings.Replace(d["jwks_uri"].(string), "http:", "https:", 1) }
		}, errs.BadGateway},
		{"31 issuer of another tenant", func(p *fakeEntra) { p.document = func(d map[string]any) { d["issuer"] = p.issuer(fabrikam) } }, errs.BadGateway},
		{"oidcc-client-test-discovery-issuer-mismatch", endpoint("issuer", "https://evil.test"), errs.BadGateway},
		{"9 document with the template", func(p *fakeEntra) {
			p.document = func(d map[string]any) { d["issuer"] = p.srv.URL + "/{tenantid}/v2.0" }
		}, errs.BadGateway},
		{"issuer twice", func(p *fakeEntra) {
			p.documents = func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, `{"issuer":"a","issuer":"b"}`) }
		}, errs.BadGateway},
		{"12 document is HTML", func(p *fakeEntra) {
			p.documents = func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "<html>canary</html>") }
		}, errs.BadGateway},
		{"12 document redirects", func(p *fakeEntra) {
			p.documents = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", 302) }
		}, errs.BadGateway},
		{"12 document of megabytes", func(p *fakeEntra) {
			p.documents = func(w http.ResponseWriter, r *http.Request) {
				fmt.Fprint(w, `{"issuer":"`+strings.Repeat("x", 1<<20)+`"}`)
			}
		}, errs.BadGateway},
		{"12 document is a 500", func(p *fakeEntra) {
			p.documents = func(w http.ResponseWriter, r *http.Request) { http.Error(w, "canary", 500) }
		}, errs.BadGateway},
		{"12 document is a 503", func(p *fakeEntra) {
			p.documents = func(w http.ResponseWriter, r *http.Request) { http.Error(w, "canary", 503) }
		}, errs.Unavailable},
		{"12 keys are HTML", keys(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>canary") }), errs.BadGateway},
		{"12 keys are empty", keys(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"keys":[]}`) }), errs.BadGateway},
		{"12 keys of ten megabytes", keys(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"keys":["`+strings.Repeat("x", 10<<20)+`"]}`)
		}), errs.BadGateway},
		{"12 keys redirect", keys(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", 302) }), errs.BadGateway},
		{"12 keys are a 500", keys(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", 500) }), errs.BadGateway},
		{"40 token endpoint is a 500 of HTML", token(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>canary", 500) }), errs.BadGateway},
		{"40 token endpoint is a 503", token(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", 503) }), errs.Unavailable},
		{"40 token endpoint is a 504", token(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "canary", 504) }), errs.Timeout},
		{"40 token endpoint redirects", token(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", 307) }), errs.BadGateway},
		{"40 token answer cut off", token(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"access_token":"canary`) }), errs.BadGateway},
		{"38 token answer with id_token twice", token(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"canary","id_token":"a","id_token":"b"}`)
		}), errs.BadGateway},
		{"token answer without an ID token", func(p *fakeEntra) { p.answer = func(a map[string]any) { delete(a, "id_token") } }, errs.BadGateway},
		{"2 code of another sign-in", token(func(w http.ResponseWriter, _ *http.Request) { refuseWith(w, 501481, "invalid_grant") }), errs.Invalid},
		{"1 code of another tenant", token(func(w http.ResponseWriter, _ *http.Request) { refuseWith(w, 700005, "invalid_grant") }), errs.Invalid},
		{"our secret is refused", token(func(w http.ResponseWriter, _ *http.Request) { refuseWith(w, 7000215, "invalid_client") }), errs.Forbidden},
		{"an unknown code", token(func(w http.ResponseWriter, _ *http.Request) { refuseWith(w, 99999999, "invalid_grant") }), errs.Invalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, c := newHostile(t)
			tx := p.start(c, id(t, contoso))
			tc.turn(p)
			_, _, err := c.Exchange(t.Context(), tx, "code-canary")
			if !errors.Is(err, tc.kind) {
				t.Fatalf("error = %v, want %v", err, tc.kind)
			}
			if words := Words(err); !errors.Is(words, tc.kind) {
				t.Errorf("in words: %v, want %v", words, tc.kind)
			}
			quiet(t, err)
			if p.asked("/elsewhere") > 0 {
				t.Error("a redirect was followed")
			}
		})
	}
}

func endpoint(name, value string) func(*fakeEntra) {
	return func(p *fakeEntra) { p.document = func(d map[string]any) { d[name] = value } }
}

func keys(h http.HandlerFunc) func(*fakeEntra)  { return func(p *fakeEntra) { p.keysURL = h } }
func token(h http.HandlerFunc) func(*fakeEntra) { return func(p *fakeEntra) { p.token = h } }

// TestAccepted are legitimate providers that a strict client must still accept.
func TestAccepted(t *testing.T) {
	for name, turn := range map[string]func(p *fakeEntra){
		"oidcc-client-test":                   func(*fakeEntra) {},
		"oidcc-client-test-idtoken-sig-rs256": header(map[string]any{"kid": "two-not", "kid2": 1, "x5t": "one"}),
		"audience as a list of one":           claim("aud", []string{clientID}),
		"azp that is ours":                    claim("azp", clientID),
		"nbf five minutes back":               func(p *fakeEntra) { p.claims = func(c map[string]any) { c["nbf"] = p.now.Unix() - 300 } },
		"clock of Microsoft four minutes ahead": func(p *fakeEntra) {
			p.claims = func(c map[string]any) { c["iat"], c["nbf"] = p.now.Unix()+240, p.now.Unix()+240 }
		},
		"37 groups overage, never followed": func(p *fakeEntra) {
			p.claims = func(c map[string]any) {
				c["_claim_names"] = map[string]any{"groups": "src1"}
				c["_claim_sources"] = map[string]any{"src1": map[string]any{"endpoint": p.srv.URL + "/elsewhere"}}
			}
		},
		"oidcc-client-test-kid-absent-single-jwks": func(p *fakeEntra) {
			p.jwks = func() any {
				return map[string]any{"keys": []any{p.jwk("one", "one", contoso)}}
			}
			p.sign = func(s string) string { return signed("one", jose.RS256, nil, s) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := newHostile(t)
			tx := p.start(c, id(t, contoso))
			turn(p)
			if name == "oidcc-client-test-idtoken-sig-rs256" {
				p.sign = func(s string) string { return signed("two", jose.RS256, map[string]any{"kid": "two", "x5t": "two"}, s) }
			}
			who, tokens, err := c.Exchange(t.Context(), tx, "code")
			if err != nil {
				t.Fatal(err)
			}
			if who.Tenant != id(t, contoso) || who.ObjectID != annaOID || who.Subject != "AAAAAAAAsub" || who.PreferredUsername != "anna@contoso.com" || who.Guest || tokens.Refresh != "rt-canary" {
				t.Errorf("identity = %+v", who)
			}
			if p.asked("/elsewhere") > 0 || p.asked("userinfo") > 0 {
				t.Error("something was asked that need not be")
			}
		})
	}
}

// 13: a key that was published just before it signed is found by one more look; after that the limit holds.
func TestKeyRotation(t *testing.T) {
	p, c := newHostile(t)
	sign := func() error {
		tx := p.start(c, id(t, contoso))
		_, _, err := c.Exchange(t.Context(), tx, "code")
		return err
	}
	if err := sign(); err != nil {
		t.Fatal(err)
	}
	p.jwks = func() any { return map[string]any{"keys": []any{p.jwk("new", "evil", contoso)}} }
	p.sign = func(s string) string { return signed("evil", jose.RS256, map[string]any{"kid": "new"}, s) }
	if err := sign(); err != nil {
		t.Fatalf("oidcc-client-test-signing-key-rotation: %v", err)
	}
	if n := p.asked("keys"); n != 2 {
		t.Errorf("keys were read %d times, want 2", n)
	}
}

// 12: a thousand tokens with unknown keys make two requests, not a thousand; the old keys go on serving.
func TestKeyRequestsAreLimited(t *testing.T) {
	p, c := newHostile(t)
	n := 0
	hostileSign := func(s string) string {
		n++
		return signed("evil", jose.RS256, map[string]any{"kid": fmt.Sprint("evil", n)}, s)
	}
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err != nil {
		t.Fatal(err)
	}
	p.sign = hostileSign
	for range 1000 {
		if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err == nil {
			t.Fatal("a token of an unknown key was accepted")
		}
	}
	if got := p.asked("keys"); got > 3 {
		t.Errorf("keys were read %d times", got)
	}
	p.sign = func(s string) string { return signed("evil", jose.RS256, map[string]any{"kid": "one"}, s) }
	before := p.asked("keys")
	for range 20 {
		c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code")
	}
	if p.asked("keys") != before {
		t.Error("a bad signature under a known key made a request")
	}
	p.sign = nil
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err != nil {
		t.Errorf("after the flood: %v", err)
	}
	p.keysURL = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", 500) }
	p.now = p.now.Add(2 * time.Hour)
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err != nil {
		t.Errorf("old keys are to serve while new ones cannot be read: %v", err)
	}
}

// A Microsoft that was down a moment ago is asked again: the limit on key requests does not lock the tenant out.
func TestKeysAfterAnOutage(t *testing.T) {
	p, c := newHostile(t)
	p.keysURL = func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "down", 503) }
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); !errors.Is(err, errs.Unavailable) {
		t.Fatalf("error = %v, want Unavailable", err)
	}
	p.keysURL = nil
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// 12 again: two tenants may publish different keys under one kid; each counts in its own tenant only.
func TestKeysAreATenantsOwn(t *testing.T) {
	p, c := newHostile(t)
	p.keysURL = func(w http.ResponseWriter, r *http.Request) {
		name := "one"
		if strings.Contains(r.URL.Path, fabrikam) {
			name = "two"
		}
		write(w, 200, map[string]any{"keys": []any{p.jwk("same", name, strings.Split(r.URL.Path, "/")[1])}})
	}
	p.sign = func(s string) string { return signed("one", jose.RS256, map[string]any{"kid": "same"}, s) }
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, fabrikam)), "code"); err == nil {
		t.Error("contoso's key signed for fabrikam")
	}
}

// 15, 17: the same oid in two tenants is two people; who comes from elsewhere is a guest.
func TestIdentity(t *testing.T) {
	for name, tc := range map[string]struct {
		claims map[string]any
		guest  bool
		admin  bool
	}{
		"member":                     {nil, false, false},
		"member with own idp":        {map[string]any{"idp": "https://sts.windows.net/" + contoso + "/"}, false, false},
		"guest by idp":               {map[string]any{"idp": "https://sts.windows.net/" + fabrikam + "/"}, true, false},
		"guest by mail code":         {map[string]any{"idp": "mail"}, true, false},
		"guest by strange idp":       {map[string]any{"idp": 7}, true, false},
		"guest by acct":              {map[string]any{"acct": 1}, true, false},
		"guest by acct as text":      {map[string]any{"acct": "1"}, true, false},
		"member by acct":             {map[string]any{"acct": 0}, false, false},
		"global administrator":       {map[string]any{"wids": []string{GlobalAdministrator}}, false, true},
		"other role":                 {map[string]any{"wids": []string{"b79fbf4d-3ef9-4689-8143-76b194e85509"}}, false, false},
		"wids no list":               {map[string]any{"wids": GlobalAdministrator}, false, false},
		"16 mail of somebody else's": {map[string]any{"email": "victim@fabrikam.com", "xms_edov": false}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := newHostile(t)
			p.claims = func(c map[string]any) {
				for k, v := range tc.claims {
					c[k] = v
				}
			}
			who, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code")
			if err != nil {
				t.Fatal(err)
			}
			if who.Guest != tc.guest || who.GlobalAdmin() != tc.admin || who.PreferredUsername != "anna@contoso.com" {
				t.Errorf("identity = %+v", who)
			}
			if _, said := tc.claims["wids"]; said != (who.DirectoryRoles != nil) {
				t.Error("silence about directory roles and their absence are to be told apart")
			}
		})
	}
}

// 18: the tenant of personal accounts is nobody's customer.
func TestPersonalAccounts(t *testing.T) {
	p, c := newHostile(t)
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, consumers)), "code"); !errors.Is(err, errs.Invalid) {
		t.Errorf("error = %v, want Invalid", err)
	}
}

// 25: every request carries S256, and every redemption its verifier, whatever the provider would put up with.
func TestPKCEAlways(t *testing.T) {
	p, c := newHostile(t)
	tx := p.start(c, id(t, contoso))
	q, _ := url.Parse(authURL(t, c, tx))
	v := q.Query()
	if v.Get("code_challenge_method") != "S256" || len(v.Get("code_challenge")) != 43 || v.Get("response_type") != "code" || v.Get("response_mode") != "query" ||
		v.Get("state") != tx.State || len(tx.State) != StateLength || v.Get("nonce") != tx.Nonce || !strings.Contains(v.Get("scope"), "openid profile") {
		t.Errorf("authorize request: %v", v)
	}
	if !strings.HasPrefix(q.String(), p.srv.URL+"/"+contoso+"/oauth2/v2.0/authorize?") {
		t.Errorf("authorize request goes to %s", q)
	}
	if _, _, err := c.Exchange(t.Context(), tx, "code"); err != nil {
		t.Fatal(err)
	}
	if f := p.forms[0]; f.Get("code_verifier") != tx.Verifier || f.Get("redirect_uri") != "http://127.0.0.1/auth/callback" || f.Get("client_secret") != "s3cret-canary" {
		t.Errorf("token request: %v", f)
	}
	other := NewTx(id(t, contoso))
	if _, _, err := c.Exchange(t.Context(), other, "code"); !errors.Is(err, errs.Invalid) {
		t.Errorf("a code with another sign-in's verifier: error = %v", err)
	}
}

// 34: the answer to a refresh must be about the same person at the same tenant.
func TestRefreshIsTheSamePerson(t *testing.T) {
	anna := Subject{Tenant: id(t, contoso), ObjectID: annaOID, Subject: "AAAAAAAAsub"}
	for name, tc := range map[string]struct {
		turn func(p *fakeEntra)
		ok   bool
	}{
		"oidcc-client-test-refresh-token":                {claim("nonce", absent), true},
		"no ID token":                                    {func(p *fakeEntra) { p.answer = func(a map[string]any) { delete(a, "id_token") } }, true},
		"oidcc-client-test-refresh-token-invalid-issuer": {claim("iss", "https://evil.test"), false},
		"oidcc-client-test-refresh-token-invalid-sub":    {claim("sub", "other"), false},
		"other oid": {claim("oid", fabrikam), false},
		"other tenant": {func(p *fakeEntra) {
			p.claims = func(c map[string]any) { c["iss"], c["tid"] = p.issuer(fabrikam), fabrikam }
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := newHostile(t)
			tc.turn(p)
			tokens, err := c.Refresh(t.Context(), anna, "old-canary", "https://graph.microsoft.com/User.Read")
			if (err == nil) != tc.ok {
				t.Fatalf("error = %v", err)
			}
			if !tc.ok && (tokens.Refresh != "" || tokens.Access.Value != "" || !Expired(err)) {
				t.Errorf("tokens of somebody else were handed out, or the sign-in lives on: %v", err)
			}
		})
	}
}

// 39: the assertion's audience is our own template, also when the document says something else on the right host.
func TestAssertion(t *testing.T) {
	p, _ := newHostile(t)
	cred, err := CertificatePEM(testCertificate(t))
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Host: p.srv.URL, ClientID: clientID, Credential: cred, Now: func() time.Time { return p.now }})
	if err != nil {
		t.Fatal(err)
	}
	p.document = func(d map[string]any) { d["token_endpoint"] = p.srv.URL + "/" + fabrikam + "/oauth2/v2.0/token" }
	if _, _, err := c.Exchange(t.Context(), p.start(c, id(t, contoso)), "code"); err != nil {
		t.Fatal(err)
	}
	f := p.forms[0]
	jws, err := jose.ParseSignedCompact(f.Get("client_assertion"), []jose.SignatureAlgorithm{jose.PS256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := jws.Verify(&testKeys()["one"].PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Aud, Iss, Sub, Jti string
		Nbf, Iat, Exp      int64
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	if claims.Aud != p.srv.URL+"/"+contoso+"/oauth2/v2.0/token" || claims.Iss != clientID || claims.Sub != clientID || claims.Jti == "" || claims.Exp-claims.Iat != 600 {
		t.Errorf("assertion = %+v", claims)
	}
	if got, _ := jws.Signatures[0].Protected.ExtraHeaders["x5t#S256"].(string); len(got) != 43 || f.Has("client_secret") || f.Get("client_assertion_type") != assertionType {
		t.Errorf("header or form: %v", f)
	}
}

// 40: what passes is tried again within reason, what does not is not, and a tenant that asked for peace gets it.
func TestRetries(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(n int, w http.ResponseWriter) bool
		calls  int
		kind   error
	}{
		"503 then fine":          {func(n int, w http.ResponseWriter) bool { return n < 2 && fail(w, 503, "") }, 2, nil},
		"429 with a second":      {func(n int, w http.ResponseWriter) bool { return n < 2 && fail(w, 429, "1") }, 2, nil},
		"429 with ten minutes":   {func(n int, w http.ResponseWriter) bool { return fail(w, 429, "600") }, 1, errs.Unavailable},
		"503 for ever":           {func(n int, w http.ResponseWriter) bool { return fail(w, 503, "") }, 3, errs.Unavailable},
		"transient code":         {func(n int, w http.ResponseWriter) bool { refuseWith(w, 90033, "temporarily_unavailable"); return true }, 3, errs.Unavailable},
		"wrong secret, no storm": {func(n int, w http.ResponseWriter) bool { refuseWith(w, 7000215, "invalid_client"); return true }, 1, errs.Forbidden},
		"not consented":          {func(n int, w http.ResponseWriter) bool { refuseWith(w, 700016, "unauthorized_client"); return true }, 1, errs.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			p, c := newHostile(t)
			n := 0
			p.token = func(w http.ResponseWriter, r *http.Request) {
				if n++; !tc.answer(n, w) {
					p.writeToken(w, r, contoso)
				}
			}
			_, err := c.AppToken(t.Context(), id(t, contoso), "https://graph.microsoft.com")
			if tc.kind == nil && err != nil || tc.kind != nil && !errors.Is(err, tc.kind) {
				t.Errorf("error = %v, want %v", err, tc.kind)
			}
			if n != tc.calls {
				t.Errorf("%d calls, want %d", n, tc.calls)
			}
			if name == "429 with ten minutes" {
				c.AppToken(t.Context(), id(t, contoso), "https://graph.microsoft.com")
				if n != 1 {
					t.Error("asked again although Microsoft said when")
				}
			}
			if name == "not consented" && !errorOf(err).NoPrincipal() {
				t.Error("a tenant without our service principal was not told apart")
			}
		})
	}
}

func fail(w http.ResponseWriter, status int, after string) bool {
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	w.WriteHeader(status)
	return true
}

func errorOf(err error) *Error { var e *Error; errors.As(err, &e); return e }

func TestAppTokenIsKept(t *testing.T) {
	p, c := newHostile(t)
	roles := b64([]byte(`{"roles":["Device.Read.All"]}`))
	p.answer = func(a map[string]any) { a["access_token"] = "h." + roles + ".s" }
	get := func() Token {
		tok, err := c.AppToken(t.Context(), id(t, contoso), "https://graph.microsoft.com")
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	tok := get()
	get()
	if len(p.forms) != 1 || len(tok.Roles) != 1 || tok.Roles[0] != "Device.Read.All" {
		t.Errorf("%d requests, token %v", len(p.forms), tok.Roles)
	}
	if f := p.forms[0]; f.Get("scope") != "https://graph.microsoft.com/.default" || f.Get("grant_type") != "client_credentials" {
		t.Errorf("form = %v", f)
	}
	c.Forget(id(t, fabrikam))
	get()
	c.Forget(id(t, contoso))
	get()
	if len(p.forms) != 2 {
		t.Errorf("%d requests after Forget, want 2", len(p.forms))
	}
	p.now = p.now.Add(56 * time.Minute)
	get()
	if len(p.forms) != 3 {
		t.Error("a token in its last five minutes was handed out")
	}
	if s := fmt.Sprintf("%v %+v %#v", tok, tok, tok); strings.Contains(s, roles) {
		t.Error("a token prints itself")
	}
}

func TestUnreachable(t *testing.T) {
	p, c := newHostile(t)
	p.srv.Close()
	_, err := c.AppToken(t.Context(), id(t, contoso), "https://graph.microsoft.com")
	if !errors.Is(err, errs.Unavailable) {
		t.Errorf("error = %v, want Unavailable", err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	if _, err := c.Discover(ctx, "contoso.com"); !errors.Is(err, errs.Timeout) && !errors.Is(err, errs.Unavailable) {
		t.Errorf("error = %v, want Timeout", err)
	}
}

// 32: what is no domain and no GUID is refused before anything is asked.
func TestDiscoverRefusesUnasked(t *testing.T) {
	p, c := newHostile(t)
	for _, in := range []string{
		"", " ", "common", "organizations", "consumers", "Common", "COMMON", "ｃｏｍｍｏｎ", consumers, strings.ToUpper(consumers),
		"..%2f", "../x", "contoso.com/../x", "contoso.com/x", `contoso.com\x`, "contoso.com?x", "contoso.com#x", "contoso.com%2fx", "a@b", "anna@contoso.com",
		"127.0.0.1", "[::1]", "::1", "1.2.3.4", "contoso.com:80", "http://contoso.com", "contoso", ".com", "contoso..com", "contoso.com.", "-a.com", "a-.com",
		"con toso.com", "contoso.com\r\nX: y", "contoso.com\x00", "contoso。com/x", "contoso.com／x", strings.Repeat("a.", 150) + "com", strings.Repeat("a", 64) + ".com",
		"{tenantid}", "{tenantid}.com", "00000000-0000-0000-0000-000000000000", "{" + contoso + "}", "0x7f.1", "\u202econtoso.com",
	} {
		if _, err := c.Discover(t.Context(), in); !errors.Is(err, errs.Invalid) {
			t.Errorf("Discover(%q): error = %v, want Invalid", in, err)
		} else if _, _, ok := errs.Sentence(err); !ok {
			t.Errorf("Discover(%q): no sentence", in)
		}
	}
	if len(p.seen) != 0 {
		t.Errorf("asked %v", p.seen)
	}
}

func TestDiscover(t *testing.T) {
	p, c := newHostile(t)
	for _, in := range []string{"contoso.com", " Contoso.COM ", contoso, strings.ToUpper(contoso)} {
		if tid, err := c.Discover(t.Context(), in); err != nil || tid != id(t, contoso) {
			t.Errorf("Discover(%q) = %v, %v", in, tid, err)
		}
	}
	if n := p.asked("openid-configuration"); n != 2 {
		t.Errorf("%d requests, want 2: one a segment", n)
	}
	p.documents = func(w http.ResponseWriter, r *http.Request) { refuseWith(w, 90002, "invalid_tenant") }
	for range 3 {
		if _, err := c.Discover(t.Context(), "nobody.example"); !errors.Is(err, errs.NotFound) {
			t.Errorf("error = %v, want NotFound", err)
		}
	}
	if n := p.asked("/nobody.example/v2.0/.well-known/openid-configuration"); n != 1 {
		t.Errorf("an unknown domain was asked for %d times, want 1", n)
	}
	p.documents = func(w http.ResponseWriter, r *http.Request) { p.writeDocument(w, consumers) }
	if _, err := c.Discover(t.Context(), "outlook.com"); !errors.Is(err, errs.Invalid) {
		t.Errorf("personal accounts: error = %v, want Invalid", err)
	}
	p.documents = func(w http.ResponseWriter, r *http.Request) { p.writeDocument(w, fabrikam) }
	if _, err := c.Discover(t.Context(), "2c3f5cee-b3c9-4d78-9a01-0242ac120002"); !errors.Is(err, errs.BadGateway) {
		t.Errorf("a GUID that leads to another tenant: error = %v, want BadGateway", err)
	}
}

func TestConfig(t *testing.T) {
	for name, host := range map[string]string{"plain http abroad": "http://login.example.com", "no scheme": "login.microsoftonline.com", "path": "https://h/common",
		"userinfo": "https://a@h", "query": "https://h?x", "empty": ""} {
		if _, err := New(Config{Host: host, ClientID: clientID, Credential: Secret("x")}); err == nil {
			t.Errorf("%s: %q was taken", name, host)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v %s", Secret("canary"), Secret("canary"), Secret("canary"), Secret("canary")); strings.Contains(s, "canary") {
		t.Error("a secret prints itself")
	}
}

func FuzzSegment(f *testing.F) {
	for _, s := range []string{"contoso.com", contoso, "common", "a/b.c", "ｃ.com", "xn--a.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		seg, err := segmentOf(s)
		if err != nil {
			return
		}
		if seg == "" || len(seg) > 253 || strings.Trim(seg, "abcdefghijklmnopqrstuvwxyz0123456789.-") != "" || !strings.Contains(seg, ".") && !guidLike.MatchString(seg) || strings.Contains(seg, "..") {
			t.Errorf("segmentOf(%q) = %q", s, seg)
		}
	})
}
