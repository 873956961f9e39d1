package apps

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/app"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/figures"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// FailedInstalls reads at Microsoft on which devices an app did not install, while somebody looks.
type FailedInstalls interface {
	FailedInstalls(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[app.DeviceInstalls], error)
}

var installNoun = fresh.Noun{One: "app", Many: "apps", Whole: "apps that are assigned", Icon: "apps"}

// installs is how the installations of one app stand: a row of the list, and part of the app's page.
type installs struct {
	ID            string         `json:"id"`
	Name          string         `json:"name"`
	Tenant        page.TenantRef `json:"tenant"`
	Publisher     string         `json:"publisher"`
	Platform      string         `json:"platform"`
	Version       string         `json:"version"`
	Installed     int64          `json:"installed"`
	Failed        int64          `json:"failed"`
	Pending       int64          `json:"pending"`
	NotInstalled  int64          `json:"not_installed"`
	NotApplicable int64          `json:"not_applicable"`
	Devices       int64          `json:"devices"`
	FailedUsers   int64          `json:"failed_users"`
	URL           string         `json:"url"`
}

func newInstalls(i app.Install) installs {
	v := installs{ID: i.ID, Name: i.Name, Tenant: page.TenantRef{ID: i.Tenant, Name: i.TenantName}, Publisher: i.Publisher, Platform: i.Platform, Version: i.Version, Installed: i.Installed,
		Failed: i.Failed, Pending: i.Pending, NotInstalled: i.NotInstalled, NotApplicable: i.NotApplicable, Devices: i.Devices(), FailedUsers: i.FailedUsers,
		URL: appURL(i.Tenant, i.ID) + "#installations"}
	if v.Name == "" {
		v.Name = "App without a name"
	}
	return v
}

// state is the row's verdict. Nothing failed is no proof that all is installed, so it stays without a shape.
func (v installs) state() ui.Cell {
	switch {
	case v.Failed > 0:
		return ui.StateCell(ui.ShapeBad, v.stateText())
	case v.Pending > 0:
		return ui.StateCell(ui.ShapePending, v.stateText())
	}
	return ui.QuietCell(v.stateText())
}

func (v installs) stateText() string {
	switch {
	case v.Failed > 0:
		return ui.Count(v.Failed, "device failed", "devices failed")
	case v.Pending > 0:
		return ui.Count(v.Pending, "device pending", "devices pending")
	}
	return "None failed"
}

func installsSpec(m tenant.Membership) page.Spec {
	yes := []page.Option{{Value: "true", Label: "at least one"}}
	s := page.Spec{
		Sorts: []string{"-failed", "name", "installed", "pending"}, Columns: []string{"name", "state", "installed", "failed", "pending", "notInstalled", "notApplicable", "platform", "version"},
		Default: []string{"name", "state", "installed", "failed", "pending", "notInstalled", "platform"}, Placeholder: "Name, publisher",
		Filters: []page.Filter{{Name: "failed", Label: "Failed", Options: yes}, {Name: "pending", Label: "Pending", Options: yes}, {Name: "platform", Label: "Platform"}},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func installsColumns(m tenant.Membership) []page.Column[installs] {
	number := func(key, label, sort string, priority int, get func(installs) int64) page.Column[installs] {
		return page.Column[installs]{Key: key, Label: label, Kind: ui.KindNumber, Sort: sort, Priority: priority, Width: 110,
			Text: func(v installs) string { return plainNumber(get(v)) }, Cell: func(v installs) ui.Cell { return ui.TextCell(ui.N(get(v))) }}
	}
	cs := []page.Column[installs]{{Key: "name", Label: "App", Sort: "name", Wrap: true, Text: func(v installs) string { return v.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(v installs) page.TenantRef { return v.Tenant }))
	}
	return append(cs,
		page.Column[installs]{Key: "state", Label: "State", Kind: ui.KindState, Priority: 1, Width: 180, Text: installs.stateText, Cell: installs.state},
		number("installed", "Installed", "installed", 1, func(v installs) int64 { return v.Installed }),
		number("failed", "Failed", "failed", 2, func(v installs) int64 { return v.Failed }),
		number("pending", "Pending", "pending", 2, func(v installs) int64 { return v.Pending }),
		number("notInstalled", "Not installed", "", 3, func(v installs) int64 { return v.NotInstalled }),
		number("notApplicable", "Not applicable", "", 3, func(v installs) int64 { return v.NotApplicable }),
		page.Column[installs]{Key: "platform", Label: "Platform", Priority: 3, Width: 110, Text: func(v installs) string { return v.Platform }, Cell: func(v installs) ui.Cell { return ui.TextCell(v.Platform) }},
		page.Column[installs]{Key: "version", Label: "Version", Priority: 3, Width: 110, Text: func(v installs) string { return v.Version }, Cell: func(v installs) ui.Cell { return ui.TextCell(v.Version) }},
		page.Column[installs]{Key: "id", Label: "Intune app id", Exact: true, Text: func(v installs) string { return v.ID }},
		page.Column[installs]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(v installs) string { return v.Tenant.ID.String() }},
	)
}

// installs is the list of apps by how their installations stand, the most failures first.
func (h *Handler) installs(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := installsSpec(m).Parse(r.URL)
	if err != nil {
		return err
	}
	f := app.InstallFilter{Q: q.Q, Failed: q.Get("failed") == "true", Pending: q.Get("pending") == "true", Platform: q.Values["platform"], Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize, CountMost: page.CountMost(r)}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.AppInstalls)
	if err != nil {
		return err
	}
	var found app.Installs
	if !q.CSV {
		if found, err = h.Apps.Installs(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[installs]{
		Title: "Installations", One: installNoun.One, Many: installNoun.Many, Caption: "Apps by how their installations stand", M: m, Query: q, Spec: installsSpec(m), Columns: installsColumns(m),
		URL: func(v installs) string { return v.URL }, Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Actions: fresh.ReadNow(m), Above: tabs(m, partInstalls),
		Each: page.Streamed(func(ctx context.Context, each func(app.Install) error) error {
			return h.Apps.EachInstall(ctx, m.Scope, f, each)
		}, newInstalls),
	}
	for _, i := range found.Rows {
		l.Rows = append(l.Rows, newInstalls(i))
	}
	if read.Read > 0 && q.After == "" && !q.CSV {
		days, err := h.Sync.DailyOf(ctx, m.Scope, graphsync.AppInstalls, now.AddDate(0, 0, -figures.TrendDays), figures.InstallKeys(m.One())...)
		if err != nil {
			return err
		}
		l.Below = figures.InstallTrends(figures.Daily(days), m.One(), now)
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(installNoun, read, m, q, now, func() (int64, error) {
			all, err := h.Apps.Installs(ctx, m.Scope, app.InstallFilter{Limit: 1})
			return all.Count, err
		}); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// installation is what the page of an app knows of its installations.
type installation struct {
	Row     *installs       `json:"counts"` // null: the report has no row, or was not read
	AsOf    *time.Time      `json:"as_of"`
	GoneAt  *time.Time      `json:"gone_at"` // of the reading whose report did not have the app any more
	Changes []change        `json:"changes"`
	Days    []installDay    `json:"days"`
	Failing []failedInstall `json:"failed_devices"`
	More    bool            `json:"more"` // than the report was read for
	ReadAt  *time.Time      `json:"failed_devices_as_of"`
	Trouble *fresh.Trouble  `json:"trouble,omitempty"`

	read    graphsync.Freshness
	before  *installs // counts before GoneAt
	changes []app.Change
}

type failedInstall struct {
	app.DeviceInstall
	URL string `json:"url"`
}

// installation reads the counts from what is held, and asks Microsoft for the devices only where some failed.
func (h *Handler) installation(ctx context.Context, m tenant.Membership, id string) (v installation, err error) {
	v.Failing, v.Changes, v.Days = []failedInstall{}, []change{}, []installDay{}
	if v.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.AppInstalls); err != nil {
		return v, err
	}
	v.AsOf = page.Moment(v.read.AsOf)
	counts, err := h.Apps.Install(ctx, m.Tenant.ID, id)
	if errors.Is(err, errs.NotFound) {
		return v, nil
	}
	if err != nil {
		return v, err
	}
	if v.Days, err = h.installDays(ctx, m, id, page.ChromeOf(ctx).Now); err != nil {
		return v, err
	}
	if v.changes, err = h.Apps.InstallChanges(ctx, m.Tenant.ID, id, maxChanges); err != nil {
		return v, err
	}
	v.Changes = newInstallChanges(v.changes)
	row := newInstalls(counts)
	if v.GoneAt = page.Moment(counts.GoneAt); v.GoneAt != nil {
		v.before = &row
		return v, nil
	}
	v.Row = &row
	if counts.Failed == 0 || h.FailedInstalls == nil {
		return v, nil
	}
	live, err := h.FailedInstalls.FailedInstalls(ctx, m.Tenant.ID, id)
	if err != nil {
		return v, err
	}
	v.ReadAt, v.Trouble, v.More = page.Moment(live.ReadAt), fresh.NewTrouble(m.Tenant.ID, live.Trouble), live.Value.Cut
	for _, d := range live.Value.Rows {
		v.Failing = append(v.Failing, failedInstall{d, "/t/" + m.Tenant.ID.String() + "/devices/" + url.PathEscape(d.DeviceID)})
	}
	return v, nil
}

func (v view) installSection() ui.Section {
	s := ui.Section{ID: "installations", Title: "Installations", Rule: true, Late: v.Installs.read.Late > 0}
	if v.Installs.AsOf != nil {
		s.AsOf = ui.NewTime(*v.Installs.AsOf, v.now)
	}
	return s
}

// noInstalls says why there are no counts.
func (v view) noInstalls() string {
	switch {
	case v.Installs.AsOf == nil && v.Installs.read.Error.Sentence != "":
		return "Unknown: how installations went was not read yet. " + v.Installs.read.Error.Sentence
	case v.Installs.AsOf == nil:
		return "Unknown: how installations went was not read yet."
	case len(v.Targets) == 0:
		return strings.TrimSpace("The app is assigned to nobody, so Intune reports no installations. " + v.Installs.last(v.now))
	}
	return strings.TrimSpace("Unknown: Intune’s report has no counts for this app. " + v.Installs.last(v.now))
}

func (v view) installFacts() ui.Facts {
	r := v.Installs.Row
	n := func(label string, n int64) ui.Fact { return ui.Fact{Label: label, Value: ui.TextCell(ui.N(n))} }
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "State", Value: r.state()}, n("Installed", r.Installed), n("Failed", r.Failed), n("Pending", r.Pending), n("Not installed", r.NotInstalled), n("Not applicable", r.NotApplicable),
	}}
}

func (v view) failedSection() ui.Section {
	s := ui.Section{Title: "Devices where it failed"}
	if v.Installs.ReadAt != nil {
		s.Count, s.AsOf = ui.N(int64(len(v.Installs.Failing))), ui.NewTime(*v.Installs.ReadAt, v.now)
	}
	return s
}

func (v view) failedBanner() *ui.Banner {
	return v.Installs.Trouble.Banner("This", v.Installs.ReadAt, v.now)
}

func (v view) failedTable() ui.Table {
	t := ui.Table{ID: "failed-installs", Caption: "Devices on which this app failed", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Device", Width: 170}, {Key: "user", Label: "User", Width: 250}, {Key: "why", Label: "What went wrong", Phone: "line"}, {Key: "code", Label: "Error code", Kind: ui.KindMono, Width: 120}, {Key: "at", Label: "Since", Kind: ui.KindTime, Width: 110},
	}}
	for _, d := range v.Installs.Failing {
		name := d.DeviceName
		if name == "" {
			name = "Device without a name"
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, URL: d.URL, Cells: []ui.Cell{ui.TextCell(d.User), reason(d.ErrorCode), ui.MonoCell(d.ErrorCode), when(page.Moment(d.ChangedAt), v.now)}})
	}
	return t
}

func (v view) failedNote() string {
	n := "Read from Microsoft when this page is opened, at most every 10 minutes. Intune’s count above may be older."
	if v.Installs.More {
		n = "The report has more rows than are read here. " + n
	}
	return n
}

// reason says what a code means; one that is not in the list is left to whoever looks it up.
func reason(code string) ui.Cell {
	if code == "" {
		return ui.QuietCell("No error code is reported")
	}
	if words := installError(code); words != "" {
		return ui.TextCell(words)
	}
	return ui.QuietCell("Not in our list: look the code up")
}
