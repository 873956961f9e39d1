package entra_test

import (
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"
)

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	formFlow   = regexp.MustCompile(`name="flow" value="([^"]*)"`)
)

func newJar(t *testing.T) http.CookieJar {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return jar
}

// formOf is the first form of a page: where it goes, and the flow that it belongs to.
func formOf(t *testing.T, page string) (string, url.Values) {
	t.Helper()
	a, f := formAction.FindStringSubmatch(page), formFlow.FindStringSubmatch(page)
	if a == nil || f == nil {
		t.Fatalf("no form on the page: %.500s", page)
	}
	return html.UnescapeString(a[1]), url.Values{"flow": {html.UnescapeString(f[1])}}
}
