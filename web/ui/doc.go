// Package ui is what every page looks like: the shell (top bar, rail, switcher), page headers, tables, filters, states, charts, forms
// and the other parts that appear on more than one page.
//
// Each part is a struct that holds what it prints, already worded, and is itself a templ.Component: @v.Table prints a Table. Parts
// branch on emptiness, never on rules. Nothing here knows a feature, reads the request, or can fail for a reason of its own.
// No part prints an inline style or script, so that the strictest Content-Security-Policy holds; sizes that depend on data are
// classes (.pc-0 to .pc-100) or SVG attributes. Everything works without JavaScript; web/static/app.js only adds comfort.
package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Pair is a name and a value: a hidden input, or a parameter of a link.
type Pair struct{ Name, Value string }

// Link is text with an address; an empty URL prints the text alone.
type Link struct{ Text, URL string }

// Span is a part of a sentence, set in bold where it carries the sentence.
type Span struct {
	Text   string
	Strong bool
}

// Spans is a sentence with emphasised parts. Use it where plain text would hide what matters.
type Spans []Span

// Render prints the sentence.
func (s Spans) Render(ctx context.Context, w io.Writer) error { return spans(s).Render(ctx, w) }

// Strong is a whole sentence in bold; Plain text needs no helper.
func Strong(text string) Spans { return Spans{{Text: text, Strong: true}} }

var _ templ.Component = Spans(nil)
