package ui

import (
	"context"
	"io"
	"strconv"

	"github.com/a-h/templ"
)

// Icon prints a Fluent System Icon (20 regular, MIT) in the given size in px: 20 in the rail, 18 in buttons, 16 inline, 14 in
// captions. It is hidden from screen readers; the words beside it, or an aria-label, name the thing. An unknown name prints an empty
// square, so that a typing error is seen and breaks nothing. The names are in icons.txt.
func Icon(name string, size int) templ.Component {
	return svg(drawing(name), size)
}

// navIcon is the icon of a place in the portal, drawn under id; again shows what is drawn there, and spares the page some kilobytes.
func navIcon(name, id string, again bool) templ.Component {
	if again {
		return svg(`<use href="#`+id+`"/>`, 20)
	}
	return svg(`<g id="`+id+`">`+drawing(name)+`</g>`, 20)
}

func drawing(name string) string {
	if body, ok := icons[name]; ok {
		return body
	}
	return `<path d="M4 4h12v12H4zM5 5v10h10V5z" fill-rule="evenodd"/>`
}

func svg(body string, size int) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		px := strconv.Itoa(size)
		_, err := io.WriteString(w, `<svg class="icon" viewBox="0 0 20 20" width="`+px+`" height="`+px+`" fill="currentColor" aria-hidden="true">`+body+`</svg>`)
		return err
	})
}

// HasIcon tells whether the icon is in the set; a test of each page room may ask.
func HasIcon(name string) bool {
	_, ok := icons[name]
	return ok
}
