// Package figures draws the counters of devices: compliance as a ledger, check-in and systems as bars, the share of compliant devices
// over time. Each number leads to the rows that it counts.
//
// It reads nothing and decides nothing; the overview and a tenant's summary show the same figures over different scopes.
package figures

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/web/ui"
)

var complianceParts = []struct {
	key, label, tone string
	shape            ui.Shape
}{
	{"compliant", "Compliant", "ok", ui.ShapeOK}, {"inGracePeriod", "In grace period", "warn", ui.ShapeWarn},
	{"noncompliant", "Noncompliant", "bad", ui.ShapeBad}, {"conflict", "Conflict", "warn", ui.ShapeConflict}, {"error", "Error", "bad", ui.ShapeBad},
	{"configManager", "Config Manager", "unknown", ui.ShapeNone}, {"unknown", "Unknown", "unknown", ui.ShapeUnknown},
}

// Compliance is a ledger of devices by compliance; parts add up to the whole. Base is the path of the list that each number leads to.
func Compliance(counters map[string]int64, read graphsync.Freshness, base string) ui.Ledger {
	total := counters["total"]
	stack := ui.Stack{}
	lines := []ui.LedgerLine{{Label: "Devices", Number: ui.N(total), URL: base, Hero: true}}
	seen := int64(0)
	var words []string
	for _, p := range complianceParts {
		n := counters["compliance:"+p.key]
		seen += n
		if n == 0 && p.key != "compliant" && p.key != "noncompliant" && p.key != "unknown" {
			continue
		}
		shape, label, tone := p.shape, p.label, p.tone
		if p.key == "compliant" {
			shape, label, tone = compliant(read)
		}
		lines = append(lines, ui.LedgerLine{Label: label, Shape: shape, Number: ui.N(n), URL: base + "?compliance=" + p.key, Note: ui.Percent(n, total)})
		stack.Parts = append(stack.Parts, ui.StackPart{Tone: tone, N: n})
		words = append(words, ui.N(n)+" "+strings.ToLower(label))
	}
	if rest := total - seen; rest > 0 {
		lines = append(lines, ui.LedgerLine{Label: "Another state", Shape: ui.ShapeUnknown, Number: ui.N(rest), Note: ui.Percent(rest, total)})
		stack.Parts = append(stack.Parts, ui.StackPart{Tone: "unknown", N: rest})
	}
	stack.Label = strings.Join(words, ", ")
	if total > 0 {
		lines[0].Stack = &stack
	}
	return ui.Ledger{Lines: lines}
}

// compliant is how the good part is shown: green only where every reading behind it is within its target.
func compliant(read graphsync.Freshness) (shape ui.Shape, label, tone string) {
	switch {
	case read.Fresh > 0 && read.Late == 0:
		return ui.ShapeOK, "Compliant", "ok"
	case read.Fresh > 0:
		return ui.ShapePartial, "Compliant, some readings late", "ok"
	}
	return ui.ShapeStale, "Was compliant", "unknown"
}

var checkIns = []struct{ key, label, tone string }{
	{"today", "Today", ""}, {"1-7", "1–7 days", ""}, {"8-30", "8–30 days", ""}, {"31-90", "31–90 days", "warn"}, {"over90", "Over 90 days", "warn"}, {"never", "Never", "unknown"},
}

// CheckIns is the age of the last check-in as bars.
func CheckIns(counters map[string]int64, base string) ui.Bars {
	var b ui.Bars
	for _, c := range checkIns {
		b.Rows = append(b.Rows, ui.Bar{Label: c.label, N: counters["checkin:"+c.key], URL: base + "?checkin=" + c.key, Tone: c.tone})
	}
	return b
}

// Systems is the spread of operating systems as bars, the largest first; what is not reported stands last.
func Systems(counters map[string]int64, base string) ui.Bars {
	var b ui.Bars
	for key, n := range counters {
		if os, ok := strings.CutPrefix(key, "os:"); ok {
			bar := ui.Bar{Label: os, N: n, URL: base + "?os=" + url.QueryEscape(os)}
			if os == "" {
				bar.Label, bar.Tone, bar.URL = "Not reported", "unknown", "" // no filter finds what is not there
			}
			b.Rows = append(b.Rows, bar)
		}
	}
	slices.SortFunc(b.Rows, func(x, y ui.Bar) int {
		return cmp.Or(cmp.Compare(x.Tone, y.Tone), cmp.Compare(y.N, x.N), cmp.Compare(x.Label, y.Label))
	})
	return b
}
