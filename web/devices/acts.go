package devices

import (
	"net/url"
	"strings"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// act is something that Intune can do to a device, and why it cannot be asked for here.
type act struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Available bool   `json:"available"`
	Reason    string `json:"reason,omitempty"`

	of   deviceaction.Kind
	here bool // the device can do it; whether the person may is another question
}

// newActs says of each action why it is not available. The first reason that nothing else can outweigh counts: the device, then the person's
// role. A sign-in at the customer is no reason: the way to it leads through the confirmation.
func newActs(m tenant.Membership, d device.Device, under []deviceaction.Action) []act {
	out := make([]act, 0, len(deviceaction.Kinds))
	for _, k := range deviceaction.Kinds {
		a := act{Kind: k.Name, Name: k.Title, of: k, Reason: k.Offered(asTarget(d))}
		a.here = a.Reason == ""
		switch busy := underWay(under, k, d.ID); {
		case !a.here:
		case !m.May(tenant.MayAct):
			a.Reason = "Your role may look, not act."
		case busy:
			a.Reason = "Asked for already; it is under way."
		}
		a.Available = a.Reason == ""
		out = append(out, a)
	}
	return out
}

// underWay tells an action that was asked for and has not ended. One of which it is unknown whether it was done holds up only what destroys.
func underWay(list []deviceaction.Action, k deviceaction.Kind, id string) bool {
	for _, a := range list {
		waits := a.State == deviceaction.Queued || a.State == deviceaction.Sent || a.State == deviceaction.Approval || a.State == deviceaction.Pending
		if a.Kind == k.Name && a.DeviceID == id && (waits || k.Destructive && a.State == deviceaction.Unknown) {
			return true
		}
	}
	return false
}

// asTarget is the device as the room of actions knows one.
func asTarget(d device.Device) deviceaction.Device {
	serial := strings.TrimSpace(d.Serial)
	if device.SerialOf(d) == "" { // a maker's placeholder
		serial = ""
	}
	return deviceaction.Device{
		Tenant: d.Tenant, ID: d.ID, Name: nameOf(d), Serial: serial, IMEI: d.IMEI, EntraID: d.EntraDeviceID, OS: d.OS, Model: d.Model, Ownership: d.Ownership, Agent: d.Agent, User: user(d),
		Supervised: d.Supervised, Encrypted: d.Encrypted, Gone: !d.GoneAt.IsZero(), LastSyncAt: d.LastSyncAt,
	}
}

func actURL(tid tenant.ID, id, kind string) string {
	return deviceURL(tid, id) + "/actions/" + url.PathEscape(kind)
}

// panels are the aside: what can be asked for, apart from it what removes, and what cannot, with the reason.
func (v view) panels() []ui.ActionPanel {
	use, remove, not := ui.ActionPanel{Title: "Actions", Note: v.note()}, ui.ActionPanel{Title: "Remove"}, ui.ActionPanel{Title: "Not possible here", Fold: true}
	if v.GoneAt != nil {
		return []ui.ActionPanel{{Title: "Actions", Note: "The device is no longer in Intune, so nothing can be sent to it."}}
	}
	for _, a := range v.Acts {
		item := ui.PanelAction{Icon: a.of.Icon, Name: a.Name, Action: ui.Action{Text: a.of.Verb, Reason: a.Reason}}
		if a.Available {
			item.Action.URL = actURL(v.m.Tenant.ID, v.ID, a.Kind)
		}
		switch {
		case !a.here:
			not.Items = append(not.Items, item)
		case a.of.Destructive:
			item.Action.Text, item.Action.Kind, item.Hint = a.of.Verb+"…", ui.Danger, a.of.What
			remove.Items = append(remove.Items, item)
		default:
			use.Items = append(use.Items, item)
		}
	}
	panels := []ui.ActionPanel{use}
	for _, p := range []ui.ActionPanel{remove, not} {
		if len(p.Items) > 0 {
			panels = append(panels, p)
		}
	}
	return panels
}

func (v view) note() string {
	if !v.m.May(tenant.MayAct) {
		return "A technician or an owner acts on devices."
	}
	return sentAs(v.m, v.chrome)
}

// sentAs says in whose name an action goes out.
func sentAs(m tenant.Membership, c page.Chrome) string {
	if s := c.SignedIn(m.Tenant.ID); s != nil {
		return "Sent as you, " + s.As + ", signed in at " + m.Tenant.Name() + " for " + ui.Length(s.Until.Sub(c.Now)) + " more."
	}
	return "Actions are sent as you, so that " + m.Tenant.Name() + "’s own log carries your name. You sign in there before the first."
}
