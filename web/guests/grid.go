package guests

import (
	"context"
	"slices"
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// grid is what an order would do, customer by customer: the page to confirm, and its JSON twin.
type grid struct {
	Rows        []gridRow `json:"customers"`
	Invitations int       `json:"invitations"`

	order order
	now   time.Time
}

type gridRow struct {
	Customer page.TenantRef `json:"customer"`
	SignedIn bool           `json:"signed_in"`
	Invited  []string       `json:"invited"` // addresses
	Skipped  []skipped      `json:"skipped"`
	AsOf     *time.Time     `json:"as_of"` // when guests were read completely; null: who is a guest there is not known

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
		row := gridRow{Customer: page.TenantRef{ID: t.ID, Name: t.Name()}, SignedIn: o.signedIn[t.ID], Invited: []string{}, Skipped: []skipped{}, chip: page.Chip(t, "/guests")}
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
			add(g.Tenant, g.Address, "is there, "+ui.Lower(verdict.Standing(g.Standing)))
		}
		return nil
	})
}

// The parts of the page, ready to print.

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
