package world

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Options size and seed a world. The zero value is the demo's.
type Options struct {
	Seed         uint64           // 0 means 1
	Tenants      int              // customers beside the home tenant; 0 means 12
	Devices      int              // managed devices over all customers; 0 means 4,800
	RedirectURIs []string         // registered beside the defaults
	Now          func() time.Time // nil means the machine's time
}

// New builds a world. The same seed and sizes make the same tenants, people, ids, passwords and secrets.
func New(o Options) *World {
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Tenants <= 0 {
		o.Tenants = 12
	}
	if o.Devices <= 0 {
		o.Devices = 4800
	}
	w := &World{
		Seed: o.Seed, Clock: NewClock(o.Now), Faults: &Faults{}, Log: NewLog(10000),
		byID: map[string]*Tenant{}, byDomain: map[string]*Tenant{},
	}
	w.anchor = quarterOf(w.Clock.Real())
	w.App = newApp(o)
	w.Narrow = []*App{narrowApp(o)}
	states := consentStates(o.Tenants)
	devices := shareDevices(o.Devices, states)
	w.addTenant(partner, 0, ConsentFull)
	for i, state := range states {
		c := companyAt(i)
		w.addTenant(c, devices[i], state)
	}
	w.addStaff()
	for i := range states {
		w.addPeople(w.tenants[i+1])
	}
	w.connect()
	return w
}

// quarterOf is the start of the span of 91 days that t lies in.
func quarterOf(t time.Time) time.Time {
	const quarter = 91 * 24 * time.Hour
	return t.Add(-time.Duration(t.UnixNano() % int64(quarter)))
}

// Anchor is the moment from which ages are counted: the start of the quarter in which the world was made. So what was made long ago
// keeps its date when the world is made again an hour or a week later.
func (w *World) Anchor() time.Time { return w.anchor }

// ago is a moment of a day so many days before the anchor.
func (w *World) ago(days, second int) time.Time {
	return w.anchor.Add(-time.Duration(days)*24*time.Hour + time.Duration(second)*time.Second)
}

func newApp(o Options) App {
	id := GUID(o.Seed, "client id")
	a := App{
		ClientID: id, ObjectID: GUID(o.Seed, "application"), DisplayName: "Tenantry",
		ClientSecret: "sim8Q~" + strings.ReplaceAll(GUID(o.Seed, "secret", 1)+GUID(o.Seed, "secret", 2), "-", "")[:34],
		APIScope:     "api://" + id + "/access_as_user", RequiredRoles: slices.Clone(readOnlyRoles), RequiredScope: slices.Clone(staticScopes),
		Certificate: certificateOf(o.Seed), Claims: []string{"acct", "auth_time", "login_hint", "sid", "wids"},
		RedirectURIs: []string{"http://localhost/auth/callback", "http://localhost/auth/consent"},
	}
	a.RedirectURIs = append(a.RedirectURIs, o.RedirectURIs...)
	return a
}

// narrowApp is the registration that asks for devices alone. It is for web sign-in as the other is, with a secret and a certificate of its own.
func narrowApp(o Options) *App {
	a := newApp(o)
	id := GUID(o.Seed, "client id", "devices")
	a.ClientID, a.ObjectID, a.DisplayName = id, GUID(o.Seed, "application", "devices"), "Tenantry Devices"
	a.ClientSecret = "sim8Q~" + strings.ReplaceAll(GUID(o.Seed, "secret", 3)+GUID(o.Seed, "secret", 4), "-", "")[:34]
	a.APIScope, a.RequiredRoles, a.RequiredScope = "api://"+id+"/access_as_user", slices.Clone(narrowRoles), slices.Clone(narrowScopes)
	return &a
}

// consentStates says how consent stands with each customer: full, but for the last few.
func consentStates(n int) []Consent {
	states := make([]Consent, n)
	for i := range states {
		states[i] = ConsentFull
	}
	tail := []Consent{ConsentNone, ConsentPartly, ConsentWithdrawn, ConsentDeclined}
	for i := 0; i < min(n-1, len(tail)); i++ {
		states[n-1-i] = tail[i]
	}
	return states
}

// unlicensed is the customer without Intune: the last one with full consent, where there are several.
func unlicensed(states []Consent) int {
	full := 0
	for _, s := range states {
		if s == ConsentFull {
			full++
		}
	}
	if full < 3 {
		return -1
	}
	return full - 1
}

// shareDevices gives the first customers many devices and the last ones few.
func shareDevices(total int, states []Consent) []int {
	n, none := len(states), unlicensed(states)
	weight, sum := make([]float64, n), 0.0
	for i := range weight {
		if i == none {
			continue
		}
		weight[i] = 1 / math.Pow(float64(i)+1.6, 1.05) * (0.9 + 0.2*float64(i*7%5)/4)
		if states[i] != ConsentFull {
			weight[i] *= 0.5
		}
		sum += weight[i]
	}
	out, left := make([]int, n), total
	for i := n - 1; i > 0; i-- {
		out[i] = min(int(float64(total)*weight[i]/sum), left)
		left -= out[i]
	}
	out[0] = left
	return out
}

// companyAt is the i-th customer: Microsoft's fictitious companies, and from there on the same again with a number.
func companyAt(i int) company {
	c := companies[i%len(companies)]
	if round := i / len(companies); round > 0 {
		c.name = fmt.Sprintf("%s %d", c.name, round+1)
		c.label = fmt.Sprintf("%s%d", c.label, round+1)
		c.tld = "example"
		c.prefix = fmt.Sprintf("%s%d", c.prefix, round+1)
	}
	return c
}

func (w *World) addTenant(c company, devices int, state Consent) *Tenant {
	n := len(w.tenants)
	r := Rand(w.Seed, "tenant", n)
	t := &Tenant{
		Index: n, ID: GUID(w.Seed, "tenant", n), DisplayName: c.name, Home: n == 0,
		Domains: []string{c.label + "." + c.tld, c.label + ".onmicrosoft.com"},
		Country: c.country, Language: c.language, Industry: c.industry, Region: c.region, Devices: devices, Prefix: c.prefix, Health: c.health,
		Intune: n == 0 || devices > 0, Defender: n == 0 || devices >= 100, Premium: 1, Consent: state,
		Created:           w.ago(900+r.IntN(3000), r.IntN(86400)),
		ServicePrincipals: map[string]*ServicePrincipal{}, Provisioning: map[string]Provisioning{}, Handled: map[int]Handled{}, Triage: map[string]Triage{},
	}
	switch {
	case !t.Intune:
		t.SKUs, t.Premium = []string{"O365_BUSINESS_PREMIUM"}, 0
	case devices > 300 || n == 0:
		t.SKUs, t.Premium = []string{"SPE_E5", "POWER_BI_STANDARD", "FLOW_FREE"}, 2
	case devices > 60:
		t.SKUs = []string{"SPE_E3", "FLOW_FREE"}
	default:
		t.SKUs = []string{"SPB"}
	}
	if devices > 300 {
		t.Domains = slices.Insert(t.Domains, 1, "mail."+t.Domains[0])
	}
	w.tenants = append(w.tenants, t)
	w.byID[t.ID] = t
	for _, d := range t.Domains {
		w.byDomain[d] = t
	}
	return t
}

// addStaff makes the partner's people. Their job titles say what they are in the portal.
func (w *World) addStaff() {
	home := w.tenants[0]
	w.person(home, 0, "Owner", "Global Administrator")
	for n := 1; n <= 4; n++ {
		w.person(home, n, "Technician")
	}
	w.person(home, 5, "Support")
	w.person(home, 6, "Support")
	w.person(home, 7, "Accountant")
	left := w.person(home, 8, "Technician")
	left.AccountEnabled = false
	agents := &Group{ID: GUID(w.Seed, "group", 0, "agents"), DisplayName: "AdminAgents"}
	intune := &Group{ID: GUID(w.Seed, "group", 0, "intune"), DisplayName: "GDAP Intune technicians"}
	for _, u := range home.Users[1:3] {
		agents.Members = append(agents.Members, u.ID)
		intune.Members = append(intune.Members, u.ID)
	}
	agents.Members = append(agents.Members, home.Users[0].ID)
	home.Groups = []*Group{agents, intune}
}

// addPeople makes a customer's people: its administrators, then people without a role, one of whom has left.
func (w *World) addPeople(t *Tenant) {
	w.person(t, 0, "IT Manager", "Global Administrator")
	w.person(t, 1, "Application Owner", "Application Administrator")
	w.person(t, 2, "Workplace Engineer", "Intune Administrator")
	if t.Devices > 60 {
		w.person(t, 3, "Security Analyst", "Security Reader")
		w.person(t, 4, "Identity Architect", "Privileged Role Administrator")
	}
	plain := min(max(t.Devices/60, 3), 20)
	for n := range plain {
		w.person(t, 10+n, plainTitles[n%len(plainTitles)])
	}
	w.person(t, 40, "Buyer").AccountEnabled = false
}

// connect sets how tenants relate: consent, GDAP relationships and guests in both directions.
func (w *World) connect() {
	home := w.tenants[0]
	sp := w.GrantAll(home, &w.App, home.Created.Add(24*time.Hour))
	for _, a := range w.Narrow {
		w.GrantAll(home, a, sp.Created)
	}
	for _, r := range partnerRoles {
		sp.Roles[r] = sp.Created
	}
	w.GrantScopes(home, &w.App, GraphAppID, "", []string{"DelegatedAdminRelationship.ReadWrite.All"}, sp.Created)
	technicians, intune := home.Users[1:5], home.Groups[1]
	for i, t := range w.tenants[1:] {
		w.consentSeed(t)
		switch {
		case t.Consent == ConsentNone:
			w.relate(t, "approvalPending", intune, "Intune Administrator", "Global Reader")
		case t.Consent == ConsentWithdrawn:
			w.relate(t, "expired", intune, "Intune Administrator")
		case i%4 == 0:
			w.relate(t, "active", intune, "Intune Administrator", "Security Administrator", "Global Reader", "Cloud Application Administrator")
		case i%2 == 0:
			w.relate(t, "active", intune, "Intune Administrator", "Security Reader", "Global Reader")
		default:
			w.invite(t, technicians[2], "Accepted", "Intune Administrator", "Guest Inviter")
		}
		if i%3 == 0 {
			w.invite(t, technicians[3], "PendingAcceptance")
		} else if i%3 == 1 {
			w.invite(t, technicians[3], "Accepted", "Intune Administrator", "Security Reader")
		} else if t.Devices > 60 {
			w.addRoleGroup(t, w.invite(t, technicians[3], "Accepted"))
		}
	}
	w.relateMore()
	if n := len(w.tenants); n > 1 {
		w.invite(home, w.tenants[1].Users[0], "Accepted")
		w.invite(home, w.tenants[n-1].Users[2], "PendingAcceptance")
	}
}

// addRoleGroup makes a group that holds a directory role: one of the customer's own people and a guest have it by that group only.
func (w *World) addRoleGroup(t *Tenant, guest *User) {
	engineer := t.Users[slices.IndexFunc(t.Users, func(u *User) bool { return len(u.Roles) == 0 && !u.Guest() })]
	t.Groups = append(t.Groups, &Group{ID: GUID(w.Seed, "group", t.Index, "roles"), DisplayName: "Device administrators", Members: []string{engineer.ID, guest.ID}, Roles: []string{"Intune Administrator"}})
}

func (w *World) consentSeed(t *Tenant) {
	r := Rand(w.Seed, "consent", t.Index)
	at := w.ago(20+r.IntN(200), r.IntN(86400))
	switch t.Consent {
	case ConsentFull:
		w.GrantAll(t, &w.App, at)
	case ConsentPartly:
		sp := w.Install(t, &w.App, at)
		for _, r := range partlyRoles {
			sp.Roles[r] = at
		}
		w.GrantScopes(t, &w.App, GraphAppID, "", []string{"openid", "profile", "offline_access", "User.Read"}, at)
	}
}

// Tenants are all tenants, the home tenant first. Which tenants there are never changes; what is in them may.
func (w *World) Tenants() []*Tenant { return w.tenants }

// Home is the partner's own tenant.
func (w *World) Home() *Tenant { return w.tenants[0] }

// Tenant finds a tenant by GUID or verified domain; case is ignored.
func (w *World) Tenant(guidOrDomain string) (*Tenant, bool) {
	name := strings.ToLower(guidOrDomain)
	if t, ok := w.byID[name]; ok {
		return t, true
	}
	t, ok := w.byDomain[name]
	return t, ok
}

// View runs f while nothing changes. It must not be nested.
func (w *World) View(f func()) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	f()
}

// Change runs f while nobody else looks. It must not be nested.
func (w *World) Change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}
