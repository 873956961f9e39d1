package roles

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/directoryrole"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/intunerole"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// directory lists who holds roles of a customer's directory. Of one customer these are few enough to be sorted here.
func (h *Handler) directory(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound
	}
	ctx := r.Context()
	var all []directoryrole.Holding
	if err := h.DirectoryRoles.Each(ctx, m.Scope, directoryrole.Filter{}, func(x directoryrole.Holding) error { all = append(all, x); return nil }); err != nil {
		return err
	}
	spec := page.Spec{ // whether somebody can sign in is not shown at first: Graph tells it of members of groups only
		Sorts: []string{"name", "role"}, Columns: []string{"account", "role", "through", "enabled", "since"}, Default: []string{"account", "role", "through", "since"},
		Placeholder: "Name, account", Filters: []page.Filter{directoryFilter(all, r.URL.Query()["role"])}, Alone: true,
	}
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.DirectoryRoles)
	if err != nil {
		return err
	}
	unseen, err := h.DirectoryRoles.Unseen(ctx, m.Scope, directoryrole.Filter{Roles: q.Values["role"]})
	if err != nil {
		return err
	}
	u := intunerole.Unseen{Groups: int64(unseen[m.Tenant.ID])}
	now := page.ChromeOf(ctx).Now
	rows := newHoldings(all, q, now)
	shown, next, err := page.Cut(rows, holding.key, q.After, pageSize)
	if err != nil {
		return err
	}
	l := page.List[holding]{
		Title: "Directory roles", One: "holding", Many: "holdings", Caption: "Who holds a role of the directory", M: m, Query: q, Spec: spec, Columns: directoryColumns(now), Rows: shown, Count: int64(len(rows)), Next: next,
		AsOf: read.AsOf, Freshness: unsure(fresh.Line(read, m, now), u), Actions: fresh.ReadNow(m), Above: directoryAbove(m, u), Each: page.AtHand(rows),
	}
	if len(rows) == 0 && !q.CSV {
		l.Empty = noneHold("Nobody holds a role of the directory", q, read, m, u.Groups > 0, "", now)
	}
	return l.Serve(w, r)
}

// directoryFilter offers the roles that somebody holds. What else is asked for, as by a link to a role that was taken from its last holder, stays.
func directoryFilter(held []directoryrole.Holding, asked []string) page.Filter {
	f := page.Filter{Name: "role", Label: "Role", Options: []page.Option{}}
	names := map[string]string{}
	for _, id := range asked {
		names[id] = gdap.RoleName(id)
	}
	for _, x := range held {
		names[x.Role] = verdict.DirectoryRole(x)
	}
	for id, name := range names {
		f.Options = append(f.Options, page.Option{Value: id, Label: name})
	}
	slices.SortFunc(f.Options, func(a, b page.Option) int {
		return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.Value, b.Value))
	})
	return f
}

// holding is one role that somebody holds, over the directory or a part of it.
type holding struct {
	ID      string    `json:"id"` // of the assignment
	Holder  string    `json:"object_id"`
	Type    string    `json:"type"`
	Name    string    `json:"name"` // empty: the portal may not read it
	UPN     string    `json:"upn"`
	RoleID  string    `json:"role_id"`
	Role    string    `json:"role"`
	Scope   string    `json:"scope"` // "/" is the whole directory
	GroupID string    `json:"group_id,omitempty"`
	Group   string    `json:"group,omitempty"` // by which it is held
	Enabled *bool     `json:"account_enabled"` // null: not known
	Since   time.Time `json:"first_read_at"`

	over string
}

func newHoldings(all []directoryrole.Holding, q page.Query, now time.Time) []holding {
	text, rows := strings.ToLower(q.Q), []holding{}
	for _, x := range all {
		if roles := q.Values["role"]; len(roles) > 0 && !slices.Contains(roles, x.Role) || text != "" && !strings.Contains(strings.ToLower(x.Name+"\n"+x.UPN), text) {
			continue
		}
		rows = append(rows, holding{
			ID: x.ID, Holder: x.Principal, Type: x.Type, Name: x.Name, UPN: x.UPN, RoleID: x.Role, Role: verdict.DirectoryRole(x), Scope: x.Scope, GroupID: x.Group, Group: x.GroupName, Enabled: x.Enabled, Since: x.Since.UTC(),
			over: verdict.DirectoryRoleOver(x),
		})
	}
	slices.SortStableFunc(rows, func(a, b holding) int {
		first := strings.Compare(strings.ToLower(a.title()), strings.ToLower(b.title()))
		if q.Sort == "role" {
			first = cmp.Or(strings.Compare(a.Role, b.Role), first)
		}
		c := cmp.Or(first, strings.Compare(a.key(), b.key()))
		if q.Desc {
			return -c
		}
		return c
	})
	return rows
}

func (x holding) key() string { return x.ID + "." + x.Holder + "." + x.GroupID }

func (x holding) as() holder {
	return holder{ID: x.Holder, Type: x.Type, Name: x.Name, UPN: x.UPN, Enabled: x.Enabled}
}

func (x holding) title() string { return x.as().title() }

func (x holding) through() string {
	switch {
	case x.Group != "":
		return x.Group
	case x.GroupID != "":
		return x.GroupID
	case x.Type == "servicePrincipal":
		return "Program"
	}
	return ownAccount
}

const ownAccount = "Own account"

func directoryColumns(now time.Time) []page.Column[holding] {
	return []page.Column[holding]{
		{Key: "name", Label: "Holder", Sort: "name", Wrap: true, Text: holding.title},
		onPhone("hide", plain("account", "Account", "", 1, 260, func(x holding) string { return x.as().account() })),
		wrapped(plain("role", "Role", "role", 1, 260, func(x holding) string { return x.over })),
		onPhone("named", plain("through", "Through", "", 1, 180, holding.through)).Usually(ownAccount),
		onPhone("named", plain("enabled", "Can sign in", "", 1, 110, func(x holding) string { return x.as().enabled() })).Usually("Yes"),
		{Key: "since", Label: "First read", Kind: ui.KindTime, Priority: 2, Width: 120, Phone: "hide", Text: func(x holding) string { return page.Stamp(&x.Since) }, Cell: func(x holding) ui.Cell { return ui.TimeCell(ui.NewTime(x.Since, now)) }},
		{Key: "roleID", Label: "Role id", Exact: true, Text: func(x holding) string { return x.RoleID }},
		{Key: "scope", Label: "Scope", Exact: true, Text: func(x holding) string { return x.Scope }},
		{Key: "id", Label: "Object id", Exact: true, Text: func(x holding) string { return x.Holder }},
		{Key: "type", Label: "Object type", Exact: true, Text: func(x holding) string { return x.Type }},
	}
}

// noneHold is a list of holders without a row. That nobody holds it is said only where everything was looked into.
func noneHold(nobody string, q page.Query, read graphsync.Freshness, m tenant.Membership, unseen bool, lead string, now time.Time) ui.Empty {
	switch {
	case read.Read == 0 || q.Q != "":
		return fresh.Empty(holderNoun, read, m, fresh.Search{Narrowed: q.Narrowed(), Clear: q.Clear()}, now)
	case unseen:
		return ui.Empty{Kind: ui.EmptyNotRead, Icon: "person_key", Title: "Who holds it is not known", Lines: []string{"A group that holds it was not looked into."}, ActionURL: fresh.SyncURL(m, graphsync.Groups), ActionText: "Show the sync"}
	}
	e := ui.Empty{Kind: emptyKind(q), Icon: "person_key", Title: nobody, Lines: []string{"Read completely " + ui.NewTime(read.AsOf, now).Text + "."}, ActionURL: lead, ActionText: "Show the role"}
	if q.Narrowed() {
		e.Title, e.ActionURL, e.ActionText = "Nobody holds this role", q.Clear(), "Show all directory roles"
	}
	if e.ActionURL == "" {
		e.ActionText = ""
	}
	return e
}
