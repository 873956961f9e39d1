package incidents

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/incident"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// maxChanges is how much of the history a page shows.
const maxChanges = 100

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	id, err := page.Param(r, "incident")
	if err != nil || !m.One() {
		return errs.NotFound
	}
	i, err := h.Incidents.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	changes, err := h.Incidents.Changes(ctx, m.Tenant.ID, id, maxChanges)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Incidents)
	if err != nil {
		return err
	}
	v := newView(m, i, changes, now)
	v.AsOf, v.read = page.Moment(read.AsOf), read
	if v.Entities, err = h.entities(ctx, m, i); err != nil {
		return err
	}
	return page.Answer(w, r, v, incidentPage(page.Shell(r, m, v.Title), v))
}

// view is what an incident's page shows, and its JSON twin.
type view struct {
	row
	AsOf      *time.Time         `json:"as_of"`
	Priority  int64              `json:"priority"`
	ChangedBy string             `json:"changed_by"`
	Resolving string             `json:"resolving_comment"`
	Tags      []string           `json:"tags"`
	List      []incident.Alert   `json:"alert_list"`
	Entities  []entity           `json:"entities"`
	Comments  []incident.Comment `json:"comments"`
	Changes   []change           `json:"changes"`

	m        tenant.Membership
	alone    bool // it is one alert in the shape of an incident
	read     graphsync.Freshness
	incident incident.Incident
}

// entity is something that alerts of the incident are about, with the page that the portal has of it.
type entity struct {
	incident.Entity
	Alerts int    `json:"alerts"` // in how many of them it is
	URL    string `json:"url,omitempty"`
}

type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

func newView(m tenant.Membership, i incident.Incident, changes []incident.Change, now time.Time) view {
	i.Tenant, i.TenantName = m.Tenant.ID, m.Tenant.Name()
	v := view{row: newRow(i, now), Priority: i.Priority, ChangedBy: i.ChangedBy, Resolving: i.Resolving, Tags: i.Tags, List: i.Alerts, Comments: i.Comments, Changes: []change{}, Entities: []entity{}, m: m, incident: i}
	for _, c := range changes {
		v.Changes = append(v.Changes, change{c.At, c.Field, c.Old, c.New})
	}
	return v
}

// entities are what the alerts are about, each once, devices first and with a link to their page where the portal knows them.
func (h *Handler) entities(ctx context.Context, m tenant.Membership, i incident.Incident) ([]entity, error) {
	all := []entity{}
	for _, a := range i.Alerts {
		for _, e := range a.Entities {
			if at := slices.IndexFunc(all, func(x entity) bool { return x.Kind == e.Kind && x.Name == e.Name && x.ID == e.ID }); at >= 0 {
				all[at].Alerts++
				continue
			}
			all = append(all, entity{Entity: e, Alerts: 1})
		}
	}
	slices.SortStableFunc(all, func(a, b entity) int {
		return strings.Compare(kindOrder(a.Kind)+a.Name, kindOrder(b.Kind)+b.Name)
	})
	urls, err := h.deviceURLs(ctx, m.Tenant.ID, i.Devices)
	for n, e := range all {
		if e.Kind == "device" {
			all[n].URL = urls[e.ID]
		}
	}
	return all, err
}

// deviceURLs are the pages of devices by Entra's ids, of those that the portal knows.
func (h *Handler) deviceURLs(ctx context.Context, tid tenant.ID, entra []string) (map[string]string, error) {
	known, err := h.Devices.ByEntra(ctx, tid, entra)
	for of, id := range known {
		known[of] = "/t/" + tid.String() + "/devices/" + url.PathEscape(id)
	}
	return known, err
}

func kindOrder(kind string) string {
	switch kind {
	case "device":
		return "0"
	case "user":
		return "1"
	}
	return "2" + kind
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	h := ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: "Incidents", URL: v.m.Path("/incidents")}}, Title: v.Title,
		Pills: []ui.State{verdict.Severity(v.Severity, v.Open), verdict.IncidentStatus(v.Status)}, Freshness: fresh.Line(v.read, v.m, v.now),
	}
	if v.m.May(tenant.MayAct) {
		h.Actions = []ui.Action{{Text: "Work on it", Icon: "edit", Kind: ui.Primary, URL: v.workURL()}}
	}
	return h
}

// merged says where an incident went on.
func (v view) merged() *ui.Banner {
	if v.RedirectTo == "" {
		return nil
	}
	return &ui.Banner{Kind: "info", Title: "Microsoft merged this incident into incident " + v.RedirectTo + ".", Text: "Its alerts are there now.", ActionText: "Open incident " + v.RedirectTo, ActionURL: urlOf(v.m.Tenant.ID, v.RedirectTo)}
}

func (v view) facts() ui.Facts {
	items := []ui.Fact{
		{Label: "Assigned to", Value: v.assignedCell()}, {Label: "Classification", Value: ui.TextCell(finding(v.Classification, v.Determination))},
		{Label: "Created", Value: page.MomentCell(v.CreatedAt, v.now)}, {Label: "Changed", Value: page.MomentCell(v.UpdatedAt, v.now), Note: v.ChangedBy},
	}
	if v.Priority > 0 {
		items = append(items, ui.Fact{Label: "Priority", Value: ui.TextCell(ui.N(v.Priority) + " of 100"), Note: "as Microsoft reckons"})
	}
	if v.Resolving != "" {
		items = append(items, ui.Fact{Label: "Resolved with", Value: ui.TextCell(v.Resolving)})
	}
	if len(v.Tags) > 0 {
		items = append(items, ui.Fact{Label: "Tags", Value: ui.TextCell(strings.Join(v.Tags, ", "))})
	}
	label := "Incident id"
	if v.alone {
		label = "Alert id"
	}
	return ui.Facts{Wide: true, Items: append(items, ui.Fact{Label: label, Value: ui.CopyCell(v.ID, "", "Copy "+v.noun()+" id")})}
}

func (v view) alertTable() ui.Table {
	t := ui.Table{ID: "alerts", Caption: "Alerts of this incident", Inset: true, Columns: []ui.Column{
		{Key: "title", Label: "Alert"}, {Key: "severity", Label: "Severity", Kind: ui.KindState, Width: 120}, {Key: "status", Label: "Status", Kind: ui.KindState, Width: 120, Priority: 2},
		{Key: "category", Label: "Category", Width: 150, Priority: 2}, {Key: "created", Label: "Created", Kind: ui.KindTime, Width: 100},
	}}
	for _, a := range v.List {
		severity, status := verdict.Severity(a.Severity, a.Status != "resolved"), verdict.IncidentStatus(a.Status)
		category := ui.Spaced(a.Category)
		if len(a.Techniques) > 0 {
			category += " · " + strings.Join(a.Techniques, ", ")
		}
		t.Rows = append(t.Rows, ui.Row{Name: a.Title, URL: v.alertURL(a), Cells: []ui.Cell{{State: &severity}, {State: &status}, ui.TextCell(category), page.MomentCell(page.Moment(a.CreatedAt), v.now)}})
	}
	return t
}

// alertURL is where one alert is worked on, for those who may.
func (v view) alertURL(a incident.Alert) string {
	if a.ID == "" || !v.m.May(tenant.MayAct) {
		return ""
	}
	return alertURL(v.m.Tenant.ID, v.ID, a.ID)
}

func (v view) noun() string {
	if v.alone {
		return "alert"
	}
	return "incident"
}

// recommended is what Microsoft advises about an alert that stands alone.
func (v view) recommended() string {
	if len(v.List) == 0 {
		return ""
	}
	return v.List[0].Recommended
}

func (v view) entityTable() ui.Table {
	t := ui.Table{ID: "entities", Caption: "What the alerts are about", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Name"}, {Key: "kind", Label: "Kind", Width: 120}, {Key: "verdict", Label: "Microsoft finds it", Width: 150, Priority: 2}, {Key: "alerts", Label: "Alerts", Kind: ui.KindNumber, Width: 80},
		{Key: "detail", Label: "More", Priority: 2},
	}}
	for _, e := range v.Entities {
		name := e.Name
		if name == "" {
			name = kindWord(e.Kind)
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, URL: e.URL, Cells: []ui.Cell{ui.TextCell(kindWord(e.Kind)), ui.TextCell(ui.Spaced(e.Verdict)), ui.TextCell(ui.N(int64(e.Alerts))), ui.TextCell(e.Detail)}})
	}
	return t
}

func section(title, count string, rule bool) ui.Section {
	return ui.Section{Title: title, Count: count, Rule: rule}
}
