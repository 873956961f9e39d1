package middleware

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestBehind(t *testing.T) {
	at := Behind(netip.MustParsePrefix("10.0.0.0/8"))
	for name, tc := range map[string]struct{ remote, forwarded, want string }{
		"no proxy, header of the client": {"203.0.113.9:1", "1.2.3.4", "203.0.113.9"},
		"a proxy":                        {"10.1.1.1:1", "203.0.113.9", "203.0.113.9"},
		"a proxy, and a lie in front":    {"10.1.1.1:1", "1.2.3.4, 203.0.113.9", "203.0.113.9"},
		"two proxies":                    {"10.1.1.1:1", "203.0.113.9, 10.2.2.2", "203.0.113.9"},
		"nonsense":                       {"10.1.1.1:1", "x", "10.1.1.1"},
		"no header":                      {"10.1.1.1:1", "", "10.1.1.1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tc.remote
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		if got := at(r); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

func TestOnlyFrom(t *testing.T) {
	near := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	served := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("metrics")) })
	for name, tc := range map[string]struct {
		address           func(*http.Request) string
		remote, forwarded string
		want              int
	}{
		"this machine":                     {nil, "127.0.0.1:1", "", 200},
		"this machine, IPv6":               {nil, "[::1]:1", "", 200},
		"the private network":              {Behind(near...), "10.2.3.4:1", "", 200},
		"the internet":                     {nil, "203.0.113.9:1", "", 403},
		"the internet through a proxy":     {Behind(near...), "10.2.3.4:1", "203.0.113.9", 403},
		"the internet, lying about itself": {Behind(near...), "203.0.113.9:1", "127.0.0.1", 403},
		"no address at all":                {nil, "@", "", 403},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = tc.remote
		if tc.forwarded != "" {
			r.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		w := httptest.NewRecorder()
		OnlyFrom(near, tc.address, served).ServeHTTP(w, r)
		if w.Code != tc.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tc.want)
		}
	}
}
