package provisioning

import (
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// newAppView is the page on which an application is found, and its JSON twin.
type newAppView struct {
	Rows   []galleryRow `json:"rows"`
	More   bool         `json:"more"` // than are shown
	Open   []openSetup  `json:"unfinished"`
	Chosen *galleryRow  `json:"chosen"`

	m        tenant.Membership
	chrome   page.Chrome
	search   provisioning.GallerySearch
	searched bool
	name     string
	faults   page.Faults
	same     []provisioning.Application // carry that name already
	failed   *ui.Banner
}

type galleryRow struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Publisher   string   `json:"publisher"`
	Description string   `json:"description"`
	Categories  []string `json:"categories"`
	SignOn      []string `json:"single_sign_on"`
	Automatic   bool     `json:"automatic_provisioning"`
}

type openSetup struct {
	ID   string `json:"id"` // of the service principal
	Name string `json:"name"`
	URL  string `json:"url"`

	setup provisioning.Setup
}

func newGalleryRow(g provisioning.GalleryApp) galleryRow {
	return galleryRow{g.ID, g.Name, g.Publisher, g.Description, slices.Concat([]string{}, g.Categories), slices.Concat([]string{}, g.SignOn), g.Automatic}
}

// searchFields are the parameters of a search; any other is refused, as in every list.
var searchFields = []string{"name", "category", "publisher", "all", "template"}

func newSearch(v url.Values) (s provisioning.GallerySearch, err error) {
	for name, values := range v {
		if !slices.Contains(searchFields, name) || len(values) > 1 || len(values[0]) > 100 {
			return s, errs.Show(errs.Invalid, "The address holds a search that this page does not have.")
		}
	}
	s = provisioning.GallerySearch{Name: strings.TrimSpace(v.Get("name")), Category: v.Get("category"), Publisher: strings.TrimSpace(v.Get("publisher")), All: v.Get("all") == "1"}
	if s.Category != "" && !slices.Contains(provisioning.Categories, s.Category) {
		return s, errs.Show(errs.Invalid, "The gallery has no such category.")
	}
	return s, nil
}

func (v newAppView) signIn() string {
	if v.chrome.SignedIn(v.m.Tenant.ID) != nil {
		return ""
	}
	at := v.m.Path("/provisioning/new")
	if v.Chosen != nil {
		at += "?template=" + url.QueryEscape(v.Chosen.ID)
	}
	return page.SignInAt(v.m.Tenant.ID, at)
}

// firstPrimary is the kind of the n-th of several buttons that do the same: one of a page stands out.
func firstPrimary(n int) string {
	if n == 0 {
		return ui.Primary
	}
	return ""
}

func (v newAppView) categorySelect() ui.Select {
	s := ui.Select{Name: "category", Label: "Category", Options: []ui.Option{{Value: "", Label: "Any"}}}
	for _, c := range provisioning.Categories {
		s.Options = append(s.Options, ui.Option{Value: c, Label: categoryWord(c), Selected: c == v.search.Category})
	}
	return s
}

func (v newAppView) supportChoice() ui.Choice {
	return ui.Choice{Name: "all", Legend: "Provisioning", Many: true, Options: []ui.Option{{Value: "1", Label: "Show applications without automatic provisioning too", Selected: v.search.All}}}
}

// categoryWord is a category of the gallery in words: "humanResources" as "Human resources".
func categoryWord(c string) string {
	switch c {
	case "crm", "erp":
		return strings.ToUpper(c)
	case "businessMgmt":
		return "Business management"
	case "itInfrastructure":
		return "IT infrastructure"
	}
	words := spaced(c)
	return strings.ToUpper(words[:1]) + words[1:]
}

// signOnWords are the ways to sign in (Microsoft Graph, applicationTemplate: supportedSingleSignOnModes).
func signOnWords(modes []string) string {
	words := map[string]string{"oidc": "OpenID Connect", "saml": "SAML", "password": "Password", "external": "Linked", "notSupported": "None"}
	var list []string
	for _, m := range modes {
		list = append(list, worded(words, m))
	}
	return strings.Join(list, ", ")
}

func (v newAppView) table() ui.Table {
	t := ui.Table{ID: "gallery", Caption: "Applications of the gallery by name", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Application"}, {Key: "publisher", Label: "Publisher", Width: 200, Phone: "line"}, {Key: "category", Label: "Category", Width: 170, Priority: 2},
		{Key: "provisioning", Label: "Provisioning", Kind: ui.KindState, Width: 130},
	}}
	for _, g := range v.Rows {
		var words []string
		for _, c := range g.Categories {
			if c != "" {
				words = append(words, categoryWord(c))
			}
		}
		state := ui.State{Shape: ui.ShapeNone, Text: "None"}
		if g.Automatic {
			state = ui.State{Shape: ui.ShapeOK, Text: "Automatic"}
		}
		t.Rows = append(t.Rows, ui.Row{Name: g.Name, URL: v.m.Path("/provisioning/new") + "?template=" + url.QueryEscape(g.ID), Cells: []ui.Cell{ui.TextCell(g.Publisher), ui.TextCell(strings.Join(words, ", ")), {State: &state}}})
	}
	return t
}

func (v newAppView) openTable() ui.Table {
	t := ui.Table{ID: "open", Caption: "Set-ups that are not finished", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Application"}, {Key: "by", Label: "Begun by", Width: 260, Phone: "line"}, {Key: "at", Label: "Begun", Kind: ui.KindTime, Width: 120},
	}}
	for _, x := range v.Open {
		t.Rows = append(t.Rows, ui.Row{Name: x.Name, URL: x.URL, Cells: []ui.Cell{ui.TextCell(x.setup.MadeBy), ui.TimeCell(ui.NewTime(x.setup.MadeAt, v.chrome.Now))}})
	}
	return t
}

func (v newAppView) chosenFacts() ui.Facts {
	g := v.Chosen
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Publisher", Value: ui.TextCell(g.Publisher)}, {Label: "About", Value: ui.TextCell(g.Description)}, {Label: "Single sign-on", Value: ui.TextCell(signOnWords(g.SignOn))},
	}}
}

func (v newAppView) none() ui.Empty {
	e := ui.Empty{Kind: ui.EmptyNoMatch, Title: "No application of the gallery matches.", ActionURL: v.m.Path("/provisioning/new"), ActionText: "Search anew"}
	if !v.search.All {
		e.Lines = []string{"Only applications with automatic provisioning were looked for."}
	}
	return e
}
