package page

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// Shell is what stands around the page of a membership: rail, switcher, search, sign-ins.
func Shell(r *http.Request, m tenant.Membership, title string) ui.Shell {
	c := ChromeOf(r.Context())
	s := bare(r, c, title)
	s.User = user(c, m)
	s.Nav = navigation(r.URL.Path, m, c)
	s.Switcher = switcher(r, c, m)
	s.Banner = c.Banner
	for _, in := range c.SignIns {
		s.SignIns = append(s.SignIns, ui.SignIn{Tenant: Chip(in.Tenant, ""), As: in.As, Until: left(c, in), Expired: !in.Until.After(c.Now), URL: "/signin?tenant=" + in.Tenant.ID.String() + "&return=" + url.QueryEscape(s.Path)})
	}
	if r.URL.Path == "/search" {
		s.Search = r.URL.Query().Get("q")
	}
	return s
}

// PlainShell is for pages without rail: sign-in, consent, problems of people who are not signed in.
func PlainShell(r *http.Request, title string) ui.Shell {
	return bare(r, ChromeOf(r.Context()), title)
}

func bare(r *http.Request, c Chrome, title string) ui.Shell {
	s := ui.Shell{Lang: c.Lang, Theme: c.Theme, Title: title, Path: r.URL.RequestURI()}
	if f := c.Flash; f != nil {
		s.Flash = &ui.Banner{Kind: f.Kind, Title: f.Title, Text: f.Text}
	}
	return s
}

func left(c Chrome, in SignIn) string {
	if d := in.Until.Sub(c.Now); d > 0 {
		return ui.Length(d) + " left"
	}
	return "expired"
}

func user(c Chrome, m tenant.Membership) *ui.User {
	p := m.Person
	u := &ui.User{Name: p.Name, Initials: initials(p.Name), UPN: p.UPN, Role: roleWords[p.Role], Partner: c.Partner}
	if p.Role.Staff() {
		u.Scope = ui.Count(int64(c.Count), "customer", "customers")
	}
	return u
}

var roleWords = map[tenant.Role]string{
	tenant.RoleOwner: "owner", tenant.RoleTechnician: "technician", tenant.RoleSupport: "support",
	tenant.RoleCustomerAdmin: "administrator", tenant.RoleCustomerUser: "employee", tenant.RoleStranger: "no role",
}

// RoleWord is a role in the portal's words.
func RoleWord(r tenant.Role) string { return roleWords[r] }

// initials are the first letters of the first and the last name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[:1]
	if len(words) > 1 {
		first = append(first, []rune(words[len(words)-1])[0])
	}
	return strings.ToUpper(string(first))
}

// Chip names a tenant with its colour and leads to that page inside it.
func Chip(t tenant.Tenant, page string) ui.TenantChip {
	colour := int(t.Mark)
	if colour < 0 || colour > 11 {
		colour = ui.Mark(t.ID.String())
	}
	return ui.TenantChip{Name: t.Name(), URL: "/t/" + t.ID.String() + page, Colour: colour, Domain: t.DefaultDomain}
}

// entry is a line of the rail. Path is below the scope: "/devices" is /devices or /t/{tenant}/devices.
type entry struct {
	label, icon, path string
	may               tenant.Ability
}

var (
	fleet = []entry{
		{"Devices", "laptop", "/devices", tenant.MayView},
		{"Actions", "flash", "/actions", tenant.MayView},
		{"Apps", "apps", "/apps", tenant.MayView},
		{"Configuration", "options", "/configuration", tenant.MayView},
		{"Provisioning", "people_sync", "/provisioning", tenant.MayView},
		{"Incidents", "shield", "/incidents", tenant.MayView},
		{"Services", "certificate", "/services", tenant.MayView},
		{"Licences", "document_text", "/licences", tenant.MayView},
	}
	everywhere = []entry{
		{"Overview", "home", "/", tenant.MayView},
		{"Customers", "building_multiple", "/tenants", tenant.MayView},
		{"Approvals", "signature", "/approvals", tenant.MayView},
	}
	system = []entry{
		{"Sync", "arrow_sync", "/sync", tenant.MayView},
		{"Changes", "edit", "/changes", tenant.MayView},
		{"Roles", "person_key", "/roles", tenant.MayView},
		{"Access", "person_lock", "/access", tenant.MayView},
		{"Guests", "person_add", "/guests", tenant.MayView},
		{"GDAP", "key", "/relationships", tenant.MayView},
		{"Reviews", "checkmark_circle", "/reviews", tenant.MayView},
		{"Activity", "history", "/activity", tenant.MayView},
		{"Groups", "group", "/groups", tenant.MayView},
		{"Views", "bookmark", "/views", tenant.MayView},
		{"Staff", "people", "/staff", tenant.MayStaff},
		{"Settings", "settings", "/settings", tenant.MaySettings},
	}
	inTenant = []entry{
		{"Changes", "edit", "/changes", tenant.MayView},
		{"Roles", "person_key", "/roles", tenant.MayView},
		{"Access", "person_lock", "/access", tenant.MayView},
		{"Guests", "person_add", "/guests", tenant.MayView},
		{"GDAP", "key", "/relationships", tenant.MayView},
		{"Consent", "checkmark_starburst", "/consent", tenant.MayView},
		{"Review", "checkmark_circle", "/review", tenant.MayView},
		{"Activity", "history", "/activity", tenant.MayView},
		{"Tags", "tag", "/tags", tenant.MayView},
	}
)

// navigation is the rail: that of all customers, or inside a tenant that tenant's with a short way back.
func navigation(path string, m tenant.Membership, c Chrome) []ui.NavGroup {
	group := func(title, prefix string, entries []entry) ui.NavGroup {
		g := ui.NavGroup{Title: title}
		for _, e := range entries {
			if !m.May(e.may) {
				continue
			}
			to := prefix + e.path
			w := c.Waiting[to]
			g.Items = append(g.Items, ui.NavItem{Label: e.label, Icon: e.icon, URL: c.start(to, e.path), Current: current(path, to), Count: w.Count, Bad: w.Bad})
		}
		return g
	}
	switch {
	case m.Person.Role == tenant.RoleCustomerAdmin:
		return []ui.NavGroup{customerNav(path, true)}
	case m.Person.Role == tenant.RoleCustomerUser:
		return []ui.NavGroup{customerNav(path, false)}
	case m.Person.Role == tenant.RoleStranger:
		return nil
	case m.One():
		prefix := "/t/" + m.Tenant.ID.String()
		first := group("", prefix, append([]entry{{"Summary", "building", "", tenant.MayView}}, fleet...))
		return []ui.NavGroup{first, group("Trust", prefix, inTenant), group("All customers", "", append(everywhere[:3:3], system[0]))}
	}
	return []ui.NavGroup{group("", "", everywhere), group("Fleet", "", fleet), group("System", "", system)}
}

func customerNav(path string, admin bool) ui.NavGroup {
	var g ui.NavGroup
	if admin {
		g.Items = append(g.Items, ui.NavItem{Label: "Evidence", Icon: "shield_checkmark", URL: "/evidence", Current: current(path, "/evidence")})
	}
	g.Items = append(g.Items, ui.NavItem{Label: "My devices", Icon: "laptop", URL: "/me/devices", Current: current(path, "/me/devices")})
	return g
}

// start is where an entry of the rail leads: the list with the person's own view, or as it is.
func (c Chrome) start(to, list string) string {
	if id := c.Starts[list]; id != 0 {
		return to + "?view=" + strconv.FormatInt(id, 10)
	}
	return to
}

// current tells whether the rail's entry is the page or one above it; "/" and a tenant's summary only match themselves.
func current(path, url string) bool {
	if path == url {
		return true
	}
	return strings.Count(url, "/") != 0 && url != "/" && !isSummary(url) && strings.HasPrefix(path, url+"/")
}

func isSummary(url string) bool { return strings.HasPrefix(url, "/t/") && strings.Count(url, "/") == 2 }

func switcher(r *http.Request, c Chrome, m tenant.Membership) ui.Switcher {
	s := ui.Switcher{CountAll: c.Count, AllURL: "/", Hidden: !m.Person.Role.Staff()}
	_, rest, inside := strings.Cut(strings.TrimPrefix(r.URL.Path, "/t/"), "/")
	if m.One() {
		chip := Chip(m.Tenant, "")
		s.Current = &chip
		if inside {
			s.Rest, s.AllURL = firstSegment(rest), overAll(firstSegment(rest))
		}
	} else {
		s.Rest = sharedPage(r.URL.Path)
	}
	var recent ui.SwitcherGroup
	for _, t := range c.Recent {
		recent.Items = append(recent.Items, ui.SwitcherItem{Tenant: Chip(t, s.Rest)})
	}
	recent.Title = "Customers"
	if len(recent.Items) > 0 {
		s.Groups = []ui.SwitcherGroup{recent}
	}
	return s
}

// firstSegment keeps the list of a page: of devices/{id} only "/devices", as another tenant has no such device.
func firstSegment(rest string) string {
	seg, _, _ := strings.Cut(rest, "/")
	return "/" + seg
}

// sharedPage is the page, where each tenant has the same one.
func sharedPage(path string) string {
	for _, e := range append(append([]entry{}, fleet...), inTenant...) {
		if e.path == path {
			return path
		}
	}
	return ""
}

// overAll is the same page over all tenants, or the overview where there is none.
func overAll(page string) string {
	for _, e := range append(append([]entry{}, fleet...), system...) {
		if e.path == page {
			return page
		}
	}
	return "/"
}
