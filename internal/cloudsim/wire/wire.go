// Package wire is what the hosts of the simulated cloud share on the wire: the log of requests and the faults that hit any
// request (slow, reset, throttle, unavailable, truncate). What a host answers otherwise is its own business.
package wire

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// Handler records each request at a host and lets faults have their way before next answers. tenantOf names the tenant GUID of
// a request, or "". throttled writes the body of a 429 (or the status asked for) in the host's own shape; the Retry-After header
// is there already.
func Handler(w *world.World, host string, tenantOf func(*http.Request) string, throttled func(http.ResponseWriter, *http.Request, int), next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		tenant := tenantOf(r)
		e := world.Entry{
			Time: w.Clock.Real(), Host: host, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Tenant: tenant,
			ClientRequestID: firstOf(r.Header.Get("client-request-id"), r.URL.Query().Get("client-request-id")),
		}
		rec := &recorder{ResponseWriter: rw, status: http.StatusOK}
		defer func() {
			e.Status = rec.status
			if e.Note == "" {
				e.Note = rec.note
			}
			w.Log.Add(e)
		}()
		if f, ok := w.Faults.TakeOn(host, "slow", tenant, r.URL.Path, 0); ok && !wait(r, f.Delay()) {
			e.Note, rec.status = "slow", 0
			return
		}
		for _, fault := range []string{"reset", "throttle", "unavailable"} {
			if f, ok := w.Faults.TakeOn(host, fault, tenant, r.URL.Path, 0); ok {
				e.Note = fault
				fail(rec, r, f, throttled)
				return
			}
		}
		if _, ok := w.Faults.TakeOn(host, "truncate", tenant, r.URL.Path, 0); ok {
			e.Note = "truncate"
			truncate(rec, r, next)
			return
		}
		next.ServeHTTP(rec, r)
	})
}

func fail(rw *recorder, r *http.Request, f world.Fault, throttled func(http.ResponseWriter, *http.Request, int)) {
	switch f.Kind {
	case "reset":
		Reset(rw)
	case "throttle":
		rw.Header().Set("Retry-After", strconv.FormatFloat(max(f.RetryAfter, 0), 'f', -1, 64))
		throttled(rw, r, orStatus(f.Status, http.StatusTooManyRequests))
	case "unavailable":
		if f.RetryAfter > 0 {
			rw.Header().Set("Retry-After", strconv.FormatFloat(f.RetryAfter, 'f', -1, 64))
		}
		Unavailable(rw, orStatus(f.Status, http.StatusServiceUnavailable))
	}
}

// Bearer is the token of a request's Authorization header, or "".
func Bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// BearerTenant is the tenant that a request's token claims to be of. Nothing is verified: it serves the log and faults only.
func BearerTenant(r *http.Request) string {
	parts := strings.Split(Bearer(r), ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var c struct {
		TenantID string `json:"tid"`
	}
	_ = json.Unmarshal(payload, &c) // no JSON: no tenant
	return c.TenantID
}

// Unavailable is the HTML that Microsoft's front door sends when what is behind it does not answer.
func Unavailable(rw http.ResponseWriter, status int) {
	rw.Header().Set("Content-Type", "text/html; charset=us-ascii")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	text := http.StatusText(status)
	_, _ = rw.Write([]byte("<!DOCTYPE html>\n<html lang=\"en\"><head><title>" + text + "</title></head>\n<body><h1>" + text + "</h1>\n<p>HTTP Error " + strconv.Itoa(status) + ". The service is unavailable.</p></body></html>\n"))
}

// Reset drops the connection without an answer.
func Reset(rw http.ResponseWriter) {
	if r, ok := rw.(*recorder); ok {
		r.status = 0
		rw = r.ResponseWriter
	}
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil { // HTTP/2
		panic(http.ErrAbortHandler)
	}
	below := conn
	for { // a TLS or peeking connection wraps the TCP one
		inner, ok := below.(interface{ NetConn() net.Conn })
		if !ok {
			break
		}
		below = inner.NetConn()
	}
	if tcp, ok := below.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // so that the client sees a reset rather than an end
	}
	_ = below.Close()
}

// truncate promises the whole body and sends half of it.
func truncate(rw *recorder, r *http.Request, next http.Handler) {
	whole := &buffer{header: rw.Header(), status: http.StatusOK}
	next.ServeHTTP(whole, r)
	rw.Header().Set("Content-Length", strconv.Itoa(whole.body.Len()+1))
	rw.WriteHeader(whole.status)
	_, _ = rw.Write(whole.body.Bytes()[:whole.body.Len()/2])
	_ = http.NewResponseController(rw.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

func wait(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// Note adds a remark to the log's entry of this request.
func Note(rw http.ResponseWriter, remark string) {
	if r, ok := rw.(*recorder); ok {
		r.note = remark
	}
}

type recorder struct {
	http.ResponseWriter
	status int
	note   string
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

type buffer struct {
	header http.Header
	body   bytes.Buffer
	status int
}

func (b *buffer) Header() http.Header         { return b.header }
func (b *buffer) Write(p []byte) (int, error) { return b.body.Write(p) }
func (b *buffer) WriteHeader(status int)      { b.status = status }

// NewID is a fresh random GUID.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return strings.Join([]string{s[:8], s[8:12], s[12:16], s[16:20], s[20:]}, "-")
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func orStatus(asked, usual int) int {
	if asked != 0 {
		return asked
	}
	return usual
}
