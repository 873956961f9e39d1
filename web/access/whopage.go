package access

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
)

// people are those who could wipe: of the page, or all of them in an export.
type people struct {
	rows  []actor
	next  string
	count int64
	more  bool
}

// wipingRoles is what the readings tell of who holds a wiping role of the directory, and the customers that it is about.
func (h *Handler) wipingRoles(ctx context.Context, scope tenant.Scope, only []tenant.ID) (d directory, customers []tenant.Tenant, err error) {
	if customers, err = h.customers(ctx, scope, only); err != nil {
		return d, nil, err
	}
	read, err := h.Sync.ReadingsByTenant(ctx, scope, graphsync.DirectoryRoles)
	if err != nil {
		return d, nil, err
	}
	unseen, err := h.DirectoryRoles.Unseen(ctx, scope, directoryrole.Filter{Roles: wiping, Tenants: only})
	return newDirectory(customers, read[graphsync.DirectoryRoles], unseen), customers, err
}

// everybody is worked out of all that was read.
func (h *Handler) everybody(ctx context.Context, m tenant.Membership, q page.Query, only []tenant.ID, customers []tenant.Tenant, partner []actor) (p people, err error) {
	v, err := h.visiting(ctx, m.Scope, customers, only, nil)
	if err != nil {
		return p, err
	}
	if err := h.DirectoryRoles.Each(ctx, m.Scope, directoryrole.Filter{Roles: wiping, Tenants: only}, v.directory.add); err != nil {
		return p, err
	}
	inside := v.directory.actors(v)
	if err := h.Roles.EachHolder(ctx, m.Scope, intunerole.HolderFilter{Can: []string{intunerole.Wipe}, Tenants: only}, func(x intunerole.Holder) error {
		inside.holder(v, x)
		return nil
	}); err != nil {
		return p, err
	}
	all := inside.list()
	all = slices.DeleteFunc(all, func(a actor) bool { return !a.matches(q) })
	p.rows = inOrder(append(all, partner...), q)
	p.count = int64(len(p.rows))
	return p, nil
}

// peopleOnPage finds the accounts on the page in what is stored of them, reads what these hold, and puts the partner's people among them who get in
// by a relationship.
func (h *Handler) peopleOnPage(ctx context.Context, m tenant.Membership, q page.Query, only []tenant.ID, customers []tenant.Tenant, partner []actor, most int64) (p people, err error) {
	names := make(map[tenant.ID]string, len(customers))
	for _, c := range customers {
		names[c.ID] = c.Name()
	}
	f := reach.WiperFilter{Q: q.Q, Sides: q.Values["side"], Tenants: only, ByCustomer: q.Sort == "customer", Desc: q.Desc, Limit: pageSize, CountMost: most}
	partner = inOrder(partner, q)
	all := int64(len(partner))
	if q.After != "" {
		if partner, f.After, err = h.after(ctx, m.Scope, q, names, partner); err != nil {
			return p, err
		}
	}
	found, err := h.Reach.Wipers(ctx, m.Scope, f)
	if err != nil {
		return p, err
	}
	p.count, p.more = found.Count+all, found.More
	actors, err := h.hold(ctx, m.Scope, names, found.Rows)
	if err != nil {
		return p, err
	}
	p.rows = inOrder(append(actors, partner[:min(len(partner), pageSize+1)]...), q)
	if len(p.rows) > 0 && (len(found.Rows)+len(partner) > pageSize || found.Next) {
		p.rows = p.rows[:min(len(p.rows), pageSize)]
		p.next = p.rows[len(p.rows)-1].key()
	}
	return p, nil
}

// after is where a page begins: the rest of the partner's people, and the place after which accounts are looked for.
func (h *Handler) after(ctx context.Context, scope tenant.Scope, q page.Query, names map[tenant.ID]string, partner []actor) ([]actor, *reach.Place, error) {
	last, found := actor{}, false
	for _, a := range partner {
		if a.key() == q.After {
			last, found = a, true
		}
	}
	parts := strings.Split(q.After, ".")
	if at, err := tenant.ParseID(parts[len(parts)-1]); !found && err == nil && len(parts) == 3 {
		w, err := h.Reach.WiperAt(ctx, scope, at, parts[1])
		if err != nil && !errors.Is(err, errs.NotFound) {
			return nil, nil, err
		}
		found = err == nil && w.Side == parts[0]
		last = actor{ID: w.ID, called: w.Name, Side: w.Side, Customer: page.TenantRef{ID: w.Tenant, Name: names[w.Tenant]}}
	}
	if !found { // in the words that all lists have for it
		_, _, err := page.Cut(partner, actor.key, q.After, pageSize)
		return nil, nil, err
	}
	i := 0
	for i < len(partner) && order(q)(partner[i], last) <= 0 {
		i++
	}
	return partner[i:], &reach.Place{Wiper: reach.Wiper{Tenant: last.Customer.ID, ID: last.ID, Side: last.Side, Name: last.lower()}, Customer: strings.ToLower(last.Customer.Name)}, nil
}

// hold are accounts with what they hold.
func (h *Handler) hold(ctx context.Context, scope tenant.Scope, names map[tenant.ID]string, accounts []reach.Wiper) ([]actor, error) {
	v := visiting{known: map[tenant.Account]guest.Guest{}, directory: directory{by: map[tenant.Account][]directoryrole.Holding{}}}
	var visited []tenant.ID
	of := make([]tenant.Account, len(accounts))
	for i, a := range accounts {
		of[i] = tenant.Account{Tenant: a.Tenant, ID: a.ID}
		if a.Side == "partner" {
			visited = append(visited, a.Tenant)
		}
	}
	if len(visited) > 0 {
		if err := h.Guests.EachBrief(ctx, scope, visited, func(g guest.Guest) error { v.known[accountOf(g)] = g; return nil }); err != nil {
			return nil, err
		}
	}
	if err := h.DirectoryRoles.EachOf(ctx, scope, of, func(x directoryrole.Holding) error {
		if x.TenantName = names[x.Tenant]; !slices.Contains(wiping, x.Role) {
			return nil
		}
		return v.directory.add(x)
	}); err != nil {
		return nil, err
	}
	inside := v.directory.actors(v)
	held, err := h.Roles.HeldBy(ctx, scope, []string{intunerole.Wipe}, of)
	if err != nil {
		return nil, err
	}
	called := make(map[tenant.Account]string, len(accounts))
	for _, a := range accounts {
		called[tenant.Account{Tenant: a.Tenant, ID: a.ID}] = a.Name
	}
	for _, a := range of {
		if x, ok := held[a]; ok {
			x.TenantName = names[x.Tenant]
			inside.holder(v, x)
		}
	}
	for _, a := range inside.found {
		a.called = called[tenant.Account{Tenant: a.Customer.ID, ID: a.ID}]
	}
	return inside.list(), nil
}

// inOrder are people in the order of the list.
func inOrder(all []actor, q page.Query) []actor {
	all = byPlace(all, func(a actor) string { return strings.Join(a.places(q), "\x00\x00") })
	if q.Desc {
		slices.Reverse(all)
	}
	return all
}

func order(q page.Query) func(a, b actor) int {
	return func(a, b actor) int {
		c := slices.Compare(a.places(q), b.places(q))
		if q.Desc {
			return -c
		}
		return c
	}
}

// places are where somebody stands: by person and then customer, or the other way.
func (a actor) places(q page.Query) []string {
	person, customer := a.place()
	if q.Sort == "customer" {
		return []string{customer, person}
	}
	return []string{person, customer}
}
