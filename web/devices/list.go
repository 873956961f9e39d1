package devices

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// newSpec is what the list reads from its URL. Microsoft adds operating systems and management states, so those given count as known.
func newSpec(m tenant.Membership, given url.Values) page.Spec {
	s := page.Spec{
		Sorts:       []string{"lastSync", "name", "compliance", "serial", "os", "user"},
		Columns:     []string{"name", "user", "os", "compliance", "checkin", "serial", "action", "person", "model", "manufacturer", "version", "ownership", "state", "category", "encrypted", "imei", "mac", "entra", "enrolled"},
		Default:     []string{"name", "user", "os", "compliance", "checkin", "serial", "action"},
		Placeholder: "Name, serial, user, IMEI, MAC",
		Filters: []page.Filter{
			{Name: "compliance", Label: "Compliance", Options: complianceOptions()},
			{Name: "os", Label: "System", Options: openOptions(systems, given["os"], func(v string) string { return v })},
			{Name: "checkin", Label: "Check-in", Options: checkInOptions},
			{Name: "ownership", Label: "Owner", Options: ownershipOptions},
			{Name: "encrypted", Label: "Encrypted", Options: []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}},
			{Name: "state", Label: "Management state", Options: openOptions(managementStates, given["state"], func(v string) string { return enum("state", v) })},
			{Name: "category", Label: "Category", Hint: "In full, as devices have it."},
			{Name: "model", Label: "Model", Hint: "In full, such as Surface Laptop 6."},
			{Name: "manufacturer", Label: "Manufacturer", Hint: "In full, such as Microsoft Corporation."},
			{Name: "version", Label: "System version", Hint: "In full, such as 10.0.26100.1742."},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in Intune"}}},
			onFilter,
			pickFilter,
		},
	}
	if !m.One() {
		s.Sorts = append(s.Sorts, "customer")
		s.Columns = append(s.Columns, "customer")
		s.Default = append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// pickFilter gives each row a box to tick.
var pickFilter = page.Filter{Name: "pick", Label: "Choose", Options: []page.Option{{Value: "true", Label: "devices to act on"}}, Fixed: true, Linked: true}

// openOptions are the known values of an open set, and those given.
func openOptions(known, given []string, word func(string) string) []page.Option {
	var out []page.Option
	seen := map[string]bool{"": true}
	for _, v := range slices.Concat(known, given) {
		if !seen[v] {
			seen[v] = true
			out = append(out, page.Option{Value: v, Label: word(v)})
		}
	}
	return out
}

// newFilter is what the store is asked.
func newFilter(q page.Query) (device.Filter, error) {
	f := device.Filter{
		Q: q.Q, Compliance: q.Values["compliance"], OS: q.Values["os"], CheckIn: q.Values["checkin"], Ownership: q.Values["ownership"],
		Category: q.Values["category"], Model: q.Values["model"], Manufacturer: q.Values["manufacturer"], State: q.Values["state"],
		OSVersion: q.Values["version"], Gone: q.Get("gone") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize,
	}
	if q.Get(pickFilter.Name) != "" {
		f.Limit = pickSize
	}
	if v := q.Values["encrypted"]; len(v) == 1 {
		encrypted := v[0] == "true"
		f.Encrypted = &encrypted
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// row is one device of a list: what the table, the JSON twin and the CSV show.
type row struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	Serial       string         `json:"serial"`
	Tenant       page.TenantRef `json:"tenant"`
	Compliance   string         `json:"compliance"` // Intune's word at the last complete reading
	Verdict      string         `json:"verdict"`    // what the page says, with the age of the reading taken into account
	Late         bool           `json:"late"`       // the reading is older than its target
	User         string         `json:"user"`
	UserName     string         `json:"user_name"`
	OS           string         `json:"os"`
	OSVersion    string         `json:"os_version"`
	System       string         `json:"system"`
	CheckIn      string         `json:"checkin"`
	LastSyncAt   *time.Time     `json:"last_sync_at"` // null: never
	Model        string         `json:"model"`
	Manufacturer string         `json:"manufacturer"`
	Ownership    string         `json:"ownership"`
	State        string         `json:"state"`
	Category     string         `json:"category"`
	Encrypted    bool           `json:"encrypted"`
	IMEI         string         `json:"imei"`
	MAC          string         `json:"mac"`
	EntraID      string         `json:"entra_device_id"`
	EnrolledAt   *time.Time     `json:"enrolled_at"`
	GoneAt       *time.Time     `json:"gone_at,omitempty"`
	LastAction   string         `json:"last_action,omitempty"`
	Then         *asOf          `json:"as_it_was,omitempty"` // only in a list of a past day
	URL          string         `json:"url"`

	state  ui.State
	action *ui.State
	now    time.Time
}

func (r row) url() string { return r.URL }

// newRower makes rows as of a moment.
func newRower(late lateTenants, now time.Time) func(device.Device) row {
	return func(d device.Device) row {
		r := row{
			ID: d.ID, Name: nameOf(d), Serial: d.Serial, Tenant: page.TenantRef{ID: d.Tenant, Name: d.TenantName}, Compliance: d.Compliance,
			Late: late[d.Tenant], User: user(d), UserName: d.UserName, OS: d.OS, OSVersion: d.OSVersion, System: system(d), CheckIn: d.CheckIn,
			LastSyncAt: page.Moment(d.LastSyncAt), Model: d.Model, Manufacturer: d.Manufacturer, Ownership: d.Ownership, State: d.State,
			Category: d.Category, Encrypted: d.Encrypted, IMEI: d.IMEI, MAC: d.WiFiMAC, EntraID: d.EntraDeviceID, EnrolledAt: page.Moment(d.EnrolledAt),
			GoneAt: page.Moment(d.GoneAt), URL: deviceURL(d.Tenant, d.ID), now: now,
		}
		r.state = verdict.Device(d, r.Late, now)
		r.Verdict = r.state.Text
		if a, ok := lastAction(d); ok {
			s := actionState(a, now)
			r.action, r.LastAction = &s, s.Text
		}
		return r
	}
}

// nameOf is the device's name; one without a name can still be opened.
func nameOf(d device.Device) string {
	if d.Name != "" {
		return d.Name
	}
	return "Device without a name"
}

func deviceURL(tid tenant.ID, id string) string {
	return "/t/" + tid.String() + "/devices/" + url.PathEscape(id)
}

func (r row) when(t *time.Time) ui.Cell {
	if t == nil {
		return ui.QuietCell("never")
	}
	return ui.TimeCell(ui.NewTime(*t, r.now))
}

func text(get func(row) string) func(row) ui.Cell {
	return func(r row) ui.Cell { return ui.TextCell(get(r)) }
}

// columns are the list's, in the table's order. A tenant's own list has no customer column.
func columns(m tenant.Membership) []page.Column[row] {
	name := page.Column[row]{Key: "name", Label: "Device", Sort: "name", Width: 158, Wrap: true, Text: func(r row) string { return r.Name }}
	cs := []page.Column[row]{name}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(172, func(r row) page.TenantRef { return r.Tenant }))
	}
	return append(append(cs, shownColumns()...), moreColumns()...)
}

func shownColumns() []page.Column[row] {
	get := struct{ user, system, serial func(row) string }{
		func(r row) string { return r.User }, func(r row) string { return r.System }, func(r row) string { return r.Serial },
	}
	return []page.Column[row]{
		{Key: "user", Label: "Primary user", Sort: "user", Priority: 2, Phone: "line", Text: get.user, Cell: text(get.user)},
		{Key: "os", Label: "System", Sort: "os", Priority: 2, Width: 130, Phone: "hide", Text: get.system, Cell: text(get.system)},
		{
			Key: "compliance", Label: "Compliance", Kind: ui.KindState, Sort: "compliance", Priority: 1, Width: 160,
			Text: func(r row) string { return r.Verdict }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} },
		},
		{
			Key: "checkin", Label: "Check-in", Kind: ui.KindTime, Sort: "lastSync", Priority: 1, Width: 100,
			Text: func(r row) string { return page.Stamp(r.LastSyncAt) }, Cell: func(r row) ui.Cell { return r.when(r.LastSyncAt) },
		},
		{Key: "serial", Label: "Serial", Kind: ui.KindMono, Sort: "serial", Priority: 2, Width: 130, Text: get.serial, Cell: func(r row) ui.Cell { return ui.MonoCell(r.Serial) }},
		{
			Key: "action", Label: "Last action", Priority: 3, Width: 180, Phone: "line", Text: func(r row) string { return r.LastAction },
			Cell: func(r row) ui.Cell { return ui.Cell{State: r.action} },
		},
	}
}

func moreColumns() []page.Column[row] {
	plain := func(key, label string, width int, get func(row) string) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Priority: 3, Width: width, Phone: "hide", Text: get, Cell: text(get)}
	}
	mono := func(key, label string, width int, get func(row) string) page.Column[row] {
		c := plain(key, label, width, get)
		c.Kind, c.Cell = ui.KindMono, func(r row) ui.Cell { return ui.MonoCell(get(r)) }
		return c
	}
	exact := func(key, label string, get func(row) string) page.Column[row] {
		return page.Column[row]{Key: key, Label: label, Text: get, Exact: true}
	}
	return []page.Column[row]{
		plain("person", "User's name", 150, func(r row) string { return r.UserName }),
		plain("model", "Model", 160, func(r row) string { return r.Model }),
		plain("manufacturer", "Manufacturer", 120, func(r row) string { return r.Manufacturer }),
		plain("version", "System version", 130, func(r row) string { return r.OSVersion }),
		plain("ownership", "Owner", 90, func(r row) string { return ownership(r.Ownership) }),
		plain("state", "Management state", 130, func(r row) string { return enum("state", r.State) }),
		plain("category", "Category", 120, func(r row) string { return r.Category }),
		plain("encrypted", "Encrypted", 90, func(r row) string { return yesNo(r.Encrypted) }),
		mono("imei", "IMEI", 140, func(r row) string { return r.IMEI }),
		mono("mac", "Wi-Fi MAC", 130, func(r row) string { return r.MAC }),
		mono("entra", "Entra device id", 310, func(r row) string { return r.EntraID }),
		{
			Key: "enrolled", Label: "Enrolled", Kind: ui.KindTime, Priority: 3, Width: 100, Phone: "hide",
			Text: func(r row) string { return page.Stamp(r.EnrolledAt) }, Cell: func(r row) ui.Cell { return r.when(r.EnrolledAt) },
		},
		exact("intune", "Intune's compliance state", func(r row) string { return r.Compliance }),
		exact("late", "Reading is late", func(r row) string { return strconv.FormatBool(r.Late) }),
		exact("id", "Intune device id", func(r row) string { return r.ID }),
		exact("tenant", "Tenant id", func(r row) string { return r.Tenant.ID.String() }),
	}
}

func yesNo(v bool) string {
	if v {
		return "Yes"
	}
	return "No"
}
