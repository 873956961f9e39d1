// Package licences shows what customers subscribed to, how many units of it are assigned and free, and the domains that are theirs: over all
// of one's tenants and in one.
//
// What a tenant says of itself is internal/organization's. The state of the Intune service itself is among services.
package licences

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Handler serves the room.
type Handler struct {
	Organizations *organization.Store
	Sync          *graphsync.Service
}

// Mount adds the pages, over all tenants or inside one according to the membership.
func (h *Handler) Mount(r page.Router) {
	r.Get("/licences", h.list)
	r.Get("/licences/domains", h.domains)
	r.Get("/licences/{sku}", h.show)
}

// pageSize is the number of rows on a page.
const pageSize = 50

var noun = fresh.Noun{One: "licence", Many: "licences", Whole: "subscribed licences", Icon: "document_text"}

// tabs lead from list to list.
func tabs(m tenant.Membership, current string) ui.Tabs {
	t := ui.Tabs{Label: "What customers hold"}
	for _, p := range []struct{ path, text string }{{"/licences", "Licences"}, {"/licences/domains", "Domains"}} {
		t.Items = append(t.Items, ui.Tab{Text: p.text, URL: m.Path(p.path), Current: p.path == current})
	}
	return t
}

// states are the values of capabilityStatus, the worst last.
var states = []page.Option{{Value: "Enabled", Label: "Enabled"}, {Value: "Warning", Label: "In warning"}, {Value: "Suspended", Label: "Suspended"}, {Value: "LockedOut", Label: "Locked out"}, {Value: "Deleted", Label: "Deleted"}}

// stateOf is how a subscription stands; a value that is new shows as Graph spells it.
func stateOf(status string) ui.State {
	s := ui.State{Shape: ui.ShapeUnknown, Text: status}
	for _, o := range states {
		if o.Value == status {
			s.Text = o.Label
		}
	}
	switch status {
	case "":
		s.Text = "Unknown"
	case "Enabled":
		s.Shape = ui.ShapeOK
	case "Warning":
		s.Shape = ui.ShapeWarn
	case "Suspended", "LockedOut", "Deleted":
		s.Shape = ui.ShapeBad
	}
	return s
}

func newSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"name", "assigned", "enabled", "free"}, Columns: []string{"part", "state", "enabled", "assigned", "free", "warning", "suspended", "intune", "applies"},
		Default: []string{"part", "state", "enabled", "assigned", "free", "warning", "suspended"}, Placeholder: "Product, part number",
		Filters: []page.Filter{
			{Name: "state", Label: "State", Options: states},
			{Name: "free", Label: "Free units", Options: []page.Option{{Value: "true", Label: "at least one"}, {Value: "false", Label: "none"}}},
			{Name: "intune", Label: "Intune in it", Options: []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
		},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func newFilter(q page.Query) (f organization.LicenceFilter, err error) {
	f = organization.LicenceFilter{Q: q.Q, Status: q.Values["state"], Free: truths(q.Values["free"]), Intune: truths(q.Values["intune"]), Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	f.Tenants, err = q.Customers()
	return f, err
}

// truths are the values of a filter that was checked to hold only true and false.
func truths(values []string) (out []bool) {
	for _, v := range values {
		out = append(out, v == "true")
	}
	return out
}

// row is one subscribed licence, and its JSON twin.
type row struct {
	SKU        string         `json:"id"`
	Name       string         `json:"name"` // the product's, where it is known, else the part number
	PartNumber string         `json:"part_number"`
	Tenant     page.TenantRef `json:"tenant"`
	State      string         `json:"state"` // capabilityStatus
	Enabled    int64          `json:"enabled"`
	Assigned   int64          `json:"assigned"`
	Free       int64          `json:"free"`
	Warning    int64          `json:"warning"`
	Suspended  int64          `json:"suspended"`
	Intune     bool           `json:"intune"`
	AppliesTo  string         `json:"applies_to"` // User, Company
	URL        string         `json:"url"`
}

func newRow(l organization.Licence) row {
	r := row{SKU: l.SKU, Name: l.Name, PartNumber: l.PartNumber, Tenant: page.TenantRef{ID: l.Tenant, Name: l.TenantName}, State: l.Status, Enabled: l.Enabled, Assigned: l.Consumed, Free: l.Free(),
		Warning: l.Warning, Suspended: l.Suspended, Intune: l.Intune, AppliesTo: l.AppliesTo, URL: "/t/" + l.Tenant.String() + "/licences/" + url.PathEscape(l.SKU)}
	if r.Name == "" {
		r.Name = "Licence without a name"
	}
	return r
}

// assignedCell says where more is assigned than there is.
func (r row) assignedCell() ui.Cell {
	c := ui.TextCell(ui.N(r.Assigned))
	if r.Assigned > r.Enabled+r.Warning {
		c.Tone = "warn"
	}
	return c
}

func (r row) stateCell() ui.Cell {
	s := stateOf(r.State)
	return ui.Cell{State: &s}
}

func (r row) intuneText() string {
	if r.Intune {
		return "Yes"
	}
	return "No"
}

func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Product", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(180, func(r row) page.TenantRef { return r.Tenant }))
	}
	number := func(key, label, sort string, priority, width int, get func(row) int64) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Kind: ui.KindNumber, Sort: sort, Priority: priority, Width: width, Text: func(r row) string { return strconv.FormatInt(get(r), 10) }, Cell: func(r row) ui.Cell { return ui.TextCell(ui.N(get(r))) }}
	}
	assigned := number("assigned", "Assigned", "assigned", 1, 90, func(r row) int64 { return r.Assigned })
	assigned.Cell = row.assignedCell
	return append(cs,
		page.Column[row]{Key: "part", Label: "Part number", Priority: 3, Width: 190, Text: func(r row) string { return r.PartNumber }, Cell: func(r row) ui.Cell { return ui.MonoCell(r.PartNumber) }},
		page.Column[row]{Key: "state", Label: "State", Kind: ui.KindState, Priority: 1, Width: 116, Text: func(r row) string { return stateOf(r.State).Text }, Cell: row.stateCell},
		number("enabled", "Units", "enabled", 1, 78, func(r row) int64 { return r.Enabled }),
		assigned,
		number("free", "Free", "free", 1, 78, func(r row) int64 { return r.Free }),
		number("warning", "In warning", "", 2, 96, func(r row) int64 { return r.Warning }),
		number("suspended", "Suspended", "", 3, 112, func(r row) int64 { return r.Suspended }),
		page.Column[row]{Key: "intune", Label: "Intune in it", Priority: 2, Width: 110, Text: row.intuneText, Cell: func(r row) ui.Cell { return ui.TextCell(r.intuneText()) }},
		page.Column[row]{Key: "applies", Label: "For", Priority: 3, Width: 100, Text: func(r row) string { return r.AppliesTo }, Cell: func(r row) ui.Cell { return ui.TextCell(appliesWord(r.AppliesTo)) }},
		page.Column[row]{Key: "id", Label: "SKU id", Exact: true, Text: func(r row) string { return r.SKU }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
	)
}

// appliesWord is to whom the units of a licence are assigned; a value that is new shows as Graph spells it.
func appliesWord(to string) string {
	switch to {
	case "User":
		return "Users"
	case "Company":
		return "The company"
	}
	return to
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := newSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := newFilter(q)
	if err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Organization)
	if err != nil {
		return err
	}
	var found organization.LicencePage
	if !q.CSV {
		if found, err = h.Organizations.Licences(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[row]{
		Title: "Licences", One: noun.One, Many: noun.Many, M: m, Query: q, Spec: spec, Columns: columns(m), URL: func(r row) string { return r.URL },
		Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: actions(m), Above: tabs(m, "/licences"),
		Each: page.Streamed(func(ctx context.Context, each func(organization.Licence) error) error {
			return h.Organizations.EachLicence(ctx, m.Scope, f, each)
		}, newRow),
	}
	for _, x := range found.Rows {
		l.Rows = append(l.Rows, newRow(x))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(noun, read, m, q, now, func() (int64, error) {
			all, err := h.Organizations.Licences(ctx, m.Scope, organization.LicenceFilter{Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// actions lead to what these pages do not hold: how the Intune service itself stands.
func actions(m tenant.Membership) []ui.Action {
	return append([]ui.Action{{Text: "Intune subscription", Icon: "certificate", Kind: ui.Quiet, URL: m.Path("/services") + "?kind=subscription"}}, fresh.ReadNow(m)...)
}
