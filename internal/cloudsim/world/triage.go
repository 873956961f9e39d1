package world

import (
	"maps"
	"time"
)

// Triage is what people did to one incident or alert of Defender; everything else about it is computed. It is never changed in place.
type Triage struct {
	Fields   map[string]any // as last written, by the name that Graph gives them
	Comments []Comment
	At       time.Time // of the last change
	By       string
}

// Comment is what somebody wrote under an incident or an alert.
type Comment struct {
	Text, By string
	At       time.Time
}

// With is the triage after somebody wrote fields and comments.
func (t Triage) With(fields map[string]any, comments []Comment, by string, at time.Time) Triage {
	all := maps.Clone(t.Fields)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, fields)
	return Triage{Fields: all, Comments: append(t.Comments[:len(t.Comments):len(t.Comments)], comments...), At: at, By: by}
}
