package devices

import (
	"slices"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// act is something that Intune can do to a device, and why it cannot be asked for here.
type act struct {
	Name      string `json:"name"`
	Available bool   `json:"available"`
	Reason    string `json:"reason,omitempty"`

	icon, verb string
	danger     bool
	hint       string
}

// remote are the remote actions that people ask for most, each with the systems that support it
// (learn.microsoft.com, "Remote device actions", platform table).
var remote = []struct {
	act
	on []string
}{
	{act{Name: "Sync", icon: "arrow_sync", verb: "Sync"}, []string{"Windows", "iOS", "iPadOS", "macOS", "Android"}},
	{act{Name: "Restart", icon: "arrow_clockwise", verb: "Restart"}, []string{"Windows", "iOS", "iPadOS", "macOS", "Android", "ChromeOS"}},
	{act{Name: "Remote lock", icon: "lock_closed", verb: "Lock"}, []string{"iOS", "iPadOS", "macOS", "Android"}},
	{act{Name: "Locate", icon: "location", verb: "Locate"}, []string{"Windows", "iOS", "iPadOS", "Android"}},
	{act{Name: "Quick scan", icon: "shield_checkmark", verb: "Scan"}, []string{"Windows"}},
	{act{Name: "Collect logs", icon: "document_text", verb: "Collect"}, []string{"Windows"}},
	{act{Name: "Retire", icon: "subtract_circle", verb: "Retire…", danger: true, hint: "Removes company data, keeps personal files."}, []string{"Windows", "iOS", "iPadOS", "macOS", "Android"}},
	{act{Name: "Wipe", icon: "broom", verb: "Wipe…", danger: true, hint: "Erases the device."}, []string{"Windows", "iOS", "iPadOS", "macOS", "Android", "ChromeOS"}},
}

// newActs says of each action why it is not available. The first reason that nothing else can outweigh counts: the device, then the
// person's role, then the sign-in at the customer.
func newActs(m tenant.Membership, d device.Device, c page.Chrome) []act {
	out := make([]act, 0, len(remote))
	for _, r := range remote {
		a := r.act
		switch {
		case !d.GoneAt.IsZero():
			a.Reason = "The device is no longer in Intune."
		case !slices.Contains(r.on, d.OS):
			a.Reason = systemName(d.OS) + " does not support this."
		case !m.May(tenant.MayAct):
			a.Reason = "Your role may look, not act."
		case c.SignedIn(m.Tenant.ID) == nil:
			a.Reason = "You are not signed in at " + m.Tenant.Name() + "."
		default:
			a.Reason = "The portal cannot send this action yet."
		}
		out = append(out, a)
	}
	return out
}

func systemName(os string) string {
	if os == "" {
		return "An unknown system"
	}
	return os
}

// panels are the aside: actions, and apart from them what removes.
func (v view) panels() []ui.ActionPanel {
	use, remove := ui.ActionPanel{Title: "Actions", Note: v.note()}, ui.ActionPanel{Title: "Remove"}
	if v.m.May(tenant.MayAct) && v.chrome.SignedIn(v.m.Tenant.ID) == nil && v.GoneAt == nil {
		use.Items = append(use.Items, ui.PanelAction{
			Icon: "person_key", Name: "Sign in at " + v.m.Tenant.Name(), Hint: "With your own account there, as guest or through GDAP.",
			Action: ui.Action{Text: "Sign in", URL: page.SignInAt(v.m.Tenant.ID, v.URL)},
		})
	}
	for _, a := range v.Acts {
		item := ui.PanelAction{Icon: a.icon, Name: a.Name, Hint: a.hint, Action: ui.Action{Text: a.verb, Reason: a.Reason}}
		if a.danger {
			item.Action.Kind = ui.Danger
			remove.Items = append(remove.Items, item)
			continue
		}
		use.Items = append(use.Items, item)
	}
	return []ui.ActionPanel{use, remove}
}

func (v view) note() string {
	if !v.m.May(tenant.MayAct) {
		return "A technician or an owner acts on devices."
	}
	if s := v.chrome.SignedIn(v.m.Tenant.ID); s != nil {
		return "Sent as you, " + s.As + ", signed in at " + v.m.Tenant.Name() + " for " + ui.Length(s.Until.Sub(v.chrome.Now)) + " more."
	}
	return "Actions are sent as you, so that " + v.m.Tenant.Name() + "’s own log carries your name."
}
