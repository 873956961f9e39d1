package main

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tenantry/tenantry/web/webtest"
)

// walk follows the links of the portal from the given paths, and gives the pages in the order in which they were found. Of pages that
// differ only in ids it opens as many as perShape says.
func walk(t *testing.T, v *webtest.Visitor, perShape int, from ...string) []*webtest.Document {
	t.Helper()
	base, err := url.Parse(v.Base)
	if err != nil {
		t.Fatal(err)
	}
	var pages []*webtest.Document
	known, shapes := map[string]bool{}, map[string]int{}
	queue := slices.Clone(from)
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		d := v.Get(at)
		if strings.HasPrefix(d.Header.Get("Content-Type"), "text/csv") || d.URL.Host != base.Host {
			continue
		}
		if d.Status != http.StatusOK {
			t.Errorf("%s answers %d %q", at, d.Status, d.Heading())
		}
		pages = append(pages, d)
		for _, l := range d.Links() {
			if l.URL.Host != base.Host || l.URL.Scheme != base.Scheme || strings.HasPrefix(l.URL.Path, "/static/") || l.URL.Path == "/signin" {
				continue
			}
			l.URL.Fragment = ""
			to, s := l.URL.RequestURI(), shape(l.URL)
			if !known[to] && shapes[s] < perShape {
				known[to] = true
				shapes[s]++
				queue = append(queue, to)
			}
		}
	}
	return pages
}

var idPart = regexp.MustCompile(`^([0-9a-fA-F-]{32,}|[0-9]+|[A-Za-z0-9_-]{24,}|[^/]*\.[0-9a-f]{16,}[^/]*|[A-Z]\w+(\.\w+)+)$`)

// shape is an address without its ids, names of permissions and values.
func shape(u *url.URL) string {
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		if idPart.MatchString(p) {
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/") + "?" + strings.Join(slices.Sorted(maps.Keys(u.Query())), "&")
}
