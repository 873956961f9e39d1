package changes

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/change"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// kind is how the page names things of a kind, what reads them, and where each has its timeline, below its tenant. Grants are no dataset: they
// are read by who keeps the consent.
type kind struct {
	id      change.Kind
	label   string
	many    string
	dataset string
	path    string // in front of the id
	tail    string
}

var kinds = []kind{
	{change.Device, "Device", "devices", graphsync.Devices, "/devices/", "/history"},
	{change.Protection, "Protection of a device", "the protection of devices", graphsync.DeviceProtection, "/devices/", "/protection"},
	{change.Category, "Device category", "device categories", graphsync.DeviceCategories, "/devices/categories/", ""},
	{change.Malware, "Malware", "malware", graphsync.Malware, "/devices/malware/", ""},
	{change.Autopilot, "Autopilot device", "Autopilot devices", graphsync.Autopilot, "/devices/autopilot/", ""},
	{change.App, "App", "apps", graphsync.Apps, "/apps/", ""},
	{change.Install, "Installations of an app", "installations", graphsync.AppInstalls, "/apps/", ""},
	{change.Detected, "Detected app", "detected apps", graphsync.DetectedApps, "/apps/detected/", ""},
	{change.Policy, "Policy", "policies", graphsync.Policies, "/configuration/", ""},
	{change.Role, "Role", "roles", graphsync.IntuneRoles, "/roles/", ""},
	{change.Provisioning, "Provisioning job", "provisioning jobs", graphsync.ProvisioningJobs, "/provisioning/", ""},
	{change.Service, "Service", "services", graphsync.Services, "/services/", ""},
	{change.Licence, "Licence", "licences", graphsync.Organization, "/licences/", ""},
	{change.Incident, "Incident", "incidents", graphsync.Incidents, "/incidents/", ""},
	{change.Guest, "Guest", "guests", graphsync.Guests, "/guests/", ""},
	{change.Relationship, "GDAP relationship", "GDAP relationships", graphsync.Relationships, "/relationships/", ""},
	{change.Grant, "App permission", grants, "", "/consent#history", ""},
	{change.DirectoryRole, "Directory role", "directory roles", graphsync.DirectoryRoles, "", ""},
}

func kindOf(id change.Kind) kind {
	return kinds[slices.IndexFunc(kinds, func(k kind) bool { return k.id == id })]
}

// firstOf is the first of these kinds, in the order of the page; of all where none is named.
func firstOf(of []change.Kind) kind {
	return kinds[slices.IndexFunc(kinds, func(k kind) bool { return among(of, k.id) })]
}

// among tells that these kinds have that one; all where none is named.
func among(of []change.Kind, k change.Kind) bool { return len(of) == 0 || slices.Contains(of, k) }

// datasets are what reads things of these kinds; of all where none is named.
func datasets(of []change.Kind) (out []string) {
	for _, k := range kinds {
		if among(of, k.id) && k.dataset != "" && !slices.Contains(out, k.dataset) {
			out = append(out, k.dataset)
		}
	}
	return out
}

// row is one change, and its JSON twin.
type row struct {
	Kind   string         `json:"kind"`
	ID     string         `json:"id"` // of what changed
	Name   string         `json:"name"`
	Tenant page.TenantRef `json:"tenant"`
	Field  string         `json:"field"`
	Label  string         `json:"label"`
	Part   string         `json:"part"` // of it what changed: an assignment, a version; empty: itself
	Old    string         `json:"old"`
	New    string         `json:"new"`
	At     time.Time      `json:"at"` // of the reading
	URL    string         `json:"url"`
	kind   kind
	of     bool // Part is what it is of: a permission of an API
}

func (h *Handler) newRow(c change.Change) row {
	k, words := kindOf(c.Kind), h.Words[c.Kind]
	r := row{Kind: string(c.Kind), ID: c.Subject, Name: c.Name, Tenant: page.TenantRef{ID: c.Tenant, Name: c.TenantName}, Field: c.Field, Part: c.What, At: c.At.UTC(), kind: k}
	if r.Name == "" {
		r.Name = c.Subject
	}
	if words.Called != nil {
		r.Name, r.Part = words.Called(c.Subject, c.Part)
		r.of = true
	}
	if c.Field == "gone" && !words.Own {
		there := map[string]string{"true": "gone", "false": "there"}
		r.Label, r.Old, r.New = "Presence", there[c.Old], there[c.New]
	} else {
		if c.Kind == change.Detected {
			r.Field = "version"
		}
		r.Label = words.Label(r.Field)
		if c.Old != "" || c.New != "" {
			r.Old, r.New = words.Word(r.Field, c.Old), words.Word(r.Field, c.New)
		}
	}
	id := url.PathEscape(c.Subject)
	switch c.Kind {
	case change.Provisioning:
		id = url.PathEscape(c.Part)
	case change.Service:
		id = url.PathEscape(c.Part) + "/" + id
	case change.Grant:
		id = "" // the page of all of them
	}
	path := k.path + id + k.tail
	if words.Where != nil {
		path = words.Where(c.Part, c.Guest)
	}
	if path != "" {
		r.URL = "/t/" + c.Tenant.String() + path
	}
	return r
}

// words are the change in a line.
func (r row) words() string {
	what := r.Label
	switch {
	case r.of:
		what += " of " + r.Part
	case r.Part != "":
		what += " “" + r.Part + "”"
	}
	if r.Old == r.New {
		return what + " changed" // what of it is on its page
	}
	return what + ": " + value(r.Old) + " → " + value(r.New)
}

// longest is how much of a value a line has room for: settings and lists of permissions run to pages. The whole is in the twin and the exports, and
// in the history of what changed.
const longest = 160

// value is one as a line shows it. One that is empty is said to be: a bare arrow leads nowhere.
func value(v string) string {
	switch r := []rune(v); {
	case strings.TrimSpace(v) == "":
		return "empty"
	case len(r) > longest:
		return string(r[:longest]) + "…"
	}
	return v
}

func columns(m tenant.Membership, now time.Time) []page.Column[row] {
	exactly := func(key, label string, get func(row) string) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Exact: true, Text: get}
	}
	cols := []page.Column[row]{
		{Key: "name", Label: "Name", Width: 250, Wrap: true, Text: func(r row) string { return r.Name }},
		{Key: "kind", Label: "Kind", Priority: 2, Width: 170, Text: func(r row) string { return r.kind.label }, Cell: func(r row) ui.Cell { return ui.TextCell(r.kind.label) }},
		page.CustomerColumn(180, func(r row) page.TenantRef { return r.Tenant }),
		{Key: "what", Label: "What changed", Priority: 1, Wrap: true, Phone: "line", Text: row.words, Cell: func(r row) ui.Cell { return ui.Cell{Text: r.words()} }},
		{Key: "at", Label: "Read", Kind: ui.KindTime, Width: 120, Text: func(r row) string { return page.Stamp(&r.At) }, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.At, now)) }},
		exactly("field", "Field", func(r row) string { return r.Field }),
		exactly("part", "Part", func(r row) string { return r.Part }),
		exactly("old", "Before", func(r row) string { return r.Old }),
		exactly("new", "After", func(r row) string { return r.New }),
		exactly("id", "Id", func(r row) string { return r.ID }),
		exactly("tenant", "Tenant id", func(r row) string { return r.Tenant.ID.String() }),
	}
	if m.One() {
		cols = slices.Delete(cols, 2, 3)
	}
	return cols
}
