package approvals

import (
	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/brake"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of a request's page, ready to print.

func (v view) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "Approvals", URL: "/approvals"}}, Title: audit.NameOf(v.By) + " asks to " + ui.Lower(v.Title), Pills: []ui.State{v.state}}
	if len(v.Shares) == 1 {
		chip := v.Shares[0].Customer.Chip()
		h.Tenant = &chip
	}
	return h
}

func (v view) steps() ui.StepsLine {
	at := map[brake.Standing]int{brake.StandsWaiting: 1, brake.StandsCooling: 1, brake.StandsGranted: 2, brake.StandsSent: 3}[brake.Standing(v.State)]
	if at == 0 {
		return nil
	}
	var line ui.StepsLine
	for i, text := range []string{"Asked", "Second person approves", "Whoever asked sends it", "Sent"} {
		item := ui.StepsItem{Text: text, Shape: ui.ShapeTodo, Current: i == at}
		if i == 1 && len(v.Why) == 0 {
			continue // within what one may do alone
		}
		switch {
		case i < at || i == 3 && at == 3:
			item.Shape = ui.ShapeOK
		case i == at:
			item.Shape = ui.ShapePending
		}
		line = append(line, item)
	}
	return line
}

func (v view) banner() *ui.Banner {
	b := &ui.Banner{Kind: "info", Text: "Asked " + ui.NewTime(v.AskedAt, v.now).Text + ". The set is fixed: " + ui.Count(int64(v.Devices), "device", "devices") + " at " + ui.Count(int64(v.Customers), "customer", "customers") + "."}
	lapse := func() string { return v.LapsesAt.Format("15:04") + " UTC, in " + ui.Length(v.LapsesAt.Sub(v.now)) }
	switch brake.Standing(v.State) {
	case brake.StandsWaiting:
		b.Title = "Waits for a second person. Lapses at " + lapse() + "."
	case brake.StandsCooling:
		b.Kind, b.Title = "warn", "Cools off. Nobody may approve it before "+v.CoolUntil.Format("15:04")+" UTC, in "+ui.Length(v.CoolUntil.Sub(v.now))+"."
	case brake.StandsGranted:
		b.Title = "May be sent by " + v.By + " until " + lapse() + "."
	case brake.StandsRefused:
		b.Kind, b.Title, b.Text = "bad", "Refused by "+v.DecidedBy+".", v.DecidedWhy
	case brake.StandsLapsed:
		b.Kind, b.Title = "unknown", "Lapsed: not approved, or not sent, in time."
	default:
		return nil
	}
	return b
}

func (v view) facts() ui.Facts {
	f := ui.Facts{Card: true}
	add := func(label string, value ui.Cell, note string) {
		f.Items = append(f.Items, ui.Fact{Label: label, Value: value, Note: note})
	}
	if v.Devices == 1 && len(v.First) == 1 {
		d := v.First[0]
		add("Customer", ui.TenantCell(d.Customer.Chip()), "")
		add("Device", ui.Cell{Text: d.Device, URL: d.URL, Strong: true}, "")
		add("Serial", ui.MonoCell(d.Serial), "")
		add("User", ui.TextCell(d.Owner), "")
		add("Last check-in then", timeCell(d.LastSync, v.now), "")
	} else {
		add("Devices", ui.NumberCell(int64(v.Devices), v.DevicesURL), "")
		add("Customers", ui.TextCell(ui.N(int64(v.Customers))), "")
	}
	if v.Terms != "" {
		add("Options", ui.TextCell(v.Terms), "")
	}
	if v.PlannedUntil != nil {
		add("Planned", ui.TextCell("in the maintenance windows, the last of which closes "+ui.Clock(*v.PlannedUntil, v.now).Text+" UTC"), "")
	}
	add("Reason", ui.TextCell("“"+v.row.Reason+"”"), "")
	asked := "session since " + v.SessionSince.Format("15:04") + " UTC, signed in " + ui.Length(v.AskedAt.Sub(*v.SignedInAt)) + " before"
	add("Asked by", ui.TextCell(v.By), asked)
	if v.DecidedBy != "" {
		add("Decided by", ui.TextCell(v.DecidedBy), v.DecidedWhy)
	}
	add("Set, SHA-256", ui.CopyCell(v.Hash, v.Hash[:12]+"…", "Copy the hash of the set"), "")
	for i, item := range f.Items {
		f.Items[i].Rule = item.Label == "Reason"
	}
	return f
}

func (v view) shareTable() ui.Table {
	t := ui.Table{ID: "shares", Caption: "Devices by customer", Inset: true, Columns: []ui.Column{{Key: "customer", Label: "Customer"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 110}}}
	for _, s := range v.Shares {
		chip := s.Customer.Chip()
		t.Rows = append(t.Rows, ui.Row{Name: s.Customer.Name, URL: chip.URL, Tenant: &chip, Cells: []ui.Cell{ui.NumberCell(int64(s.Devices), "")}})
	}
	return t
}

func (v view) lineTable() ui.Table {
	t := ui.Table{ID: "devices", Caption: "The first devices of the set", Inset: true, Columns: []ui.Column{{Key: "device", Label: "Device"}, {Key: "serial", Label: "Serial", Kind: ui.KindMono, Width: 180}, {Key: "user", Label: "User", Width: 200, Priority: 2}, {Key: "state", Label: "State", Kind: ui.KindState, Width: 120}}}
	for _, l := range v.First {
		s := lineStates[l.State]
		t.Rows = append(t.Rows, ui.Row{Name: l.Device, URL: l.URL, Cells: []ui.Cell{ui.MonoCell(l.Serial), ui.TextCell(l.Owner), {State: &s}}})
	}
	return t
}

func (v view) typedField() ui.Field {
	f := ui.Field{Name: "typed", Label: "Type the device’s serial number", Value: v.typed, Error: v.faults["typed"], Mono: true, Required: true, Autocomplete: "off", Hint: "Both people type it, so that both have looked at the same device."}
	if v.Devices > 1 {
		f.Label, f.Hint, f.InputMode = "Type the number of devices", "Both people type it, so that both have looked at the same set.", "numeric"
	}
	return f
}

func (v view) reasonField() ui.Field {
	return ui.Field{Name: "reason", Label: "Reason, for the customer’s log", Value: v.said, Error: v.faults["reason"], Max: maxReason, Required: true, Autocomplete: "off"}
}

func (v view) decisions() ui.Actions {
	return ui.Actions{Items: []ui.Action{{Text: "Approve: " + ui.Lower(v.Title), Kind: ui.Confirm}, {Text: "Refuse", FormAction: v.URL + "/refuse"}}, Note: "Nothing is sent by approving: whoever asked sends it."}
}

// withdrawable tells whether the reader can take the request back.
func (v view) withdrawable() bool { return v.own && v.LapsesAt != nil }
