package ui

// Shell is what stands around a page's content.
type Shell struct {
	Lang     string // BCP 47, for <html lang>
	Theme    string // "" follows the device; "light", "dark"
	Title    string // of the document; the product's name follows
	Path     string // path and query of this page, for return links and the theme form
	User     *User  // nil: nobody is signed in
	Nav      []NavGroup
	Switcher Switcher
	SignIns  []SignIn
	Search   string  // what the search field holds
	Banner   *Banner // on every page, while it holds
	Flash    *Banner // shown once after a POST
	Toast    *Toast
	Help     string // address of the help page; "" prints no link
	Refresh  int    // seconds after which the page loads again, 0 never; a job's progress without JavaScript
	Live     bool   // the page renews its parts by itself, so that Refresh counts without JavaScript only
	Narrow   bool   // Plain only: a column of 400 (sign-in); else 1080 (consent, evidence)

	// Plain only.
	Partner   *Partner       // leads the page instead of the product
	Languages []LanguageLink // beside the partner
	Foot      []Link
	Paper     []Pair // only printed: where and when the page was read, and what tells it from another; what is empty is left out
	Skip      string // words of the skip link in the page's language; "Skip to content" by default
}

// User is who is signed in.
type User struct {
	Name, Initials, UPN string
	Role                string // "technician"
	Scope               string // "214 customers"
	Partner             string // "First Up Consultants"
	SignOut             string // address of the POST; "/signout" by default
}

// Partner is who asks the reader of a customer's page.
type Partner struct{ Name, Initials string }

// LanguageLink leads to the same page in another language.
type LanguageLink struct {
	Lang, Name, URL string
	Current         bool
}

// NavGroup is a part of the rail; the first has no title.
type NavGroup struct {
	Title string
	Items []NavItem
}

// NavItem is an entry of the rail. Count is how many wait for a person there, 0 prints nothing; Bad prints it in red.
type NavItem struct {
	Label, Icon, URL string
	Current          bool
	Count            int
	Bad              bool
}

// Switcher is the tenant switcher. Its search is a GET form to /tenants; with JavaScript it filters while typing.
type Switcher struct {
	Current     *TenantChip // nil: all customers
	CurrentLang string
	CountAll    int
	AllURL      string // the page over all customers, or "/"
	Rest        string // the page inside a tenant, "/devices": a choice leads to /t/{guid}{Rest}
	Groups      []SwitcherGroup
	SearchValue string
	Hidden      bool // people who see one tenant only have nothing to switch
}

// SwitcherGroup is a titled part of the switcher: "Recent", "Starts with “w”".
type SwitcherGroup struct {
	Title string
	Items []SwitcherItem
}

// SwitcherItem is a tenant with one fact: its devices, or its worst state.
type SwitcherItem struct {
	Tenant TenantChip
	Fact   string
	State  *State // instead of Fact
}

// SignIn is an open sign-in at a customer.
type SignIn struct {
	Tenant  TenantChip
	As      string // "d.kranz, guest"
	Until   string // "52 min left"
	Expired bool
	URL     string // sign in again
}

// documentTitle is the page's title followed by the product's name.
func (s Shell) documentTitle() string {
	if s.Title == "" {
		return "Tenantry"
	}
	return s.Title + " · Tenantry"
}

func (s Shell) lang() string {
	if s.Lang == "" {
		return "en"
	}
	return s.Lang
}

func (s Shell) skip() string {
	if s.Skip == "" {
		return "Skip to content"
	}
	return s.Skip
}

// sheetMark is the class that colours the sheet's upper edge in one tenant.
func (s Shell) sheetMark() string {
	if s.Switcher.Current == nil {
		return ""
	}
	return "in-tenant " + markClass(s.Switcher.Current.Colour)
}

// otherTheme is what the theme button switches to. Where the device decides, dark is the choice that is offered first; app.js asks
// the device and corrects it.
func (s Shell) otherTheme() string {
	if s.Theme == "dark" {
		return "light"
	}
	return "dark"
}

func (u User) signOut() string {
	if u.SignOut == "" {
		return "/signout"
	}
	return u.SignOut
}

// standing is the role, and for staff how much it reaches.
func (u User) standing() string {
	if u.Scope == "" {
		return u.Role
	}
	return u.Role + " · " + u.Scope
}

// searches tells whether the person has more to search than their own page: whoever has no switcher is a customer.
func (s Shell) searches() bool { return !s.Switcher.Hidden }
