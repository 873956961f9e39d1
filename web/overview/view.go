package overview

import (
	"time"

	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/figures"
	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

func freshLine(v view) ui.Freshness { return fresh.Line(v.fresh, v.m, v.now) }

// ledger is the fleet in figures; each number leads to the rows that it counts.
func (v view) ledger() ui.Ledger {
	l := figures.Compliance(v.Devices, v.fresh.State == graphsync.Complete || v.fresh.State == graphsync.Partial, "/devices")
	connected := int64(v.States[string(tenant.StateConnected)])
	l.Lines = append(l.Lines,
		ui.LedgerLine{Label: "Customers connected", Number: ui.N(connected), URL: "/tenants?state=connected", Note: "of " + ui.N(int64(v.Customers)), Gap: true},
		ui.LedgerLine{Label: "Provisioning jobs", Number: ui.N(v.jobs), URL: "/provisioning", Note: stopped(v.ill), Bad: v.ill > 0},
	)
	return l
}

func stopped(n int64) string {
	if n == 0 {
		return ""
	}
	return ui.N(n) + " stopped"
}

func (v view) trend() ui.LineChart { return figures.Trend(v.days, trendDays, v.now) }

func (v view) checkIns() ui.Bars { return figures.CheckIns(v.Devices, "/devices") }

func (v view) systems() ui.Bars { return figures.Systems(v.Devices, "/devices") }

// freshTable is how fresh each dataset is, customer by customer.
func (v view) freshTable() ui.Table {
	t := ui.Table{ID: "fresh", Caption: "How fresh each dataset is", Inset: true, Columns: []ui.Column{
		{Key: "dataset", Label: "Dataset", Width: 220}, {Key: "strip", Label: ui.Count(int64(v.Customers), "customer", "customers"), Priority: 2},
		{Key: "fresh", Label: "Fresh", Kind: ui.KindNumber, Width: 80}, {Key: "late", Label: "Late", Kind: ui.KindNumber, Width: 80},
		{Key: "unread", Label: "Not read", Kind: ui.KindNumber, Width: 90}, {Key: "oldest", Label: "Oldest", Kind: ui.KindTime, Width: 110},
		{Key: "target", Label: "Target", Kind: ui.KindNumber, Priority: 2, Width: 90},
	}}
	for _, d := range v.Datasets {
		url := "/sync?dataset=" + d.Name
		oldest := time.Time{}
		if d.Oldest != nil {
			oldest = *d.Oldest
		}
		t.Rows = append(t.Rows, ui.Row{Name: d.Label, URL: url, Cells: []ui.Cell{
			ui.ViewCell(ui.FreshStrip(int64(d.Fresh), int64(d.Late), int64(d.Unread))),
			ui.TextCell(ui.N(int64(d.Fresh))), late(d.Late), ui.TextCell(ui.N(int64(d.Unread))),
			ui.TimeCell(ui.NewTime(oldest, v.now)), ui.QuietCell(ui.Length(d.target)),
		}})
	}
	return t
}

func late(n int) ui.Cell {
	c := ui.TextCell(ui.N(int64(n)))
	if n > 0 {
		c.Tone = "warn"
	}
	return c
}

// furthest are the customers whose devices are furthest from target, the unknown ones first.
func (v view) furthest() ui.Table {
	t := ui.Table{ID: "furthest", Caption: "Customers furthest from target", Inset: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 90}, {Key: "compliant", Label: "Compliant", Kind: ui.KindState, Width: 130},
	}}
	for _, c := range v.Furthest {
		t.Rows = append(t.Rows, ui.Row{Name: c.Name, URL: "/t/" + c.ID, Cells: []ui.Cell{c.devices(), c.share()}})
	}
	return t
}

func (c customer) devices() ui.Cell {
	if c.Compliant == nil {
		return ui.Cell{Text: "not read", Quiet: true}
	}
	return ui.NumberCell(c.Devices, page.Chip(c.tenant, "/devices").URL)
}

func (c customer) share() ui.Cell {
	if c.Compliant == nil {
		return ui.UnknownCell("")
	}
	text := ui.Percent(int64(*c.Compliant*1e6), 1e6)
	switch {
	case c.stale:
		return ui.StateCell(ui.ShapeStale, "was "+text)
	case *c.Compliant >= 0.95:
		return ui.StateCell(ui.ShapeOK, text)
	}
	return ui.StateCell(ui.ShapeWarn, text)
}
