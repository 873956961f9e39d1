package relationships

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/gdap"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/group"
	"github.com/tenantry/tenantry/internal/guest"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// maxChanges is how much of the history a page shows.
const maxChanges = 50

func (h *Handler) show(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	ctx := r.Context()
	x, err := h.find(r, m)
	if err != nil {
		return err
	}
	changes, err := h.Relationships.Changes(ctx, m.Scope, x.ID, maxChanges)
	if err != nil {
		return err
	}
	read, err := h.Sync.Freshness(ctx, tenant.Only(h.Tenants.Home()), graphsync.Relationships)
	if err != nil {
		return err
	}
	v := view{row: newRower(read, page.ChromeOf(ctx).Now)(x), AsOf: page.Moment(read.AsOf), Access: []access{}, Changes: []change{}, m: m, fresh: h.line(read, m, page.ChromeOf(ctx).Now), late: read.Late > 0, seen: x.FirstSeenAt}
	ids := make([]string, 0, len(x.Assignments))
	refs := make([]group.Ref, 0, len(x.Assignments))
	for _, a := range x.Assignments {
		ids, refs = append(ids, a.Group), append(refs, group.Ref{Tenant: x.Home, ID: a.Group})
	}
	groups, err := h.Groups.Find(ctx, tenant.Only(x.Home), refs)
	if err != nil {
		return err
	}
	members, err := h.Groups.Members(ctx, x.Home, ids)
	if err != nil {
		return err
	}
	for _, a := range x.Assignments {
		in, known := members[a.Group]
		v.Access = append(v.Access, newAccess(a, groups[group.Ref{Tenant: x.Home, ID: a.Group}], in, known))
	}
	for _, c := range changes {
		v.Changes = append(v.Changes, change{c.At, c.Field, c.Old, c.New})
	}
	if v.Blocked, err = h.blocked(ctx, x, v.Access); err != nil {
		return err
	}
	if v.acts, err = h.actsOf(ctx, m, x); err != nil {
		return err
	}
	if x.Status == gdap.Pending {
		v.Approval = gdap.ApprovalLink(h.AdminCenter, x.ID)
	}
	return page.Answer(w, r, v, relationshipPage(page.Shell(r, m, v.Name), v))
}

// view is what a relationship's page shows, and its JSON twin.
type view struct {
	row
	AsOf     *time.Time `json:"as_of"`
	Access   []access   `json:"access"`
	Changes  []change   `json:"changes"`
	Blocked  []string   `json:"blocked_by_guest_account"` // people in these groups with a guest account there
	Approval string     `json:"approval_link,omitempty"`

	acts  acts
	m     tenant.Membership
	fresh ui.Freshness
	late  bool
	seen  time.Time
}

// access is one group of the partner and what it holds.
type access struct {
	Group  string   `json:"group_id"`
	Name   string   `json:"group"` // empty: not read
	Status string   `json:"status"`
	Roles  []string `json:"roles"`
	Known  bool     `json:"people_known"`
	People []person `json:"people"`
}

// person is somebody in such a group.
type person struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	UPN     string `json:"upn"`
	Nested  bool   `json:"nested"` // only through a group inside
	Enabled *bool  `json:"account_enabled"`
}

type change struct {
	At    time.Time `json:"at"`
	Field string    `json:"field"`
	Old   string    `json:"old"`
	New   string    `json:"new"`
}

func newAccess(a gdap.Assignment, g group.Group, in []group.Member, known bool) access {
	x := access{Group: a.Group, Name: g.Name, Status: a.Status, Roles: []string{}, Known: known, People: []person{}}
	for _, id := range a.Roles {
		x.Roles = append(x.Roles, gdap.RoleName(id))
	}
	for _, m := range in {
		if m.Type != "group" {
			x.People = append(x.People, person{m.ID, m.Name, m.UPN, !m.Direct, m.Enabled})
		}
	}
	return x
}

// blocked are the people in the groups who have a guest account at the customer: Microsoft then takes that account, and what GDAP gives them
// there does not count (AADSTS50020, AADSTS50177).
func (h *Handler) blocked(ctx context.Context, x gdap.Relationship, in []access) (names []string, err error) {
	names = []string{}
	if !x.Known {
		return names, nil
	}
	err = h.Guests.Each(ctx, tenant.Only(x.Customer), guest.Filter{}, func(g guest.Guest) error {
		for _, a := range in {
			for _, p := range a.People {
				if p.UPN != "" && strings.EqualFold(g.Address, p.UPN) && !has(names, p.UPN) {
					names = append(names, p.UPN)
				}
			}
		}
		return nil
	})
	return names, err
}

// The parts of the page, ready to print.

func (v view) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "GDAP relationships", URL: v.m.Path("/relationships")}}, Title: v.Name, Freshness: v.fresh}
	if v.m.One() {
		chip := page.Chip(v.m.Tenant, "")
		h.Tenant = &chip
	}
	return h
}

func (v view) facts() ui.Facts {
	f := ui.Facts{Wide: true, Items: []ui.Fact{{Label: "State", Value: ui.Cell{State: &v.state}}}}
	if !v.m.One() {
		f.Items = append(f.Items, ui.Fact{Label: "Customer", Value: v.customerCell()})
	}
	return ui.Facts{Wide: true, Items: append(f.Items,
		ui.Fact{Label: "Ends", Value: day(v.EndsAt, v.now)}, ui.Fact{Label: "When it ends", Value: ui.TextCell(v.extension())},
		ui.Fact{Label: "Active since", Value: day(v.ActivatedAt, v.now)}, ui.Fact{Label: "Made", Value: day(v.CreatedAt, v.now)}, ui.Fact{Label: "Relationship id", Value: ui.MonoCell(v.ID)},
	)}
}

func (v view) superseded() bool { return v.Status == gdap.Active && !v.Effective && v.GoneAt == nil }

func (v view) accessTable() ui.Table {
	t := ui.Table{ID: "access", Caption: "Groups of the partner that hold roles by this relationship", Inset: true, Columns: []ui.Column{
		{Key: "group", Label: "Group"}, {Key: "roles", Label: "Roles", Phone: "line"}, {Key: "status", Label: "Assignment"}, {Key: "people", Label: "People", Phone: "line"},
	}}
	for _, a := range v.Access {
		name := a.Name
		if name == "" {
			name = a.Group
		}
		status := ui.StateCell(ui.ShapeOK, "Active")
		if !strings.EqualFold(a.Status, "active") {
			status = ui.StateCell(ui.ShapePending, a.Status)
		}
		if v.late && strings.EqualFold(a.Status, "active") {
			status = ui.StateCell(ui.ShapeStale, "Was: active")
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, Cells: []ui.Cell{ui.TextCell(join(a.Roles)), status, a.peopleCell()}})
	}
	return t
}

func (a access) peopleCell() ui.Cell {
	if !a.Known {
		return ui.UnknownCell("not read")
	}
	if len(a.People) == 0 {
		return ui.TextCell("Nobody")
	}
	var names []string
	for _, p := range a.People {
		n := p.Name
		if n == "" {
			n = p.ID
		}
		switch {
		case p.Enabled != nil && !*p.Enabled && p.Nested:
			n += " (cannot sign in; by a group inside)"
		case p.Enabled != nil && !*p.Enabled:
			n += " (cannot sign in)"
		case p.Nested:
			n += " (by a group inside)"
		}
		names = append(names, n)
	}
	return ui.Cell{Text: join(names), Title: join(names)}
}

func (v view) timeline() ui.Timeline {
	var t ui.Timeline
	for _, c := range v.Changes {
		e := ui.Event{When: ui.NewTime(c.At, v.now), Icon: "edit", Text: fieldWords[c.Field] + " changed", From: v.valueWord(c.Field, c.Old), To: v.valueWord(c.Field, c.New)}
		switch {
		case c.Field == "gone" && c.New == "true":
			e.Icon, e.Tone, e.Text, e.From, e.To = "delete", "bad", "No longer listed by Microsoft", "", ""
		case c.Field == "gone":
			e.Text, e.From, e.To = "Listed by Microsoft again", "", ""
		}
		t = append(t, e)
	}
	return append(t, ui.Event{When: ui.NewTime(v.seen, v.now), Icon: "eye", Text: "First seen by the portal", Detail: "Changes before this are not known here."})
}

// valueWord words an old or new value; lists come as Postgres writes them.
func (v view) valueWord(field, value string) string {
	switch field {
	case "status":
		if w := statusWords[value]; w != "" {
			return w
		}
	case "roles", "groups":
		var words []string
		for _, id := range ids(value) {
			words = append(words, v.groupName(gdap.RoleName(id)))
		}
		value = join(words)
	case "ends_at":
		if at, err := time.Parse("2006-01-02 15:04:05Z07", value); err == nil {
			return ui.Date(at, v.now)
		}
	}
	if value == "" {
		return "nothing"
	}
	return value
}

// ids are those of an array as Postgres writes it into the history.
func ids(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("{},", r) })
}

func (v view) groupName(id string) string {
	for _, a := range v.Access {
		if a.Group == id && a.Name != "" {
			return a.Name
		}
	}
	return id
}

func section(title string, rule bool) ui.Section { return ui.Section{Title: title, Rule: rule} }
