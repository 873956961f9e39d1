package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// PageHeader opens a page, always in this order: where one is; title, count and state; how fresh it is; what can be done.
type PageHeader struct {
	Tenant    *TenantChip // nil: over all customers
	Context   []Crumb     // after the tenant; over all customers e.g. {"All customers"}, {"214"}
	Title     string
	Count     string // "1,204", set in grey after the title
	Pills     []State
	Freshness Freshness
	Lead      string      // one plain sentence instead of a freshness line, for pages that show nothing read
	Views     ViewsMenu   // of a list; before the columns
	Columns   ColumnsMenu // of a list; before the actions
	Actions   []Action
	Jump      Link // phones: to the aside ("Actions"), which stands below the main part there
}

// Render prints the header.
func (h PageHeader) Render(ctx context.Context, w io.Writer) error {
	return pageHeader(h).Render(ctx, w)
}

// Crumb is a step of the way to the page. The page itself is not one.
type Crumb struct {
	Text, URL string
	Mono      bool // a GUID
}

// Freshness says how old and how complete what is shown is. State is ok only if everything was read completely within its target,
// partial if some tenants are late or missing, stale if older than the target, unknown if nothing was ever read.
type Freshness struct {
	State Shape // "" prints nothing
	AsOf  Time
	Never string // words instead of "as of …": "Not read yet"
	Part  string // "from 2 of 3 customers", where the others were not read; what is taken away from the page says it, too
	Parts []Link // source, completeness, exceptions as links
	Next  string // "next read in 12 min"
}

// Render prints the line.
func (f Freshness) Render(ctx context.Context, w io.Writer) error { return freshness(f).Render(ctx, w) }

// Section is a part of a page with its own heading and age. Its children are its content: @ui.Section{…}.With() { … }.
type Section struct {
	ID    string
	Icon  string // customer pages only: before the title
	Title string
	Lead  string // a sentence below the title
	Count string // "11", grey after the title
	AsOf  Time
	Late  bool // older than its target: adds the clock
	Note  string
	Link  Link
	Links []Segment // a segmented choice: All · Failed · Skipped
	Rule  bool      // a hairline above
	Focus bool      // who opens the page is led here, for it is what they asked for
}

// Render prints the heading and the children.
func (s Section) Render(ctx context.Context, w io.Writer) error { return section(s).Render(ctx, w) }

// With lets templ give the section its children.
func (s Section) With() templ.Component { return section(s) }

// Card is a bordered panel for something that one acts on, usually in the aside. Its children follow .With(), as a Section's do.
type Card struct {
	ID    string
	Title string
	Note  string
}

// Render prints the card with its children.
func (c Card) Render(ctx context.Context, w io.Writer) error { return card(c).Render(ctx, w) }

// With lets templ give the card its children.
func (c Card) With() templ.Component { return card(c) }

// Tabs are links, each with an address of its own.
type Tabs struct {
	Label string // names the navigation: "Parts of this device"
	Items []Tab
}

// Tab is one of Tabs.
type Tab struct {
	Text, Count, URL string
	Current          bool
}

// Render prints the tabs.
func (t Tabs) Render(ctx context.Context, w io.Writer) error { return tabs(t).Render(ctx, w) }

// Segments is a choice in a line: All · Failed 131 · Skipped 28.
type Segments struct {
	Label string
	Items []Segment
}

// Segment is one choice.
type Segment struct {
	Text, URL string
	Current   bool
}

// Render prints the choice.
func (s Segments) Render(ctx context.Context, w io.Writer) error {
	return segments(s.Label, s.Items).Render(ctx, w)
}

// Fact is a term with what is known about it. Value decides what is printed; see the cell functions.
type Fact struct {
	Label string
	Value Cell
	Note  string // grey after the value
	Rule  bool   // a hairline above, in lists
}

// Facts is a definition list: Wide prints columns without a border (a detail page's head), else rows.
type Facts struct {
	Items []Fact
	Wide  bool
	Card  bool // with a border: the facts of a confirmation
}

// Render prints the list.
func (f Facts) Render(ctx context.Context, w io.Writer) error { return facts(f).Render(ctx, w) }

// Sectioned is a section with its children in templates, where a struct literal cannot stand before a block.
func Sectioned(s Section) Section { return s }
