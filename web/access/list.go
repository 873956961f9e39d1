package access

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

var doorWords = map[reach.Door]string{reach.GDAP: "GDAP", reach.Guest: "Guest account", reach.Own: "Account of the customer", reach.Portal: "Portal only"}

var doorNames = map[reach.Door]string{reach.GDAP: "gdap", reach.Guest: "guest", reach.Own: "account", reach.Portal: "portal"}

// newSpec is what the list of ways in reads from its URL.
func newSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"person"}, Columns: []string{"door", "roles", "proven", "role"}, Default: []string{"door", "roles", "proven", "role"}, Placeholder: "Name or user principal name",
		Filters: []page.Filter{
			doorFilter(), roleFilter(),
			{Name: "person", Label: "Person", Linked: true, Check: func(v string) error { _, err := strconv.ParseInt(v, 10, 64); return err }},
		},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

func doorFilter() page.Filter {
	f := page.Filter{Name: "door", Label: "Door"}
	for _, d := range reach.Doors {
		f.Options = append(f.Options, page.Option{Value: doorNames[d], Label: doorWords[d]})
	}
	return f
}

func roleFilter() page.Filter {
	f := page.Filter{Name: "role", Label: "Directory role"}
	for _, id := range gdap.KnownRoles() {
		f.Options = append(f.Options, page.Option{Value: id, Label: gdap.RoleName(id)})
	}
	return f
}

// row is one person at one customer.
type row struct {
	StaffID     int64          `json:"staff_id"`
	Name        string         `json:"name"`
	UPN         string         `json:"upn"`
	Role        string         `json:"portal_role"`
	Disabled    bool           `json:"portal_disabled"`
	Customer    page.TenantRef `json:"customer"`
	Doors       []string       `json:"doors"` // gdap, guest, account; portal where there is no other
	Roles       []string       `json:"directory_roles"`
	RoleIDs     []string       `json:"directory_role_ids"`
	IntuneRoles []string       `json:"intune_roles"`
	Unsure      bool           `json:"unsure"` // there may be more: something was not read
	ProvenAt    *time.Time     `json:"last_proven_at"`
	URL         string         `json:"url"` // every path

	words []string
	now   time.Time
}

// list is the matrix as a list: a row for each person with a way into a customer. Inside one customer it is the page itself.
func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	spec := newSpec(m)
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	only, err := q.Customers()
	if err != nil {
		return err
	}
	d, err := h.delegated(ctx, m.Scope, only, now)
	if err != nil {
		return err
	}
	staff, err := h.staff(ctx, m.Scope)
	if err != nil {
		return err
	}
	customers, err := h.customers(ctx, m.Scope, only)
	if err != nil {
		return err
	}
	v, err := h.visiting(ctx, m.Scope, customers, only, addresses(staff...))
	if err != nil {
		return err
	}
	all, err := h.ways(ctx, m, staff, v, d)
	if err != nil {
		return err
	}
	total := int64(len(all))
	all = slices.DeleteFunc(all, func(x way) bool { return !x.matches(q) })
	if q.Sort == "customer" {
		slices.SortStableFunc(all, func(a, b way) int { return a.Customer - b.Customer })
	}
	if q.Desc {
		slices.Reverse(all)
	}
	shown, next, err := page.Cut(all, way.key, q.After, pageSize)
	if err != nil {
		return err
	}
	if q.CSV {
		shown = all
	}
	rows := make([]row, len(shown))
	for i, x := range shown {
		rows[i] = x.row(now)
	}
	l := page.List[row]{
		Title: "Access", One: "way in", Many: "ways in", Caption: "Who gets in where", M: m, Query: q, Spec: spec, Columns: columns(m), URL: func(r row) string { return r.URL }, Rows: rows, Count: int64(len(all)), Next: next,
		AsOf: d.read.AsOf, Freshness: d.line(m, h.Tenants.Home(), now), Above: above(questions(m, q, only), slices.Concat(d.unknown(), v.unknown()), accountNote),
		Each: page.AtHand(rows),
	}
	if len(rows) == 0 && !q.CSV {
		l.Empty = ui.Empty{Kind: ui.EmptyNone, Icon: "person_key", Title: "Nobody of the partner gets in", Lines: []string{"No member of staff sees a customer, and no relationship gives a role."}}
		if q.Narrowed() {
			l.Empty = fresh.Empty(fresh.Noun{One: "way in", Many: "ways in", Icon: "person_key"}, d.read, m, fresh.Search{Narrowed: true, Clear: q.Clear(), Total: total}, now)
		}
	}
	return l.Serve(w, r)
}

// way is a cell of the matrix that has something in it.
type way struct {
	reach.Cell
	staff *tenant.Staff
	at    *tenant.Tenant
}

// ways are all of them, by person and then customer, as both are ordered.
func (h *Handler) ways(ctx context.Context, m tenant.Membership, staff []tenant.Staff, v visiting, d delegated) (all []way, err error) {
	sees, err := h.Tenants.PortalReach(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	seen, err := h.Tenants.SeenAtCustomers(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	people, blind := make([]reach.Person, len(staff)), make([]bool, len(staff))
	for i, s := range staff {
		people[i], blind[i] = reach.Person{Object: d.objectOf(s), Portal: sees[s.ID]}, d.blind(s)
	}
	ids := make([]tenant.ID, len(v.customers))
	for i, c := range v.customers {
		ids[i] = c.ID
	}
	for c := range reach.Cells(people, ids, d.inside(), d.grants(), v.accounts(staff, seen)) {
		x := way{c, &staff[c.Person], &v.customers[c.Customer]}
		x.Unsure = x.Unsure || d.read.Read == 0 || blind[c.Person] || !v.read(x.at.ID)
		all = append(all, x)
	}
	return all, nil
}

// row is the way as it is shown: of a thousand ways, few are.
func (x way) row(now time.Time) row { return newRow(*x.staff, *x.at, x.Cell, now) }

// key tells the way from all others.
func (x way) key() string { return strconv.FormatInt(x.staff.ID, 10) + "." + x.at.ID.String() }

// matches tells whether the filters let the way through.
func (x way) matches(q page.Query) bool {
	doors, roles, people, text := q.Values["door"], q.Values["role"], q.Values["person"], strings.ToLower(q.Q)
	return (len(doors) == 0 || slices.ContainsFunc(shownDoors(x.Doors), func(d reach.Door) bool { return slices.Contains(doors, doorNames[d]) })) &&
		(len(roles) == 0 || slices.ContainsFunc(x.Roles, func(id string) bool { return slices.Contains(roles, id) })) &&
		(len(people) == 0 || slices.Contains(people, strconv.FormatInt(x.staff.ID, 10))) &&
		(text == "" || strings.Contains(strings.ToLower(x.staff.Name+"\n"+x.staff.UPN), text))
}

// shownDoors are the doors of a cell; the portal's, which opens nothing at Microsoft, only where there is no other.
func shownDoors(of reach.Door) (doors []reach.Door) {
	for _, d := range reach.Doors {
		if of&d != 0 && (d != reach.Portal || of == reach.Portal) {
			doors = append(doors, d)
		}
	}
	return doors
}

func newRow(s tenant.Staff, at tenant.Tenant, c reach.Cell, now time.Time) row {
	x := row{
		StaffID: s.ID, Name: s.Name, UPN: s.UPN, Role: string(s.Role), Disabled: s.Disabled, Customer: page.TenantRef{ID: at.ID, Name: at.Name()}, Doors: []string{}, Roles: []string{}, RoleIDs: []string{}, IntuneRoles: []string{}, Unsure: c.Unsure,
		URL: "/t/" + at.ID.String() + "/access/" + strconv.FormatInt(s.ID, 10), now: now,
	}
	for _, d := range shownDoors(c.Doors) {
		x.Doors, x.words = append(x.Doors, doorNames[d]), append(x.words, doorWords[d])
	}
	for _, id := range byRank(c.Roles) {
		if name, intune := strings.CutPrefix(id, intunePrefix); intune {
			x.IntuneRoles = append(x.IntuneRoles, name)
		} else {
			x.Roles, x.RoleIDs = append(x.Roles, gdap.RoleName(id)), append(x.RoleIDs, id)
		}
	}
	if !c.Proven.IsZero() {
		t := c.Proven.UTC()
		x.ProvenAt = &t
	}
	return x
}

func (r row) title() string {
	if r.Name != "" {
		return r.Name
	}
	return r.UPN
}

// matches tells whether the filters let the row through.
func (r row) matches(q page.Query) bool {
	any := func(name string, have ...string) bool {
		want := q.Values[name]
		return len(want) == 0 || slices.ContainsFunc(have, func(v string) bool { return slices.Contains(want, v) })
	}
	text := strings.ToLower(q.Q)
	return any("door", r.Doors...) && any("role", r.RoleIDs...) && any("person", strconv.FormatInt(r.StaffID, 10)) &&
		(text == "" || strings.Contains(strings.ToLower(r.Name+"\n"+r.UPN), text))
}

func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "person", Label: "Person", Sort: "person", Text: row.title}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(180, func(r row) page.TenantRef { return r.Customer }))
	}
	return append(cs,
		page.Column[row]{Key: "door", Label: "Door", Width: 200, Text: row.door, Cell: row.doorCell},
		page.Column[row]{Key: "roles", Label: "Roles reached", Width: 280, Priority: 2, Text: row.roles, Cell: row.rolesCell},
		page.Column[row]{Key: "proven", Label: "Last proven", Kind: ui.KindTime, Width: 130, Text: func(r row) string { return page.Stamp(r.ProvenAt) }, Cell: row.provenCell},
		page.Column[row]{Key: "role", Label: "In the portal", Width: 130, Priority: 3, Text: row.portal, Cell: func(r row) ui.Cell { return ui.TextCell(r.portal()) }},
		page.Column[row]{Key: "upn", Label: "User principal name", Exact: true, Text: func(r row) string { return r.UPN }},
		page.Column[row]{Key: "unsure", Label: "Unsure", Exact: true, Text: func(r row) string { return strconv.FormatBool(r.Unsure) }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Customer.ID.String() }},
	)
}

func (r row) door() string {
	words := r.words
	if r.Unsure && len(words) == 0 {
		return "Unknown"
	}
	if r.Unsure {
		words = append(slices.Clone(words), "perhaps more")
	}
	return strings.Join(words, ", ")
}

func (r row) doorCell() ui.Cell {
	if r.Unsure {
		s := ui.State{Shape: ui.ShapeUnknown, Text: r.door(), Title: "Something that could open another door was not read."}
		return ui.Cell{State: &s}
	}
	return ui.TextCell(r.door())
}

func (r row) rolesCell() ui.Cell {
	if r.roles() == "" {
		return ui.DashCell()
	}
	return ui.TextCell(r.roles())
}

// roles are those of the directory and then Intune's, each the highest first.
func (r row) roles() string { return strings.Join(slices.Concat(r.Roles, r.IntuneRoles), ", ") }

// highest is the role that opens most.
func (r row) highest() string {
	for _, n := range slices.Concat(r.Roles, r.IntuneRoles) {
		return n
	}
	return ""
}

// crossing is the row as a cell of the matrix.
func (r row) crossing() ui.Crossing {
	s := ui.Crossing{URL: r.URL, Top: strings.Join(r.words, ", "), Middle: r.highest(), Unsure: r.Unsure, Faint: slices.Equal(r.Doors, []string{doorNames[reach.Portal]})}
	if s.Top == "" {
		s.Top = "Unknown"
		return s
	}
	if r.ProvenAt != nil {
		s.Bottom = ui.NewTime(*r.ProvenAt, r.now).Text
	} else if s.Middle != "" {
		s.Bottom = "never seen"
	}
	return s
}

func (r row) provenCell() ui.Cell {
	if r.ProvenAt == nil {
		return ui.QuietCell("Never seen")
	}
	return ui.TimeCell(ui.NewTime(*r.ProvenAt, r.now))
}

func (r row) portal() string {
	if r.Disabled {
		return "Switched off"
	}
	return strings.ToUpper(r.Role[:1]) + r.Role[1:]
}
