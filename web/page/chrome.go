package page

import (
	"context"
	"net/url"
	"time"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// Chrome is what stands around every page of a person: language, theme, the switcher's tenants and open sign-ins. The gate puts it
// into the request's context; it is for show and decides nothing.
type Chrome struct {
	Lang    string // BCP 47; default en
	Theme   string // "", "light" or "dark"
	Partner string // display name of the partner
	Person  *tenant.Person
	Reach   tenant.Scope
	Count   int             // tenants within reach
	Recent  []tenant.Tenant // the switcher's first entries
	SignIns []SignIn
	Starts  map[string]int64 // by path of a list over all customers: the saved view that the rail leads to
	Standing
	Flash *Flash                                  // shown once, after a POST
	Say   func(context.Context, Flash) error      // keeps a sentence for the next page; nil: there is no session
	Name  func(context.Context, tenant.ID) string // of a tenant within reach, or ""; nil: nobody is signed in
	Now   time.Time
}

// SignIn is one open sign-in of the session at a tenant's authority.
type SignIn struct {
	Tenant tenant.Tenant
	As     string // preferred_username
	Object string // id of the account there
	Until  time.Time
}

// SignedIn is the person's open sign-in at the tenant's own authority, or nil.
func (c Chrome) SignedIn(tid tenant.ID) *SignIn {
	for i, s := range c.SignIns {
		if s.Tenant.ID == tid && s.Until.After(c.Now) {
			return &c.SignIns[i]
		}
	}
	return nil
}

// SignInAt is the way to a sign-in at the tenant's authority and back to a page of the portal.
func SignInAt(tid tenant.ID, back string) string {
	return "/signin?tenant=" + tid.String() + "&return=" + url.QueryEscape(back)
}

// ProveAt is SignInAt for an act that needs a fresh proof of who somebody is: Microsoft asks again, whoever is signed in.
func ProveAt(tid tenant.ID, back string) string { return SignInAt(tid, back) + "&prompt=login" }

// Standing is what the staff see on every page: what needs a person, and what concerns everybody.
type Standing struct {
	Waiting map[string]Waiting // by path of a navigation entry
	Banner  *ui.Banner         // nil: nothing concerns everybody
}

// Waiting is a number beside a navigation entry.
type Waiting struct {
	Count int
	Bad   bool
}

// Flash is one sentence after a POST.
type Flash struct{ Kind, Title, Text string } // Kind: info, warn, bad

type chromeKey struct{}

// WithChrome puts the chrome into the context.
func WithChrome(ctx context.Context, c Chrome) context.Context {
	return context.WithValue(ctx, chromeKey{}, c)
}

// ChromeOf is the context's chrome; without one, that of a person who is not signed in.
func ChromeOf(ctx context.Context) Chrome {
	c, _ := ctx.Value(chromeKey{}).(Chrome)
	if c.Lang == "" {
		c.Lang = "en"
	}
	if c.Now.IsZero() {
		c.Now = time.Now().UTC()
	}
	return c
}
