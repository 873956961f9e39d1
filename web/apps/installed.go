package apps

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/detectedapp"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// DetectedDevices reads at Microsoft which devices have a version, while somebody looks.
type DetectedDevices interface {
	DevicesOf(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[detectedapp.Devices], error)
}

// version is the page of one version in one tenant, with the devices that have it, read live.
func (h *Handler) version(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // devices are only ever shown inside their tenant
	}
	id, err := page.Param(r, "version")
	if err != nil {
		return err
	}
	ctx := r.Context()
	found, err := h.Detected.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	if key, err := page.Param(r, "key"); err != nil || key != found.Key {
		return errs.NotFound
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.DetectedApps)
	if err != nil {
		return err
	}
	devices, err := h.DetectedDevices.DevicesOf(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	v := newVersionView(m, found, devices, read, page.ChromeOf(ctx).Now)
	return page.Answer(w, r, v, versionPage(page.Shell(r, m, v.Name), v))
}

// versionView is what the page of a version shows, and its JSON twin.
type versionView struct {
	installed
	Publisher   string         `json:"publisher"`
	AsOf        *time.Time     `json:"as_of"`
	Having      []having       `json:"devices_having_it"`
	More        bool           `json:"more_devices"` // than were read
	DevicesAsOf *time.Time     `json:"devices_as_of"`
	Trouble     *fresh.Trouble `json:"trouble,omitempty"`

	m    tenant.Membership
	now  time.Time
	line ui.Freshness
}

// having is a device that has the version.
type having struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	System string `json:"system"`
	User   string `json:"user"`
	URL    string `json:"url"`
}

func newVersionView(m tenant.Membership, of detectedapp.Version, devices graphsync.LiveReading[detectedapp.Devices], read graphsync.Freshness, now time.Time) versionView {
	v := versionView{installed: newInstalled(of), Publisher: of.Publisher, AsOf: page.Moment(read.AsOf), Having: []having{}, More: devices.Value.Cut,
		DevicesAsOf: page.Moment(devices.ReadAt), Trouble: fresh.NewTrouble(m.Tenant.ID, devices.Trouble), m: m, now: now, line: fresh.Line(read, m, now)}
	if v.Name == "" {
		v.Name = "App without a name"
	}
	for _, d := range devices.Value.Devices {
		h := having{d.ID, d.Name, strings.TrimSpace(d.OS + " " + d.OSVersion), d.User, "/t/" + m.Tenant.ID.String() + "/devices/" + url.PathEscape(d.ID)}
		if h.Name == "" {
			h.Name = "Device without a name"
		}
		v.Having = append(v.Having, h)
	}
	return v
}

func (v versionView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	key := strings.TrimSuffix(v.URL, "/"+url.PathEscape(v.ID))
	return ui.PageHeader{Tenant: &chip, Title: strings.TrimSpace(v.Name + " " + v.Version), Freshness: v.line,
		Context: []ui.Crumb{{Text: "Detected apps", URL: v.m.Path(string(partDetected))}, {Text: v.Name, URL: key}}}
}

func (v versionView) facts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Publisher", Value: ui.TextCell(v.Publisher)}, {Label: "Version", Value: ui.TextCell(v.Version)},
		{Label: "Platform", Value: ui.TextCell(detectedPlatform(v.Platform))}, {Label: "Size", Value: ui.TextCell(size(v.Size))},
		{Label: "Devices", Value: ui.TextCell(ui.N(v.Devices)), Note: "as Intune counted"}, {Label: "First read", Value: when(page.Moment(v.FirstSeen), v.now)},
	}}
}

func (v versionView) section() ui.Section {
	s := ui.Section{Title: "Devices that have it"}
	if v.DevicesAsOf != nil {
		s.Count, s.AsOf = ui.N(int64(len(v.Having))), ui.NewTime(*v.DevicesAsOf, v.now)
	}
	return s
}

// banner says why the devices are unknown, or older than they could be.
func (v versionView) banner() *ui.Banner { return v.Trouble.Banner("This", v.DevicesAsOf, v.now) }

func (v versionView) table() ui.Table {
	t := ui.Table{ID: "devices", Caption: "Devices that have this version", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Device"}, {Key: "user", Label: "Mail", Width: 260}, {Key: "system", Label: "System", Width: 220, Phone: "line"},
	}}
	for _, d := range v.Having {
		t.Rows = append(t.Rows, ui.Row{Name: d.Name, URL: d.URL, Cells: []ui.Cell{ui.TextCell(d.User), ui.TextCell(d.System)}})
	}
	return t
}

// note says how this part of the page came about.
func (v versionView) note() string {
	n := "Read from Microsoft when this page is opened, at most every 15 minutes. Intune renews the inventory of a device about once a week."
	if v.More {
		n = "The first " + ui.N(int64(len(v.Having))) + " devices. " + n
	}
	return n
}
