package ui_test

import (
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/ui"
)

// The gallery holds every part of this package on pages like the product's, with invented data, so that a browser can look at them.

var now = time.Date(2026, 11, 21, 2, 53, 0, 0, time.UTC)

func minutesAgo(n int) ui.Time { return ui.NewTime(now.Add(-time.Duration(n)*time.Minute), now) }

// all prints components one after the other.
func all(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range parts {
			if err := p.Render(templ.ClearChildren(ctx), w); err != nil {
				return err
			}
		}
		return nil
	})
}

// in prints a component with children.
func in(outer templ.Component, parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, all(parts...)), w)
	})
}

func chip(name string, colour int, domain string) ui.TenantChip {
	return ui.TenantChip{Name: name, URL: "/t/" + domain, Colour: colour, Domain: domain}
}

var (
	northwind = chip("Northwind Traders", 7, "northwindtraders.com")
	contoso   = chip("Contoso", 1, "contoso.com")
	fabrikam  = chip("Fabrikam", 0, "fabrikam.com")
	woodgrove = chip("Woodgrove Bank", 11, "woodgrovebank.com")
	adatum    = chip("Adatum", 3, "adatum.com")
	litware   = chip("Litware", 2, "litware.com")
	tailspin  = chip("Tailspin Toys", 5, "tailspintoys.com")
	lamna     = chip("Lamna Healthcare", 9, "lamnahealthcare.com")
	wideworld = chip("Wide World Importers", 10, "wideworldimporters.com")
	vanarsdel = chip("VanArsdel", 8, "vanarsdelltd.com")
	proseware = chip("Proseware", 6, "proseware.com")
)

// shell is the frame of a technician's page; current is the label of the rail's entry.
func shell(title, current string, in *ui.TenantChip) ui.Shell {
	s := ui.Shell{
		Title: title, Path: "/" + current, Help: "/help",
		User: &ui.User{Name: "D. Kranz", Initials: "DK", UPN: "d.kranz@firstup.example", Role: "technician", Scope: "214 customers", Partner: "First Up Consultants"},
		Nav:  fleetNav(), SignIns: []ui.SignIn{
			{Tenant: contoso, As: "d.kranz, guest", Until: "52 min left"},
			{Tenant: adatum, As: "d.kranz, GDAP", Until: "2 h left"},
			{Tenant: woodgrove, As: "d.kranz, guest", Expired: true, URL: "/signin?tenant=woodgrovebank.com"},
		},
		Switcher: ui.Switcher{Current: in, CountAll: 214, Rest: "/devices", Groups: switcherGroups()},
	}
	if in != nil {
		s.Nav = tenantNav()
	}
	for g := range s.Nav {
		for i := range s.Nav[g].Items {
			s.Nav[g].Items[i].Current = s.Nav[g].Items[i].Label == current
		}
	}
	return s
}

func switcherGroups() []ui.SwitcherGroup {
	return []ui.SwitcherGroup{
		{Title: "Starts with “w”", Items: []ui.SwitcherItem{
			{Tenant: woodgrove, Fact: "3,904 devices"},
			{Tenant: wideworld, State: &ui.State{Shape: ui.ShapeWarn, Text: "GDAP ends 30 Nov"}},
		}},
		{Title: "Recent", Items: []ui.SwitcherItem{
			{Tenant: fabrikam, State: &ui.State{Shape: ui.ShapeWarn, Text: "consent drift"}},
			{Tenant: tailspin, State: &ui.State{Shape: ui.ShapeUnknown, Text: "not read"}},
			{Tenant: contoso, Fact: "1,284 devices"},
		}},
	}
}

func item(label, icon string, count int, bad bool) ui.NavItem {
	return ui.NavItem{Label: label, Icon: icon, URL: "/" + label, Count: count, Bad: bad}
}

func fleetNav() []ui.NavGroup {
	return []ui.NavGroup{
		{Items: []ui.NavItem{item("Overview", "home", 0, false), item("Customers", "building_multiple", 0, false)}},
		{Title: "Fleet", Items: []ui.NavItem{
			item("Devices", "laptop", 0, false), item("Apps", "apps", 0, false), item("Configuration", "options", 0, false),
			item("Services", "certificate", 4, true), item("Provisioning", "people_sync", 5, true), item("Incidents", "shield_error", 12, false),
		}},
		{Title: "Trust", Items: []ui.NavItem{item("Access", "person_key", 0, false), item("Approvals", "signature", 2, false), item("Reviews", "clipboard_task", 0, false)}},
		{Title: "System", Items: []ui.NavItem{item("Sync", "arrow_sync", 0, false), item("Staff", "people", 0, false), item("Settings", "settings_cog_multiple", 0, false)}},
	}
}

func tenantNav() []ui.NavGroup {
	return []ui.NavGroup{
		{Items: []ui.NavItem{
			item("Summary", "building", 0, false), item("Devices", "laptop", 0, false), item("Apps", "apps", 0, false), item("Configuration", "options", 0, false),
			item("Roles", "shield_keyhole", 0, false), item("Services", "certificate", 0, false), item("Provisioning", "people_sync", 1, true), item("Incidents", "shield_error", 0, false),
		}},
		{Title: "Trust", Items: []ui.NavItem{item("Consent", "checkmark_starburst", 2, false), item("Guests", "person_add", 0, false), item("Review", "clipboard_task", 0, false), item("Activity", "history", 0, false)}},
		{Title: "All customers", Items: []ui.NavItem{item("Overview", "home", 0, false), item("Customers", "building_multiple", 0, false), item("Approvals", "signature", 2, false), item("Sync", "arrow_sync", 0, false)}},
	}
}

// fleetContext is the context line over all customers.
var fleetContext = []ui.Crumb{{Text: "All customers", URL: "/"}, {Text: "214"}}

// gallery is every page by its path.
func gallery() map[string]templ.Component {
	return map[string]templ.Component{
		"/overview":         in(ui.Page(shell("Overview", "Overview", nil)), overviewPage()),
		"/devices":          in(ui.Page(shell("Devices", "Devices", nil)), devicesPage()),
		"/device":           in(ui.Page(shell("NWT-LT-0482", "Devices", &northwind)), devicePage()),
		"/provisioning":     in(ui.Page(shell("Provisioning", "Provisioning", nil)), provisioningPage()),
		"/provisioning-job": in(ui.Page(shell("Salesforce", "Provisioning", &contoso)), jobPage()),
		"/tenant":           in(ui.Page(shell("Fabrikam", "Summary", &fabrikam)), tenantPage()),
		"/wipe":             in(ui.Page(shell("Wipe this device?", "Devices", &northwind)), wipePage()),
		"/doctor":           in(ui.Page(shell("Woodgrove Bank refused to list its apps", "Apps", &woodgrove)), doctorPage()),
		"/states":           in(ui.Page(statesShell()), statesPage()),
		"/search":           in(ui.Page(shell("Search", "", nil)), searchPage()),
		"/problem":          in(ui.Page(shell("Nothing is here", "", nil)), ui.Problem(notFound)),
		"/consent":          in(ui.Plain(consentShell()), consentPage()),
		"/signin":           in(ui.Plain(ui.Shell{Title: "Sign in", Narrow: true, Foot: []ui.Link{{Text: "What we store", URL: "/about"}, {Text: "Status", URL: "/status"}}}), signInPage()),
	}
}

var notFound = ui.ProblemView{
	Status: 404, Heading: "Nothing is here", What: "There is no such page, or it belongs to a customer that you may not see.",
	Next: "Check the address, or search for what you need.", RequestID: "0b9c22d4-5c0b-43a6-92b6-7d8a4ad3a1f0",
	Actions: []ui.Action{{Text: "Open overview", URL: "/", Kind: ui.Primary}, {Text: "Search", URL: "/search"}},
}

func statesShell() ui.Shell {
	s := shell("Empty and unknown", "Devices", nil)
	s.Flash = &ui.Banner{Kind: "ok", Title: "Sync was asked for 12 customers."}
	s.Toast = &ui.Toast{Text: "Tag “loaner” removed from 3 devices", Undo: "/undo", Fields: []ui.Pair{{Name: "id", Value: "7"}}, Seconds: 8}
	return s
}

func consentShell() ui.Shell {
	return ui.Shell{
		Title: "First Up Consultants asks to look after the devices of Fabrikam", Partner: &ui.Partner{Name: "First Up Consultants", Initials: "FU"},
		Languages: []ui.LanguageLink{
			{Lang: "en", Name: "English", URL: "?lang=en", Current: true}, {Lang: "fr", Name: "Français", URL: "?lang=fr"}, {Lang: "de", Name: "Deutsch", URL: "?lang=de"},
			{Lang: "es", Name: "Español", URL: "?lang=es"}, {Lang: "nl", Name: "Nederlands", URL: "?lang=nl"}, {Lang: "el", Name: "Ελληνικά", URL: "?lang=el"},
		},
	}
}
