package chromium

import (
	"context"
	_ "embed" // axe-core
	"fmt"
	"strconv"

	"github.com/chromedp/chromedp"
)

// axe is axe-core 4.14.1 (MPL 2.0), unchanged.
//
//go:embed testdata/axe.min.js
var axe string

// Violation is something that axe found: the rule, what it asks for, and where.
type Violation struct {
	ID, Impact, Help string
	Nodes            []string // the first elements concerned, as HTML, each with axe's reason
}

func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s %q", v.ID, v.Impact, v.Help, v.Nodes)
}

// Axe runs axe-core on the page that the tab shows, with every rule for WCAG 2.2 A and AA and axe's best practices. Of a table it looks
// at the first rows: those that follow are made by the same component, and the contrast of each cell is most of the time that axe takes.
func Axe(ctx context.Context) ([]Violation, error) {
	return AxeIn(ctx, "light")
}

// AxeIn is Axe for a page that is looked at in both themes: in the dark one it runs only the rules that colours can break, as nothing else
// differs.
func AxeIn(ctx context.Context, theme string) ([]Violation, error) {
	return runAxe(ctx, `{exclude: [["tbody tr:nth-of-type(n+7)"]]}`, in(theme))
}

// AxeOf is AxeIn for a part of a page that axe has seen without it.
func AxeOf(ctx context.Context, theme, css string) ([]Violation, error) {
	return runAxe(ctx, `{include: [[`+strconv.Quote(css)+`]]}`, in(theme))
}

func in(theme string) (options string) {
	if theme == "dark" {
		return `resultTypes: ["violations"], runOnly: ["color-contrast", "link-in-text-block"]`
	}
	return `resultTypes: ["violations"], rules: {"target-size": {enabled: true}}`
}

func runAxe(ctx context.Context, of, options string) ([]Violation, error) {
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]Violation](`
		axe.run(`+of+`, {`+options+`}).then(r => r.violations.map(v => ({
			ID: v.id, Impact: v.impact, Help: v.help,
			Nodes: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160) + " | " + (n.failureSummary || "").slice(0, 300)),
		})))`, chromedp.EvalAwaitPromise))
	if err != nil {
		return nil, fmt.Errorf("run axe: %w", err)
	}
	return found, nil
}

// NoSidewaysScroll tells by how many pixels the page that the tab shows is wider than its window, and names what sticks out.
func NoSidewaysScroll(ctx context.Context) (string, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
		const w = document.documentElement.clientWidth, over = document.documentElement.scrollWidth - w;
		if (over <= 0) return "";
		const wide = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > w + 1 && e.checkVisibility() && !e.closest(".tabs, .sr, .skip"));
		return over + " px: " + wide.slice(0, 5).map(e => e.tagName + "." + (e.getAttribute("class") || "") + " " + Math.round(e.getBoundingClientRect().right)).join(", ");
	})()`))
}
