package settings

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// grant is one permission of the catalogue.
type grant struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"`
	Sentence string   `json:"sentence"`
	Features []string `json:"features"`
	URL      string   `json:"url"`
}

// catalogue is every permission that some feature asks for, with the sentence that customers read, and what is used at home alone.
func catalogue() []grant {
	found := map[permission.Permission]*grant{}
	var order []permission.Permission
	for _, e := range permission.Catalogue() {
		text := e.Feature.In(permission.English)
		application, delegated := permission.Plan([]permission.Feature{e.Feature})
		for _, p := range slices.Concat(application, delegated) {
			g, ok := found[p]
			if !ok {
				g = &grant{Name: p.Name, Kind: string(p.Kind), Sentence: text.Sentence.Plain(), URL: permissionURL(p.Name)}
				found[p] = g
				order = append(order, p)
			}
			g.Features = append(g.Features, text.Name)
		}
	}
	slices.SortFunc(order, permission.Permission.Compare)
	out := make([]grant, 0, len(order))
	for _, p := range order {
		out = append(out, *found[p])
	}
	for _, u := range permission.HomeUses() {
		out = append(out, grant{Name: u.Name, Kind: string(u.Kind), Sentence: u.For, Features: []string{homeOnly}, URL: permissionURL(u.Name)})
	}
	return out
}

// homeOnly is said of what no customer is asked for.
const homeOnly = "The partner's own tenant only"

func permissionURL(name string) string { return "/settings/permissions/" + url.PathEscape(name) }

var kinds = page.Filter{Name: "kind", Label: "Type", Options: []page.Option{{Value: "application", Label: "Application"}, {Value: "delegated", Label: "Delegated"}}}

var grantSpec = page.Spec{Filters: []page.Filter{kinds}}

var grantColumns = []page.Column[grant]{
	{Key: "name", Label: "Permission", Width: 380, Text: func(g grant) string { return g.Name }},
	{Key: "kind", Label: "Type", Width: 110, Cell: func(g grant) ui.Cell { return ui.TextCell(g.Kind) }, Text: func(g grant) string { return g.Kind }},
	{Key: "sentence", Label: "What it opens", Cell: func(g grant) ui.Cell { return ui.TextCell(g.Sentence) }, Text: func(g grant) string { return g.Sentence }},
	{Key: "features", Label: "Needed for", Priority: 2, Width: 220, Cell: func(g grant) ui.Cell { return ui.QuietCell(strings.Join(g.Features, ", ")) }, Text: func(g grant) string { return strings.Join(g.Features, ", ") }},
}

// tabs lead between the two ways to read the catalogue.
func tabs(operations bool) ui.Tabs {
	return ui.Tabs{Label: "The catalogue", Items: []ui.Tab{{Text: "Permissions", URL: "/settings/permissions", Current: !operations}, {Text: "Operations", URL: "/settings/permissions/operations", Current: operations}}}
}

func (h *Handler) permissions(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := grantSpec.Parse(r.URL)
	if err != nil {
		return err
	}
	rows := slices.DeleteFunc(catalogue(), func(g grant) bool { return !fits(q.Values["kind"], g.Kind) })
	return page.List[grant]{
		Title: "Permissions", One: "permission", Many: "permissions", M: m, Query: q, Spec: grantSpec, Columns: grantColumns, Rows: rows, Count: int64(len(rows)), URL: func(g grant) string { return g.URL },
		Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}}, Lead: "What the portal may ask customers for and, last, what it uses at the partner's own tenant alone. Every application permission only reads; what changes things is used with the token of the person who does it.",
		Above: tabs(false),
	}.Serve(w, r)
}

func fits(chosen []string, v string) bool { return len(chosen) == 0 || slices.Contains(chosen, v) }

// operation is one call that a feature makes, with the permission that it is asked for: a row of the list, and its JSON twin.
type operation struct {
	ID         string `json:"id"`
	Feature    string `json:"feature"`
	Name       string `json:"feature_name"`
	Call       string `json:"operation"`
	Why        string `json:"why"`
	Permission string `json:"permission"`
	Others     string `json:"others,omitempty"` // permissions that would be enough, too
	Kind       string `json:"kind"`
	Sentence   string `json:"sentence"`
	Role       string `json:"role,omitempty"`
	Licence    string `json:"licence,omitempty"`
	URL        string `json:"url"`
}

func operations() []operation {
	var out []operation
	for _, e := range permission.Catalogue() {
		text := e.Feature.In(permission.English)
		for _, o := range e.Operations {
			p := o.Accepts[0]
			var others []string
			for _, a := range o.Accepts[1:] {
				others = append(others, a.Name)
			}
			out = append(out, operation{ID: string(e.Feature) + " " + o.Method + " " + o.Path, Feature: string(e.Feature), Name: text.Name, Call: o.Method + " " + o.Path, Why: o.Why,
				Permission: p.Name, Others: strings.Join(others, ", "), Kind: string(p.Kind), Sentence: text.Sentence.Plain(), Role: e.Role, Licence: e.Licence, URL: permissionURL(p.Name)})
		}
	}
	return out
}

func operationSpec() page.Spec {
	features := page.Filter{Name: "feature", Label: "Feature"}
	for _, e := range permission.Catalogue() {
		features.Options = append(features.Options, page.Option{Value: string(e.Feature), Label: e.Feature.In(permission.English).Name})
	}
	names := page.Filter{Name: "permission", Label: "Permission"}
	for _, g := range catalogue() {
		if !slices.ContainsFunc(names.Options, func(o page.Option) bool { return o.Value == g.Name }) {
			names.Options = append(names.Options, page.Option{Value: g.Name, Label: g.Name})
		}
	}
	return page.Spec{Filters: []page.Filter{features, kinds, names}}
}

func operationColumns() []page.Column[operation] {
	text := func(key, label string, priority, width int, get func(operation) string) page.Column[operation] {
		return page.Column[operation]{Key: key, Label: label, Priority: priority, Width: width, Text: get, Cell: func(o operation) ui.Cell { return ui.TextCell(get(o)) }}
	}
	exact := func(key, label string, get func(operation) string) page.Column[operation] {
		return page.Column[operation]{Key: key, Label: label, Exact: true, Text: get}
	}
	return []page.Column[operation]{
		{Key: "feature", Label: "Feature", Width: 190, Text: func(o operation) string { return o.Name }},
		{Key: "operation", Label: "Operation", Kind: ui.KindMono, Priority: 2, Width: 420, Text: func(o operation) string { return o.Call }, Cell: func(o operation) ui.Cell { return ui.MonoCell(o.Call) }},
		text("why", "To read or do", 1, 0, func(o operation) string { return o.Why }),
		text("permission", "Permission", 1, 330, func(o operation) string { return o.Permission }),
		text("kind", "Type", 3, 100, func(o operation) string { return o.Kind }),
		exact("others", "Enough, too", func(o operation) string { return o.Others }),
		exact("sentence", "What customers read", func(o operation) string { return o.Sentence }),
		exact("role", "Role of the person", func(o operation) string { return o.Role }),
		exact("licence", "Licence", func(o operation) string { return o.Licence }),
	}
}

// operationsShown is how many operations a page holds.
const operationsShown = 60

// operations is the catalogue by what is called: feature, operation, permission, and why.
func (h *Handler) operations(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := operationSpec()
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	rows := slices.DeleteFunc(operations(), func(o operation) bool {
		return !fits(q.Values["feature"], o.Feature) || !fits(q.Values["kind"], o.Kind) || !fits(q.Values["permission"], o.Permission)
	})
	shown, next, err := page.Cut(rows, func(o operation) string { return o.Kind + " " + o.ID }, q.After, operationsShown)
	if err != nil {
		return err
	}
	return page.List[operation]{
		Title: "Operations", One: "operation", Many: "operations", M: m, Query: q, Spec: spec, Columns: operationColumns(), Rows: shown, Next: next, Each: page.AtHand(rows), Count: int64(len(rows)), URL: func(o operation) string { return o.URL },
		Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}, {Text: "Permissions", URL: "/settings/permissions"}},
		Lead:    "Every call that the portal makes, the least permission that opens it, and what for.", Above: tabs(true),
	}.Serve(w, r)
}

// explained is the page of one permission, and its JSON twin.
type explained struct {
	Name          string      `json:"name"`
	Setting       string      `json:"setting"` // as Microsoft words it
	DelegatedID   string      `json:"delegated_id,omitempty"`
	ApplicationID string      `json:"application_id,omitempty"`
	AskedAs       []string    `json:"asked_as"`
	Opens         []string    `json:"opens"`
	Closed        []string    `json:"does_not_open"`
	Operations    []operation `json:"operations"`
}

func (h *Handler) permission(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	name, err := url.PathUnescape(chi.URLParam(r, "name"))
	if err != nil {
		return errs.NotFound
	}
	s, ok := permission.ScopeOf(name)
	if !ok {
		return errs.NotFound
	}
	v := explained{Name: s.Name, Setting: s.Setting, DelegatedID: s.DelegatedID, ApplicationID: s.ApplicationID, AskedAs: []string{}, Opens: s.Opens, Closed: s.Closed, Operations: []operation{}}
	for _, k := range s.AskedAs() {
		v.AskedAs = append(v.AskedAs, string(k))
	}
	for _, o := range operations() {
		if o.Permission == s.Name {
			v.Operations = append(v.Operations, o)
		}
	}
	return page.Answer(w, r, v, permissionPage(page.Shell(r, m, v.Name), v))
}

func (v explained) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Settings", URL: "/settings"}, {Text: "Permissions", URL: "/settings/permissions"}}, Title: v.Name, Lead: "Microsoft calls it “" + v.Setting + "”."}
}

func (v explained) facts() ui.Facts {
	asked := "never"
	if len(v.AskedAs) > 0 {
		asked = strings.Join(v.AskedAs, " and ")
	}
	f := ui.Facts{Items: []ui.Fact{{Label: "We ask customers for it as", Value: ui.TextCell(asked)}}}
	for _, u := range permission.HomeUses() {
		if u.Name == v.Name {
			f.Items = append(f.Items, ui.Fact{Label: homeOnly, Value: ui.TextCell(u.For)})
		}
	}
	if v.ApplicationID != "" {
		f.Items = append(f.Items, ui.Fact{Label: "Application role id", Value: ui.CopyCell(v.ApplicationID, "", "Copy application role id")})
	}
	if v.DelegatedID != "" {
		f.Items = append(f.Items, ui.Fact{Label: "Delegated scope id", Value: ui.CopyCell(v.DelegatedID, "", "Copy delegated scope id")})
	}
	return f
}

func (v explained) table() ui.Table {
	t := ui.Table{ID: "operations", Caption: "Calls that it is asked for", Inset: true, Columns: []ui.Column{
		{Key: "feature", Label: "Feature", Width: 200}, {Key: "call", Label: "Operation", Kind: ui.KindMono}, {Key: "why", Label: "To read or do", Width: 320, Phone: "line"},
	}}
	for _, o := range v.Operations {
		t.Rows = append(t.Rows, ui.Row{Name: o.Name, Cells: []ui.Cell{ui.MonoCell(o.Call), ui.TextCell(o.Why)}})
	}
	return t
}
