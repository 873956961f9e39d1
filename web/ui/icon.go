package ui

import (
	"context"
	_ "embed"
	"io"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/static"
)

//go:embed icons.txt
var iconNames string

var icons = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for name := range strings.FieldsSeq(iconNames) {
		known[name] = true
	}
	return known
})

// Icon prints a Fluent System Icon (20 regular, MIT) in the given size in px: 20 in the rail, 18 in buttons, 16 inline, 14 in
// captions. It is hidden from screen readers; the words beside it, or an aria-label, name the thing. An unknown name prints an empty
// square, so that a typing error is seen and breaks nothing. The names are in icons.txt, their drawings in the static file icons.svg,
// which a browser keeps: drawn in the page, they were a third of its bytes.
func Icon(name string, size int) templ.Component {
	body := `<path d="M4 4h12v12H4zM5 5v10h10V5z" fill-rule="evenodd"/>`
	if HasIcon(name) {
		body = `<use href="` + static.URL("icons.svg") + `#` + name + `"/>`
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		px := strconv.Itoa(size)
		_, err := io.WriteString(w, `<svg class="icon" viewBox="0 0 20 20" width="`+px+`" height="`+px+`" fill="currentColor" aria-hidden="true">`+body+`</svg>`)
		return err
	})
}

// HasIcon tells whether the icon is in the set; a test of each page room may ask.
func HasIcon(name string) bool { return icons()[name] }
