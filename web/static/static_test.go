package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/web/static"
)

func get(method, path, accept string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	if accept != "" {
		r.Header.Set("Accept-Encoding", accept)
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w
}

func TestHandler(t *testing.T) {
	for _, tc := range []struct {
		name, method, path, accept string
		status                     int
		contentType, encoding      string
	}{
		{"stylesheet", "GET", static.URL("app.css"), "", 200, "text/css; charset=utf-8", ""},
		{"gzip", "GET", static.URL("app.css"), "br, gzip;q=0.8", 200, "text/css; charset=utf-8", "gzip"},
		{"gzip refused", "GET", static.URL("app.css"), "gzip;q=0.000, identity", 200, "text/css; charset=utf-8", ""},
		{"anything", "GET", static.URL("app.js"), "*", 200, "text/javascript; charset=utf-8", "gzip"},
		{"icon", "GET", static.URL("icon.svg"), "", 200, "image/svg+xml", ""},
		{"a font is packed already", "GET", static.URL("open-sans-latin.woff2"), "gzip", 200, "font/woff2", ""},
		{"head", "HEAD", static.URL("htmx.min.js"), "", 200, "text/javascript; charset=utf-8", ""},
		{"no hash", "GET", "/static/app.css", "", 404, "text/plain; charset=utf-8", ""},
		{"old hash", "GET", "/static/0000000000000000/app.css", "", 404, "text/plain; charset=utf-8", ""},
		{"not embedded", "GET", static.URL("app.in.css"), "", 404, "text/plain; charset=utf-8", ""},
		{"directory", "GET", "/static/", "", 404, "text/plain; charset=utf-8", ""},
		{"post", "POST", static.URL("app.css"), "", 405, "text/plain; charset=utf-8", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := get(tc.method, tc.path, tc.accept)
			if w.Code != tc.status || w.Header().Get("Content-Type") != tc.contentType || w.Header().Get("Content-Encoding") != tc.encoding {
				t.Fatalf("%d %v, want %d %q %q", w.Code, w.Header(), tc.status, tc.contentType, tc.encoding)
			}
			if immutable := strings.Contains(w.Header().Get("Cache-Control"), "immutable"); immutable != (tc.status == 200) {
				t.Errorf("Cache-Control %q at %d", w.Header().Get("Cache-Control"), tc.status)
			}
			if tc.method == http.MethodHead && w.Body.Len() > 0 {
				t.Error("HEAD has a body")
			}
		})
	}
}

func TestGzipHoldsTheSameBytes(t *testing.T) {
	plain, packed := get("GET", static.URL("app.css"), ""), get("GET", static.URL("app.css"), "gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(body, plain.Body.Bytes()) {
		t.Error("the packed stylesheet differs from the plain one")
	}
}

// Pages are fast because these stay small.
func TestSizes(t *testing.T) {
	for name, limit := range map[string]int{"app.css": 25 << 10, "app.js": 6 << 10, "htmx.min.js": 16 << 10} {
		if n := get("GET", static.URL(name), "gzip").Body.Len(); n > limit {
			t.Errorf("%s: %d bytes packed, want at most %d", name, n, limit)
		}
	}
}
