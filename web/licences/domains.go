package licences

import (
	"context"
	"net/http"
	"strings"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/organization"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var domainNoun = fresh.Noun{One: "domain", Many: "domains", Icon: "globe"}

// domainRow is one domain name of a customer, and its JSON twin.
type domainRow struct {
	Name           string         `json:"name"`
	Tenant         page.TenantRef `json:"tenant"`
	Verified       bool           `json:"verified"`
	Default        bool           `json:"default"`
	Initial        bool           `json:"initial"`
	Authentication string         `json:"authentication"` // Managed, Federated
	Services       []string       `json:"services"`
}

func newDomainRow(d organization.Domain) domainRow {
	return domainRow{d.Name, page.TenantRef{ID: d.Tenant, Name: d.TenantName}, d.Verified, d.Default, d.Initial, d.Authentication, append([]string{}, d.Services...)}
}

func (d domainRow) state() ui.State {
	if d.Verified {
		return ui.State{Shape: ui.ShapeOK, Text: "Verified"}
	}
	return ui.State{Shape: ui.ShapePending, Text: "Not verified"}
}

// role is what the domain is to its tenant.
func (d domainRow) role() string {
	switch {
	case d.Default && d.Initial:
		return "Default, initial"
	case d.Default:
		return "Default"
	case d.Initial:
		return "Initial"
	}
	return ""
}

func domainColumns(m tenant.Membership) []page.Column[domainRow] {
	cs := []page.Column[domainRow]{{Key: "name", Label: "Domain", Sort: "name", Text: func(d domainRow) string { return d.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(180, func(d domainRow) page.TenantRef { return d.Tenant }))
	}
	plain := func(key, label, phone string, priority, width int, get func(domainRow) string) page.Column[domainRow] {
		return page.Column[domainRow]{Key: key, Label: label, Phone: phone, Priority: priority, Width: width, Text: get, Cell: func(d domainRow) ui.Cell { return ui.TextCell(get(d)) }}
	}
	return append(cs,
		page.Column[domainRow]{Key: "state", Label: "State", Kind: ui.KindState, Priority: 1, Width: 130, Text: func(d domainRow) string { return d.state().Text }, Cell: func(d domainRow) ui.Cell { s := d.state(); return ui.Cell{State: &s} }},
		plain("role", "Role", "", 1, 140, domainRow.role),
		plain("authentication", "Sign-in", "", 2, 120, func(d domainRow) string { return d.Authentication }),
		plain("services", "Used for", "line", 2, 300, func(d domainRow) string { return strings.Join(d.Services, ", ") }),
		page.Column[domainRow]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(d domainRow) string { return d.Tenant.ID.String() }},
	)
}

// domains is the list of the domain names that customers have at Microsoft.
func (h *Handler) domains(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := page.Spec{Sorts: []string{"name"}, Placeholder: "Domain", Filters: []page.Filter{
		{Name: "verified", Label: "Verified", Options: []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
		{Name: "authentication", Label: "Sign-in", Options: []page.Option{{Value: "Managed", Label: "Managed"}, {Value: "Federated", Label: "Federated"}}},
	}}
	if !m.One() {
		spec.Sorts, spec.Filters = append(spec.Sorts, "customer"), append(spec.Filters, page.ByCustomer)
	}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f := organization.DomainFilter{Q: q.Q, Verified: truths(q.Values["verified"]), Authentication: q.Values["authentication"], Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Organization)
	if err != nil {
		return err
	}
	var found organization.DomainPage
	if !q.CSV {
		if found, err = h.Organizations.Domains(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[domainRow]{
		Title: "Domains", One: domainNoun.One, Many: domainNoun.Many, M: m, Query: q, Spec: spec, Columns: domainColumns(m), Count: found.Count, Next: found.Next,
		AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m), Above: tabs(m, "/licences/domains"),
		Each: page.Streamed(func(ctx context.Context, each func(organization.Domain) error) error {
			return h.Organizations.EachDomain(ctx, m.Scope, f, each)
		}, newDomainRow),
	}
	for _, d := range found.Rows {
		l.Rows = append(l.Rows, newDomainRow(d))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(domainNoun, read, m, q, now, func() (int64, error) {
			all, err := h.Organizations.Domains(ctx, m.Scope, organization.DomainFilter{Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}
