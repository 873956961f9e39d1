package signin

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// form is what the sign-in page was asked with, and what is wrong with it.
type form struct {
	tenant string
	back   string
	fault  string
	guess  string // a domain that may have been meant
	status int
}

// view is the page, worded.
type view struct {
	Home    string // address of the sign-in at the partner
	Partner string
	Field   ui.Field
	Return  string
	Open    []ui.SignIn
	As      string // who is signed in already
	Out     bool   // just signed out
}

// page shows the sign-in page: home first, then any other company, then what is still open on this browser.
func (h *Handler) page(w http.ResponseWriter, r *http.Request, f form) error {
	v := view{Partner: h.partner(r), Return: f.back, Out: r.URL.Query().Has("signed-out")}
	v.Home = "/signin?" + url.Values{"tenant": {h.Tenants.Home().String()}, "return": {orRoot(f.back)}}.Encode()
	v.Field = ui.Field{Name: "tenant", Label: "Company domain or tenant number", Value: shown(f.tenant), Error: f.fault, Large: true, Max: 253, Required: true,
		Hint: "For technicians who work inside a customer, and for customers. Example: contoso.com", Autocomplete: "off", Focus: f.fault != "",
		Button: &ui.Action{Text: "Next", Large: true}}
	if f.guess != "" {
		v.Field.ErrorLink = ui.Link{Text: "Did you mean " + f.guess + "?", URL: "/signin?" + url.Values{"tenant": {f.guess}, "return": {orRoot(f.back)}}.Encode()}
	}
	if in, ok := h.Sessions.Current(r.Context()); ok {
		v.As = in.UPN
		if v.As == "" {
			v.As = in.Name
		}
		v.Open = h.open(r)
	}
	status := f.status
	if status == 0 {
		status = http.StatusOK
	}
	s := page.PlainShell(r, "Sign in")
	s.Narrow = true
	return page.Render(w, r, status, signinPage(s, v))
}

// refused shows the page with what is wrong about the company; scripts get the problem itself, and so do people when Microsoft is at fault.
func (h *Handler) refused(w http.ResponseWriter, r *http.Request, f form, err error) error {
	status := page.StatusOf(err)
	sentence, next, ok := errs.Sentence(err)
	if !ok || status >= 500 || page.WantsJSON(r) {
		return err
	}
	f.fault, f.status = sentence, status
	if f.guess = h.guess(r, f.tenant); next != "" && f.guess == "" {
		f.fault += " " + next
	}
	return h.page(w, r, f)
}

// guess is a customer's domain that is nearly what was typed. Only staff get one, from the tenants that they reach: to anybody else the
// portal does not say who its customers are.
func (h *Handler) guess(r *http.Request, typed string) string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	in, ok := h.Sessions.Current(r.Context())
	if !ok || len(typed) < 4 || len(typed) > 100 {
		return ""
	}
	who, err := h.Tenants.Resolve(r.Context(), in.Identity())
	if err != nil || !who.Person.Role.Staff() {
		return ""
	}
	all, err := h.Tenants.List(r.Context(), who.Reach)
	if err != nil {
		return ""
	}
	best, least := "", 3
	for _, t := range all {
		for _, d := range append([]string{t.DefaultDomain}, t.Domains...) {
			if n := distance(typed, d, least); n < least {
				best, least = d, n
			}
		}
	}
	return best
}

// distance is the number of letters to add, drop or change to make b of a; limit where it is at least that.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return min(row[len(b)], limit)
}

// shown is what was typed, as far as it could have been typed.
func shown(s string) string {
	if len(s) > 253 {
		return ""
	}
	return s
}

func orRoot(p string) string {
	if p == "" {
		return "/"
	}
	return p
}

// partner is the home tenant's name once it was read, else the configured one.
func (h *Handler) partner(r *http.Request) string {
	t, err := h.Tenants.Get(r.Context(), tenant.Only(h.Tenants.Home()), h.Tenants.Home())
	switch {
	case err == nil && t.DisplayName != "":
		return t.DisplayName
	case h.Partner != "":
		return h.Partner
	}
	return "your company"
}

// open are the sign-ins of this browser's session, with the time left.
func (h *Handler) open(r *http.Request) []ui.SignIn {
	ins := h.Sessions.SignIns(r.Context())
	ids := make([]tenant.ID, len(ins))
	for i, in := range ins {
		ids[i] = in.Tenant
	}
	found, err := h.Tenants.List(r.Context(), tenant.Only(ids...)) // tenants where this person proved an account
	if err != nil {
		return nil
	}
	out := make([]ui.SignIn, 0, len(ins))
	now := h.Now()
	for _, in := range ins {
		for _, t := range found {
			if t.ID != in.Tenant {
				continue
			}
			chip := page.Chip(t, "")
			chip.URL = ""
			as := in.UPN
			if in.Guest {
				as += ", guest"
			}
			out = append(out, ui.SignIn{Tenant: chip, As: as, Until: ui.Length(in.Until.Sub(now)) + " left", Expired: !in.Open(now),
				URL: "/signin?" + url.Values{"tenant": {t.ID.String()}}.Encode()})
		}
	}
	return out
}
