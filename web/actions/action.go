package actions

import (
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// view is what an action's page shows, and its JSON twin.
type view struct {
	row

	m        tenant.Membership
	chrome   page.Chrome
	what     string // what the action does
	soon     bool
	destroys bool
	untold   bool // nobody says whether it arrived
	secret   deviceaction.Secret
	fault    string // of what was entered for it
	own      bool   // the reader asked for it
}

func newView(m tenant.Membership, a deviceaction.Action, c page.Chrome) view {
	a.TenantName = m.Tenant.Name()
	v := view{row: newRow(a, c.Now), m: m, chrome: c, soon: soon(a, c.Now)}
	if k, ok := deviceaction.KindOf(a.Kind); ok {
		v.what, v.destroys, v.untold, v.secret = k.What, k.Destructive, k.Untold, k.Secret(a.OS)
	}
	v.own = a.Person.Tenant == m.Person.Tenant && a.Person.ObjectID == m.Person.ObjectID
	return v
}

// The parts of the page, ready to print.

func (v view) title() string { return v.label() + ": " + v.DeviceName }

func (v view) header() ui.PageHeader {
	chip := page.Chip(v.m.Tenant, "")
	return ui.PageHeader{Tenant: &chip, Context: []ui.Crumb{{Text: "Actions", URL: v.m.Path("/actions")}}, Title: v.title(), Pills: []ui.State{v.state}, Lead: v.what}
}

// steps are the way of an action, with where it stands.
func (v view) steps() ui.StepList {
	step := func(shape ui.Shape, title, text string) ui.Step {
		return ui.Step{Shape: shape, Title: title, Text: text}
	}
	asked := step(ui.ShapeOK, v.By+" asked for it", "The customer’s log names "+v.As+".")
	asked.At = ui.Clock(v.AskedAt, v.now).Text
	if v.Reason != "" {
		asked.Text += " Reason: “" + v.Reason + "”."
	}
	taken, answer := step(ui.ShapeTodo, "Microsoft takes it", ""), step(ui.ShapeTodo, "The device answers", "")
	if v.SentAt != nil {
		taken.At = ui.Clock(*v.SentAt, v.now).Text
	}
	switch deviceaction.State(v.State) {
	case deviceaction.Queued:
		if v.BrakeURL != "" && v.Said != "" {
			from := "this page."
			if v.JobURL != "" {
				from = "the page of the job."
			}
			return ui.StepList{asked, step(ui.ShapePending, "A second person approves", v.Said+" "+v.By+" sends it then, from "+from), taken, answer}
		}
		taken.Shape = ui.ShapePending
	case deviceaction.Sent:
		taken.Shape, taken.Title = ui.ShapePending, "On its way to Microsoft"
	case deviceaction.Approval:
		taken = step(ui.ShapeWarn, "Intune holds it back", v.Said)
	case deviceaction.Pending:
		taken.Shape, taken.Title = ui.ShapeOK, "Microsoft took it"
		answer = step(ui.ShapePending, "The device has not answered yet", "It answers when it is online. Intune is asked again by itself.")
	case deviceaction.Unknown:
		taken.Shape, taken.Title, taken.Text = ui.ShapeUnknown, "It is not known whether it was done", v.Said
	case deviceaction.Failed:
		if v.ReadAt == nil {
			taken.Shape, taken.Title, taken.Text = ui.ShapeBad, "Microsoft did not take it", v.Said
			return ui.StepList{asked, taken}
		}
		taken.Shape, taken.Title = ui.ShapeOK, "Microsoft took it"
		answer = step(ui.ShapeBad, "It failed", v.Said)
	case deviceaction.Done:
		taken.Shape, taken.Title = ui.ShapeOK, "Microsoft took it"
		answer = step(ui.ShapeOK, "Done", v.Said)
		if v.untold {
			answer = step(ui.ShapeUnknown, "Nobody says whether it arrived", "")
		}
	default:
		taken.Shape, taken.Title = ui.ShapeOK, "Microsoft took it"
		answer = step(ui.ShapeNone, v.StateName, v.Said)
	}
	if v.EndedAt != nil {
		answer.At = ui.Clock(*v.EndedAt, v.now).Text
	}
	return ui.StepList{asked, taken, answer}
}

func (v view) facts() ui.Facts {
	read := ui.QuietCell("not yet")
	if v.ReadAt != nil {
		read = ui.TimeCell(ui.NewTime(*v.ReadAt, v.now))
	}
	mono := func(id string) ui.Cell {
		if id == "" {
			return ui.QuietCell("none")
		}
		return ui.CopyCell(id, "", "Copy")
	}
	f := ui.Facts{Wide: true, Items: []ui.Fact{
		{Label: "Device", Value: ui.LinkCell(v.DeviceName, v.DeviceURL), Note: v.OS}, {Label: "Serial or other identity", Value: mono(v.Hardware)}, {Label: "Used by", Value: ui.TextCell(v.User)},
		{Label: "Last asked of Intune", Value: read}, {Label: "Microsoft’s request id", Value: mono(v.RequestID)}, {Label: "Our request id", Value: mono(v.ClientID)},
	}}
	if v.JobURL != "" {
		f.Items = append(f.Items, ui.Fact{Label: "Asked for together with others", Value: ui.LinkCell("Show the job", v.JobURL)})
	}
	return f
}

// waits tells an action that was not sent and that the person may send or take back.
func (v view) waits() bool {
	return v.m.May(tenant.MayAct) && (v.State == string(deviceaction.Approval) || v.State == string(deviceaction.Queued))
}

// signIn is where the person signs in first; empty where they are.
func (v view) signIn() string {
	if v.chrome.SignedIn(v.m.Tenant.ID) == nil {
		return page.SignInAt(v.m.Tenant.ID, v.URL)
	}
	return ""
}

func (v view) foot() ui.Actions {
	send := ui.Action{Text: "Send it now", Kind: ui.Primary}
	if v.BrakeURL != "" || v.State == string(deviceaction.Approval) {
		send.Text = "Send it, now that it is approved"
	}
	if v.destroys {
		send.Kind = ui.Confirm
	}
	a := ui.Actions{Items: []ui.Action{{Text: "Take it back", Name: "do", Value: "drop"}}, Note: "Only who asked for it sends it, in their own name."}
	switch {
	case v.JobURL != "" && v.State == string(deviceaction.Queued):
		a.Note = "It is one of many, which are sent from the page of their job."
	case v.own:
		a.Items, a.Note = append([]ui.Action{send}, a.Items...), ""
	}
	if v.BrakeURL != "" {
		a.Items = append(a.Items, ui.Action{Text: "Show the approval", URL: v.BrakeURL, Kind: ui.Quiet})
	}
	return a
}

func (v view) way() ui.Section { return ui.Section{Title: "How far it is"} }
