package middleware

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestSafePathLeavesSecretsOut(t *testing.T) {
	for path, want := range map[string]string{
		"/consent/abc": "/consent/…", "/consent/abc/d": "/consent/…", "/auth/consent/abc": "/auth/consent/…", "/auth/consent": "/auth/consent",
		"/consent/": "/consent/", "/t/x/consent/links/1/revoke": "/t/x/consent/links/1/revoke", "/devices": "/devices",
	} {
		if got := SafePath(path); got != want {
			t.Errorf("SafePath(%q) = %q, want %q", path, got, want)
		}
	}
}

// TestTimeLimitIsLiftedForExportsOnly: words in a search text lift nothing.
func TestTimeLimitIsLiftedForExportsOnly(t *testing.T) {
	for query, limited := range map[string]bool{
		"": true, "format=csv": false, "format=jsonl": false, "q=a&format=xlsx": false, "q=format%3Dcsv": true, "q=format=csv": true, "xformat=csv": true, "format=csvx": true, "format=html&format=csv": true,
	} {
		has := false
		h := TimeLimit(time.Minute)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, has = r.Context().Deadline() }))
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/devices?"+query, nil))
		if has != limited {
			t.Errorf("?%s: limited %v, want %v", query, has, limited)
		}
	}
}
