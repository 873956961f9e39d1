package entra

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

func testCertificate(t *testing.T) []byte {
	t.Helper()
	key := testKeys()["one"]
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Tenantry"}, NotBefore: time.Now(), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	pem.Encode(&b, &pem.Block{Type: "PRIVATE KEY", Bytes: k})
	return b.Bytes()
}

func TestCertificateFaults(t *testing.T) {
	whole := string(testCertificate(t))
	cert, key, _ := strings.Cut(whole, "-----BEGIN PRIVATE KEY")
	other, err := x509.MarshalPKCS8PrivateKey(testKeys()["two"])
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]string{
		"empty":       "",
		"no key":      cert,
		"no cert":     "-----BEGIN PRIVATE KEY" + key,
		"another key": cert + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: other})),
		"broken":      strings.Replace(whole, "MII", "AAA", 1),
	} {
		if _, err := CertificatePEM([]byte(in)); err == nil {
			t.Errorf("%s was taken", name)
		} else if strings.Contains(err.Error(), "MII") {
			t.Errorf("%s: the error quotes the file", name)
		}
	}
	if _, err := CertificatePEM([]byte(whole)); err != nil {
		t.Error(err)
	}
}
