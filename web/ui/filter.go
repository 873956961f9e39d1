package ui

import (
	"context"
	"io"
)

// FilterBar holds a list's filters: free text, what is filtered as tokens, and a form to add more. It is a GET form; empty values are
// sent without JavaScript and mean no filter.
type FilterBar struct {
	Action      string // the list's path
	Query       string // free text, parameter q
	Placeholder string // "Name, serial, user, IMEI, MAC"; "" prints no free text
	Tokens      []Token
	Fields      []FilterField
	ClearURL    string // the list without filters
	Hidden      []Pair // sort, columns: what the form must keep
}

// Render prints the bar.
func (f FilterBar) Render(ctx context.Context, w io.Writer) error { return filterBar(f).Render(ctx, w) }

// Token is a filter in force: Compliance *Noncompliant* or *In grace*. RemoveURL is the list without it.
type Token struct {
	Field     string
	Values    []string
	RemoveURL string
}

// FilterField is one filter of the form. Without options it is a text input.
type FilterField struct {
	Name    string
	Label   string
	Options []Option
	Single  bool   // one of the options (a select) instead of any
	Value   string // of a text input
	Hint    string
}

// Option is one choice of a filter, select, radio or check box.
type Option struct {
	Value, Label string
	Selected     bool
	Hint         string
	Reason       string // not available, and why
}

// ColumnsMenu lets a person choose the columns of a list; a GET form with the parameter columns, once per column.
type ColumnsMenu struct {
	Action  string
	Hidden  []Pair
	Columns []Option
	Keep    string // address that remembers the choice for this person by POST; "" does not offer it
	Kept    bool   // something is remembered, and can be forgotten
}

// Render prints the menu.
func (c ColumnsMenu) Render(ctx context.Context, w io.Writer) error {
	return columnsMenu(c).Render(ctx, w)
}

// Pager is the foot of a list that is read by keyset: no page numbers.
type Pager struct {
	From, To string // "1", "50"; "" where there are no rows
	Count    string // "1,204", or "about 48,000" where it is an estimate
	Exact    string // address that counts exactly, printed with an estimate
	PrevURL  string
	PrevText string // what PrevURL leads to; "Previous" by default. Another text is not the page before, so it has no rel=prev
	NextURL  string
	NextText string // "Next 50"; "Next" by default
	Rows     string // word instead of "Rows"
}

// Render prints the pager.
func (p Pager) Render(ctx context.Context, w io.Writer) error { return pager(p).Render(ctx, w) }

func (p Pager) prevText() string {
	if p.PrevText == "" {
		return "Previous"
	}
	return p.PrevText
}

func (p Pager) nextText() string {
	if p.NextText == "" {
		return "Next"
	}
	return p.NextText
}
