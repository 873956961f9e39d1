package ui

import (
	"context"
	"io"
	"slices"
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

// Match splits text where it contains the words, ignoring case, and marks these places: the first of each word.
func Match(text string, words ...string) Spans {
	for i, word := range words {
		if before, found, after := around(text, word); found != "" {
			return compact(slices.Concat(Match(before, words[i+1:]...), Spans{{Text: found, Strong: true}}, Match(after, words[i+1:]...)))
		}
	}
	return Spans{{Text: text}}
}

// around is what stands before a word in the text, the word as it is written there, and what stands after it.
func around(text, word string) (before, found, after string) {
	// Folding may change lengths ("İ"), so that an index into the folded text must not be used on the text itself.
	runes, want := []rune(text), []rune(word)
	for i := 0; i+len(want) <= len(runes); i++ {
		if strings.EqualFold(string(runes[i:i+len(want)]), word) {
			return string(runes[:i]), string(runes[i : i+len(want)]), string(runes[i+len(want):])
		}
	}
	return text, "", ""
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
