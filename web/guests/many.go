package guests

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
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

// The parts of the form, ready to print.

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

func languageLabel(code string) string {
	for _, l := range languages {
		if l.Value == code {
			return l.Label
		}
	}
	return code
}

func (o order) name(address string) string {
	i := slices.IndexFunc(o.people, func(p tenant.Staff) bool { return p.UPN == address })
	if i < 0 {
		return address
	}
	return cmp.Or(o.people[i].Name, address)
}
