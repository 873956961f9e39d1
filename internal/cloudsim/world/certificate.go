package world

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"math/rand/v2"
	"sync"
	"time"
)

var (
	certificatesMu sync.Mutex
	certificates   = map[uint64]Certificate{} // by seed: making one takes a noticeable part of a second
)

// certificateOf is the app's key credential. It depends on the seed alone, so that a portal configured with it survives a
// restart of the simulator; crypto/rsa makes no such keys, so the primes are searched for here.
func certificateOf(seed uint64) Certificate {
	certificatesMu.Lock()
	defer certificatesMu.Unlock()
	if c, ok := certificates[seed]; ok {
		return c
	}
	key := keyFrom(Rand(seed, "app certificate"))
	from := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetUint64(seed%1e9 + 1), Subject: pkix.Name{CommonName: "Tenantry (simulated)"},
		NotBefore: from, NotAfter: from.AddDate(20, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature, SignatureAlgorithm: x509.SHA256WithRSA,
	}
	der, err := x509.CreateCertificate(nil, template, template, &key.PublicKey, key)
	if err != nil {
		panic(fmt.Sprintf("sign the app's certificate: %v", err)) // a constant template and a valid key
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(fmt.Sprintf("encode the app's key: %v", err))
	}
	c := Certificate{
		CertificatePEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		PrivateKeyPEM:  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})),
	}
	certificates[seed] = c
	return c
}

func keyFrom(r *rand.Rand) *rsa.PrivateKey {
	const exponent = 65537
	e, one := big.NewInt(exponent), big.NewInt(1)
	for {
		p, q := primeFrom(r), primeFrom(r)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		if d == nil || p.Cmp(q) == 0 {
			continue
		}
		key := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: exponent}, D: d, Primes: []*big.Int{p, q}}
		key.Precompute()
		if key.Validate() == nil {
			return key
		}
	}
}

// primeFrom is a 1024-bit prime whose two top bits are set, so that two of them multiply to 2048 bits.
func primeFrom(r *rand.Rand) *big.Int {
	b := make([]byte, 128)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	b[0] |= 0xc0
	b[127] |= 1
	two := big.NewInt(2)
	for p := new(big.Int).SetBytes(b); ; p.Add(p, two) {
		if p.ProbablyPrime(8) {
			return p
		}
	}
}
