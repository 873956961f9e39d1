package services

import (
	"fmt"
	"math"
	"net/url"
	"slices"
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
		Columns:     []string{"name", "kind", "state", "ends", "days", "contact", "type", "modified"},
		Default:     []string{"name", "kind", "state", "ends", "days", "contact"},
		Placeholder: "Name, Apple Account, serial, machine",
		Filters: []page.Filter{
			{Name: "kind", Label: "Kind", Options: kindOptions()},
			{Name: "state", Label: "State", Options: standingOptions()},
			{Name: "ends", Label: "Ends", Options: ends},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in Intune"}}},
		},
	}
	if !m.One() {
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
	for _, v := range q.Values["customer"] {
		id, err := tenant.ParseID(v)
		if err != nil {
			return f, err
		}
		f.Tenants = append(f.Tenants, id)
	}
	return f, nil
}

// tenantRef names a customer in JSON.
type tenantRef struct {
	ID   tenant.ID `json:"id"`
	Name string    `json:"name"`
}

// row is one item of a list: what the table, the JSON twin and the CSV show.
type row struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Tenant      tenantRef  `json:"tenant"`
	Kind        string     `json:"kind"`
	KindName    string     `json:"kind_name"`
	Type        string     `json:"type,omitempty"`
	State       string     `json:"state"` // the standing
	StateName   string     `json:"state_name"`
	Sure        bool       `json:"sure"` // read completely, and recently enough
	EndsAt      *time.Time `json:"ends_at"`
	DaysLeft    *int       `json:"days_left"` // whole days; negative once ended
	LastContact *time.Time `json:"last_contact_at"`
	ModifiedAt  *time.Time `json:"modified_at"`
	ReadAt      *time.Time `json:"as_of"`
	GoneAt      *time.Time `json:"gone_at,omitempty"`
	URL         string     `json:"url"`

	state ui.State
	now   time.Time
}

func newRow(it service.Item, now time.Time) row {
	late := verdict.ServiceLate(it, now)
	r := row{
		ID: it.ID, Name: nameOf(it), Tenant: tenantRef{it.Tenant, it.TenantName}, Kind: string(it.Kind), KindName: kindWords[it.Kind], Type: it.Type, State: string(it.Standing),
		Sure: !late, EndsAt: moment(it.ExpiresAt), LastContact: moment(it.LastContactAt), ModifiedAt: moment(it.ModifiedAt), ReadAt: moment(it.ReadAt), GoneAt: moment(it.GoneAt),
		URL: itemURL(it), state: verdict.Service(it, late), now: now,
	}
	r.StateName = r.state.Text
	if !it.ExpiresAt.IsZero() {
		days := int(math.Floor(it.ExpiresAt.Sub(now).Hours() / 24))
		r.DaysLeft = &days
	}
	return r
}

func itemURL(it service.Item) string {
	return "/t/" + it.Tenant.String() + "/services/" + string(it.Kind) + "/" + url.PathEscape(it.ID)
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// columns are the list's, in the table's order. A tenant's own list has no customer column.
func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Service", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.Column[row]{
			Key: "customer", Label: "Customer", Kind: ui.KindTenant, Sort: "customer", Width: 170, Text: func(r row) string { return r.Tenant.Name },
			Cell: func(r row) ui.Cell { return ui.TenantCell(chip(r.Tenant)) },
		})
	}
	return append(cs,
		page.Column[row]{Key: "kind", Label: "Kind", Sort: "kind", Width: 210, Priority: 2, Text: func(r row) string { return r.KindName }, Cell: func(r row) ui.Cell { return ui.TextCell(r.KindName) }},
		page.Column[row]{Key: "state", Label: "State", Kind: ui.KindState, Width: 170, Text: func(r row) string { return r.StateName }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} }},
		page.Column[row]{Key: "ends", Label: "Ends", Kind: ui.KindTime, Sort: "ends", Width: 110, Text: func(r row) string { return stamp(r.EndsAt) }, Cell: row.endCell},
		page.Column[row]{Key: "days", Label: "Days left", Kind: ui.KindNumber, Width: 90, Priority: 2, Text: row.daysText, Cell: row.daysCell},
		page.Column[row]{Key: "contact", Label: "Last contact", Kind: ui.KindTime, Sort: "contact", Width: 120, Priority: 3, Text: func(r row) string { return stamp(r.LastContact) }, Cell: func(r row) ui.Cell { return when(r.LastContact, r.now) }},
		page.Column[row]{Key: "type", Label: "Type", Width: 190, Priority: 3, Text: func(r row) string { return typeWord(r.Type) }, Cell: func(r row) ui.Cell { return ui.TextCell(typeWord(r.Type)) }},
		page.Column[row]{Key: "modified", Label: "Changed", Kind: ui.KindTime, Width: 110, Priority: 3, Text: func(r row) string { return stamp(r.ModifiedAt) }, Cell: func(r row) ui.Cell { return when(r.ModifiedAt, r.now) }},
		page.Column[row]{Key: "asof", Label: "Read at", Exact: true, Text: func(r row) string { return stamp(r.ReadAt) }},
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

func chip(t tenantRef) ui.TenantChip {
	return ui.TenantChip{Name: t.Name, URL: "/t/" + t.ID.String(), Colour: ui.Mark(t.ID.String())}
}

func when(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.DashCell()
	}
	return ui.TimeCell(ui.NewTime(*t, now))
}

func stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
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

// below is what was read of each kind, in one tenant or over all.
type below struct {
	path string
	m    tenant.Membership
	now  time.Time
	one  []service.Reading
	all  []service.KindCount
}

// unread is how many kinds failed. A tenant without the licence has nothing there to be read, and what another feature's permission opens
// was not asked for: neither is a failure.
func (b below) unread() (n int) {
	for _, r := range b.one {
		if r.Outcome == service.Failed && r.Trouble != "licence" && (r.Trouble != "permission" || also(r.Kind) == "") {
			n++
		}
	}
	for _, c := range b.all {
		if c.Failed > 0 && also(c.Kind) == "" {
			n++
		}
	}
	return n
}

func (b below) table() ui.Table {
	if !b.m.One() {
		return b.tableOfAll()
	}
	t := ui.Table{ID: "kinds", Caption: "What was read of each kind", Inset: true, Columns: []ui.Column{
		{Key: "kind", Label: "Kind", Width: 260}, {Key: "items", Label: "Held", Kind: ui.KindNumber, Width: 80}, {Key: "state", Label: "Reading", Kind: ui.KindState, Width: 150},
		{Key: "at", Label: "As of", Kind: ui.KindTime, Width: 110}, {Key: "why", Label: "Why", Phone: "line"},
	}}
	for _, k := range service.Kinds() {
		i := slices.IndexFunc(b.one, func(r service.Reading) bool { return r.Kind == k })
		r := service.Reading{Kind: k}
		if i >= 0 {
			r = b.one[i]
		}
		state, why := readingState(r, b.now)
		t.Rows = append(t.Rows, ui.Row{Name: kindWords[k], Cells: []ui.Cell{b.held(k, r.Items), {State: &state}, ui.TimeCell(ui.NewTime(r.ReadAt, b.now)), ui.QuietCell(why)}})
	}
	return t
}

func (b below) held(k service.Kind, n int64) ui.Cell {
	if n == 0 {
		return ui.TextCell("0")
	}
	return ui.NumberCell(n, b.path+"?kind="+string(k))
}

func readingState(r service.Reading, now time.Time) (ui.State, string) {
	switch {
	case r.Outcome == "":
		return ui.State{Shape: ui.ShapeUnknown, Text: "Not read yet"}, ""
	case r.Trouble == "licence":
		return ui.State{Shape: ui.ShapeNone, Text: "Not licensed"}, r.Sentence
	case r.Outcome == service.Failed && r.Trouble == "permission":
		return ui.State{Shape: ui.ShapeUnknown, Text: "Not permitted"}, "Needs " + r.Kind.Permission() + "." + also(r.Kind)
	case r.Outcome == service.Failed:
		return ui.State{Shape: ui.ShapeUnknown, Text: "Not read"}, r.Sentence
	case verdict.ServiceLate(service.Item{ReadAt: r.ReadAt}, now):
		return ui.State{Shape: ui.ShapeStale, Text: "Read, late"}, ""
	case r.Outcome == service.Unset:
		return ui.State{Shape: ui.ShapeNone, Text: "Not configured"}, "The tenant has not set this up."
	}
	return ui.State{Shape: ui.ShapeOK, Text: "Read"}, ""
}

// also says where a permission comes from that the services themselves do not ask for.
func also(k service.Kind) string {
	switch k {
	case service.NDES:
		return " It comes with device rules in the consent."
	case service.BrandingProfile:
		return " It comes with apps in the consent; Microsoft refuses some tenants all the same."
	}
	return ""
}

func (b below) tableOfAll() ui.Table {
	t := ui.Table{ID: "kinds", Caption: "What was read of each kind", Inset: true, Columns: []ui.Column{
		{Key: "kind", Label: "Kind", Width: 280}, {Key: "items", Label: "Held", Kind: ui.KindNumber, Width: 90}, {Key: "read", Label: "Customers read", Kind: ui.KindNumber, Width: 140},
		{Key: "unset", Label: "Not set up or licensed", Kind: ui.KindNumber, Width: 170, Priority: 2}, {Key: "failed", Label: "Not read", Kind: ui.KindNumber, Width: 100}, {Key: "at", Label: "Oldest", Kind: ui.KindTime, Width: 110},
	}}
	for _, c := range b.all {
		failed := ui.TextCell(ui.N(c.Failed))
		if c.Failed > 0 {
			failed.Tone = "warn"
		}
		t.Rows = append(t.Rows, ui.Row{Name: kindWords[c.Kind], Cells: []ui.Cell{b.held(c.Kind, c.Items), ui.TextCell(ui.N(c.Read)), ui.TextCell(ui.N(c.Unset)), failed, ui.TimeCell(ui.NewTime(c.Oldest, b.now))}})
	}
	return t
}

// nameOf is what an item is called; some have no name of their own.
func nameOf(it service.Item) string {
	switch {
	case it.Kind == service.ApplePush:
		return kindWords[it.Kind] // its topic is no name that people know
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
