package ui

import (
	"context"
	"io"
	"strings"
)

// Hits is what a search found. The page /search and the palette print the same.
type Hits struct {
	Query  string
	Groups []HitGroup
	Note   string // "only customers you may see: 214"
}

// Render prints the groups.
func (h Hits) Render(ctx context.Context, w io.Writer) error { return hits(h).Render(ctx, w) }

// HitGroup is a kind of thing that was found, with a link to its whole list.
type HitGroup struct {
	Title string
	All   Link
	Hits  []Hit
}

// Hit is one thing that was found; Detail says which field matched.
type Hit struct {
	Icon   string
	URL    string
	Name   Spans
	Detail Spans
	Tenant *TenantChip // printed without link
	State  *State
	Note   string
}

// Match splits text at the first place where it contains query, ignoring case, and marks that place.
func Match(text, query string) Spans {
	if query == "" {
		return Spans{{Text: text}}
	}
	// Folding may change lengths ("İ"), so that an index into the folded text must not be used on the text itself.
	runes, want := []rune(text), []rune(query)
	for i := 0; i+len(want) <= len(runes); i++ {
		if strings.EqualFold(string(runes[i:i+len(want)]), query) {
			return compact(Spans{{Text: string(runes[:i])}, {Text: string(runes[i : i+len(want)]), Strong: true}, {Text: string(runes[i+len(want):])}})
		}
	}
	return Spans{{Text: text}}
}

func compact(s Spans) Spans {
	out := s[:0]
	for _, p := range s {
		if p.Text != "" {
			out = append(out, p)
		}
	}
	return out
}
