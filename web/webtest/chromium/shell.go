package chromium

import (
	"context"
	"fmt"
	"sync"

	"github.com/chromedp/chromedp"
)

// shells holds what the top bars, rails and palettes that axe has seen are made of: they are most of many pages, and the same on nearly all.
var shells sync.Map

// parts tells what the page's shell is made of: what stands around it, each entry of its lists, and what is left without them. Where a link
// leads and what an entry is called makes no difference to axe, unless the entry has another name for screen readers; how it is marked does.
const parts = `[document.documentElement, document.body].map(e => e.cloneNode().outerHTML).concat(
	[...document.querySelectorAll("body > .topbar, body > .rail, body > #palette")].flatMap(shell => {
		const rest = shell.cloneNode(true), entries = [...rest.querySelectorAll("li, .switch-item")];
		entries.forEach(e => e.remove());
		return [rest, ...entries].map(e => e.outerHTML.replace(/ (href|title|action|value|data-find)="[^"]*"/g, ""))
			.map((html, i) => i == 0 || html.includes("aria-label") ? html : html.replace(/>[^<]*[^<\s][^<]*</g, ">text<"));
	}))`

// lean takes away of a shell all but its landmarks, as these are compared with the page's own.
const lean = `for (const e of document.querySelectorAll(":is(body > .topbar, body > .rail, body > #palette) *")) {
	const landmark = "nav, header, footer, main, aside, section, form, [role]";
	if (!e.matches(landmark) && !e.querySelector(landmark)) e.remove();
}`

// twice finds ids that more than one element has, which axe cannot see when one of them is taken away.
const twice = `(ids => ids.filter((id, i) => ids.indexOf(id) < i))([...document.querySelectorAll("[id]")].map(e => e.id))`

// slim takes from the page what axe need not see again in the theme that it looks in first, as the last thing before it looks. It gives the ids that the
// page has more than once.
func slim(ctx context.Context, theme string) ([]string, error) {
	has, err := chromedp.Run(ctx, chromedp.Evaluate[struct{ Parts, Twice []string }](`({Parts: `+parts+`, Twice: `+twice+`})`))
	if err != nil {
		return nil, fmt.Errorf("look at the shell: %w", err)
	}
	known := true
	for _, p := range has.Parts {
		_, seen := shells.LoadOrStore(theme+p, true)
		known = known && seen
	}
	if !known {
		return has.Twice, nil
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](lean+`; ""`)); err != nil {
		return nil, fmt.Errorf("take the shell away: %w", err)
	}
	return has.Twice, nil
}
