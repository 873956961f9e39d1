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
	staff []tenant.Staff // those that the list is about, by name
	cells page.Query     // what chooses cells: all but the text, which is part of a customer's name
}

func (h *Handler) ask(r *http.Request, m tenant.Membership) (a asked, err error) {
	staff, err := h.Tenants.ListStaff(r.Context(), m.Scope)
	if err != nil {
		return a, err
	}
	slices.SortFunc(staff, func(x, y tenant.Staff) int {
		return strings.Compare(placeOf(staffName(x), x.UPN), placeOf(staffName(y), y.UPN))
	})
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
	customers, err := h.customers(ctx, m.Scope, only)
	if err != nil {
		return err
	}
	customers = slices.DeleteFunc(customers, func(t tenant.Tenant) bool { return !strings.Contains(strings.ToLower(t.Name()), strings.ToLower(q.Q)) })
	if q.Desc {
		slices.Reverse(customers)
	}
	// What stands in the cells is only worked out for all customers where a filter asks for it, or an export.
	narrow := len(q.Values["door"])+len(q.Values["role"]) > 0
	l := page.List[customerRow]{Count: int64(len(customers))}
	shown := customers
	if !narrow && !q.CSV {
		if shown, l.Next, err = page.Cut(customers, func(t tenant.Tenant) string { return t.ID.String() }, q.After, customersDown); err != nil {
			return err
		}
	}
	all, d, v, err := h.customerRows(ctx, m, shown, q, now)
	if err != nil {
		return err
	}
	l.Rows, l.Each = all, page.AtHand(all)
	if narrow {
		l.Count = int64(len(all))
		if l.Rows, l.Next, err = page.Cut(all, customerRow.key, q.After, customersDown); err != nil {
			return err
		}
	}
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

// customerRows works out the rows of these customers, in their order; with a filter by door or role, of those that have such a cell.
func (h *Handler) customerRows(ctx context.Context, m tenant.Membership, customers []tenant.Tenant, q asked, now time.Time) (all []customerRow, d delegated, v visiting, err error) {
	ids := make([]tenant.ID, len(customers))
	for i, t := range customers {
		ids[i] = t.ID
	}
	m.Scope = tenant.Only(ids...)
	if d, err = h.delegated(ctx, m.Scope, nil, now); err != nil {
		return nil, d, v, err
	}
	if v, err = h.visiting(ctx, m.Scope, nil); err != nil {
		return nil, d, v, err
	}
	cells, err := h.rows(ctx, m, v, d, now)
	if err != nil {
		return nil, d, v, err
	}
	at := map[tenant.ID]map[int64]row{}
	for _, c := range cells {
		if at[c.Customer.ID] == nil {
			at[c.Customer.ID] = map[int64]row{}
		}
		at[c.Customer.ID][c.StaffID] = c
	}
	for _, t := range customers {
		r := customerRow{Customer: page.TenantRef{ID: t.ID, Name: t.Name()}, Cells: []row{}, URL: "/t/" + t.ID.String() + "/access", by: map[int64]row{}}
		for _, s := range q.staff {
			c, ok := at[t.ID][s.ID]
			if !ok && (d.read.Read == 0 || d.blind(s) || !v.read(t.ID)) { // no door was found, and not all were looked for
				c, ok = newRow(s, t, reach.Cell{Unsure: true}, now), true
			}
			if ok {
				r.by[s.ID] = c
			}
			if ok && c.matches(q.cells) {
				r.Cells = append(r.Cells, c)
			}
		}
		if len(r.Cells) > 0 || len(q.Values["door"])+len(q.Values["role"]) == 0 {
			all = append(all, r)
		}
	}
	return all, d, v, nil
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
