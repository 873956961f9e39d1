package entra

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// assertionType is RFC 7523's name for a signed client assertion.
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Credential proves to a token endpoint that the portal is the application.
type Credential interface {
	// add puts the proof into a token request. The audience is the tenant's token endpoint, made from our own template: an audience from a
	// document could be another server's (audience injection).
	add(form url.Values, clientID, audience string, now time.Time) error
	// Kind is "secret", "certificate" or "federated", for pages that show how the portal proves itself.
	Kind() string
}

// Secret is a client secret.
func Secret(value string) Credential { return secret(value) }

type secret string

func (s secret) add(form url.Values, _, _ string, _ time.Time) error {
	form.Set("client_secret", string(s))
	return nil
}

func (s secret) Kind() string     { return "secret" }
func (s secret) String() string   { return "REDACTED" }
func (s secret) GoString() string { return "REDACTED" }

// Certificate reads a PEM file that holds a certificate and its RSA private key. The assertion is PS256 with x5t#S256, as Microsoft documents it.
func Certificate(path string) (Credential, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("entra: read the certificate: %w", err)
	}
	return CertificatePEM(b)
}

// CertificatePEM is Certificate for a file's content.
func CertificatePEM(b []byte) (Credential, error) {
	var c certificate
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if err := c.take(block); err != nil {
			return nil, err
		}
	}
	switch {
	case c.leaf == nil:
		return nil, errors.New("entra: the certificate file holds no CERTIFICATE block")
	case c.key == nil:
		return nil, errors.New("entra: the certificate file holds no PRIVATE KEY block")
	}
	if pub, ok := c.leaf.PublicKey.(*rsa.PublicKey); !ok || !pub.Equal(&c.key.PublicKey) {
		return nil, errors.New("entra: the private key does not belong to the certificate")
	}
	return &c, nil
}

type certificate struct {
	leaf *x509.Certificate
	key  *rsa.PrivateKey
}

func (c *certificate) take(block *pem.Block) error {
	switch block.Type {
	case "CERTIFICATE":
		if c.leaf != nil {
			return nil // the chain above the leaf is of no use here
		}
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("entra: parse the certificate: %w", err)
		}
		c.leaf = leaf
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return errors.New("entra: parse the private key: not PKCS #8")
		}
		k, ok := key.(*rsa.PrivateKey)
		if !ok {
			return errors.New("entra: the private key is not RSA, which Entra demands")
		}
		c.key = k
	case "RSA PRIVATE KEY":
		k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return errors.New("entra: parse the private key: not PKCS #1")
		}
		c.key = k
	}
	return nil
}

// NotAfter is when the certificate ends, for pages that warn in time.
func (c *certificate) NotAfter() time.Time { return c.leaf.NotAfter }

func (c *certificate) Kind() string { return "certificate" }

func (c *certificate) add(form url.Values, clientID, audience string, now time.Time) error {
	sum := sha256.Sum256(c.leaf.Raw)
	opts := (&jose.SignerOptions{}).WithType("JWT").WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(sum[:]))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.PS256, Key: c.key}, opts)
	if err != nil {
		return errors.New("entra: the certificate's key cannot sign")
	}
	claims, err := json.Marshal(map[string]any{
		"aud": audience, "iss": clientID, "sub": clientID, "jti": uuid.NewString(),
		"nbf": now.Unix(), "iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
	})
	if err != nil {
		return err
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return errors.New("entra: the client assertion could not be signed")
	}
	assertion, err := signed.CompactSerialize()
	if err != nil {
		return err
	}
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", assertion)
	return nil
}

// Federated is a file with a token of another issuer, which the registration trusts (workload identity). It is read at each use, because
// whoever writes it renews it.
func Federated(path string) Credential { return federated(path) }

type federated string

func (f federated) Kind() string { return "federated" }

func (f federated) add(form url.Values, _, _ string, _ time.Time) error {
	b, err := os.ReadFile(string(f))
	if err != nil {
		return fmt.Errorf("entra: read the federated token: %w", err)
	}
	form.Set("client_assertion_type", assertionType)
	form.Set("client_assertion", strings.TrimSpace(string(b)))
	return nil
}
