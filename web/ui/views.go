package ui

import (
	"context"
	"io"
)

// ViewsMenu opens the saved views of a list, and saves the list as it is.
type ViewsMenu struct {
	Items  []ViewItem
	Manage string // address of the page of all views
	Save   string // address that saves by POST; "" does not offer it
	Share  bool   // may save it for the team
	Hidden []Pair // the list's path and state, and both in words, sent with Save
}

// ViewItem is one saved view.
type ViewItem struct {
	Name, Note, URL string
	Current         bool
}

func (v ViewsMenu) shown() bool { return v.Manage != "" && (len(v.Items) > 0 || v.Save != "") }

// Render prints the menu.
func (v ViewsMenu) Render(ctx context.Context, w io.Writer) error { return viewsMenu(v).Render(ctx, w) }
