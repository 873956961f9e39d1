package configuration

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/configuration"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var platforms = []page.Option{
	{Value: "Windows", Label: "Windows"}, {Value: "iOS", Label: "iOS and iPadOS"}, {Value: "macOS", Label: "macOS"}, {Value: "Android", Label: "Android"}, {Value: "Linux", Label: "Linux"},
}

// newSpec is what the list reads from its URL. Graph's types are an open set, so those given count as known.
func newSpec(m tenant.Membership, givenTypes []string) page.Spec {
	kinds := []page.Option{}
	for _, k := range configuration.Policies {
		kinds = append(kinds, page.Option{Value: string(k), Label: kindWord(k)})
	}
	status := []page.Option{}
	for _, s := range configuration.StatusFilters {
		status = append(status, page.Option{Value: s, Label: statusWords[s]})
	}
	s := page.Spec{
		Sorts:       []string{"name", "kind", "type", "platform", "modified", "assignments", "errors"},
		Columns:     []string{"kind", "type", "platform", "assigned", "succeeded", "failed", "errors", "conflicts", "pending", "notApplicable", "counted", "modified", "settings", "template", "version"},
		Default:     []string{"type", "platform", "assigned", "succeeded", "failed", "errors", "modified"},
		Placeholder: "Name, description, template",
		Filters: []page.Filter{
			{Name: "kind", Label: "Kind", Options: kinds},
			{Name: "platform", Label: "Platform", Options: platforms},
			{Name: "type", Label: "Type", Options: typeOptions(typeWords, givenTypes)},
			{Name: "assigned", Label: "Assigned", Options: []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
			{Name: "target", Label: "Target", Options: wordOptions(targetWords)},
			{Name: "status", Label: "Status", Options: status},
			{Name: "assignedTo", Label: "Assigned to group", Linked: true}, {Name: "filter", Label: "Assignment filter", Linked: true}, {Name: "scopeTag", Label: "Scope tag", Linked: true},
			gone,
		},
	}
	return withCustomer(m, s)
}

var gone = page.Filter{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in Intune"}}}

func withCustomer(m tenant.Membership, s page.Spec) page.Spec {
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func typeOptions(words map[string]string, given []string) []page.Option {
	out := wordOptions(words)
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
func newFilter(q page.Query, fam family) (configuration.Filter, error) {
	f := configuration.Filter{
		Q: q.Q, Kind: fam.kinds, Type: q.Values["type"], Platform: q.Values["platform"], Target: q.Values["target"], Group: q.Values["assignedTo"], Narrowed: q.Values["filter"], Tagged: q.Values["scopeTag"], Status: q.Values["status"], App: q.Values["app"],
		Gone: q.Get("gone") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize,
	}
	for _, k := range q.Values["kind"] {
		f.Kind = append(f.Kind, configuration.Kind(k))
	}
	if v := q.Values["assigned"]; len(v) == 1 {
		assigned := v[0] == "true"
		f.Assigned = &assigned
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// status is how devices, or users, stand, as Intune counts them.
type status struct {
	Succeeded     int64      `json:"succeeded"`
	Failed        int64      `json:"failed"`
	Errors        int64      `json:"errors"`
	Conflicts     int64      `json:"conflicts"`
	Pending       int64      `json:"pending"`
	NotApplicable int64      `json:"not_applicable"`
	At            *time.Time `json:"counted_at"`
}

// row is one policy of a list: what the table, the JSON twin and the CSV show.
type row struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Tenant      page.TenantRef `json:"tenant"`
	Kind        string         `json:"kind"`
	KindName    string         `json:"kind_name"`
	Type        string         `json:"type"`
	TypeName    string         `json:"type_name"`
	Platform    string         `json:"platform"`
	Template    string         `json:"template"`
	Version     int64          `json:"version"`
	Assigned    bool           `json:"assigned"`
	Assignments int            `json:"assignments"`
	Settings    int            `json:"settings_count"`
	Languages   []string       `json:"languages,omitempty"` // of a notification template, the default first
	Status      *status        `json:"status"`              // null: unknown, for Intune gives no counts
	Apps        []string       `json:"apps,omitempty"`      // identifiers of the apps that it is for
	Unlisted    bool           `json:"unlisted,omitempty"`  // Graph tells neither its apps nor its assignments
	Deployed    *deployed      `json:"deployed,omitempty"`
	UserStatus  *status        `json:"user_status,omitempty"` // of an app configuration for managed devices
	ModifiedAt  *time.Time     `json:"modified_at"`
	GoneAt      *time.Time     `json:"gone_at,omitempty"`
	URL         string         `json:"url"`

	now time.Time
}

func newRower(now time.Time) func(configuration.Policy) row {
	return func(p configuration.Policy) row {
		r := row{
			ID: p.ID, Name: p.Name, Tenant: page.TenantRef{ID: p.Tenant, Name: p.TenantName}, Kind: string(p.Kind), KindName: kindWord(p.Kind), Type: p.Type, TypeName: typeWord(p.Type),
			Platform: p.Platform, Template: p.Template, Version: p.Version, Assigned: p.Assigned, Assignments: p.Assignments, Settings: p.Settings,
			Apps: bare(p.Apps), Unlisted: p.Unlisted, ModifiedAt: page.Moment(p.ModifiedAt), GoneAt: page.Moment(p.GoneAt), URL: policyURL(p.Tenant, p.ID), now: now,
		}
		if r.Name == "" {
			r.Name = "Policy without a name"
		}
		r.Status, r.UserStatus = newStatus(p.Status), newStatus(p.UserStatus)
		if p.Kind == configuration.Notification && p.Technologies != "" {
			r.Languages = strings.Split(p.Technologies, ", ")
		}
		if d := p.Deployment; d != nil {
			r.Deployed = &deployed{d.Users, page.Moment(d.At)}
		}
		return r
	}
}

func newStatus(s *configuration.Status) *status {
	if s == nil {
		return nil
	}
	return &status{s.Succeeded, s.Failed, s.Errors, s.Conflicts, s.Pending, s.NotApplicable, page.Moment(s.At)}
}

// bare are the identifiers of apps without their platforms.
func bare(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		_, out[i], _ = strings.Cut(k, "|")
	}
	return out
}

func policyURL(tid tenant.ID, id string) string {
	return "/t/" + tid.String() + "/configuration/" + url.PathEscape(id)
}

// assignedText is "Yes, 3" or "No".
func (r row) assignedText() string {
	switch {
	case r.Assignments > 0:
		return "Yes, " + strconv.Itoa(r.Assignments)
	case r.Assigned:
		return "Yes"
	case r.Unlisted:
		return unknown
	case r.Type == configuration.DefaultProtection:
		return "By default"
	}
	return "No"
}

type column = page.Column[row]

// atRight puts the column beside the customer on a phone, where another line would say one word.
func atRight(c column) column {
	c.Phone = "right"
	return c
}

// named says the column's label before its value on a phone.
func named(c column) column {
	c.Phone = "named"
	return c
}

func plain(key, label, sort string, priority, width int, get func(row) string) column {
	return column{Key: key, Label: label, Sort: sort, Priority: priority, Width: width, Wrap: true, Text: get, Cell: func(r row) ui.Cell { return ui.TextCell(get(r)) }}
}

// unknown stands for a count that Intune does not give: that is neither zero nor fine.
const unknown = "Unknown"

// counted is a column of device counts.
func counted(key, label, sort string, priority int, tone string, get func(status) int64) column {
	return countedOf(key, label, sort, priority, tone, func(r row) *int64 {
		if r.Status == nil {
			return nil
		}
		n := get(*r.Status)
		return &n
	})
}

// countedOf is a column of counts, each nil where Intune gives none.
func countedOf(key, label, sort string, priority int, tone string, get func(row) *int64) column {
	return column{
		Key: key, Label: label, Sort: sort, Kind: ui.KindNumber, Priority: priority, Width: 80,
		Text: func(r row) string {
			n := get(r)
			if n == nil {
				return unknown
			}
			return strconv.FormatInt(*n, 10)
		},
		Cell: func(r row) ui.Cell {
			n := get(r)
			if n == nil {
				return ui.QuietCell(unknown)
			}
			c := ui.Cell{Text: ui.N(*n)}
			if *n > 0 {
				c.Tone = tone
			}
			return c
		},
	}
}

func head(m tenant.Membership, label string) []column {
	cs := []column{{Key: "name", Label: label, Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, customerColumn)
	}
	return cs
}

var customerColumn = page.CustomerColumn(175, func(r row) page.TenantRef { return r.Tenant })

var modifiedColumn = column{
	Key: "modified", Label: "Changed", Kind: ui.KindTime, Sort: "modified", Priority: 2, Width: 128,
	Text: func(r row) string { return page.Stamp(r.ModifiedAt) }, Cell: func(r row) ui.Cell { return when(r.ModifiedAt, r.now) },
}

var exactColumns = []column{
	{Key: "id", Label: "Intune policy id", Exact: true, Text: func(r row) string { return r.ID }},
	{Key: "graphType", Label: "Graph type", Exact: true, Text: func(r row) string { return r.Type }},
	{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
}

// columns are the list's, in the table's order. A tenant's own list has no customer column.
func columns(m tenant.Membership) []column {
	cs := append(head(m, "Policy"),
		plain("kind", "Kind", "kind", 2, 150, func(r row) string { return r.KindName }),
		plain("type", "Type", "type", 1, 180, func(r row) string { return r.TypeName }),
		atRight(plain("platform", "Platform", "platform", 2, 90, func(r row) string { return r.Platform })),
		named(plain("assigned", "Assigned", "assignments", 1, 80, row.assignedText)),
		counted("succeeded", "Succeeded", "", 3, "", func(s status) int64 { return s.Succeeded }),
		counted("failed", "Failed", "errors", 2, "bad", func(s status) int64 { return s.Failed }),
		counted("errors", "In error", "", 2, "bad", func(s status) int64 { return s.Errors }),
		counted("conflicts", "Conflicts", "", 3, "warn", func(s status) int64 { return s.Conflicts }),
		counted("pending", "Pending", "", 3, "", func(s status) int64 { return s.Pending }),
		counted("notApplicable", "Not applicable", "", 3, "", func(s status) int64 { return s.NotApplicable }),
		column{Key: "counted", Label: "Counted", Kind: ui.KindTime, Priority: 3, Width: 110, Text: row.countedText, Cell: row.countedCell},
		modifiedColumn,
		plain("settings", "Settings", "", 3, 90, func(r row) string { return strconv.Itoa(r.Settings) }),
		plain("template", "Template", "", 3, 180, func(r row) string { return r.Template }),
		plain("version", "Version", "", 3, 80, row.versionText),
	)
	return append(cs, exactColumns...)
}

// countedText and countedCell are when Intune counted the devices. For scripts it does not say.
func (r row) countedText() string {
	if r.Status == nil {
		return unknown
	}
	return page.Stamp(r.Status.At)
}

func (r row) countedCell() ui.Cell {
	if r.Status == nil || r.Status.At == nil {
		return ui.QuietCell(unknown)
	}
	return ui.TimeCell(ui.NewTime(*r.Status.At, r.now))
}

func (r row) versionText() string {
	if r.Version == 0 {
		return ""
	}
	return strconv.FormatInt(r.Version, 10)
}

func when(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.QuietCell("never")
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}
