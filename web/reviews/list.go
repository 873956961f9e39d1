package reviews

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/review"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// row is one customer of the list, and its JSON twin.
type row struct {
	ID     string     `json:"id"`
	Name   string     `json:"name"`
	State  string     `json:"state"` // overdue, due, planned, never, none
	Next   *time.Time `json:"next_on"`
	Last   *time.Time `json:"last_review_at"`
	By     string     `json:"last_review_by"`
	Holder string     `json:"holder"`
	Handed int        `json:"handed"` // findings that are handed to somebody
	URL    string     `json:"url"`

	tenant tenant.Tenant
	now    time.Time
}

// soon is how long before its day a review counts as due.
const soon = 7 * 24 * time.Hour

var states = []page.Option{{Value: "overdue", Label: "Overdue"}, {Value: "due", Label: "Due within a week"}, {Value: "planned", Label: "Planned"}, {Value: "none", Label: "No day set"}, {Value: "never", Label: "Never reviewed"}}

// stateOf is where a customer stands. One that was never reviewed and has no day is never, not none.
func stateOf(s review.Standing, now time.Time) string {
	today := now.UTC().Truncate(24 * time.Hour)
	switch next := s.Plan.NextOn; {
	case next.IsZero() && s.Number == 0:
		return "never"
	case next.IsZero():
		return "none"
	case next.Before(today):
		return "overdue"
	case next.Before(today.Add(soon)):
		return "due"
	}
	return "planned"
}

func (r row) cell() ui.Cell {
	switch r.State {
	case "overdue":
		return ui.StateCell(ui.ShapeBad, "Overdue")
	case "due":
		return ui.StateCell(ui.ShapeWarn, "Due")
	case "planned":
		return ui.StateCell(ui.ShapePending, "Planned")
	case "never":
		return ui.StateCell(ui.ShapeUnknown, "Never reviewed")
	}
	return ui.StateCell(ui.ShapeNone, "No day set")
}

var spec = page.Spec{Sorts: []string{"next", "name", "last"}, Placeholder: "Customer", Filters: []page.Filter{{Name: "state", Label: "State", Options: states}, {Name: "holder", Label: "Who has it"}}}

func dayCell(t *time.Time, now time.Time) ui.Cell {
	if t == nil {
		return ui.TextCell("")
	}
	return ui.TextCell(ui.Date(*t, now))
}

var columns = []page.Column[row]{
	{Key: "name", Label: "Customer", Sort: "name", Text: func(r row) string { return r.Name }},
	{Key: "state", Label: "Review", Kind: ui.KindState, Width: 170, Cell: row.cell, Text: func(r row) string { return r.State }},
	{Key: "next", Label: "Next", Sort: "next", Width: 130, Cell: func(r row) ui.Cell { return dayCell(r.Next, r.now) }, Text: func(r row) string { return page.Stamp(r.Next) }},
	{Key: "holder", Label: "Who has it", Priority: 2, Width: 240, Cell: func(r row) ui.Cell { return ui.TextCell(r.Holder) }, Text: func(r row) string { return r.Holder }},
	{Key: "last", Label: "Last", Kind: ui.KindTime, Sort: "last", Width: 120, Cell: func(r row) ui.Cell { return lastCell(r) }, Text: func(r row) string { return page.Stamp(r.Last) }},
	{Key: "by", Label: "Signed off by", Priority: 3, Width: 240, Cell: func(r row) ui.Cell { return ui.QuietCell(r.By) }, Text: func(r row) string { return r.By }},
	{Key: "handed", Label: "Handed over", Kind: ui.KindNumber, Priority: 2, Width: 120, Cell: func(r row) ui.Cell { return ui.TextCell(ui.N(int64(r.Handed))) }, Text: func(r row) string { return ui.N(int64(r.Handed)) }},
	{Key: "id", Label: "Tenant", Exact: true, Text: func(r row) string { return r.ID }},
}

func lastCell(r row) ui.Cell {
	if r.Last == nil {
		return ui.QuietCell("never")
	}
	return ui.TimeCell(ui.NewTime(*r.Last, r.now))
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	all, err := h.rows(r.Context(), m, page.ChromeOf(r.Context()).Now)
	if err != nil {
		return err
	}
	found := slices.DeleteFunc(all, func(x row) bool { return !matches(x, q) })
	slices.SortFunc(found, func(a, b row) int { return order(a, b, q) })
	shown, next, err := page.Cut(found, func(x row) string { return x.ID }, q.After, pageSize)
	if err != nil {
		return err
	}
	return page.List[row]{
		Title: "Reviews", One: "customer", Many: "customers", M: m, Query: q, Spec: spec, Columns: columns, Rows: shown, Count: int64(len(found)), Next: next,
		URL: func(x row) string { return x.URL }, Mark: func(x row) *ui.TenantChip { c := page.Chip(x.tenant, ""); return &c },
		Lead:  "Which customers are to be looked at, when, and by whom.",
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "building_multiple", Title: "No customers", Lines: []string{"No customer is assigned to you yet.", "An owner assigns customers on the staff page."}},
		Each:  page.AtHand(found),
	}.Serve(w, r)
}

// rows are all customers of the membership: three queries, however many there are.
func (h *Handler) rows(ctx context.Context, m tenant.Membership, now time.Time) ([]row, error) {
	tenants, err := h.Tenants.List(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	standings, err := h.Reviews.Standings(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	handed, err := h.Reviews.Handed(ctx, m.Scope)
	if err != nil {
		return nil, err
	}
	rows := []row{}
	for _, t := range tenants {
		if t.Home {
			continue
		}
		s := standings[t.ID]
		x := row{ID: t.ID.String(), Name: t.Name(), State: stateOf(s, now), By: s.LastBy, Holder: s.Plan.Holder, Handed: handed[t.ID], URL: "/t/" + t.ID.String() + "/review", tenant: t, now: now}
		if !s.Plan.NextOn.IsZero() {
			x.Next = &s.Plan.NextOn
		}
		if !s.Last.IsZero() {
			x.Last = &s.Last
		}
		rows = append(rows, x)
	}
	return rows, nil
}

func matches(x row, q page.Query) bool {
	if s := q.Values["state"]; len(s) > 0 && !slices.Contains(s, x.State) {
		return false
	}
	if s := q.Values["holder"]; len(s) > 0 && !slices.Contains(s, x.Holder) {
		return false
	}
	text := strings.ToLower(q.Q)
	return text == "" || strings.Contains(strings.ToLower(x.Name), text) || strings.Contains(x.ID, text)
}

// order puts what has no day after all days, but what was never reviewed before them: nobody has looked there.
func order(a, b row, q page.Query) int {
	day := func(x row) time.Time {
		switch {
		case x.Next != nil:
			return *x.Next
		case x.State == "never":
			return time.Time{}
		}
		return time.Unix(1<<40, 0)
	}
	last := func(x row) time.Time {
		if x.Last == nil {
			return time.Time{}
		}
		return *x.Last
	}
	c := 0
	switch q.Sort {
	case "next":
		c = day(a).Compare(day(b))
	case "last":
		c = last(a).Compare(last(b))
	}
	c = cmp.Or(c, cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	if q.Desc {
		return -c
	}
	return c
}

const pageSize = 50
