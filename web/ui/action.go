package ui

import (
	"context"
	"io"
)

// Kind of a button. The zero value is a secondary button.
const (
	Primary   = "primary" // at most one on a page
	Secondary = ""
	Quiet     = "quiet"
	Danger    = "danger"  // red border; its text ends in "…", for it opens a confirmation
	Confirm   = "confirm" // red fill; only on the confirmation itself
)

// Action is a button or a link that looks like one. Exactly one of these says what it does: URL (a link), Post (a form of its own that
// posts there), Copy (copies that text; hidden without JavaScript), Reason (it is not available, and why); with none of them it submits
// the form around it, with Name and Value, to FormAction where given.
type Action struct {
	Text       string // verb and object: "Sync device", "Ask to wipe 1 device"
	Icon       string // optional, see Icon
	Kind       string
	URL        string
	Post       string
	Fields     []Pair // hidden inputs of Post
	Copy       string
	Reason     string // printed beside the button, never only as a tooltip
	ReasonLink Link   // optional: who can change it
	Name       string
	Value      string
	FormAction string
	Small      bool
	Large      bool
	Download   bool
}

// Render prints the action.
func (a Action) Render(ctx context.Context, w io.Writer) error { return action(a).Render(ctx, w) }

// Actions is a row of buttons with an optional remark after them.
type Actions struct {
	Items []Action
	Note  string
}

// Render prints the row.
func (a Actions) Render(ctx context.Context, w io.Writer) error { return actions(a).Render(ctx, w) }

// ActionPanel is the aside of a detail page: what can be done, and for what cannot, the reason.
type ActionPanel struct {
	Title string
	Note  string // "Sent as you, …, signed in at Northwind Traders for 52 more minutes."
	Items []PanelAction
	Fold  bool // the items stand behind the title and their number
}

// PanelAction is one line of an ActionPanel.
type PanelAction struct {
	Icon   string
	Name   string // "Remote lock"
	Hint   string // under an action that is available
	Action Action // its Reason is printed under the name
}

// Render prints the panel.
func (p ActionPanel) Render(ctx context.Context, w io.Writer) error {
	return actionPanel(p).Render(ctx, w)
}

// Copyable is an identifier that can be copied; Short is printed where given ("6d1e0c4a…91b7"), Value is what is copied.
type Copyable struct {
	Value string
	Short string
	Label string // names the button: "Copy serial"
}

// Render prints the identifier and its copy button.
func (c Copyable) Render(ctx context.Context, w io.Writer) error { return copyable(c).Render(ctx, w) }

// CopyField is text in a read-only input or area with a copy button: a link shown once, a message to send.
type CopyField struct {
	ID    string
	Label string
	Value string
	Rows  int // more than 1 prints a text area
	Hint  string
	Lang  string // of the value, where it is not the page's
}

// Render prints the field.
func (c CopyField) Render(ctx context.Context, w io.Writer) error { return copyField(c).Render(ctx, w) }
