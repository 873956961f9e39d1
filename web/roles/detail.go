package roles

import (
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

// Limits of the page; a role has rarely more.
const (
	maxGrants  = 200
	maxChanges = 50
)

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	if !m.One() {
		return errs.NotFound // a role is only ever shown inside its tenant
	}
	id, err := page.Param(r, "role")
	if err != nil {
		return err
	}
	ctx := r.Context()
	x, err := h.Roles.Get(ctx, m.Tenant.ID, id)
	if err != nil {
		return err
	}
	given, err := h.Roles.Assignments(ctx, m.Scope, intunerole.AssignmentFilter{RoleID: id, Limit: maxGrants})
	if err != nil {
		return err
	}
	ops, err := h.Roles.Operations(ctx, m.Tenant.ID)
	if err != nil {
		return err
	}
	changes, err := h.Roles.Changes(ctx, m.Tenant.ID, id, maxChanges)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, m.Scope, graphsync.IntuneRoles)
	if err != nil {
		return err
	}
	names := h.namer(m.Scope)
	if err := names.learn(ctx, given.Rows...); err != nil {
		return err
	}
	held, err := h.Roles.Holders(ctx, m.Scope, intunerole.HolderFilter{Role: id, Limit: 1})
	if err != nil {
		return err
	}
	v := newView(m, x, given.Rows, names, ops, changes, read, page.ChromeOf(ctx).Now)
	v.Held = held.Count
	return page.Answer(w, r, v, rolePage(page.Shell(r, m, v.Name), v))
}

// view is what a role's page shows, and its JSON twin.
type view struct {
	row
	AsOf    *time.Time   `json:"as_of"`
	Allowed []permission `json:"allowed"`
	Denied  []permission `json:"denied"`
	Grants  []grant      `json:"assigned_to"`
	Held    int64        `json:"holders"` // people in groups that it is given to, as far as those were read
	Changes []change     `json:"changes"`

	role  intunerole.Role
	m     tenant.Membership
	fresh ui.Freshness
	read  graphsync.Freshness
	now   time.Time
}

// permission is one resource action in words.
type permission struct {
	Action      string `json:"action"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// change is one entry of the history.
type change struct {
	At      time.Time `json:"at"`
	Field   string    `json:"field"`
	Subject string    `json:"subject,omitempty"`
	Old     string    `json:"old"`
	New     string    `json:"new"`
}

func newView(m tenant.Membership, x intunerole.Role, given []intunerole.Assignment, names *namer, ops []intunerole.Operation, changes []intunerole.Change, read graphsync.Freshness, now time.Time) view {
	v := view{row: newRower(now)(x), AsOf: page.Moment(read.AsOf), Allowed: []permission{}, Denied: []permission{}, Grants: []grant{}, Changes: []change{}, role: x, m: m, fresh: fresh.Line(read, m, now), read: read, now: now}
	known := map[string]intunerole.Operation{}
	for _, o := range ops {
		known[o.ID] = o
	}
	word := func(ids []string) []permission {
		out := []permission{}
		for _, id := range ids {
			p := permission{Action: id, Name: actionWord(id)}
			if o, ok := known[id]; ok {
				p.Name, p.Description = operationWord(o), o.Description
			}
			out = append(out, p)
		}
		return out
	}
	v.Allowed, v.Denied = word(x.Allowed), word(x.Denied)
	for _, a := range given {
		v.Grants = append(v.Grants, newGrant(a, names))
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, change{c.At, c.Field, c.Subject, c.Old, c.New})
	}
	return v
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Intune roles", URL: v.m.Path("/roles")}}, Title: v.Name, Freshness: v.fresh}
}

func (v view) banner() *ui.Banner {
	if v.GoneAt != nil {
		return &ui.Banner{Kind: "unknown", Shape: ui.ShapeNone, Title: "This role is no longer in Intune.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, v.now).Title + " did not have it any more. The page shows what was read before."}
	}
	if v.read.Late > 0 {
		return &ui.Banner{Kind: "unknown", Title: "You see the state of " + v.fresh.AsOf.Text + ".", Text: strings.TrimSpace(v.read.Error.Sentence + " The last complete reading is older than its target."), ActionText: "Show the sync", ActionURL: fresh.SyncURL(v.m, v.read.Dataset)}
	}
	return nil
}

func (v view) facts() ui.Facts {
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Kind", Value: ui.TextCell(v.kind())}, {Label: "Assignments", Value: ui.TextCell(ui.N(int64(v.Assignments)))}, {Label: "Permissions", Value: ui.TextCell(ui.N(int64(v.Actions)))},
		{Label: "Can wipe", Value: ui.TextCell(v.wipe())}, {Label: "Role id", Value: ui.MonoCell(v.ID)},
	}}
}

func (v view) grantSection() ui.Section {
	s := ui.Section{Title: "Given to", Count: ui.N(int64(len(v.Grants))), AsOf: v.fresh.AsOf, Late: v.read.Late > 0}
	if v.Held > 0 {
		s.Link = ui.Link{Text: ui.Count(v.Held, "person holds it", "people hold it"), URL: heldURL(v.m.Tenant.ID, v.ID)}
	}
	return s
}

func (v view) grantTable() ui.Table {
	t := ui.Table{ID: "assignments", Caption: "Assignments of this role", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Assignment"}, {Key: "members", Label: "Member groups", Phone: "line"}, {Key: "scope", Label: "Over"}, {Key: "scopes", Label: "Scope groups", Phone: "line"},
	}}
	for _, g := range v.Grants {
		t.Rows = append(t.Rows, ui.Row{Name: g.Name, Cells: []ui.Cell{groupCell(g.Members, named.holding), ui.TextCell(g.Scope), groupCell(g.Scopes, named.label)}})
	}
	return t
}

func groupCell(list []named, word func(named) string) ui.Cell {
	if len(list) == 0 {
		return ui.DashCell()
	}
	return ui.Cell{Text: joined(list, word), Title: joined(list, func(g named) string { return g.ID })}
}

// grantNote says what is not known of who holds the role.
func (v view) grantNote() string {
	for _, g := range v.Grants {
		if !g.Known {
			return "Who is in some of these groups is not known. That takes GroupMember.Read.All, which comes with groups in the consent, and a complete reading of groups."
		}
	}
	return "People are counted through groups inside a group too."
}

func (v view) permissionTable(id string, of []permission) ui.Table {
	t := ui.Table{ID: id, Caption: "Permissions of this role", Inset: true, Light: true, Columns: []ui.Column{{Key: "name", Label: "Permission"}, {Key: "description", Label: "What it opens", Priority: 2}, {Key: "action", Label: "Name in Graph", Kind: ui.KindMono, Priority: 3}}}
	for _, p := range of {
		t.Rows = append(t.Rows, ui.Row{Name: p.Name, URL: v.m.Path("/roles/who") + "?can=" + url.QueryEscape(p.Action), Cells: []ui.Cell{ui.TextCell(p.Description), ui.MonoCell(p.Action)}})
	}
	if !slices.ContainsFunc(of, func(p permission) bool { return p.Description != "" }) { // Graph describes few
		t = t.Pick([]string{"action"})
	}
	return t
}

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	for _, c := range v.Changes {
		e := ui.Event{When: ui.NewTime(c.At, v.now), Icon: "edit", Text: strings.TrimSpace(fieldWord(c.Field)+" "+quoted(c.Subject)) + " changed", From: short(c.Old), To: short(c.New)}
		switch {
		case c.Field == "assignment" && c.New == "":
			e.Icon, e.Text, e.From, e.To = "delete", "Assignment "+quoted(c.Subject)+" taken away", "", ""
		case c.Field == "assignment":
			e.Icon, e.Text, e.From, e.To = "person", "Assignment "+quoted(c.Subject)+" given", "", ""
		case c.Field == "gone" && c.New == "true":
			e.Icon, e.Tone, e.Text, e.From, e.To = "delete", "bad", "No longer in Intune", "", ""
		case c.Field == "gone":
			e.Text, e.From, e.To = "In Intune again", "", ""
		}
		t = append(t, e)
	}
	if !v.role.FirstSeenAt.IsZero() {
		t = append(t, ui.Event{When: ui.NewTime(v.role.FirstSeenAt, v.now), Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
	}
	return t
}

func fieldWord(field string) string {
	if w, ok := fieldWords[field]; ok {
		return w
	}
	return field
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "“" + s + "”"
}

// short words an old or new value; of lists they are what went and what came.
func short(s string) string {
	if s == "" {
		return "nothing"
	}
	if r := []rune(s); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return s
}

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
