package page

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// Column is one column of a list, for the table, the CSV and the choice of columns alike.
type Column[R any] struct {
	Key      string
	Label    string
	Kind     ui.ColumnKind
	Priority int             // 1 always, 2 from 1025 px, 3 from 1281 px
	Width    int             // px; 0 takes what is left
	Phone    string          // place on a phone; "" by kind
	Wrap     bool            // long texts take another line instead of being cut
	Sort     string          // sort key; "" cannot be sorted by
	Cell     func(R) ui.Cell // not used for the first column, which is the row's name and link
	Text     func(R) string  // the plain value, for CSV
	Exact    bool            // CSV only: never in the table
}

// Usually is the column with its value left out on a phone where it is what most rows say.
func (c Column[R]) Usually(value string) Column[R] {
	c.Cell = func(r R) ui.Cell {
		cell := ui.TextCell(c.Text(r))
		cell.Usual = cell.Text == value
		return cell
	}
	return c
}

// List is a page of rows of one kind. Serve writes it as HTML, as its JSON twin, as CSV or as a workbook: the same rows in the same order.
type List[R any] struct {
	Title     string
	One, Many string // "device", "devices"
	Caption   string // read out before the table: "Devices, oldest check-in first"
	M         tenant.Membership
	Query     Query
	Spec      Spec
	Columns   []Column[R] // the first is the name
	Rows      []R         // marshalled as they are into the JSON twin
	URL       func(R) string
	Mark      func(R) *ui.TenantChip // the rows are customers: their marks stand before the names
	Key       func(R) string         // value of the row's check box; nil: rows cannot be chosen
	Count     int64                  // all rows that match
	More      bool                   // there are more than Count, which was not worth the wait: see Enough
	SoFar     bool                   // Count and Rows are of a part of what there is, and Next goes on from there
	Bounded   bool                   // with More: it is counted further nowhere
	Next      string                 // the store's cursor of the next page; empty: this is the last
	AsOf      time.Time              // the oldest reading that the rows come from; zero: never read
	Freshness ui.Freshness
	Lead      string // instead of freshness, for lists of the portal's own
	Context   []ui.Crumb
	Actions   []ui.Action
	Banner    *ui.Banner
	Above     templ.Component // between header and filters: counts by state, tabs
	Below     templ.Component // after the pager
	Empty     ui.Empty        // where nothing exists; a list that is narrowed says itself that nothing matches
	Bulk      *ui.Bulk
	Matrix    bool                                          // the columns are things of one kind, like the rows
	Live      bool                                          // something on it is under way: the rows renew themselves
	Each      func(ctx context.Context) iter.Seq2[R, error] // all rows, for CSV; nil: those of this page are all

	kept    *Kept               // what the person keeps for this list; HTML only
	at      Place               // where they keep it
	named   []Option            // customers that the list is narrowed to
	choices map[string][]Option // of the filters by group; HTML only
}

// refreshAfter is how many seconds a page of something that is under way waits without JavaScript before it loads again.
const refreshAfter = 10

// Serve writes the list in the form asked for.
func (l List[R]) Serve(w http.ResponseWriter, r *http.Request) error {
	switch {
	case l.Query.XLSX:
		return writeXLSX(w, r, l.fileName("xlsx"), l.csvHead(), l.kinds(), l.csvRows(r.Context()))
	case l.Query.CSV:
		return writeCSV(w, r, l.fileName("csv"), l.csvHead(), l.csvRows(r.Context()))
	case WantsJSON(r):
		return l.json(w)
	}
	if err := errors.Join(l.keep(r), l.choose(r)); err != nil {
		return err
	}
	s := Shell(r, l.M, l.Title)
	if l.Live {
		s.Live, s.Refresh = true, refreshAfter
	}
	l.named = names(r.Context(), l.Query)
	return Render(w, r, http.StatusOK, listPage(s, l.header(), l.view()))
}

func (l List[R]) json(w http.ResponseWriter) error {
	t := twin[R]{Rows: l.Rows, More: l.More || l.SoFar, Next: l.Query.Next(l.Next, len(l.Rows))}
	if t.Rows == nil {
		t.Rows = []R{}
	}
	if !l.unread() {
		t.Count = &l.Count
	}
	if !l.AsOf.IsZero() {
		asOf := l.AsOf.UTC()
		t.AsOf = &asOf
	}
	return JSON(w, http.StatusOK, t)
}

func (l List[R]) header() ui.PageHeader {
	h := ui.PageHeader{Title: l.Title, Count: l.counted(), Freshness: l.Freshness, Lead: l.Lead, Context: l.Context, Views: l.viewsMenu(), Columns: l.columnsMenu()}
	if l.M.One() {
		chip := Chip(l.M.Tenant, "")
		h.Tenant = &chip
	} else if h.Context == nil {
		h.Context = []ui.Crumb{{Text: "All customers"}}
	}
	h.Actions = append([]ui.Action{
		{Text: "CSV", Icon: "arrow_download", Kind: ui.Quiet, URL: l.Query.Export(), Download: true},
		{Text: "Excel", Kind: ui.Quiet, URL: l.Query.exportAs("xlsx"), Download: true},
	}, l.Actions...)
	return h
}

// listView is a List made ready to print.
type listView struct {
	banner  *ui.Banner
	above   templ.Component
	below   templ.Component
	filters ui.FilterBar
	table   ui.Table
	empty   *ui.Empty
	pager   ui.Pager
	renew   string // address of the list while its rows renew themselves
}

func (l List[R]) view() listView {
	v := listView{banner: l.Banner, above: l.Above, below: l.Below, filters: l.filterBar(), table: l.table(), pager: l.pager()}
	if l.Live {
		v.renew = l.Query.Here()
	}
	if len(l.Rows) == 0 {
		e := l.Empty
		if l.Query.Narrowed() && e.Kind != ui.EmptyNoMatch && e.Kind != ui.EmptyNotRead && e.Kind != ui.EmptyNotPermitted {
			e = ui.Empty{Kind: ui.EmptyNoMatch, Title: "No " + l.One + " matches", Lines: []string{"Drop a filter, or search for less."}, ActionURL: l.Query.Clear(), ActionText: "Clear all filters"}
		}
		switch {
		case l.SoFar && l.Next == "":
			e = ui.Empty{Kind: ui.EmptyNoMatch, Title: "No other " + l.One + " was found", Lines: []string{"The search is at its end."}, ActionURL: l.Query.URL(), ActionText: "First page"}
		case l.SoFar:
			e = ui.Empty{Kind: ui.EmptyNoMatch, Title: "No " + l.One + " found so far", Lines: []string{"There is too much to be searched at once. The search goes on where it stopped."}, ActionURL: l.Query.Next(l.Next, 0), ActionText: "Search on"}
		}
		v.empty = &e
	}
	return v
}

func (l List[R]) table() ui.Table {
	t := ui.Table{ID: "list", Caption: l.Caption, Bulk: l.Bulk, Matrix: l.Matrix}
	if t.Caption == "" {
		t.Caption = l.Title
	}
	shown := make([]Column[R], 0, len(l.Columns))
	for i, c := range l.Columns {
		if !c.Exact && (i == 0 || l.chosen(c.Key)) {
			shown = append(shown, c)
			t.Columns = append(t.Columns, l.column(c))
		}
	}
	t.Rows = make([]ui.Row, 0, len(l.Rows))
	for _, r := range l.Rows {
		row := ui.Row{Name: shown[0].Text(r), Cells: make([]ui.Cell, 0, len(shown))}
		if l.URL != nil {
			row.URL = l.URL(r)
		}
		if l.Key != nil {
			row.Key = l.Key(r)
		}
		if l.Mark != nil {
			row.Tenant = l.Mark(r)
		}
		for _, c := range shown[1:] {
			row.Cells = append(row.Cells, c.Cell(r))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// chosen tells whether a column is shown: those that a list does not let one choose always are.
func (l List[R]) chosen(key string) bool {
	if len(l.Spec.Columns) == 0 {
		return true
	}
	for _, k := range l.Query.Columns {
		if k == key {
			return true
		}
	}
	return false
}

func (l List[R]) column(c Column[R]) ui.Column {
	out := ui.Column{Key: c.Key, Label: c.Label, Kind: c.Kind, Priority: c.Priority, Width: c.Width, Wrap: c.Wrap, Phone: c.Phone}
	if c.Sort != "" && l.Query.spec.sorts(c.Sort) {
		out.SortURL = l.Query.SortedBy(c.Sort)
		if l.Query.Sort == c.Sort {
			out.Sort = "asc"
			if l.Query.Desc {
				out.Sort = "desc"
			}
		}
	}
	return out
}

func (l List[R]) filterBar() ui.FilterBar {
	q := l.Query
	bar := ui.FilterBar{Action: q.Path, Query: q.Q, Placeholder: l.Spec.Placeholder, Hidden: q.hidden(true)}
	l.filters(func(f Filter, offered bool) {
		values := q.Values[f.Name]
		if f.Fixed {
			bar.Hidden = append(bar.Hidden, pairs(f.Name, values)...)
			return
		}
		if f.Linked {
			f.Options = l.named
			bar.Hidden = append(bar.Hidden, pairs(f.Name, values)...)
		} else if offered {
			bar.Fields = append(bar.Fields, f.field(values))
		}
		if len(values) > 0 {
			bar.Tokens = append(bar.Tokens, ui.Token{Field: f.Label, Values: f.labels(values), RemoveURL: q.Without(f.Name)})
		}
	})
	if q.Narrowed() {
		bar.ClearURL = q.Clear()
	}
	if l.kept != nil && l.kept.Applied != "" {
		bar.Tokens = append([]ui.Token{{Field: "View", Values: []string{l.kept.Applied}, RemoveURL: q.Path}}, bar.Tokens...)
		bar.ClearURL = q.Path
	}
	return bar
}

func pairs(name string, values []string) []ui.Pair {
	var out []ui.Pair
	for _, v := range values {
		out = append(out, ui.Pair{Name: name, Value: v})
	}
	return out
}

// names are the customers that the list is narrowed to, for the filter's token.
func names(ctx context.Context, q Query) []Option {
	name := ChromeOf(ctx).Name
	if name == nil {
		return nil
	}
	var out []Option
	for _, v := range q.Values[ByCustomer.Name] {
		if id, err := tenant.ParseID(v); err == nil {
			if n := name(ctx, id); n != "" {
				out = append(out, Option{Value: v, Label: n})
			}
		}
	}
	return out
}

// hidden is what a form of the list must keep: sort, and the columns or else the filters.
func (q Query) hidden(columns bool) []ui.Pair {
	var out []ui.Pair
	v := q.values()
	for name, values := range v {
		isColumns, isFilter := name == "columns", name != "columns" && name != "sort"
		if isColumns != columns && (isColumns || isFilter) || isFilter && columns {
			continue
		}
		for _, value := range values {
			out = append(out, ui.Pair{Name: name, Value: value})
		}
	}
	return out
}

func (f Filter) field(values []string) ui.FilterField {
	out := ui.FilterField{Name: f.Name, Label: f.Label, Hint: f.Hint}
	if f.Options == nil && len(values) > 0 {
		out.Value = values[0]
	}
	for _, o := range f.Options {
		selected := false
		for _, v := range values {
			selected = selected || v == o.Value
		}
		out.Options = append(out.Options, ui.Option{Value: o.Value, Label: o.Label, Selected: selected})
	}
	return out
}

func (f Filter) labels(values []string) []string {
	out := make([]string, 0, len(values))
	for _, v := range values {
		label := v
		for _, o := range f.Options {
			if o.Value == v {
				label = o.Label
			}
		}
		out = append(out, label)
	}
	return out
}

func (l List[R]) columnsMenu() ui.ColumnsMenu {
	if len(l.Spec.Columns) == 0 {
		return ui.ColumnsMenu{}
	}
	m := ui.ColumnsMenu{Action: l.Query.Path, Hidden: l.Query.hidden(false)}
	if l.kept != nil && l.kept.MayKeep {
		m.Keep, m.Kept = "/views/columns", len(l.kept.Columns) > 0
	}
	for _, c := range l.Columns[1:] {
		for _, key := range l.Spec.Columns {
			if key == c.Key && !c.Exact {
				m.Columns = append(m.Columns, ui.Option{Value: c.Key, Label: c.Label, Selected: l.chosen(c.Key)})
			}
		}
	}
	return m
}

func (l List[R]) pager() ui.Pager {
	p := ui.Pager{Count: l.counted(), Exact: l.exact(), NextURL: l.Query.Next(l.Next, len(l.Rows))}
	if len(l.Rows) > 0 {
		p.From, p.To = ui.N(l.Query.Skipped+1), ui.N(l.Query.Skipped+int64(len(l.Rows)))
	}
	if l.Query.After != "" {
		p.PrevURL, p.PrevText = l.Query.URL(), "First page"
	}
	return p
}
