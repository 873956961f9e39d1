package roles

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// who lists the assignments whose role allows a thing; without a choice it is the wipe.
func (h *Handler) who(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx := r.Context()
	ops, err := h.operations(ctx, m)
	if err != nil {
		return err
	}
	spec := withCustomer(m, page.Spec{
		Sorts: []string{"role", "name"}, Columns: []string{"role", "members", "scope"}, Default: []string{"role", "members", "scope"},
		Placeholder: "Name of the assignment or the role", Filters: []page.Filter{canFilter(ops)},
	})
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	can := q.Values["can"]
	if len(can) == 0 {
		can = []string{intunerole.Wipe}
	}
	if len(can) > 1 {
		return errs.ShowNext(errs.Invalid, "This view is about one permission at a time.", "Choose one of them.")
	}
	f := intunerole.AssignmentFilter{Q: q.Q, Can: can, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if f.Tenants, err = customers(q); err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.IntuneRoles)
	if err != nil {
		return err
	}
	found, err := h.Roles.Assignments(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	allow, err := h.Roles.Count(ctx, m.Scope, intunerole.Filter{Can: can})
	if err != nil {
		return err
	}
	now := page.ChromeOf(ctx).Now
	word := actionWord(can[0])
	l := page.List[grant]{
		Title: "Who can: " + word, One: "assignment", Many: "assignments", M: m, Query: q, Spec: spec, Columns: grantColumns(m), URL: func(g grant) string { return g.URL },
		Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Above: whoAbove(m, word, can[0], allow, read),
		Each: stream(func(ctx context.Context, each func(intunerole.Assignment) error) error {
			return h.Roles.EachAssignment(ctx, m.Scope, f, each)
		}, newGrant),
	}
	for _, a := range found.Rows {
		l.Rows = append(l.Rows, newGrant(a))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = h.nobody(ctx, m, q, can[0], read, now); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// nobody is the view without a row. It never says more than what was read.
func (h *Handler) nobody(ctx context.Context, m tenant.Membership, q page.Query, action string, read graphsync.Freshness, now time.Time) (ui.Empty, error) {
	n := fresh.Noun{One: "assignment", Many: "assignments", Icon: "person_key"}
	if read.Read == 0 || q.Q != "" || len(q.Values["customer"]) > 0 {
		total, err := h.Roles.CountAssignments(ctx, m.Scope, intunerole.AssignmentFilter{})
		return fresh.Empty(n, read, m, fresh.Search{Narrowed: true, Clear: q.Clear(), Total: total}, now), err
	}
	return ui.Empty{
		Kind: ui.EmptyNone, Icon: "person_key", Title: "No Intune role that allows this is given to anybody",
		Lines:     []string{"Read completely " + ui.NewTime(read.AsOf, now).Text + ". Directory roles such as Intune Administrator and Global Administrator can do it all the same; they are not read here."},
		ActionURL: m.Path("/roles"), ActionText: "Show the roles",
	}, nil
}

// grant is one assignment of a list.
type grant struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Tenant     tenantRef `json:"tenant"`
	RoleID     string    `json:"role_id"`
	Role       string    `json:"role"`
	BuiltIn    bool      `json:"role_built_in"`
	Members    []string  `json:"member_group_ids"`
	Scopes     []string  `json:"scope_group_ids"`
	ScopeType  string    `json:"scope_type"`
	Scope      string    `json:"scope"`
	MembersAre string    `json:"members_are"` // says that they are groups, and that who is in them is not read
	URL        string    `json:"url,omitempty"`
}

const membersAre = "groups; who is in them is not read"

func newGrant(a intunerole.Assignment) grant {
	g := grant{ID: a.ID, Name: a.Name, Tenant: tenantRef{a.Tenant, a.TenantName}, RoleID: a.RoleID, Role: a.RoleName, BuiltIn: a.BuiltIn, Members: a.Members, Scopes: a.Scopes, ScopeType: a.ScopeType, Scope: scopeWord(a), MembersAre: membersAre}
	if g.Name == "" {
		g.Name = "Assignment without a name"
	}
	if a.RoleID != "" {
		g.URL = roleURL(a.Tenant, a.RoleID)
	}
	return g
}

func (g grant) memberText() string { return plural(len(g.Members), "group", "groups") }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func grantColumns(m tenant.Membership) []page.Column[grant] {
	cs := []page.Column[grant]{{Key: "name", Label: "Assignment", Sort: "name", Text: func(g grant) string { return g.Name }}}
	if !m.One() {
		cs = append(cs, page.Column[grant]{
			Key: "customer", Label: "Customer", Kind: ui.KindTenant, Sort: "customer", Width: 170, Text: func(g grant) string { return g.Tenant.Name },
			Cell: func(g grant) ui.Cell { return ui.TenantCell(chip(g.Tenant)) },
		})
	}
	return append(cs,
		plain("role", "Role", "role", 1, 220, func(g grant) string { return g.Role }),
		page.Column[grant]{Key: "members", Label: "Members", Priority: 1, Width: 120, Text: func(g grant) string { return strings.Join(g.Members, ", ") },
			Cell: func(g grant) ui.Cell { return ui.Cell{Text: g.memberText(), Title: strings.Join(g.Members, ", ")} }},
		plain("scope", "Over", "", 1, 260, func(g grant) string { return g.Scope }),
		page.Column[grant]{Key: "scopes", Label: "Scope group ids", Exact: true, Text: func(g grant) string { return strings.Join(g.Scopes, ", ") }},
		page.Column[grant]{Key: "id", Label: "Assignment id", Exact: true, Text: func(g grant) string { return g.ID }},
		page.Column[grant]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(g grant) string { return g.Tenant.ID.String() }},
	)
}
