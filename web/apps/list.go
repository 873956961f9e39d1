package apps

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var platforms = []page.Option{
	{Value: "Windows", Label: "Windows"}, {Value: "iOS", Label: "iOS and iPadOS"}, {Value: "macOS", Label: "macOS"}, {Value: "Android", Label: "Android"}, {Value: "Web", Label: "Web"},
}

// newSpec is what the list reads from its URL. Graph's types are an open set, so those given count as known.
func newSpec(m tenant.Membership, givenTypes []string) page.Spec {
	s := page.Spec{
		Sorts:       []string{"name", "publisher", "type", "modified", "assignments", "failed"},
		Columns:     []string{"name", "type", "publisher", "version", "assigned", "failed", "installed", "modified", "platform", "state", "categories", "package"},
		Default:     []string{"name", "type", "publisher", "version", "assigned", "failed", "modified"},
		Placeholder: "Name, publisher, package",
		Filters: []page.Filter{
			{Name: "platform", Label: "Platform", Options: platforms},
			{Name: "type", Label: "Type", Options: typeOptions(givenTypes)},
			{Name: "assigned", Label: "Assigned", Options: []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
			{Name: "failed", Label: "Failed installs", Options: []page.Option{{Value: "true", Label: "at least one"}}},
			{Name: "intent", Label: "Intent", Options: wordOptions(intentWords)},
			{Name: "state", Label: "Publishing", Options: wordOptions(stateWords)},
			{Name: "category", Label: "Category"},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in Intune"}}},
		},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func typeOptions(given []string) []page.Option {
	out := wordOptions(typeWords)
	for _, g := range given {
		if g != "" && !slices.ContainsFunc(out, func(o page.Option) bool { return o.Value == g }) {
			out = append(out, page.Option{Value: g, Label: typeWord(g)})
		}
	}
	return out
}

// wordOptions are the values that have words, by those.
func wordOptions(words map[string]string) []page.Option {
	out := make([]page.Option, 0, len(words))
	for value, label := range words {
		out = append(out, page.Option{Value: value, Label: label})
	}
	slices.SortFunc(out, func(a, b page.Option) int { return strings.Compare(a.Label+a.Value, b.Label+b.Value) })
	return out
}

// newFilter is what the store is asked.
func newFilter(q page.Query) (app.Filter, error) {
	f := app.Filter{
		Q: q.Q, Type: q.Values["type"], Platform: q.Values["platform"], State: q.Values["state"], Category: q.Values["category"],
		Intent: q.Values["intent"], Entry: q.Get("entry"), Failed: q.Get("failed") == "true", Gone: q.Get("gone") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize,
	}
	if v := q.Values["assigned"]; len(v) == 1 {
		assigned := v[0] == "true"
		f.Assigned = &assigned
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// row is one app of a list: what the table, the JSON twin and the CSV show.
type row struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Tenant      page.TenantRef `json:"tenant"`
	Type        string         `json:"type"`
	TypeName    string         `json:"type_name"`
	Platform    string         `json:"platform"`
	Publisher   string         `json:"publisher"`
	Version     string         `json:"version"`
	State       string         `json:"state"`
	Assigned    bool           `json:"assigned"`
	Assignments int            `json:"assignments"`
	Failed      *int64         `json:"failed"`    // devices; null: unknown
	Installed   *int64         `json:"installed"` // devices; null: unknown
	Categories  []string       `json:"categories"`
	Package     string         `json:"package"`
	ModifiedAt  *time.Time     `json:"modified_at"`
	GoneAt      *time.Time     `json:"gone_at,omitempty"`
	URL         string         `json:"url"`

	now time.Time
}

func newRower(now time.Time) func(app.App) row {
	return func(a app.App) row {
		r := row{
			ID: a.ID, Name: a.Name, Tenant: page.TenantRef{ID: a.Tenant, Name: a.TenantName}, Type: a.Type, TypeName: typeWord(a.Type), Platform: a.Platform,
			Publisher: a.Publisher, Version: a.Version, State: a.State, Assigned: a.Assigned, Assignments: a.Assignments, Categories: a.Categories,
			Package: a.Package, ModifiedAt: page.Moment(a.ModifiedAt), GoneAt: page.Moment(a.GoneAt), URL: appURL(a.Tenant, a.ID), now: now,
		}
		if a.Failed >= 0 {
			r.Failed, r.Installed = &a.Failed, &a.Installed
		}
		if r.Name == "" {
			r.Name = "App without a name"
		}
		if r.Categories == nil {
			r.Categories = []string{}
		}
		return r
	}
}

func appURL(tid tenant.ID, id string) string {
	return "/t/" + tid.String() + "/apps/" + url.PathEscape(id)
}

// assignedText is "Yes, 3" or "No".
func (r row) assignedText() string {
	switch {
	case r.Assignments > 0:
		return "Yes, " + strconv.Itoa(r.Assignments)
	case r.Assigned:
		return "Yes"
	}
	return "No"
}

// columns are the list's, in the table's order. A tenant's own list has no customer column.
func columns(m tenant.Membership) []page.Column[row] {
	plain := func(key, label, sort string, priority, width int, get func(row) string) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Sort: sort, Priority: priority, Width: width, Wrap: true, Text: get, Cell: func(r row) ui.Cell { return ui.TextCell(get(r)) }}
	}
	cs := []page.Column[row]{{Key: "name", Label: "App", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(r row) page.TenantRef { return r.Tenant }))
	}
	publisher := plain("publisher", "Publisher", "publisher", 2, 170, func(r row) string { return r.Publisher })
	publisher.Phone = "hide" // a phone has room for what the app is
	return append(cs,
		plain("type", "Type", "type", 1, 215, func(r row) string { return r.TypeName }),
		publisher,
		plain("version", "Version", "", 3, 100, func(r row) string { return r.Version }),
		page.Column[row]{Key: "assigned", Label: "Assigned", Sort: "assignments", Priority: 1, Width: 90, Phone: "named", Text: row.assignedText, Cell: func(r row) ui.Cell { return ui.TextCell(r.assignedText()) }},
		counted("failed", "Failed", "failed", 2, "bad", func(r row) *int64 { return r.Failed }),
		counted("installed", "Installed", "", 3, "", func(r row) *int64 { return r.Installed }),
		page.Column[row]{
			Key: "modified", Label: "Changed", Kind: ui.KindTime, Sort: "modified", Priority: 2, Width: 125,
			Text: func(r row) string { return page.Stamp(r.ModifiedAt) }, Cell: func(r row) ui.Cell { return when(r.ModifiedAt, r.now) },
		},
		plain("platform", "Platform", "", 3, 90, func(r row) string { return r.Platform }),
		plain("state", "Publishing", "", 3, 120, func(r row) string { return worded(stateWords, r.State) }),
		plain("categories", "Categories", "", 3, 160, func(r row) string { return join(r.Categories) }),
		plain("package", "Package", "", 3, 200, func(r row) string { return r.Package }),
		page.Column[row]{Key: "id", Label: "Intune app id", Exact: true, Text: func(r row) string { return r.ID }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
	)
}

// counted is a column of devices, by Intune's report. An app that is assigned to nobody is in no report; of others, no count is unknown.
func counted(key, label, sort string, priority int, tone string, get func(row) *int64) page.Column[row] {
	return page.Column[row]{
		Key: key, Label: label, Kind: ui.KindNumber, Sort: sort, Priority: priority, Width: 90,
		Text: func(r row) string {
			if n := get(r); n != nil {
				return plainNumber(*n)
			}
			return ""
		},
		Cell: func(r row) ui.Cell {
			n := get(r)
			switch {
			case n == nil && !r.Assigned:
				return ui.DashCell()
			case n == nil:
				return ui.QuietCell("Unknown")
			}
			c := ui.Cell{Text: ui.N(*n)}
			if *n > 0 {
				c.Tone = tone
			}
			return c
		},
	}
}

func when(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.QuietCell("never")
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}
