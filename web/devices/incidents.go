package devices

import (
	"context"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// maxIncidents is how many incidents a device's page shows.
const maxIncidents = 20

// inIncident is an incident whose alerts name the device.
type inIncident struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Severity  string     `json:"severity"`
	Status    string     `json:"status"`
	CreatedAt *time.Time `json:"created_at"`
	URL       string     `json:"url"`

	open bool
}

// ofIncidents is what a device's page knows of incidents; list is nil where they were not asked for, or not read.
type ofIncidents struct {
	list []inIncident
	read graphsync.Freshness
}

func (h *Handler) incidentsOf(ctx context.Context, m tenant.Membership, d device.Device) (o ofIncidents, err error) {
	if h.Incidents == nil {
		return o, nil
	}
	if o.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Incidents); err != nil || o.read.Read == 0 {
		return o, err
	}
	o.list = []inIncident{}
	if d.EntraDeviceID == "" {
		return o, nil // Defender names devices by Entra's id
	}
	found, err := h.Incidents.List(ctx, m.Scope, incident.Filter{Device: d.EntraDeviceID, Desc: true, Limit: maxIncidents})
	for _, i := range found.Rows {
		o.list = append(o.list, inIncident{i.ID, i.Title, i.Severity, i.Status, page.Moment(i.CreatedAt), m.Path("/incidents/" + i.ID), i.Open()})
	}
	return o, err
}

func (v view) incidentSection() ui.Section {
	s := ui.Section{Title: "Security incidents", Rule: true, Late: v.incidents.read.Late > 0}
	if !v.incidents.read.AsOf.IsZero() {
		s.AsOf = ui.NewTime(v.incidents.read.AsOf, v.chrome.Now)
	}
	return s
}

// noIncidents says why none is shown.
func (v view) noIncidents() string {
	if v.Incidents == nil {
		return "Unknown: the incidents of this customer were not read."
	}
	return "No incident that was read names this device."
}

func (v view) incidentTable() ui.Table {
	t := ui.Table{ID: "incidents", Caption: "Security incidents that name this device", Inset: true, Columns: []ui.Column{
		{Key: "title", Label: "Incident"}, {Key: "severity", Label: "Severity", Kind: ui.KindState, Width: 130}, {Key: "status", Label: "Status", Kind: ui.KindState, Width: 140}, {Key: "created", Label: "Created", Kind: ui.KindTime, Width: 110},
	}}
	for _, i := range v.Incidents {
		severity, status := verdict.Severity(i.Severity, i.open), verdict.IncidentStatus(i.Status)
		row := ui.Row{Name: i.Title, URL: i.URL, Cells: []ui.Cell{{State: &severity}, {State: &status}, ui.DashCell()}}
		if i.CreatedAt != nil {
			row.Cells[2] = ui.TimeCell(ui.NewTime(*i.CreatedAt, v.chrome.Now))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
