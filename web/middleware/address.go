package middleware

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/go-chi/httprate"
)

// PerAddress bounds what one address may ask for in a minute, so that one attacker cannot lock others out. address tells where a request
// comes from; nil: the connection's own address.
func PerAddress(perMinute int, address func(*http.Request) string, refuse http.HandlerFunc) func(http.Handler) http.Handler {
	return Limiter(perMinute, address, refuse).Handler
}

// Limiter is PerAddress for a part of a request.
func Limiter(perMinute int, address func(*http.Request) string, refuse http.HandlerFunc) *httprate.RateLimiter {
	return httprate.NewRateLimiter(perMinute, time.Minute,
		httprate.WithKeyFuncs(func(r *http.Request) (string, error) { return LimitKey(r, address), nil }),
		httprate.WithLimitHandler(refuse))
}

// LimitKey is what counts as one address for a limit: of IPv6 the network, because one machine has all of it.
func LimitKey(r *http.Request, address func(*http.Request) string) string {
	return httprate.CanonicalizeIP(addressOf(r, address))
}

// OnlyFrom answers requests from these networks and refuses all others.
func OnlyFrom(networks []netip.Prefix, address func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !within(addressOf(r, address), networks) {
			http.Error(w, "only the portal's own network may read this", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func addressOf(r *http.Request, address func(*http.Request) string) string {
	if address != nil {
		return address(r)
	}
	return remote(r)
}

func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// Behind gives the address that a request comes from when the portal stands behind proxies: X-Forwarded-For is read from its end and only as
// far as the addresses are trusted ones, because whoever connects may write anything at its beginning.
func Behind(trusted ...netip.Prefix) func(r *http.Request) string {
	return func(r *http.Request) string {
		at := remote(r)
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && within(at, trusted); i-- {
			next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			at = next.Unmap().String()
		}
		return at
	}
}

func within(address string, trusted []netip.Prefix) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range trusted {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}
