package devices

import (
	"net/url"
	"strconv"
	"strings"

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
}

func (v kindsView) header() ui.PageHeader {
	return ui.PageHeader{Context: []ui.Crumb{{Text: "Devices", URL: v.m.Path("/devices")}}, Title: "Act on all that match", Lead: "Choose what Intune is to do. You see the devices and confirm before anything is sent."}
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
		return nil
	}
	return &ui.Banner{Kind: "warn", Title: "The devices are not those that you confirmed. Nothing was sent.", Text: strings.Join(v.set.changed, " ") + " Look again, and confirm what is here now."}
}

func (v bulkView) will() ui.Consequences {
	return ui.Consequences{
		{Shape: ui.ShapeOK, Text: v.set.kind.What}, {Shape: ui.ShapePending, Text: "Each device does it when it is online. You follow all of them on one page, and can take back what was not sent."},
		{Shape: ui.ShapeOK, Text: "Each customer’s own log names you, with the account that you are signed in with there."},
	}
}

func (v bulkView) partTable() ui.Table {
	t := ui.Table{ID: "customers", Caption: "Devices by customer", Inset: true, Columns: []ui.Column{{Key: "customer", Label: "Customer"}, {Key: "devices", Label: "Devices", Kind: ui.KindNumber, Width: 110}, {Key: "in", Label: "Sent as you", Width: 320}}}
	for _, p := range v.set.parts {
		chip := p.Customer.Chip()
		in := ui.TextCell("Signed in there")
		if p.SignIn != "" {
			in = ui.LinkCell("Left out until you sign in there", p.SignIn)
		}
		t.Rows = append(t.Rows, ui.Row{Name: p.Customer.Name, URL: chip.URL, Tenant: &chip, Cells: []ui.Cell{ui.NumberCell(int64(p.Devices), ""), in}})
	}
	return t
}

// firstLeftOut is how many of the devices that are left out are named.
const firstLeftOut = 10

func (v bulkView) leftOut() ui.Table {
	t := ui.Table{ID: "left-out", Caption: "Devices that are left out", Inset: true, Columns: []ui.Column{{Key: "device", Label: "Device"}, {Key: "customer", Label: "Customer", Width: 200}, {Key: "reason", Label: "Why", Phone: "line"}}}
	for _, r := range v.set.cannot[:min(len(v.set.cannot), firstLeftOut)] {
		t.Rows = append(t.Rows, ui.Row{Name: r.name, Cells: []ui.Cell{ui.TextCell(r.customer), ui.TextCell(r.reason)}})
	}
	return t
}

// hidden carries the frozen set.
func (v bulkView) hidden() ui.Hidden {
	h := ui.Hidden{{Name: "kind", Value: v.set.kind.Name}, {Name: "set", Value: v.set.hash}, {Name: "nonce", Value: v.nonce}}
	for _, p := range v.set.parts {
		if p.SignIn == "" {
			h = append(h, ui.Pair{Name: "was", Value: p.Customer.ID.String() + " " + strconv.Itoa(p.Devices)})
		}
	}
	for _, d := range v.set.can {
		h = append(h, ui.Pair{Name: "id", Value: d.Tenant.String() + "/" + d.ID})
	}
	return h
}

func (v bulkView) reasonField() ui.Field {
	return ui.Field{Name: "reason", Label: "Reason, for the customers’ logs, optional", Value: v.reason, Error: v.faults["reason"], Max: maxReason, Autocomplete: "off"}
}

func (v bulkView) foot() ui.Actions {
	return ui.Actions{Items: []ui.Action{{Text: v.set.kind.Verb + " " + ui.Count(int64(len(v.set.can)), "device", "devices"), Kind: ui.Primary}, {Text: "Cancel", URL: v.m.Path("/devices"), Kind: ui.Quiet}}}
}
