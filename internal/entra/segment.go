package entra

import (
	"strings"

	"golang.org/x/net/idna"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
)

// segmentOf makes what a person typed into a path segment that can be nothing but one tenant's: a GUID in lower case, or a domain name in
// letters, digits, hyphens and dots. Everything else is refused before any request.
func segmentOf(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", errs.ShowNext(errs.Invalid, "No domain was given.", "Type the company's domain, for example contoso.com.")
	case len(s) > 253:
		return "", errs.Show(errs.Invalid, "This is longer than any domain name.")
	case strings.Contains(s, "@"):
		return "", errs.ShowNext(errs.Invalid, "This is an address, not a domain.", "Type only the part after the @ sign.")
	}
	if id, err := tenant.ParseID(s); err == nil {
		if id.String() == consumers {
			return "", errs.Show(errs.Invalid, "This is the tenant of personal Microsoft accounts, not a company's.")
		}
		return id.String(), nil
	}
	switch strings.ToLower(s) {
	case "common", "organizations", "consumers":
		return "", errs.ShowNext(errs.Invalid, "This names no single tenant.", "Type the company's domain, for example contoso.com.")
	}
	return domainOf(s)
}

func domainOf(s string) (string, error) {
	refused := errs.ShowNext(errs.Invalid, "This is neither a domain nor a tenant number.", "A domain looks like contoso.com, a tenant number like 8c3f5cee-b3c9-4d78-9a01-0242ac120002.")
	// Full-width dots and look-alike slashes are mapped by IDNA to ASCII ones: check the result, not only the input.
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil || len(ascii) > 253 {
		return "", refused
	}
	labels := strings.Split(ascii, ".")
	if len(labels) < 2 || allDigits.MatchString(labels[len(labels)-1]) { // the last is a number: an IPv4 address
		return "", refused
	}
	for _, l := range labels {
		if !labelForm.MatchString(l) {
			return "", refused
		}
	}
	return ascii, nil
}
