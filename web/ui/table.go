package ui

import (
	"context"
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/a-h/templ"
)

// Table prints any list. Columns[0] is the name column, filled by Row.Name and Row.URL; Row.Cells fill Columns[1:] in order.
// At 640 px and less each row becomes a small grid: name and state, tenant and time, then the rest of priority 1 and 2.
type Table struct {
	ID      string
	Caption string // read out, not shown: "Devices, oldest problem first"
	Columns []Column
	Rows    []Row
	Coming  iter.Seq[Row] // rows that come after Rows while the page is on its way, each printed at once; nil: none
	Bulk    *Bulk         // nil: no check boxes
	Light   bool          // names in normal weight, for short tables beside a list
	Inset   bool          // inside a section instead of to the sheet's edges
	Matrix  bool          // many columns of one kind: scrolls inside its frame, where the names and the head stay
}

// Render prints the table, in the bulk form where there is one.
func (t Table) Render(ctx context.Context, w io.Writer) error { return table(t).Render(ctx, w) }

// ColumnKind decides alignment, face and the place on a phone.
type ColumnKind string

// The kinds of columns. Numbers stand right; KindMono is for identifiers.
const (
	KindText   ColumnKind = ""
	KindNumber ColumnKind = "number"
	KindMono   ColumnKind = "mono"
	KindState  ColumnKind = "state"
	KindTime   ColumnKind = "time"
	KindTenant ColumnKind = "tenant"
)

// Column describes a column once, for every width.
type Column struct {
	Key      string
	Label    string
	Kind     ColumnKind
	Priority int    // 1 always shown (also 0), 2 from 1025 px, 3 from 1281 px
	Width    int    // px; 0: takes what is left (the growing text column)
	Wrap     bool   // long texts take another line instead of being cut; lists keep their even rows by leaving it out where they can
	Phone    string // "" by kind; "left", "right", "line" (a line of its own), "named" (its label before it), "hide"
	SortURL  string // "" cannot be sorted by
	Sort     string // "asc", "desc" or ""
}

// Row is a line. Key is the check box's value, "" for a row that cannot be chosen.
type Row struct {
	Name     string
	URL      string
	Cells    []Cell
	Key      string
	Selected bool // ticked
	Current  bool // the one that is shown beside the list
	Note     string
	Tenant   *TenantChip // the row is about a tenant: its mark stands before the name
}

// Cell is what stands in a table or behind a Fact. Use the functions below to make one.
type Cell struct {
	Text   string
	URL    string
	Title  string // the full text where Text is cut, the exact value otherwise
	Mono   bool
	Strong bool
	Quiet  bool
	Tone   string // "bad" or "warn": a number that needs a person
	State  *State
	Tenant *TenantChip
	Time   *Time
	Copy   *Copyable
	Meter  *Meter
	View   templ.Component // anything else
	Usual  bool            // what it is in most rows: a phone, which has no column to read down, keeps no line for it
}

// Render prints the cell.
func (c Cell) Render(ctx context.Context, w io.Writer) error { return cell(c).Render(ctx, w) }

// shortText is how many bytes no column cuts, so that the cell needs no title to tell the whole.
const shortText = 8

// TextCell is plain text; "" stays empty.
func TextCell(text string) Cell { return Cell{Text: text, Title: text} }

// LinkCell is text that leads somewhere.
func LinkCell(text, url string) Cell { return Cell{Text: text, URL: url, Title: text} }

// NumberCell is a grouped number that leads to what it counts.
func NumberCell(n int64, url string) Cell { return Cell{Text: N(n), URL: url} }

// MonoCell is an identifier.
func MonoCell(id string) Cell { return Cell{Text: id, Title: id, Mono: true} }

// QuietCell is secondary text.
func QuietCell(text string) Cell { return Cell{Text: text, Title: text, Quiet: true} }

// StateCell is a shape with words.
func StateCell(s Shape, text string) Cell { return Cell{State: &State{Shape: s, Text: text}} }

// TenantCell is a tenant.
func TenantCell(c TenantChip) Cell { return Cell{Tenant: &c} }

// TimeCell is a moment.
func TimeCell(t Time) Cell { return Cell{Time: &t} }

// Crossing is what a matrix has to say where a row and a column meet: what it is first, then more about it. The whole of it is a link.
type Crossing struct {
	URL    string
	Top    string
	Middle string
	Bottom string
	Unsure bool // there may be more than it says
	Faint  bool // less than what others say
}

// Render prints the lines.
func (s Crossing) Render(ctx context.Context, w io.Writer) error { return crossing(s).Render(ctx, w) }

// CopyCell is an identifier with a copy button.
func CopyCell(value, short, label string) Cell {
	return Cell{Copy: &Copyable{Value: value, Short: short, Label: label}}
}

// MeterCell is a small bar with its percentage.
func MeterCell(m Meter) Cell { return Cell{Meter: &m} }

// ViewCell is any component.
func ViewCell(v templ.Component) Cell { return Cell{View: v} }

// DashCell says that the column does not apply to the row. It differs from empty (read, holds nothing) and from UnknownCell.
func DashCell() Cell { return Cell{Text: "–", Quiet: true} }

// UnknownCell says that this was not read, and why where that is known.
func UnknownCell(why string) Cell {
	if why == "" {
		return StateCell(ShapeUnknown, "Unknown")
	}
	return StateCell(ShapeUnknown, "Unknown: "+why)
}

// Meter is how much of a whole is done.
type Meter struct {
	Part, Whole int64
	Text        string // "22%"
}

// Render prints the bar and its text.
func (m Meter) Render(ctx context.Context, w io.Writer) error { return meter(m).Render(ctx, w) }

// Bulk makes a table a form: choose rows, then one of the actions. Without JavaScript its bar is the form's footer.
type Bulk struct {
	Action   string // where the form posts; actions may have a FormAction of their own
	Name     string // of the check boxes; "id" by default
	One      string // "device"
	Many     string // "devices"
	Actions  []Action
	Hidden   []Pair // among them the rows chosen on other pages
	Chosen   int    // how many those are
	Note     string // "Wipe: sign in at Adatum first"
	ClearURL string
}

func (b Bulk) name() string {
	if b.Name == "" {
		return "id"
	}
	return b.Name
}

// count is how many rows are chosen, on this page and others.
func (b Bulk) count(rows []Row) int64 {
	n := int64(b.Chosen)
	for _, r := range rows {
		if r.Selected {
			n++
		}
	}
	return n
}

// Pick returns the table with only the columns of these keys, in the table's order; the name column always stays. Unknown keys are
// ignored: the page room has refused them before.
func (t Table) Pick(keys []string) Table {
	keep := []int{0}
	for i := 1; i < len(t.Columns); i++ {
		if slices.Contains(keys, t.Columns[i].Key) {
			keep = append(keep, i)
		}
	}
	out := t
	out.Columns = make([]Column, len(keep))
	for i, k := range keep {
		out.Columns[i] = t.Columns[k]
	}
	out.Rows = slices.Clone(t.Rows)
	for i, r := range out.Rows {
		cells := make([]Cell, 0, len(keep)-1)
		for _, k := range keep[1:] {
			if k-1 < len(r.Cells) {
				cells = append(cells, r.Cells[k-1])
			} else {
				cells = append(cells, Cell{})
			}
		}
		out.Rows[i].Cells = cells
	}
	return out
}

// class is what a cell of the column carries.
func (c Column) class() string {
	s := "k-" + string(c.Kind)
	if c.Kind == KindText {
		s = "k-text"
	}
	if c.Priority > 1 {
		s += " p" + strconv.Itoa(min(c.Priority, 3))
	}
	if c.Wrap {
		s += " wrap"
	}
	return s + " ph-" + c.phone()
}

// headClass is what its head carries: a column without a width of its own has to keep one that can be read.
func (c Column) headClass() string {
	if c.Width == 0 {
		return c.class() + " grow"
	}
	return c.class()
}

// named columns say their label before the value on a phone, where no head does.
func (c Column) named() bool { return c.Kind == KindNumber || c.Phone == "named" }

func (c Column) phone() string {
	switch {
	case c.Phone != "":
		return c.Phone
	case c.Kind == KindState || c.Kind == KindTime || c.Kind == KindNumber && c.Priority <= 1:
		return "right"
	case c.Priority >= 3 || c.Kind == KindMono || c.Kind == KindNumber:
		return "hide"
	}
	return "left"
}

// ariaSort is the value of aria-sort, or "" for a column that the list is not sorted by.
func (c Column) ariaSort() string {
	switch c.Sort {
	case "asc":
		return "ascending"
	case "desc":
		return "descending"
	}
	return ""
}
