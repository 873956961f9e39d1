package roles

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

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
	action, err := chosenAction(q)
	if err != nil {
		return err
	}
	can := []string{action}
	f := intunerole.AssignmentFilter{Q: q.Q, Can: can, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize}
	if f.Tenants, err = q.Customers(); err != nil {
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
	names := h.namer(m.Scope)
	if err := names.learn(ctx, found.Rows...); err != nil {
		return err
	}
	allowed, err := h.Roles.AllowedBy(ctx, m.Scope, action, f.Tenants)
	if err != nil {
		return err
	}
	allow, unseen := allowed.Roles, allowed.Unseen
	now := page.ChromeOf(ctx).Now
	l := page.List[grant]{
		Title: whoTitle(action), One: "assignment", Many: "assignments", M: m, Query: q, Spec: spec, Columns: grantColumns(m), URL: func(g grant) string { return g.URL },
		Count: found.Count, Next: found.Next, AsOf: read.AsOf, Freshness: fresh.Line(read, m, now), Above: whoAbove(m, newWho(m, "/roles/who", action, allow, read, unseen)),
		Each: page.Streamed(func(ctx context.Context, each func(intunerole.Assignment) error) error {
			return h.Roles.EachAssignment(ctx, m.Scope, f, func(a intunerole.Assignment) error {
				return errors.Join(names.learn(ctx, a), each(a))
			})
		}, func(a intunerole.Assignment) grant { return newGrant(a, names) }),
	}
	for _, a := range found.Rows {
		l.Rows = append(l.Rows, newGrant(a, names))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = h.nobody(ctx, m, q, read, now); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// nobody is the view without a row. It never says more than what was read.
func (h *Handler) nobody(ctx context.Context, m tenant.Membership, q page.Query, read graphsync.Freshness, now time.Time) (ui.Empty, error) {
	n := fresh.Noun{One: "assignment", Many: "assignments", Icon: "person_key"}
	if read.Read == 0 || q.Q != "" || len(q.Values["customer"]) > 0 {
		total, err := h.Roles.CountAssignments(ctx, m.Scope, intunerole.AssignmentFilter{})
		return fresh.Empty(n, read, m, fresh.Search{Narrowed: true, Clear: q.Clear(), Total: total}, now), err
	}
	return ui.Empty{
		Kind: emptyKind(q), Icon: "person_key", Title: "No Intune role that allows this is given to anybody",
		Lines:     []string{"Read completely " + ui.NewTime(read.AsOf, now).Text + ". Directory roles such as Intune Administrator and Global Administrator can do it all the same; they are not in this list."},
		ActionURL: m.Path("/roles"), ActionText: "Show the roles",
	}, nil
}

// grant is one assignment of a list.
type grant struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Tenant    page.TenantRef `json:"tenant"`
	RoleID    string         `json:"role_id"`
	Role      string         `json:"role"`
	BuiltIn   bool           `json:"role_built_in"`
	Members   []named        `json:"member_groups"`
	Scopes    []named        `json:"scope_groups"`
	ScopeType string         `json:"scope_type"`
	Scope     string         `json:"scope"`
	Known     bool           `json:"people_known"` // who is in all of the member groups was read
	URL       string         `json:"url,omitempty"`
}

func newGrant(a intunerole.Assignment, n *namer) grant {
	g := grant{ID: a.ID, Name: a.Name, Tenant: page.TenantRef{ID: a.Tenant, Name: a.TenantName}, RoleID: a.RoleID, Role: a.RoleName, BuiltIn: a.BuiltIn, Members: n.of(a.Tenant, a.Members), Scopes: n.of(a.Tenant, a.Scopes), ScopeType: a.ScopeType, Scope: scopeWord(a)}
	g.Known = allKnown(g.Members)
	if g.Name == "" {
		g.Name = "Assignment without a name"
	}
	if a.RoleID != "" {
		g.URL = roleURL(a.Tenant, a.RoleID)
	}
	return g
}

func (g grant) memberText() string { return joined(g.Members, named.holding) }

// over is for whom the role holds: by name where it is few groups.
func (g grant) over() string {
	if n := len(g.Scopes); n > 0 && n <= 3 && (g.ScopeType == "" || g.ScopeType == "resourceScope") {
		return joined(g.Scopes, named.label)
	}
	return g.Scope
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func grantColumns(m tenant.Membership) []page.Column[grant] {
	cs := []page.Column[grant]{{Key: "name", Label: "Assignment", Sort: "name", Text: func(g grant) string { return g.Name }}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(170, func(g grant) page.TenantRef { return g.Tenant }))
	}
	return append(cs,
		plain("role", "Role", "role", 1, 200, func(g grant) string { return g.Role }),
		wrapped(plain("members", "Members", "", 1, 280, grant.memberText)),
		onPhone("named", plain("scope", "Over", "", 1, 220, grant.over)).Usually(everything),
		page.Column[grant]{Key: "memberIDs", Label: "Member group ids", Exact: true, Text: func(g grant) string { return joined(g.Members, func(x named) string { return x.ID }) }},
		page.Column[grant]{Key: "scopes", Label: "Scope group ids", Exact: true, Text: func(g grant) string { return joined(g.Scopes, func(x named) string { return x.ID }) }},
		page.Column[grant]{Key: "id", Label: "Assignment id", Exact: true, Text: func(g grant) string { return g.ID }},
		page.Column[grant]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(g grant) string { return g.Tenant.ID.String() }},
	)
}
