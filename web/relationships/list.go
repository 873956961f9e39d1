package relationships

import (
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var yesNo = []page.Option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}

// newSpec is what the list reads from its URL.
func newSpec(m tenant.Membership) page.Spec {
	var statuses, roles []page.Option
	for _, s := range gdap.Statuses {
		statuses = append(statuses, page.Option{Value: s, Label: statusWords[s]})
	}
	for _, id := range gdap.KnownRoles() {
		roles = append(roles, page.Option{Value: id, Label: gdap.RoleName(id)})
	}
	s := page.Spec{
		Sorts: []string{"ends", "name", "status"}, Columns: []string{"state", "ends", "days", "extends", "roles", "groups", "activated"},
		Default: []string{"state", "ends", "days", "extends", "roles"}, Placeholder: "Name, customer",
		Filters: []page.Filter{
			{Name: "status", Label: "Status", Options: statuses}, {Name: "role", Label: "Role", Options: roles},
			{Name: "ends", Label: "Ends", Options: []page.Option{{Value: "30", Label: "within 30 days"}, {Value: "60", Label: "within 60 days"}, {Value: "90", Label: "within 90 days"}, {Value: "180", Label: "within 180 days"}}},
			{Name: "extends", Label: "Goes on by itself", Options: yesNo}, {Name: "known", Label: "Customer of this portal", Options: yesNo},
			{Name: "led", Label: "Made by Microsoft", Options: []page.Option{{Value: "true", Label: "for its own transition"}}},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer listed"}}},
		},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// newFilter is what the store is asked.
func newFilter(q page.Query, now time.Time) (gdap.Filter, error) {
	f := gdap.Filter{
		Q: q.Q, Status: q.Values["status"], Roles: q.Values["role"], Extends: truth(q, "extends"), Known: truth(q, "known"), Led: q.Get("led") == "true", Gone: q.Get("gone") == "true",
		Now: now, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize,
	}
	for _, v := range q.Values["ends"] {
		n, err := strconv.Atoi(v)
		if err != nil {
			return f, err
		}
		f.Within = max(f.Within, n)
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

func truth(q page.Query, name string) *bool {
	v := q.Values[name]
	if len(v) != 1 { // both values choose nothing
		return nil
	}
	b := v[0] == "true"
	return &b
}

// customerRef names a customer in JSON; without an id nobody has answered yet.
type customerRef struct {
	ID    *tenant.ID `json:"id"`
	Name  string     `json:"name"`
	Known bool       `json:"known"` // a customer of this portal
}

// row is one relationship: what the table, the JSON twin and the exports show.
type row struct {
	ID          string      `json:"id"`
	Name        string      `json:"name"`
	Customer    customerRef `json:"customer"`
	Status      string      `json:"status"`
	StateName   string      `json:"state_name"`
	Effective   bool        `json:"effective"` // of the active ones with the customer the one that ends last
	EndsAt      *time.Time  `json:"ends_at"`
	DaysLeft    *int        `json:"days_left"`
	Extends     bool        `json:"extends"`
	AutoExtend  string      `json:"auto_extend_duration"`
	Duration    string      `json:"duration"`
	Roles       []string    `json:"roles"`
	RoleIDs     []string    `json:"role_ids"`
	Groups      int         `json:"groups"` // of the partner, that hold roles by it
	CreatedAt   *time.Time  `json:"created_at"`
	ActivatedAt *time.Time  `json:"activated_at"`
	Led         bool        `json:"made_by_microsoft"`
	GoneAt      *time.Time  `json:"gone_at,omitempty"`
	URL         string      `json:"url"`

	state ui.State
	now   time.Time
}

func newRower(read graphsync.Freshness, now time.Time) func(gdap.Relationship) row {
	return func(x gdap.Relationship) row {
		r := row{
			ID: x.ID, Name: x.Name, Customer: customerRef{Name: x.CustomerName, Known: x.Known}, Status: x.Status, Effective: x.Effective, EndsAt: page.Moment(x.EndsAt), Extends: x.Extends(), AutoExtend: x.AutoExtend,
			Duration: x.Duration, Roles: []string{}, RoleIDs: x.Roles, CreatedAt: page.Moment(x.CreatedAt), ActivatedAt: page.Moment(x.ActivatedAt), Led: x.Led, GoneAt: page.Moment(x.GoneAt), URL: "/relationships/" + url.PathEscape(x.ID), now: now,
		}
		if !x.Customer.IsZero() {
			id := x.Customer
			r.Customer.ID = &id
		}
		if x.Known {
			r.URL = "/t/" + x.Customer.String() + r.URL
		}
		if r.Name == "" {
			r.Name = "Relationship without a name"
		}
		for _, id := range x.Roles {
			r.Roles = append(r.Roles, gdap.RoleName(id))
		}
		for _, a := range x.Assignments {
			if a.Works() {
				r.Groups++
			}
		}
		if !x.EndsAt.IsZero() && x.Works() {
			r.DaysLeft = page.DaysLeft(x.EndsAt, now)
		}
		r.state = stateOf(x, read.Late > 0 || read.Read == 0, now)
		r.StateName = r.state.Text
		return r
	}
}

// columns are the list's, in the table's order.
func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Relationship", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.Column[row]{
			Key: "customer", Label: "Customer", Kind: ui.KindTenant, Sort: "customer", Width: 170, Text: func(r row) string { return r.Customer.Name }, Cell: row.customerCell,
		})
	}
	return append(cs,
		page.Column[row]{Key: "state", Label: "State", Kind: ui.KindState, Sort: "status", Width: 180, Text: func(r row) string { return r.StateName }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} }},
		page.Column[row]{Key: "ends", Label: "Ends", Kind: ui.KindTime, Sort: "ends", Width: 110, Text: func(r row) string { return page.Stamp(r.EndsAt) }, Cell: func(r row) ui.Cell { return day(r.EndsAt, r.now) }},
		page.Column[row]{Key: "days", Label: "Days left", Kind: ui.KindNumber, Width: 90, Priority: 2, Text: row.daysText, Cell: row.daysCell},
		page.Column[row]{Key: "extends", Label: "When it ends", Width: 170, Priority: 2, Text: row.extension, Cell: func(r row) ui.Cell { return ui.TextCell(r.extension()) }},
		page.Column[row]{Key: "roles", Label: "Roles", Width: 260, Priority: 2, Text: func(r row) string { return join(r.Roles) }, Cell: func(r row) ui.Cell { return ui.TextCell(join(r.Roles)) }},
		page.Column[row]{Key: "groups", Label: "Groups", Kind: ui.KindNumber, Width: 80, Priority: 3, Text: func(r row) string { return strconv.Itoa(r.Groups) }, Cell: func(r row) ui.Cell { return ui.TextCell(ui.N(int64(r.Groups))) }},
		page.Column[row]{Key: "activated", Label: "Active since", Kind: ui.KindTime, Width: 120, Priority: 3, Text: func(r row) string { return page.Stamp(r.ActivatedAt) }, Cell: func(r row) ui.Cell { return day(r.ActivatedAt, r.now) }},
		page.Column[row]{Key: "id", Label: "Relationship id", Exact: true, Text: func(r row) string { return r.ID }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: row.customerID},
	)
}

func (r row) customerID() string {
	if r.Customer.ID == nil {
		return ""
	}
	return r.Customer.ID.String()
}

func (r row) customerCell() ui.Cell {
	switch {
	case r.Customer.ID == nil:
		return ui.QuietCell("Nobody yet")
	case !r.Customer.Known:
		return ui.QuietCell(r.Customer.Name)
	}
	id := r.customerID()
	return ui.TenantCell(ui.TenantChip{Name: r.Customer.Name, URL: "/t/" + id, Colour: ui.Mark(id)})
}

// extension is said in words, as a phone shows no heads.
func (r row) extension() string {
	switch {
	case r.Extends && r.AutoExtend == "P180D":
		return "Goes on by 180 days"
	case r.Extends:
		return "Goes on by " + r.AutoExtend
	}
	return "Does not go on"
}

func (r row) daysText() string {
	if r.DaysLeft == nil {
		return ""
	}
	return strconv.Itoa(*r.DaysLeft)
}

func (r row) daysCell() ui.Cell {
	if r.DaysLeft == nil {
		return ui.DashCell()
	}
	return ui.TextCell(ui.N(int64(*r.DaysLeft)))
}

func day(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.DashCell()
	}
	at := ui.NewTime(*t, now)
	at.Text = ui.Date(*t, now)
	return ui.TimeCell(at)
}
