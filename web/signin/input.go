package signin

import (
	"net"
	"net/http"
	"net/netip"
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
