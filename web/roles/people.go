package roles

import (
	"context"
	"net/http"
	"net/url"
	"slices"
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

func whoTitle(action string) string {
	if action == intunerole.Wipe {
		return "Who can wipe devices"
	}
	return "Who can: " + actionWord(action)
}

// enoughPeople is how far people are counted of whom a frequent text is a part: see page.Enough.
const enoughPeople = 1000

var holderNoun = fresh.Noun{One: "person", Many: "people", Icon: "person_key"}

// chosenAction is the one permission that a view is about; without a choice it is the wipe.
func chosenAction(q page.Query) (string, error) {
	switch can := q.Values["can"]; len(can) {
	case 0:
		return intunerole.Wipe, nil
	case 1:
		return can[0], nil
	}
	return "", errs.ShowNext(errs.Invalid, "This view is about one permission at a time.", "Choose one of them.")
}

// people lists who holds a role that allows a thing, through which groups: as far as groups were read, and what was not is said.
func (h *Handler) people(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx := r.Context()
	ops, err := h.operations(ctx, m)
	if err != nil {
		return err
	}
	spec := withCustomer(m, page.Spec{
		Sorts: []string{"name"}, Columns: []string{"account", "roles", "through", "over", "enabled"}, Default: []string{"account", "roles", "through", "over", "enabled"},
		Placeholder: "Name, account", Filters: []page.Filter{canFilter(ops)},
	})
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	can, err := chosenAction(q)
	if err != nil {
		return err
	}
	f := intunerole.HolderFilter{Can: []string{can}, Q: q.Q, Sort: q.Sort, Desc: q.Desc, After: q.After, Limit: pageSize, CountMost: min(page.CountMost(r), enoughPeople)}
	if f.Tenants, err = q.Customers(); err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.Groups)
	if err != nil {
		return err
	}
	found, err := h.Roles.Holders(ctx, m.Scope, f)
	if err != nil {
		return err
	}
	allowed, err := h.Roles.AllowedBy(ctx, m.Scope, can, f.Tenants)
	if err != nil {
		return err
	}
	allow, unseen := allowed.Roles, allowed.Unseen
	now := page.ChromeOf(ctx).Now
	l := page.List[holder]{
		Title: whoTitle(can), One: holderNoun.One, Many: holderNoun.Many, M: m, Query: q, Spec: spec, Columns: holderColumns(m), URL: func(holder) string { return "" },
		Count: found.Count, More: found.More, Next: found.Next, AsOf: read.AsOf, Freshness: unsure(fresh.Line(read, m, now), unseen), Above: whoAbove(m, newWho(m, "/roles/who/people", can, allow, read, unseen)),
		Each: page.Streamed(func(ctx context.Context, each func(intunerole.Holder) error) error {
			return h.Roles.EachHolder(ctx, m.Scope, f, each)
		}, newHolder),
	}
	for _, x := range found.Rows {
		l.Rows = append(l.Rows, newHolder(x))
	}
	if len(l.Rows) == 0 && !q.CSV {
		if l.Empty, err = h.noHolder(ctx, m, q, f, read, unseen, now); err != nil {
			return err
		}
	}
	return l.Serve(w, r)
}

// unsure keeps a line from being green where who is in some group is not known.
func unsure(f ui.Freshness, u intunerole.Unseen) ui.Freshness {
	if u.Groups > 0 && f.State == ui.ShapeOK {
		f.State = ui.ShapePartial
	}
	return f
}

// noHolder is the view without a row. It says that nobody can only where everything was looked into.
func (h *Handler) noHolder(ctx context.Context, m tenant.Membership, q page.Query, f intunerole.HolderFilter, read graphsync.Freshness, u intunerole.Unseen, now time.Time) (ui.Empty, error) {
	if read.Read == 0 || q.Q != "" {
		all := f
		all.Q, all.Limit = "", 1
		found, err := h.Roles.Holders(ctx, m.Scope, all)
		return fresh.Empty(holderNoun, read, m, fresh.Search{Narrowed: true, Clear: q.Clear(), Total: found.Count}, now), err
	}
	e := ui.Empty{Kind: emptyKind(q), Icon: "person_key", Title: "Nobody holds an Intune role that allows this", ActionURL: m.Path("/roles/who"), ActionText: "Show the assignments",
		Lines: []string{"Groups were read completely " + ui.NewTime(read.AsOf, now).Text + ". Directory roles such as Intune Administrator and Global Administrator can do it all the same; they are not in this list."}}
	if u.Groups > 0 {
		e.Kind, e.Title, e.Lines = ui.EmptyNotRead, "Who can is not known", []string{"The groups that hold such a role were not looked into."}
	}
	return e, nil
}

// emptyKind is that of a view without a row. To choose another permission narrows the list, but what is said of it is no less whole.
func emptyKind(q page.Query) string {
	if q.Narrowed() {
		return ui.EmptyNoMatch
	}
	return ui.EmptyNone
}

// holder is one person of the list.
type holder struct {
	ID      string         `json:"id"`
	Type    string         `json:"type"`
	Name    string         `json:"name"` // empty: the portal may not read it
	UPN     string         `json:"upn"`
	Tenant  page.TenantRef `json:"tenant"`
	Enabled *bool          `json:"account_enabled"` // null: not known
	Nested  bool           `json:"nested"`          // only through a group inside one that holds the role
	Roles   []string       `json:"roles"`
	Through []string       `json:"assignments"`
	Over    []string       `json:"over"`
}

func newHolder(x intunerole.Holder) holder {
	h := holder{ID: x.ID, Type: x.Type, Name: x.Name, UPN: x.UPN, Tenant: page.TenantRef{ID: x.Tenant, Name: x.TenantName}, Enabled: x.Enabled, Nested: x.Nested, Roles: x.Roles, Through: x.Assignments}
	for _, s := range x.Scopes {
		h.Over = append(h.Over, scopeTypeWord(s))
	}
	return h
}

// title is what the row is called; somebody whose name may not be read has an id.
func (h holder) title() string {
	switch {
	case h.Name != "":
		return h.Name
	case h.UPN != "":
		return h.UPN
	}
	return h.ID
}

func (h holder) account() string {
	switch {
	case h.UPN != "":
		return h.UPN
	case h.Type == "user":
		return "Unknown"
	}
	return holderTypes[h.Type]
}

var holderTypes = map[string]string{"servicePrincipal": "an application", "device": "a device"}

func (h holder) through() string {
	s := strings.Join(h.Through, ", ")
	if h.Nested {
		s += ", by a group inside"
	}
	return s
}

func (h holder) enabled() string {
	switch {
	case h.Enabled == nil:
		return "Unknown"
	case *h.Enabled:
		return "Yes"
	}
	return "No"
}

func holderColumns(m tenant.Membership) []page.Column[holder] {
	cs := []page.Column[holder]{{Key: "name", Label: "Person", Sort: "name", Wrap: true, Text: holder.title}}
	if !m.One() {
		cs = append(cs, page.CustomerColumn(172, func(h holder) page.TenantRef { return h.Tenant }))
	}
	return append(cs,
		onPhone("hide", plain("account", "Account", "", 1, 230, holder.account)),
		plain("roles", "Roles", "", 1, 170, func(h holder) string { return strings.Join(h.Roles, ", ") }),
		onPhone("hide", plain("through", "Through", "", 2, 200, holder.through)),
		onPhone("named", plain("over", "Over", "", 2, 160, func(h holder) string { return strings.Join(h.Over, "; ") })).Usually(everything),
		onPhone("named", plain("enabled", "Can sign in", "", 1, 110, holder.enabled)).Usually("Yes"),
		page.Column[holder]{Key: "id", Label: "Object id", Exact: true, Text: func(h holder) string { return h.ID }},
		page.Column[holder]{Key: "type", Label: "Object type", Exact: true, Text: func(h holder) string { return h.Type }},
		page.Column[holder]{Key: "tenant", Label: "Tenant id", Exact: true, Text: func(h holder) string { return h.Tenant.ID.String() }},
	)
}

// who is what both views of a permission say before their rows: what they can tell, and what they cannot.
type who struct {
	allow, allowURL string // how many roles allow it
	shown           bool   // something was read
	views           ui.Segments
	unseen          []string
	beside          string // what is in neither view
	full            ui.Link
}

func newWho(m tenant.Membership, path, can string, roles int64, read graphsync.Freshness, u intunerole.Unseen) who {
	query := "?can=" + url.QueryEscape(can)
	w := who{shown: read.Read > 0, allow: ui.Count(roles, "role allows", "roles allow") + " this: " + actionWord(can), allowURL: m.Path("/roles") + query}
	w.beside = "Directory roles such as Intune Administrator and Global Administrator can do this too, and so can programs with a permission of their own; neither is in this list."
	w.full = ui.Link{Text: "Who holds such a directory role, GDAP with it", URL: m.Path("/access") + "?who=wipe"}
	if can == intunerole.Wipe {
		w.full.Text = "Who could wipe at all: by directory roles, GDAP and Intune roles"
	}
	w.views = ui.Segments{Label: "Shown by", Items: []ui.Segment{
		{Text: "By assignment", URL: m.Path("/roles/who") + query, Current: path == "/roles/who"}, {Text: "By person", URL: m.Path("/roles/who/people") + query, Current: path != "/roles/who"},
	}}
	w.unseen = unseenSaid(m, u)
	return w
}

// notes are what the rows do not tell.
func (w who) notes() []string {
	if !w.shown {
		return w.unseen
	}
	return append(slices.Clip(w.unseen), w.beside)
}

// unseenSaid is what is not known of who holds a role.
func unseenSaid(m tenant.Membership, u intunerole.Unseen) (said []string) {
	if u.Groups > 0 {
		where := ""
		if !m.One() {
			where = " at " + ui.Count(u.Tenants, "customer", "customers")
		}
		said = append(said, "Not known: who is in "+ui.Count(u.Groups, "group that holds", "groups that hold")+" such a role"+where+". That takes GroupMember.Read.All, which comes with groups in the consent, and a complete reading of groups.")
	}
	if u.Gone > 0 {
		said = append(said, ui.Count(u.Gone, "group that holds", "groups that hold")+" such a role no longer in the directory: nobody holds it through "+map[bool]string{true: "that", false: "those"}[u.Gone == 1]+".")
	}
	return said
}
