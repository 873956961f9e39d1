// Package static embeds the stylesheet, the scripts and the icons, and serves them under a name that contains their content's hash, so
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
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed app.css app.js htmx.min.js icon.svg icons.svg shapes.svg *.woff2
var files embed.FS

// Prefix is where Handler is mounted.
const Prefix = "/static/"

type asset struct {
	contentType string
	plain, gzip []byte // gzip is nil for what is compressed already
}

var types = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

type shelf struct {
	base   string // Prefix, the hash of all files, and a slash; one hash for all, so that the stylesheet may name a font beside it
	byName map[string]asset
}

// load reads, hashes and compresses the embedded files once. The names are ours and the bytes are in the binary: an error here is a
// broken build, so it panics.
var load = sync.OnceValue(func() shelf {
	s := shelf{byName: map[string]asset{}}
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	sum := sha256.New()
	for _, e := range entries {
		body, err := files.ReadFile(e.Name())
		if err != nil {
			panic(err)
		}
		_, _ = sum.Write([]byte(e.Name())) // a hash never fails to write
		_, _ = sum.Write(body)
		s.byName[e.Name()] = newAsset(path.Ext(e.Name()), body)
	}
	s.base = Prefix + hex.EncodeToString(sum.Sum(nil)[:8]) + "/"
	return s
})

func newAsset(ext string, body []byte) asset {
	a := asset{contentType: types[ext], plain: body}
	if ext == ".woff2" {
		return a
	}
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
	a.gzip = packed.Bytes()
	return a
}

// URL is the address of an embedded file: URL("app.css") is "/static/0123456789abcdef/app.css". A name that is not embedded gives an
// address that answers 404.
func URL(name string) string { return load().base + name }

// Handler serves the files under Prefix for good; it knows only the current hash, all else is 404.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := load()
		name, current := strings.CutPrefix(r.URL.Path, s.base)
		a, ok := s.byName[name]
		if !current || !ok {
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
	h.Set("X-Content-Type-Options", "nosniff")
	body := a.plain
	if a.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			body = a.gzip
			h.Set("Content-Encoding", "gzip")
		}
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
