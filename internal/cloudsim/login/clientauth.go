package login

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

const (
	assertionType      = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	assertionTolerance = 5 * time.Minute
)

// credential is how the client proved itself: appidacr in its tokens.
type credential string

const (
	bySecret      credential = "1"
	byCertificate credential = "2"
)

// basicAuth moves a client id and secret from the Authorization header into the form.
func basicAuth(r *http.Request, v url.Values) *refusal {
	id, secret, ok := r.BasicAuth()
	if !ok {
		if r.Header.Get("Authorization") != "" {
			return refuse(9002313, "the Authorization header is not Basic")
		}
		return nil
	}
	id, err1 := url.QueryUnescape(id)
	secret, err2 := url.QueryUnescape(secret)
	if err1 != nil || err2 != nil || v.Has("client_secret") || v.Has("client_id") && v.Get("client_id") != id {
		return refuse(9002313, "the client credentials in the Authorization header are malformed or given twice")
	}
	v.Set("client_id", id)
	v.Set("client_secret", secret)
	return nil
}

// authenticate checks the client's secret or assertion.
func (s *Server) authenticate(r *http.Request, a authority, app *world.App, v url.Values) (credential, *refusal) {
	secret, assertion := v.Get("client_secret"), v.Get("client_assertion")
	switch {
	case secret != "" && assertion != "":
		return "", refuse(9002313, "both a client secret and a client assertion are given")
	case assertion != "":
		if v.Get("client_assertion_type") != assertionType {
			return "", refuse(900144, "client_assertion_type")
		}
		return byCertificate, s.checkAssertion(r, a, app, assertion)
	case secret == "":
		if v.Get("grant_type") == "client_credentials" {
			return "", refuse(7000216, "client_credentials").withKind("invalid_client").withStatus(http.StatusUnauthorized)
		}
		return "", refuse(7000218)
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		return "", refuse(9002326, clip(origin))
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(app.ClientSecret)) != 1 {
		return "", refuse(7000215, app.ClientID)
	}
	if _, expired := s.w.Faults.Active("secretExpired", a.id()); expired {
		return "", refuse(7000222, app.ClientID)
	}
	return bySecret, nil
}

type assertionClaims struct {
	Audience string  `json:"aud"`
	Issuer   string  `json:"iss"`
	Subject  string  `json:"sub"`
	ID       string  `json:"jti"`
	Expires  float64 `json:"exp"`
	NotBefor float64 `json:"nbf"`
}

// checkAssertion verifies a JWT signed with the registered certificate: PS256 or RS256, thumbprint, audience of this very tenant's
// token endpoint, issuer and subject, times with five minutes of tolerance.
func (s *Server) checkAssertion(r *http.Request, a authority, app *world.App, assertion string) *refusal {
	sig, err := jose.ParseSignedCompact(assertion, []jose.SignatureAlgorithm{jose.PS256, jose.RS256})
	if err != nil || len(sig.Signatures) != 1 {
		return refuse(50013).withKind("invalid_client").withStatus(http.StatusUnauthorized)
	}
	if foreign(sig.UnsafePayloadWithoutVerification(), app.ClientID) { // a workload's token; no federated credential is registered
		return refuse(70021)
	}
	cert := certificate(app)
	thumb, ok := thumbprint(sig.Signatures[0].Protected, cert)
	if !ok {
		return refuse(700027, clip(thumb))
	}
	payload, err := sig.Verify(cert.PublicKey.(*rsa.PublicKey))
	if err != nil {
		return refuse(700027, clip(thumb))
	}
	var c assertionClaims
	if json.Unmarshal(payload, &c) != nil {
		return refuse(50013).withKind("invalid_client").withStatus(http.StatusUnauthorized)
	}
	want := base(r) + "/" + a.id() + "/oauth2/v2.0/token"
	now := float64(s.now().Unix())
	slack := assertionTolerance.Seconds()
	switch {
	case c.Issuer != c.Subject:
		return refuse(50048, app.ClientID)
	case !strings.EqualFold(c.Issuer, app.ClientID):
		return refuse(700021)
	case c.Audience != want && c.Audience != base(r)+"/"+a.segment+"/oauth2/v2.0/token":
		return refuse(700023, want)
	case c.Expires == 0 || now > c.Expires+slack || c.NotBefor > now+slack:
		return refuse(700024)
	}
	return nil
}

// foreign says whether an assertion was issued by somebody other than the client itself.
func foreign(payload []byte, clientID string) bool {
	var c assertionClaims
	return json.Unmarshal(payload, &c) == nil && !strings.EqualFold(c.Issuer, clientID) && !strings.EqualFold(c.Subject, clientID)
}

// unpadded: MSAL for Go sends thumbprints in padded standard base64, and Entra takes them.
var unpadded = strings.NewReplacer("=", "", "+", "-", "/", "_")

// thumbprint compares the certificate named in the header, by SHA-256 or the older SHA-1, with the registered one.
func thumbprint(h jose.Header, cert *x509.Certificate) (string, bool) {
	if v, ok := h.ExtraHeaders["x5t#S256"].(string); ok {
		sum := sha256.Sum256(cert.Raw)
		return v, unpadded.Replace(v) == b64.EncodeToString(sum[:])
	}
	if v, ok := h.ExtraHeaders["x5t"].(string); ok {
		sum := sha1.Sum(cert.Raw)
		return v, unpadded.Replace(v) == b64.EncodeToString(sum[:])
	}
	return "", false
}

func certificate(app *world.App) *x509.Certificate {
	block, _ := pem.Decode([]byte(app.Certificate.CertificatePEM))
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic("the app's own certificate does not parse: " + err.Error()) // made by world
	}
	return cert
}
