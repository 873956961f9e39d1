package incidents

import (
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// row is one incident: what the table, the JSON twin and the exports show.
type row struct {
	ID             string         `json:"id"`
	Title          string         `json:"title"`
	Tenant         page.TenantRef `json:"tenant"`
	Severity       string         `json:"severity"` // Microsoft's words, here and below
	Status         string         `json:"status"`
	Open           bool           `json:"open"`
	Assigned       string         `json:"assigned_to"`
	Classification string         `json:"classification"`
	Determination  string         `json:"determination"`
	RedirectTo     string         `json:"redirect_to,omitempty"`
	Alerts         int            `json:"alerts"`
	CreatedAt      *time.Time     `json:"created_at"`
	UpdatedAt      *time.Time     `json:"updated_at"`
	URL            string         `json:"url"`

	now time.Time
}

func newRow(i incident.Incident, now time.Time) row {
	return row{
		ID: i.ID, Title: i.Name(), Tenant: page.TenantRef{ID: i.Tenant, Name: i.TenantName}, Severity: i.Severity, Status: i.Status, Open: i.Open(), Assigned: i.Assigned,
		Classification: i.Classification, Determination: i.Determination, RedirectTo: i.RedirectTo, Alerts: len(i.Alerts), CreatedAt: page.Moment(i.CreatedAt), UpdatedAt: page.Moment(i.UpdatedAt),
		URL: urlOf(i.Tenant, i.ID), now: now,
	}
}

func urlOf(tid tenant.ID, id string) string {
	return "/t/" + tid.String() + "/incidents/" + url.PathEscape(id)
}

func alertURL(tid tenant.ID, incident, alert string) string {
	return urlOf(tid, incident) + "/alerts/" + url.PathEscape(alert)
}

// workURL is the page on which it is worked on, read at Microsoft as the person.
func (r row) workURL() string { return r.URL + "/work" }

// columns are the list's, in the table's order.
func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "title", Label: "Incident", Text: func(r row) string { return r.Title }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(172, func(r row) page.TenantRef { return r.Tenant }))
	}
	return append(cs,
		page.Column[row]{Key: "severity", Label: "Severity", Kind: ui.KindState, Sort: "severity", Priority: 1, Width: 132, Text: func(r row) string { return verdict.Severity(r.Severity, r.Open).Text }, Cell: func(r row) ui.Cell { s := verdict.Severity(r.Severity, r.Open); return ui.Cell{State: &s} }},
		page.Column[row]{Key: "status", Label: "Status", Kind: ui.KindState, Priority: 1, Width: 116, Text: func(r row) string { return verdict.IncidentStatus(r.Status).Text }, Cell: func(r row) ui.Cell { s := verdict.IncidentStatus(r.Status); return ui.Cell{State: &s} }},
		page.Column[row]{Key: "assigned", Label: "Assigned to", Priority: 2, Width: 150, Text: func(r row) string { return r.Assigned }, Cell: row.assignedCell},
		page.Column[row]{Key: "alerts", Label: "Alerts", Kind: ui.KindNumber, Priority: 3, Width: 64, Text: func(r row) string { return strconv.Itoa(r.Alerts) }, Cell: func(r row) ui.Cell { return ui.TextCell(ui.N(int64(r.Alerts))) }},
		page.Column[row]{Key: "verdict", Label: "Classification", Priority: 3, Width: 190, Text: func(r row) string { return finding(r.Classification, r.Determination) }, Cell: func(r row) ui.Cell { return ui.TextCell(finding(r.Classification, r.Determination)) }},
		page.Column[row]{Key: "created", Label: "Created", Kind: ui.KindTime, Sort: "created", Priority: 1, Width: 92, Text: func(r row) string { return page.Stamp(r.CreatedAt) }, Cell: func(r row) ui.Cell { return page.MomentCell(r.CreatedAt, r.now) }},
		page.Column[row]{Key: "updated", Label: "Changed", Kind: ui.KindTime, Sort: "updated", Priority: 2, Phone: "hide", Width: 92, Text: func(r row) string { return page.Stamp(r.UpdatedAt) }, Cell: func(r row) ui.Cell { return page.MomentCell(r.UpdatedAt, r.now) }},
		page.Column[row]{Key: "id", Label: "Incident id", Exact: true, Text: func(r row) string { return r.ID }},
		page.Column[row]{Key: "mergedInto", Label: "Merged into", Exact: true, Text: func(r row) string { return r.RedirectTo }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
	)
}

func (r row) assignedCell() ui.Cell {
	if r.Assigned == "" {
		return ui.QuietCell("Nobody")
	}
	return ui.TextCell(r.Assigned)
}
