package services

import (
	"fmt"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

var ends = []page.Option{
	{Value: "ended", Label: "ended"}, {Value: "7", Label: "within 7 days"}, {Value: "30", Label: "within 30 days"}, {Value: "90", Label: "within 90 days"}, {Value: "180", Label: "within 180 days"},
}

// newSpec is what the list reads from its URL.
func newSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts:       []string{"ends", "name", "kind", "contact"},
		Columns:     []string{"name", "kind", "state", "ends", "days", "contact", "summary", "type", "modified"},
		Default:     []string{"name", "kind", "state", "ends", "days", "contact"},
		Placeholder: "Name, Apple Account, serial, machine",
		Filters: []page.Filter{
			{Name: "kind", Label: "Kind", Options: kindOptions()},
			{Name: "state", Label: "State", Options: standingOptions()},
			{Name: "ends", Label: "Ends", Options: ends},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in Intune"}}},
		},
	}
	if m.One() {
		s.Default = append(s.Default, "summary")
	} else {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func kindOptions() []page.Option {
	var out []page.Option
	for _, k := range service.Kinds() {
		out = append(out, page.Option{Value: string(k), Label: kindWords[k]})
	}
	return out
}

func standingOptions() []page.Option {
	var out []page.Option
	for _, s := range service.Standings {
		out = append(out, page.Option{Value: string(s), Label: standingWords[s]})
	}
	return out
}

// newFilter is what the store is asked.
func newFilter(q page.Query) (service.Filter, error) {
	f := service.Filter{Q: q.Q, Gone: q.Get("gone") == "true", Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	for _, v := range q.Values["kind"] {
		f.Kind = append(f.Kind, service.Kind(v))
	}
	for _, v := range q.Values["state"] {
		f.State = append(f.State, service.Standing(v))
	}
	for _, v := range q.Values["ends"] {
		if v == "ended" {
			f.Ended = true
			continue
		}
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

// row is one item of a list: what the table, the JSON twin and the CSV show.
type row struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Tenant      page.TenantRef `json:"tenant"`
	Kind        string         `json:"kind"`
	KindName    string         `json:"kind_name"`
	Type        string         `json:"type,omitempty"`
	Summary     string         `json:"summary,omitempty"` // what tells it from others of its kind
	State       string         `json:"state"`             // the standing
	StateName   string         `json:"state_name"`
	Sure        bool           `json:"sure"` // read completely, and recently enough
	EndsAt      *time.Time     `json:"ends_at"`
	DaysLeft    *int           `json:"days_left"` // whole days; negative once ended
	LastContact *time.Time     `json:"last_contact_at"`
	ModifiedAt  *time.Time     `json:"modified_at"`
	ReadAt      *time.Time     `json:"as_of"`
	GoneAt      *time.Time     `json:"gone_at,omitempty"`
	URL         string         `json:"url"`

	state ui.State
	now   time.Time
}

func newRow(it service.Item, now time.Time) row {
	late := verdict.ServiceLate(it, now)
	r := row{
		ID: it.ID, Name: nameOf(it), Tenant: page.TenantRef{ID: it.Tenant, Name: it.TenantName}, Kind: string(it.Kind), KindName: kindWords[it.Kind], Type: it.Type, Summary: summary(it), State: string(it.Standing),
		Sure: !late, EndsAt: page.Moment(it.ExpiresAt), LastContact: page.Moment(it.LastContactAt), ModifiedAt: page.Moment(it.ModifiedAt), ReadAt: page.Moment(it.ReadAt), GoneAt: page.Moment(it.GoneAt),
		URL: verdict.ServiceURL(it), state: verdict.Service(it, late), now: now,
	}
	r.StateName = r.state.Text
	if !it.ExpiresAt.IsZero() {
		r.DaysLeft = page.DaysLeft(it.ExpiresAt, now)
	}
	return r
}

// columns are the list's, in the table's order. A tenant's own list has no customer column.
func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Service", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(r row) page.TenantRef { return r.Tenant }))
	}
	return append(cs,
		page.Column[row]{Key: "kind", Label: "Kind", Sort: "kind", Width: 210, Wrap: true, Priority: 2, Text: func(r row) string { return r.KindName }, Cell: func(r row) ui.Cell { return ui.TextCell(r.KindName) }},
		page.Column[row]{Key: "state", Label: "State", Kind: ui.KindState, Width: 170, Text: func(r row) string { return r.StateName }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} }},
		page.Column[row]{Key: "ends", Label: "Ends", Kind: ui.KindTime, Sort: "ends", Width: 110, Text: func(r row) string { return page.Stamp(r.EndsAt) }, Cell: row.endCell},
		page.Column[row]{Key: "days", Label: "Days left", Kind: ui.KindNumber, Width: 90, Priority: 2, Text: row.daysText, Cell: row.daysCell},
		page.Column[row]{Key: "contact", Label: "Last contact", Kind: ui.KindTime, Sort: "contact", Width: 120, Priority: 3, Text: func(r row) string { return page.Stamp(r.LastContact) }, Cell: func(r row) ui.Cell { return when(r.LastContact, r.now) }},
		page.Column[row]{Key: "summary", Label: "What it says", Width: 210, Priority: 3, Text: func(r row) string { return r.Summary }, Cell: func(r row) ui.Cell { return ui.QuietCell(r.Summary) }},
		page.Column[row]{Key: "type", Label: "Type", Width: 190, Priority: 3, Text: func(r row) string { return typeWord(r.Type) }, Cell: func(r row) ui.Cell { return ui.TextCell(typeWord(r.Type)) }},
		page.Column[row]{Key: "modified", Label: "Changed", Kind: ui.KindTime, Width: 110, Priority: 3, Text: func(r row) string { return page.Stamp(r.ModifiedAt) }, Cell: func(r row) ui.Cell { return when(r.ModifiedAt, r.now) }},
		page.Column[row]{Key: "asof", Label: "Read at", Exact: true, Text: func(r row) string { return page.Stamp(r.ReadAt) }},
		page.Column[row]{Key: "id", Label: "Id", Exact: true, Text: func(r row) string { return r.ID }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
	)
}

// endCell: what cannot end has a dash; what has no end yet says so by words of its own.
func (r row) endCell() ui.Cell {
	if r.EndsAt == nil {
		return ui.DashCell()
	}
	t := ui.NewTime(*r.EndsAt, r.now)
	t.Text = ui.Date(*r.EndsAt, r.now)
	return ui.TimeCell(t)
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
	c := ui.Cell{Text: ui.N(int64(*r.DaysLeft))}
	switch r.State {
	case string(service.Ended):
		c.Tone = "bad"
	case string(service.Soon):
		c.Tone = "warn"
	}
	return c
}

func when(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.DashCell()
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

// counts are the standings that need a person, each leading to its rows.
func counts(of map[service.Standing]int64, path string) ui.StateCounts {
	var out ui.StateCounts
	for _, s := range []struct {
		standing service.Standing
		shape    ui.Shape
	}{{service.Ended, ui.ShapeBad}, {service.Soon, ui.ShapeWarn}, {service.Standing(service.Bad), ui.ShapeBad}, {service.Standing(service.Warn), ui.ShapeWarn}, {service.Standing(service.Unknown), ui.ShapeUnknown}} {
		if n := of[s.standing]; n > 0 || s.standing == service.Ended || s.standing == service.Soon {
			out = append(out, ui.StateCount{N: n, State: ui.State{Shape: s.shape, Text: standingWords[s.standing]}, URL: path + "?state=" + string(s.standing)})
		}
	}
	return out
}

// nameOf is what an item is called; some have no name of their own.
func nameOf(it service.Item) string {
	switch {
	case it.Kind == service.ApplePush:
		return kindWords[it.Kind] // its topic is no name that people know
	case it.Kind == service.PartnerSolution:
		return it.Name + ", " + solutionOf(it).Name // one product may hold several permissions
	case it.Kind == service.Enrollment && it.Detail["priority"] == "0":
		return it.Name + ": " + typeWord(it.Type) // Intune calls the default of every type "All users and all devices"
	case it.Name != "":
		return it.Name
	case it.Kind == service.ThreatDefense:
		if n, ok := threatPartners[it.ID]; ok {
			return n
		}
		return "Partner " + it.ID
	}
	return fmt.Sprint(kindWords[it.Kind])
}
