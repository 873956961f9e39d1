package page

import "strings"

// History words what readings saw change of things of one kind: the fields, and their values.
type History struct {
	Labels map[string]string         // by field; a field that ends in a colon is all that begin with it
	Other  func(field string) string // words a field that is not among them; nil: it is called as it is
	Said   func(field, value string) string
	Own    bool // the labels are all that can change; else a thing is there or gone besides

	Called func(id, of string) (name, place string) // words what has no name but its id, and what it is of; nil: as they are
	Where  func(part, guest string) string          // page that shows it, below its tenant; "" where none does; nil: that of things of its kind
}

// Label is what people call a field.
func (h History) Label(field string) string {
	if l, ok := h.Labels[field]; ok {
		return l
	}
	if first, _, ok := strings.Cut(field, ":"); ok {
		if l, ok := h.Labels[first+":"]; ok {
			return l
		}
	}
	if h.Other != nil {
		return h.Other(field)
	}
	return field
}

// Word is a value of a field as people say it.
func (h History) Word(field, value string) string { return Switch(h.Said(field, value)) }

// Switch is what people call the position of a switch; anything else stays as it is.
func Switch(value string) string {
	switch value {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	return value
}
