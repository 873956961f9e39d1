package views

import (
	"cmp"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/internal/view"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// row is one view of the list, and the JSON twin of its page.
type row struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	List      string    `json:"list"`
	Title     string    `json:"title"` // of the list
	State     string    `json:"state"`
	Words     string    `json:"words"` // what the state narrows
	URL       string    `json:"url"`   // the list with the view
	By        string    `json:"by"`
	Mine      bool      `json:"mine"`
	Shared    bool      `json:"shared"`
	Start     bool      `json:"start"` // the reader's rail leads to it
	ChangedAt time.Time `json:"changed_at"`

	now time.Time
}

func newRow(v view.View, m tenant.Membership, now time.Time) row {
	return row{v.ID, v.Name, v.List, cmp.Or(v.Title, page.ListLabel(v.List)), v.State, narrows(v), address(v), v.By, v.Staff == m.Person.StaffID, v.Shared, v.Default, v.ChangedAt.UTC(), now}
}

func (r row) who() string {
	switch {
	case r.Shared && r.Mine:
		return "The team"
	case r.Shared:
		return "The team, from " + r.from()
	}
	return "You"
}

func (r row) from() string {
	if r.By == "" {
		return "a former colleague"
	}
	return r.By
}

var spec = page.Spec{
	Sorts:       []string{"name", "list", "changed"},
	Filters:     []page.Filter{{Name: "shared", Label: "Shared", Options: []page.Option{{Value: "yes", Label: "With the team"}, {Value: "no", Label: "Not shared"}}}},
	Placeholder: "Name of a view",
}

var columns = []page.Column[row]{
	{Key: "name", Label: "View", Sort: "name", Width: 260, Text: func(r row) string { return r.Name }},
	{Key: "list", Label: "List", Sort: "list", Width: 150, Cell: func(r row) ui.Cell { return ui.TextCell(r.Title) }, Text: func(r row) string { return r.Title }},
	{Key: "who", Label: "Seen by", Width: 240, Cell: func(r row) ui.Cell { return ui.TextCell(r.who()) }, Text: row.who},
	{Key: "start", Label: "Start of the list", Priority: 2, Width: 150, Cell: func(r row) ui.Cell { return ui.TextCell(r.startWord()) }, Text: row.startWord},
	{Key: "words", Label: "Shows", Priority: 3, Cell: func(r row) ui.Cell { return ui.QuietCell(r.Words) }, Text: func(r row) string { return r.Words }},
	{Key: "url", Label: "Address", Exact: true, Text: func(r row) string { return r.URL }},
	{Key: "changed", Label: "Changed", Kind: ui.KindTime, Priority: 2, Sort: "changed", Width: 130, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.ChangedAt, r.now)) }, Text: func(r row) string { return r.ChangedAt.Format(time.RFC3339) }},
}

// narrows says what a view shows. One that was saved before lists said it is told by the names in its address.
func narrows(v view.View) string {
	state, err := url.ParseQuery(v.State)
	if v.Words != "" || err != nil {
		return v.Words
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(state)) {
		parts = append(parts, name+": "+strings.Join(state[name], ", "))
	}
	return cmp.Or(strings.Join(parts, "; "), "The whole list")
}

func (r row) startWord() string {
	if r.Start {
		return "Yes, for you"
	}
	return ""
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.After != "" {
		return errs.Show(errs.Invalid, "This list has one page only.")
	}
	all, err := h.Views.List(r.Context(), reader(m))
	if err != nil {
		return err
	}
	now := page.ChromeOf(r.Context()).Now
	var rows []row
	for _, v := range all {
		if x := newRow(v, m, now); matches(x, q) {
			rows = append(rows, x)
		}
	}
	order(rows, q)
	l := page.List[row]{
		Title: "Views", One: "view", Many: "views", Caption: "Saved views", M: m, Query: q, Spec: spec, Columns: columns, Rows: rows, Count: int64(len(rows)),
		URL:     func(r row) string { return "/views/" + strconv.FormatInt(r.ID, 10) },
		Lead:    "Lists under a name: yours, and those of the team. A view shows each person what that person may see.",
		Context: []ui.Crumb{{Text: "Portal"}},
		Empty:   ui.Empty{Kind: ui.EmptyNone, Icon: "bookmark", Title: "No views yet", Lines: []string{"Filter and sort a list, then save it from its Views menu."}, ActionURL: "/devices", ActionText: "Open devices"},
	}
	return l.Serve(w, r)
}

func matches(r row, q page.Query) bool {
	if !strings.Contains(strings.ToLower(r.Name), strings.ToLower(q.Q)) {
		return false
	}
	shared := "no"
	if r.Shared {
		shared = "yes"
	}
	wanted := q.Values["shared"]
	return len(wanted) == 0 || slices.Contains(wanted, shared)
}

func order(rows []row, q page.Query) {
	slices.SortStableFunc(rows, func(a, b row) int {
		c := 0
		switch q.Sort {
		case "list":
			c = cmp.Compare(a.Title, b.Title)
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
