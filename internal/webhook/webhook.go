// Package webhook posts what happened to an address that an owner set, signed, so that whoever receives it can tell that it is the portal's
// and not somebody's replay.
//
// The header Tenantry-Signature is "t=SECONDS,v1=HEX": the time of sending and the HMAC-SHA256, by the shared secret, of that time, a full stop
// and the body. Tenantry-Delivery is the same for every try to deliver the same thing.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
)

// timeout bounds one delivery; who receives should take it and work afterwards.
const timeout = 10 * time.Second

// Sender delivers. The zero value is ready.
type Sender struct {
	Now  func() time.Time  // nil: time.Now
	Dial *net.Dialer       // nil: one that refuses addresses of clouds' metadata
	Root http.RoundTripper // nil: a transport of its own; for tests
}

// CheckAddress refuses, in words, what cannot be delivered to: it begins with https, or with http on this machine.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	here := err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
	if err != nil || u.User != nil || u.Hostname() == "" || u.Scheme != "https" && !(u.Scheme == "http" && here) || len(address) > maxAddress {
		return errs.ShowNext(errs.Invalid, "The webhook's address cannot be used.", "It begins with https:// and names no user.")
	}
	return nil
}

// maxAddress is the longest address, in bytes.
const maxAddress = 500

// Sign is the value of Tenantry-Signature.
func Sign(secret string, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(t + "."))
	m.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(m.Sum(nil))
}

// Send posts a body of JSON once. An error says what went wrong in words for people; nothing of the answer is in it.
func (s *Sender) Send(ctx context.Context, address, secret, delivery string, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errs.Show(errs.Invalid, "The webhook's address cannot be used.")
	}
	now := time.Now
	if s.Now != nil {
		now = s.Now
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Tenantry")
	req.Header.Set("Tenantry-Delivery", delivery)
	req.Header.Set("Tenantry-Signature", Sign(secret, now(), body))
	res, err := s.client().Do(req)
	if err != nil {
		return fmt.Errorf("%w: %w", errs.Show(errs.Unavailable, "The webhook's address does not answer."), err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 64<<10)) // so that the connection can be used again
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return errs.Show(errs.BadGateway, fmt.Sprintf("The webhook's address answered %d.", res.StatusCode))
	}
	return nil
}

func (s *Sender) client() *http.Client {
	c := &http.Client{Timeout: timeout, Transport: s.Root, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if c.Transport == nil {
		d := s.Dial
		if d == nil {
			d = &net.Dialer{Timeout: timeout, Control: refuseMetadata}
		}
		c.Transport = &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: timeout}
	}
	return c
}

// refuseMetadata keeps an address from leading to where clouds hand out credentials: link-local networks, by whatever name they are reached.
func refuseMetadata(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if a := to.Addr().Unmap(); a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a == metadataV6 {
		return fmt.Errorf("%s is not an address that is delivered to", a)
	}
	return nil
}

// metadataV6 is where Amazon's instances ask over IPv6.
var metadataV6 = netip.MustParseAddr("fd00:ec2::254")
