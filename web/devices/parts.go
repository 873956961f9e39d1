package devices

import (
	"net/url"
	"strconv"
	"time"

	"github.com/tenantry/tenantry/web/fresh"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of a device's page, ready to print.

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{
		Tenant: &chip, Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}}, Title: v.Name, Pills: v.pills(),
		Freshness: v.fresh, Jump: ui.Link{Text: "Actions", URL: "#actions"},
	}
}

func (v view) pills() []ui.State {
	pills := []ui.State{v.state}
	if v.action != nil && v.action.Shape == ui.ShapePending {
		pills = append(pills, *v.action)
	}
	return pills
}

// banner says what makes the whole page doubtful, the strongest first.
func (v view) banner() *ui.Banner {
	now := v.chrome.Now
	switch {
	case v.GoneAt != nil:
		return &ui.Banner{
			Kind: "unknown", Shape: ui.ShapeNone, Title: "This device is no longer in Intune.",
			Text: "The complete reading of " + ui.NewTime(*v.GoneAt, now).Title + " did not have it any more. The page shows what was read before.",
		}
	case v.Late:
		text := "The last complete reading is older than its target. Nothing here counts as compliant until the next one."
		if v.read.Error.Sentence != "" {
			text = v.read.Error.Sentence + " Nothing here counts as compliant until the next complete reading."
		}
		return &ui.Banner{Kind: "unknown", Title: "You see the state of " + v.fresh.AsOf.Text + ".", Text: text, ActionText: "Show the sync", ActionURL: fresh.SyncURL(v.m, v.read.Dataset)}
	}
	return nil
}

// maxQuery is the longest text that a list searches for, in bytes.
const maxQuery = 200

// silent is the age of a last check-in that deserves a look.
const silent = 7 * 24 * time.Hour

func (v view) headFacts() ui.Facts {
	d, now := v.device, v.chrome.Now
	person := ui.QuietCell("none")
	switch {
	case d.UPN != "" && len(d.UPN) <= maxQuery:
		person = ui.LinkCell(v.User, v.m.Path("/devices")+"?q="+url.QueryEscape(d.UPN))
	case v.User != "":
		person = ui.TextCell(v.User) // lists do not search by mail
	}
	serial := ui.TextCell("")
	if d.Serial != "" {
		serial = ui.CopyCell(d.Serial, "", "Copy serial")
	}
	checkIn := v.when(v.LastSyncAt)
	if d.LastSyncAt.IsZero() || now.Sub(d.LastSyncAt) > silent {
		checkIn = ui.StateCell(ui.ShapeWarn, ui.NewTime(d.LastSyncAt, now).Text)
	}
	return ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Primary user", Value: person},
		{Label: "Serial", Value: serial},
		{Label: "Last check-in", Value: checkIn},
		{Label: "Model", Value: ui.TextCell(model(d.Manufacturer, d.Model))},
		{Label: "System", Value: ui.TextCell(systemExact(d))},
		{Label: "Owner", Value: ui.TextCell(ownership(d.Ownership))},
		{Label: "Enrolled", Value: v.when(v.EnrolledAt)},
		{Label: "Intune device id", Value: ui.CopyCell(d.ID, short(d.ID), "Copy Intune device id")},
	}}
}

// short is the two ends of an identifier: enough to tell two apart.
func short(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:8]) + "…" + string(r[len(r)-4:])
	}
	return ""
}

// model puts the maker before the model where the model does not begin with it.
func model(maker, name string) string {
	if maker == "" || len(name) >= len(maker) && name[:len(maker)] == maker {
		return name
	}
	if name == "" {
		return maker
	}
	return maker + " " + name
}

func (v view) tabs() ui.Tabs {
	t := ui.Tabs{Label: "Parts of this device", Items: []ui.Tab{{Text: "Summary", URL: v.URL, Current: v.tab == tabSummary}}}
	t.Items = append(t.Items, ui.Tab{Text: "Hardware", URL: v.URL + string(tabHardware), Current: v.tab == tabHardware})
	if v.GoneAt == nil {
		t.Items = append(t.Items, ui.Tab{Text: "Policies", URL: v.policiesURL(), Current: v.tab == tabPolicies})
	}
	if v.device.OS == "Windows" || v.Protection != nil || v.tab == tabProtection {
		t.Items = append(t.Items, ui.Tab{Text: "Protection", URL: v.URL + string(tabProtection), Current: v.tab == tabProtection})
	}
	if v.GoneAt == nil || len(v.Results) > 0 {
		t.Items = append(t.Items, ui.Tab{Text: "Remote actions", URL: v.resultsURL(), Current: v.tab == tabResults})
	}
	if v.device.OS == "Windows" && v.GoneAt == nil || v.tab == tabDiagnostics {
		t.Items = append(t.Items, ui.Tab{Text: "Diagnostics", URL: v.diagnosticsURL(), Current: v.tab == tabDiagnostics})
	}
	if len(v.timeline) > 0 {
		t.Items = append(t.Items, ui.Tab{Text: "History", Count: strconv.Itoa(len(v.timeline)), URL: v.URL + string(tabHistory), Current: v.tab == tabHistory})
	}
	return t
}

var whyTitles = map[string]string{
	"noncompliant": "Why it is noncompliant", "inGracePeriod": "Why it is in grace", "conflict": "Why it is in conflict", "error": "Why it has an error",
	"compliant": "Compliance", "configManager": "Compliance",
}

func (v view) whyTitle() string {
	if t := whyTitles[v.Compliance]; t != "" {
		return t
	}
	return "Why it is unknown"
}

func (v view) whyFacts() ui.Facts {
	items := []ui.Fact{{Label: "State", Value: ui.Cell{State: &v.state}}}
	now := v.chrome.Now
	if v.Why.Since != nil {
		items = append(items, ui.Fact{Label: "First read so", Value: ui.TimeCell(ui.Clock(*v.Why.Since, now))})
	}
	if v.Why.GraceUntil != nil {
		items = append(items, ui.Fact{Label: "Grace period ends", Value: ui.TimeCell(ui.Clock(*v.Why.GraceUntil, now)), Note: ui.Future(*v.Why.GraceUntil, now).Text})
	}
	return ui.Facts{Items: items}
}

func (g group) list() ui.Facts {
	var f ui.Facts
	for _, it := range g.Facts {
		f.Items = append(f.Items, ui.Fact{Label: it.Label, Value: it.cell()})
	}
	return f
}

func (f fact) cell() ui.Cell {
	if f.mono {
		return ui.MonoCell(f.Value)
	}
	return ui.TextCell(f.Value)
}

// recentEvents is how much of the timeline the summary shows.
const recentEvents = 8

func (v view) recent() ui.Timeline { return v.timeline[:min(len(v.timeline), recentEvents)] }

func (v view) allHistory() ui.Link {
	if len(v.timeline) <= recentEvents {
		return ui.Link{}
	}
	return ui.Link{Text: "The whole history", URL: v.URL + string(tabHistory)}
}

func (v view) historyNote() string {
	if len(v.Changes) == maxChanges {
		return "The newest " + strconv.Itoa(maxChanges) + " changes"
	}
	return ""
}

func (v view) sameTable() ui.Table {
	t := ui.Table{ID: "same-serial", Caption: "Devices with the same serial number", Inset: true, Columns: []ui.Column{
		{Key: "name", Label: "Device"}, {Key: "customer", Label: "Customer", Kind: ui.KindTenant}, {Key: "checkin", Label: "Check-in", Kind: ui.KindTime, Width: 120},
	}}
	for _, e := range v.SameSerial {
		name := e.Name
		if name == "" {
			name = "Device without a name"
		}
		t.Rows = append(t.Rows, ui.Row{Name: name, URL: e.URL, Cells: []ui.Cell{ui.TenantCell(e.Tenant.Chip()), v.when(e.LastSyncAt)}})
	}
	return t
}

func (v view) whySection() ui.Section {
	return ui.Section{Title: v.whyTitle(), AsOf: v.fresh.AsOf, Late: v.Late}
}

func (v view) sameSection() ui.Section {
	return ui.Section{Title: "Same serial number", Count: ui.N(int64(len(v.SameSerial))), Rule: true}
}

func (v view) recentSection() ui.Section {
	return ui.Section{Title: "Timeline", Rule: true, Link: v.allHistory()}
}

func (v view) historySection() ui.Section {
	return ui.Section{Title: "Timeline", Note: v.historyNote()}
}

func (g group) section(rule bool) ui.Section { return ui.Section{Title: g.Title, Rule: rule} }
