package ui

import (
	"context"
	"io"
)

// Banner is a message at the top of a page (one) or of a section.
type Banner struct {
	Kind       string // "bad", "warn", "info", "unknown" (dashed)
	Shape      Shape  // by Kind where empty
	Title      string // a whole sentence, in bold; "" where Text says it all
	Text       string
	Mono       string // identifiers, below
	Link       Link   // inside the text
	ActionURL  string
	ActionText string
	Action     *Action // instead of a link: a form
	Meter      *Meter
	Heading    bool // the title is the verdict of the page and set as a heading
}

// Render prints the banner.
func (b Banner) Render(ctx context.Context, w io.Writer) error { return banner(b).Render(ctx, w) }

func (b Banner) kind() string {
	switch b.Kind {
	case "bad", "warn", "info", "unknown", "ok":
		return b.Kind
	}
	return "info"
}

func (b Banner) shape() Shape {
	if b.Shape != "" {
		return b.Shape
	}
	switch b.kind() {
	case "bad":
		return ShapeBad
	case "warn":
		return ShapeWarn
	case "unknown":
		return ShapeStale
	case "ok":
		return ShapeOK
	}
	return ""
}

// Empty states differ: nothing exists, nothing matches, one may not see it, it was not read yet.
const (
	EmptyNone         = "none"
	EmptyNoMatch      = "nomatch"
	EmptyNotPermitted = "notpermitted"
	EmptyNotRead      = "notread"
)

// Empty stands where a list would: what was looked for, what was found, when it was read, and one next step.
type Empty struct {
	Kind       string
	Icon       string // by Kind where empty
	Title      string
	Lines      []string
	ActionURL  string
	ActionText string
	Second     Link
}

// Render prints the empty state.
func (e Empty) Render(ctx context.Context, w io.Writer) error { return empty(e).Render(ctx, w) }

func (e Empty) icon() string {
	if e.Icon != "" {
		return e.Icon
	}
	switch e.Kind {
	case EmptyNoMatch:
		return "filter"
	case EmptyNotPermitted:
		return "person_lock"
	case EmptyNotRead:
		return "arrow_sync"
	}
	return "document"
}

// Toast follows a reversible act. Without JavaScript it is a banner with an Undo form until the time is up.
type Toast struct {
	Text    string
	Undo    string // POST
	Fields  []Pair
	Seconds int
}

// Render prints the toast.
func (t Toast) Render(ctx context.Context, w io.Writer) error { return toast(t).Render(ctx, w) }

// ProblemView is what a problem page says: what did not happen, why, and what now.
type ProblemView struct {
	Status    int
	Heading   string
	What      string
	Next      string
	RequestID string
	Actions   []Action // ways on: "Open overview", "Sign in"
	Facts     []Fact   // what is behind it, for whoever has no page that says so
	Message   string   // to send to who can fix it; empty: none
}
