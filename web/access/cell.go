package access

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/reach"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// path is one way of a person to a role at a customer.
type path struct {
	Door   string     `json:"door"` // as in the matrix
	Via    []string   `json:"via"`  // from the person on: account, relationship, groups
	Roles  []string   `json:"roles"`
	ReadAt *time.Time `json:"read_at"`
	Note   string     `json:"note,omitempty"` // what the path does not tell
	URL    string     `json:"evidence,omitempty"`
}

// cellView is one person at one customer: every path, and what was not read.
type cellView struct {
	row
	Paths   []path   `json:"paths"`
	Ended   []ended  `json:"ended"` // directory roles that the guest account had
	Unknown []string `json:"not_known"`

	m     tenant.Membership
	fresh ui.Freshness
}

// ended is a directory role that an account does not hold any more.
type ended struct {
	Role  string    `json:"role"`
	Since time.Time `json:"first_read_at"`
	Gone  time.Time `json:"gone_at"`
}

// cell shows what a cell of the matrix is made of.
func (h *Handler) cell(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx, now := r.Context(), page.ChromeOf(r.Context()).Now
	id, err := strconv.ParseInt(chi.URLParam(r, "staff"), 10, 64)
	if err != nil || id < 1 || !m.One() || m.Tenant.Home {
		return errs.NotFound
	}
	st, err := h.Tenants.GetStaff(ctx, m.Scope, id)
	if err != nil {
		return err
	}
	d, err := h.delegated(ctx, m.Scope, nil, now)
	if err != nil {
		return err
	}
	staff, err := h.staff(ctx, m.Scope)
	if err != nil {
		return err
	}
	v, err := h.visiting(ctx, m.Scope, []tenant.Tenant{m.Tenant}, nil, addresses(staff...))
	if err != nil {
		return err
	}
	seen, err := h.Tenants.SeenAtCustomers(ctx, m.Scope)
	if err != nil {
		return err
	}
	ways, err := h.ways(ctx, m, staff, v, d)
	if err != nil {
		return err
	}
	if v.guests, err = h.wholeGuests(ctx, m.Scope, v); err != nil {
		return err
	}
	c := cellView{row: newRow(st, m.Tenant, reach.Cell{Unsure: d.read.Read == 0 || d.blind(st) || !v.read(m.Tenant.ID)}, now), m: m, fresh: d.line(m, h.Tenants.Home(), now), Unknown: []string{}}
	if i := slices.IndexFunc(ways, func(x way) bool { return x.staff.ID == id }); i >= 0 {
		c.row = ways[i].row(now)
	}
	guests := v.paths(st)
	c.Paths = slices.Concat([]path{}, d.paths(st, len(guests) > 0), guests, ownPaths(st, v, seen))
	if slices.Contains(c.Doors, doorNames[reach.Portal]) {
		c.Paths = append(c.Paths, path{Door: doorNames[reach.Portal], Via: []string{"Account in this portal"}, Roles: []string{c.portal()}, ReadAt: page.Moment(now), Note: "Shows what the portal reads, and opens nothing at Microsoft."})
	}
	if c.Ended, err = h.ended(ctx, m.Scope, st, v); err != nil {
		return err
	}
	c.Unknown = append(c.Unknown, slices.Concat(d.unknown(), v.unknown(), v.directory.unknown())...)
	return page.Answer(w, r, c, cellPage(page.Shell(r, m, c.title()), c))
}

// wholeGuests are the guests with all that is known of each: what a role is held by is worth the time where they are those of one customer.
func (h *Handler) wholeGuests(ctx context.Context, scope tenant.Scope, v visiting) (all []guest.Guest, err error) {
	err = h.Guests.Each(ctx, scope, guest.Filter{Sort: "name"}, func(g guest.Guest) error {
		if v.read(g.Tenant) {
			all = append(all, g)
		}
		return nil
	})
	return all, err
}

// ended are the directory roles that the person's guest account had by itself, the last first.
func (h *Handler) ended(ctx context.Context, scope tenant.Scope, st tenant.Staff, v visiting) ([]ended, error) {
	found, ids := []ended{}, []string{}
	for _, g := range v.guests {
		if strings.EqualFold(g.Address, st.UPN) {
			ids = append(ids, g.ID)
		}
	}
	if len(ids) == 0 {
		return found, nil
	}
	err := h.DirectoryRoles.Each(ctx, scope, directoryrole.Filter{Holders: ids, Gone: true}, func(x directoryrole.Holding) error {
		found = append(found, ended{verdict.DirectoryRoleOver(x), x.Since.UTC(), x.GoneAt.UTC()})
		return nil
	})
	slices.SortStableFunc(found, func(a, b ended) int { return b.Gone.Compare(a.Gone) })
	return found, err
}

// paths are the ways by GDAP: groups, from the innermost out, and the relationship. With a guest account at the customer they do not work
// (AADSTS50020, AADSTS50177).
func (d delegated) paths(st tenant.Staff, guest bool) (found []path) {
	in, person, readAt := d.inside(), d.objectOf(st), d.read.AsOf
	if !d.groupsRead.AsOf.IsZero() && d.groupsRead.AsOf.Before(readAt) {
		readAt = d.groupsRead.AsOf
	}
	for _, x := range d.relationships {
		for _, a := range x.Assignments {
			if !a.Works() || person == "" {
				continue
			}
			for _, way := range in.Paths(a.Group, person) {
				p := path{Door: doorNames[reach.GDAP], Via: []string{}, ReadAt: page.Moment(readAt), URL: "/t/" + x.Customer.String() + "/relationships/" + url.PathEscape(x.ID)}
				for _, id := range slices.Backward(way) {
					p.Via = append(p.Via, "Group “"+d.groupName(id)+"”")
				}
				p.Via = append(p.Via, "Relationship “"+x.Name+"”")
				for _, id := range byRank(a.Roles) {
					p.Roles = append(p.Roles, gdap.RoleName(id))
				}
				if !d.direct(way[len(way)-1], person) {
					p.Note = "In that group by a group inside it, which was not looked into. "
				}
				if guest {
					p.Note += "A guest account there keeps this from working: Microsoft takes the guest account."
				}
				found = append(found, p)
			}
		}
	}
	return found
}

func (d delegated) direct(group, person string) bool {
	for _, m := range d.members[group] {
		if m.ID == person {
			return m.Direct
		}
	}
	return false
}

// paths are the ways by a guest account: its own roles, those of groups that it is in, and Intune's.
func (v visiting) paths(st tenant.Staff) (found []path) {
	for _, g := range v.guests {
		if !strings.EqualFold(g.Address, st.UPN) {
			continue
		}
		account := path{Door: doorNames[reach.Guest], Via: []string{"Guest account “" + g.Name + "”"}, Roles: []string{}, ReadAt: page.Moment(v.asOf[g.Tenant]), URL: guestURL(g)}
		switch {
		case shut(g):
			account.Note = "The customer has disabled the account: it opens nothing."
		case g.Standing == guest.Invited:
			account.Note = "Invited, not redeemed yet: it opens nothing before that."
		}
		own := account
		for _, id := range byRank(v.ownRoles(g)) {
			own.Roles = append(own.Roles, gdap.RoleName(id))
		}
		found = append(found, own)
		found = append(found, v.byGroup(g, account)...)
	}
	return found
}

// ownRoles are the roles that the account has by itself.
func (v visiting) ownRoles(g guest.Guest) (roles []string) {
	if g.RolesRead {
		roles = slices.Clone(g.Roles)
	}
	for _, x := range v.directory.by[accountOf(g)] {
		if x.Group == "" && !slices.Contains(roles, x.Role) {
			roles = append(roles, x.Role)
		}
	}
	return roles
}

func (v visiting) byGroup(g guest.Guest, account path) (found []path) {
	for _, x := range v.directory.by[accountOf(g)] {
		if x.Group == "" {
			continue
		}
		p := account
		p.Via, p.Roles, p.ReadAt = append(slices.Clone(account.Via), "Group “"+groupOf(x)+"”"), []string{verdict.DirectoryRoleOver(x)}, page.Moment(v.directory.asOf[g.Tenant])
		found = append(found, p)
	}
	if x, ok := v.inside[accountOf(g)]; ok {
		p := account
		p.Via, p.Roles, p.ReadAt = slices.Clone(account.Via), []string{}, page.Moment(v.intune[g.Tenant].AsOf)
		for _, a := range x.Assignments {
			p.Via = append(p.Via, "Intune assignment “"+a+"”")
		}
		for _, r := range x.Roles {
			p.Roles = append(p.Roles, "Intune: "+r)
		}
		p.URL = "/t/" + g.Tenant.String() + "/roles"
		found = append(found, p)
	}
	return found
}

// groupOf is what a group by which a role is held is called.
func groupOf(x directoryrole.Holding) string {
	if x.GroupName != "" {
		return x.GroupName
	}
	return x.Group
}

// ownPaths are accounts of the customer's own by which the person was seen to sign in.
func ownPaths(st tenant.Staff, v visiting, seen []tenant.Seen) (found []path) {
	for _, x := range seen {
		if x.ObjectID == st.ObjectID || !strings.EqualFold(x.UPN, st.UPN) || x.Guest && v.read(x.Tenant) {
			continue
		}
		p := path{Door: doorNames[reach.Own], Via: []string{"Account " + x.ObjectID}, Roles: []string{}, ReadAt: page.Moment(x.LastAt), Note: "Signed in to the portal then; whether the account still exists is not read."}
		if x.Guest {
			p.Door = doorNames[reach.Guest]
		}
		found = append(found, p)
	}
	return found
}

// The parts of the page, ready to print.

func (c cellView) header() ui.PageHeader {
	chip := page.Chip(c.m.Tenant, "")
	h := ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Access", URL: c.m.Path("/access")}}, Title: c.title(), Freshness: c.fresh}
	h.Actions = []ui.Action{{Text: "Who could wipe at " + c.Customer.Name + " today?", URL: c.m.Path("/access") + "?who=wipe", Kind: ui.Quiet}}
	if c.m.May(tenant.MayStaff) {
		h.Actions = append(h.Actions, ui.Action{Text: "When they leave", Icon: "person_prohibited", URL: "/access/leaver/" + strconv.FormatInt(c.StaffID, 10), Kind: ui.Quiet})
	}
	return h
}

func (c cellView) facts() ui.Facts {
	highest := c.highest()
	if highest == "" {
		highest = "None found"
	}
	door := ui.TextCell("None found")
	if len(c.words) > 0 || c.Unsure {
		door = c.doorCell()
	}
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Door", Value: door}, {Label: "Highest role", Value: ui.TextCell(highest)}, {Label: "Last proven", Value: c.provenCell()},
		{Label: "In the portal", Value: ui.TextCell(c.portal())}, {Label: "Account", Value: ui.TextCell(c.UPN)},
	}}
}

func (c cellView) table() ui.Table {
	t := ui.Table{ID: "paths", Caption: "Every path that was found", Inset: true, Columns: []ui.Column{
		{Key: "path", Label: "Path"}, {Key: "roles", Label: "Roles", Width: 260, Phone: "line"}, {Key: "read", Label: "Read", Kind: ui.KindTime, Width: 110},
	}}
	for _, p := range c.Paths {
		read := ui.UnknownCell("")
		if p.ReadAt != nil {
			read = ui.TimeCell(ui.NewTime(*p.ReadAt, c.now))
		}
		roles := ui.QuietCell("No role")
		if len(p.Roles) > 0 {
			roles = ui.TextCell(strings.Join(p.Roles, ", "))
		}
		t.Rows = append(t.Rows, ui.Row{Name: strings.Join(p.Via, " → "), Note: p.Note, URL: p.URL, Cells: []ui.Cell{roles, read}})
	}
	return t
}

func (c cellView) past() ui.Table {
	t := ui.Table{ID: "ended", Caption: "Directory roles that the guest account had", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "role", Label: "Role"}, {Key: "since", Label: "First read", Kind: ui.KindTime, Width: 130, Phone: "line"}, {Key: "gone", Label: "Gone", Kind: ui.KindTime, Width: 130},
	}}
	for _, e := range c.Ended {
		t.Rows = append(t.Rows, ui.Row{Name: e.Role, Cells: []ui.Cell{ui.TimeCell(ui.NewTime(e.Since, c.now)), ui.TimeCell(ui.NewTime(e.Gone, c.now))}})
	}
	return t
}
