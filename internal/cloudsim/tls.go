package cloudsim

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// quiet keeps broken handshakes and connections, of which tests make many, out of the output.
var quiet = log.New(io.Discard, "", 0)

// developmentTLS makes a CA and a loopback certificate for this run, and writes the CA's certificate to dir/ca.pem. Its key is
// never written: what trusts the file trusts nothing once the simulator has stopped.
func developmentTLS(dir string) (*tls.Config, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Simulated Microsoft cloud development CA"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano() + 1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: caDER}), 0o644); err != nil {
		return nil, err
	}
	return &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{leafDER, caDER}, PrivateKey: key}}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
	}, nil
}

// splitter sorts the connections of one address by their first byte: a TLS handshake begins with 22, an http request never does.
type splitter struct {
	net.Listener
	plain, secure *branch
}

const sniffTimeout = 10 * time.Second

func split(l net.Listener, conf *tls.Config) *splitter {
	s := &splitter{Listener: l, plain: newBranch(l.Addr()), secure: newBranch(l.Addr())}
	go s.run(conf)
	return s
}

func (s *splitter) run(conf *tls.Config) {
	defer s.plain.Close()
	defer s.secure.Close()
	for {
		conn, err := s.Accept()
		if err != nil {
			return
		}
		go s.sort(conn, conf)
	}
}

func (s *splitter) sort(conn net.Conn, conf *tls.Config) {
	_ = conn.SetReadDeadline(time.Now().Add(sniffTimeout))
	r := bufio.NewReader(conn)
	first, err := r.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	peeked := &peekedConn{Conn: conn, r: r}
	if first[0] == 22 {
		s.secure.offer(tls.Server(peeked, conf))
		return
	}
	s.plain.offer(peeked)
}

// peekedConn reads the peeked bytes first.
type peekedConn struct {
	net.Conn
	r *bufio.Reader
}

func (c *peekedConn) Read(p []byte) (int, error) { return c.r.Read(p) }

// NetConn lets a reset reach the TCP connection.
func (c *peekedConn) NetConn() net.Conn { return c.Conn }

// branch is a listener that is handed its connections.
type branch struct {
	addr  net.Addr
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newBranch(addr net.Addr) *branch {
	return &branch{addr: addr, conns: make(chan net.Conn), done: make(chan struct{})}
}

func (b *branch) offer(c net.Conn) {
	select {
	case b.conns <- c:
	case <-b.done:
		_ = c.Close()
	}
}

func (b *branch) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case <-b.done:
		return nil, net.ErrClosed
	}
}

func (b *branch) Close() error {
	b.once.Do(func() { close(b.done) })
	return nil
}

func (b *branch) Addr() net.Addr { return b.addr }
