package devices

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// The parts of the pages, ready to print.

// bulkActions are the buttons under a list whose rows can be ticked.
func bulkActions() (list []ui.Action) {
	for _, k := range deviceaction.Kinds {
		if k.Bulk {
			list = append(list, ui.Action{Text: k.Title, Name: "kind", Value: k.Name})
		}
	}
	return list
}

// kindsView is the choice of what to do with all that match.
type kindsView struct {
	m     tenant.Membership
	query url.Values
	n     int64 // how many match; more than deviceaction.MostInJob: too many for one job
}

// none says why there is nothing to choose; nil where there is.
func (v kindsView) none() *ui.Banner {
	b := &ui.Banner{Kind: "info", ActionText: "Back to the list", ActionURL: v.m.Path("/devices") + "?" + v.query.Encode()}
	switch {
	case v.n == 0:
		b.Title, b.Text = "No device matches.", "The list may have changed meanwhile."
	case v.n > deviceaction.MostInJob:
		b.Title, b.Text = "More than "+ui.N(deviceaction.MostInJob)+" devices match, which is more than one job takes.", "Narrow the list, and act on the rest in a second job."
	default:
		return nil
	}
	return b
}

func (v kindsView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}}, Title: "Act on all that match", Lead: v.lead()}
}

func (v kindsView) lead() string {
	if v.none() != nil {
		return ""
	}
	return ui.Count(v.n, "device matches.", "devices match.") + " Choose what Intune is to do. You see the devices and confirm before anything is sent."
}

func (v kindsView) choices() (list []ui.Action) {
	for _, k := range deviceaction.Kinds {
		if k.Bulk {
			q := url.Values{}
			for name, values := range v.query {
				q[name] = values
			}
			q.Set("kind", k.Name)
			list = append(list, ui.Action{Text: k.Title, Icon: k.Icon, URL: v.m.Path("/devices/actions") + "?" + q.Encode()})
		}
	}
	return list
}

func (v bulkView) title() string {
	return v.set.kind.Title + ": " + ui.Count(int64(len(v.set.can)), "device", "devices") + "?"
}

func (v bulkView) header() ui.PageHeader {
	h := ui.PageHeader{Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}}, Title: v.title()}
	if v.m.One() {
		chip := page.Chip(v.m.Tenant, "")
		h.Tenant = &chip
	}
	return h
}

func (v bulkView) banner() *ui.Banner {
	if len(v.set.changed) == 0 {
		return v.failed
	}
	return &ui.Banner{Kind: "warn", Title: "The devices are not those that you confirmed. Nothing was sent.", Text: strings.Join(v.set.changed, " ") + " Look again, and confirm what is here now."}
}

// waits tells that a second person must agree.
func (v bulkView) waits() bool { return v.brake != nil && v.brake.Waits }

// lacking names the customers that have not agreed to what this needs: Microsoft will refuse it there.
func (v bulkView) lacking() *ui.Banner {
	var names []string
	for _, p := range v.set.parts {
		if p.lacks {
			names = append(names, p.customer.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	if n := len(names) - firstNamed; n > 0 {
		names = append(names[:firstNamed], ui.Count(int64(n), "more", "more"))
	}
	return &ui.Banner{Kind: "warn", Title: "Not agreed to " + v.set.kind.Scope + " for people who sign in: " + strings.Join(names, ", ") + ".", Text: "Microsoft refuses this there until an administrator of the customer agrees. Ask with a consent link on the customer’s page."}
}

// firstNamed is how many customers a sentence names.
const firstNamed = 5

func (v bulkView) will() ui.Consequences {
	first := ui.Consequence{Shape: ui.ShapeOK, Text: v.set.kind.What}
	if v.set.kind.Braked() {
		first.Shape = ui.ShapeWarn
	}
	c := ui.Consequences{first}
	if v.waits() {
		c = append(c, ui.Consequence{Shape: ui.ShapePending, Text: "A second person sees exactly these devices and approves or refuses. You send it then, from the page of the job."})
	}
	return append(c, ui.Consequence{Shape: ui.ShapePending, Text: "Each device does it when it is online. You follow all of them on one page, and can take back what was not sent."},
		ui.Consequence{Shape: ui.ShapeOK, Text: "Each customer’s own log names you, with the account that you are signed in with there."})
}

func (v bulkView) partTable() ui.Table {
	t := ui.Table{ID: "customers", Caption: "Devices by customer", Inset: true, Columns: []ui.Column{
		{Key: "customer", Label: "Customer"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 80}, {Key: "in", Label: "Signed in there", Width: 220, Phone: "line"}, {Key: "window", Label: "Maintenance window", Width: 240, Priority: 2, Phone: "line"},
	}}
	for _, p := range v.set.parts {
		chip := p.customer.Chip()
		until := "Until " + ui.Clock(p.until, v.now).Text
		if p.window != "" && p.until.Before(p.opens) {
			until += ", the window is later"
		}
		in := ui.TextCell(until)
		if p.as == "" {
			in = ui.LinkCell("No: left out until you sign in", p.signIn)
		}
		window := ui.LinkCell("None; set one", "/t/"+p.customer.ID.String()+"/actions/window")
		if p.window != "" {
			window = ui.TextCell(p.window)
		}
		t.Rows = append(t.Rows, ui.Row{Name: p.customer.Name, URL: chip.URL, Tenant: &chip, Cells: []ui.Cell{ui.NumberCell(int64(p.devices), ""), in, window}})
	}
	return t
}

// firstShown is how many of the devices are named on the page, and of those that are left out.
const firstShown = 10

// deviceTable is what destroys something is sent to: the first of them; the approval and the job have all.
func (v bulkView) deviceTable() ui.Table {
	t := ui.Table{ID: "devices", Caption: "Devices", Inset: true, Columns: []ui.Column{
		{Key: "device", Label: "Device"}, {Key: "serial", Label: "Serial", Kind: ui.KindMono, Width: 145}, {Key: "customer", Label: "Customer", Width: 145, Phone: "line"}, {Key: "user", Label: "Used by", Width: 200, Priority: 2}, {Key: "checkin", Label: "Last check-in", Kind: ui.KindTime, Width: 110},
	}}
	for _, d := range v.set.can[:min(len(v.set.can), firstShown)] {
		checkIn := ui.UnknownCell("It never checked in.")
		if !d.LastSyncAt.IsZero() {
			checkIn = ui.TimeCell(ui.NewTime(d.LastSyncAt, v.now))
		}
		t.Rows = append(t.Rows, ui.Row{Name: d.Name, URL: deviceURL(d.Tenant, d.ID), Cells: []ui.Cell{ui.MonoCell(d.Hardware()), ui.TextCell(v.set.nameOf(d.Tenant)), ui.TextCell(d.User), checkIn}})
	}
	return t
}

func (v bulkView) deviceSection() ui.Section {
	s := ui.Section{Title: "Devices", Count: ui.N(int64(len(v.set.can))), Rule: true}
	if n := len(v.set.can) - firstShown; n > 0 {
		s.Lead = "The first " + strconv.Itoa(firstShown) + "; " + ui.Count(int64(n), "more is", "more are") + " in the set."
	}
	return s
}

func (v bulkView) leftOut() ui.Table {
	t := ui.Table{ID: "left-out", Caption: "Devices that are left out", Inset: true, Columns: []ui.Column{{Key: "device", Label: "Device"}, {Key: "customer", Label: "Customer", Width: 200}, {Key: "reason", Label: "Why", Phone: "line"}}}
	for _, r := range v.set.cannot[:min(len(v.set.cannot), firstShown)] {
		t.Rows = append(t.Rows, ui.Row{Name: r.name, Cells: []ui.Cell{ui.TextCell(r.customer), ui.TextCell(r.reason)}})
	}
	return t
}

// options are what the form chose.
func (v bulkView) options() (o deviceaction.Options) {
	keep := v.form.Get("keep")
	switch v.set.kind.Form {
	case deviceaction.ScanForm:
		o.Label = "Quick scan"
	case deviceaction.KeepForm:
		o.KeepUser, o.KeepEnrolment = keep == "user" && v.set.has("Windows"), keep == "enrolment" && v.set.has("Windows")
		words := keepWords[o.KeepUser][o.KeepEnrolment]
		if o.KeepUser || o.KeepEnrolment {
			words += " on Windows"
		}
		if o.Label = words; v.set.hasPlan() {
			o.Plan = planOf(v.form.Get("plan"))
			o.Label += map[string]string{"keep": ", eSIM data plans kept", "remove": ", eSIM data plans removed"}[o.Plan]
		}
	case deviceaction.CleanForm:
		o.KeepUser = keep != "nothing"
		o.Label = keepWords[o.KeepUser][false]
	}
	return o
}

// check finds what is wrong with what was filled in.
func (v bulkView) check(ask deviceaction.Ask) {
	if len(v.set.can) == 0 {
		v.faults.Add("reason", "No device is left to send this to.")
		return
	}
	if ask.Nonce == "" || len(ask.Nonce) > 64 {
		v.faults.Add("reason", "The form was incomplete. Send it once more.")
	}
	if len([]rune(ask.Reason)) > maxReason {
		v.faults.Add("reason", "Write at most 200 characters.")
	}
	if v.form.Get("when") == "windows" && !ask.Windows {
		v.faults.Add("when", v.set.noWindows(v.now)+" Send at once, or leave it out.")
	}
	if !v.set.kind.Braked() {
		return
	}
	if ask.Reason == "" {
		v.faults.Add("reason", "Say why. The customers read it in their logs.")
	}
	if typed := strings.TrimSpace(v.form.Get("typed")); typed != strconv.Itoa(len(v.set.can)) {
		v.faults.Add("typed", "Type the number of devices, "+strconv.Itoa(len(v.set.can))+".")
	}
}

// hidden carries the frozen set.
func (v bulkView) hidden() ui.Hidden {
	h := ui.Hidden{{Name: "kind", Value: v.set.kind.Name}, {Name: "set", Value: v.set.hash}, {Name: "nonce", Value: v.nonce}}
	for _, p := range v.set.parts {
		if p.as != "" {
			h = append(h, ui.Pair{Name: "was", Value: p.customer.ID.String() + " " + strconv.Itoa(p.devices)})
		}
	}
	for _, d := range v.set.can {
		h = append(h, ui.Pair{Name: "id", Value: d.Tenant.String() + "/" + d.ID})
	}
	return h
}

// fields are what is chosen besides the devices.
func (v bulkView) fields() (list []templ.Component) {
	choice := func(name, legend, preset string, options ...ui.Option) {
		options = slices.Clone(options)
		chosen := cmp.Or(v.form.Get(name), preset)
		for i := range options {
			options[i].Selected = options[i].Value == chosen
		}
		list = append(list, ui.Choice{Name: name, Legend: legend, Error: v.faults[name], Options: options})
	}
	switch v.set.kind.Form {
	case deviceaction.KeepForm:
		if v.set.has("Windows") {
			choice("keep", "Keep on Windows; everything else is erased whole", "nothing", keepOptions...)
		}
		if v.set.hasPlan() {
			choice("plan", "eSIM data plans of iPhones and iPads", "keep", planOptions...)
		}
	case deviceaction.CleanForm:
		choice("keep", "Keep", "user", ui.Option{Value: "user", Label: "The user account and files on the device"}, ui.Option{Value: "nothing", Label: "Nothing"})
	}
	when := "Each customer has its own. Until it opens nothing is sent there, and your sign-in there must last."
	if why := v.set.noWindows(v.now); why != "" {
		when = "Not possible: " + why
	}
	choice("when", "When", "now", ui.Option{Value: "now", Label: "At once"}, ui.Option{Value: "windows", Label: "In the maintenance windows", Hint: when})
	reason := ui.Field{Name: "reason", Label: "Reason, for the customers’ logs, optional", Value: v.form.Get("reason"), Error: v.faults["reason"], Max: maxReason, Autocomplete: "off"}
	if !v.set.kind.Braked() {
		return append(list, reason)
	}
	reason.Label, reason.Hint = "Reason, for the customers’ logs", "Such as: end of lease, with the number of the ticket"
	return append(list, reason, ui.Field{Name: "typed", Label: "Type the number of devices to confirm", Value: v.form.Get("typed"), Error: v.faults["typed"], Hint: "As it stands above", InputMode: "numeric", Mono: true, Max: 4, Autocomplete: "off"})
}

func (v bulkView) faultList() ui.FormErrors {
	var list ui.FormErrors
	for _, name := range []string{"when", "reason", "typed"} {
		if text := v.faults[name]; text != "" {
			list = append(list, ui.FieldError{ID: "f-" + name, Text: text})
		}
	}
	return list
}

func (v bulkView) foot() ui.Actions {
	many := ui.Count(int64(len(v.set.can)), "device", "devices")
	if v.set.kind.Name == "delete" {
		many = ui.Count(int64(len(v.set.can)), "record", "records")
	}
	send := ui.Action{Text: v.set.kind.Verb + " " + many, Kind: ui.Primary}
	if v.set.kind.Braked() {
		send.Kind = ui.Confirm
	}
	a := ui.Actions{Items: []ui.Action{send, v.cancel()}}
	if v.waits() {
		a.Items[0].Text, a.Note = "Ask to "+ui.Lower(send.Text), "Sent only after a second person approves."
	}
	return a
}

func (v bulkView) cancel() ui.Action {
	return ui.Action{Text: "Cancel", URL: v.m.Path("/devices"), Kind: ui.Quiet}
}
