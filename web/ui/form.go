package ui

import (
	"context"
	"io"
)

// Field is a labelled input. Values stay after an error; secrets are never echoed: leave Value empty and say "saved 3 Mar" in Hint.
type Field struct {
	Name         string
	ID           string // Name where empty
	Label        string
	Type         string // "text" by default
	Value        string
	Hint         string
	Error        string
	ErrorLink    Link // a correction that was guessed, printed after Error
	Placeholder  string
	Autocomplete string
	InputMode    string
	Mono         bool
	Required     bool
	Large        bool
	Rows         int // more than 1: a text area
	Max          int // characters; 0: no limit
	Focus        bool
	Button       *Action // beside the input: the form's only button
}

// Render prints the field.
func (f Field) Render(ctx context.Context, w io.Writer) error { return field(f).Render(ctx, w) }

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return "f-" + f.Name
}

// describedBy names the hint and the error to screen readers.
func (f Field) describedBy() string { return describedBy(f.id(), f.Hint, f.Error) }

func describedBy(id, hint, err string) string {
	switch {
	case err != "" && hint != "":
		return id + "-error " + id + "-hint"
	case err != "":
		return id + "-error"
	case hint != "":
		return id + "-hint"
	}
	return ""
}

// Select is a labelled list of choices.
type Select struct {
	Name    string
	ID      string
	Label   string
	Options []Option
	Hint    string
	Error   string
}

// Render prints the list.
func (s Select) Render(ctx context.Context, w io.Writer) error { return selectField(s).Render(ctx, w) }

func (s Select) id() string {
	if s.ID != "" {
		return s.ID
	}
	return "f-" + s.Name
}

// Choice is a group of radio buttons, or with Many of check boxes.
type Choice struct {
	Name    string
	Legend  string
	Options []Option
	Many    bool
	Hint    string
	Error   string
}

// Render prints the group.
func (c Choice) Render(ctx context.Context, w io.Writer) error { return choice(c).Render(ctx, w) }

func (c Choice) inputType() string {
	if c.Many {
		return "checkbox"
	}
	return "radio"
}

// FormErrors lists several errors at the top of a form, each a link to its field.
type FormErrors []FieldError

// FieldError is one of FormErrors; ID is the field's.
type FieldError struct{ ID, Text string }

// Render prints the list; nothing for fewer than two.
func (f FormErrors) Render(ctx context.Context, w io.Writer) error {
	return formErrors(f).Render(ctx, w)
}

// Hidden is hidden inputs.
type Hidden []Pair

// Render prints the inputs.
func (h Hidden) Render(ctx context.Context, w io.Writer) error { return hidden(h).Render(ctx, w) }
