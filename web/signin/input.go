package signin

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
)

// query reads the address strictly: damaged escapes and parameters that are given twice are refused.
func query(r *http.Request, names ...string) (url.Values, error) {
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, errs.Show(errs.Invalid, "The address of this page is damaged.")
	}
	for _, n := range names {
		if len(q[n]) > 1 {
			return nil, errs.Show(errs.Invalid, "The address of this page says the same thing twice.")
		}
	}
	return q, nil
}

const maxReturn = 2000

// LocalPath is a path on this portal to return to, or "/": nothing that a browser could take for another site, and no way back into sign-in.
func LocalPath(s string) string {
	if s == "" || len(s) > maxReturn || s[0] != '/' || strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' || c == 0xfffd }) {
		return "/"
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	// The path is looked at as a browser and a server would see it, escapes undone: /%2f%2fevil and /%5cevil are somebody's try.
	if strings.HasPrefix(u.Path, "//") || strings.ContainsFunc(u.Path, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }) {
		return "/"
	}
	clean := path.Clean(u.Path)
	for _, p := range []string{"/auth", "/signin", "/signout", "/theme"} {
		if clean == p || strings.HasPrefix(clean, p+"/") {
			return "/"
		}
	}
	u.Fragment, u.RawFragment = "", ""
	if out := u.String(); strings.HasPrefix(out, "/") && !strings.HasPrefix(out, "//") {
		return out
	}
	return "/"
}
