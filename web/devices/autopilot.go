package devices

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var autopilotNoun = fresh.Noun{One: "Autopilot device", Many: "Autopilot devices", Whole: "devices registered for Windows Autopilot", Icon: "laptop"}

// saidAs is a word for a value of Microsoft's, with the shape that it deserves. Nothing here is a verdict, so nothing is green.
type saidAs struct {
	text  string
	shape ui.Shape
}

var enrolmentWords = map[string]saidAs{
	"failed": {"Failed", ui.ShapeBad}, "blocked": {"Blocked", ui.ShapeBad}, "pendingReset": {"Reset pending", ui.ShapePending},
	"notContacted": {"Not contacted", ui.ShapeNone}, "enrolled": {"Enrolled", ui.ShapeNone}, "unknown": {"Unknown", ui.ShapeUnknown},
}

var profileWords = map[string]saidAs{
	"failed": {"Failed", ui.ShapeBad}, "notAssigned": {"Not assigned", ui.ShapeWarn}, "assignedOutOfSync": {"Assigned, out of sync", ui.ShapeWarn},
	"pending": {"Being assigned", ui.ShapePending}, "assignedUnkownSyncState": {"Assigned", ui.ShapeNone}, "assignedInSync": {"Assigned, in sync", ui.ShapeNone},
	"unknown": {"Unknown", ui.ShapeUnknown},
}

// stateOf words a value; one that Microsoft added since is shown as it is, and unknown to us.
func stateOf(words map[string]saidAs, v string) ui.State {
	w, ok := words[v]
	if !ok {
		w = saidAs{v, ui.ShapeUnknown}
	}
	return ui.State{Shape: w.shape, Text: w.text}
}

func optionsOf(words map[string]saidAs, values []string) []page.Option {
	out := make([]page.Option, 0, len(values))
	for _, v := range values {
		out = append(out, page.Option{Value: v, Label: words[v].text})
	}
	return out
}

func autopilotSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts:   []string{"serial", "contacted", "state", "profile", "tag"},
		Columns: []string{"serial", "model", "tag", "profile", "state", "contacted", "device", "person", "order"},
		Default: []string{"serial", "model", "tag", "profile", "state", "contacted", "order"}, Placeholder: "Serial, name, person, purchase order",
		Filters: []page.Filter{
			{Name: "state", Label: "Enrollment", Options: optionsOf(enrolmentWords, autopilot.States)},
			{Name: "profile", Label: "Deployment profile", Options: optionsOf(profileWords, autopilot.ProfileStatuses)},
			{Name: "enrolled", Label: "Managed device", Options: []page.Option{{Value: "true", Label: "has one"}, {Value: "false", Label: "has none"}}},
			{Name: "groupTag", Label: "Group tag"}, {Name: "order", Label: "Purchase order"}, {Name: "model", Label: "Model"}, {Name: "person", Label: "Assigned person", Hint: "A whole sign-in name."},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer registered"}}},
		},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func autopilotFilter(q page.Query) (f autopilot.Filter, err error) {
	f = autopilot.Filter{
		Q: q.Q, State: q.Values["state"], Profile: q.Values["profile"], GroupTag: q.Values["groupTag"], PurchaseOrder: q.Values["order"], Model: q.Values["model"],
		UPN: q.Get("person"), Gone: q.Get("gone") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize,
	}
	if v := q.Values["enrolled"]; len(v) == 1 {
		enrolled := v[0] == "true"
		f.Enrolled = &enrolled
	}
	f.Tenants, err = q.Customers()
	return f, err
}

// registered is a machine that Autopilot knows: a row of the list, and the head of its page.
type registered struct {
	ID                string         `json:"id"`
	Serial            string         `json:"serial"`
	Name              string         `json:"name"`
	Tenant            page.TenantRef `json:"tenant"`
	Manufacturer      string         `json:"manufacturer"`
	Model             string         `json:"model"`
	GroupTag          string         `json:"group_tag"`
	PurchaseOrder     string         `json:"purchase_order"`
	Profile           string         `json:"profile_status"` // Microsoft's word
	ProfileName       string         `json:"profile_status_name"`
	ProfileAssignedAt *time.Time     `json:"profile_assigned_at"`
	State             string         `json:"enrolment_state"`
	StateName         string         `json:"enrolment_state_name"`
	ContactedAt       *time.Time     `json:"last_contacted_at"` // null: never
	Person            string         `json:"assigned_person"`
	EntraDeviceID     string         `json:"entra_device_id"`
	ManagedDeviceID   string         `json:"managed_device_id"` // empty: none
	GoneAt            *time.Time     `json:"gone_at,omitempty"`
	URL               string         `json:"url"`

	profile, state ui.State
}

func newRegistered(i autopilot.Identity) registered {
	r := registered{
		ID: i.ID, Serial: i.Serial, Name: i.Name, Tenant: page.TenantRef{ID: i.Tenant, Name: i.TenantName}, Manufacturer: i.Manufacturer, Model: i.Model, GroupTag: i.GroupTag,
		PurchaseOrder: i.PurchaseOrder, Profile: i.ProfileStatus, ProfileAssignedAt: page.Moment(i.ProfileAssignedAt), State: i.State, ContactedAt: page.Moment(i.ContactedAt),
		Person: i.UPN, EntraDeviceID: i.EntraDeviceID, ManagedDeviceID: i.ManagedDeviceID, GoneAt: page.Moment(i.GoneAt),
		URL:     "/t/" + i.Tenant.String() + string(partAutopilot) + "/" + url.PathEscape(i.ID),
		profile: stateOf(profileWords, i.ProfileStatus), state: stateOf(enrolmentWords, i.State),
	}
	r.ProfileName, r.StateName = r.profile.Text, r.state.Text
	return r
}

// title is the serial number, by which people know a machine that has no name yet.
func (r registered) title() string {
	switch {
	case r.Serial != "":
		return r.Serial
	case r.Name != "":
		return r.Name
	}
	return "Machine without a serial"
}

// deviceCell tells whether the machine became a device. The machine's page leads to it, where the device was read: Autopilot names devices
// that Intune has long deleted.
func (r registered) deviceCell() ui.Cell {
	if r.ManagedDeviceID == "" {
		return ui.QuietCell("none")
	}
	return ui.TextCell("Enrolled")
}

func autopilotColumns(m tenant.Membership, now time.Time) []page.Column[registered] {
	text := func(key, label, sort string, priority, width int, get func(registered) string) page.Column[registered] {
		return page.Column[registered]{Key: key, Label: label, Sort: sort, Priority: priority, Width: width, Wrap: true, Phone: "line", Text: get, Cell: func(r registered) ui.Cell { return ui.TextCell(get(r)) }}
	}
	exactly := func(key, label string, get func(registered) string) page.Column[registered] {
		return page.Column[registered]{Key: key, Label: label, Exact: true, Text: get}
	}
	cs := []page.Column[registered]{{Key: "serial", Label: "Serial", Sort: "serial", Wrap: true, Text: registered.title}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(r registered) page.TenantRef { return r.Tenant }))
	}
	return append(cs,
		text("model", "Model", "", 2, 200, func(r registered) string { return model(r.Manufacturer, r.Model) }),
		text("tag", "Group tag", "tag", 2, 120, func(r registered) string { return r.GroupTag }),
		page.Column[registered]{Key: "profile", Label: "Deployment profile", Kind: ui.KindState, Sort: "profile", Priority: 1, Width: 170, Phone: "line", Text: func(r registered) string { return r.ProfileName }, Cell: func(r registered) ui.Cell { return ui.Cell{State: &r.profile} }},
		page.Column[registered]{Key: "state", Label: "Enrollment", Kind: ui.KindState, Sort: "state", Priority: 1, Width: 140, Text: func(r registered) string { return r.StateName }, Cell: func(r registered) ui.Cell { return ui.Cell{State: &r.state} }},
		page.Column[registered]{Key: "contacted", Label: "Last contacted", Kind: ui.KindTime, Sort: "contacted", Priority: 1, Width: 120, Text: func(r registered) string { return exact(r.ContactedAt) }, Cell: func(r registered) ui.Cell { return ago(r.ContactedAt, now) }},
		page.Column[registered]{Key: "device", Label: "Device", Priority: 2, Width: 90, Phone: "hide", Text: func(r registered) string { return r.ManagedDeviceID }, Cell: registered.deviceCell},
		text("person", "Assigned person", "", 3, 190, func(r registered) string { return r.Person }),
		text("order", "Purchase order", "", 3, 130, func(r registered) string { return r.PurchaseOrder }),
		exactly("assigned", "Profile assigned", func(r registered) string { return exact(r.ProfileAssignedAt) }),
		exactly("entra", "Entra device id", func(r registered) string { return r.EntraDeviceID }),
		exactly("id", "Autopilot id", func(r registered) string { return r.ID }),
		exactly("tenant", "Tenant id", func(r registered) string { return r.Tenant.ID.String() }),
	)
}

// autopilot is the list of machines that Windows Autopilot knows.
func (h *Handler) autopilot(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	spec := autopilotSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	f, err := autopilotFilter(q)
	if err != nil {
		return err
	}
	f.CountMost = page.CountMost(r)
	ctx := r.Context()
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Autopilot)
	if err != nil {
		return err
	}
	var found autopilot.Page
	if !q.CSV {
		if found, err = h.Autopilot.List(ctx, m.Scope, f); err != nil {
			return err
		}
	}
	now := page.ChromeOf(ctx).Now
	l := page.List[registered]{
		Title: "Windows Autopilot", One: autopilotNoun.One, Many: autopilotNoun.Many, M: m, Query: q, Spec: spec, Columns: autopilotColumns(m, now),
		URL: func(r registered) string { return r.URL }, Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now),
		Actions: fresh.ReadNow(m), Above: listTabs(m, partAutopilot),
		Each: page.Streamed(func(ctx context.Context, each func(autopilot.Identity) error) error {
			return h.Autopilot.Each(ctx, m.Scope, f, each)
		}, newRegistered),
	}
	for _, i := range found.Rows {
		l.Rows = append(l.Rows, newRegistered(i))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = fresh.EmptyList(autopilotNoun, read, m, q, now, func() (int64, error) { return h.Autopilot.Count(ctx, m.Scope, autopilot.Filter{}) }); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}
