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
	l := figures.Compliance(v.Devices, v.fresh, "/devices")
	if v.fresh.Unread > 0 {
		l.Lines = append(l.Lines, ui.LedgerLine{Label: "Customers not read", Shape: ui.ShapeUnknown, Number: ui.N(int64(v.fresh.Unread)), URL: syncURL(graphsync.Devices, "unread"), Note: "not counted", Gap: true})
	}
	connected := int64(v.States[string(tenant.StateConnected)])
	l.Lines = append(l.Lines, ui.LedgerLine{Label: "Customers connected", Number: ui.N(connected), URL: "/tenants?state=connected", Note: "of " + ui.N(int64(v.Customers)), Gap: true})
	jobs := ui.LedgerLine{Label: "Provisioning jobs", Number: ui.N(v.jobs), URL: "/provisioning", Note: stopped(v.ill), Bad: v.ill > 0}
	if !v.jobsRead {
		jobs.Number, jobs.URL, jobs.Note = "–", "", "not read yet"
	}
	l.Lines = append(l.Lines, jobs)
	for i := range l.Lines {
		l.Lines[i].URL = v.list(l.Lines[i].URL)
	}
	return l
}

// syncURL is the sync page for a dataset, with the readings of that age.
func syncURL(dataset, age string) string { return "/sync?age=" + age + "&dataset=" + dataset }

func stopped(n int64) string {
	if n == 0 {
		return ""
	}
	return ui.N(n) + " stopped"
}

func (v view) checkIns() ui.Bars { return v.bars(figures.CheckIns(v.Devices, "/devices")) }

func (v view) systems() ui.Bars { return v.bars(figures.Systems(v.Devices, "/devices")) }

func (v view) bars(b ui.Bars) ui.Bars {
	for i := range b.Rows {
		b.Rows[i].URL = v.list(b.Rows[i].URL)
	}
	return b
}

// freshTable is how fresh each dataset is, customer by customer.
func (v view) freshTable() ui.Table {
	t := ui.Table{ID: "fresh", Caption: "How fresh each dataset is", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "dataset", Label: "Dataset"}, {Key: "strip", Label: ui.Count(int64(v.Customers), "customer", "customers"), Priority: 2, Width: 130, Phone: "hide"},
		{Key: "fresh", Label: "Fresh", Kind: ui.KindNumber, Width: 62, Phone: "hide"}, {Key: "late", Label: "Late", Kind: ui.KindNumber, Width: 54},
		{Key: "unread", Label: "Not read", Kind: ui.KindNumber, Width: 78}, {Key: "oldest", Label: "Oldest", Kind: ui.KindTime, Width: 100, Phone: "left"},
		{Key: "target", Label: "Target", Kind: ui.KindNumber, Priority: 3, Width: 70},
	}}
	for _, d := range v.Datasets {
		t.Rows = append(t.Rows, ui.Row{Name: d.Label, URL: v.list("/sync?dataset=" + d.Name), Cells: []ui.Cell{
			ui.ViewCell(ui.FreshStrip(int64(d.Fresh), int64(d.Late), int64(d.Unread))),
			v.door(d, d.Fresh, "fresh"), v.door(d, d.Late, "late"), v.door(d, d.Unread, "unread"),
			ui.TimeCell(ui.NewTime(deref(d.Oldest), v.now)), ui.QuietCell(ui.Length(d.target)),
		}})
	}
	return t
}

// door is a number of customers that leads to their readings.
func (v view) door(d dataset, n int, age string) ui.Cell {
	if n == 0 {
		return ui.QuietCell("0")
	}
	c := ui.NumberCell(int64(n), v.list(syncURL(d.Name, age)))
	if age == "late" {
		c.Tone = "warn"
	}
	return c
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// furthest are the customers whose devices are furthest from target, the unknown ones first.
func (v view) furthest() ui.Table {
	t := ui.Table{ID: "furthest", Caption: "Customers furthest from target", Inset: true, Light: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 78}, {Key: "compliant", Label: "Compliant", Kind: ui.KindState, Width: 118},
	}}
	for _, c := range v.Furthest {
		chip := page.Chip(c.tenant, "")
		t.Rows = append(t.Rows, ui.Row{Name: c.Name, URL: chip.URL, Tenant: &chip, Cells: []ui.Cell{c.devices(), c.share()}})
	}
	return t
}

func (c customer) devices() ui.Cell {
	if c.Devices == nil {
		return ui.QuietCell("not read")
	}
	return ui.NumberCell(*c.Devices, page.Chip(c.tenant, "/devices").URL)
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
