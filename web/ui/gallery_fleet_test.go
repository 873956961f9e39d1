package ui_test

import (
	"fmt"
	"math"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/web/ui"
)

func overviewPage() templ.Component {
	return all(
		ui.PageHeader{
			Context: fleetContext, Title: "Overview",
			Freshness: ui.Freshness{State: ui.ShapePartial, AsOf: minutesAgo(3), Parts: []ui.Link{{Text: "211 of 214 customers read completely"}, {Text: "1 late", URL: "/sync?state=late"}, {Text: "2 not read", URL: "/sync?state=unread"}}},
			Actions:   []ui.Action{{Text: "Sync now", Icon: "arrow_sync", Post: "/sync"}},
		},
		in(ui.Columns(), in(ui.Col("9"), attention()), in(ui.Col("3"), fleetLedger())),
		in(ui.Columns(), in(ui.Col("6"), trend()), in(ui.Col("3"), checkIns()), in(ui.Col("3"), systems())),
		in(ui.Columns(), in(ui.Col("8"), freshTable()), in(ui.Col("4"), furthest())),
	)
}

func attention() templ.Component {
	act := func(s string) ui.Link { return ui.Link{Text: s, URL: "/do"} }
	return in(ui.Section{Title: "Needs a person", Count: "11", Link: ui.Link{Text: "All 11, snoozed 3", URL: "/attention"}}.With(), ui.AttentionList{Items: []ui.Attention{
		{Shape: ui.ShapeBad, Text: "Provisioning is in quarantine: Salesforce", Detail: "Salesforce refuses the stored credentials (401) since Tue 10:05; 412 people wait", Tenants: ui.Link{Text: "3 customers", URL: "/provisioning?state=quarantine"}, When: "3 d 17 h", Action: act("Open X-ray")},
		{Shape: ui.ShapeBad, Text: "Apple push certificate ends in 2 days", Detail: "312 iPhones and iPads stop checking in on 23 Nov", Tenant: &woodgrove, When: "ends 23 Nov", Action: act("Renewal steps")},
		{Shape: ui.ShapeWarn, Text: "Consent drift: 2 permissions missing", Detail: "Apps and provisioning are no longer read; removed in the tenant on 19 Nov", Tenant: &fabrikam, When: "2 d", Action: act("Send consent link")},
		{Shape: ui.ShapeWarn, Text: "Consent drift: 1 permission more than asked", Detail: "DeviceManagementApps.ReadWrite.All is granted, but no feature needs it", Tenant: &litware, When: "5 d", Action: act("Show difference")},
		{Shape: ui.ShapeUnknown, Text: "Devices not read since yesterday", Detail: "604 devices are unknown; Microsoft answers AADSTS65001: consent not found", Tenant: &tailspin, When: "26 h", Action: act("Open doctor")},
		{Shape: ui.ShapeUnknown, Text: "Never read: no Intune licence found", Detail: "Consent is complete; the first sync stopped at the licence, nothing is counted yet", Tenant: &lamna, When: "4 h", Action: act("Open doctor")},
		{Shape: ui.ShapePending, Text: "Wipe of NWT-LT-0482 waits for a second person", Detail: "Asked by R. Ives 12 min ago; the request lapses in 48 min", Tenant: &northwind, When: "12 min", Action: act("Review request")},
		{Shape: ui.ShapeWarn, Text: "Partner relationship (GDAP) ends in 9 days", Detail: "“First Up support 2024” carries Intune Administrator for 14 technicians", Tenant: &wideworld, When: "ends 30 Nov", Action: act("Extend")},
	}})
}

func fleetLedger() templ.Component {
	bar := &ui.Stack{Label: "43,902 compliant, 688 in grace period, 2,671 noncompliant, 1,056 unknown", Parts: []ui.StackPart{{Tone: "ok", N: 43902}, {Tone: "warn", N: 688}, {Tone: "bad", N: 2671}, {Tone: "unknown", N: 1056}}}
	line := func(label string, shape ui.Shape, n int64, note string) ui.LedgerLine {
		return ui.LedgerLine{Label: label, Shape: shape, Number: ui.N(n), URL: "/devices", Note: note}
	}
	gap, stopped, high := line("Customers connected", "", 211, "of 214"), line("Provisioning jobs", "", 96, "5 stopped"), line("Open incidents", "", 12, "2 high")
	gap.Gap, stopped.Bad, high.Bad = true, true, true
	return in(ui.Section{Title: "Fleet", AsOf: minutesAgo(3)}.With(), ui.Ledger{Lines: []ui.LedgerLine{
		{Label: "Devices", Number: ui.N(48317), URL: "/devices", Hero: true, Stack: bar},
		line("Compliant", ui.ShapeOK, 43902, ui.Percent(43902, 48317)), line("In grace period", ui.ShapeWarn, 688, ui.Percent(688, 48317)),
		line("Noncompliant", ui.ShapeBad, 2671, ui.Percent(2671, 48317)), line("Unknown", ui.ShapeUnknown, 1056, ui.Percent(1056, 48317)),
		gap, stopped, line("Ends within 30 days", "", 4, ""), high,
	}})
}

func trend() templ.Component {
	var points []ui.Point
	for i := range 90 {
		day := now.AddDate(0, 0, i-89)
		v := 88 + 1.8*math.Sin(float64(i)/12)*math.Exp(-float64(i)/60) + float64(max(0, i-50))*0.125
		points = append(points, ui.Point{Label: day.Format("2 Jan"), Value: math.Round(v*10) / 10, Read: i < 48 || i > 50})
	}
	return in(ui.Section{Title: "Compliance", Count: "of devices read, 90 days"}.With(),
		ui.LineChart{ID: "trend", Label: "Compliance of devices read rose from 88.0% on 24 August to 92.9% on 21 November; three days in October were not read.", Points: points, Unit: "%", Target: 95, GapText: "not read 11–13 Oct", Column: "Compliant"})
}

func checkIns() templ.Component {
	return in(ui.Section{Title: "Last check-in"}.With(), ui.Bars{Rows: []ui.Bar{
		{Label: "Today", N: 31204, URL: "/devices"}, {Label: "1–7 days", N: 11806, URL: "/devices"}, {Label: "8–30 days", N: 3127, URL: "/devices"},
		{Label: "31–90 days", N: 1402, URL: "/devices", Tone: "warn"}, {Label: "Over 90 days", N: 502, URL: "/devices", Tone: "warn"}, {Label: "Never", N: 276, URL: "/devices", Tone: "unknown"},
	}})
}

func systems() templ.Component {
	return in(ui.Section{Title: "Operating system"}.With(), ui.Bars{Note: "Windows 10 is out of support since 14 Oct 2025.", Rows: []ui.Bar{
		{Label: "Windows 11", N: 27940, URL: "/devices"}, {Label: "iOS, iPadOS", N: 8955, URL: "/devices"}, {Label: "Android", N: 4871, URL: "/devices"},
		{Label: "Windows 10", N: 4312, URL: "/devices", Tone: "warn"}, {Label: "macOS", N: 1987, URL: "/devices"}, {Label: "Not reported", N: 252, URL: "/devices", Tone: "unknown"},
	}})
}

func freshTable() templ.Component {
	var rows []ui.Row
	for _, r := range []struct {
		name                string
		fresh, late, unread int64
		oldest, target      string
	}{{"Managed devices", 211, 1, 2, "3 min", "15 min"}, {"Compliance policies", 209, 3, 2, "11 min", "1 h"}, {"Apps and assignments", 198, 13, 3, "2 h 40 min", "4 h"}, {"Provisioning jobs", 212, 0, 2, "6 min", "15 min"}, {"Incidents", 187, 9, 18, "9 min", "30 min"}} {
		late := ui.NumberCell(r.late, "/sync")
		if r.late > 0 {
			late.Tone = "warn"
		}
		rows = append(rows, ui.Row{Name: r.name, Cells: []ui.Cell{ui.ViewCell(ui.FreshStrip(r.fresh, r.late, r.unread)), ui.NumberCell(r.fresh, "/sync"), late, ui.NumberCell(r.unread, "/sync"), ui.TextCell(r.oldest), ui.QuietCell(r.target)}})
	}
	return in(ui.Section{Title: "How fresh is what you see", Link: ui.Link{Text: "Sync ledger", URL: "/sync"}}.With(),
		ui.Table{Inset: true, Light: true, Caption: "Freshness by dataset", Rows: rows, Columns: []ui.Column{
			{Label: "Dataset", Width: 180}, {Label: "214 customers", Phone: "line"}, {Label: "Fresh", Kind: ui.KindNumber, Width: 72}, {Label: "Late", Kind: ui.KindNumber, Width: 64},
			{Label: "Not read", Kind: ui.KindNumber, Width: 80}, {Label: "Oldest", Kind: ui.KindNumber, Width: 104, Priority: 2}, {Label: "Target", Kind: ui.KindNumber, Width: 84, Priority: 2},
		}},
		ui.Note("Apps: Microsoft answers 503 to large pages, so they are read 20 at a time. Incidents: read as a person; in 18 customers nobody signed in today."))
}

func furthest() templ.Component {
	row := func(c ui.TenantChip, n int64, share ui.Cell) ui.Row {
		return ui.Row{Name: c.Name, URL: c.URL, Tenant: &c, Cells: []ui.Cell{ui.NumberCell(n, "/devices"), share}}
	}
	return in(ui.Section{Title: "Furthest from target", Link: ui.Link{Text: "All customers", URL: "/tenants"}}.With(), ui.Table{Inset: true, Light: true, Caption: "Customers furthest from the target", Columns: []ui.Column{
		{Label: "Customer"}, {Label: "Devices", Kind: ui.KindNumber, Width: 72}, {Label: "Compliant", Kind: ui.KindNumber, Width: 110},
	}, Rows: []ui.Row{row(tailspin, 604, ui.UnknownCell("")), row(vanarsdel, 288, ui.TextCell("71.9%")), row(adatum, 2210, ui.TextCell("78.4%")), row(contoso, 1284, ui.TextCell("88.7%"))}})
}

func devicesPage() templ.Component {
	return all(
		ui.PageHeader{
			Context: fleetContext, Title: "Devices", Count: "1,204",
			Freshness: ui.Freshness{State: ui.ShapePartial, AsOf: minutesAgo(3), Parts: []ui.Link{{Text: "from 211 of 214 customers"}, {Text: "Tailspin Toys: 26 h old", URL: "/t/x"}, {Text: "2 not read, so not counted here", URL: "/sync"}}},
			Actions:   []ui.Action{{Text: "Save view", Icon: "star", Kind: ui.Quiet, URL: "/me/views"}, {Text: "CSV", Icon: "arrow_download", Kind: ui.Quiet, URL: "/devices?format=csv", Download: true}, {Text: "Sync", Icon: "arrow_sync", Post: "/sync"}},
		},
		ui.FilterBar{
			Action: "/devices", Placeholder: "Name, serial, user, IMEI, MAC", ClearURL: "/devices", Hidden: []ui.Pair{{Name: "sort", Value: "checkin"}},
			Tokens: []ui.Token{{Field: "Compliance", Values: []string{"Noncompliant", "In grace", "Conflict"}, RemoveURL: "/devices?os=Windows"}, {Field: "System", Values: []string{"Windows"}, RemoveURL: "/devices"}, {Field: "Check-in", Values: []string{"over 7 days ago"}, RemoveURL: "/devices"}},
			Fields: []ui.FilterField{
				{Name: "compliance", Label: "Compliance", Options: []ui.Option{{Value: "noncompliant", Label: "Noncompliant", Selected: true}, {Value: "inGracePeriod", Label: "In grace", Selected: true}, {Value: "compliant", Label: "Compliant"}}},
				{Name: "os", Label: "System", Options: []ui.Option{{Value: "Windows", Label: "Windows", Selected: true}, {Value: "iOS", Label: "iOS"}}},
				{Name: "tenant", Label: "Customer", Single: true, Options: []ui.Option{{Value: "1", Label: "Contoso"}, {Value: "2", Label: "Adatum"}}},
				{Name: "model", Label: "Model contains"},
			},
		},
		deviceTable(),
		ui.Pager{From: "1", To: "22", Count: "1,204", NextURL: "/devices?after=x", NextText: "Next 50"},
	)
}

func deviceTable() ui.Table {
	t := ui.Table{
		ID: "devices", Caption: "Devices, longest without check-in first",
		Columns: []ui.Column{
			{Key: "name", Label: "Device", Width: 136, SortURL: "?sort=name"}, {Key: "tenant", Label: "Customer", Kind: ui.KindTenant, Width: 178}, {Key: "user", Label: "Primary user"},
			{Key: "os", Label: "System", Width: 142, Priority: 2, Phone: "hide"}, {Key: "compliance", Label: "Compliance", Kind: ui.KindState, Width: 156}, {Key: "checkin", Label: "Check-in", Kind: ui.KindTime, Width: 92, SortURL: "?sort=-checkin", Sort: "asc"},
			{Key: "serial", Label: "Serial", Kind: ui.KindMono, Width: 138, Priority: 3}, {Key: "action", Label: "Last action", Width: 172, Priority: 2},
		},
		Bulk: &ui.Bulk{
			Action: "/devices/actions", One: "device", Many: "devices",
			Actions: []ui.Action{{Text: "Sync", Name: "do", Value: "sync"}, {Text: "Restart", Name: "do", Value: "restart"}, {Text: "Retire…", Name: "do", Value: "retire", Kind: ui.Danger}, {Text: "Wipe…", Reason: "Wipe: sign in at Adatum first"}},
		},
	}
	states := []ui.Cell{ui.StateCell(ui.ShapeBad, "Noncompliant"), ui.StateCell(ui.ShapeWarn, "In grace, 2 d left"), ui.StateCell(ui.ShapeConflict, "Conflict"), ui.StateCell(ui.ShapeStale, "Was noncompliant"), ui.UnknownCell("")}
	tenants := []ui.TenantChip{northwind, adatum, adatum, woodgrove, contoso, litware, vanarsdel, wideworld, wideworld, proseware, tailspin}
	for i := range 22 {
		c := tenants[i%len(tenants)]
		r := ui.Row{Name: fmt.Sprintf("NWT-LT-%04d", 482+i*7), URL: fmt.Sprint("/t/x/devices/", i), Key: fmt.Sprint("id-", i), Selected: i == 0 || i == 2, Cells: []ui.Cell{
			ui.TenantCell(c), ui.TextCell("j.mora@" + c.Domain), ui.TextCell("Windows 11 24H2"), states[[]int{0, 0, 0, 1, 0, 2, 0, 3, 4}[i%9]], ui.TimeCell(ui.NewTime(now.AddDate(0, 0, -8-i/3), now)), ui.MonoCell(fmt.Sprintf("0F37B2P24%05d", i*7919%99999)), {},
		}}
		if i == 0 {
			r.Cells[6] = ui.StateCell(ui.ShapePending, "Wipe: to approve")
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func provisioningPage() templ.Component {
	table := ui.Table{Caption: "Provisioning jobs, worst first", Columns: []ui.Column{
		{Label: "Application", Width: 166}, {Label: "Customer", Kind: ui.KindTenant, Width: 172}, {Label: "State", Kind: ui.KindState, Width: 150, SortURL: "?sort=state", Sort: "desc"}, {Label: "Reason"},
		{Label: "Since", Kind: ui.KindTime, Width: 100, Priority: 2}, {Label: "Cycle", Width: 118, Priority: 3}, {Label: "Wait", Kind: ui.KindNumber, Width: 60, Phone: "hide"}, {Label: "Last success", Kind: ui.KindTime, Width: 116, Priority: 2, Phone: "hide"}, {Label: "Next try", Kind: ui.KindTime, Width: 116},
	}}
	for _, r := range []struct {
		name   string
		c      ui.TenantChip
		s      ui.Cell
		reason string
		p      int64
	}{{"Salesforce", woodgrove, ui.StateCell(ui.ShapeBad, "Quarantine"), "401: credentials refused", 61}, {"Salesforce", contoso, ui.StateCell(ui.ShapeBad, "Quarantine"), "401: credentials refused", 22}, {"ServiceNow", adatum, ui.StateCell(ui.ShapeBad, "Quarantine"), "More than 500 deletes in one cycle", 0}, {"Workday to Entra ID", fabrikam, ui.UnknownCell(""), "Not read: permission missing", -1}, {"Dropbox Business", litware, ui.StateCell(ui.ShapeWarn, "Some entries fail"), "409: login name already taken", 100}, {"Amazon Web Services", adatum, ui.StateCell(ui.ShapePaused, "Paused"), "by m.chen@adatum.com", -1}, {"GitHub Enterprise", proseware, ui.StateCell(ui.ShapePending, "First cycle"), "–", 37}, {"Slack", contoso, ui.StateCell(ui.ShapeOK, "Steady"), "–", -1}} {
		cycle := ui.DashCell()
		if r.p >= 0 {
			cycle = ui.MeterCell(ui.Meter{Part: r.p, Whole: 100, Text: fmt.Sprint(r.p, "%")})
		}
		table.Rows = append(table.Rows, ui.Row{Name: r.name, URL: "/job", Cells: []ui.Cell{ui.TenantCell(r.c), r.s, ui.TextCell(r.reason), ui.TextCell("3 d 17 h"), cycle, ui.NumberCell(238, "/job"), ui.QuietCell("17 Nov, 09:25"), ui.TimeCell(ui.Future(now.Add(41*60e9), now))}})
	}
	return all(
		ui.PageHeader{Context: fleetContext, Title: "Provisioning", Count: "96 jobs", Freshness: ui.Freshness{State: ui.ShapePartial, AsOf: minutesAgo(6), Parts: []ui.Link{{Text: "from 212 of 214 customers"}, {Text: "2 not read", URL: "/sync"}}}, Actions: []ui.Action{{Text: "CSV", Icon: "arrow_download", Kind: ui.Quiet, URL: "?format=csv"}, {Text: "Sync", Icon: "arrow_sync", Post: "/sync"}}},
		ui.StateCounts{{N: 5, State: ui.State{Shape: ui.ShapeBad, Text: "in quarantine"}, URL: "?state=quarantine"}, {N: 6, State: ui.State{Shape: ui.ShapeWarn, Text: "some entries fail"}, URL: "?state=failing"}, {N: 4, State: ui.State{Shape: ui.ShapePaused, Text: "paused"}, URL: "?state=paused"}, {N: 2, State: ui.State{Shape: ui.ShapeUnknown, Text: "unknown"}, URL: "?state=unknown"}, {N: 78, State: ui.State{Shape: ui.ShapeOK, Text: "steady"}, URL: "?state=steady"}},
		ui.Banner{Kind: "bad", Title: "Same cause in 3 customers: Salesforce refuses the stored credentials (401) since Tue 17 Nov, 10:05.", Text: "412 people and groups wait. The first failure came 25 minutes after Salesforce’s own sign-in change.", ActionURL: "/compare", ActionText: "Compare the 3 jobs"},
		ui.FilterBar{Action: "/provisioning", Placeholder: "Application or customer", Fields: []ui.FilterField{{Name: "state", Label: "State", Options: []ui.Option{{Value: "quarantine", Label: "Quarantine"}}}}},
		table, ui.Pager{From: "1", To: "8", Count: "about 96,000", Exact: "?count=exact", PrevURL: "?before=x", NextURL: "?after=x"},
	)
}
