package world

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
)

// person makes a member of a tenant. Its names, ids and password depend on the seed, the tenant and n only.
func (w *World) person(t *Tenant, n int, title string, roles ...string) *User {
	r := Rand(w.Seed, "person", t.Index, n)
	list := names[t.Language]
	given, family := pickName(r, list, n*7+Rand(w.Seed, "first name", t.Index).IntN(20))
	local := mailName(given) + "." + mailName(family)
	for i := 2; t.UserBySignIn(local+"@"+t.Domains[0]) != nil; i++ {
		local = fmt.Sprintf("%s.%s%d", mailName(given), mailName(family), i)
	}
	address := local + "@" + t.Domains[0]
	u := &User{
		ID: GUID(w.Seed, "user", t.Index, n), UserPrincipalName: address, SignInName: address, Mail: address,
		DisplayName: given + " " + family, Password: password(r), AccountEnabled: true, UserType: "Member", HomeTenantID: t.ID,
		Roles: roles, JobTitle: title, Department: departments[r.IntN(len(departments))], Language: t.Language, UsageLocation: t.Country,
		Created: w.ago(60+r.IntN(1200), r.IntN(86400)),
	}
	if len(roles) > 0 {
		u.Department = "IT"
	}
	if t.Intune && len(t.SKUs) > 0 {
		u.Licences = []string{t.SKUs[0]}
	}
	t.Users = append(t.Users, u)
	return u
}

// pickName walks the list of given names, so that no two of twenty colleagues share one.
func pickName(r *rand.Rand, list [2][]string, n int) (given, family string) {
	return list[0][n%len(list[0])], list[1][r.IntN(len(list[1]))]
}

// invite makes a guest in a tenant from somebody's account in another.
func (w *World) invite(t *Tenant, who *User, state string, roles ...string) *User {
	local, domain, _ := strings.Cut(who.SignInName, "@")
	id := GUID(w.Seed, "guest", t.ID, who.ID)
	if t.Removed > 0 {
		id = GUID(w.Seed, "guest", t.ID, who.ID, t.Removed)
	}
	g := &User{
		ID: id, UserPrincipalName: local + "_" + domain + "#EXT#@" + t.InitialDomain(), SignInName: who.SignInName,
		DisplayName: who.DisplayName, Mail: who.Mail, Password: who.Password, AccountEnabled: true, UserType: "Guest",
		HomeTenantID: who.HomeTenantID, ExternalUserState: state, Roles: roles, Language: who.Language,
		Created: w.ago(90, 32_400), ExternalChanged: w.ago(88, 36_060),
	}
	if who.HomeTenantID != w.tenants[0].ID {
		g.JobTitle = who.JobTitle
	} else {
		g.DisplayName += " (" + w.tenants[0].DisplayName + ")"
	}
	if state == "Accepted" {
		g.SignedIn = w.ago(Rand(w.Seed, "guest used", t.ID, who.ID).IntN(60), 30_000)
	}
	t.Users = append(t.Users, g)
	return g
}

// Invite makes a guest of whoever has that address, or finds the one who is there already; nil: the address is one of the tenant's own.
// The caller holds Change.
func (w *World) Invite(t *Tenant, address, name string, now time.Time) *User {
	if u := t.UserBySignIn(address); u != nil {
		if u.Guest() {
			return u
		}
		return nil
	}
	home, who := w.Account(address)
	if home == t {
		return nil
	}
	if who == nil { // an account that this world does not have
		who = &User{ID: address, SignInName: address, Mail: address, DisplayName: address}
	}
	g := w.invite(t, who, "PendingAcceptance")
	g.Created, g.ExternalChanged = now, now
	if f, ok := w.Faults.Active("accountDelay", t.ID); ok {
		g.VisibleFrom = now.Add(f.Delay())
	}
	if name != "" {
		g.DisplayName = name
	}
	return g
}

// Remove deletes an account. Whoever is invited again is somebody new to the directory. The caller holds Change.
func (t *Tenant) Remove(id string) {
	t.Users = slices.DeleteFunc(t.Users, func(u *User) bool { return u.ID == id })
	t.Removed++
}

// InitialDomain is the tenant's onmicrosoft.com domain.
func (t *Tenant) InitialDomain() string { return t.Domains[len(t.Domains)-1] }

// UserBySignIn finds a user object of the tenant by sign-in name or user principal name; case is ignored. The caller holds View or Change.
func (t *Tenant) UserBySignIn(name string) *User {
	for _, u := range t.Users {
		if strings.EqualFold(u.SignInName, name) || strings.EqualFold(u.UserPrincipalName, name) {
			return u
		}
	}
	return nil
}

// User finds a user object of the tenant by its id. The caller holds View or Change.
func (t *Tenant) User(id string) *User {
	for _, u := range t.Users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

// Account finds the account that a sign-in name belongs to, in its home tenant: by the domain, or through a guest's own user
// principal name. The caller holds View or Change.
func (w *World) Account(name string) (*Tenant, *User) {
	_, domain, ok := strings.Cut(strings.ToLower(name), "@")
	if !ok {
		return nil, nil
	}
	t := w.byDomain[domain]
	if t == nil {
		return nil, nil
	}
	u := t.UserBySignIn(name)
	if u == nil || !u.Guest() {
		return t, u
	}
	home := w.byID[u.HomeTenantID]
	if home == nil {
		return t, nil
	}
	return home, home.UserBySignIn(u.SignInName)
}

var passwordWords = []string{"Amber", "Basil", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Heron", "Indigo", "Jasper", "Krill", "Lotus", "Maple", "Nectar", "Onyx", "Pebble", "Quartz", "Raven", "Sable", "Tulip"}

func password(r *rand.Rand) string {
	return fmt.Sprintf("%s-%s-%04d", passwordWords[r.IntN(20)], passwordWords[r.IntN(20)], r.IntN(10000))
}

// folded spells letters outside ASCII as the people who own them do in an e-mail address.
var folded = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ë", "e", "á", "a", "í", "i", "ó", "o", "ú", "u", "ñ", "n",
	"ά", "a", "έ", "e", "ή", "i", "ί", "i", "ό", "o", "ύ", "y", "ώ", "o", "ου", "ou", "α", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "ζ", "z",
	"η", "i", "θ", "th", "ι", "i", "κ", "k", "λ", "l", "μ", "m", "ν", "n", "ξ", "x", "ο", "o", "π", "p", "ρ", "r", "σ", "s", "ς", "s", "τ", "t",
	"υ", "y", "φ", "f", "χ", "ch", "ψ", "ps", "ω", "o", " ", "",
)

func mailName(name string) string {
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, folded.Replace(strings.ToLower(name)))
}

// InvitationTicket is the secret in the link that a guest redeems.
func (w *World) InvitationTicket(guestID string) string { return GUID(w.Seed, "ticket", guestID) }

// RedeemURL is the link that a guest accepts an invitation with; login is the address of the sign-in service.
func (w *World) RedeemURL(login string, t *Tenant, guestID string) string {
	rd := "https://invitations.microsoft.com/redeem/?tenant=" + t.ID + "&user=" + guestID + "&ticket=" + w.InvitationTicket(guestID) + "&ver=2.0"
	return login + "/redeem?rd=" + url.QueryEscape(rd)
}
