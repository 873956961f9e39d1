// Package settings serves what the portal runs with: its addresses, its app registration, its keys and its datasets, each with the name of
// the setting that changes it. Secrets are never among it; that one is set is all that is said.
package settings

import (
	"net/http"
	"strings"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/partner"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/webhook"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// Item is one thing that the portal runs with.
type Item struct {
	Label string `json:"label"`
	Value string `json:"value"`
	Name  string `json:"setting,omitempty"` // environment variable that changes it
	Copy  bool   `json:"-"`                 // people need it elsewhere
}

// Group is a part of the page.
type Group struct {
	Title string `json:"title"`
	Note  string `json:"note,omitempty"`
	Items []Item `json:"items"`
}

// Handler serves the room. Groups come from the wiring, which knows the configuration.
type Handler struct {
	Groups    []Group
	Retention *graphsync.Retention
	Contact   *partner.Store
	Tenants   *tenant.Store
	Audit     *audit.Store // nil: changes are not recorded
	Keys      webhook.Sealer
}

// Mount adds the page.
func (h *Handler) Mount(r page.Router) {
	r.GetFor("/settings", tenant.MaySettings, h.show)
	r.GetFor("/settings/history", tenant.MaySettings, h.history)
	r.Post("/settings/history", tenant.MaySettings, h.keepHistory)
	r.GetFor("/settings/contact", tenant.MaySettings, h.contact)
	r.Post("/settings/contact", tenant.MaySettings, h.keepContact)
	r.GetFor("/settings/stream", tenant.MaySettings, h.stream)
	r.Post("/settings/stream", tenant.MaySettings, h.keepStream)
	r.GetFor("/settings/permissions", tenant.MaySettings, h.permissions)
	r.GetFor("/settings/permissions/operations", tenant.MaySettings, h.operations)
	r.GetFor("/settings/permissions/{name}", tenant.MaySettings, h.permission)
}

// view is the page's view model and its JSON twin.
type view struct {
	Groups   []Group   `json:"groups"`
	Datasets []dataset `json:"datasets"`

	m tenant.Membership
}

type dataset struct {
	Name       string `json:"dataset"`
	Label      string `json:"label"`
	Permission string `json:"permission"`
	Every      string `json:"every"`
	FreshFor   string `json:"fresh_for"`
	Version    string `json:"version"`
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v := view{Groups: h.Groups, m: m}
	for _, d := range graphsync.Table() {
		v.Datasets = append(v.Datasets, dataset{d.Name, d.Label, d.Permission, ui.Length(d.Every), ui.Length(d.FreshFor), d.Version})
	}
	return page.Answer(w, r, v, settingsPage(page.Shell(r, m, "Settings"), v))
}

func (v view) header() ui.PageHeader {
	return ui.PageHeader{
		Context: []ui.Crumb{{Text: "Portal"}}, Title: "Settings",
		Lead:    "What the portal runs with. Change a setting where the portal is started; the name stands beside it.",
		Actions: []ui.Action{{Text: "History", Icon: "history", URL: "/settings/history"}, {Text: "Contact", Icon: "person", URL: "/settings/contact"}, {Text: "Consent templates", Icon: "checkmark_starburst", URL: "/settings/templates"}, {Text: "Alerts", Icon: "alert", URL: "/settings/alerts"}, {Text: "Brake", Icon: "shield_error", URL: "/settings/brake"}, {Text: "Audit stream", Icon: "send", URL: "/settings/stream"}, {Text: "App registrations", Icon: "key", URL: "/settings/registrations"}, {Text: "Permissions", Icon: "shield_keyhole", URL: "/settings/permissions"}},
	}
}

func (g Group) facts() ui.Facts {
	var f ui.Facts
	for _, i := range g.Items {
		value := ui.TextCell(i.Value)
		if i.Copy {
			value = ui.CopyCell(i.Value, "", "Copy "+strings.ToLower(i.Label))
		}
		f.Items = append(f.Items, ui.Fact{Label: i.Label, Value: value, Note: i.Name})
	}
	return f
}

func (v view) table() ui.Table {
	t := ui.Table{ID: "datasets", Caption: "Datasets", Inset: true, Columns: []ui.Column{
		{Key: "label", Label: "Dataset", Width: 260}, {Key: "permission", Label: "Permission", Kind: ui.KindMono}, {Key: "every", Label: "Read every", Kind: ui.KindNumber, Width: 110},
		{Key: "fresh", Label: "Late after", Kind: ui.KindNumber, Width: 110}, {Key: "version", Label: "Graph", Width: 80, Priority: 2},
	}}
	for _, d := range v.Datasets {
		t.Rows = append(t.Rows, ui.Row{Name: d.Label, Cells: []ui.Cell{ui.MonoCell(d.Permission), ui.TextCell(d.Every), ui.TextCell(d.FreshFor), ui.QuietCell(d.Version)}})
	}
	return t
}
