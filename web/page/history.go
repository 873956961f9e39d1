package page

import "strings"

// History words what readings saw change of things of one kind: the fields, and their values.
type History struct {
	Labels map[string]string         // by field; a field that ends in a colon is all that begin with it
	Other  func(field string) string // words a field that is not among them; nil: it is called as it is
	Said   func(field, value string) string
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
