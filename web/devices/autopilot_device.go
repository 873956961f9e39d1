package devices

import (
	"context"
	"errors"

	"github.com/tenantry/tenantry/internal/autopilot"
	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/ui"
)

// asMachine is the registered machine of a device.
type asMachine struct {
	registered
	LinkedBy autopilot.Link `json:"linked_by"`
}

// ofMachine is what the page of a device knows of its machine; row is nil where Autopilot has none.
type ofMachine struct {
	row  *asMachine
	read graphsync.Freshness
}

func (h *Handler) machineOf(ctx context.Context, m tenant.Membership, d device.Device) (o ofMachine, err error) {
	if h.Autopilot == nil {
		return o, nil
	}
	if o.read, err = h.Sync.Freshness(ctx, m.Scope, graphsync.Autopilot); err != nil {
		return o, err
	}
	i, link, err := h.Autopilot.OfDevice(ctx, m.Tenant.ID, d.ID, d.EntraDeviceID, device.SerialOf(d))
	if errors.Is(err, errs.NotFound) {
		return o, nil
	}
	o.row = &asMachine{newRegistered(i), link}
	return o, err
}

// mayBeRegistered tells devices of which Autopilot can know something.
func (v view) mayBeRegistered() bool { return v.device.OS == "Windows" || v.Autopilot != nil }

func (v view) autopilotSection() ui.Section {
	s := ui.Section{Title: "Windows Autopilot", Rule: true, Late: v.machine.read.Late > 0}
	if !v.machine.read.AsOf.IsZero() {
		s.AsOf = ui.NewTime(v.machine.read.AsOf, v.chrome.Now)
	}
	return s
}

func (v view) noAutopilot() string {
	if v.machine.read.Read == 0 {
		return "Unknown: the machines registered for Windows Autopilot were not read yet."
	}
	return "Not registered: Autopilot knows no machine with this device’s ids or serial number."
}

func (v view) autopilotFacts() ui.Facts {
	a := v.Autopilot
	return ui.Facts{Items: []ui.Fact{
		{Label: "Registered machine", Value: ui.LinkCell(a.title(), a.URL)}, {Label: "Known by", Value: ui.TextCell(linkWords[a.LinkedBy])},
		{Label: "Deployment profile", Value: ui.Cell{State: &a.profile}}, {Label: "Enrollment", Value: ui.Cell{State: &a.state}},
		{Label: "Group tag", Value: ui.TextCell(a.GroupTag)}, {Label: "Last contacted", Value: ago(a.ContactedAt, v.chrome.Now)},
	}}
}
