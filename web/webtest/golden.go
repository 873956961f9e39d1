// Package webtest helps page rooms to test what they write: golden files of components and a client that signs in. What needs a browser stands in chromium, as its protocol takes long to build.
// Only tests import it.
package webtest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Golden compares a component with testdata/{test's name}.html, one tag a line so that differences read well. With -update it writes
// the file instead.
func Golden(t *testing.T, c templ.Component) {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	got := pretty(t, b.String())
	file := filepath.Join("testdata", filepath.FromSlash(strings.Map(safe, t.Name()))+".html")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (make golden writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got; make golden rewrites it):\n%s", file, diff)
	}
}

func safe(r rune) rune {
	if r == '/' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return r
	}
	return '_'
}

// hashed are the parts of a page that change with the static files' content.
var hashed = regexp.MustCompile(`/static/[0-9a-f]{8,}/`)

// pretty is the token stream, indented; text keeps its words.
func pretty(t *testing.T, page string) string {
	t.Helper()
	var out strings.Builder
	depth := 0
	z := html.NewTokenizer(strings.NewReader(hashed.ReplaceAllString(page, "/static/HASH/")))
	line := func(s string) { out.WriteString(strings.Repeat("  ", max(depth, 0)) + s + "\n") }
	for {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if text := strings.Join(strings.Fields(string(z.Raw())), " "); text != "" {
				line(text)
			}
		case html.EndTagToken:
			depth--
			line(strings.TrimSpace(string(z.Raw())))
		case html.StartTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			line(strings.Join(strings.Fields(raw), " "))
			if !void[string(name)] {
				depth++
			}
		default:
			line(strings.Join(strings.Fields(string(z.Raw())), " "))
		}
	}
}

var void = map[string]bool{"area": true, "base": true, "br": true, "col": true, "hr": true, "img": true, "input": true, "link": true, "meta": true, "source": true, "wbr": true}
