package devices

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// The parts of the confirmation, ready to print.

func (v askView) title() string { return v.kind.Ask + "?" }

func (v askView) url() string { return actURL(v.m.Tenant.ID, v.device.ID, v.kind.Name) }

// here is the confirmation with what was chosen, to come back to from a sign-in. What was written at length does not go into an address.
func (v askView) here() string {
	keep := url.Values{}
	for _, name := range []string{"reason", "keep", "plan", "scan", "name", "person", "owner", "category", "minutes", "title", "client", "email", "exchange", "sip", "rotate", "calendar"} {
		if s := v.form.Get(name); s != "" && len(s) <= maxReason {
			keep.Set(name, s)
		}
	}
	if len(keep) == 0 {
		return v.url()
	}
	return v.url() + "?" + keep.Encode()
}

func (v askView) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Title: v.title(), Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}, {Text: nameOf(v.device), URL: deviceURL(v.m.Tenant.ID, v.device.ID)}}}
}

func (v askView) steps() ui.StepsLine {
	line := ui.StepsLine{{Text: "Confirm", Shape: ui.ShapePending, Current: true}}
	if v.waits() {
		line = append(line, ui.StepsItem{Text: "Second person approves", Shape: ui.ShapeTodo})
	}
	line = append(line, ui.StepsItem{Text: "Microsoft takes it", Shape: ui.ShapeTodo})
	if v.kind.AtOnce {
		return line
	}
	return append(line, ui.StepsItem{Text: "The device answers", Shape: ui.ShapeTodo})
}

func (v askView) facts() ui.Facts {
	d, now := v.device, v.chrome.Now
	owner := ownership(d.Ownership)
	if u := user(d); u != "" {
		owner += "; used by " + u
	}
	checkIn := ui.TimeCell(ui.NewTime(d.LastSyncAt, now))
	switch {
	case d.LastSyncAt.IsZero():
		checkIn = ui.StateCell(ui.ShapeWarn, "Never")
	case now.Sub(d.LastSyncAt) > silent:
		checkIn = ui.StateCell(ui.ShapeWarn, ui.NewTime(d.LastSyncAt, now).Text)
	}
	serial := ui.QuietCell("none")
	if d.Serial != "" {
		serial = ui.MonoCell(d.Serial)
	}
	identity := "Serial"
	if target := asTarget(d); v.kind.Destructive && target.Hardware() != strings.TrimSpace(d.Serial) {
		identity, serial = "Identity, for lack of a serial", ui.MonoCell(target.Hardware())
	}
	return ui.Facts{Items: []ui.Fact{
		{Label: "Customer", Value: ui.TenantCell(page.Chip(v.m.Tenant, "")), Note: v.m.Tenant.DefaultDomain}, {Label: "Device", Value: ui.LinkCell(nameOf(d), deviceURL(d.Tenant, d.ID)), Note: systemExact(d)},
		{Label: identity, Value: serial}, {Label: "Owner", Value: ui.TextCell(owner)}, {Label: "Last check-in", Value: checkIn},
	}}
}

// will is what happens, what nobody knows, and who is named for it.
func (v askView) will() ui.Consequences {
	c := ui.Consequences{{Shape: ui.ShapeOK, Text: v.kind.What}}
	if v.kind.Destructive {
		c[0].Shape = ui.ShapeWarn
	}
	switch d := v.device; {
	case v.kind.Untold:
		c = append(c, ui.Consequence{Shape: ui.ShapeUnknown, Text: "Intune sends it on at once, and tells nobody whether it arrived. The same device takes ten an hour."})
	case v.kind.AtOnce:
		c = append(c, ui.Consequence{Shape: ui.ShapePending, Text: "Intune changes its record at once, whether or not the device is online."})
	case v.kind.Name == deviceaction.Diagnostics:
		c = append(c, ui.Consequence{Shape: ui.ShapePending, Text: "It starts when the device is online. Intune gives up on a device that does not hear of it within a day."})
	case d.LastSyncAt.IsZero() || v.chrome.Now.Sub(d.LastSyncAt) > silent:
		c = append(c, ui.Consequence{Shape: ui.ShapeUnknown, Text: "It is not known when the device is online next: it has not checked in for long. It starts then, perhaps weeks from now, and you see it here until it is final."})
	default:
		c = append(c, ui.Consequence{Shape: ui.ShapePending, Text: "It starts when the device is online, mostly within minutes. You see it here until it is final."})
	}
	if v.secret() == deviceaction.Password {
		c = append(c, ui.Consequence{Shape: ui.ShapeOK, Text: "The password goes to Microsoft and nowhere else: the portal keeps it in no record and no log. Where the outcome is not known, it is not sent again by itself."})
	}
	if v.may != nil {
		c = append(c, *v.may)
	}
	who := "you"
	if v.as != "" {
		who = v.as
	}
	return append(c, ui.Consequence{Shape: ui.ShapeOK, Text: v.m.Tenant.Name() + "’s own log will show it as done by " + who + ". The customer also sees it on their evidence page."})
}

func (v askView) sentAs() string { return sentAs(v.m, v.chrome) }

func (v askView) foot() ui.Actions {
	send := ui.Action{Text: v.kind.Ask, Kind: ui.Primary}
	if v.kind.Destructive {
		send.Kind = ui.Confirm
	}
	if v.waits() {
		send.Text = "Ask to " + ui.Lower(v.kind.Ask)
		return ui.Actions{Items: []ui.Action{send, v.cancel()}, Note: "Sent only after a second person approves."}
	}
	return ui.Actions{Items: []ui.Action{send, v.cancel()}, Note: "You need an Intune role with the right “" + v.kind.Right + "”, or the directory role Intune Administrator."}
}

// waits tells that a second person must agree.
func (v askView) waits() bool { return v.brake != nil && v.brake.Waits }

// radius is how far the budget goes, with this in it: the tightest limits first.
func radius(d *deviceaction.Decision) ui.Facts {
	var f ui.Facts
	tightest := slices.Clone(d.Measures)
	if len(tightest) > mostMeasures {
		slices.SortStableFunc(tightest, func(a, b deviceaction.Measure) int { return cmp.Compare(b.Used+b.This-b.Limit, a.Used+a.This-a.Limit) })
		tightest = tightest[:mostMeasures]
	}
	for _, m := range tightest {
		value := ui.N(int64(m.Used+m.This)) + " of " + ui.N(int64(m.Limit))
		cell := ui.TextCell(value)
		if m.Used+m.This > m.Limit {
			cell = ui.StateCell(ui.ShapeBad, value)
		}
		f.Items = append(f.Items, ui.Fact{Label: m.Label, Value: cell})
	}
	return f
}

// mostMeasures are shown of a set over many customers.
const mostMeasures = 9

func radiusCard() ui.Card {
	return ui.Card{Title: verdict.BlastRadius, Note: "What is used of each limit, with this one"}
}

func (v askView) cancel() ui.Action {
	return ui.Action{Text: "Cancel", URL: deviceURL(v.m.Tenant.ID, v.device.ID), Kind: ui.Quiet}
}

// maxActs is how many of the portal's own actions a device's page shows.
const maxActs = 50

// busy is the action that keeps another of the kind from being asked for.
func (v askView) busy() (at string) {
	if i := slices.IndexFunc(v.under, func(a deviceaction.Action) bool { return a.Kind == v.kind.Name && a.EndedAt.IsZero() }); i >= 0 {
		return v.under[i].Path()
	}
	return ""
}
