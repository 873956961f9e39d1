package approvals

import (
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/web/ui"
)

// tightest is the measure that a request comes nearest to, or goes furthest above.
func tightest(all []brake.Measure) brake.Measure {
	t := all[0]
	for _, m := range all[1:] {
		if m.Used+m.This-m.Limit > t.Used+t.This-t.Limit {
			t = m
		}
	}
	return t
}

func meter(m brake.Measure) ui.Budget {
	return ui.Budget{Used: int64(m.Used), This: int64(m.This), Limit: int64(m.Limit), Label: labelOf(m) + ": " + ui.N(int64(m.Used)) + " used, " + ui.N(int64(m.This)) + " more asked for, " + ui.N(int64(m.Limit)) + " allowed"}
}

// labelOf names the customer where a set may be of several.
func labelOf(m brake.Measure) string {
	switch m.Name {
	case "customer_hour", "customer_day":
		return m.Customer + strings.TrimPrefix(m.Label, "This customer")
	case "share":
		return m.Customer + ", share of its devices within a day"
	}
	return m.Label
}

// mostMeasures are shown of a set over many customers: the tightest comes above them in any case.
const mostMeasures = 9

func budgets(all []brake.Measure) ui.Ledger {
	var l ui.Ledger
	for _, m := range all[:min(len(all), mostMeasures)] {
		note := "of " + strconv.Itoa(m.Limit)
		if m.Name == "share" && m.Fleet == 0 {
			note += ", fleet never counted"
		}
		l.Lines = append(l.Lines, ui.LedgerLine{Label: labelOf(m), Number: ui.N(int64(m.Used + m.This)), Note: note, Bad: m.Over()})
	}
	return l
}
