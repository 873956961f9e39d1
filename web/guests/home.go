package guests

import (
	"context"
	"net/http"
	"net/mail"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// In the partner's own tenant the room is about the other direction: customers' people who are guests there.

func atHome(m tenant.Membership) bool { return m.One() && m.Tenant.Home }

// datasetOf is what the guests of the page are read as.
func datasetOf(m tenant.Membership) string {
	if atHome(m) {
		return graphsync.HomeGuests
	}
	return graphsync.Guests
}

var homeNoun = fresh.Noun{One: "guest account", Many: "guest accounts", Whole: "guest accounts of your customers’ people", Icon: "person_add"}

// signedIn tells whether the person can act in the tenant: at home everybody is signed in, elsewhere by a sign-in of its own.
func signedIn(m tenant.Membership, c page.Chrome) bool {
	return atHome(m) || c.SignedIn(m.Tenant.ID) != nil
}

// customers are the customers within the person's reach by the domains that their people sign in with.
func (h *Handler) customers(ctx context.Context, m tenant.Membership) (map[string]tenant.Tenant, error) {
	all, err := h.Tenants.List(ctx, m.Reach)
	if err != nil {
		return nil, err
	}
	found := map[string]tenant.Tenant{}
	for _, t := range all {
		if t.Home {
			continue
		}
		for _, d := range append([]string{t.DefaultDomain}, t.Domains...) {
			if d != "" {
				found[d] = t
			}
		}
	}
	return found, nil
}

// domainsOf are the domains of customers, or errs.NotFound where one is out of reach.
func domainsOf(customers map[string]tenant.Tenant, of []tenant.ID) (domains []string, err error) {
	for _, id := range of {
		n := len(domains)
		for d, t := range customers {
			if t.ID == id {
				domains = append(domains, d)
			}
		}
		if len(domains) == n {
			return nil, errs.NotFound
		}
	}
	slices.Sort(domains)
	return domains, nil
}

// ofAddress is the customer whose person has that address.
func ofAddress(customers map[string]tenant.Tenant, address string) (tenant.Tenant, bool) {
	_, domain, _ := strings.Cut(address, "@")
	t, ok := customers[domain]
	return t, ok
}

// toHome leads from a customer's guests to its people in the partner's tenant, for whom may look there.
func (h *Handler) toHome(m tenant.Membership) []ui.Action {
	home := h.Tenants.Home()
	if !m.One() || m.Tenant.Home || home.IsZero() || !m.Reach.Has(home) {
		return nil
	}
	return []ui.Action{{Text: "Its people at your tenant", Kind: ui.Quiet, URL: "/t/" + home.String() + "/guests?customer=" + m.Tenant.ID.String()}}
}

// spoken is the language of Microsoft's words that a customer's people read.
func spoken(t tenant.Tenant) string {
	for _, l := range languages {
		if strings.HasPrefix(l.Value, string(permission.LanguageOf(t.Country))+"-") {
			return l.Value
		}
	}
	return languages[0].Value
}

// checkAddress finds what is wrong with the address of a customer's person.
func (v inviteView) checkAddress() {
	if len(v.form.who) != 1 {
		v.form.faults.Add("who", "Enter one address.")
		return
	}
	a := v.form.who[0]
	at, err := mail.ParseAddress(a)
	_, ours := ofAddress(v.customers, a)
	g, known := v.known[a]
	switch {
	case err != nil || at.Address != a:
		v.form.faults.Add("who", "Enter an address such as anna@contoso.com.")
	case !ours:
		v.form.faults.Add("who", "The address is of none of your customers. The portal invites only their people.")
	case known && (g.Redeemed == nil || *g.Redeemed):
		v.form.faults.Add("who", "This person has a guest account already.")
	}
}

// inviteHome begins an invitation to the partner's tenant, for a person of the customer that ?customer= names.
func (h *Handler) inviteHome(r *http.Request, m tenant.Membership) (f inviteForm, err error) {
	f = inviteForm{mail: true, language: languages[0].Value}
	given := r.URL.Query().Get("customer")
	if given == "" {
		return f, nil
	}
	id, err := tenant.ParseID(given)
	if err != nil || !m.Reach.Has(id) {
		return f, errs.NotFound
	}
	t, err := h.Tenants.Get(r.Context(), tenant.Only(id), id)
	f.language = spoken(t)
	return f, err
}
