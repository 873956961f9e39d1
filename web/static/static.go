// Package static embeds the stylesheet, the scripts and the icon, and serves them under a name that contains their content's hash, so
// that browsers may keep them for good. Sources of the stylesheet (app.in.css) and the scripts that build it lie here too, but are not
// embedded.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

//go:embed app.css app.js htmx.min.js icon.svg
var files embed.FS

// Prefix is where Handler is mounted.
const Prefix = "/static/"

type asset struct {
	url         string
	contentType string
	plain, gzip []byte
	etag        string
}

var types = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// load reads, hashes and compresses the embedded files once. The names are ours and the bytes are in the binary: an error here is a
// broken build, so it panics.
var load = sync.OnceValue(func() (all struct{ byName, byURL map[string]asset }) {
	all.byName, all.byURL = map[string]asset{}, map[string]asset{}
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		body, err := files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		a := newAsset(e.Name(), body)
		all.byName[e.Name()], all.byURL[a.url] = a, a
	}
	return all
})

func newAsset(name string, body []byte) asset {
	dot := strings.LastIndexByte(name, '.')
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:8])
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err)
	}
	return asset{
		url:         Prefix + hash + "/" + name,
		contentType: types[name[dot:]],
		plain:       body, gzip: packed.Bytes(),
		etag: `"` + hash + `"`,
	}
}

// URL is the address of an embedded file: URL("app.css") is "/static/0123456789abcdef/app.css". A name that is not embedded gives its
// plain address, which answers 404.
func URL(name string) string {
	if a, ok := load().byName[name]; ok {
		return a.url
	}
	return Prefix + name
}

// Handler serves the files under Prefix for good; it knows only the current hashes, all else is 404.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := load().byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
			return
		}
		a.serve(w, r)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("X-Content-Type-Options", "nosniff")
	body, etag := a.plain, a.etag
	if acceptsGzip(r.Header.Get("Accept-Encoding")) {
		body, etag = a.gzip, strings.TrimSuffix(a.etag, `"`)+`-gz"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // the client went away: nobody is left to tell
}

// acceptsGzip reads Accept-Encoding (RFC 9110, 12.5.3): gzip or * with a weight other than 0.
func acceptsGzip(header string) bool {
	star := false
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		weight := strings.ReplaceAll(strings.ToLower(params), " ", "")
		refused := weight == "q=0" || strings.HasPrefix(weight, "q=0.") && strings.Trim(weight[4:], "0") == ""
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip":
			return !refused
		case "*":
			star = !refused
		}
	}
	return star
}
