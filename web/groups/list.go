package groups

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/tenantgroup"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// row is one group of the list, and of its JSON twin.
type row struct {
	ID         int64     `json:"id"`
	Name       string    `json:"name"`
	Rule       string    `json:"rule"` // in words
	Tags       []string  `json:"tags"`
	EveryTag   bool      `json:"every_tag"`
	Countries  []string  `json:"countries"`
	States     []string  `json:"states"`
	MinDevices int64     `json:"min_devices"`
	NamePart   string    `json:"name_part"`
	Count      int64     `json:"customers"` // within the reader's reach
	Staff      int64     `json:"staff"`     // people whose reach it decides
	ChangedAt  time.Time `json:"changed_at"`
	ChangedBy  string    `json:"changed_by"`
	URL        string    `json:"url"`

	now time.Time
}

func newRow(g tenantgroup.Group, now time.Time) row {
	r := row{ID: g.ID, Name: g.Name, Rule: words(g), Tags: g.Tags, EveryTag: g.EveryTag, Countries: g.Countries, States: []string{}, MinDevices: g.MinDevices, NamePart: g.NamePart,
		Count: g.Count, Staff: g.Staff, ChangedAt: g.ChangedAt.UTC(), ChangedBy: g.ChangedBy, URL: address(g.ID), now: now}
	for _, s := range g.States {
		r.States = append(r.States, string(s))
	}
	return r
}

func address(id int64) string { return "/groups/" + strconv.FormatInt(id, 10) }

// members is the list of customers that a group chooses.
func (r row) members() string { return "/tenants?group=" + strconv.FormatInt(r.ID, 10) }

var spec = page.Spec{Sorts: []string{"name", "customers", "changed"}, Placeholder: "Name, rule or tag"}

var columns = []page.Column[row]{
	{Key: "name", Label: "Group", Sort: "name", Width: 240, Text: func(r row) string { return r.Name }},
	{Key: "rule", Label: "Rule", Cell: func(r row) ui.Cell { return ui.TextCell(r.Rule) }, Text: func(r row) string { return r.Rule }},
	{Key: "customers", Label: "Customers", Kind: ui.KindNumber, Sort: "customers", Width: 120, Cell: func(r row) ui.Cell { return ui.NumberCell(r.Count, r.members()) }, Text: func(r row) string { return strconv.FormatInt(r.Count, 10) }},
	{Key: "staff", Label: "Staff by it", Kind: ui.KindNumber, Priority: 2, Width: 110, Cell: func(r row) ui.Cell { return ui.TextCell(ui.N(r.Staff)) }, Text: func(r row) string { return strconv.FormatInt(r.Staff, 10) }},
	{Key: "changed", Label: "Changed", Kind: ui.KindTime, Priority: 2, Sort: "changed", Width: 130, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.ChangedAt, r.now)) }, Text: func(r row) string { return r.ChangedAt.Format(time.RFC3339) }},
	{Key: "by", Label: "Changed by", Exact: true, Text: func(r row) string { return r.ChangedBy }},
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.After != "" {
		return errs.Show(errs.Invalid, "This list has one page only.")
	}
	all, err := h.Groups.List(r.Context(), m.Reach)
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	var rows []row
	for _, g := range all {
		if x := newRow(g, now); strings.Contains(strings.ToLower(x.Name+"\n"+x.Rule), strings.ToLower(q.Q)) {
			rows = append(rows, x)
		}
	}
	order(rows, q)
	l := page.List[row]{
		Title: "Groups", One: "group", Many: "groups", Caption: "Groups of customers", M: m, Query: q, Spec: spec, Columns: columns, Rows: rows, Count: int64(len(rows)),
		URL:     func(r row) string { return r.URL },
		Lead:    "Rules that choose customers, worked out whenever you look. Lists can be narrowed by them, and staff assigned.",
		Context: []ui.Crumb{{Text: "Portal"}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "group", Title: "No groups yet", Lines: []string{"A group is a rule over tags, country, connection, size and name."}},
	}
	if m.May(tenant.MayShare) {
		l.Actions = []ui.Action{{Text: "Add group", Icon: "add", Kind: ui.Primary, URL: "/groups/new"}}
	}
	return l.Serve(w, r)
}

func order(rows []row, q page.Query) {
	slices.SortStableFunc(rows, func(a, b row) int {
		c := 0
		switch q.Sort {
		case "customers":
			c = cmp.Compare(a.Count, b.Count)
		case "changed":
			c = a.ChangedAt.Compare(b.ChangedAt)
		}
		c = cmp.Or(c, cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
		if q.Desc {
			c = -c
		}
		return c
	})
}
