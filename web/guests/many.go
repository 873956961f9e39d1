package guests

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// Bounds of one order. What is chosen stands in the address of the page that confirms it.
const (
	mostPeople    = 20
	mostCustomers = 100
)

// order is what was chosen: who is to be invited where, and with which words.
type order struct {
	who, where        []string
	language, message string
	faults            page.Faults

	people    []tenant.Staff  // whom one can choose
	customers []tenant.Tenant // where
	signedIn  map[tenant.ID]bool
}

// newOrder reads a choice, and what there is to choose from. A customer out of reach is errs.NotFound; other mistakes are faults.
func (h *Handler) newOrder(r *http.Request, m tenant.Membership, v url.Values) (o order, err error) {
	ctx := r.Context()
	o = order{who: set(v["who"]), where: set(v["customer"]), language: cmp.Or(v.Get("language"), languages[0].Value), message: strings.TrimSpace(v.Get("message")), faults: page.Faults{}, signedIn: map[tenant.ID]bool{}}
	staff, err := h.Tenants.ListStaff(ctx, m.Scope)
	if err != nil {
		return o, err
	}
	owners, err := h.Tenants.OwnersToCome(ctx)
	if err != nil {
		return o, err
	}
	o.people = slices.DeleteFunc(append(staff, owners...), func(s tenant.Staff) bool { return s.Disabled })
	if o.customers, err = h.Tenants.List(ctx, m.Scope); err != nil {
		return o, err
	}
	o.customers = slices.DeleteFunc(o.customers, func(t tenant.Tenant) bool { return t.Home })
	chrome := page.ChromeOf(ctx)
	for _, t := range o.customers {
		o.signedIn[t.ID] = chrome.SignedIn(t.ID) != nil
	}
	for _, id := range o.where {
		if !slices.ContainsFunc(o.customers, func(t tenant.Tenant) bool { return t.ID.String() == id }) {
			return o, errs.NotFound
		}
	}
	return o, nil
}

// set is a list without doubles, sorted.
func set(of []string) []string {
	of = slices.Clone(of)
	slices.Sort(of)
	return slices.Compact(of)
}

// check finds what is wrong with a choice that is to be confirmed.
func (o order) check() {
	switch {
	case len(o.who) == 0:
		o.faults.Add("who", "Choose at least one person.")
	case len(o.who) > mostPeople:
		o.faults.Add("who", "Choose at most "+ui.N(mostPeople)+" people at once.")
	}
	for _, a := range o.who {
		if !slices.ContainsFunc(o.people, func(s tenant.Staff) bool { return s.UPN == a }) {
			o.faults.Add("who", "Somebody you chose is not one of your people any more.")
		}
	}
	switch {
	case len(o.where) == 0:
		o.faults.Add("customer", "Choose at least one customer.")
	case len(o.where) > mostCustomers:
		o.faults.Add("customer", "Choose at most "+ui.N(mostCustomers)+" customers at once.")
	}
	if !slices.ContainsFunc(languages, func(l ui.Option) bool { return l.Value == o.language }) {
		o.faults.Add("language", "Choose one of the languages.")
	}
	if len([]rune(o.message)) > maxMessage {
		o.faults.Add("message", "Write at most 500 characters.")
	}
}

// values are the choice as a form or an address has it.
func (o order) values() url.Values {
	return url.Values{"who": o.who, "customer": o.where, "language": {o.language}, "message": {o.message}}
}

func (h *Handler) chooseMany(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	o, err := h.newOrder(r, m, r.URL.Query())
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, manyPage(page.Shell(r, m, "Invite to several customers"), o))
}

// grid is what an order would do, customer by customer: the page to confirm, and its JSON twin.
type grid struct {
	Rows        []gridRow `json:"customers"`
	Invitations int       `json:"invitations"`

	order order
	now   time.Time
}

type gridRow struct {
	Customer tenantRef  `json:"customer"`
	SignedIn bool       `json:"signed_in"`
	Invited  []string   `json:"invited"` // addresses
	Skipped  []skipped  `json:"skipped"`
	AsOf     *time.Time `json:"as_of"` // when guests were read completely; null: who is a guest there is not known

	chip ui.TenantChip
}

type skipped struct {
	Address string `json:"address"`
	Why     string `json:"why"`
}

// newGrid crosses the people with the customers, and says of each pair whether an invitation goes out.
func (h *Handler) newGrid(ctx context.Context, m tenant.Membership, o order, now time.Time) (g grid, err error) {
	g = grid{order: o, now: now, Rows: []gridRow{}}
	var ids []tenant.ID
	for _, t := range o.customers {
		if slices.Contains(o.where, t.ID.String()) {
			ids = append(ids, t.ID)
		}
	}
	scope := tenant.Only(ids...)
	reach, err := h.Tenants.PortalReach(ctx, m.Scope)
	if err != nil {
		return g, err
	}
	read, err := h.Sync.FreshnessByTenant(ctx, scope, graphsync.Guests)
	if err != nil {
		return g, err
	}
	there, err := h.there(ctx, scope, now)
	if err != nil {
		return g, err
	}
	for _, t := range o.customers {
		if !scope.Has(t.ID) {
			continue
		}
		row := gridRow{Customer: tenantRef{t.ID, t.Name()}, SignedIn: o.signedIn[t.ID], Invited: []string{}, Skipped: []skipped{}, chip: page.Chip(t, "/guests")}
		if f := read[t.ID]; f.Read > 0 {
			row.AsOf = page.Moment(f.AsOf)
		}
		for _, p := range o.people {
			if !slices.Contains(o.who, p.UPN) {
				continue
			}
			why := there[t.ID][p.UPN]
			switch {
			case p.ID != 0 && !reach[p.ID].Has(t.ID):
				why = "does not look after this customer"
			case why == "" && !t.State.Readable():
				why = "the customer is not connected"
			case why == "" && !row.SignedIn:
				why = "you are not signed in there"
			}
			if why == "" {
				row.Invited = append(row.Invited, p.UPN)
				g.Invitations++
			} else {
				row.Skipped = append(row.Skipped, skipped{p.UPN, why})
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g, nil
}

// there is who has an account at a customer already, and how far it is, by address.
func (h *Handler) there(ctx context.Context, scope tenant.Scope, now time.Time) (map[tenant.ID]map[string]string, error) {
	found := map[tenant.ID]map[string]string{}
	add := func(tid tenant.ID, address, why string) {
		if found[tid] == nil {
			found[tid] = map[string]string{}
		}
		found[tid][address] = why
	}
	waiting, err := h.Guests.Awaited(ctx, scope, now)
	if err != nil {
		return nil, err
	}
	for _, a := range waiting {
		add(a.Tenant, a.Address, "was invited a moment ago")
	}
	return found, h.Guests.Each(ctx, scope, guest.Filter{}, func(g guest.Guest) error {
		if !g.Leaving() {
			add(g.Tenant, g.Address, "is there, "+lower(verdict.Standing(g.Standing)))
		}
		return nil
	})
}

func (h *Handler) checkMany(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	o, err := h.newOrder(r, m, r.URL.Query())
	if err != nil {
		return err
	}
	if o.check(); len(o.faults) > 0 {
		return page.Render(w, r, http.StatusUnprocessableEntity, manyPage(page.Shell(r, m, "Invite to several customers"), o))
	}
	g, err := h.newGrid(r.Context(), m, o, page.ChromeOf(r.Context()).Now)
	if err != nil {
		return err
	}
	return page.Answer(w, r, g, gridPage(page.Shell(r, m, "Confirm the invitations"), g))
}

// startMany makes the job that was confirmed. The grid is worked out anew: what has come to exist since is skipped.
func (h *Handler) startMany(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	v, err := page.Form(w, r)
	if err != nil {
		return err
	}
	o, err := h.newOrder(r, m, v)
	if err != nil {
		return err
	}
	if o.check(); len(o.faults) > 0 {
		return page.Render(w, r, http.StatusUnprocessableEntity, manyPage(page.Shell(r, m, "Invite to several customers"), o))
	}
	ctx, now := r.Context(), h.Jobs.Now()
	g, err := h.newGrid(ctx, m, o, now)
	if err != nil {
		return err
	}
	if g.Invitations == 0 {
		return errs.ShowNext(errs.Conflict, "There is nobody left to invite.", "Go back and look why each of them is skipped.")
	}
	var lines []guest.Line
	for _, row := range g.Rows {
		for _, a := range row.Invited {
			lines = append(lines, guest.Line{Tenant: row.Customer.ID, Address: a})
		}
	}
	id, err := h.Guests.CreateJob(ctx, m.Scope, guest.Job{MadeAt: now, MadeBy: m.Person.Name, Language: o.language, Message: o.message}, lines)
	if err != nil {
		return err
	}
	if err := h.run(r, m, id); err != nil {
		return err
	}
	return page.SeeOther(w, r, jobPath(id))
}

// run works off what waits in the job, in the name of who asks.
func (h *Handler) run(r *http.Request, m tenant.Membership, id int64) error {
	j, lines, err := h.Guests.Job(r.Context(), m.Scope, id)
	if err != nil {
		return err
	}
	h.Jobs.Start(r.Context(), m.Person, middleware.RequestID(r.Context()), j, lines)
	return nil
}

// The parts of the two pages, ready to print.

func (o order) whoChoice() ui.Choice {
	c := ui.Choice{Name: "who", Legend: "Whom", Many: true, Error: o.faults["who"]}
	for _, p := range o.people {
		c.Options = append(c.Options, ui.Option{Value: p.UPN, Label: cmp.Or(p.Name, p.UPN), Hint: p.UPN, Selected: slices.Contains(o.who, p.UPN)})
	}
	return c
}

func (o order) whereChoice() ui.Choice {
	c := ui.Choice{Name: "customer", Legend: "Where", Many: true, Error: o.faults["customer"], Hint: "An invitation goes out in your name, so you must be signed in there. Customers where you are come first."}
	var later []ui.Option
	for _, t := range o.customers {
		x := ui.Option{Value: t.ID.String(), Label: t.Name(), Hint: t.DefaultDomain, Selected: slices.Contains(o.where, t.ID.String())}
		switch {
		case !t.State.Readable():
			x.Reason = "Not connected."
		case o.signedIn[t.ID]:
			x.Hint += ", you are signed in"
			c.Options = append(c.Options, x)
			continue
		}
		later = append(later, x)
	}
	c.Options = append(c.Options, later...)
	return c
}

func (g grid) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Guest accounts", URL: "/guests"}, {Text: "Invite to several customers", URL: g.change()}}, Title: "Send " + ui.Count(int64(g.Invitations), "invitation", "invitations") + "?",
		Lead: "Microsoft sends each person a mail in your name, in " + languageLabel(g.order.language) + "."}
}

// change leads back to the choice as it is.
func (g grid) change() string { return "/guests/many?" + g.order.values().Encode() }

func (g grid) hidden() (h ui.Hidden) {
	for _, k := range []string{"who", "customer", "language", "message"} {
		for _, v := range g.order.values()[k] {
			h = append(h, ui.Pair{Name: k, Value: v})
		}
	}
	return h
}

func (g grid) table() ui.Table {
	t := ui.Table{ID: "grid", Caption: "What becomes of each person at each customer", Columns: []ui.Column{
		{Key: "who", Label: "Person", Width: 260}, {Key: "customer", Label: "Customer", Kind: ui.KindTenant, Width: 220}, {Key: "what", Label: "What happens", Kind: ui.KindState, Phone: "line"}, {Key: "asof", Label: "Guests read", Kind: ui.KindTime, Width: 190, Priority: 2},
	}}
	for _, r := range g.Rows {
		asOf := ui.UnknownCell("not read")
		if r.AsOf != nil {
			asOf = ui.TimeCell(ui.NewTime(*r.AsOf, g.now))
		}
		add := func(address string, s ui.State) {
			t.Rows = append(t.Rows, ui.Row{Name: g.order.name(address), Cells: []ui.Cell{ui.TenantCell(r.chip), {State: &s}, asOf}})
		}
		for _, a := range r.Invited {
			add(a, ui.State{Shape: ui.ShapePending, Text: "Is invited"})
		}
		for _, x := range r.Skipped {
			add(x.Address, ui.State{Shape: ui.ShapeNone, Text: "Skipped: " + x.Why, Title: x.Why})
		}
	}
	return t
}

func (o order) name(address string) string {
	i := slices.IndexFunc(o.people, func(p tenant.Staff) bool { return p.UPN == address })
	if i < 0 {
		return address
	}
	return cmp.Or(o.people[i].Name, address)
}

// elsewhere are the customers where the person would have to sign in first.
func (g grid) elsewhere() (found []gridRow) {
	for _, r := range g.Rows {
		if slices.ContainsFunc(r.Skipped, func(s skipped) bool { return s.Why == "you are not signed in there" }) {
			found = append(found, r)
		}
	}
	return found
}

// signIns lead to a sign-in at each of the customers and back to this page.
func (g grid) signIns(at []gridRow) (a ui.Actions) {
	const most = 6
	for _, r := range at[:min(len(at), most)] {
		a.Items = append(a.Items, ui.Action{Text: "Sign in at " + r.Customer.Name, URL: page.SignInAt(r.Customer.ID, "/guests/many/check?"+g.order.values().Encode())})
	}
	if more := len(at) - most; more > 0 {
		a.Note = "And " + ui.N(int64(more)) + " more."
	}
	return a
}

func languageLabel(code string) string {
	for _, l := range languages {
		if l.Value == code {
			return l.Label
		}
	}
	return code
}
