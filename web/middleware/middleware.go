// Package middleware is what every request passes before it reaches a page: an id, one log line, recovery, security headers, limits.
//
// It knows neither tenants nor people: those are the gate's.
package middleware

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

type requestIDKey struct{}

// RequestID is the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// WithRequestID gives each request an id of its own; what a client sends is not trusted, as it ends up in logs.
func WithRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b [12]byte
		rand.Read(b[:])
		id := hex.EncodeToString(b[:])
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// Headers are those of OWASP ASVS 14.4. The policy allows the portal's own files only; styles of SVG charts are attributes, not styles.
func Headers(https bool, formTargets ...string) func(http.Handler) http.Handler {
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
		"form-action 'self' " + strings.Join(formTargets, " ") + "; frame-ancestors 'none'; base-uri 'none'"
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Frame-Options", "DENY")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
			if https {
				h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// Log writes one line a request. It names the path but neither the query, which may hold codes and search texts, nor a consent token.
func Log(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
			start := time.Now()
			defer func() {
				log.LogAttrs(r.Context(), slog.LevelInfo, "request",
					slog.String("request_id", RequestID(r.Context())), slog.String("method", r.Method),
					slog.String("path", SafePath(r.URL.Path)), slog.Int("status", seen.status),
					slog.Float64("duration_ms", float64(time.Since(start).Microseconds())/1000), slog.Int64("bytes", seen.bytes))
			}()
			next.ServeHTTP(seen, r)
		})
	}
}

// SafePath is a path as logs may have it: the token of a consent link and the receipt of a consent are left out, for whoever reads a log
// is not to open either.
func SafePath(p string) string {
	for _, secret := range []string{"/consent/", "/auth/consent/"} {
		if rest, ok := strings.CutPrefix(p, secret); ok && rest != "" {
			return secret + "…"
		}
	}
	return p
}

// Recover turns a panic into the page that fault draws; http.ErrAbortHandler goes through, as it means to break the connection.
func Recover(log *slog.Logger, fault func(w http.ResponseWriter, r *http.Request)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				v := recover()
				if v == nil {
					return
				}
				if v == http.ErrAbortHandler {
					panic(v)
				}
				log.ErrorContext(r.Context(), "panic", "request_id", RequestID(r.Context()), "err", v, "stack", string(debug.Stack()))
				fault(w, r)
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// taking is how long a client may take to receive a page, beside the time that it took to make.
const taking = time.Minute

// TimeLimit ends the work of a request that takes longer; exports of whole lists are let go on.
func TimeLimit(limit time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if f := r.URL.Query().Get("format"); f == "csv" || f == "xlsx" || f == "jsonl" { // by its name: a search text is free to hold such words
				next.ServeHTTP(w, r)
				return
			}
			ctx, cancel := context.WithTimeout(r.Context(), limit)
			defer cancel()
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(limit + taking)) // whoever sleeps over a page is not waited for
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// maxAddress is the longest path with query that is read, in bytes.
const maxAddress = 8 << 10

// Bounds refuses addresses and header sets that no browser of ours sends (414, 431), and paths with control characters (400).
func Bounds(refuse func(w http.ResponseWriter, r *http.Request, status int)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case len(r.URL.Path)+len(r.URL.RawQuery) > maxAddress:
				refuse(w, r, http.StatusRequestURITooLong)
			case len(r.Header) > 100 || len(r.Header["Cookie"]) > 100:
				refuse(w, r, http.StatusRequestHeaderFieldsTooLarge)
			case strings.ContainsFunc(r.URL.Path, func(c rune) bool { return c < ' ' || c == 0x7f || c == '�' }):
				refuse(w, r, http.StatusBadRequest)
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

type statusWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

func (s *statusWriter) WriteHeader(status int) {
	if !s.wrote {
		s.status, s.wrote = status, true
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *statusWriter) Write(b []byte) (int, error) {
	s.wrote = true
	n, err := s.ResponseWriter.Write(b)
	s.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }
