package ui

import (
	"context"
	"io"
	"slices"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/static"
)

// Shape is the form of a state. Form and words carry the meaning; colour only repeats it. It prints itself, 16 by 16.
type Shape string

// The shapes. Stale is a good reading that is too old, Unknown one that never was or is incomplete; Partial is a number that some
// tenants are missing from. OK is only for a complete reading within its target.
const (
	ShapeOK       Shape = "ok"
	ShapeBad      Shape = "bad"
	ShapeWarn     Shape = "warn"
	ShapeConflict Shape = "conflict"
	ShapeUnknown  Shape = "unknown"
	ShapeStale    Shape = "stale"
	ShapePending  Shape = "pending"
	ShapePartial  Shape = "partial"
	ShapePaused   Shape = "paused"
	ShapeNone     Shape = "none"
	ShapeTodo     Shape = "todo" // a step that has not begun
)

// Shapes are all shapes, in the order of the reference sheet.
var Shapes = []Shape{ShapeOK, ShapeBad, ShapeWarn, ShapeConflict, ShapeUnknown, ShapeStale, ShapePending, ShapePartial, ShapePaused, ShapeNone, ShapeTodo}

// Render prints the shape, hidden from screen readers: the words beside it say the same.
func (s Shape) Render(ctx context.Context, w io.Writer) error { return shape(s).Render(ctx, w) }

// drawing is where the shape is drawn: in a static file, which a browser keeps. Drawn in the page, the shapes of a list were a third of it.
func (s Shape) drawing() templ.SafeURL {
	if !slices.Contains(Shapes, s) {
		s = ShapeNone
	}
	return templ.SafeURL(static.URL("shapes.svg") + "#" + string(s))
}

// quiet tells whether the words beside the shape are set in grey.
func (s Shape) quiet() bool {
	return s == ShapeUnknown || s == ShapeStale || s == ShapeNone || s == ShapePaused || s == ShapeTodo
}

// State is a shape with its words: "Noncompliant", "In grace, 2 d left", "Unknown: not reported".
type State struct {
	Shape Shape
	Text  string
	Title string // optional: what it means or why
	URL   string // optional: where it is explained
}

// Render prints the state as it stands in rows.
func (s State) Render(ctx context.Context, w io.Writer) error { return state(s).Render(ctx, w) }

// Pill is the tinted form, for a page's title only.
type Pill State

// Render prints the pill.
func (p Pill) Render(ctx context.Context, w io.Writer) error { return pill(State(p)).Render(ctx, w) }

// TenantChip names a tenant and shows its colour.
type TenantChip struct {
	Name   string
	URL    string // "" prints no link
	Colour int    // 0 to 11, see Mark
	Domain string // printed in the switcher and in page headers only
}

// Render prints mark and name.
func (c TenantChip) Render(ctx context.Context, w io.Writer) error {
	return tenantChip(c).Render(ctx, w)
}
