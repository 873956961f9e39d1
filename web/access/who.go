package access

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// wiping are the directory roles that may erase any device (Microsoft Entra built-in roles).
var wiping = []string{gdap.GlobalAdministrator, gdap.IntuneAdministrator}

var sides = []page.Option{{Value: "partner", Label: "The partner’s people"}, {Value: "customer", Label: "The customer’s people"}}

func newWhoSpec(m tenant.Membership) page.Spec {
	s := page.Spec{
		Sorts: []string{"person"}, Columns: []string{"account", "side", "by", "through", "enabled"}, Default: []string{"account", "side", "by", "through", "enabled"}, Placeholder: "Name, account",
		Filters: []page.Filter{{Name: "who", Label: "Who could", Fixed: true, Options: []page.Option{{Value: "wipe", Label: "wipe a device"}}}, {Name: "side", Label: "Whose people", Options: sides}},
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// actor is somebody who could do it at a customer.
type actor struct {
	ID       string         `json:"id"` // object id, in the partner's tenant or the customer's
	Name     string         `json:"name"`
	UPN      string         `json:"upn"`
	Side     string         `json:"side"` // partner or customer
	Type     string         `json:"type"` // user, servicePrincipal; empty: not told
	Customer page.TenantRef `json:"customer"`
	By       []string       `json:"by"`      // roles
	Through  []string       `json:"through"` // groups or assignments
	Nested   bool           `json:"nested"`  // only through a group inside
	Enabled  *bool          `json:"account_enabled"`
	URL      string         `json:"evidence"`

	called string // its name where it is stored in lower case, which is what lists go by
}

// lower is what the list has the person by.
func (a actor) lower() string { return cmp.Or(a.called, strings.ToLower(a.title())) }

func (h *Handler) who(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	spec := newWhoSpec(m)
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
	holding, customers, err := h.wipingRoles(ctx, m.Scope, only)
	if err != nil {
		return err
	}
	unknown, whole, err := h.unknownOf(ctx, m, only, slices.Concat(d.unknown(), holding.unknown()))
	if err != nil {
		return err
	}
	partner := slices.DeleteFunc(partnerActors(d), func(a actor) bool { return !a.matches(q) })
	var found people
	if q.CSV {
		found, err = h.everybody(ctx, m, q, only, customers, partner)
	} else {
		found, err = h.peopleOnPage(ctx, m, q, only, customers, partner, page.CountMost(r))
	}
	if err != nil {
		return err
	}
	rows := found.rows
	title, err := h.whoTitle(ctx, m, only)
	if err != nil {
		return err
	}
	l := page.List[actor]{
		Title: title, One: "person", Many: "people", Caption: title, M: m, Query: q, Spec: spec, Columns: whoColumns(m), URL: func(a actor) string { return a.URL }, Rows: rows, Count: found.count, More: found.more, Next: found.next,
		Context: []ui.Crumb{{Text: "Access", URL: m.Path("/access")}}, AsOf: d.read.AsOf, Freshness: d.line(m, h.Tenants.Home(), now), Above: above(narrower(m, only), append(unknown, holding.failed()...), activationNote, programNote),
		Each: page.AtHand(rows),
	}
	if len(rows) == 0 && !q.CSV {
		l.Empty = nobody(q, whole)
	}
	return l.Serve(w, r)
}

// nobody is the view without a row: that nobody could is only said of what was read.
func nobody(q page.Query, whole bool) ui.Empty {
	e := ui.Empty{Kind: ui.EmptyNoMatch, Icon: "person_key", Title: "Nobody was found", Lines: []string{"GDAP, directory roles and Intune roles were read, and give nobody the right to wipe."}, ActionURL: "/access?who=wipe", ActionText: "Show all customers"}
	if !whole {
		e.Kind, e.Title, e.Lines = ui.EmptyNotRead, "Who could is not known", []string{"Not everything that could give the right to wipe was read."}
	}
	if !q.Narrowed() {
		e.ActionURL, e.ActionText = "", ""
	}
	return e
}

// partnerActors are the people in groups that hold a wiping role by a relationship, one row for each and each customer.
func partnerActors(d delegated) (found []actor) {
	at := map[string]int{}
	for _, x := range d.relationships {
		for _, a := range x.Assignments {
			roles := slices.DeleteFunc(slices.Clone(a.Roles), func(id string) bool { return !slices.Contains(wiping, id) })
			if !a.Works() || len(roles) == 0 {
				continue
			}
			for _, m := range d.members[a.Group] {
				if m.Type == "group" {
					continue
				}
				key := x.Customer.String() + m.ID
				i, known := at[key]
				if !known {
					i = len(found)
					at[key] = i
					found = append(found, actor{ID: m.ID, Name: m.Name, UPN: m.UPN, Side: "partner", Type: "user", Customer: page.TenantRef{ID: x.Customer, Name: x.CustomerName}, Nested: true, Enabled: m.Enabled, URL: "/t/" + x.Customer.String() + "/relationships/" + url.PathEscape(x.ID)})
				}
				found[i].grant(roles, d.groupName(a.Group), m)
			}
		}
	}
	return found
}

func (a *actor) grant(roles []string, through string, m group.Member) {
	for _, id := range roles {
		a.add("GDAP: "+gdap.RoleName(id), through)
	}
	a.Nested = a.Nested && !m.Direct
}

func (d delegated) groupName(id string) string {
	if n := d.names[id]; n != "" {
		return n
	}
	return id
}

// insiders are those who hold a right by an account at a customer, each once.
type insiders struct {
	found []*actor
	by    map[tenant.Account]*actor
}

// at is the account's entry; one of the partner's people is known by the guest account. fresh is what a new one is made of: its URL is below
// the customer's.
func (in *insiders) at(v visiting, at tenant.ID, customer, id string, fresh actor) *actor {
	who := tenant.Account{Tenant: at, ID: strings.ToLower(id)}
	if a, ok := in.by[who]; ok {
		return a
	}
	fresh.ID, fresh.Side, fresh.Customer, fresh.URL = who.ID, "customer", page.TenantRef{ID: at, Name: customer}, "/t/"+at.String()+fresh.URL
	if g, ok := v.known[who]; ok {
		fresh.Name, fresh.UPN, fresh.Side, fresh.URL = g.Name, g.Address, "partner", guestURL(g)
	}
	in.found, in.by[who] = append(in.found, &fresh), &fresh
	return &fresh
}

// holder adds what somebody holds of Intune.
func (in *insiders) holder(v visiting, x intunerole.Holder) {
	in.at(v, x.Tenant, x.TenantName, x.ID, actor{Name: x.Name, UPN: x.UPN, Type: x.Type, Enabled: x.Enabled, URL: "/roles/who/people?can=" + url.QueryEscape(intunerole.Wipe)}).intune(x)
}

func (in *insiders) list() []actor {
	out := make([]actor, len(in.found))
	for i, a := range in.found {
		out[i] = *a
	}
	return out
}

// directory adds a role of the directory, intune one of Intune's.
func (a *actor) directory(x directoryrole.Holding) {
	by, through := "Directory role: "+verdict.DirectoryRoleOver(x), "Own account"
	switch {
	case x.Group != "" && x.GroupName != "":
		through = x.GroupName
	case x.Group != "":
		through = x.Group
	case a.Side == "partner":
		through = "Guest account"
	case x.Type == "servicePrincipal":
		through = "Program"
	}
	a.add(by, through)
}

func (a *actor) intune(x intunerole.Holder) {
	a.Nested = a.Nested || x.Nested && len(a.By) == 0
	for _, r := range x.Roles {
		a.add("Intune role: "+r, x.Assignments...)
	}
}

func (a *actor) add(by string, through ...string) {
	if !slices.Contains(a.By, by) {
		a.By = append(a.By, by)
	}
	for _, t := range through {
		if !slices.Contains(a.Through, t) {
			a.Through = append(a.Through, t)
		}
	}
}

// unknownOf adds to what was not read of doors what was not read of Intune roles. whole: nothing but what is never read.
func (h *Handler) unknownOf(ctx context.Context, m tenant.Membership, only []tenant.ID, before []string) (said []string, whole bool, err error) {
	said = before
	scope := m.Scope
	if len(only) > 0 { // of those only that the person may see
		scope = tenant.Only(slices.DeleteFunc(slices.Clone(only), func(id tenant.ID) bool { return !m.Scope.Has(id) })...)
	}
	read, err := h.Sync.Freshness(ctx, scope, graphsync.IntuneRoles)
	if err != nil {
		return nil, false, err
	}
	allowed, err := h.Roles.AllowedBy(ctx, m.Scope, intunerole.Wipe, only)
	if err != nil {
		return nil, false, err
	}
	unseen := allowed.Unseen
	if n := read.Tenants - read.Read; n > 0 || read.Tenants == 0 {
		said = append(said, "Not known: who holds an Intune role at "+ui.Count(int64(max(n, 1)), "customer", "customers")+", because the roles were not read there.")
	}
	if read.Late > 0 {
		said = append(said, "Intune roles were not read again in time at "+ui.Count(int64(read.Late), "customer", "customers")+"; what changed since is not known.")
	}
	if unseen.Groups > 0 {
		said = append(said, "Not known: who is in "+ui.Count(unseen.Groups, "group of customers that holds", "groups of customers that hold")+" such an Intune role.")
	}
	return said, len(said) == 0, nil
}

func (h *Handler) whoTitle(ctx context.Context, m tenant.Membership, only []tenant.ID) (string, error) {
	one := m.Tenant.ID
	if len(only) == 1 && !m.One() {
		one = only[0]
	}
	if one.IsZero() || !m.Scope.Has(one) {
		return "Who could wipe today?", nil
	}
	t, err := h.Tenants.Get(ctx, tenant.Only(one), one)
	return "Who could wipe at " + t.Name() + " today?", err
}

// key tells the row from all others; place is where it stands in an order.
func (a actor) key() string { return a.Side + "." + a.ID + "." + a.Customer.ID.String() }

func (a actor) place() (person, customer string) {
	return a.lower() + "\x00" + a.Side + a.ID, placeOf(a.Customer.Name, a.Customer.ID.String())
}

func (a actor) title() string {
	for _, n := range []string{a.Name, a.UPN} {
		if n != "" {
			return n
		}
	}
	return a.ID
}

func (a actor) matches(q page.Query) bool {
	side, text := q.Values["side"], strings.ToLower(q.Q)
	return (len(side) == 0 || slices.Contains(side, a.Side)) && (text == "" || strings.Contains(strings.ToLower(a.Name+"\n"+a.UPN), text))
}

func (a actor) through() string {
	s := strings.Join(a.Through, ", ")
	if a.Nested {
		s += ", by a group inside"
	}
	return s
}

func (a actor) enabled() string {
	switch {
	case a.Enabled == nil:
		return "Unknown"
	case *a.Enabled:
		return "Yes"
	}
	return "No"
}

func (a actor) side() string {
	if a.Side == "partner" {
		return "The partner’s"
	}
	return theirs
}

const theirs = "The customer’s"

func whoColumns(m tenant.Membership) []page.Column[actor] {
	cs := []page.Column[actor]{{Key: "person", Label: "Person", Sort: "person", Wrap: true, Text: actor.title}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(180, func(a actor) page.TenantRef { return a.Customer }))
	}
	plain := func(key, label, phone string, priority, width int, get func(actor) string) page.Column[actor] {
		return page.Column[actor]{Key: key, Label: label, Phone: phone, Priority: priority, Width: width, Text: get, Cell: func(a actor) ui.Cell { return ui.TextCell(get(a)) }}
	}
	return append(cs,
		plain("account", "Account", "hide", 2, 220, func(a actor) string {
			if a.UPN == "" {
				return "Unknown"
			}
			return a.UPN
		}),
		plain("side", "Whose", "right", 1, 120, actor.side).Usually(theirs),
		plain("by", "By", "", 1, 240, func(a actor) string { return strings.Join(a.By, ", ") }),
		plain("through", "Through", "", 3, 200, actor.through),
		plain("enabled", "Can sign in", "named", 1, 120, actor.enabled).Usually("Yes"),
		page.Column[actor]{Key: "id", Label: "Object id", Exact: true, Text: func(a actor) string { return a.ID }},
		page.Column[actor]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(a actor) string { return a.Customer.ID.String() }},
	)
}

// accountNote, activationNote and programNote are what these pages never know.
const (
	accountNote    = "Accounts of the customer’s own are known from sign-ins to the portal only: one that never signed in is not in this list."
	programNote    = "Programs with a permission of their own to act on devices are not in this list."
	activationNote = "A directory role that somebody may switch on for a time (Privileged Identity Management) is seen only while it is on."
)

// narrower leads to the answer by Intune's own roles, with the groups and what they are over, which this one does not show.
func narrower(m tenant.Membership, only []tenant.ID) []ui.Link {
	query := "?can=" + url.QueryEscape(intunerole.Wipe)
	for _, id := range only {
		query += "&customer=" + id.String()
	}
	return []ui.Link{{Text: "By Intune role: people", URL: m.Path("/roles/who/people") + query}, {Text: "By Intune role: assignments", URL: m.Path("/roles/who") + query}}
}

// questions lead from the matrix to who could wipe there, and of one person to what is to be done when they leave.
func questions(m tenant.Membership, q page.Query, only []tenant.ID) []ui.Link {
	wipe := ui.Link{Text: "Who could wipe today?", URL: m.Path("/access") + "?who=wipe"}
	for _, id := range only {
		wipe.URL += "&customer=" + id.String()
	}
	links := []ui.Link{wipe}
	if person := q.Values["person"]; len(person) == 1 && m.May(tenant.MayStaff) {
		links = append(links, ui.Link{Text: "When they leave", URL: "/access/leaver/" + person[0]})
	}
	return links
}
