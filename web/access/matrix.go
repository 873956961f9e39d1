package access

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// A page of the matrix is so many customers down, and at first so many people across; which people is the choice of columns.
const (
	customersDown = 20
	peopleAcross  = 12
)

// row of the matrix: a customer, and those who get in there, or of whom it is not known.
type customerRow struct {
	Customer page.TenantRef `json:"customer"`
	Cells    []row          `json:"people"`
	URL      string         `json:"url"`
	by       map[int64]row
}

// asked is what the matrix reads from its URL.
type asked struct {
	page.Query
	spec  page.Spec
	all   []tenant.Staff // the partner's people, by name
	staff []tenant.Staff // those that the list is about
	cells page.Query     // what chooses cells: all but the text, which is part of a customer's name
}

func (h *Handler) ask(r *http.Request, m tenant.Membership) (a asked, err error) {
	staff, err := h.Tenants.ListStaff(r.Context(), m.Scope)
	if err != nil {
		return a, err
	}
	staff = byPlace(staff, func(s tenant.Staff) string { return placeOf(staffName(s), s.UPN) })
	a.all = staff
	people := page.Filter{Name: "person", Label: "Person", Options: []page.Option{}}
	a.spec = page.Spec{Sorts: []string{"customer"}, Placeholder: "Customer"}
	for _, s := range staff {
		people.Options = append(people.Options, page.Option{Value: strconv.FormatInt(s.ID, 10), Label: staffName(s)})
		a.spec.Columns = append(a.spec.Columns, columnOf(s.ID))
	}
	a.spec.Filters = []page.Filter{people, doorFilter(), roleFilter(), page.ByCustomer}
	chosen := r.URL.Query()["person"]
	for _, s := range staff {
		if len(chosen) == 0 || slices.Contains(chosen, strconv.FormatInt(s.ID, 10)) {
			a.staff = append(a.staff, s)
		}
	}
	for _, s := range a.staff[:min(len(a.staff), peopleAcross)] {
		a.spec.Default = append(a.spec.Default, columnOf(s.ID))
	}
	a.Query, err = a.spec.Parse(r.URL)
	a.cells, a.cells.Q = a.Query, ""
	return a, err
}

func columnOf(staff int64) string { return "p" + strconv.FormatInt(staff, 10) }

func staffName(s tenant.Staff) string {
	if s.Name != "" {
		return s.Name
	}
	return s.UPN
}

func (h *Handler) matrix(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	q, err := h.ask(r, m)
	if err != nil {
		return err
	}
	only, err := q.Query.Customers()
	if err != nil {
		return err
	}
	every, err := h.customers(ctx, m.Scope, only)
	if err != nil {
		return err
	}
	text := strings.ToLower(q.Q)
	customers := slices.DeleteFunc(slices.Clone(every), func(t tenant.Tenant) bool { return !strings.Contains(strings.ToLower(t.Name()), text) })
	if q.Desc {
		slices.Reverse(customers)
	}
	// What stands in the cells is only worked out for all customers where a filter asks for it, or an export.
	shown, inside := customers, within(customers)
	if len(only) == 0 && len(customers) == len(every) {
		inside = m.Scope // which the database need not look up for each row
	}
	g := gathered{}
	if q.narrow() {
		if g, err = h.gather(ctx, m, inside, customers, q, now); err != nil {
			return err
		}
		shown = g.matching(q)
	}
	l := page.List[customerRow]{Count: int64(len(shown))}
	if !q.CSV {
		if shown, l.Next, err = page.Cut(shown, func(t tenant.Tenant) string { return t.ID.String() }, q.After, customersDown); err != nil {
			return err
		}
	}
	if !q.narrow() {
		if len(shown) < len(customers) {
			inside = within(shown)
		}
		if g, err = h.gather(ctx, m, inside, shown, q, now); err != nil {
			return err
		}
	}
	d, v := g.d, g.v
	l.Rows = g.rows(shown, q, now)
	l.Each = page.AtHand(l.Rows)
	l.Title, l.One, l.Many, l.Caption, l.M, l.Query, l.Spec, l.Matrix = "Access", "customer", "customers", "Who gets in where: customers down, people across", m, q.Query, q.spec, true
	l.Columns, l.URL, l.Mark = q.columns(), func(c customerRow) string { return c.URL }, func(c customerRow) *ui.TenantChip {
		return &ui.TenantChip{Name: c.Customer.Name, Colour: ui.Mark(c.Customer.ID.String())}
	}
	l.AsOf, l.Freshness = d.read.AsOf, d.line(m, h.Tenants.Home(), now)
	l.Above = above(slices.Concat(questions(m, q.Query, only), []ui.Link{{Text: "As a list of ways in", URL: "/access/list"}}, q.across()), slices.Concat(d.unknown(), v.unknown()), accountNote)
	if len(l.Rows) == 0 {
		l.Empty = fresh.Empty(fresh.Noun{One: "customer", Many: "customers", Icon: "person_lock"}, d.read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear(), Total: int64(len(customers))}, now)
		if len(customers) == 0 && !q.Narrowed() {
			l.Empty = ui.Empty{Kind: ui.EmptyNone, Icon: "person_lock", Title: "No customer yet", Lines: []string{"Who gets in is shown for each customer that you may see."}}
		}
	}
	return l.Serve(w, r)
}

// narrow tells that cells are chosen, and only customers with such a cell are listed.
func (q asked) narrow() bool { return len(q.Values["door"])+len(q.Values["role"]) > 0 }

func within(customers []tenant.Tenant) tenant.Scope {
	ids := make([]tenant.ID, len(customers))
	for i, t := range customers {
		ids[i] = t.ID
	}
	return tenant.Only(ids...)
}

// gathered is what rows of the matrix are made of.
type gathered struct {
	d    delegated
	v    visiting
	ways map[tenant.ID]map[int64]way
}

// gather reads it for these customers, which are all that a scope has.
func (h *Handler) gather(ctx context.Context, m tenant.Membership, scope tenant.Scope, customers []tenant.Tenant, q asked, now time.Time) (g gathered, err error) {
	m.Scope = scope
	if g.d, err = h.delegated(ctx, scope, nil, now); err != nil {
		return g, err
	}
	if g.v, err = h.visiting(ctx, scope, customers, nil, addresses(q.all...)); err != nil {
		return g, err
	}
	all, err := h.ways(ctx, m, q.all, g.v, g.d)
	g.ways = make(map[tenant.ID]map[int64]way, len(customers))
	for _, x := range all {
		if g.ways[x.at.ID] == nil {
			g.ways[x.at.ID] = map[int64]way{}
		}
		g.ways[x.at.ID][x.staff.ID] = x
	}
	return g, err
}

// matching are the customers that have a cell which is asked for, in their order.
func (g gathered) matching(q asked) (found []tenant.Tenant) {
	for _, t := range g.v.customers {
		for _, x := range g.ways[t.ID] {
			if x.matches(q.cells) {
				found = append(found, t)
				break
			}
		}
	}
	return found
}

// rows are those of some of the customers.
func (g gathered) rows(customers []tenant.Tenant, q asked, now time.Time) (all []customerRow) {
	for _, t := range customers {
		r := customerRow{Customer: page.TenantRef{ID: t.ID, Name: t.Name()}, Cells: []row{}, URL: "/t/" + t.ID.String() + "/access", by: map[int64]row{}}
		for _, s := range q.staff {
			x, ok := g.ways[t.ID][s.ID]
			switch {
			case ok:
				r.by[s.ID] = x.row(now)
			case g.d.read.Read == 0 || g.d.blind(s) || !g.v.read(t.ID): // no door was found, and not all were looked for
				r.by[s.ID] = newRow(s, t, reach.Cell{Unsure: true}, now)
			default:
				continue
			}
			if c := r.by[s.ID]; c.matches(q.cells) {
				r.Cells = append(r.Cells, c)
			}
		}
		all = append(all, r)
	}
	return all
}

func (c customerRow) key() string { return c.Customer.ID.String() }

// columns are the customer and the people: on the page those chosen, in an export all that the list is about.
func (q asked) columns() []page.Column[customerRow] {
	cs := []page.Column[customerRow]{{Key: "customer", Label: "Customer", Sort: "customer", Width: 224, Text: func(c customerRow) string { return c.Customer.Name }}}
	for _, s := range q.staff {
		cs = append(cs, page.Column[customerRow]{
			Key: columnOf(s.ID), Label: staffName(s), Width: 116,
			Text: func(c customerRow) string {
				x, ok := c.by[s.ID]
				switch {
				case !ok:
					return "None"
				case !x.matches(q.cells):
					return ""
				}
				return strings.Join(slices.DeleteFunc([]string{x.door(), x.highest(), page.Stamp(x.ProvenAt)}, func(s string) bool { return s == "" }), "; ")
			},
			Cell: func(c customerRow) ui.Cell {
				x, ok := c.by[s.ID]
				switch {
				case !ok:
					return ui.Cell{Text: "–", Quiet: true, Title: "No way in"}
				case !x.matches(q.cells): // there is one, of another kind
					return ui.Cell{}
				}
				return ui.ViewCell(x.crossing())
			},
		})
	}
	return append(cs, page.Column[customerRow]{Key: "tenant", Label: "Tenant id", Exact: true, Text: customerRow.key})
}

// across are links to the people before and after those shown.
func (q asked) across() (links []ui.Link) {
	at := slices.IndexFunc(q.staff, func(s tenant.Staff) bool { return slices.Contains(q.Columns, columnOf(s.ID)) })
	if at < 0 || len(q.staff) <= peopleAcross {
		return nil
	}
	to := func(text string, from, end int) {
		from, end = max(from, 0), min(end, len(q.staff))
		if from >= end {
			return
		}
		keys := make([]string, 0, peopleAcross)
		for _, s := range q.staff[from:end] {
			keys = append(keys, columnOf(s.ID))
		}
		links = append(links, ui.Link{Text: text + ": " + staffName(q.staff[from]) + " to " + staffName(q.staff[end-1]), URL: q.WithColumns(keys)})
	}
	to("People before", at-peopleAcross, at)
	to("People after", at+peopleAcross, at+2*peopleAcross)
	return links
}
