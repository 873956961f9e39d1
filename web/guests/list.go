package guests

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// newSpec is what the list reads from its URL.
func newSpec(m tenant.Membership) page.Spec {
	var standings, roles []page.Option
	for _, s := range guest.Standings {
		standings = append(standings, page.Option{Value: string(s), Label: verdict.Standing(s)})
	}
	for _, id := range gdap.KnownRoles() {
		roles = append(roles, page.Option{Value: id, Label: gdap.RoleName(id)})
	}
	s := page.Spec{
		Sorts: []string{"standing", "name", "invited", "signedIn", "active"}, Columns: []string{"state", "roles", "licence", "invited", "redeemed", "signedIn", "active", "address"},
		Default: []string{"state", "roles", "invited", "signedIn", "active"}, Placeholder: "Name, address",
		Filters: []page.Filter{
			{Name: "standing", Label: "Reached", Options: standings}, {Name: "role", Label: "Role", Options: roles},
			{Name: "waiting", Label: "Waits", Options: []page.Option{{Value: "true", Label: "not redeemed for 14 days"}}},
			{Name: "idle", Label: "Idle", Options: []page.Option{{Value: "true", Label: "no sign-in for 90 days"}}},
			{Name: "gone", Label: "Removed", Options: []page.Option{{Value: "true", Label: "no longer in the directory"}}},
		},
	}
	if atHome(m) {
		s.Columns, s.Default = []string{"state", "from", "roles", "invited", "redeemed", "active", "address"}, []string{"state", "from", "roles", "invited", "active", "address"}
	}
	if !m.One() {
		s.Sorts, s.Columns, s.Default = append(s.Sorts, "customer"), append(s.Columns, "customer"), append(s.Default, "customer")
	}
	if !m.One() || atHome(m) {
		s.Filters = append(s.Filters, page.ByCustomer)
	}
	return s
}

// newFilter is what the store is asked.
func newFilter(q page.Query, now time.Time) (guest.Filter, error) {
	f := guest.Filter{
		Q: q.Q, Roles: q.Values["role"], Waiting: q.Get("waiting") == "true", Idle: q.Get("idle") == "true", Gone: q.Get("gone") == "true",
		Now: now, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize,
	}
	for _, v := range q.Values["standing"] {
		f.Standings = append(f.Standings, guest.Standing(v))
	}
	var err error
	f.Tenants, err = q.Customers()
	return f, err
}

// row is one guest: what the table, the JSON twin and the exports show. What is null was not read.
type row struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Tenant     page.TenantRef  `json:"tenant"`
	Address    string          `json:"address"`
	UPN        string          `json:"upn"`
	Standing   string          `json:"standing"`
	StateName  string          `json:"state_name"`
	Redeemed   *bool           `json:"redeemed"`
	RedeemedAt *time.Time      `json:"redeemed_at"`
	Enabled    *bool           `json:"account_enabled"`
	Roles      []string        `json:"roles"`
	RoleIDs    []string        `json:"role_ids"`
	Intune     *bool           `json:"intune_licence"`
	InvitedAt  *time.Time      `json:"invited_at"`
	SignedInAt *time.Time      `json:"signed_in_at"` // to the portal, at the customer
	ActiveRead bool            `json:"active_read"`  // whether Microsoft tells the next at this tenant
	ActiveAt   *time.Time      `json:"active_at"`    // last sign-in anywhere in the tenant
	Late       bool            `json:"late"`         // the reading is older than its target
	RevokedAt  *time.Time      `json:"revoked_at,omitempty"`
	RevokedBy  string          `json:"revoked_by,omitempty"`
	GoneAt     *time.Time      `json:"gone_at,omitempty"`
	From       *page.TenantRef `json:"from,omitempty"` // in the partner's own tenant: whose person it is
	URL        string          `json:"url"`

	state ui.State
	now   time.Time
}

func newRow(x guest.Guest, late bool, now time.Time) row {
	r := row{
		ID: x.ID, Name: x.Name, Tenant: page.TenantRef{ID: x.Tenant, Name: x.TenantName}, Address: x.Address, UPN: x.UPN, Standing: string(x.Standing), Redeemed: x.Redeemed, RedeemedAt: page.Moment(x.RedeemedAt), Enabled: x.Enabled,
		Intune: x.Intune, InvitedAt: page.Moment(x.InvitedAt), SignedInAt: page.Moment(x.SignedInAt), ActiveRead: x.ActiveRead, ActiveAt: page.Moment(x.ActiveAt), Late: late, RevokedAt: page.Moment(x.RevokedAt), RevokedBy: x.RevokedBy, GoneAt: page.Moment(x.GoneAt), URL: "/t/" + x.Tenant.String() + "/guests/" + url.PathEscape(x.ID), now: now,
	}
	if r.Name == "" {
		r.Name = "Guest without a name"
	}
	if x.RolesRead {
		r.Roles, r.RoleIDs = []string{}, x.Roles
		for _, id := range x.Roles {
			r.Roles = append(r.Roles, gdap.RoleName(id))
		}
	}
	r.state = verdict.Guest(x, late, now)
	r.StateName = r.state.Text
	return r
}

// newHomeRow is a customer's person in the partner's own directory. There is nothing more to reach there than to be accepted, and a role is
// something to look at.
func newHomeRow(x guest.Guest, customers map[string]tenant.Tenant, late bool, now time.Time) row {
	r := newRow(x, late, now)
	if t, ok := ofAddress(customers, x.Address); ok {
		r.From = &page.TenantRef{ID: t.ID, Name: t.Name()}
	}
	if x.GoneAt.IsZero() && !x.Leaving() && x.Redeemed != nil && *x.Redeemed && x.Standing != guest.Blocked {
		r.state = ui.State{Shape: ui.ShapeOK, Text: "Accepted"}
		if len(x.Roles) > 0 {
			r.state = ui.State{Shape: ui.ShapeWarn, Text: "Holds a directory role of yours"}
		}
		if late {
			r.state = ui.State{Shape: ui.ShapeStale, Text: "Was: " + ui.Lower(r.state.Text)}
		}
		r.StateName = r.state.Text
	}
	return r
}

func (r row) fromCell() ui.Cell {
	if r.From == nil {
		return ui.DashCell()
	}
	return ui.TenantCell(r.From.Chip())
}

func (r row) fromName() string {
	if r.From == nil {
		return ""
	}
	return r.From.Name
}

// columns are the list's, in the table's order.
func columns(m tenant.Membership) []page.Column[row] {
	cs := []page.Column[row]{{Key: "name", Label: "Guest", Sort: "name", Text: func(r row) string { return r.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(r row) page.TenantRef { return r.Tenant }))
	}
	if atHome(m) {
		cs = append(cs, page.Column[row]{Key: "from", Label: "Customer", Kind: ui.KindTenant, Width: 170, Text: row.fromName, Cell: row.fromCell})
	}
	return append(cs,
		page.Column[row]{Key: "state", Label: "State", Kind: ui.KindState, Sort: "standing", Width: 220, Text: func(r row) string { return r.StateName }, Cell: func(r row) ui.Cell { return ui.Cell{State: &r.state} }},
		page.Column[row]{Key: "roles", Label: "Directory roles", Width: 220, Priority: 2, Text: func(r row) string { return strings.Join(r.Roles, ", ") }, Cell: row.rolesCell},
		page.Column[row]{Key: "licence", Label: "Intune licence", Width: 120, Priority: 3, Text: func(r row) string { return truthText(r.Intune) }, Cell: row.licenceCell},
		page.Column[row]{Key: "invited", Label: "Invited", Kind: ui.KindTime, Sort: "invited", Width: 110, Priority: 2, Text: func(r row) string { return page.Stamp(r.InvitedAt) }, Cell: func(r row) ui.Cell { return page.MomentCell(r.InvitedAt, r.now) }},
		page.Column[row]{Key: "redeemed", Label: "Redeemed", Kind: ui.KindTime, Width: 110, Priority: 3, Text: func(r row) string { return page.Stamp(r.redeemedAt()) }, Cell: func(r row) ui.Cell { return page.MomentCell(r.redeemedAt(), r.now) }},
		page.Column[row]{Key: "signedIn", Label: "Signed in here", Kind: ui.KindTime, Sort: "signedIn", Width: 130, Text: func(r row) string { return page.Stamp(r.SignedInAt) }, Cell: func(r row) ui.Cell { return page.MomentCell(r.SignedInAt, r.now) }},
		page.Column[row]{Key: "active", Label: "Last used", Kind: ui.KindTime, Sort: "active", Width: 165, Priority: 3, Text: func(r row) string { return page.Stamp(r.ActiveAt) }, Cell: row.activeCell},
		page.Column[row]{Key: "address", Label: "Address", Width: 220, Priority: 3, Text: func(r row) string { return r.Address }, Cell: func(r row) ui.Cell { return ui.TextCell(r.Address) }},
		page.Column[row]{Key: "upn", Label: "User principal name", Exact: true, Text: func(r row) string { return r.UPN }},
		page.Column[row]{Key: "id", Label: "Object id", Exact: true, Text: func(r row) string { return r.ID }},
		page.Column[row]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(r row) string { return r.Tenant.ID.String() }},
		page.Column[row]{Key: "revokedAt", Label: "Deleted here", Exact: true, Text: func(r row) string { return page.Stamp(r.RevokedAt) }},
		page.Column[row]{Key: "revokedBy", Label: "Deleted by", Exact: true, Text: func(r row) string { return r.RevokedBy }},
		page.Column[row]{Key: "late", Label: "Reading is late", Exact: true, Text: func(r row) string { return strconv.FormatBool(r.Late) }},
	)
}

// redeemedAt is when the invitation was accepted: the time of the last change of its state, where that is accepted.
func (r row) redeemedAt() *time.Time {
	if r.Redeemed == nil || !*r.Redeemed {
		return nil
	}
	return r.RedeemedAt
}

func (r row) rolesCell() ui.Cell {
	switch {
	case r.Roles == nil:
		return ui.UnknownCell("not read")
	case len(r.Roles) == 0:
		return ui.QuietCell("None")
	}
	return ui.TextCell(strings.Join(r.Roles, ", "))
}

// activeCell is the last sign-in anywhere in the tenant. What Microsoft was not asked, or did not tell, is not "never".
func (r row) activeCell() ui.Cell {
	switch {
	case !r.ActiveRead:
		return ui.UnknownCell("") // why stands on the guest's page
	case r.ActiveAt == nil:
		return ui.QuietCell("No sign-in told")
	}
	return page.MomentCell(r.ActiveAt, r.now)
}

func (r row) licenceCell() ui.Cell {
	switch {
	case r.Intune == nil:
		return ui.UnknownCell("not told")
	case *r.Intune:
		return ui.TextCell("Yes")
	}
	return ui.QuietCell("No")
}

func truthText(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
